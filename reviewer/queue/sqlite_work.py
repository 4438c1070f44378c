"""The contractor's side of the SQLite queue: claim, hold, hand back, hand in."""

# ruff: noqa: S608 - statements are put together from the constants of this room only
from datetime import datetime, timedelta

from reviewer.db.connection import Row
from reviewer.errors import ClipWithdrawn, LeaseLapsed, LeaseLost, NotLeased, SubmissionConflict
from reviewer.model.clip import ClipState
from reviewer.model.clock import from_micros, to_micros
from reviewer.model.task import Lease, SkipReason, Submission, TaskState, Today
from reviewer.queue.queue import Receipt
from reviewer.queue.sqlite_ahead import SqliteAhead
from reviewer.queue.sqlite_order import ANYBODY, OWN, PREPARED, RETURNED, WAITING
from reviewer.queue.sqlite_rows import WORKABLE, new_id, submission_of


class SqliteWork(SqliteAhead):
    """Leases: one transaction each, decided by the row alone, fenced by the token."""

    def claim(self, person_id: str) -> Lease | None:
        with self._database.transaction():
            while (task := self._next_task(person_id)) is not None:
                if task["state"] == TaskState.LEASED and not task["ahead"]:
                    self._note_refusal(task, task["person_id"], "expiry")
                    if self.clip_state(task["clip_id"]) is ClipState.WITH_LEAD:
                        self._open_task(task)
                        continue
                return self._lease(task, person_id)
            return None

    def resume(self, person_id: str) -> Lease | None:
        with self._database.transaction():
            task = self._database.row(
                f"SELECT t.* FROM task t WHERE t.person_id = ? AND t.state = 'leased' AND t.ahead = 0"
                f" AND {WORKABLE}"
                " ORDER BY t.lease_started, t.id LIMIT 1",
                (person_id,),
            )
            if task is None:
                return None
            now = self._now()
            if task["lease_until"] <= now:
                self._database.execute(
                    "UPDATE task SET lease_started = ?, lease_until = ? WHERE id = ?",
                    (now, now + self._lease_micros(), task["id"]),
                )
            return self._lease_now(task["id"])

    def renew(self, lease: Lease) -> Lease:
        with self._database.transaction():
            task = self._held(lease)
            now = self._now()
            cap = task["lease_started"] + self._cap_micros()
            if now >= cap:
                raise LeaseLapsed
            until = max(task["lease_until"], min(now + self._lease_micros(), cap))
            self._database.execute("UPDATE task SET lease_until = ? WHERE id = ?", (until, task["id"]))
            self._renew_ahead(lease.person_id)
            return self._lease_now(task["id"])

    def release(self, lease: Lease) -> None:
        with self._database.transaction():
            task = self._held(lease)
            if self._author(task) == lease.person_id:
                self._database.execute("UPDATE task SET state = 'returned' WHERE id = ?", (task["id"],))
            else:
                self._open_task(task)
            self._follow(task["clip_id"])

    def skip(self, lease: Lease, reason: SkipReason) -> None:
        with self._database.transaction():
            task = self._held(lease)
            self._open_task(task)
            self._note_refusal(task, lease.person_id, "skip", reason)
            self._follow(task["clip_id"])

    def check_lease(self, lease: Lease) -> None:
        if self._held(lease, is_ahead=lease.is_ahead)["lease_until"] <= self._now():
            raise LeaseLapsed

    def submit(self, lease: Lease, sealed: bytes, digest: bytes) -> Receipt:
        with self._database.transaction():
            earlier = self._earlier(lease, digest)
            if earlier is not None:
                return earlier
            try:
                task = self._held(lease)
            except LeaseLost:
                self.keep_late(lease, sealed)
                lost = True
            else:
                lost = False
                receipt = self._take_in(task, lease, sealed, digest)
        if lost:
            raise LeaseLost
        return receipt

    def keep_late(self, lease: Lease, sealed: bytes) -> None:
        with self._database.transaction():
            task = self._task(lease.task_id)
            if task["state"] == TaskState.WITHDRAWN:
                raise ClipWithdrawn
            self._keep_late(task, lease.person_id, lease.submission_key, sealed)

    def submissions_of(self, person_id: str, limit: int) -> list[Submission]:
        rows = self._database.rows(
            "SELECT * FROM submission WHERE person_id = ? ORDER BY submitted_at DESC, rowid DESC LIMIT ?",
            (person_id, limit),
        )
        return [submission_of(row) for row in rows]

    def today(self, person_id: str, since: datetime) -> Today:
        values = {"person": person_id, "now": self._now(), "since": to_micros(since)}
        value = self._database.value
        return Today(
            waiting=int(value(WAITING, values)),
            submitted=int(
                value(
                    "SELECT count(*) FROM submission WHERE person_id = :person AND submitted_at >= :since",
                    values,
                )
            ),
            returned=int(value(f"SELECT count(*) FROM task t WHERE {RETURNED}", values)),
        )

    def _next_task(self, person_id: str) -> Row | None:
        values = {"person": person_id, "now": self._now()}
        for query in (PREPARED, *OWN):
            task = self._database.row(query, values)
            if task is not None:
                return task
        found = [
            task for task in (self._database.row(query, values) for query in ANYBODY) if task is not None
        ]
        return min(found, key=lambda task: (-task["priority"], task["sort_key"], task["id"]), default=None)

    def _held(self, lease: Lease, *, is_ahead: bool = False) -> Row:
        """The task of a lease that is still the person's, live or lapsed."""
        task = self._task(lease.task_id)
        if task["clip_id"] != lease.clip_id:
            raise NotLeased  # a lease is for its own clip, whatever its bearer wrote into it
        if task["state"] == TaskState.WITHDRAWN:
            raise ClipWithdrawn
        if (task["person_id"], task["token"]) == (lease.person_id, lease.token):
            if task["state"] == TaskState.LEASED and (task["ahead"] > 0) is is_ahead:
                return task
            raise NotLeased
        raise LeaseLost if task["token"] > lease.token else NotLeased

    def _earlier(self, lease: Lease, digest: bytes) -> Receipt | None:
        row = self._database.row("SELECT * FROM submission WHERE submission_key = ?", (lease.submission_key,))
        if row is None:
            return None
        if (row["task_id"], row["person_id"], row["digest"]) != (lease.task_id, lease.person_id, digest):
            raise SubmissionConflict
        return Receipt(row["id"], from_micros(row["submitted_at"]), repeated=True)

    def _take_in(self, task: Row, lease: Lease, sealed: bytes, digest: bytes) -> Receipt:
        submission_id, now = new_id(), self._now()
        self._database.execute(
            "INSERT INTO submission"
            " (id, submission_key, task_id, clip_id, person_id, submitted_at, sealed, digest)"
            " VALUES (:id, :key, :task, :clip, :person, :at, :sealed, :digest)",
            {
                "id": submission_id,
                "key": lease.submission_key,
                "task": task["id"],
                "clip": task["clip_id"],
                "person": lease.person_id,
                "at": now,
                "sealed": sealed,
                "digest": digest,
            },
        )
        self._database.execute(
            "UPDATE task SET state = 'submitted', submission_id = ? WHERE id = ?", (submission_id, task["id"])
        )
        self._follow(task["clip_id"])
        return Receipt(submission_id, from_micros(now))

    def _cap_micros(self) -> int:
        return timedelta(minutes=self._rules.lease_cap_minutes) // timedelta(microseconds=1)
