"""Tasks, leases, annotations handed in and verdicts: what the queue hands out and takes back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """What is to be done with a clip."""

    TRANSCRIBE = "transcribe"
    REVIEW = "review"
    ADJUDICATE = "adjudicate"


class TaskState(StrEnum):
    """Where a task stands. Review and adjudication end in ``DONE``, a transcription in ``ACCEPTED``."""

    OPEN = "open"
    LEASED = "leased"
    SUBMITTED = "submitted"
    QA_PENDING = "qa_pending"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class SkipReason(StrEnum):
    """The closed list of reasons for handing a clip back."""

    CANNOT_UNDERSTAND = "cannot_understand"
    NOT_MY_LANGUAGE = "not_my_language"
    KNOWN_SPEAKER = "known_speaker"
    DISTRESSING = "distressing"
    TECHNICAL = "technical"


class VerdictKind(StrEnum):
    """What was decided about an annotation; ``PASSED`` is accepted without review, because it was not
    drawn."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_FIXES = "accepted_with_fixes"
    RETURNED = "returned"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one task until ``until``; ``token`` fences off whoever held it before.

    ``submission_key`` is made with the lease, so that handing in twice is one submission. ``round`` is the
    number of the blind pass (transcribe), or counts the reviews of a pass. A prefetch lease
    (``is_prefetch``) allows to get the clip ready, and nothing else: it becomes the right to work with the
    next claim.

    ``returned_annotation``: the annotation that QA sent back, when this is rework. ``reviewed_annotation``:
    what is under review, when this is a review. ``blind_annotation``: the reviewer's own version, once it
    was handed in.
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


@dataclass(frozen=True, slots=True)
class SealedAnnotation:
    """An annotation as the queue keeps it: never changed, sealed under the clip's key, bound to its ``id``.

    ``parent`` is the annotation it was made from (rework, adjudication). ``schema_version`` and
    ``conventions_version`` (of the clip's locale) are what it was made under. ``digest`` is an HMAC of the
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
    id."""

    id: str
    task_id: str
    clip_id: str
    annotation_id: str
    kind: VerdictKind
    person_id: str
    at: datetime
    comment: bytes | None = None


@dataclass(frozen=True, slots=True)
class FinalAnnotation:
    """The annotation that stands for a clip, and the verdict behind it."""

    clip_id: str
    annotation_id: str
    verdict_id: str


@dataclass(frozen=True, slots=True)
class LateDraft:
    """Work that came after its lease had gone to somebody else; kept for its author and the lead."""

    id: str
    task_id: str
    clip_id: str
    person_id: str
    sealed: bytes
    kept_at: datetime


HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much of what there is by state, derived, never stored. ``reviews`` counts review tasks by state.

    Tasks that nobody can take, because their clip waits for the lead or is in quarantine, are counted as
    ``HELD_BACK`` and not as open or returned.
    """

    clips: dict[str, int]
    tasks: dict[str, int]
    late_drafts: int
    reviews: dict[str, int]


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """What the status bar shows of one's own work."""

    waiting: int
    submitted: int
    returned: int


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """One person's work so far, in counts."""

    person_id: str
    submitted: int = 0
    accepted: int = 0
    returned: int = 0
    skipped: int = 0
    checked: int = 0
