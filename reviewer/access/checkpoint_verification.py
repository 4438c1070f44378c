"""Verifies the table of checkpoints against the rows of the log, and the marks of their witnesses."""

import sqlite3
from dataclasses import dataclass, field
from typing import Any, ClassVar

from reviewer.access.checkpoint import COSIGNATURES, Checkpoint, cosignatures_sum, parse_checkpoint
from reviewer.access.log_walk import LogWalk, Mismatch
from reviewer.access.merkle import Frontier
from reviewer.errors import Damaged, Notice
from reviewer.model.clock import to_micros
from reviewer.model.event import Action

_COLUMNS = ("size", "note", "made_at", "tree", "witnessed_at", "witnessed_row", "cosignatures")


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """One row of the table; ``note`` is None if it does not verify. A version without a column has None
    there."""

    size: int
    note: Checkpoint | None
    made_at: int
    tree: bytes | None
    witnessed_at: int | None
    witnessed_row: int | None
    cosignatures: str | None

    def is_of(self, log_id: str, public_key: bytes) -> bool:
        """Whether the note is of this log, which began with this key, and this size."""
        note = self.note
        return note is not None and (note.size, note.log_id, note.every_key[-1]) == (
            self.size,
            log_id,
            public_key,
        )


def read_checkpoints(connection: sqlite3.Connection) -> tuple[StoredCheckpoint, ...]:
    """All checkpoints by size, of this or an earlier version."""
    there = {row[1] for row in connection.execute("PRAGMA table_info(checkpoint)")}
    columns = ", ".join(name if name in there else "NULL" for name in _COLUMNS)
    rows = connection.execute(f"SELECT {columns} FROM checkpoint ORDER BY size")  # noqa: S608
    return tuple(StoredCheckpoint(size, _parsed(note), *rest) for size, note, *rest in rows)


@dataclass(slots=True)
class Witnessings:
    """The rows that record that a checkpoint is kept elsewhere, or was countersigned."""

    actions: ClassVar[frozenset[Action]] = frozenset({Action.CHECKPOINT_WITNESSED})
    rows: dict[int, set[int]] = field(default_factory=dict)
    """Size of the checkpoint -> the rows that record it."""
    cosigned: dict[int, object] = field(default_factory=dict)
    """Row -> the sum of the countersignatures that it names; those of earlier versions name none."""

    def add(self, seq: int, fields: dict[str, Any]) -> None:
        size = fields["detail"].get("rows")
        if isinstance(size, int):
            self.rows.setdefault(size, set()).add(seq)
        if COSIGNATURES in fields["detail"]:
            self.cosigned[seq] = fields["detail"][COSIGNATURES]

    def match(self, checkpoints: tuple[StoredCheckpoint, ...], walk: LogWalk) -> None:
        """Raises Mismatch for the first checkpoint that does not fit the log, or is missing."""
        previous = b""
        for stored in checkpoints:
            note = _checked(stored, walk)
            _match_end(note, walk)
            if note.previous != previous:
                raise Mismatch(note.size, Notice("CHECKPOINT_BEFORE_MISSING", {"rows": note.size}))
            if note.size not in walk.checkpoint_rows:
                raise Mismatch(note.size, Notice("CHECKPOINT_ROW_MISSING", {"row": note.size}))
            self._match_columns(stored, note)
            previous = note.digest()
        missing = walk.checkpoint_rows - {stored.size for stored in checkpoints}
        if missing:
            raise Mismatch(min(missing), Notice("CHECKPOINT_MISSING", {"row": min(missing)}))

    def _match_columns(self, stored: StoredCheckpoint, note: Checkpoint) -> None:
        is_tree = _is_tree(stored, note)
        is_witnessed = stored.witnessed_row is not None or stored.witnessed_at is not None
        is_recorded = stored.witnessed_row in self.rows.get(note.size, ())
        is_same = self._is_cosigned_as_recorded(stored)
        is_other = stored.made_at != to_micros(note.made_at) or not is_tree or not is_same
        if is_other or (is_witnessed and not is_recorded):
            raise Mismatch(note.size, Notice("CHECKPOINT_DIFFERS", {"rows": note.size}))

    def _is_cosigned_as_recorded(self, stored: StoredCheckpoint) -> bool:
        """Whether the countersignatures are those of the row; a row of an earlier version names no sum."""
        if stored.witnessed_row in self.cosigned:
            return self.cosigned[stored.witnessed_row] == cosignatures_sum(str(stored.cosignatures))
        return not stored.cosignatures or stored.witnessed_row is not None


def _checked(stored: StoredCheckpoint, walk: LogWalk) -> Checkpoint:
    size = stored.size
    if stored.note is None:
        raise Mismatch(size, Notice("CHECKPOINT_DAMAGED", {"rows": size}))
    is_of_key = stored.note.public_key == walk.keys.at(size)
    if not is_of_key or not stored.is_of(walk.log_id, walk.keys.first):
        raise Mismatch(size, Notice("CHECKPOINT_OF_ANOTHER_LOG", {"rows": size}))
    return stored.note


def _match_end(note: Checkpoint, walk: LogWalk) -> None:
    if note.size > walk.rows:
        raise Mismatch(walk.rows + 1, Notice("LOG_CUT", {"row": walk.rows + 1, "rows": note.size}))
    head, root = walk.ends[note.size]
    if note.head != head:
        raise Mismatch(note.size, Notice("LOG_ROW_NOT_SIGNED_BY_CHECKPOINT", {"row": note.size}))
    if note.root not in {b"", root}:
        raise Mismatch(note.size, Notice("LOG_ROOT_DIFFERS", {"rows": note.size}))


def _is_tree(stored: StoredCheckpoint, note: Checkpoint) -> bool:
    """Whether the stored frontier is that of the note's root; earlier versions have neither."""
    if not note.root or not isinstance(stored.tree, bytes):
        return not note.root and stored.tree is None
    try:
        return Frontier.from_bytes(note.size, stored.tree).root() == note.root
    except ValueError:
        return False


def _parsed(note: object) -> Checkpoint | None:
    try:
        return parse_checkpoint(str(note))
    except Damaged:
        return None
