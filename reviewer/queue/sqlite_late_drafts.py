"""Late drafts of the SQLite queue: which wait, what a lead may do with them, and what became of them."""

from reviewer.db.connection import Database, Row
from reviewer.errors import NotLeased, Refused
from reviewer.model.clock import to_micros
from reviewer.model.serialization import from_columns
from reviewer.model.task import LateDraft, LateReason, LateState, SealedAnnotation, TaskKind, TaskState

# An open task is nobody's, nor is one whose lease ended; work that QA returned waits for its author.
_DRAFTS = """
    SELECT d.*, t.kind, t.annotation_id AS handed_in, (t.kind = 'transcribe' AND (
        t.state = 'open' OR (t.state = 'returned' AND t.person_id = d.person_id)
        OR (t.state = 'leased' AND t.lease_until <= ? AND t.taken_back = 0)
    )) AS takes_pass
    FROM late_draft d JOIN task t ON t.id = d.task_id
"""
_NEWEST_FIRST = "ORDER BY d.kept_at DESC, d.id DESC"
# Work of one author that QA has not returned and that they did not replace themselves.
_STANDING = """
    SELECT 1 FROM annotation a JOIN task t ON t.id = a.task_id
    LEFT JOIN verdict v ON v.annotation_id = a.id
    WHERE a.clip_id = ? AND a.author = ? AND t.kind = 'transcribe' AND t.state != 'withdrawn'
    AND (v.kind IS NULL OR v.kind != 'returned') AND (v.kind IS NOT NULL OR t.annotation_id = a.id)
"""


def waiting(database: Database, now: int) -> list[LateDraft]:
    """Those without a decision, newest first."""
    rows = database.rows(f"{_DRAFTS} WHERE d.state = 'waiting' {_NEWEST_FIRST}", (now,))
    return [from_columns(LateDraft, row) for row in rows]


def of_person(database: Database, person_id: str, now: int) -> list[LateDraft]:
    """A person's, newest first."""
    rows = database.rows(f"{_DRAFTS} WHERE d.person_id = ? {_NEWEST_FIRST}", (now, person_id))
    return [from_columns(LateDraft, row) for row in rows]


def count_waiting(database: Database) -> int:
    """How many wait for a decision."""
    return int(database.value("SELECT count(*) FROM late_draft WHERE state = 'waiting'"))


def require_adoptable(database: Database, draft: LateDraft, work: SealedAnnotation, now: int) -> None:
    """Raises Refused unless the draft, in its present state, may become this work."""
    row = database.row(f"{_DRAFTS} WHERE d.id = ?", (now, draft.id))
    if row is None:
        raise Refused("NO_LATE_DRAFT")
    present = from_columns(LateDraft, row)
    if present.state is not LateState.WAITING:
        raise Refused("LATE_DECIDED")
    if present.kind is not TaskKind.TRANSCRIBE:
        raise Refused("LATE_NOT_A_PASS")
    if (work.clip_id, work.author) != (present.clip_id, present.person_id):
        raise NotLeased
    if _is_leased(database, present.task_id, now):
        raise Refused("TASK_LEASED", task=present.task_id)
    if present.sealed != draft.sealed or work.task_id != present.adopting_task:
        raise Refused("LATE_CHANGED")
    if database.value(_STANDING, (present.clip_id, present.person_id)):
        raise Refused("LATE_HAS_PASS")
    adjudication = "SELECT 1 FROM task WHERE clip_id = ? AND kind = 'adjudicate'"
    if database.value(adjudication, (present.clip_id,)):
        raise Refused("LATE_ADJUDICATED")


def add_pass(database: Database, clip_id: str) -> int:
    """Counts one more pass of a clip, of whose passes nothing is known now; returns its number."""
    database.execute("UPDATE queue_clip SET passes = passes + 1 WHERE clip_id = ?", (clip_id,))
    database.execute("DELETE FROM passes_agree WHERE clip_id = ?", (clip_id,))
    last = "SELECT max(round) FROM task WHERE clip_id = ? AND kind = 'transcribe'"
    return int(database.value(last, (clip_id,))) + 1


def adopted(database: Database, draft: LateDraft, work: SealedAnnotation) -> None:
    """Gives the task the work, as handed in by its author; text kept later under the lease is a new draft."""
    database.execute(
        "UPDATE task SET state = ?, person_id = ?, annotation_id = ?, draw_id = ? WHERE id = ?",
        (TaskState.QA_PENDING, work.author, work.id, work.id, work.task_id),
    )
    _decide(database, draft.id, LateState.ADOPTED, to_micros(work.made_at), annotation_id=work.id)


def dismiss(database: Database, draft_id: str, reason: LateReason, now: int) -> None:
    """Decides against a draft. Raises Refused (code NO_LATE_DRAFT, LATE_DECIDED)."""
    row = database.row("SELECT * FROM late_draft WHERE id = ?", (draft_id,))
    if row is None:
        raise Refused("NO_LATE_DRAFT")
    if row["state"] == LateState.WAITING:
        _decide(database, draft_id, LateState.DISMISSED, now, reason=reason)
    elif (row["state"], row["reason"]) != (LateState.DISMISSED, reason):
        raise Refused("LATE_DECIDED")


def _decide(
    database: Database,
    draft_id: str,
    state: LateState,
    now: int,
    *,
    reason: str = "",
    annotation_id: str | None = None,
) -> None:
    database.execute(
        "UPDATE late_draft SET state = ?, reason = ?, annotation_id = ?, decided_at = ?, key = id"
        " WHERE id = ?",
        (state, reason, annotation_id, now, draft_id),
    )


def _is_leased(database: Database, task_id: str, now: int) -> bool:
    task: Row | None = database.row("SELECT * FROM task WHERE id = ?", (task_id,))
    return (
        task is not None
        and task["state"] == TaskState.LEASED
        and (task["lease_until"] > now or task["taken_back"] == 1)
    )
