"""The ``draft`` table: unfinished work, sealed, one draft for each task and person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reviewer.db.connection import Database
from reviewer.model.clock import to_micros
from reviewer.model.serialization import from_columns


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A stored draft: the window (a session id) that saved it, its revision there, and the time."""

    window: str
    revision: int
    sealed: bytes
    saved_at: datetime


class DraftRepository:
    """Keeps the newest draft of each task and person; ``ClipContent`` unseals it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        task_id: str,
        person_id: str,
        clip_id: str,
        window: str,
        revision: int,
        sealed: bytes,
        at: datetime,
    ) -> bool:
        """Replaces the draft, unless the stored one is a newer revision of the same window.

        An equal revision is saved (a position is saved under the revision of its text), as is any revision of
        another window: the caller decides which window may save.

        Returns: whether it was saved.
        """
        touched = self._database.execute(
            "INSERT INTO draft (task_id, person_id, clip_id, window, revision, sealed, saved_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (task_id, person_id) DO UPDATE SET window = excluded.window,"
            " revision = excluded.revision, sealed = excluded.sealed, saved_at = excluded.saved_at"
            " WHERE draft.window != excluded.window OR draft.revision <= excluded.revision",
            (task_id, person_id, clip_id, window, revision, sealed, to_micros(at)),
        )
        return bool(touched)

    def get(self, task_id: str, person_id: str) -> StoredDraft | None:
        """This person's draft of a task, or None."""
        row = self._database.row(
            "SELECT window, revision, sealed, saved_at FROM draft WHERE task_id = ? AND person_id = ?",
            (task_id, person_id),
        )
        return None if row is None else from_columns(StoredDraft, row)

    def reseal_clip(self, clip_id: str, reseal: Callable[[str, str, bytes], bytes]) -> None:
        """Replaces the seal of every draft of a clip; ``reseal`` gets task, person and the old seal.

        In the transaction that replaces the clip's key.
        """
        rows = self._database.rows(
            "SELECT task_id, person_id, sealed FROM draft WHERE clip_id = ?", (clip_id,)
        )
        for row in rows:
            sealed = reseal(row["task_id"], row["person_id"], row["sealed"])
            self._database.execute(
                "UPDATE draft SET sealed = ? WHERE task_id = ? AND person_id = ?",
                (sealed, row["task_id"], row["person_id"]),
            )

    def delete(self, task_id: str, person_id: str) -> None:
        """Removes the draft of work that was submitted, skipped or kept as a late draft."""
        self._database.execute("DELETE FROM draft WHERE task_id = ? AND person_id = ?", (task_id, person_id))

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes everybody's drafts of a purged clip."""
        self._database.execute("DELETE FROM draft WHERE clip_id = ?", (clip_id,))
