"""The work session of one signed-in person: claim, open, save, submit; the same for every role."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from reviewer.audio.samples import Sound
from reviewer.clips.alignments import Alignment
from reviewer.errors import (
    ClipWithdrawn,
    Damaged,
    LeaseLost,
    NotLeased,
    OpenElsewhere,
    Refused,
    ReviewerError,
)
from reviewer.labels.earlier import carried
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.people import Identity
from reviewer.model.project import ListeningRules, QueueRules, RecogniserRule
from reviewer.model.task import DailyCounts, Lease, SkipReason, TaskKind, VerdictKind
from reviewer.queue.api import Receipt
from reviewer.queue.outbox import (
    BeginPrefetched,
    Claim,
    KeepLateDraft,
    Submit,
    TakeBack,
)
from reviewer.session import clip_conditions, past_work, text_search
from reviewer.session.act_requests import ActRequests, PreparedAct
from reviewer.session.acts import Decide, HandIn, Release, Skip, WorkAct
from reviewer.session.bundle import Bundle
from reviewer.session.clip_access import ClipAccess
from reviewer.session.delivery import Delivery, Undelivered
from reviewer.session.draft_measurement import DraftMeasurement
from reviewer.session.draft_versions import DraftVersion, DraftVersions, VersionReason
from reviewer.session.drafts import Drafts
from reviewer.session.known_words import KnownWords, Lexicon, no_lexicon
from reviewer.session.listening_record import ListeningRecord
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.open_clip import ClipTexts, OpenClip
from reviewer.session.opened_texts import OpenedTexts
from reviewer.session.past_work import PastWork
from reviewer.session.permit import Permit
from reviewer.session.prefetch import Prefetch
from reviewer.session.redaction_work import RedactionWork
from reviewer.session.sending import Sending
from reviewer.session.text_alignment import TextAlignment
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unsealed_clip import UnsealedClip
from reviewer.transcript.aligned_texts import AlignedText
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.edits import Segments
from reviewer.transcript.find import Query
from reviewer.transcript.history import History


class WorkSession:
    """A person's work on tasks of ``kinds``: transcribing, reviewing, adjudicating.

    Every method raises Refused unless the person is signed in, has the right, and (for work on a clip) a
    valid agreement; any may raise Unavailable.
    """

    def __init__(
        self,
        *,
        identity: Identity,
        kinds: frozenset[TaskKind],
        unit: UnitOfWork,
        access: ClipAccess,
        listening: ListeningRecord,
        schema: Schema,
        conventions: LocaleConventions,
        measurement: DraftMeasurement,
        lexicon: Lexicon = no_lexicon,
        recognisers: Sequence[RecogniserRule] = (),
        rules: QueueRules | None = None,
    ) -> None:
        self.identity, self.kinds = identity, kinds
        self.schema = schema
        self._conventions = conventions
        self._known_words = KnownWords(unit, identity, lexicon)
        self._unit = unit
        self._access = access
        self._listening = listening
        self._measurement = measurement
        self._alignment = TextAlignment(unit, access, identity, recognisers)
        self.forms = unit.label_schemas.forms()
        self._drafts = Drafts(unit, schema.id)
        self._versions = DraftVersions(unit, schema.id)
        self._delivery = Delivery(unit, identity, self._drafts)
        self.redactions = RedactionWork(unit, access, identity, self._delivery)
        self._bundle = Bundle(unit, access, identity, self._delivery, rules or QueueRules(), kinds)
        self.sending = Sending(unit, access, identity, self._delivery, self._bundle)
        self.requests = self._act_requests()
        self.new_work_notices = unit.queue.new_work_notices
        self._texts = OpenedTexts(unit, access, identity, self._drafts, self._alignment, measurement, schema)
        self._right = clip_conditions.RIGHTS[min(kinds)]
        self._prefetch = self._make_prefetch()
        self._ended: set[tuple[str, int]] = set()

    @property
    def listening_rules(self) -> ListeningRules:
        """What must be heard before work is submitted or accepted."""
        return self._listening.rules

    def conventions_for(self, locale: str) -> Conventions:
        """The conventions of a clip's locale."""
        return self._conventions.of(locale)

    @property
    def known_words(self) -> KnownWords:
        """The words that spelling knows beside its dictionaries."""
        self._require()
        return self._known_words

    # Claiming

    def resume(self) -> Lease | None:
        """The task this person still has on lease, after a crash or a sign-out; None if there is none."""
        self._require()
        self._versions.delete_ended(self.identity)
        return self._unit.queue.resume(self.identity.person.id, self.kinds)

    def claim(self) -> Lease | None:
        """The task this person still has on lease, or the next one; None if none is waiting.

        A task whose clip may not be opened any more is put back and skipped over.
        """
        self._require()
        if (taken_along := self._bundle.next()) is not None:
            return taken_along
        self._delivery.deliver()
        given_back: set[str] = set()
        while (lease := self._held_or_next()) is not None:
            try:
                self._access.openable(lease.clip_id, is_leased=True)
            except Refused:
                is_back_again = lease.task_id in given_back
                with suppress(ClipWithdrawn):  # a purge was quicker, and took the task away
                    self._end(Skip(lease, SkipReason.TECHNICAL) if is_back_again else Release(lease))
                given_back.add(lease.task_id)
                continue
            return lease
        return None

    def take_back(self, annotation_id: str | None = None) -> Lease:
        """Leases one of the person's last 20 submissions again, or the very last; ``open`` shows its text.

        A clip at hand stays leased, and is resumed after this one.

        Raises: Refused (code CANNOT_TAKE_BACK) once a draw decided about it, whatever it decided; consent
            ended; Undelivered when the queue cannot be reached (the clip is resumed when it can).
        """
        self._require()
        self._delivery.deliver()
        person_id = self.identity.person.id
        chosen = past_work.to_take_back(self._unit, person_id, self.kinds, annotation_id)
        self._access.openable(chosen.clip_id)
        lease = self._delivery.send(TakeBack(person_id, chosen.id))
        assert isinstance(lease, Lease)
        return lease

    def open(self, lease: Lease) -> OpenClip:
        """Unseals the clip of a lease, after checking every condition and committing a log row.

        Raises: Refused (LeaseLost, NotLeased, OpenElsewhere, consent ended ...), Damaged.
        """
        self._require_kind(lease)
        permit = self._access.permit(self.identity, lease, ask_queue=not self._bundle.has(lease))
        prefetched = self._prefetch.take()
        is_prefetched = self._access.has_prefetched(self.identity, lease.clip_id)
        unsealed = self._access.open(permit, past_work.opened_texts(lease))
        try:
            self._bundle.begin(lease)
            if prefetched is not None and is_prefetched and prefetched.lease.task_id == lease.task_id:
                return self._shown(lease, unsealed, prefetched.texts)
            return self._shown(lease, unsealed, self._texts.of_lease(lease))
        except BaseException:
            self._access.close(self.identity, lease)
            raise

    def prefetch(self) -> Sound | None:
        """Leases the task after the present one for a few minutes, and unseals its clip without showing it.

        It may run beside everything else: if the next clip was opened meanwhile, nothing is kept.

        Returns: its samples, to be rendered in advance; None if no task is waiting, or too few for all.
        """
        self._require()
        return self._prefetch.fetch()

    def take_along(self) -> None:
        """Takes clips along until there are as many as the policy allows.

        Raises Unavailable; Refused when no more may be taken.
        """
        self._require()
        self._bundle.fill()

    def drop_prefetched(self) -> None:
        """Closes what is prefetched or taken along and puts its tasks back; works without a valid
        agreement too."""
        self._access.allow(self.identity, self._right)
        self._prefetch.drop()
        self._bundle.drop()

    def give_back_along(self) -> None:
        """Gives back the clips that were taken along and not begun, in one commit."""
        self._bundle.drop()
        self._drop_ended_along()

    # While a clip is open

    def save_draft(self, lease: Lease, work: History | Annotation, revision: int) -> datetime:
        """Commits a draft, with its undo history; returns the time of the commit.

        ``revision`` only grows while a window is open: an older one changes nothing.

        Raises: LeaseLost when the clip went to a colleague, OpenElsewhere when another window has it (the
        text is then kept as a late draft); NotLeased once the work was submitted.
        """
        self._require_unfinished(lease)
        if lease.blind_annotation is not None:
            raise Refused("BLIND_HANDED_IN")
        history = work if isinstance(work, History) else History.of(work)
        self._drafts.recall(self.identity, lease, or_begin_anew=True)
        failure: Refused | None
        with self._unit.transaction():
            self._access.require_current(self.identity, lease.clip_id, is_saving=True)
            is_elsewhere = self._access.is_open_elsewhere(self.identity, lease)
            failure = OpenElsewhere() if is_elsewhere else self.requests.lost(lease)
            if failure is None:
                self._versions.note(self.identity, lease, history.present.annotation)
                return self._drafts.save(self.identity, lease, history, revision)
            self._keep_late(lease, history.present.annotation, keep_draft=is_elsewhere)
        raise failure

    def versions(self, lease: Lease) -> list[DraftVersion]:
        """The kept versions of this person's work on the open clip, newest first, after a log row.

        Answers that do not belong to the present label form become earlier answers.

        Raises: Refused (code CLIP_NOT_OPEN), LeaseLost, NotLeased.
        """
        self._require_open(lease)
        detail: dict[str, DetailValue] = {"purpose": "versions", "task": lease.task_id}
        event = Event.by(self.identity, Action.TEXT_OPENED, lease.clip_id, detail=detail)
        self._unit.log.record(event)
        kept = self._versions.all(self.identity, lease)
        return [replace(one, annotation=carried(one.annotation, self.schema, one.form)) for one in kept]

    def keep_version(self, lease: Lease, annotation: Annotation, reason: VersionReason) -> None:
        """Keeps a version of the work on the open clip, before something replaces it."""
        self._require_open(lease)
        with self._unit.transaction():
            self._versions.keep(self.identity, lease, annotation, reason)

    def save_position(self, lease: Lease, frame: int) -> None:
        """Commits the position in the clip, for the next opening.

        Does nothing if the clip is elsewhere, or the reviewer's own version was submitted.

        Raises: NotLeased once the work was submitted.
        """
        self._require_unfinished(lease)
        if lease.blind_annotation is not None:
            return
        self._drafts.recall(self.identity, lease)
        with self._unit.transaction():
            is_elsewhere = self._access.is_open_elsewhere(self.identity, lease)
            if not is_elsewhere and self.requests.lost(lease) is None:
                self._drafts.save_position(self.identity, lease, frame)

    def align(
        self, lease: Lease, segments: Segments, cancelled: Callable[[], bool]
    ) -> tuple[AlignedText, ...]:
        """Finds when the words of the first of these segments are said in the open clip; takes seconds, in
        the background.

        What is found is submitted with the work. Raises: Refused (code CLIP_NOT_OPEN, NO_RECOGNISER);
        Unavailable.
        """
        self._require_unfinished(lease)
        return self._alignment.align(lease, segments, cancelled)

    def alignment_of(self, lease: Lease, annotation_id: str, annotation: Annotation) -> Alignment | None:
        """The word times handed in with an annotation whose opening was logged; None if it is closed."""
        self._require()
        is_open = self._access.opened(self.identity, lease.clip_id) is not None
        return self._alignment.of_annotation(annotation_id, annotation) if is_open else None

    def beat(self, lease: Lease) -> Lease:
        """The heartbeat: checks that the clip may stay open; returns the lease, renewed when due.

        Checks session, role, agreement, lease, consent, retention and key. If one fails, the clip is closed
        with a log row that says why, and the refusal is raised.
        """
        try:
            self._access.permit(self.identity, lease, ask_queue=False)
            self._access.drop_ended_prefetch(self.identity)
            self._drop_ended_along()
            return self.sending.beat(lease)
        except (Refused, Damaged) as error:
            self._access.put_away(self.identity, lease, error.code)
            self._forget(lease)
            raise

    def heard(self, lease: Lease, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames reached the device; needs a live session and an open clip."""
        self._access.heard(self.identity, lease, ranges)

    def close(self, lease: Lease) -> None:
        """Closes the clip; needs no rights, and logs it if possible."""
        self._access.close(self.identity, lease)
        self._forget(lease)

    @property
    def asks_broker(self) -> bool:
        """Whether the keys of this person's clips come from a broker."""
        return self._access.asks_broker(self.identity)

    def deliver(self) -> None:
        """Sends unanswered requests to the queue. Raises Unavailable when it cannot be reached."""
        self._access.allow(self.identity, self._right)
        self._delivery.deliver()

    # Ending work

    def submit(self, lease: Lease, annotation: Annotation, parent: str | None = None) -> Receipt:
        """Submits work, once per lease; in a review the lease continues. ``parent``: the pass that it takes.

        Raises: Incomplete; Unheard; LeaseLost and OpenElsewhere (the text is kept as a late draft);
            SubmissionConflict.
        """
        try:
            prepared = self._prepare(HandIn(lease, annotation, parent))
        except OpenElsewhere:
            with self._unit.transaction():
                self._keep_late(lease, annotation, keep_draft=True)
            raise
        assert isinstance(prepared.request, Submit)
        work = prepared.request.work
        try:
            receipt = self._delivery.send(prepared.request, prepared.record)
        except Undelivered:
            receipt = Receipt(work.id, work.made_at, is_pending=True)
        except LeaseLost:
            if self._delivery.answers_at_once:
                with self._unit.transaction():
                    self._keep_late(lease, annotation)
            raise
        assert isinstance(receipt, Receipt)
        if lease.kind is not TaskKind.REVIEW:
            self._note_end(lease)
        return receipt

    def skip(self, lease: Lease, reason: SkipReason) -> None:
        """Skips the clip for a reason from the closed list; this person does not get it again.

        Raises: Unheard, unless the clip cannot be played; LimitReached; LeaseLost.
        """
        act = Skip(lease, reason)
        self._require_within_limits(act)
        self._end(act)

    def release(self, lease: Lease) -> None:
        """Puts the task back into the queue; the draft is kept in case the same person gets it again."""
        self._end(Release(lease))

    def decide(self, lease: Lease, kind: VerdictKind, comment: str = "") -> None:
        """Ends a review with a verdict; returning work needs a comment. Raises Unheard, LeaseLost."""
        self._end(Decide(lease, kind, comment))

    def hand_over(self, act: WorkAct) -> OpenClip | None:
        """Ends the present work, closes its clip and opens the prefetched one, all in one commit.

        Returns: None if no prefetched clip may be opened now: the next one must be claimed and opened.
        Raises: what ``submit``, ``skip``, ``release`` or ``decide`` raise; then nothing was done.
        """
        if isinstance(act, HandIn) and act.lease.kind is TaskKind.REVIEW:
            self.submit(act.lease, act.annotation)  # the reviewer's own version; the review continues
            return None
        self._require_within_limits(act)
        prefetched = self._prefetch.peek()
        begun = None
        if prefetched is not None and self._prefetch.can_begin(prefetched.lease):
            begun = self._handed_over(act, prefetched.lease)
        if prefetched is None or begun is None:
            self._end_and_close(act)
            return None
        self._access.forget(self.identity, act.lease)
        self._forget(act.lease)
        self._note_end(act.lease)
        self._bundle.begin(begun)
        self._prefetch.forget()
        return self._shown(begun, self._access.show_prefetched(self.identity, begun), prefetched.texts)

    # Queries

    def daily_counts(self) -> DailyCounts:
        """Waiting tasks, and what this person has done since midnight in their time zone."""
        self._require()
        since = past_work.midnight(self._unit.clock)
        queue = self._unit.queue
        counts = queue.daily_counts(self.identity.person.id, self.kinds, since)
        return replace(counts, undrawn=queue.undrawn()) if TaskKind.REVIEW in self.kinds else counts

    def history(self, limit: int = 20) -> list[PastWork]:
        """This person's last submissions, newest first."""
        self._require()
        return past_work.history(self._unit, self._access, self.identity, limit)

    def openable_among(self, clips: Collection[str]) -> frozenset[str]:
        """The clips of which texts that are shown may still be shown; Refused without a live agreement."""
        self._require()
        return past_work.openable_among(self._unit, clips)

    def search_today(self, query: Query) -> list[text_search.FoundWork]:
        """This person's submissions of today that contain a text; each text is logged before it is read."""
        self._require()
        since = past_work.midnight(self._unit.clock)
        return text_search.search(self._unit, self._access, self.identity, query, since)

    def _make_prefetch(self) -> Prefetch:
        return Prefetch(
            identity=self.identity,
            kinds=self.kinds,
            access=self._access,
            delivery=self._delivery,
            bundle=self._bundle,
            texts=self._texts,
            clock=self._unit.clock,
        )

    def _act_requests(self) -> ActRequests:
        return ActRequests(
            unit=self._unit,
            identity=self.identity,
            access=self._access,
            drafts=self._drafts,
            versions=self._versions,
            delivery=self._delivery,
            listening=self._listening,
            schema=self.schema,
            conventions=self._conventions,
            measurement=self._measurement,
            alignment=self._alignment,
        )

    def _held_or_next(self) -> Lease | None:
        if (held := self._unit.queue.resume(self.identity.person.id, self.kinds)) is not None:
            return held
        answer = self._delivery.send(Claim(self.identity.person.id, self.kinds))
        return answer if isinstance(answer, Lease) else None

    def _drop_ended_along(self) -> None:
        """Gives back clips that were taken along, prefetched or not, and may not be opened any more."""
        self._bundle.drop_ended()
        self._prefetch.drop_ended()

    def _handed_over(self, act: WorkAct, prefetched: Lease) -> Lease | None:
        """Commits the act and the opening of the prefetched clip together; None if that fails.

        The act is then done alone, and the same error occurs again where it can be shown.
        """
        try:
            prepared = self._prepare(act)
            is_prefetch, ask_queue = prefetched.is_prefetch, self._delivery.answers_at_once
            permit = self._access.permit(
                self.identity, prefetched, is_prefetch=is_prefetch, ask_queue=ask_queue
            )
            return self._commit_hand_over(act.lease, prepared, permit)
        except ReviewerError:
            return None

    def _require_within_limits(self, act: WorkAct) -> None:
        if isinstance(act, Skip) and act.reason is SkipReason.TECHNICAL:
            self._access.limits.require_may_skip_unheard(self.identity)

    def _end_and_close(self, act: WorkAct) -> None:
        if isinstance(act, HandIn):
            self.submit(act.lease, act.annotation, act.parent)
        else:
            self._end(act)
        self.close(act.lease)

    def _commit_hand_over(self, ended: Lease, prepared: PreparedAct, permit: Permit) -> Lease:
        with self._unit.transaction():
            self._delivery.post(prepared.request, prepared.record)
            if (begun := permit.lease).is_prefetch:
                answer = self._delivery.post(BeginPrefetched(begun))
                begun = answer if isinstance(answer, Lease) else replace(begun, is_prefetch=False)
            self._access.record_closing(self.identity, ended)
            texts = past_work.opened_texts(begun)
            self._access.record_opening(replace(permit, lease=begun), texts, is_prefetched=True)
        return begun

    def _end(self, act: WorkAct) -> None:
        prepared = self._prepare(act)
        with suppress(Undelivered):  # it is stored, and sent with the next delivery
            self._delivery.send(prepared.request, prepared.record)
        self._note_end(act.lease)

    def _note_end(self, lease: Lease) -> None:
        self._ended.add((lease.task_id, lease.token))
        self._bundle.begin(lease)
        self.sending.forget(lease)

    def _prepare(self, act: WorkAct) -> PreparedAct:
        self._require_kind(act.lease)
        return self.requests.prepare(act)

    def _shown(self, lease: Lease, unsealed: UnsealedClip, texts: ClipTexts) -> OpenClip:
        self._drafts.begin(self.identity, lease, texts.draft)
        self._versions.begin(self.identity, lease, texts.draft.annotation)
        return OpenClip(
            lease=lease,
            clip=unsealed.clip,
            samples=unsealed.samples,
            peaks=unsealed.peaks,
            conventions=self._conventions.of(unsealed.clip.locale),
            hypotheses=texts.shown.hypotheses,
            is_draft_hidden=texts.shown.is_hidden,
            draft=texts.draft.annotation,
            returned=texts.returned,
            speech=unsealed.speech,
            heard=self._listening.heard(lease),
            position=texts.draft.position,
            blind=texts.blind,
            is_distressing=lease.is_distressing,
            draft_history=texts.draft.history,
            redactions=unsealed.redactions,
            forms=self.forms,
            has_aligner=self._alignment.aligner(unsealed.clip.locale) is not None,
            aligned=self._alignment.begin(lease, texts.aligned),
        )

    def _keep_late(self, lease: Lease, annotation: Annotation, *, keep_draft: bool = False) -> None:
        sealed = self._drafts.seal_late(self.identity, lease, annotation.to_bytes())
        self._delivery.keep_late(KeepLateDraft(lease, sealed), keep_draft=keep_draft)

    def _forget(self, lease: Lease) -> None:
        self._drafts.forget(self.identity, lease)
        self._versions.forget(self.identity, lease)
        self._alignment.forget(lease)

    def _require_open(self, lease: Lease) -> None:
        """Raises Refused unless the clip is open here, on a lease that is still this person's."""
        self._require_unfinished(lease)
        if self._access.opened(self.identity, lease.clip_id) is None:
            raise Refused("CLIP_NOT_OPEN")
        if lease.blind_annotation is not None:
            raise Refused("BLIND_HANDED_IN")
        if (lost := self.requests.lost(lease)) is not None:
            raise lost

    def _require(self) -> None:
        self._access.require(self.identity, self._right)

    def _require_kind(self, lease: Lease) -> None:
        if lease.kind not in self.kinds:
            raise NotLeased

    def _require_unfinished(self, lease: Lease) -> None:
        self._access.require(self.identity, self._right, settings_may_differ=True)
        self._require_kind(lease)
        self.requests.require_own(lease)
        if (lease.task_id, lease.token) in self._ended:
            raise NotLeased
