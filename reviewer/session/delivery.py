"""The path of every act to the queue: commit it with its log row, send it by key, commit the answer."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from reviewer.errors import ClipKeyNotHeld, LeaseLost, NotLeased, Refused, SubmissionConflict, Unavailable
from reviewer.model.clip import Clip, ClipFacts, ContentKind
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.task import LateDraft, LateReason, Lease, SealedAnnotation
from reviewer.queue.api import Receipt
from reviewer.queue.outbox import (
    AddClip,
    AdoptLateDraft,
    BeginPrefetched,
    Claim,
    ClaimPrefetch,
    Decide,
    DismissLateDraft,
    KeepLateDraft,
    MarkDistressing,
    MarkPersonalData,
    OutboxEntry,
    Release,
    ReleasePrefetched,
    Request,
    SetLanguages,
    SetSkills,
    Skip,
    Submit,
    TakeBack,
)
from reviewer.session.drafts import Drafts
from reviewer.session.unit_of_work import UnitOfWork

Outcome = Lease | Receipt | None
Record = Callable[[Outcome], None]
_MAY_WAIT = (
    Submit,
    Skip,
    Release,
    Decide,
    BeginPrefetched,
    ReleasePrefetched,
    KeepLateDraft,
    AdoptLateDraft,
    DismissLateDraft,
    MarkDistressing,
    MarkPersonalData,
)
"""Acts whose answer nobody needs in order to go on."""


class Undelivered(Unavailable):
    """The queue cannot be reached; the act is stored here and will be sent."""

    def __init__(self) -> None:
        super().__init__("QUEUE_UNREACHABLE")


class Delivery:
    """Sends one person's requests to the queue, strictly in order.

    A queue in the workspace's own file answers within the commit of the act. A queue elsewhere is sent the
    request after the commit, as often as it takes; its refusals are logged, and work whose lease was lost is
    kept as a late draft.
    """

    def __init__(self, unit: UnitOfWork, identity: Identity, drafts: Drafts) -> None:
        self._unit = unit
        self._identity = identity
        self._drafts = drafts
        self._in_turn = threading.RLock()
        self._wake: Callable[[], None] | None = None
        self._is_ended = False
        self._lost: dict[tuple[str, int], Refused] = {}
        self._refused: list[Refused] = []
        self._late: dict[str, bytes] = {}

    @property
    def is_in_background(self) -> bool:
        """Whether acts are only stored now, for ``deliver`` to send on another thread."""
        return self._wake is not None

    def send_in_background(self, wake: Callable[[], None]) -> None:
        """From now on only stores acts that can wait, and calls ``wake``, on any thread, for a
        ``deliver``."""
        self._wake = wake

    def wake(self) -> None:
        """Asks for a ``deliver`` soon, in the background; after ``end`` there is nobody to ask."""
        if self._wake is not None and not self._is_ended:
            self._wake()

    def end(self) -> None:
        """Stores no more answers; an act whose answer is dropped is sent again under the same key."""
        self._is_ended = True

    def lost(self, lease: Lease) -> Refused | None:
        """The queue's refusal of a lease on which work continued here; None if it refused none."""
        return self._lost.get((lease.task_id, lease.token))

    @property
    def has_lost(self) -> bool:
        """Whether any lease was lost."""
        return bool(self._lost)

    def note_lost(self, lease: Lease, refusal: Refused) -> None:
        """Remembers that the queue gave a lease to somebody else."""
        self._lost[lease.task_id, lease.token] = refusal

    def take_refused(self) -> tuple[Refused, ...]:
        """The refusals of submitted work since the last call; the work itself is kept, and the refusals
        are logged."""
        refused, self._refused = tuple(self._refused), []
        return refused

    @property
    def answers_at_once(self) -> bool:
        """Whether the queue's answer is part of the commit of an act."""
        return self._unit.queue.answers_at_once

    def send(self, request: Request, record: Record | None = None, *, needs_answer: bool = False) -> Outcome:
        """Sends an act and returns the queue's answer.

        Args:
            record: writes what is committed with the act (its log row, the end of its draft); gets the
                answer, or None when the queue answers later.
            needs_answer: wait for it also where others would go on.

        Raises: Refused, and nothing was done; Undelivered when the act is stored but not answered yet.
        """
        may_wait = self.is_in_background and isinstance(request, _MAY_WAIT) and not needs_answer
        if self.answers_at_once or may_wait:
            with self._unit.transaction():
                _, outcome = self._add(request, record)
            if self.answers_at_once:
                return outcome
            raise Undelivered
        with self._in_turn:  # from before it is stored: nobody else sends it meanwhile
            with self._unit.transaction():
                entry, _ = self._add(request, record)
            try:
                self.deliver(before=entry)
                return self._delivered(entry)
            except Unavailable as error:
                raise Undelivered from error

    def post(self, request: Request, record: Record | None = None) -> Outcome:
        """Adds an act inside a transaction; None for a queue elsewhere, to which ``deliver`` sends it."""
        self._unit.require_transaction()
        return self._add(request, record)[1]

    def add_clip(self, clip: Clip, *, passes: int, sort_key: int, quarantined: bool, skill: str = "") -> None:
        """Queues an imported clip in the transaction of its row, until its consent or retention ends."""
        open_until = min(clip.purge_at, clip.consent_withdrawn_at or clip.purge_at)
        facts = None
        if not self.answers_at_once:
            drafts = self._unit.hypotheses.sealed_of([clip.id]).get(clip.id, ())
            unsigned = replace(ClipFacts.of(clip, clip.id), drafts=drafts)
            (facts,) = self._unit.signed(self._identity, [unsigned])
        request = AddClip(clip.id, passes, sort_key, quarantined, open_until, clip.locale, facts, skill)
        if self.answers_at_once:  # once for each clip id, so it needs no key
            self._unit.require_transaction()
            request.ask(self._unit.queue)
        else:
            self.post(request)

    def set_languages(self, person_id: str, languages: Iterable[str], record: Record) -> None:
        """Sets the languages of a person; ``record`` writes its log row. Raises the same as ``send``."""
        self.send(SetLanguages(person_id, frozenset(languages)), record)

    def set_skills(self, person_id: str, skills: Iterable[str], record: Record) -> None:
        """Sets the skills of a person; ``record`` writes its log row. Raises the same as ``send``."""
        self.send(SetSkills(person_id, frozenset(skills)), record)

    def adopt_late_draft(self, draft: LateDraft, work: SealedAnnotation, record: Record) -> Receipt:
        """Makes a late draft an annotation; ``record`` writes its log row. Raises Refused."""
        try:
            receipt = self.send(AdoptLateDraft(draft, work), record)
        except Undelivered:
            return Receipt(work.id, work.made_at, is_pending=True)
        assert isinstance(receipt, Receipt)
        return receipt

    def dismiss_late_draft(self, draft: LateDraft, reason: LateReason, record: Record) -> None:
        """Decides that a late draft does not count; ``record`` writes its log row. Raises Refused."""
        with suppress(Undelivered):  # it is stored, and sent with the next delivery
            self.send(DismissLateDraft(draft.id, draft.clip_id, reason), record)

    def mark_distressing(self, clip_id: str) -> None:
        """Marks a clip as distressing, so that whoever opens it next is warned; inside a transaction."""
        self.post(MarkDistressing(clip_id))

    def deliver(self, *, before: OutboxEntry | None = None) -> None:
        """Sends what is still pending, oldest first. Raises Unavailable when the queue cannot be reached."""
        with self._in_turn:
            for entry in self._unit.outbox.pending(self._identity.person.id):
                if before is not None and entry.key == before.key:
                    return
                try:
                    self._delivered(entry)
                except Refused as refusal:  # logged and settled: later requests must not wait for it
                    self._note_refusal(entry.request, refusal)

    def deliver_last(self) -> None:
        """Sends what is pending, after ``end``; it is answered under the same keys at the next sign-in.

        Raises Unavailable.
        """
        with self._in_turn:
            for entry in self._unit.outbox.pending(self._identity.person.id):
                with suppress(Refused):  # refused again, and logged, when it is sent again
                    self._unit.outbox.deliver(entry)

    def _delivered(self, entry: OutboxEntry) -> Outcome:
        try:
            outcome = self._unit.outbox.deliver(entry)
        except Refused as refusal:
            self._require_not_ended()
            self._settle_refusal(entry, refusal)
            raise
        self._require_not_ended()
        with self._unit.transaction():
            self._settle(entry, outcome)
        return outcome

    def _add(self, request: Request, record: Record | None) -> tuple[OutboxEntry, Outcome]:
        """Delivers inside the transaction of the act; a refusal rolls it back."""
        outbox, outcome = self._unit.outbox, None
        if self.answers_at_once:
            entry = outbox.entry(self._identity.person.id, request)
            outcome = outbox.deliver(entry)
            self._record_lease(request, outcome)
        else:
            entry = outbox.add(self._identity.person.id, request)
            if isinstance(request, _MAY_WAIT):
                self.wake()
        if record is not None:
            record(outcome)
        return entry, outcome

    def _require_not_ended(self) -> None:
        if self._is_ended:
            raise Undelivered

    def _note_refusal(self, request: Request, refusal: Refused) -> None:
        if isinstance(request, BeginPrefetched) and isinstance(refusal, LeaseLost | NotLeased):
            self.note_lost(request.lease, refusal)
        elif self.is_in_background and isinstance(request, Submit | Decide):
            self._refused.append(refusal)

    def _settle(self, entry: OutboxEntry, outcome: Outcome) -> None:
        self._unit.outbox.settle(entry)
        if isinstance(entry.request, Submit):
            self._late.pop(entry.request.work.id, None)
        self._record_lease(entry.request, outcome)

    def _record_lease(self, request: Request, lease: Outcome) -> None:
        """Logs a lease that was granted or ended; an act's own row was committed before."""
        if not isinstance(lease, Lease):
            return
        detail: dict[str, DetailValue] = {}
        if isinstance(request, ClaimPrefetch | ReleasePrefetched):
            detail["prefetch"] = True
        if isinstance(request, Claim | BeginPrefetched):
            self.record(Action.TASK_CLAIMED, lease, detail)
        elif isinstance(request, TakeBack):
            self.record(Action.TAKEN_BACK, lease, {"annotation": request.annotation_id})
        elif isinstance(request, ReleasePrefetched):
            self.record(Action.TASK_RELEASED, lease, detail)

    def _settle_refusal(self, entry: OutboxEntry, refusal: Refused) -> None:
        """Keeps work that lost its lease, and logs that the queue refused an act committed here."""
        request = entry.request
        late = None
        if isinstance(request, Submit) and isinstance(refusal, LeaseLost | SubmissionConflict):
            late = self._late_draft(request)
        with self._unit.transaction():
            self._unit.outbox.settle(entry)
            if isinstance(request, Submit):
                detail: dict[str, DetailValue] = {"annotation": request.work.id}
                self.record(Action.SUBMISSION_REFUSED, request.lease, detail, reason=refusal.code)
            elif isinstance(request, Decide):
                detail = {"verdict_id": request.verdict.id}
                self.record(Action.SUBMISSION_REFUSED, request.lease, detail, reason=refusal.code)
            elif isinstance(request, AdoptLateDraft):
                detail = {"annotation": request.work.id, "task": request.work.task_id}
                self._record_refused(request.work.clip_id, refusal, detail)
            elif isinstance(request, KeepLateDraft):
                self.record(Action.SUBMISSION_REFUSED, request.lease, {"late": True}, reason=refusal.code)
            elif isinstance(request, MarkPersonalData):
                self.record(
                    Action.SUBMISSION_REFUSED, request.lease, {"mark": request.mark_id}, reason=refusal.code
                )
            elif isinstance(request, DismissLateDraft):
                self._record_refused(request.clip_id, refusal, {"late_draft": request.draft_id})
            if late is not None:
                self.keep_late(late)

    def _record_refused(self, clip_id: str, refusal: Refused, detail: dict[str, DetailValue]) -> None:
        event = Event.by(
            self._identity, Action.SUBMISSION_REFUSED, clip_id, reason=refusal.code, detail=detail
        )
        self._unit.log.record(event)

    def _late_draft(self, request: Submit) -> KeepLateDraft | None:
        """The submitted work as a late draft; None if it cannot be read, because the clip's key is not
        here after a restart: a version of it stays here."""
        work = request.work
        held = self._late.pop(work.id, None)
        if held is not None:
            return KeepLateDraft(request.lease, held)
        try:
            return self._unsealed_late(request)
        except ClipKeyNotHeld:
            return None

    def _unsealed_late(self, request: Submit) -> KeepLateDraft:
        work = request.work
        plain = self._unit.content.unseal(
            self._identity.keyring, work.clip_id, ContentKind.ANNOTATION, work.id, work.sealed
        )
        sealed = self._drafts.seal_late(self._identity, request.lease, plain)
        return KeepLateDraft(request.lease, sealed)

    def hold_late(self, annotation_id: str, sealed: bytes) -> None:
        """Holds submitted work sealed as a late draft until the queue answers, because its key may be gone
        by then."""
        if not self.answers_at_once:
            self._late[annotation_id] = sealed

    def keep_late(self, request: KeepLateDraft, *, keep_draft: bool = False) -> None:
        """Keeps work that can no longer be submitted, with a log row; inside a transaction.

        ``keep_draft``: the draft belongs to another window and stays.
        """
        self.post(request)
        if not keep_draft:
            self._drafts.discard(request.lease)
        self.record(Action.LATE_DRAFT, request.lease, {})

    def record(
        self, action: Action, lease: Lease, detail: dict[str, DetailValue], *, reason: str = ""
    ) -> None:
        """A log row about a task."""
        where: dict[str, DetailValue] = {"task": lease.task_id, "round": lease.round, "token": lease.token}
        event = Event.by(self._identity, action, lease.clip_id, reason=reason, detail={**where, **detail})
        self._unit.log.record(event)
