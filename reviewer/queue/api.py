"""The interface of work queues: leases, submissions, reviews."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from reviewer.model.clip import ClipState
from reviewer.model.clip_list import QueuedClip
from reviewer.model.hold import HoldReason
from reviewer.model.language_tags import UNDETERMINED
from reviewer.model.progress import DonePass
from reviewer.model.task import (
    DailyCounts,
    DrawnWork,
    FinalAnnotation,
    LateDraft,
    LateReason,
    Lease,
    QueueCounts,
    SealedAnnotation,
    SkipReason,
    TaskKind,
    TaskState,
    UntakenCount,
    Verdict,
    WorkCounts,
)
from reviewer.queue.limits_api import LimitingQueue
from reviewer.queue.redaction_api import RedactingQueue
from reviewer.queue.server_api import ServerQueue
from reviewer.stats.queue_figures import QueueFigures


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of a submission. ``is_repeated``: the same work was submitted before, as ``annotation_id``.

    ``is_pending``: it is stored here and being sent, but the queue has not answered yet.
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
class DatabaseOwner:
    """Name and password of the owner of the queue's database; if empty, they come from libpq's
    environment."""

    name: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class HeldClip:
    """A clip that waits for the lead, with its unfinished tasks and how often it was skipped or expired."""

    clip_id: str
    task_ids: tuple[str, ...]
    refusals: int


def not_signed(_drawn: DrawnWork) -> str:
    """The ``sign`` of a draw in the workspace's own file, whose log records who drew."""
    return ""


