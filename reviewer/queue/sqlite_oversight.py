"""The lead's side of the SQLite queue: see everything, move tasks, purge and export clips."""

# ruff: noqa: S608 - statements are put together from the constants of this room only
from collections.abc import Iterable

from reviewer.errors import Refused
from reviewer.model.clip import ClipState
from reviewer.model.clock import from_micros
from reviewer.model.task import HELD_BACK, LateDraft, Lease, QueueCounts, Submission, TaskState, WorkCounts
from reviewer.queue.queue import HeldClip
from reviewer.queue.sqlite_rows import NEVER_HAD, WORKABLE, SqliteRows, lease_of, submission_of

_IN_HANDS = ("submitted", "qa_pending", "accepted", "withdrawn")
_ERASE = (
    """
    UPDATE task SET state = 'withdrawn', person_id = NULL, assigned_to = NULL, token = token + 1,
        ahead = 0
    WHERE clip_id = ? AND state != 'withdrawn'
    """,
    """
    UPDATE qa_check SET blind = NULL, comment = NULL
    WHERE submission_id IN (SELECT id FROM submission WHERE clip_id = ?)
    """,
    "UPDATE submission SET sealed = x'' WHERE clip_id = ?",
    "DELETE FROM late_draft WHERE clip_id = ?",
    "DELETE FROM draft WHERE clip_id = ?",
)
_CLIPS_BY_STATE = "SELECT state, count(*) AS n FROM queue_clip GROUP BY state ORDER BY state"
# Nobody can take a task of a clip that waits for the lead or is in quarantine: it is not open.
_TASKS_BY_STATE = f"""
    SELECT CASE WHEN t.state IN ('open', 'returned') AND NOT ({WORKABLE}) THEN '{HELD_BACK}' ELSE t.state END
        AS state, count(*) AS n
    FROM task t GROUP BY 1 ORDER BY 1
"""
# Accepted and returned count submissions; a returned one stays returned whatever its author hands in later.
_WORK = """
    SELECT person_id, sum(submitted) AS submitted, sum(accepted) AS accepted, sum(returned) AS returned,
        sum(skipped) AS skipped, sum(checked) AS checked
    FROM (
        SELECT s.person_id, 1 AS submitted,
            (t.state = 'accepted' AND t.submission_id = s.id) AS accepted,
            coalesce(c.verdict = 'returned', 0) AS returned, 0 AS skipped,
            c.verdict IS NOT NULL AS checked
        FROM submission s JOIN task t ON t.id = s.task_id LEFT JOIN qa_check c ON c.submission_id = s.id
        UNION ALL
        SELECT person_id, 0, 0, 0, 1, 0 FROM task_refusal WHERE kind = 'skip'
    )
    GROUP BY person_id ORDER BY person_id
"""


