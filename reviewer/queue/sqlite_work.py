"""The contractor's side of the SQLite queue: claim, hold, hand back, hand in."""

# ruff: noqa: S608 - statements are put together from the constants of this room only
from datetime import datetime, timedelta

from reviewer.db.connection import Row
from reviewer.errors import ClipWithdrawn, LeaseLapsed, LeaseLost, NotLeased, SubmissionConflict
from reviewer.model.clip import ClipState
from reviewer.model.clock import from_micros, to_micros
from reviewer.model.task import Lease, SkipReason, Submission, TaskState, Today
from reviewer.queue.queue import Receipt
from reviewer.queue.sqlite_rows import NEVER_HAD, WORKABLE, SqliteRows, lease_of, new_id, submission_of

_RETURNED = f"""
    t.state = 'returned' AND t.person_id = :person AND t.assigned_to IS NULL AND {WORKABLE}
"""
_ASSIGNED = f"""
    t.assigned_to = :person AND t.state IN ('open', 'returned') AND {WORKABLE} AND {NEVER_HAD}
"""
_OPEN = f"t.state = 'open' AND t.assigned_to IS NULL AND {WORKABLE} AND {NEVER_HAD}"
_LAPSED = f"t.state = 'leased' AND t.lease_until <= :now AND {WORKABLE} AND {NEVER_HAD}"
_ORDER = "ORDER BY t.priority DESC, t.sort_key, t.id LIMIT 1"
# INDEXED BY, so that a claim stays one walk of the open tasks in order, however many are done or out.
_OWN = (
    f"SELECT t.* FROM task t INDEXED BY task_by_person WHERE {_RETURNED} {_ORDER}",
    f"SELECT t.* FROM task t INDEXED BY task_assigned WHERE {_ASSIGNED} {_ORDER}",
)
_ANYBODY = (
    f"SELECT t.* FROM task t INDEXED BY task_open WHERE {_OPEN} {_ORDER}",
    f"SELECT t.* FROM task t INDEXED BY task_leased WHERE {_LAPSED} {_ORDER}",
)
# The same conditions as of a claim, but with what the person had as one set: a count looks at every task.
_WAITING = f"""
    WITH had (clip_id) AS (
        SELECT clip_id FROM task WHERE person_id = :person
        UNION SELECT clip_id FROM task_refusal WHERE person_id = :person
        UNION SELECT clip_id FROM submission WHERE person_id = :person
        UNION SELECT s.clip_id FROM qa_check c JOIN submission s ON s.id = c.submission_id
            WHERE c.person_id = :person
    )
    SELECT (SELECT count(*) FROM task t WHERE {_RETURNED}) + (
        SELECT count(*) FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id
        WHERE t.clip_id NOT IN had AND q.state IN ('ready', 'in_review', 'reviewed', 'final')
        AND (
            t.state = 'open' AND t.assigned_to IS NULL
            OR t.state = 'leased' AND t.lease_until <= :now
            OR t.state IN ('open', 'returned') AND t.assigned_to = :person
        )
    )
"""


class SqliteWork(SqliteRows):
    """Leases: one transaction each, decided by the row alone, fenced by the token."""

    def claim(self, person_id: str) -> Lease | None:
        with self._database.transaction():
            while (task := self._next_task(person_id)) is not None:
                if task["state"] == TaskState.LEASED:
                    self._note_refusal(task, task["person_id"], "expiry")
                    if self.clip_state(task["clip_id"]) is ClipState.WITH_LEAD:
                        self._open_task(task)
                        continue
                return self._lease(task, person_id)
            return None

    def resume(self, person_id: str) -> Lease | None:
        with self._database.transaction():
            task = self._database.row(
                f"SELECT t.* FROM task t WHERE t.person_id = ? AND t.state = 'leased' AND {WORKABLE}"
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
        if self._held(lease)["lease_until"] <= self._now():
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
            waiting=int(value(_WAITING, values)),
            submitted=int(
                value(
                    "SELECT count(*) FROM submission WHERE person_id = :person AND submitted_at >= :since",
                    values,
                )
            ),
            returned=int(value(f"SELECT count(*) FROM task t WHERE {_RETURNED}", values)),
        )

    def _next_task(self, person_id: str) -> Row | None:
        values = {"person": person_id, "now": self._now()}
        for query in _OWN:
            task = self._database.row(query, values)
            if task is not None:
                return task
        found = [
            task for task in (self._database.row(query, values) for query in _ANYBODY) if task is not None
        ]
        return min(found, key=lambda task: (-task["priority"], task["sort_key"], task["id"]), default=None)

    def _lease(self, task: Row, person_id: str) -> Lease:
        now = self._now()
        self._database.execute(
            "UPDATE task SET state = 'leased', person_id = ?, assigned_to = NULL, token = token + 1,"
            " lease_started = ?, lease_until = ?, submission_key = ? WHERE id = ?",
            (person_id, now, now + self._lease_micros(), new_id(), task["id"]),
        )
        self._follow(task["clip_id"])
        return self._lease_now(task["id"])

    def _lease_now(self, task_id: int) -> Lease:
        task = self._task(task_id)
        return lease_of(task, self._author(task))

    def _held(self, lease: Lease) -> Row:
        """The task of a lease that is still the person's, live or lapsed."""
        task = self._task(lease.task_id)
        if task["clip_id"] != lease.clip_id:
            raise NotLeased  # a lease is for its own clip, whatever its bearer wrote into it
        if task["state"] == TaskState.WITHDRAWN:
            raise ClipWithdrawn
        if (task["person_id"], task["token"]) == (lease.person_id, lease.token):
            if task["state"] == TaskState.LEASED:
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
