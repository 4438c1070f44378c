"""What every work queue does: hand out tasks under leases, take work back, and let QA review it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reviewer.model.clip import ClipState
from reviewer.model.task import (
    DailyCounts,
    FinalAnnotation,
    LateDraft,
    Lease,
    QueueCounts,
    SealedAnnotation,
    SkipReason,
    TaskKind,
    Verdict,
    WorkCounts,
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that work was handed in. ``is_repeated``: the same work had come before, under ``annotation_id``.

    ``is_pending``: it is safe here and on its way, but the queue has not answered yet.
    """

    annotation_id: str
    submitted_at: datetime
    is_repeated: bool = False
    is_pending: bool = False


@dataclass(frozen=True, slots=True)
class DrawResult:
    """Ids of annotations that were selected for review, and of those accepted without one."""

    selected: list[str]
    passed: list[str]


@dataclass(frozen=True, slots=True)
class HeldClip:
    """A clip that waits for the lead, with its unfinished tasks and how often it was skipped or expired."""

    clip_id: str
    task_ids: tuple[str, ...]
    refusals: int


class Queue(Protocol):
    """The work queue. Times come from the store's clock.

    Acts that take a ``key`` (or a lease's submission key, or a verdict's id) are idempotent: the same key
    again gives the same answer and changes nothing. Every method may raise Unavailable; then the caller
    does not know whether the act happened, and sends it again with the same key. So a claim that comes once
    more after its lease has gone leases nothing. ``answers_at_once`` is True for a queue in the workspace's
    own file: its acts join the caller's transaction.
    """

    @property
    def answers_at_once(self) -> bool: ...

    # Taking work

    def claim(self, person_id: str, kinds: frozenset[TaskKind], *, key: str) -> Lease | None:
        """Leases the next task of these kinds: the prefetch lease's task first, then own returned work,
        then what is assigned to the person, then open or expired ones.

        Never a clip this person had before in any kind of task (a lease, a skip, an expiry, an annotation),
        except for their own returned work and a clip they only released. Nobody reviews two passes of one
        clip.
        """
        ...

    def claim_prefetch(self, person_id: str, kinds: frozenset[TaskKind], *, key: str) -> Lease | None:
        """Leases, for a few minutes, the task that comes after the present one; at most one a person.

        Of open tasks one must be left for each colleague who holds a lease of these kinds, and one in any
        case. A second call gives the same lease, renewed. One that expires counts as given back.
        """
        ...

    def begin_prefetched(self, lease: Lease) -> Lease:
        """Turns a prefetch lease into the right to work, with the same token and submission key.

        Raises LeaseLost or NotLeased when it is gone.
        """
        ...

    def release_prefetched(self, person_id: str, *, key: str) -> Lease | None:
        """Puts the task of the prefetch lease back as it was; gives the lease that ended, if there was
        one."""
        ...

    def resume(self, person_id: str, kinds: frozenset[TaskKind]) -> Lease | None:
        """The oldest lease this person still holds; an expired one that nobody took begins anew. Never a
        prefetch one."""
        ...

    def renew(self, lease: Lease) -> Lease:
        """Extends a lease, up to the cap from its beginning, and the person's prefetch lease with it.

        Raises LeaseLost or NotLeased.
        """
        ...

    def check_lease(self, lease: Lease) -> None:
        """Passes if the lease is live, and is of its own clip, task and annotations.

        Raises LeaseLapsed, LeaseLost, NotLeased, ClipWithdrawn.
        """
        ...

    # Giving work back

    def release(self, lease: Lease, *, key: str) -> None:
        """Hands a task back untouched; it may come to the same person again."""
        ...

    def skip(self, lease: Lease, reason: SkipReason, *, key: str) -> None:
        """Hands a task back for good; enough skips and expiries send the clip to the lead."""
        ...

    def submit(self, lease: Lease, work: SealedAnnotation) -> Receipt:
        """Takes work in, once for each submission key, also on an expired lease that nobody took.

        A transcription goes to ``submitted``. A reviewer's own version is kept
        (``Lease.blind_annotation``), once, and the lease goes on until ``decide``. An adjudication is final.

        Raises LeaseLost when the task has gone on, SubmissionConflict when the key came before with another
        digest, NotLeased when the lease was handed back, ClipWithdrawn.
        """
        ...

    def decide(self, lease: Lease, verdict: Verdict) -> None:
        """Ends a review with a verdict on ``lease.reviewed_annotation``, once for each verdict id.

        Raises LeaseLost, NotLeased; Refused (code BLIND_FIRST) before the reviewer's own version was handed
        in, or (code DECIDED) when it was decided under another token or otherwise.
        """
        ...

    def keep_late_draft(self, lease: Lease, sealed: bytes, *, key: str) -> None:
        """Keeps work that lost its lease, for its author and the lead; the newest for each key. Raises
        ClipWithdrawn."""
        ...

    # Looking

    def annotation(self, annotation_id: str) -> SealedAnnotation:
        """Raises Refused (code NO_ANNOTATION) when there is none with this id."""
        ...

    def annotations_of(self, person_id: str, limit: int) -> list[SealedAnnotation]:
        """What this person handed in as transcription or adjudication, newest first; not of purged clips."""
        ...

    def verdict_on(self, annotation_id: str) -> Verdict | None:
        """The verdict on an annotation."""
        ...

    def state_of(self, annotation_id: str) -> str:
        """How an annotation stands, a TaskState value; one that QA returned stays ``returned``."""
        ...

    def clip_state(self, clip_id: str) -> ClipState:
        """Raises Refused (code NO_CLIP) when the queue has no such clip."""
        ...

    def waiting(self, kinds: frozenset[TaskKind]) -> int:
        """How many tasks of these kinds are open or expired."""
        ...

    def counts(self) -> QueueCounts: ...
    def daily_counts(self, person_id: str, kinds: frozenset[TaskKind], since: datetime) -> DailyCounts: ...
    def work_by_person(self) -> list[WorkCounts]: ...
    def leases(self) -> list[Lease]: ...
    def held(self) -> list[HeldClip]: ...
    def late_drafts(self) -> list[LateDraft]: ...

    # Moving work

    def add_clip(
        self,
        clip_id: str,
        *,
        passes: int,
        priority: int = 0,
        sort_key: int = 0,
        quarantined: bool = False,
        open_until: datetime | None = None,
    ) -> None:
        """Adds a clip with ``passes`` open transcription tasks, once for each clip id.

        From ``open_until`` on (consent or retention ends) no task of the clip is handed out or resumed.
        """
        ...

    def add_adjudication(self, clip_id: str) -> str:
        """Adds an adjudication task for a clip whose accepted passes differ; gives its id, the same one
        when it exists."""
        ...

    def draw(self, decide: Callable[[str], bool]) -> DrawResult:
        """Sends every submitted task to a review (a new task) or to accepted (verdict ``passed``), as
        ``decide`` says of its annotation's id."""
        ...

    def assign(self, task_id: str, person_id: str) -> None:
        """Keeps a task that is not out for one person; raises Refused when it is out or they had the clip."""
        ...

    def lead_release(self, task_id: str) -> None:
        """The lead opens a task to all: takes it from whoever has it, or puts a held clip back."""
        ...

    # Results

    def accepted(self) -> list[SealedAnnotation]:
        """Accepted transcriptions, one for each pass, of clips not purged or quarantined; by clip id and
        pass."""
        ...

    def final(self, clip_id: str) -> FinalAnnotation | None:
        """The annotation that stands for a clip: the accepted one of a single pass, or the adjudicated
        one."""
        ...

    def set_final(self, final: FinalAnnotation) -> None:
        """Makes one annotation stand for its clip, when several passes agree."""
        ...

    def withdraw_clip(self, clip_id: str, reason: str) -> None:
        """Purges a clip from any state: leases end, sealed work is deleted, a tombstone stays."""
        ...

    def mark_exported(self, clip_ids: Iterable[str]) -> None:
        """Marks final clips as exported; leaves others as they are."""
        ...
