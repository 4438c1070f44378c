"""The tables ``held_find`` and ``released_work``: what was found in drafts and work, and what was let go."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime

from reviewer.db.connection import Database
from reviewer.model.clock import to_micros
from reviewer.model.held_back import HeldFind, ReleaseReason
from reviewer.model.serialization import from_columns, to_columns


class HeldFindRepository:
    """Kinds, codes and frames, never a word."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, clip_id: str, annotation_id: str, finds: Iterable[HeldFind]) -> None:
        """Sets what was found in a clip's draft (an empty id) or in one annotation."""
        self._database.execute(
            "DELETE FROM held_find WHERE clip_id = ? AND annotation_id = ?", (clip_id, annotation_id)
        )
        for find in finds:
            self._database.insert("held_find", to_columns(find))

    def all(self) -> tuple[HeldFind, ...]:
        """Everything that was found and not released, by clip."""
        rows = self._database.rows(
            "SELECT * FROM held_find WHERE annotation_id NOT IN (SELECT annotation_id FROM released_work)"
            " ORDER BY clip_id, annotation_id, start, rowid"
        )
        return tuple(from_columns(HeldFind, row) for row in rows)

    def clips(self) -> frozenset[str]:
        """The clips of everything that was found and not released."""
        rows = self._database.rows(
            "SELECT DISTINCT clip_id FROM held_find"
            " WHERE annotation_id NOT IN (SELECT annotation_id FROM released_work)"
        )
        return frozenset(row["clip_id"] for row in rows)

    def of_clips(self, clip_ids: Collection[str]) -> dict[str, list[HeldFind]]:
        """What was found in each of these clips that has any, and not released."""
        found: dict[str, list[HeldFind]] = {}
        for row in self._database.rows(
            "SELECT * FROM held_find WHERE clip_id IN (SELECT value FROM json_each(?))"
            " AND annotation_id NOT IN (SELECT annotation_id FROM released_work)"
            " ORDER BY clip_id, annotation_id, start, rowid",
            (json.dumps(list(clip_ids)),),
        ):
            found.setdefault(row["clip_id"], []).append(from_columns(HeldFind, row))
        return found

    def release(
        self, clip_id: str, annotation_id: str, reason: ReleaseReason, person: str, at: datetime
    ) -> None:
        """Releases work: what was found in it does not hold it back any more."""
        self._database.execute(
            "INSERT INTO released_work (annotation_id, clip_id, reason, person_id, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (annotation_id, clip_id, reason, person, to_micros(at)),
        )

    def released_among(self, annotation_ids: Collection[str]) -> frozenset[str]:
        """Those of this work that a lead released."""
        rows = self._database.rows(
            "SELECT annotation_id FROM released_work WHERE annotation_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(annotation_ids)),),
        )
        return frozenset(row["annotation_id"] for row in rows)

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes what was found in a purged clip."""
        self._database.execute("DELETE FROM held_find WHERE clip_id = ?", (clip_id,))
