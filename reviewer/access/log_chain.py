"""The format of log rows, and the hash chain between them.

A body is canonical JSON (the subset of RFC 8785 without floats and null): keys sorted, no spaces, UTF-8, text
in NFC. ``hash = SHA-256(0x00 | prev | body)``; the leading byte keeps links apart from any other use of the
hash, as in RFC 6962 section 2.1.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from reviewer.access.merkle import leaf_hash
from reviewer.errors import Damaged, Notice
from reviewer.model.clock import from_micros
from reviewer.model.event import CLIP_IDS, Action, Event
from reviewer.model.serialization import canonical_json

GENESIS = bytes(32)
VERSION = 1
_Item = bool | int | str


class RowBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The parsed body of a row that verified; the fields of version 1, in the order of the canonical form."""

    action: str
    actor: str
    app_version: str
    detail: dict[str, _Item | list[_Item | list[_Item]]]
    log_id: str
    mono: int
    object: str
    outcome: str
    reason: str
    role: str
    seq: int
    session: str
    ts: int
    v: int


_FIELDS: Mapping[str, type] = MappingProxyType({
    "action": str, "actor": str, "app_version": str, "detail": dict, "log_id": str, "mono": int,
    "object": str, "outcome": str, "reason": str, "role": str, "seq": int, "session": str, "ts": int,
    "v": int,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the log, as stored. ``signature`` is empty before a key is known."""

    seq: int
    body: bytes
    prev: bytes
    hash: bytes
    signature: bytes = b""

    def fields(self) -> dict[str, Any]:
        """The parsed body; raises Damaged when it is invalid."""
        return parse(self.body)

    def event(self) -> Event:
        """The event of this row; raises Damaged when the body is invalid."""
        fields = self.fields()
        try:
            return Event(
                action=Action(fields["action"]),
                actor=fields["actor"],
                role=fields["role"],
                session=fields["session"],
                object=fields["object"],
                outcome=fields["outcome"],
                reason=fields["reason"],
                detail=MappingProxyType(dict(fields["detail"])),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise Damaged("LOG_ROW_UNREADABLE", row=self.seq) from error

    def at(self) -> datetime:
        """The time of the row, by the clock of the machine that wrote it. Raises Damaged."""
        try:
            return from_micros(self.fields()["ts"])
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise Damaged("LOG_ROW_UNREADABLE", row=self.seq) from error


def stored_row(columns: Mapping[str, Any]) -> LogRow:
    """A row as the file has it. Raises Damaged for a column of another type."""
    row = LogRow(**columns)
    if not all(isinstance(each, bytes) for each in (row.body, row.prev, row.hash, row.signature)):
        raise Damaged("LOG_ROW_UNREADABLE", row=row.seq)
    return row


def objects_of(target: str, detail: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of what a row is about, each once: its object, and the clips that a row of a batch lists."""
    listed = detail.get(CLIP_IDS, ())
    found = [target, *listed] if isinstance(listed, list) else [target]
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str) and each))


def canonical(body: Mapping[str, Any]) -> bytes:
    """The one byte form of a body; raises TypeError for other than text, whole numbers, booleans, lists."""
    return _dump(_plain(body))


def parse(body: bytes) -> dict[str, Any]:
    """Parses a body; raises Damaged unless its bytes are canonical."""
    try:
        fields = json.loads(body, parse_float=_no_float, parse_constant=_no_float)
        # ASCII is always NFC, so most rows need no check of each text; this halves a verification's time.
        is_plain = body.isascii() and b"null" not in body
        if not isinstance(fields, dict) or (_dump(fields) if is_plain else canonical(fields)) != body:
            raise Damaged("LOG_ROW_NOT_CANONICAL")
    except (ValueError, TypeError, RecursionError) as error:
        raise Damaged("LOG_BODY_UNREADABLE") from error
    return fields


def canonical_body(body: bytes, log_id: str, seq: int) -> RowBody | None:
    """The parsed body, if its bytes are the canonical form of row ``seq`` of this log; None otherwise.

    Nearly all rows are plain ASCII: for them msgspec's sorted form is the canonical one, and its types leave
    no floats and no null. It is several times faster than ``parse``, which decides about the others.
    """
    if body.isascii():
        try:
            plain = _DECODE(body)
            if plain.seq == seq and plain.log_id == log_id and plain.v == VERSION and _ENCODE(plain) == body:
                return plain
        except (ValueError, RecursionError):
            pass
    try:
        fields = parse(body)
    except Damaged:
        return None
    if not _has_form(fields) or (fields["log_id"], fields["seq"]) != (log_id, seq):
        return None
    return RowBody(**{name: fields[name] for name in _FIELDS})


def link_hash(prev: bytes, body: bytes) -> bytes:
    """The 32-byte hash that binds a body to everything before it."""
    return hashlib.sha256(b"\x00" + prev + body).digest()


def leaf_of(row: LogRow) -> bytes:
    """The leaf of a row in the Merkle tree: ``SHA-256(0x00 | hash | signature)``.

    The hash covers the body and everything before it, so a tree over these leaves covers every stored byte.
    """
    return leaf_hash(row.hash + row.signature)


def flaw(row: LogRow, expected_seq: int, expected_prev: bytes, log_id: str) -> Notice | None:
    """What is wrong with a row at this position, or None.

    Args:
        row: The row as stored.
        expected_seq: The number it should have, counted from 1.
        expected_prev: The hash of the row before it, ``GENESIS`` for the first.
        log_id: The log it should belong to.
    """
    if row.seq != expected_seq:
        return Notice("LOG_ROW_MISSING", {"row": expected_seq})
    if row.prev != expected_prev:
        return Notice("LOG_ROW_OUT_OF_CHAIN", {"row": row.seq})
    if row.hash != link_hash(row.prev, row.body):
        return Notice("LOG_ROW_CHANGED", {"row": row.seq})
    return _flaw_of_body(row, log_id)


def _flaw_of_body(row: LogRow, log_id: str) -> Notice | None:
    try:
        fields = row.fields()
    except Damaged:
        fields = {}
    if not _has_form(fields):
        return Notice("LOG_ROW_FORM", {"row": row.seq})
    if fields["log_id"] != log_id:
        return Notice("LOG_ROW_OF_ANOTHER_LOG", {"row": row.seq})
    if fields["seq"] != row.seq:
        return Notice("LOG_ROW_MOVED", {"row": row.seq, "was": str(fields["seq"])})
    return None


def _has_form(fields: dict[str, Any]) -> bool:
    if not fields.keys() >= _FIELDS.keys() or fields["v"] != VERSION:
        return False
    return all(type(fields[name]) is kind for name, kind in _FIELDS.items())


def _dump(plain: Any) -> bytes:
    return canonical_json(plain).encode()


def _no_float(text: str) -> None:
    raise ValueError(f"{text} has no single byte form")


_DECODE = msgspec.json.Decoder(RowBody).decode
_ENCODE = msgspec.json.Encoder(order="sorted").encode


def _plain(value: Any) -> Any:
    if type(value) is str and value.isascii():
        return value
    if isinstance(value, str):
        # A lone surrogate has no UTF-8 form; a log row must never fail for a strange name.
        return unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode())
    if isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not (isinstance(key, str) and key.isascii()):
                raise TypeError("keys of a log row are ASCII")
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"a log row cannot hold {type(value).__name__}")
