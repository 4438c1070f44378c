"""QA's side of the SQLite queue: draw, check blind, decide."""

from collections.abc import Callable

from reviewer.db.connection import Row
from reviewer.errors import ClipWithdrawn, LeaseLapsed, LeaseLost, NotLeased, Refused
from reviewer.model.clock import from_micros
from reviewer.model.task import Check, TaskState, Verdict
from reviewer.queue.queue import DrawResult
from reviewer.queue.sqlite_rows import SqliteRows

_CHECKS = """
    SELECT c.*, s.task_id, s.clip_id FROM qa_check c
    JOIN submission s ON s.id = c.submission_id JOIN task t ON t.id = s.task_id
    WHERE t.state = 'qa_pending' AND t.submission_id = c.submission_id
"""
# Somebody who worked on a clip, or still does, checks no pass of it.
_UNKNOWN_TO_CHECKER = """
    AND NOT EXISTS (SELECT 1 FROM task own WHERE own.clip_id = s.clip_id AND own.person_id = :person)
    AND NOT EXISTS (SELECT 1 FROM submission own WHERE own.clip_id = s.clip_id AND own.person_id = :person)
"""
_FREE = "(c.state = 'open' OR (c.state = 'leased' AND c.lease_until <= :now))"
_OLDEST = "ORDER BY s.submitted_at, s.rowid LIMIT 1"
_MINE = f"{_CHECKS} AND c.state = 'leased' AND c.person_id = :person {_OLDEST}"
_NEXT = f"{_CHECKS} AND {_FREE} {_UNKNOWN_TO_CHECKER} {_OLDEST}"


class SqliteChecks(SqliteRows):
    """Checks: leased and fenced like tasks."""

    def draw(self, decide: Callable[[str], bool]) -> DrawResult:
        result = DrawResult([], [])
        with self._database.transaction():
            for task in self._database.rows("SELECT * FROM task WHERE state = 'submitted' ORDER BY id"):
                submission_id = task["submission_id"]
                if decide(submission_id):
                    self._database.execute(
                        "INSERT INTO qa_check (submission_id, state) VALUES (?, 'open')", (submission_id,)
                    )
                    self._set_task(task["id"], "qa_pending")
                    result.drawn.append(submission_id)
                else:
                    self._set_task(task["id"], "accepted")
                    result.passed.append(submission_id)
                self._follow(task["clip_id"])
        return result

    def claim_check(self, person_id: str) -> Check | None:
        with self._database.transaction():
            values = {"person": person_id, "now": self._now()}
            row = self._database.row(_MINE, values)
            if row is None:
                row = self._database.row(_NEXT, values)
                if row is None:
                    return None
                self._keep_left_work(row)
                self._database.execute(
                    "UPDATE qa_check SET state = 'leased', person_id = ?, token = token + 1, blind = NULL"
                    " WHERE submission_id = ?",
                    (person_id, row["submission_id"]),
                )
            self._extend(row["submission_id"])
            return self._check(row["submission_id"])

    def require_check(self, check: Check) -> None:
        if self._held_check(check)["lease_until"] <= self._now():
            raise LeaseLapsed

    def keep_blind(self, check: Check, sealed: bytes) -> Check:
        with self._database.transaction():
            if self._held_check(check)["blind"] is not None:
                raise Refused(
                    "Your own version was handed in already.",
                    "Accept the work or return it.",
                    code="BLIND_DONE",
                )
            self._database.execute(
                "UPDATE qa_check SET blind = ? WHERE submission_id = ?", (sealed, check.submission.id)
            )
            self._extend(check.submission.id)
            return self._check(check.submission.id)

    def keep_late_check(self, check: Check, sealed: bytes) -> None:
        with self._database.transaction():
            task = self._task(check.submission.task_id)
            if task["state"] == TaskState.WITHDRAWN:
                raise ClipWithdrawn
            key = _late_key(check.submission.id, check.token)
            self._keep_late(task, check.person_id, key, sealed)

    def decide(self, check: Check, verdict: Verdict, comment: bytes | None) -> None:
        with self._database.transaction():
            row = self._database.row("SELECT * FROM qa_check WHERE submission_id = ?", (check.submission.id,))
            if row is not None and row["state"] == "done":
                if (row["person_id"], row["token"], row["verdict"]) == (
                    check.person_id,
                    check.token,
                    verdict,
                ):
                    return
                raise Refused("This check was already decided.", "Take the next check.", code="DECIDED")
            self._held_check(check)
            self._database.execute(
                "UPDATE qa_check SET state = 'done', verdict = ?, comment = ?, decided_at = ?"
                " WHERE submission_id = ?",
                (verdict, comment, self._now(), check.submission.id),
            )
            self._set_task(check.submission.task_id, verdict)
            self._follow(check.submission.clip_id)

    def comment_on(self, submission_id: str) -> bytes | None:
        found = self._database.value("SELECT comment FROM qa_check WHERE submission_id = ?", (submission_id,))
        return None if found is None else bytes(found)

    def state_of(self, submission_id: str) -> str:
        verdict = self._database.value(
            "SELECT verdict FROM qa_check WHERE submission_id = ?", (submission_id,)
        )
        if verdict is not None:
            return str(verdict)
        task = self._task(self.submission(submission_id).task_id)
        return str(task["state"]) if task["submission_id"] == submission_id else "returned"

    def _held_check(self, check: Check) -> Row:
        if self._task(check.submission.task_id)["state"] == "withdrawn":
            raise ClipWithdrawn
        if self.submission(check.submission.id) != check.submission:
            raise NotLeased  # a check is of its own submission, whatever its bearer wrote into it
        row = self._database.row("SELECT * FROM qa_check WHERE submission_id = ?", (check.submission.id,))
        if row is None or row["state"] == "open":
            raise NotLeased
        if (row["state"], row["person_id"], row["token"]) != ("leased", check.person_id, check.token):
            raise LeaseLost
        return row

    def _keep_left_work(self, row: Row) -> None:
        """Keeps the blind work of a checker whose lease somebody else takes over; nobody's typing is lost."""
        if row["blind"] is not None:
            key = _late_key(row["submission_id"], row["token"])
            self._keep_late(self._task(row["task_id"]), row["person_id"], key, row["blind"])

    def _extend(self, submission_id: str) -> None:
        self._database.execute(
            "UPDATE qa_check SET lease_until = ? WHERE submission_id = ?",
            (self._now() + self._lease_micros(), submission_id),
        )

    def _check(self, submission_id: str) -> Check:
        row = self._database.rows("SELECT * FROM qa_check WHERE submission_id = ?", (submission_id,))[0]
        return Check(
            submission=self.submission(submission_id),
            person_id=row["person_id"],
            token=row["token"],
            until=from_micros(row["lease_until"]),
            blind=row["blind"],
        )

    def _set_task(self, task_id: int, state: str) -> None:
        self._database.execute("UPDATE task SET state = ? WHERE id = ?", (state, task_id))


def _late_key(submission_id: str, token: int) -> str:
    """Of a check's late draft; a checker who had the same check twice has two."""
    return f"check:{submission_id}:{token}"
