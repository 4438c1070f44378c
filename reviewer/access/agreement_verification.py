"""Verifies the records of signed agreements against the access log."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from reviewer.access import signing
from reviewer.access.log_chain import parse
from reviewer.errors import Damaged, Notice
from reviewer.model.clock import to_micros
from reviewer.model.event import Action

_COLUMNS = ("id", "person_id", "version", "locale", "sha256", "signed_at")


@dataclass(frozen=True, slots=True)
class _Accepted:
    """Who signed which text, as a row says; ``record`` is the record's SHA-256, empty in older rows."""

    row: int
    person: str
    version: str
    locale: str
    sha256: str
    record: str


@dataclass(slots=True)
class LoggedAgreements:
    """What the rows of the log record about agreements, collected in order."""

    actions: ClassVar[frozenset[Action]] = frozenset(
        {Action.NDA_ACCEPTED, Action.PERSON_ENROLLED, Action.PERSON_KEY}
    )
    accepted: dict[str, _Accepted] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)
    """Person -> the signing keys (hexadecimal) with which the log says that they enrolled."""

    def add(self, seq: int, fields: dict[str, Any]) -> None:
        """Adds one row that verified."""
        action, detail, actor = fields["action"], fields["detail"], str(fields["actor"])
        if action == Action.NDA_ACCEPTED:
            said = (str(detail.get(name, "")) for name in ("version", "locale", "sha256", "record"))
            self.accepted[str(fields["object"])] = _Accepted(seq, actor, *said)
        elif action in self.actions and "public_key" in detail:
            self.keys.setdefault(actor, set()).add(str(detail["public_key"]))


@dataclass(frozen=True, slots=True)
class AgreementRecords:
    """The records in the file: the columns, the signed bytes, the signature."""

    records: tuple[tuple[dict[str, str], bytes, bytes], ...]

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "AgreementRecords":
        """Reads the table, in the transaction in which the end of the log was read."""
        rows = connection.execute(
            "SELECT id, person_id, version, locale, sha256, signed_at, record, signature"
            " FROM nda_acknowledgement ORDER BY id"
        )
        return cls(
            tuple(
                (dict(zip(_COLUMNS, map(str, columns), strict=True)), _bytes(record), _bytes(signature))
                for *columns, record, signature in rows
            )
        )

    def flaw(self, log: LoggedAgreements) -> tuple[int | None, Notice] | None:
        """The first record that does not verify, is not in the log, or is missing, and its row."""
        here = set()
        for columns, record, signature in self.records:
            name = columns["id"]
            said = log.accepted.get(name)
            if said is None:
                return None, Notice("AGREEMENT_NOT_IN_LOG", {"record": name})
            if not _verifies(columns, record, signature, said, log.keys.get(said.person, set())):
                return said.row, Notice("AGREEMENT_DIFFERS", {"record": name, "row": said.row})
            here.add(name)
        for name, said in log.accepted.items():
            if name not in here:
                return said.row, Notice("AGREEMENT_MISSING", {"record": name, "row": said.row})
        return None


def _verifies(
    columns: dict[str, str], record: bytes, signature: bytes, said: _Accepted, keys: set[str]
) -> bool:
    try:
        fields = parse(record)
        key = str(fields["public_key"])
        is_signed = signing.verify(bytes.fromhex(key), record, signature)
        fields["signed_at"] = str(to_micros(datetime.fromisoformat(fields["signed_at"])))
        is_same = all(fields[name] == columns[name] for name in _COLUMNS)
    except (Damaged, KeyError, ValueError, TypeError):
        return False
    is_said = (fields["person_id"], fields["version"], fields["locale"], fields["sha256"]) == (
        said.person,
        said.version,
        said.locale,
        said.sha256,
    )
    is_logged = said.record in {"", sha256(record).hexdigest()}
    return is_signed and is_same and is_said and is_logged and (not keys or key in keys)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
