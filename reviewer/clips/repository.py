"""The ``clip`` table: what is known of each clip, and its wrapped key."""

import contextlib
import sqlite3
from datetime import datetime
from typing import Any

from reviewer.db.connection import Database, Row
from reviewer.errors import Refused
from reviewer.model.clip import Clip
from reviewer.model.clock import from_micros, to_micros

_COLUMNS = (
    "id", "product", "locale", "rate_hz", "channels", "frames", "recorded_at", "consent_granted_at",
    "consent_withdrawn_at", "purge_at", "imported_at", "source_hash", "speaker_hash", "samples_hash",
)  # fmt: skip
_TIMES = frozenset({"recorded_at", "consent_granted_at", "consent_withdrawn_at", "purge_at", "imported_at"})
_LIST = ", ".join(_COLUMNS)


class ClipRepository:
    """Every clip that ever came in; of a purged one all stays but the key and what it opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """One commit for the clip's row and whatever belongs with it."""
        return self._database.transaction()

    def add(self, clip: Clip, wrapped_key: bytes, asr_draft: bytes | None) -> None:
        """Adds a clip with its wrapped key and sealed ASR draft.

        Raises Refused (code DUPLICATE) when the id, the source or the samples are known already.
        """
        values = [_to_column(name, getattr(clip, name)) for name in _COLUMNS]
        marks = ", ".join("?" * (len(_COLUMNS) + 2))
        try:
            self._database.execute(
                f"INSERT INTO clip ({_LIST}, wrapped_key, asr_draft) VALUES ({marks})",  # noqa: S608
                (*values, wrapped_key, asr_draft),
            )
        except sqlite3.IntegrityError as error:
            raise Refused("This clip is here already.", "The first one stands.", code="DUPLICATE") from error

    def get(self, clip_id: str) -> Clip:
        """A clip's facts; raises Refused when there is none."""
        return _clip(self._row(clip_id, _LIST))

    def has(self, clip_id: str) -> bool:
        """Whether a clip of this id ever came in."""
        return bool(self._database.value("SELECT 1 FROM clip WHERE id = ?", (clip_id,)))

    def wrapped_key(self, clip_id: str) -> bytes:
        """The clip's wrapped key; raises Refused when there is none, or (code PURGED) it was destroyed."""
        wrapped: bytes | None = self._row(clip_id, "wrapped_key")["wrapped_key"]
        if wrapped is None:
            raise Refused("This clip was destroyed.", "Take the next one.", code="PURGED")
        return wrapped

    def asr_draft(self, clip_id: str) -> bytes | None:
        """The sealed draft of a recogniser, if one came with it; raises Refused when there is no clip."""
        sealed: bytes | None = self._row(clip_id, "asr_draft")["asr_draft"]
        return sealed

    def has_source(self, source_hash: str) -> bool:
        """Whether this source came in before; a purged one still counts."""
        return bool(self._database.value("SELECT 1 FROM clip WHERE source_hash = ?", (source_hash,)))

    def has_samples(self, samples_hash: str) -> bool:
        """Whether the same samples came in before."""
        return bool(self._database.value("SELECT 1 FROM clip WHERE samples_hash = ?", (samples_hash,)))

    def of_source(self, source_hash: str) -> str | None:
        """The clip of a source, for a withdrawal."""
        found: str | None = self._database.value("SELECT id FROM clip WHERE source_hash = ?", (source_hash,))
        return found

    def destroy_key(self, clip_id: str) -> None:
        """Makes all that was sealed under the clip's key unreadable; raises Refused when there is no clip."""
        touched = self._database.execute(
            "UPDATE clip SET wrapped_key = NULL, asr_draft = NULL WHERE id = ?", (clip_id,)
        )
        if not touched:
            raise _no_such_clip()

    def scrub(self) -> None:
        """Lets nothing of destroyed keys stay in a write-ahead file; call it after the commit, not inside."""
        self._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def ids(self) -> set[str]:
        """The clips whose key still exists."""
        rows = self._database.rows("SELECT id FROM clip WHERE wrapped_key IS NOT NULL")
        return {row["id"] for row in rows}

    def due_for_purge(self, now: datetime) -> list[str]:
        """The clips whose time is up and whose key still exists, the oldest first."""
        rows = self._database.rows(
            "SELECT id FROM clip WHERE wrapped_key IS NOT NULL AND purge_at <= ? ORDER BY purge_at, id",
            (to_micros(now),),
        )
        return [row["id"] for row in rows]

    def _row(self, clip_id: str, columns: str) -> Row:
        row = self._database.row(f"SELECT {columns} FROM clip WHERE id = ?", (clip_id,))  # noqa: S608
        if row is None:
            raise _no_such_clip()
        return row


def _clip(row: Row) -> Clip:
    fields: dict[str, Any] = {name: _from_column(name, value) for name, value in row.items()}
    return Clip(**fields)


def _to_column(name: str, value: Any) -> Any:
    return to_micros(value) if name in _TIMES and value is not None else value


def _from_column(name: str, value: Any) -> Any:
    return from_micros(value) if name in _TIMES and value is not None else value


def _no_such_clip() -> Refused:
    return Refused("There is no such clip.", "Take the next one from the queue.", code="NO_SUCH_CLIP")
