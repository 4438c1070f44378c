"""The ``redaction`` table: what of each clip is muted, confirmed, removed or found to be harmless."""

import json
from collections.abc import Collection
from datetime import datetime

from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.model.clock import to_micros
from reviewer.model.intervals import Span
from reviewer.model.redaction import Redaction, RedactionState
from reviewer.model.serialization import from_columns, to_columns


class RedactionRepository:
    """Every redaction that was ever proposed; times and kinds, never a word."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, redaction: Redaction) -> None:
        """Adds one; from now on its span is muted."""
        columns = to_columns(redaction) | {"is_text_open": int(redaction.is_text_open)}
        self._database.insert("redaction", columns)

    def get(self, redaction_id: str) -> Redaction:
        """The redaction with this id. Raises Refused (code NO_REDACTION)."""
        row = self._database.row("SELECT * FROM redaction WHERE id = ?", (redaction_id,))
        if row is None:
            raise Refused("NO_REDACTION", redaction=redaction_id)
        return from_columns(Redaction, row)

    def of_clip(self, clip_id: str) -> tuple[Redaction, ...]:
        """All of a clip, by their start."""
        rows = self._database.rows(
            'SELECT * FROM redaction WHERE clip_id = ? ORDER BY start, "end", id', (clip_id,)
        )
        return tuple(from_columns(Redaction, row) for row in rows)

    def of_clips(self, clip_ids: Collection[str]) -> dict[str, tuple[Redaction, ...]]:
        """Those of each of these clips that has any, by their start."""
        found: dict[str, tuple[Redaction, ...]] = {}
        for row in self._database.rows(
            "SELECT * FROM redaction WHERE clip_id IN (SELECT value FROM json_each(?))"
            ' ORDER BY start, "end", id',
            (json.dumps(list(clip_ids)),),
        ):
            found[row["clip_id"]] = (*found.get(row["clip_id"], ()), from_columns(Redaction, row))
        return found

    def in_state(self, state: RedactionState) -> tuple[Redaction, ...]:
        """All in one state, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM redaction WHERE state = ? ORDER BY proposed_at, id", (state,)
        )
        return tuple(from_columns(Redaction, row) for row in rows)

    def clips_with_open_text(self) -> frozenset[str]:
        """The clips of which somebody must find the words that a removed stretch leaves in the texts."""
        rows = self._database.rows("SELECT DISTINCT clip_id FROM redaction WHERE is_text_open = 1")
        return frozenset(row["clip_id"] for row in rows)

    def decide(self, redaction_id: str, state: RedactionState, person_id: str, at: datetime) -> None:
        """Confirms or rejects a proposed one. Raises Refused (code REDACTION_DECIDED)."""
        touched = self._database.execute(
            "UPDATE redaction SET state = ?, decided_by = ?, decided_at = ? WHERE id = ? AND state = ?",
            (state, person_id, to_micros(at), redaction_id, RedactionState.PROPOSED),
        )
        if not touched:
            raise Refused("REDACTION_DECIDED", redaction=redaction_id)

    def mark_applied(self, redaction_id: str, removed: Span, *, is_text_open: bool) -> None:
        """Records which frames were replaced for a confirmed one."""
        self._database.execute(
            "UPDATE redaction SET state = ?, removed_start = ?, removed_end = ?, is_text_open = ?"
            " WHERE id = ?",
            (RedactionState.APPLIED, removed.start, removed.end, int(is_text_open), redaction_id),
        )

    def settle_text(self, clip_id: str) -> None:
        """Somebody has looked: the clip's texts hold none of what was removed."""
        self._database.execute("UPDATE redaction SET is_text_open = 0 WHERE clip_id = ?", (clip_id,))

    def keep_only(self, clip_id: str, redaction_ids: Collection[str]) -> None:
        """In somebody's own folder: removes those of a clip that are not among these, which were decided."""
        self._database.execute(
            "DELETE FROM redaction WHERE clip_id = ? AND id NOT IN (SELECT value FROM json_each(?))",
            (clip_id, json.dumps(sorted(redaction_ids))),
        )

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes those of a purged clip: nobody need decide about them."""
        self._database.execute("DELETE FROM redaction WHERE clip_id = ?", (clip_id,))
