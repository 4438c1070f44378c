"""What every work queue does: hand out tasks under leases, take work back, and let QA check it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reviewer.model.clip import ClipState
from reviewer.model.task import (
    Check,
    LateDraft,
    Lease,
    QueueCounts,
    SkipReason,
    Submission,
    Today,
    Verdict,
    WorkCounts,
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that work was handed in. ``repeated`` tells that the same work had come before."""

    submission_id: str
    submitted_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class DrawResult:
    """Ids of submissions that QA drew for a check, and of those that passed without one."""

    drawn: list[str]
    passed: list[str]


@dataclass(frozen=True, slots=True)
class HeldClip:
    """A clip that waits for the lead, with its unfinished tasks and how often it was skipped or ran out."""

    clip_id: str
    task_ids: tuple[int, ...]
    refusals: int


class Queue(Protocol):
    """The work queue. Times come from the store's clock; each method is one commit or joins the caller's.

    A caller that wraps ``submit`` in its own transaction must catch LeaseLost inside it, or the late draft
    that ``submit`` has just kept is rolled back with everything else.
    """

    def add_clip(
        self, clip_id: str, *, passes: int, priority: int = 0, sort_key: int = 0, quarantined: bool = False
    ) -> None:
        """Adds a clip with ``passes`` open tasks; raises Refused when it is there already."""
        ...

    def claim(self, person_id: str) -> Lease | None:
        """Leases the next task: own returned work, then what is assigned to the person, then open or lapsed.

        Before all of them comes the task of the person's lease ahead: that lease ends and this one begins.
        Never a clip this person had before (a lease, a skip, an expiry, a submission, a check), except
        for their own returned work and for a clip they only released.
        """
        ...

    def claim_ahead(self, person_id: str) -> Lease | None:
        """Leases, for a few minutes, the task that comes after the present one; at most one a person.

        Own returned work and what is assigned to the person come first, then open tasks, of which one must be
        left for each colleague who holds a lease, and one in any case: who only prepares keeps no work from
        anybody. A second call gives the same lease, renewed. One that lapses counts as given back.
        """
        ...

    def release_ahead(self, person_id: str) -> Lease | None:
        """Puts the task of the lease ahead back as it was; gives the lease that ended, if there was one."""
        ...

    def resume(self, person_id: str) -> Lease | None:
        """The oldest lease this person still holds; one that lapsed but that nobody took begins anew.

        Never the lease ahead.
        """
        ...

    def renew(self, lease: Lease) -> Lease:
        """Extends a lease, up to the cap from its beginning, and the person's lease ahead with it.

        Raises LeaseLost or NotLeased.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Hands a task back untouched; it may come to the same person again."""
        ...

    def skip(self, lease: Lease, reason: SkipReason) -> None:
        """Hands a task back for good; enough skips and expiries send the clip to the lead."""
        ...

    def check_lease(self, lease: Lease) -> None:
        """Passes if the lease is live; raises LeaseLost when it ran out or went on, else NotLeased."""
        ...

    def submit(self, lease: Lease, sealed: bytes, digest: bytes) -> Receipt:
        """Takes work in, once for each submission key, also on a lapsed lease that nobody took.

        Raises LeaseLost (after keeping a late draft) when the task has gone on, SubmissionConflict when
        the key came before with another digest, NotLeased when the lease was handed back.
        """
        ...

    def keep_late(self, lease: Lease, sealed: bytes) -> None:
        """Keeps work that lost its lease, for its author and the lead; the newest for each key."""
        ...

    def submission(self, submission_id: str) -> Submission:
        """Raises Refused when there is none with this id."""
        ...

    def submissions_of(self, person_id: str, limit: int) -> list[Submission]:
        """Newest first."""
        ...

    def comment_on(self, submission_id: str) -> bytes | None:
        """QA's sealed comment on a submission."""
        ...

    def state_of(self, submission_id: str) -> str:
        """How a submission stands, a TaskState value; one that QA returned stays ``returned``."""
        ...

    def draw(self, decide: Callable[[str], bool]) -> DrawResult:
        """Sends every submitted task to a check or to accepted, as ``decide`` says of its submission id."""
        ...

    def claim_check(self, person_id: str) -> Check | None:
        """Leases a check: own unfinished first; never of a clip this person had a task of."""
        ...

    def require_check(self, check: Check) -> None:
        """Passes if the check is live; raises LeaseLapsed, LeaseLost or NotLeased."""
        ...

    def keep_blind(self, check: Check, sealed: bytes) -> Check:
        """Keeps the checker's own blind work, once; raises LeaseLost, or Refused for a second version."""
        ...

    def keep_late_check(self, check: Check, sealed: bytes) -> None:
        """Keeps the blind work of a checker who lost their check, as ``keep_late`` does a contractor's."""
        ...

    def decide(self, check: Check, verdict: Verdict, comment: bytes | None) -> None:
        """Ends a check, once for the same verdict; raises LeaseLost, or Refused when decided otherwise."""
        ...

    def counts(self) -> QueueCounts:
        """Clips and tasks by state, and late drafts."""
        ...

    def today(self, person_id: str, since: datetime) -> Today:
        """What waits for this person now, what they handed in since, and what came back to them."""
        ...

    def work_by_person(self) -> list[WorkCounts]:
        """What each person handed in so far, how it stands, and how often they skipped."""
        ...

    def leases(self) -> list[Lease]:
        """Every lease that is out, also lapsed ones nobody took."""
        ...

    def held(self) -> list[HeldClip]:
        """Clips that wait for the lead; ``assign`` or ``lead_release`` on a task puts them back."""
        ...

    def late_drafts(self) -> list[LateDraft]:
        """Work that lost its lease, newest first."""
        ...

    def assign(self, task_id: int, person_id: str) -> None:
        """Keeps a task that is not out for one person; raises Refused when it is out or they had the clip."""
        ...

    def lead_release(self, task_id: int) -> None:
        """The lead opens a task to all: takes it from whoever has it, or puts a held clip back."""
        ...

    def accepted(self) -> list[Submission]:
        """Accepted work, one for each task, of clips not purged or quarantined; by clip id and pass."""
        ...

    def clip_state(self, clip_id: str) -> ClipState:
        """Raises Refused when the queue has no such clip."""
        ...

    def withdraw_clip(self, clip_id: str, reason: str) -> None:
        """Purges a clip from any state: leases end, sealed work is deleted, a tombstone stays."""
        ...

    def mark_exported(self, clip_ids: Iterable[str]) -> None:
        """Marks final clips as exported; leaves others as they are."""
        ...
