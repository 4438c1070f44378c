"""The queue's rows in SQLite: how they are read, and how a clip's state follows its tasks."""

from datetime import datetime, timedelta
from uuid import uuid4

from reviewer.db.connection import Database, Row
from reviewer.errors import Refused
from reviewer.model.clip import ClipState
from reviewer.model.clock import Clock, from_micros, to_micros
from reviewer.model.project import QueueRules
from reviewer.model.task import Lease, Submission

_FINISHED = {"submitted", "qa_pending", "accepted"}
_HELD = {ClipState.QUARANTINED, ClipState.WITH_LEAD, ClipState.EXPORTED, ClipState.PURGED}

# True when the clip of row `t` never came to :person, as a lease, skip, expiry, submission or check.
NEVER_HAD = """
    NOT EXISTS (SELECT 1 FROM task own WHERE own.clip_id = t.clip_id AND own.person_id = :person)
    AND NOT EXISTS (SELECT 1 FROM task_refusal r WHERE r.clip_id = t.clip_id AND r.person_id = :person)
    AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.clip_id = t.clip_id AND s.person_id = :person)
    AND NOT EXISTS (
        SELECT 1 FROM submission s JOIN qa_check c ON c.submission_id = s.id
        WHERE s.clip_id = t.clip_id AND c.person_id = :person
    )
"""
# True when the clip of row `t` may be worked on.
WORKABLE = """
    (SELECT q.state FROM queue_clip q WHERE q.clip_id = t.clip_id)
        IN ('ready', 'in_review', 'reviewed', 'final')
"""


