"""Tasks, leases, submitted annotations and verdicts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """The kind of work on a clip."""

    TRANSCRIBE = "transcribe"
    REVIEW = "review"
    ADJUDICATE = "adjudicate"


class TaskState(StrEnum):
    """The state of a task. Review and adjudication end in ``DONE``, a transcription in ``ACCEPTED``."""

    OPEN = "open"
    LEASED = "leased"
    SUBMITTED = "submitted"
    QA_PENDING = "qa_pending"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class SkipReason(StrEnum):
    """The closed list of reasons for skipping a clip."""

    CANNOT_UNDERSTAND = "cannot_understand"
    NOT_MY_LANGUAGE = "not_my_language"
    KNOWN_SPEAKER = "known_speaker"
    DISTRESSING = "distressing"
    TECHNICAL = "technical"


class VerdictKind(StrEnum):
    """The kinds of decisions about an annotation; ``PASSED``: accepted without review, as it was not
    selected."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_FIXES = "accepted_with_fixes"
    RETURNED = "returned"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one task until ``until``; the fencing ``token`` keeps out earlier holders.

    ``submission_key`` is created with the lease, so that submitting twice is one submission. ``round`` is the
    number of the blind pass (transcribe), or counts the reviews of a pass. A prefetch lease
    (``is_prefetch``) only allows prefetching the clip; the next claim turns it into a full lease.

    ``returned_annotation``: in rework, the annotation that QA returned. ``reviewed_annotation``: in a review,
    the annotation under review. ``blind_annotation``: the reviewer's own version, once submitted.
    ``is_distressing``: somebody found the clip so before it was leased; people are warned before it plays.
    """

    task_id: str
    clip_id: str
    kind: TaskKind
    round: int
    person_id: str
    token: int
    until: datetime
    submission_key: str
    is_prefetch: bool = False
    returned_annotation: str | None = None
    reviewed_annotation: str | None = None
    blind_annotation: str | None = None
    is_distressing: bool = False


@dataclass(frozen=True, slots=True)
class SealedAnnotation:
    """An annotation as the queue stores it: immutable, sealed under the clip's key, bound to its ``id``.

    ``parent`` is the annotation it is based on (rework, adjudication). ``schema_version`` and
    ``conventions_version`` (of the clip's locale) are those it was made with. ``digest`` is an HMAC of the
    plain form.
    """

    id: str
    task_id: str
    clip_id: str
    author: str
    parent: str | None
    schema_version: str
    conventions_version: str
    digest: bytes
    sealed: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision about one annotation; ``comment`` is sealed under the clip's key, bound to the verdict's
    id. ``signed`` is what somebody signed of it (``access/signed_verdict.py``), empty where nobody did."""

    id: str
    task_id: str
    clip_id: str
    annotation_id: str
    kind: VerdictKind
    person_id: str
    at: datetime
    comment: bytes | None = None
    signed: str = ""


@dataclass(frozen=True, slots=True)
class DrawnWork:
    """A submission about which a draw decides; ``draw_id`` is the first of its pass since the last
    verdict."""

    clip_id: str
    task_id: str
    annotation_id: str
    draw_id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class FinalAnnotation:
    """The annotation that counts for a clip, and the verdict behind it."""

    clip_id: str
    annotation_id: str
    verdict_id: str


class LateState(StrEnum):
    """What a lead decided about a late draft."""

    WAITING = "waiting"
    ADOPTED = "adopted"
    DISMISSED = "dismissed"


class LateReason(StrEnum):
    """The closed list of reasons for dismissing a late draft."""

    SUPERSEDED = "superseded"
    """What was handed in since is as good, or better."""
    INCOMPLETE = "incomplete"
    """It breaks off, or answers are missing."""
    WRONG = "wrong"
    """It does not say what is said in the clip."""
    AUTHOR = "author"
    """Its author does not want it to count."""


@dataclass(frozen=True, slots=True)
class LateDraft:
    """Work saved after its lease went to somebody else; kept for its author and the lead.

    ``kind`` is that of its task. ``handed_in`` is the annotation that the task has now. ``takes_pass``:
    nobody has the task, and the draft can be its work; else it can only be another pass of the clip.
    ``annotation_id`` is what it became once it was adopted.
    """

    id: str
    task_id: str
    clip_id: str
    person_id: str
    sealed: bytes
    kept_at: datetime
    kind: TaskKind = TaskKind.TRANSCRIBE
    state: LateState = LateState.WAITING
    reason: str = ""
    annotation_id: str | None = None
    decided_at: datetime | None = None
    handed_in: str | None = None
    takes_pass: bool = False

    @property
    def adopting_task(self) -> str:
        """The task of the annotation that it would become: its own, or a new one with the draft's id."""
        return self.task_id if self.takes_pass else self.id


HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Counts of clips and tasks by state, computed, never stored. ``reviews`` counts review tasks by state.

    ``adjudications`` counts adjudications; ``undecided`` are the clips that wait for one. Tasks whose clip
    waits for the lead or is in quarantine are counted as ``HELD_BACK``, not as open or returned.
    """

    clips: dict[str, int]
    tasks: dict[str, int]
    late_drafts: int
    reviews: dict[str, int]
    adjudications: dict[str, int] = field(default_factory=dict)
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """The counts in the status bar; ``undrawn``, for QA, is work that no draw has dealt with yet."""

    waiting: int
    submitted: int
    returned: int
    undrawn: int = 0


@dataclass(frozen=True, slots=True)
class UntakenCount:
    """How many tasks of a kind, locale and skill (empty: none is asked for) wait that nobody can take."""

    kind: TaskKind
    locale: str
    count: int
    skill: str = ""


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """Counts of one person's work."""

    person_id: str
    submitted: int = 0
    accepted: int = 0
    returned: int = 0
    skipped: int = 0
    checked: int = 0


def draft_name(task_id: str, person_id: str) -> str:
    """The name that binds the seal of a draft to its task and author."""
    return f"{task_id}:{person_id}"
