"""The ``person`` table, and the waiting time of a name after failed sign-ins."""

import hashlib
import secrets
import sqlite3
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from reviewer.access.confusables import SKELETONS
from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.model.clock import Clock, from_micros, to_micros
from reviewer.model.people import Person, PersonState
from reviewer.model.serialization import from_columns, to_columns

FREE_FAILURES = 5
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 3600
_LONGEST_NAME = 200
_SALT = "sign_in_salt"
# Of the property Default_Ignorable_Code_Point those that Python calls printable.
_INVISIBLE = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0))
) | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


@dataclass(frozen=True, slots=True)
class Invited:
    """An invited account: ``keyring`` is sealed under the one-time code."""

    person: Person
    keyring: bytes
    code_until: datetime


class PersonRepository:
    """Everybody who was ever added; keyrings are opaque bytes here.

    The caller must hide whether a name exists.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, person: Person, keyring: bytes) -> Person:
        """Adds somebody who has set a passphrase already. Raises Refused for an empty or taken name."""
        return self._insert(person, PersonState.ACTIVE, keyring, None)

    def invite(self, person: Person, keyring: bytes | None, until: datetime) -> Person:
        """Adds somebody who may enrol until then. Raises Refused for an empty or taken name.

        Without a keyring they join in a folder of their own.
        """
        return self._insert(person, PersonState.INVITED, keyring, until)

    def invite_again(self, person_id: str, keyring: bytes | None, until: datetime) -> None:
        """Replaces the keyring of somebody who lost their passphrase by one under a new code.

        Raises Refused when there is no such account, or it is closed.
        """
        touched = self._database.execute(
            "UPDATE person SET state = 'invited', keyring = ?, code_until = ?, delivery_card = x''"
            " WHERE id = ? AND state != 'revoked'",
            (keyring, to_micros(until), person_id),
        )
        if not touched:
            raise Refused("NO_ACCOUNT")

    def replace_keyring(self, person_id: str, old: bytes, new: bytes) -> bool:
        """Replaces a keyring unless it was changed meanwhile; returns whether it was replaced."""
        return bool(
            self._database.execute(
                "UPDATE person SET keyring = ? WHERE id = ? AND state = 'active' AND keyring = ?",
                (new, person_id, old),
            )
        )

    def delivery_card(self, person_id: str) -> bytes:
        """The public keys to which new keys are sealed for this person; empty if none were registered."""
        card: bytes | None = self._database.value(
            "SELECT delivery_card FROM person WHERE id = ?", (person_id,)
        )
        return card or b""

    def put_delivery_card(self, person_id: str, card: bytes) -> None:
        """Registers the public keys to which new keys are sealed for this person."""
        self._database.execute("UPDATE person SET delivery_card = ? WHERE id = ?", (card, person_id))

    def forget_deleted(self) -> None:
        """Removes replaced keyrings from the write-ahead log; must be called after the commit."""
        self._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def activate(self, person_id: str, public_key: bytes, keyring: bytes | None) -> None:
        """Activates an invited account, which uses up the invitation.

        ``keyring``: sealed under the person's own passphrase; None if it is in a folder of their own. Raises
        Refused when there is no invitation, or it was used or has expired.
        """
        touched = self._database.execute(
            "UPDATE person SET state = 'active', public_key = ?, keyring = ?, code_until = NULL"
            " WHERE id = ? AND state = 'invited' AND code_until > ?",
            (public_key, keyring, person_id, to_micros(self._clock.now())),
        )
        if not touched:
            raise Refused("INVITATION_OVER")

    def revoke(self, person_id: str) -> None:
        """Closes an account and destroys its keyring; the name stays taken, to keep the log unambiguous.

        Raises Refused when there is no such account, or it is closed already.
        """
        touched = self._database.execute(
            "UPDATE person SET state = 'revoked', keyring = NULL, code_until = NULL"
            " WHERE id = ? AND state != 'revoked'",
            (person_id,),
        )
        if not touched:
            raise Refused("NO_ACCOUNT")

    def keep_lead(self, lead: Person) -> None:
        """Keeps name and public key of a lead who signs in elsewhere. Raises Refused for a taken name."""
        if self.by_id(lead.id) is None:
            self._insert(lead, PersonState.ACTIVE, None, None)
        self._database.execute(
            "UPDATE person SET public_key = ?, state = 'active' WHERE id = ? AND role = 'lead'",
            (lead.public_key, lead.id),
        )

    def lead_keys(self) -> dict[str, bytes]:
        """The public keys of those who are leads now, by id."""
        rows = self._database.rows(
            "SELECT id, public_key FROM person WHERE role = 'lead' AND state = 'active'"
        )
        return {row["id"]: row["public_key"] for row in rows}

    def by_name(self, name: str) -> Person | None:
        """The person of this name, ignoring case and spacing."""
        row = self._database.row("SELECT * FROM person WHERE name_key = ?", (name_key(name),))
        return from_columns(Person, row) if row else None

    def by_id(self, person_id: str) -> Person | None:
        row = self._database.row("SELECT * FROM person WHERE id = ?", (person_id,))
        return from_columns(Person, row) if row else None

    def all(self) -> list[Person]:
        """Everybody who was ever added, by name."""
        return [
            from_columns(Person, row) for row in self._database.rows("SELECT * FROM person ORDER BY name_key")
        ]

    def keyring(self, person_id: str) -> bytes | None:
        """The sealed keyring; None if there is none or it was destroyed."""
        blob: bytes | None = self._database.value("SELECT keyring FROM person WHERE id = ?", (person_id,))
        return blob

    def invited(self, name: str) -> Invited | None:
        """The open invitation of this name; it expires at ``code_until``."""
        row = self._database.row(
            "SELECT * FROM person WHERE name_key = ? AND state = 'invited'", (name_key(name),)
        )
        if row is None or row["keyring"] is None or row["code_until"] is None:
            return None
        return Invited(from_columns(Person, row), row["keyring"], from_micros(row["code_until"]))

    def wait_seconds(self, name: str) -> int:
        """How long sign-in for this name is still blocked, in whole seconds; 0 if it is not."""
        row = self._database.row(
            "SELECT not_before FROM sign_in_failure WHERE name_key = ?", (self._bucket(name),)
        )
        if row is None:
            return 0
        left = float(row["not_before"] - to_micros(self._clock.now())) / 1_000_000
        # A clock that was wrong when a failure was counted must not lock anybody out for years.
        return max(0, min(LONGEST_WAIT_SECONDS, ceil(left)))

    def count_failure(self, name: str) -> int:
        """Counts a failed attempt; from the fifth on sign-in is blocked, 30 s at first, then doubling.

        A name that does not exist is counted in the same way.

        Returns: the failures since the last success.
        """
        bucket = self._bucket(name)
        with self._database.transaction():
            before = self._database.value(
                "SELECT failures FROM sign_in_failure WHERE name_key = ?", (bucket,)
            )
            failures = int(before or 0) + 1
            not_before = to_micros(self._clock.now()) + _wait_after(failures) * 1_000_000
            self._database.execute(
                "INSERT INTO sign_in_failure (name_key, failures, not_before) VALUES (?, ?, ?)"
                " ON CONFLICT (name_key) DO UPDATE SET failures = excluded.failures,"
                " not_before = excluded.not_before",
                (bucket, failures, not_before),
            )
        return failures

    def forget_failures(self, name: str) -> None:
        """Resets the count after a success."""
        self._database.execute("DELETE FROM sign_in_failure WHERE name_key = ?", (self._bucket(name),))

    def _insert(
        self, person: Person, state: PersonState, keyring: bytes | None, until: datetime | None
    ) -> Person:
        name = shown_name(person.name)
        self._require_distinct(name)
        self._salt()  # made while somebody can sign it
        added = Person(person.id, name, person.role, state, person.public_key)
        code_until = None if until is None else to_micros(until)
        row = {"name_key": name_key(name), "keyring": keyring, "code_until": code_until}
        try:
            self._database.insert(
                "person", to_columns(added) | row | {"added_at": to_micros(self._clock.now())}
            )
        except sqlite3.IntegrityError as error:
            raise Refused("NAME_TAKEN") from error
        return added

    def _require_distinct(self, name: str) -> None:
        """Raises Refused for a name that is taken, or looks like one that is or was."""
        looks = look_alikes(name)
        for other in self.all():
            if name_key(other.name) == name_key(name):
                raise Refused("NAME_TAKEN")
            if looks & look_alikes(other.name):
                raise Refused("NAME_LOOKS_ALIKE", name=other.name)

    def _bucket(self, name: str) -> str:
        # People type passphrases into the name field. 24 bits distinguish names well enough to slow
        # guessing down, and are too few to confirm what was typed.
        return hashlib.sha256(self._salt() + name_key(name).encode()).hexdigest()[:6]

    def _salt(self) -> bytes:
        salt = self._database.value("SELECT value FROM meta WHERE key = ?", (_SALT,))
        if salt is None:
            self._database.execute(
                "INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", (_SALT, secrets.token_hex(16))
            )
            salt = self._database.value("SELECT value FROM meta WHERE key = ?", (_SALT,))
        return bytes.fromhex(salt)


def shown_name(name: str) -> str:
    """A name with single spaces; raises Refused when it is empty, too long or holds control characters."""
    spaced = " ".join(unicodedata.normalize("NFC", name).split())
    if not spaced or len(spaced) > _LONGEST_NAME or not spaced.isprintable():
        raise Refused("NOT_A_NAME", longest=_LONGEST_NAME)
    return spaced


def name_key(name: str) -> str:
    """The form in which two spellings of one name are equal: NFKC, case folded, single spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.encode("utf-8", "replace").decode().split())


def look_alikes(name: str) -> frozenset[str]:
    """What a name looks like, with and without its capitals: two names that share one are easily mistaken.

    Skeletons of Unicode Technical Standard 39, section 4, without spaces and punctuation: letters and digits
    that look alike are one, ``rn`` is ``m``, ``I`` is ``l``; what shows nothing is left out.
    """
    plain = unicodedata.normalize("NFKC", name)
    return frozenset({_skeleton(plain.casefold()).casefold(), _skeleton(plain).casefold()})


def _skeleton(text: str) -> str:
    visible = (each for each in unicodedata.normalize("NFD", text) if each not in _INVISIBLE)
    looks = "".join(SKELETONS.get(each, each) for each in visible)
    marked = unicodedata.normalize("NFD", looks)
    return "".join(each for each in marked if unicodedata.category(each)[0] in "LNM")


def _wait_after(failures: int) -> int:
    if failures < FREE_FAILURES:
        return 0
    doublings = min(failures - FREE_FAILURES, 20)
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS << doublings)