class SqliteRows:
    """What the parts of the SQLite queue share: the database, the clock, the rules, and single rows."""

    def __init__(self, database: Database, clock: Clock, rules: QueueRules) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules

    def clip_state(self, clip_id: str) -> ClipState:
        found = self._database.value("SELECT state FROM queue_clip WHERE clip_id = ?", (clip_id,))
        if found is None:
            raise Refused(
                "The queue has no clip with this id.", "Run: reviewer queue status.", code="NO_CLIP"
            )
        return ClipState(found)

    def submission(self, submission_id: str) -> Submission:
        row = self._database.row("SELECT * FROM submission WHERE id = ?", (submission_id,))
        if row is None:
            raise Refused("There is no submission with this id.", code="NO_SUBMISSION")
        return submission_of(row)

    def _now(self) -> int:
        return to_micros(self._clock.now())

    def _lease_micros(self) -> int:
        return timedelta(minutes=self._rules.lease_minutes) // timedelta(microseconds=1)

    def _task(self, task_id: int) -> Row:
        row = self._database.row("SELECT * FROM task WHERE id = ?", (task_id,))
        if row is None:
            raise Refused(
                "The queue has no task with this id.", "Run: reviewer queue status.", code="NO_TASK"
            )
        return row

    def _author(self, task: Row) -> str | None:
        """Who made the newest submission of a task."""
        found = self._database.value(
            "SELECT person_id FROM submission WHERE id = ?", (task["submission_id"],)
        )
        return None if found is None else str(found)

    def _set_clip(self, clip_id: str, state: ClipState, reason: str = "") -> None:
        self._database.execute(
            "UPDATE queue_clip SET state = ?, reason = ? WHERE clip_id = ?", (state, reason, clip_id)
        )

    def _follow(self, clip_id: str) -> None:
        """Lets the clip's state follow its tasks, unless somebody's word holds it where it is."""
        if self.clip_state(clip_id) not in _HELD:
            self._set_clip(clip_id, self._derived(clip_id))

    def _derived(self, clip_id: str) -> ClipState:
        rows = self._database.rows("SELECT state FROM task WHERE clip_id = ?", (clip_id,))
        states = {row["state"] for row in rows}
        if states == {"accepted"}:
            return ClipState.FINAL
        if states <= _FINISHED:
            return ClipState.REVIEWED
        return ClipState.READY if states == {"open"} else ClipState.IN_REVIEW

    def _note_refusal(self, task: Row, person_id: str, kind: str, reason: str = "") -> None:
        """Bars the person from the clip; enough skips and expiries send the clip to the lead."""
        self._database.execute(
            "INSERT INTO task_refusal (task_id, clip_id, person_id, kind, reason, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (task["id"], task["clip_id"], person_id, kind, reason, self._now()),
        )
        if kind == "taken" or self.clip_state(task["clip_id"]) in _HELD:
            return
        if self._refusals(task["clip_id"]) >= self._rules.skips_to_lead:
            self._set_clip(task["clip_id"], ClipState.WITH_LEAD, "refused too often")

    def _refusals(self, clip_id: str) -> int:
        return int(
            self._database.value(
                "SELECT count(*) FROM task_refusal WHERE clip_id = ? AND kind IN ('skip', 'expiry')",
                (clip_id,),
            )
        )

    def _open_task(self, task: Row) -> None:
        """Opens a task to everybody and fences off whoever had it."""
        self._database.execute(
            "UPDATE task SET state = 'open', person_id = NULL, assigned_to = NULL, token = token + 1,"
            " ahead = 0 WHERE id = ?",
            (task["id"],),
        )

    def _lease(self, task: Row, person_id: str) -> Lease:
        """The right to work on a task, with a new token and key."""
        return self._hand_out(task, person_id, self._lease_micros(), assigned_to=None, ahead=0)

    def _hand_out(
        self, task: Row, person_id: str, micros: int, *, assigned_to: str | None, ahead: int
    ) -> Lease:
        now = self._now()
        self._database.execute(
            "UPDATE task SET state = 'leased', person_id = ?, assigned_to = ?, token = token + 1,"
            " lease_started = ?, lease_until = ?, submission_key = ?, ahead = ? WHERE id = ?",
            (person_id, assigned_to, now, now + micros, new_id(), ahead, task["id"]),
        )
        self._follow(task["clip_id"])
        return self._lease_now(task["id"])

    def _lease_now(self, task_id: int) -> Lease:
        task = self._task(task_id)
        return lease_of(task, self._author(task))

    def _give_back(self, task: Row) -> None:
        """Puts a task of a lease ahead where it was: the person has not seen the clip."""
        state = "returned" if self._author(task) == task["person_id"] else "open"
        self._database.execute(
            "UPDATE task SET state = ?, person_id = iif(? = 'open', NULL, person_id), token = token + 1,"
            " ahead = 0 WHERE id = ?",
            (state, state, task["id"]),
        )

    def _keep_late(self, task: Row, person_id: str, key: str, sealed: bytes) -> None:
        self._database.execute(
            "INSERT INTO late_draft (task_id, clip_id, person_id, submission_key, sealed, kept_at)"
            " VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (submission_key)"
            " DO UPDATE SET sealed = excluded.sealed, kept_at = excluded.kept_at",
            (task["id"], task["clip_id"], person_id, key, sealed, self._now()),
        )


def new_id() -> str:
    """A random id nobody can guess or count."""
    return uuid4().hex


def lease_of(row: Row, author: str | None) -> Lease:
    """The lease a task row holds; only the author of returned work learns what it came from."""
    return Lease(
        task_id=row["id"],
        clip_id=row["clip_id"],
        pass_number=row["pass_number"],
        person_id=row["person_id"],
        token=row["token"],
        until=from_micros(row["lease_until"]),
        submission_key=row["submission_key"],
        returned_from=row["submission_id"] if author == row["person_id"] else None,
        is_ahead=row["ahead"] > 0,
    )


def submission_of(row: Row) -> Submission:
    """A submission from its row."""
    at: datetime = from_micros(row["submitted_at"])
    return Submission(
        id=row["id"],
        task_id=row["task_id"],
        clip_id=row["clip_id"],
        person_id=row["person_id"],
        submitted_at=at,
        sealed=row["sealed"],
        digest=row["digest"],
    )