class SqliteOversight(SqliteRows):
    """Counts are derived from the rows, never stored."""

    def add_clip(
        self, clip_id: str, *, passes: int, priority: int = 0, sort_key: int = 0, quarantined: bool = False
    ) -> None:
        state = ClipState.QUARANTINED if quarantined else ClipState.READY
        with self._database.transaction():
            if self._database.value("SELECT 1 FROM queue_clip WHERE clip_id = ?", (clip_id,)):
                raise Refused("This clip is in the queue already.", code="DUPLICATE")
            self._database.execute(
                "INSERT INTO queue_clip (clip_id, state, passes) VALUES (?, ?, ?)", (clip_id, state, passes)
            )
            for number in range(1, passes + 1):
                self._database.execute(
                    "INSERT INTO task (clip_id, pass_number, state, priority, sort_key)"
                    " VALUES (?, ?, 'open', ?, ?)",
                    (clip_id, number, priority, sort_key),
                )

    def counts(self) -> QueueCounts:
        with self._database.transaction():
            return QueueCounts(
                clips=self._counted(_CLIPS_BY_STATE),
                tasks=self._counted(_TASKS_BY_STATE),
                late_drafts=int(self._database.value("SELECT count(*) FROM late_draft")),
            )

    def work_by_person(self) -> list[WorkCounts]:
        rows = self._database.rows(_WORK)
        return [WorkCounts(**row) for row in rows]

    def leases(self) -> list[Lease]:
        rows = self._database.rows(
            "SELECT t.*, s.person_id AS author FROM task t LEFT JOIN submission s ON s.id = t.submission_id"
            " WHERE t.state = 'leased' ORDER BY t.lease_until, t.id"
        )
        return [lease_of(row, row["author"]) for row in rows]

    def held(self) -> list[HeldClip]:
        with self._database.transaction():
            rows = self._database.rows(
                "SELECT t.clip_id, t.id FROM task t JOIN queue_clip q ON q.clip_id = t.clip_id"
                " WHERE q.state = 'with_lead' AND t.state IN ('open', 'leased', 'returned')"
                " ORDER BY t.clip_id, t.id"
            )
            tasks: dict[str, list[int]] = {}
            for row in rows:
                tasks.setdefault(row["clip_id"], []).append(row["id"])
            return [HeldClip(clip, tuple(ids), self._refusals(clip)) for clip, ids in tasks.items()]

    def late_drafts(self) -> list[LateDraft]:
        rows = self._database.rows("SELECT * FROM late_draft ORDER BY kept_at DESC, id DESC")
        return [
            LateDraft(
                id=row["id"],
                task_id=row["task_id"],
                clip_id=row["clip_id"],
                person_id=row["person_id"],
                sealed=row["sealed"],
                kept_at=from_micros(row["kept_at"]),
            )
            for row in rows
        ]

    def assign(self, task_id: int, person_id: str) -> None:
        with self._database.transaction():
            task = self._task(task_id)
            if task["state"] in _IN_HANDS:
                raise Refused("This task is done.", "Run: reviewer queue status.", code="TASK_DONE")
            if task["state"] == TaskState.LEASED:
                raise Refused("Somebody works on this task.", "Release it first.", code="TASK_LEASED")
            self._refuse_if_had(task_id, person_id)
            self._put_back(task["clip_id"])
            self._database.execute("UPDATE task SET assigned_to = ? WHERE id = ?", (person_id, task_id))

    def lead_release(self, task_id: int) -> None:
        with self._database.transaction():
            task = self._task(task_id)
            if task["state"] in _IN_HANDS:
                raise Refused("This task is done.", "Run: reviewer queue status.", code="TASK_DONE")
            if task["state"] == TaskState.LEASED and not task["ahead"]:
                self._note_refusal(task, task["person_id"], "taken")
            self._open_task(task)
            self._put_back(task["clip_id"])
            self._follow(task["clip_id"])

    def accepted(self) -> list[Submission]:
        rows = self._database.rows(
            "SELECT s.* FROM task t JOIN submission s ON s.id = t.submission_id"
            " JOIN queue_clip q ON q.clip_id = t.clip_id"
            " WHERE t.state = 'accepted' AND q.state NOT IN ('purged', 'quarantined')"
            " ORDER BY t.clip_id, t.pass_number"
        )
        return [submission_of(row) for row in rows]

    def withdraw_clip(self, clip_id: str, reason: str) -> None:
        with self._database.transaction():
            self.clip_state(clip_id)
            for statement in _ERASE:
                self._database.execute(statement, (clip_id,))
            self._set_clip(clip_id, ClipState.PURGED, reason)

    def mark_exported(self, clip_ids: Iterable[str]) -> None:
        with self._database.transaction():
            for clip_id in clip_ids:
                if self.clip_state(clip_id) is ClipState.FINAL:
                    self._set_clip(clip_id, ClipState.EXPORTED)

    def _refuse_if_had(self, task_id: int, person_id: str) -> None:
        fresh = self._database.value(
            f"SELECT 1 FROM task t WHERE t.id = :task AND {NEVER_HAD}", {"task": task_id, "person": person_id}
        )
        if not fresh:
            raise Refused("This person already had this clip.", "Choose somebody else.", code="HAD_CLIP")

    def _put_back(self, clip_id: str) -> None:
        state = self.clip_state(clip_id)
        if state is ClipState.QUARANTINED:
            raise Refused("This clip is in quarantine.", "Nobody may work on it.", code="QUARANTINED")
        if state is ClipState.WITH_LEAD:
            self._set_clip(clip_id, self._derived(clip_id))

    def _counted(self, query: str) -> dict[str, int]:
        return {row["state"]: row["n"] for row in self._database.rows(query)}