class Queue(RedactingQueue, LimitingQueue, ServerQueue, Protocol):
    """The work queue. Times come from the store's clock.

    Acts that take a ``key`` (or a lease's submission key, or a verdict's id) are idempotent: the same key
    again gives the same answer and changes nothing. Every method may raise Unavailable; then the caller does
    not know whether the act happened, and sends it again with the same key. A claim that is repeated in this
    way after its lease has ended leases nothing. ``answers_at_once`` is True for a queue in the workspace's
    own file: its acts join the caller's transaction.
    """

    @property
    def answers_at_once(self) -> bool: ...

    # Claiming

    def claim(self, person_id: str, kinds: frozenset[TaskKind], *, key: str) -> Lease | None:
        """Leases the next task of these kinds: the task of the prefetch lease, else the person's returned
        work, else what is assigned to them, else an open or expired task.

        Open and expired tasks must be in a language of the person; assigned ones need not be. A task that
        asks for a skill goes only to people who have it. Among several, the highest priority comes first,
        then the lowest sort key.

        A person never gets a clip they had before in any kind of task (a lease, a skip, an expiry, an
        annotation), except their own returned work and clips they only released. Nobody reviews two passes of
        one clip.
        """
        ...

    def claim_prefetch(self, person_id: str, kinds: frozenset[TaskKind], *, key: str) -> Lease | None:
        """Leases, for a few minutes, the task that comes after the present one; at most one for each person.

        One open task must be left for each colleague who holds a lease of these kinds, and one more. A second
        call renews and returns the same lease. One that expires counts as released.
        """
        ...

    def begin_prefetched(self, lease: Lease) -> Lease:
        """Turns a prefetch lease into a full lease, with the same token and submission key.

        Raises LeaseLost or NotLeased when it is gone.
        """
        ...

    def release_prefetched(self, person_id: str, *, key: str) -> Lease | None:
        """Puts the task of the prefetch lease back as it was; returns the lease that ended, if there
        was one."""
        ...

    def resume(self, person_id: str, kinds: frozenset[TaskKind]) -> Lease | None:
        """The oldest lease this person still holds, one of a submission taken back first; an expired one
        that nobody took is restarted. Never a prefetch lease."""
        ...

    def live_leases(self, person_id: str, kinds: frozenset[TaskKind]) -> list[Lease]:
        """The full leases that this person still has, the oldest first; changes nothing. Never a prefetch
        lease."""
        ...

    def renew(self, lease: Lease) -> Lease:
        """Extends a lease, up to the maximum length, and with it the person's other live leases: the
        prefetch lease, and a task that waits while a submission is reworked.

        Raises LeaseLost, NotLeased or ClipOnHold.
        """
        ...

    def check_lease(self, lease: Lease) -> None:
        """Checks that the lease is live, and belongs to its clip, task and annotations.

        Raises LeaseLapsed, LeaseLost, NotLeased, ClipWithdrawn, ClipOnHold.
        """
        ...

    # Ending work

    def release(self, lease: Lease, *, key: str) -> None:
        """Puts a task back untouched; the same person may get it again."""
        ...

    def skip(self, lease: Lease, reason: SkipReason, *, key: str) -> None:
        """Puts a task back for good; after enough skips and expiries the clip waits for the lead."""
        ...

    def submit(self, lease: Lease, work: SealedAnnotation, signed: str = "") -> Receipt:
        """Accepts a submission, once for each key, also on an expired lease that nobody took.

        A transcription goes to ``submitted``. A reviewer's own version is stored
        (``Lease.blind_annotation``), once; the lease continues until ``decide``. An adjudication is final:
        ``signed`` is what its author signed of that, kept with the verdict.

        Raises LeaseLost when somebody else has the task, SubmissionConflict when the key came with another
        digest before, NotLeased when the lease was released, ClipWithdrawn.
        """
        ...

    def take_back(self, person_id: str, annotation_id: str, *, key: str) -> Lease:
        """Leases a submitted transcription to its author again, as long as no draw decided about it.

        The submission stays stored; the next one replaces it. If the lease is released or expires, it counts
        as submitted again, and a draw decides about it. Nobody else gets the task meanwhile.

        Raises Refused (code CANNOT_TAKE_BACK) for any other annotation, ClipWithdrawn.
        """
        ...

    def decide(self, lease: Lease, verdict: Verdict) -> None:
        """Ends a review with a verdict on ``lease.reviewed_annotation``, once for each verdict id.

        Raises LeaseLost, NotLeased; Refused (code BLIND_FIRST) before the reviewer's own version was
        submitted, or (code DECIDED) when it was decided under another token or differently.
        """
        ...

    def keep_late_draft(self, lease: Lease, sealed: bytes, *, key: str) -> None:
        """Keeps work whose lease was lost, for its author and the lead; of one key only the newest undecided
        draft.

        Raises ClipWithdrawn.
        """
        ...

    def adopt_late_draft(self, draft: LateDraft, work: SealedAnnotation) -> Receipt:
        """Makes a late draft of a transcription an annotation by its author, once for each draft's id.

        ``work.task_id`` is ``draft.adopting_task``: the draft takes the pass that nobody has, or is another
        pass of the clip. Either goes to a review, whatever a draw would say.

        Raises Refused (code NO_LATE_DRAFT; LATE_DECIDED; LATE_CHANGED when text or task are not those of
        ``draft`` any more; LATE_NOT_A_PASS; LATE_HAS_PASS when its author has other work on the clip that
        stands; TASK_LEASED; LATE_ADJUDICATED when the clip has an adjudication; CLIP_QUARANTINED), NotLeased
        for work of another clip or author, ClipOnHold.
        """
        ...

    def dismiss_late_draft(self, draft_id: str, reason: LateReason) -> None:
        """Decides that a late draft does not count; it stays with its author. Once for each draft and reason.

        Raises Refused (code NO_LATE_DRAFT, LATE_DECIDED).
        """
        ...

    # Queries

    def annotation(self, annotation_id: str) -> SealedAnnotation:
        """The annotation with this id; raises Refused (code NO_ANNOTATION) if there is none."""
        ...

    def annotations_of(self, person_id: str, limit: int) -> list[SealedAnnotation]:
        """This person's transcriptions and adjudications, newest first, without those they took back and
        replaced."""
        ...

    def verdict_on(self, annotation_id: str) -> Verdict | None:
        """The verdict on an annotation."""
        ...

    def verdicts_of(self, clip_ids: Collection[str]) -> list[Verdict]:
        """Every verdict on work on these clips, for a lead."""
        ...

    def verdicts_by(self, person_id: str) -> list[Verdict]:
        """Every verdict that a person gave or signed, for a lead."""
        ...

    def state_of(self, annotation_id: str) -> str:
        """The state of an annotation, a TaskState value; one that QA returned stays ``returned``."""
        ...

    def clip_state(self, clip_id: str) -> ClipState:
        """The state of a clip; raises Refused (code NO_CLIP) if the queue does not have it."""
        ...

    def waiting(self, kinds: frozenset[TaskKind]) -> int:
        """How many tasks of these kinds are open or expired."""
        ...

    def undrawn(self) -> int:
        """How many submissions the next ``draw`` decides about; for QA and leads."""
        ...

    def counts(self) -> QueueCounts: ...
    def figures(self) -> QueueFigures:
        """What a lead's monitoring is told."""
        ...

    def daily_counts(self, person_id: str, kinds: frozenset[TaskKind], since: datetime) -> DailyCounts: ...
    def without_taker(self, people: Mapping[TaskKind, Collection[str]]) -> list[UntakenCount]:
        """Waiting tasks that none of these people can take, counted by kind, locale and skill.

        Either nobody has the language and the skill, or everybody who has them had the clip before.
        ``people``: ids by the kind of task they do. Tasks assigned to somebody and clips that wait for the
        lead are not counted.
        """
        ...

    def languages(self) -> dict[str, tuple[str, ...]]:
        """The languages of each person who has any set; the others take clips of every language."""
        ...

    def skills(self) -> dict[str, tuple[str, ...]]:
        """The skills of each person who has any."""
        ...

    def work_by_person(self) -> list[WorkCounts]: ...
    def leases(self) -> list[Lease]: ...
    def lease_of_task(self, task_id: str) -> Lease | None:
        """The lease of a task, live or expired; None if nobody has it."""
        ...

    def held(self) -> list[HeldClip]: ...
    def late_drafts(self) -> list[LateDraft]:
        """The late drafts that wait for a lead's decision, newest first."""
        ...

    def late_drafts_of(self, person_id: str) -> list[LateDraft]:
        """A person's late drafts, decided ones included, newest first."""
        ...

    def listed(self) -> Iterator[QueuedClip]:
        """Every clip, purged ones too, by id, in one statement."""
        ...

    def listed_clip(self, clip_id: str) -> QueuedClip:
        """One clip as ``listed`` has it; raises Refused (code NO_CLIP)."""
        ...

    def done_passes(self) -> Iterator[DonePass]:
        """Every pass that was submitted and neither returned nor taken back, in one statement."""
        ...

    def final_count(self) -> int:
        """The number of clips with a final text that are not on hold."""
        ...

    def final_texts(self, limit: int, *, after: str = "") -> list[SealedAnnotation]:
        """The text that counts for each of the clips that ``final_count`` counts: the final one, else the
        first accepted pass.

        At most ``limit``, by clip id, of clips with an id after ``after``.
        """
        ...

    def holds(self) -> dict[str, HoldReason]:
        """The clips on hold, each with the reason."""
        ...

    def tasks_of(self, clip_id: str) -> list[tuple[str, TaskState]]:
        """The transcription tasks of a clip in the order of its passes, then reviews and the adjudication."""
        ...

    def kind_of(self, task_id: str) -> TaskKind:
        """The kind of a task. Raises Refused (code NO_TASK) if there is none with this id."""
        ...

    def is_distressing(self, clip_id: str) -> bool:
        """Whether somebody found a clip distressing, in their work or by skipping it."""
        ...

    # Managing tasks

    def set_languages(self, person_id: str, languages: Iterable[str], *, key: str) -> tuple[str, ...]:
        """Sets which languages' clips come to a person, none meaning all; returns the tags in usual form.

        Leases they hold and own returned work stay theirs. Raises Refused for what is not a language tag.
        """
        ...

    def set_skills(self, person_id: str, skills: Iterable[str], *, key: str) -> tuple[str, ...]:
        """Sets which skills a person has; returns them in usual form.

        Leases they hold and own returned work stay theirs. Raises Refused for other than names of skills.
        """
        ...

    def add_clip(
        self,
        clip_id: str,
        *,
        passes: int,
        priority: int = 0,
        sort_key: int = 0,
        pass_spread: int = 0,
        quarantined: bool = False,
        open_until: datetime | None = None,
        locale: str = UNDETERMINED,
        skill: str = "",
    ) -> None:
        """Adds a clip with ``passes`` open transcription tasks, once for each clip id.

        The sort key of each pass after the first is larger by a random number up to ``pass_spread``. After
        ``open_until`` (consent or retention ends) no task of the clip is leased or resumed. ``skill``: what
        all of its tasks ask for. Raises Refused for no skill's name, or a priority beyond 100 or -100.
        """
        ...

    def set_clip_skill(self, clip_ids: Collection[str], skill: str) -> None:
        """Sets the skill that all tasks of these clips ask for, also later ones; empty for none.

        Leases, own returned work and what a lead assigned before stay with whoever has them. Nothing changes
        when it raises Refused (code NOT_A_SKILL, NO_CLIP).
        """
        ...

    def set_priority(self, clip_ids: Collection[str], priority: int) -> None:
        """Sets the priority of all tasks of these clips, also of later ones: higher ones are claimed first.

        Nothing changes when it raises Refused (code NOT_A_PRIORITY, NO_CLIP).
        """
        ...

    def mark_distressing(self, clip_id: str) -> None:
        """Marks a clip for whoever gets it next: their leases say so. Raises Refused (code NO_CLIP)."""
        ...

    def passes_to_compare(self, limit: int, *, after: str = "") -> list[list[SealedAnnotation]]:
        """The accepted passes of clips with several passes that were not compared yet, have no adjudication
        and may be worked on.

        Up to ``limit`` clips with an id after ``after``, by id.
        """
        ...

    def set_passes_agree(self, clip_id: str) -> None:
        """Marks that the accepted passes of a clip were compared and agree; idempotent."""
        ...

    def accepted_passes(self, clip_id: str) -> list[SealedAnnotation]:
        """The accepted transcriptions of one clip, in the order of its passes."""
        ...

    def has_adjudication(self, clip_id: str) -> bool:
        """Whether a clip has, or had, an adjudication task."""
        ...

    def add_adjudication(self, clip_id: str) -> str:
        """Adds an adjudication task for a clip whose accepted passes differ; returns its id, also if it
        exists already. Raises Refused (code CLIP_NOT_FINAL) before all passes are accepted."""
        ...

    def draw(
        self, decide: Callable[[str], bool], sign: Callable[[DrawnWork], str | None] = not_signed
    ) -> DrawResult:
        """Decides about every submitted task: it goes to a review (a new task), or is accepted (verdict
        ``passed``).

        ``decide`` is given the id of the pass's first submission since its last verdict, so that taking work
        back and submitting it again changes nothing about the draw. What ``sign`` returns for accepted work
        is kept with the verdict; if it returns None, that work goes to a review too.
        """
        ...

    def assign(self, task_id: str, person_id: str) -> None:
        """Assigns an unleased task to one person; raises Refused if it is leased, they had the clip, they
        do not have the skill that it asks for, or it is on hold."""
        ...

    def hold(self, clip_id: str, reason: HoldReason) -> None:
        """Puts a clip on hold: none of its tasks is leased or resumed, and a live lease passes no check.

        What was typed on a live lease may still be saved and submitted. A second hold changes the reason.
        Raises Refused (code NO_CLIP, or CLIP_WITHDRAWN for a purged clip).
        """
        ...

    def end_hold(self, clip_id: str) -> None:
        """Ends a hold; leases go on as they were. Raises Refused (code NOT_ON_HOLD)."""
        ...

    def lead_release(self, task_id: str) -> None:
        """Opens a task to all, for a lead: ends its lease, or puts a held clip back into the queue."""
        ...

    # Results

    def accepted(self) -> list[SealedAnnotation]:
        """Accepted transcriptions, one for each pass, of clips not purged or quarantined; by clip id and
        pass."""
        ...

    def exportable(self) -> list[str]:
        """The final and exported clips that have an accepted transcription, by id."""
        ...

    def exportable_work(self, clip_ids: Sequence[str]) -> list[SealedAnnotation]:
        """The accepted transcriptions of these clips, as far as they are final or exported.

        In the order of ``clip_ids``, which must not repeat, and by pass.
        """
        ...

    def finals(self, clip_ids: Collection[str]) -> dict[str, str]:
        """The id of the annotation that counts for each of these clips that has one."""
        ...

    def accepted_among(self, annotation_ids: Collection[str]) -> dict[str, str]:
        """The annotations among these that are accepted or final, each with its clip; none of a clip in
        quarantine."""
        ...

    def final(self, clip_id: str) -> FinalAnnotation | None:
        """The annotation that counts for a clip: the accepted one of a single pass, or the adjudicated
        one."""
        ...

    def set_final(self, final: FinalAnnotation) -> None:
        """Sets the final annotation of a clip, when several passes agree."""
        ...

    def keep_open_until(self, clip_id: str, until: datetime) -> None:
        """Moves the moment after which no task of the clip is leased or resumed; idempotent."""
        ...

    def withdraw_clip(self, clip_id: str, reason: str) -> None:
        """Purges a clip from any state: ends leases, deletes sealed work, and leaves a tombstone."""
        ...

    def end_quarantine(self, clip_id: str, *, task_id: str = "", person_id: str = "") -> None:
        """Puts a clip in quarantine into the queue; with a task of it, assigns that in the same act.

        Raises: Refused (code NOT_QUARANTINED) for any other clip; as ``assign``, and then nothing changed.
        """
        ...

    def open_passes(self, clip_id: str) -> list[str]:
        """The transcription tasks of a clip that nobody has taken, in their order."""
        ...

    def quarantined(self, limit: int, *, after: str = "") -> list[str]:
        """The clips in quarantine with ids beyond ``after``, by id; at most ``limit``."""
        ...

    def clip_states(self, clip_ids: Collection[str]) -> dict[str, ClipState]:
        """The state of each of these clips that the queue knows; for leads."""
        ...

    def mark_exported(self, clip_ids: Iterable[str]) -> None:
        """Marks final clips as exported; leaves others as they are."""
        ...
