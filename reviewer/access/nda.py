"""The non-disclosure agreement: its texts, and who has signed which."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from reviewer.access import signing
from reviewer.access.agreement_copies import FORMAT, SignedAgreement, verify_copy
from reviewer.access.audit_log import AuditLog
from reviewer.access.log_chain import canonical, parse
from reviewer.db.connection import Database, Row
from reviewer.errors import Damaged, NdaRequired, Refused, Unavailable
from reviewer.model.clock import Clock, from_micros, to_iso, to_micros
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity, Person, PersonState
from reviewer.untrusted_files import parse_untrusted_toml, read_untrusted, read_untrusted_text

FALLBACK_LOCALE = "en-US"
_SIGNATURE_BYTES = 64
_CLOCKS_APART = timedelta(minutes=2)
"""How far the clock of another machine may be ahead: as the broker's requests."""
KIND = "nda-acknowledgement"
READING_CHARACTERS_A_SECOND = 1000  # faster than anybody reads: a minimum, not an estimate
LONGEST_READING_SECONDS = 60.0
STATEMENT = "I have read this agreement in full. By typing my name and choosing to agree and sign, I sign it."


@dataclass(frozen=True, slots=True)
class NdaText:
    """One version of the agreement in one language. ``sha256`` is the hex digest of the text's UTF-8 bytes.

    ``requires_reack`` says whether those who signed an earlier version must sign this one.
    """

    version: str
    locale: str
    title: str
    text: str
    sha256: str
    requires_reack: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One signed acknowledgement, as read back; ``body`` and ``signature`` are the evidence itself."""

    id: str
    person_id: str
    version: str
    locale: str
    sha256: str
    typed_name: str
    shown_at: datetime
    end_reached_at: datetime
    signed_at: datetime
    app_version: str
    statement: str
    body: bytes
    signature: bytes


class AgreementState(StrEnum):
    """Whether a signed agreement counts; ``ENDED`` with the account, the role or the key that signed it."""

    VALID = "valid"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    ENDED = "ended"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One line of the register: who signed which version when; it counts until ``until`` at most."""

    person: Person
    record_id: str
    version: str
    locale: str
    signed_at: datetime
    until: datetime
    state: AgreementState


class SignedEvidence(NamedTuple):
    """What a person signed: the SHA-256 of the text in hex, the signed record, and when, in microseconds."""

    sha256: str
    evidence: bytes
    signed_at: int


def newest_evidence(database: Database, person_id: str) -> SignedEvidence | None:
    """The newest acknowledgement of a person, with its signature, to be shown to a server."""
    row = database.row(
        "SELECT * FROM nda_acknowledgement WHERE person_id = ? ORDER BY signed_at DESC, id LIMIT 1",
        (person_id,),
    )
    if row is None:
        return None
    return SignedEvidence(row["sha256"], bytes(row["record"]) + bytes(row["signature"]), row["signed_at"])


def load_agreement(folder: Path, locale: str) -> NdaText:
    """The newest version of the agreement, in this language or else in English.

    Raises: Unavailable when there is none; Damaged when it is not UTF-8 or its ``nda.toml`` is invalid.
    """
    return load_agreements(folder, locale)[0]


def load_agreements(folder: Path, locale: str) -> list[NdaText]:
    """Every version that exists in this language or else in English, the newest first; never empty."""
    try:
        versions = sorted(
            (entry.name for entry in folder.iterdir() if (entry / "nda.toml").is_file()),
            key=_version_key,
            reverse=True,
        )
        texts = [_load(folder / version, locale) for version in versions]
    except OSError as error:
        raise Unavailable("NDA_NOT_READABLE", problem=str(error)) from error
    if not texts:
        raise Unavailable("NDA_MISSING", folder=str(folder))
    return texts


