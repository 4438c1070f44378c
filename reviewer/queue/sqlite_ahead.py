"""The lease ahead in the SQLite queue: the next task is kept for a person while they do the present one."""

# ruff: noqa: S608 - statements are put together from the constants of this room only
from datetime import timedelta

from reviewer.db.connection import Row
from reviewer.model.task import Lease
from reviewer.queue.sqlite_order import NEXT_OPEN, OWN, SPARE
from reviewer.queue.sqlite_rows import WORKABLE, SqliteRows

AHEAD_MINUTES = 5
_FROM_ALL, _OWN = 1, 2  # whether a lapsed lease ahead frees the task for anybody, or it stays this person's


class SqliteAhead(SqliteRows):
    """A task of a lease ahead is leased; ``ahead`` in its row says so, and what it was before."""

    def claim_ahead(self, person_id: str) -> Lease | None:
        with self._database.transaction():
            held = self._ahead_of(person_id)
            if held is not None:
                self._renew_ahead(person_id)
                return self._lease_now(held["id"])
            values = {"person": person_id, "now": self._now()}
            for query in OWN:
                task = self._database.row(query, values)
                if task is not None:
                    return self._lease_ahead(task, person_id, _OWN)
            task = self._database.row(NEXT_OPEN, values)
            if task is None or not self._leaves_enough(person_id):
                return None
            return self._lease_ahead(task, person_id, _FROM_ALL)

    def release_ahead(self, person_id: str) -> Lease | None:
        with self._database.transaction():
            task = self._database.row(
                "SELECT * FROM task WHERE person_id = ? AND state = 'leased' AND ahead > 0", (person_id,)
            )
            if task is None:
                return None
            ended = self._lease_now(task["id"])
            self._give_back(task)
            self._follow(task["clip_id"])
            return ended

    def _renew_ahead(self, person_id: str) -> None:
        self._database.execute(
            "UPDATE task SET lease_until = max(lease_until, ?)"
            " WHERE person_id = ? AND state = 'leased' AND ahead > 0",
            (self._now() + self._ahead_micros(), person_id),
        )

    def _ahead_of(self, person_id: str) -> Row | None:
        """The task of the lease ahead; one that nobody may work on now is given back first."""
        task = self._database.row(
            f"SELECT t.*, {WORKABLE} AS is_workable FROM task t"
            " WHERE t.person_id = ? AND t.state = 'leased' AND t.ahead > 0",
            (person_id,),
        )
        if task is not None and not task["is_workable"]:
            self.release_ahead(person_id)
            return None
        return task

    def _leaves_enough(self, person_id: str) -> bool:
        """Whether each colleague at work finds an open task too, and whoever comes next as well."""
        colleagues = self._database.value(
            "SELECT count(DISTINCT person_id) FROM task"
            " WHERE state = 'leased' AND ahead = 0 AND lease_until > ? AND person_id != ?",
            (self._now(), person_id),
        )
        to_be_left = max(1, int(colleagues))
        return int(self._database.value(SPARE, (to_be_left + 1,))) > to_be_left

    def _lease_ahead(self, task: Row, person_id: str, ahead: int) -> Lease:
        micros = min(self._ahead_micros(), self._lease_micros())
        return self._hand_out(task, person_id, micros, assigned_to=task["assigned_to"], ahead=ahead)

    @staticmethod
    def _ahead_micros() -> int:
        return timedelta(minutes=AHEAD_MINUTES) // timedelta(microseconds=1)
