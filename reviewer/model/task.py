"""Tasks, leases, skips, submissions and checks: what the queue hands out and takes back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TaskState(StrEnum):
    """One blind pass over a clip."""

    OPEN = "open"
    LEASED = "leased"
    SUBMITTED = "submitted"
    QA_PENDING = "qa_pending"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class SkipReason(StrEnum):
    """The closed list of reasons for handing a clip back."""

    CANNOT_UNDERSTAND = "cannot_understand"
    NOT_MY_LANGUAGE = "not_my_language"
    KNOWN_SPEAKER = "known_speaker"
    DISTRESSING = "distressing"
    TECHNICAL = "technical"


class Verdict(StrEnum):
    """What QA says of a submission."""

    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one task until ``until``; ``token`` fences off whoever held it before.

    ``submission_key`` is made with the lease, so that handing in twice is one submission.
    ``returned_from`` names the submission that QA sent back, when this is rework. A lease that ``is_ahead``
    allows to get the clip ready, and nothing else: it becomes the right to work with the next claim.
    """

    task_id: int
    clip_id: str
    pass_number: int
    person_id: str
    token: int
    until: datetime
    submission_key: str
    returned_from: str | None = None
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """Work handed in: the annotation ``sealed`` under the clip's key, and an HMAC of its plain form."""

    id: str
    task_id: int
    clip_id: str
    person_id: str
    submitted_at: datetime
    sealed: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Check:
    """A submission leased to a QA person, with what was handed in."""

    submission: Submission
    person_id: str
    token: int
    until: datetime
    blind: bytes | None = None


@dataclass(frozen=True, slots=True)
class LateDraft:
    """Work that came after its lease had gone to somebody else; kept for its author and the lead."""

    id: int
    task_id: int
    clip_id: str
    person_id: str
    sealed: bytes
    kept_at: datetime


HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much of what there is by state, derived, never stored.

    Tasks that nobody can take, because their clip waits for the lead or is in quarantine, are counted as
    ``HELD_BACK`` and not as open or returned.
    """

    clips: dict[str, int]
    tasks: dict[str, int]
    late_drafts: int


@dataclass(frozen=True, slots=True)
class Today:
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