class Acknowledgements:
    """Who has signed the agreement, each record signed with the person's own key."""

    def __init__(self, database: Database, log: AuditLog, clock: Clock, folder: Path, days: int) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._folder = folder
        self._days = days

    def text(self, locale: str) -> NdaText:
        """The current text, read again from its file."""
        return load_agreement(self._folder, locale)

    def text_for(self, languages: Sequence[str], locale: str) -> NdaText:
        """The current text in the first of a person's languages that it has, or else in ``locale``."""
        published = self._published()
        for wanted in languages:
            near = [name for name in published if _primary(name) == _primary(wanted)]
            if near:
                return self.text(wanted if wanted in near else near[0])
        return self.text(locale)

    def is_live(self, person: Person) -> bool:
        """Whether this person's newest acknowledgement of a valid text verifies and has not expired."""
        return self._live(person) is not None

    def require_live(self, person: Person) -> str:
        """The id of the acknowledgement that lets this person hear clips.

        Raises NdaRequired otherwise, after a log row; call it outside a transaction, or the row goes with it.
        """
        record = self._live(person)
        if record is None:
            self._log.record(
                Event(
                    Action.REFUSED,
                    actor=person.id,
                    role=person.role,
                    outcome="refused",
                    reason="NDA_REQUIRED",
                )
            )
            raise NdaRequired
        return record.id

    def live_elsewhere(self, person: Person, evidence: bytes) -> str:
        """The id of an acknowledgement that a person signed in a folder of their own, if it counts now; else
        empty.

        ``evidence`` is the record and its signature, as ``newest_evidence`` gives them. It does not count if
        it does not verify with the person's key, is of another role or text, has expired, or lies in the
        future.
        """
        body, signature = evidence[:-_SIGNATURE_BYTES], evidence[-_SIGNATURE_BYTES:]
        try:
            fields = parse(body)
            row = {name: str(fields[name]) for name in ("id", "person_id", "version", "locale", "sha256")}
            signed_at = to_micros(datetime.fromisoformat(str(fields["signed_at"])))
            whole = {**row, "signed_at": signed_at, "record": body, "signature": signature}
            entry = self._entry(person, whole, self._counting())
        except (Damaged, KeyError, ValueError, TypeError, OverflowError):  # whoever signed it wrote it too
            return ""
        is_early = entry.signed_at > self._clock.now() + _CLOCKS_APART
        return row["id"] if entry.state is AgreementState.VALID and not is_early else ""

    def counting(self) -> list[str]:
        """The SHA-256 of each text that counts when it is signed, in hex, sorted."""
        return sorted(self._counting())

    def shown(self, identity: Identity, text: NdaText) -> None:
        """Logs that the text was shown to this person."""
        self._note(Action.NDA_SHOWN, identity, text, text.version)

    def end_reached(self, identity: Identity, text: NdaText) -> None:
        """Logs that this person reached the end of the text; counts only after it was shown."""
        self._note(Action.NDA_END_REACHED, identity, text, text.version)

    def reading_seconds_left(self, identity: Identity, text: NdaText) -> float | None:
        """The least reading time left before this person may sign, in seconds; 0 when they may.

        None when they have not reached the end of the text yet, in any session.
        """
        times = self._reading_times(identity.person.id, text)
        if times is None:
            return None
        read = (self._clock.now() - times[0]).total_seconds()
        return max(0.0, least_reading_seconds(text) - read)

    def declined(self, identity: Identity, text: NdaText) -> None:
        """Logs that the person declined."""
        self._note(Action.NDA_DECLINED, identity, text, text.version)

    def accept(
        self,
        identity: Identity,
        text: NdaText,
        typed_name: str,
        app_version: str,
    ) -> str:
        """Signs the text with the person's key and stores the record, with a log row in the same commit.

        The times at which it was shown and its end was reached come from the log.

        Returns: the id of the acknowledgement.
        Raises: Refused when the typed name is not the person's (capitals and spaces aside), the bytes are not
            those of the current text, or the text was not read to its end (code NDA_NOT_READ) or not for
            the least reading time (code NDA_READ_TOO_FAST).
        """
        now = self._clock.now()
        shown_at, end_reached_at = self._check(identity, text, typed_name)
        record_id = f"n{secrets.token_hex(8)}"
        body = canonical({
            "v": 1, "kind": KIND, "id": record_id, "log_id": self._log.log_id,
            "person_id": identity.person.id, "name": identity.person.name, "role": identity.person.role,
            "session": identity.session_id, "typed_name": typed_name, "title": text.title,
            "version": text.version, "locale": text.locale, "sha256": text.sha256, "statement": STATEMENT,
            "shown_at": to_iso(shown_at), "end_reached_at": to_iso(end_reached_at), "signed_at": to_iso(now),
            "app_version": app_version, "public_key": identity.person.public_key.hex(),
        })  # fmt: skip
        signature = signing.sign(identity.keyring.signing_key, body)
        if not signing.verify(identity.person.public_key, body, signature):
            raise Damaged("SIGNING_KEY_DIFFERS")
        which = {"id": record_id, "version": text.version, "locale": text.locale, "sha256": text.sha256}
        whose = {"person_id": identity.person.id, "signed_at": to_micros(now)}
        with self._database.transaction():
            self._database.insert(
                "nda_acknowledgement", {**which, **whose, "record": body, "signature": signature}
            )
            self._note(
                Action.NDA_ACCEPTED, identity, text, record_id, record=hashlib.sha256(body).hexdigest()
            )
        return record_id

    def of(self, person_id: str) -> list[Record]:
        """Every acknowledgement of a person, the newest first; raises Damaged when one cannot be read."""
        return [_record(row) for row in self._rows(person_id)]

    def _rows(self, person_id: str) -> list[Row]:
        return self._database.rows(
            "SELECT * FROM nda_acknowledgement WHERE person_id = ? ORDER BY signed_at DESC, id", (person_id,)
        )

    def register(self, people: Sequence[Person]) -> list[RegisterEntry]:
        """Every acknowledgement of these people, and whether it counts, by person, the newest first."""
        counting = self._counting()
        return [self._entry(person, row, counting) for person in people for row in self._rows(person.id)]

    def copy_of(self, person: Person, record_id: str) -> SignedAgreement:
        """A person's own signed agreement, to keep. Raises Refused, Damaged."""
        row = next((row for row in self._rows(person.id) if row["id"] == record_id), None)
        if row is None:
            raise Refused("NO_SUCH_AGREEMENT")
        record = _record(row)
        log_row = next(
            (each for each in self._log.about(record_id) if each.event().action is Action.NDA_ACCEPTED), None
        )
        if log_row is None:
            raise Damaged("ACKNOWLEDGEMENT_UNREADABLE")
        text = self._text_of(record)
        fields = parse(record.body)
        copy = {
            "format": FORMAT,
            "text": text,
            "record": record.body.decode(),
            "signature": record.signature.hex(),
            "log_public_key": self._log.keys().at(log_row.seq).hex(),
            "log_row": {
                "body": log_row.body.decode(),
                "prev": log_row.prev.hex(),
                "hash": log_row.hash.hex(),
                "signature": log_row.signature.hex(),
            },
        }
        verify_copy(copy)
        return SignedAgreement(
            title=str(fields["title"]),
            version=record.version,
            locale=record.locale,
            text=text,
            name=record.typed_name,
            signed_at=record.signed_at,
            statement=record.statement,
            sha256=record.sha256,
            json=copy,
        )

    def _live(self, person: Person) -> Record | None:
        counting = self._counting()
        row = next((row for row in self._rows(person.id) if row["sha256"] in counting), None)
        if row is None or self._entry(person, row, counting).state is not AgreementState.VALID:
            return None
        return _record(row)

    def _entry(self, person: Person, row: Row, counting: Mapping[str, str]) -> RegisterEntry:
        signed_at = from_micros(row["signed_at"])
        until = signed_at + timedelta(days=self._days)
        state = self._state(person, row, counting)
        return RegisterEntry(person, row["id"], row["version"], row["locale"], signed_at, until, state)

    def _state(self, person: Person, row: Row, counting: Mapping[str, str]) -> AgreementState:
        try:
            record = _record(row)
            fields = parse(record.body)
            key = bytes.fromhex(str(fields["public_key"]))
            role = fields["role"]
        except (Damaged, KeyError, ValueError):
            return AgreementState.DAMAGED
        here = (row["id"], person.id, row["sha256"], row["signed_at"])
        if here != (record.id, record.person_id, record.sha256, to_micros(record.signed_at)):
            return AgreementState.DAMAGED
        if not signing.verify(key, record.body, record.signature):
            return AgreementState.DAMAGED
        is_same_person = person.state is PersonState.ACTIVE and key == person.public_key
        if not is_same_person or role != person.role:
            return AgreementState.ENDED
        if counting.get(record.sha256) != record.version:
            return AgreementState.SUPERSEDED
        is_over = self._clock.now() >= record.signed_at + timedelta(days=self._days)
        return AgreementState.EXPIRED if is_over else AgreementState.VALID

    def _counting(self) -> dict[str, str]:
        # The newest text is valid in each of its languages, and older ones back to the last that everybody
        # had to sign again.
        counting: dict[str, str] = {}
        for text in load_agreements(self._folder, FALLBACK_LOCALE):
            for data in _texts(self._folder, f"{text.version}/*.txt"):
                counting[hashlib.sha256(data).hexdigest()] = text.version
            if text.requires_reack:
                break
        return counting

    def _published(self) -> list[str]:
        newest = load_agreement(self._folder, FALLBACK_LOCALE)
        folder = self._folder / newest.version
        return sorted(file.stem for file in folder.glob("*.txt") if file.is_file())

    def _text_of(self, record: Record) -> str:
        for data in _texts(self._folder, "*/*.txt"):
            if hashlib.sha256(data).hexdigest() == record.sha256:
                return data.decode()
        raise Unavailable("NDA_TEXT_GONE", version=record.version)

    def _check(self, identity: Identity, text: NdaText, typed_name: str) -> tuple[datetime, datetime]:
        """The times of showing and reaching the end; raises Refused unless it may be signed now."""
        if _spaced(typed_name) != _spaced(identity.person.name):
            raise Refused("NDA_NAME_DIFFERS", name=identity.person.name)
        if text != self.text(text.locale):
            raise Refused("NDA_CHANGED")
        times = self._reading_times(identity.person.id, text)
        left = self.reading_seconds_left(identity, text)
        if times is None or left is None:
            raise Refused("NDA_NOT_READ")
        if left > 0:
            raise Refused("NDA_READ_TOO_FAST", seconds=ceil(left))
        return times

    def _reading_times(self, person_id: str, text: NdaText) -> tuple[datetime, datetime] | None:
        """When this person last reached the end of this text, and when it was shown to them before."""
        shown_at, times = None, None
        for row in self._log.about(text.version):
            event = row.event()
            if event.actor != person_id or event.detail.get("sha256") != text.sha256:
                continue
            if event.action is Action.NDA_SHOWN:
                shown_at = row.at()
            elif event.action is Action.NDA_END_REACHED and shown_at is not None:
                times = shown_at, row.at()
        return times

    def _note(self, action: Action, identity: Identity, text: NdaText, about: str, **more: str) -> None:
        detail = {"version": text.version, "locale": text.locale, "sha256": text.sha256, **more}
        self._log.record(Event.by(identity, action, about, detail=detail))


