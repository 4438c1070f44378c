"""The ``draft_version`` table: earlier states of a person's work on a task, sealed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from reviewer.db.connection import Database
from reviewer.model.clock import to_micros
from reviewer.model.serialization import from_columns


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A sealed version; ``reason`` says why it was kept."""

    id: str
    reason: str
    sealed: bytes
    made_at: datetime


class DraftVersionRepository:
    """Keeps the versions of each task and person; ``ClipContent`` unseals them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, task_id: str, person_id: str, clip_id: str, version: StoredVersion) -> None:
        """Adds a version."""
        whose = {"task_id": task_id, "person_id": person_id, "clip_id": clip_id}
        what = {"id": version.id, "reason": version.reason, "sealed": version.sealed}
        self._database.insert("draft_version", what | whose | {"made_at": to_micros(version.made_at)})

    def of(self, task_id: str, person_id: str) -> list[StoredVersion]:
        """This person's versions of a task, oldest first."""
        rows = self._database.rows(
            "SELECT id, reason, sealed, made_at FROM draft_version WHERE task_id = ? AND person_id = ?"
            " ORDER BY made_at, rowid",
            (task_id, person_id),
        )
        return [from_columns(StoredVersion, row) for row in rows]

    def reseal_clip(self, clip_id: str, reseal: Callable[[str, bytes], bytes | None]) -> None:
        """Replaces the seal of every version of a clip; one for which ``reseal`` returns None is removed.

        In the transaction that replaces the clip's key.
        """
        for row in self._database.rows("SELECT id, sealed FROM draft_version WHERE clip_id = ?", (clip_id,)):
            sealed = reseal(row["id"], row["sealed"])
            if sealed is None:
                self.delete((row["id"],))
            else:
                self._database.execute(
                    "UPDATE draft_version SET sealed = ? WHERE id = ?", (sealed, row["id"])
                )

    def tasks_of(self, person_id: str) -> set[str]:
        """The ids of the tasks of which this person has versions."""
        rows = self._database.rows(
            "SELECT DISTINCT task_id FROM draft_version WHERE person_id = ?", (person_id,)
        )
        return {row["task_id"] for row in rows}

    def delete(self, ids: Iterable[str]) -> None:
        """Removes single versions."""
        for each in ids:
            self._database.execute("DELETE FROM draft_version WHERE id = ?", (each,))

    def delete_of_task(self, task_id: str, person_id: str) -> None:
        """Removes this person's versions of a task."""
        self._database.execute(
            "DELETE FROM draft_version WHERE task_id = ? AND person_id = ?", (task_id, person_id)
        )

    def delete_of_clip(self, clip_id: str) -> None:
        """Removes everybody's versions of a purged clip."""
        self._database.execute("DELETE FROM draft_version WHERE clip_id = ?", (clip_id,))
