"""Records in which window of a person a task is open, so that a second window is refused."""

from dataclasses import dataclass
from datetime import datetime

from reviewer.db.connection import Database
from reviewer.model.clock import to_micros
from reviewer.model.serialization import from_columns


@dataclass(frozen=True, slots=True)
class OpenTask:
    """The window (a session id) that has a task open, and when it was last seen."""

    window: str
    seen_at: datetime


class OpenTasks:
    """The ``open_task`` table: the last window seen, for each task and person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, task_id: str, person_id: str) -> OpenTask | None:
        """The window that has the task open, or had it when last seen."""
        row = self._database.row(
            "SELECT window, seen_at FROM open_task WHERE task_id = ? AND person_id = ?", (task_id, person_id)
        )
        return None if row is None else from_columns(OpenTask, row)

    def of_clip(self, clip_id: str) -> list[OpenTask]:
        """The windows that have any task of a clip open, or had it when last seen."""
        rows = self._database.rows("SELECT window, seen_at FROM open_task WHERE clip_id = ?", (clip_id,))
        return [from_columns(OpenTask, row) for row in rows]

    def of_person(self, person_id: str) -> list[OpenTask]:
        """The windows in which this person has a task open, or had it when last seen."""
        rows = self._database.rows("SELECT window, seen_at FROM open_task WHERE person_id = ?", (person_id,))
        return [from_columns(OpenTask, row) for row in rows]

    def seen(self, task_id: str, person_id: str, clip_id: str, window: str, at: datetime) -> None:
        """Records that this window has the task open now."""
        self._database.execute(
            "INSERT INTO open_task (task_id, person_id, clip_id, window, seen_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (task_id, person_id)"
            " DO UPDATE SET window = excluded.window, seen_at = excluded.seen_at",
            (task_id, person_id, clip_id, window, to_micros(at)),
        )

    def left(self, task_id: str, person_id: str, window: str) -> None:
        """Records that this window no longer has the task open; another window's record stays."""
        self._database.execute(
            "DELETE FROM open_task WHERE task_id = ? AND person_id = ? AND window = ?",
            (task_id, person_id, window),
        )

    def left_all(self, window: str) -> None:
        """Records that this window has no task open any more."""
        self._database.execute("DELETE FROM open_task WHERE window = ?", (window,))