def least_reading_seconds(text: NdaText) -> float:
    """The least time between showing and signing a text, in seconds."""
    return min(LONGEST_READING_SECONDS, len(text.text) / READING_CHARACTERS_A_SECOND)


def _texts(folder: Path, pattern: str) -> Iterator[bytes]:
    """The bytes of each text; what is no file, or went away, is none. Raises Unavailable."""
    for file in sorted(folder.glob(pattern)):
        try:
            data = read_untrusted(file)
        except Refused as error:
            if error.code == "FILE_UNREADABLE":
                raise Unavailable("NDA_NOT_READABLE", problem=str(error.parameters["problem"])) from error
            continue
        yield data


def _load(folder: Path, locale: str) -> NdaText:
    try:
        about: dict[str, Any] = parse_untrusted_toml(read_untrusted_text(folder / "nda.toml"), "nda.toml")
        found = locale if (folder / f"{locale}.txt").is_file() else FALLBACK_LOCALE
        # Bytes, not read_text: the hash must cover the file's exact bytes, including line ends.
        data = read_untrusted(folder / f"{found}.txt")
        title = about["title"][found]
        requires_reack = about["requires_reack"]
        if about["version"] != folder.name or not isinstance(requires_reack, bool):
            raise Damaged("NDA_VERSION_WRONG", folder=folder.name)
        return NdaText(
            folder.name, found, title, data.decode(), hashlib.sha256(data).hexdigest(), requires_reack
        )
    except (ValueError, KeyError, TypeError, Refused) as error:
        if isinstance(error, Refused) and error.code == "FILE_MISSING":
            raise Unavailable("NDA_MISSING", folder=str(folder)) from error
        raise Damaged("NDA_FILE_WRONG", folder=folder.name) from error


def _record(row: Row) -> Record:
    fields = parse(row["record"])
    try:
        if fields["kind"] != KIND:
            raise Damaged("ACKNOWLEDGEMENT_UNREADABLE")
        values: dict[str, Any] = {name: fields[name] for name in _TEXT_FIELDS}
        values |= {name: datetime.fromisoformat(fields[name]) for name in _TIME_FIELDS}
        return Record(**values, body=row["record"], signature=row["signature"])
    except (KeyError, ValueError, TypeError) as error:
        raise Damaged("ACKNOWLEDGEMENT_UNREADABLE") from error


_TEXT_FIELDS = ("id", "person_id", "version", "locale", "sha256", "typed_name", "app_version", "statement")
_TIME_FIELDS = ("shown_at", "end_reached_at", "signed_at")


def _version_key(version: str) -> tuple[tuple[int, ...], str]:
    return tuple(int(part) for part in version.split(".") if part.isdigit()), version


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _spaced(name: str) -> str:
    return " ".join(name.casefold().split())
