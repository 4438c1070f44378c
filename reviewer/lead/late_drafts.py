"""A lead decides about late drafts: work that came after its lease had gone to somebody else."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from reviewer.access.acceptances import came_home
from reviewer.access.rights import Act
from reviewer.access.signed_work import Authorship
from reviewer.errors import Refused, Unavailable
from reviewer.labels.earlier import carried
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, DetailValue, Event, HeardRange
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.redaction import RedactionSource
from reviewer.model.task import LateDraft, LateReason, SealedAnnotation, TaskKind
from reviewer.privacy.denial import without_stale_denials
from reviewer.queue.api import Receipt
from reviewer.session.clip_access import ClipAccess
from reviewer.session.comparison import Comparison
from reviewer.session.delivery import Delivery, Outcome
from reviewer.session.drafts import Drafts
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.personal_data_marks import PersonalDataMarks
from reviewer.session.redactions import propose, record_reasons
from reviewer.session.submission_checks import require_complete
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unsealed_clip import UnsealedClip


@dataclass(frozen=True, slots=True)
class OpenedLateDraft:
    """A late draft with its clip, after a row in the log.

    ``beside`` compares what counts or was handed in since (theirs) with the draft (mine), if anything was.
    ``is_vouched_for``: its author signed it, or nobody else could have made it.
    """

    draft: LateDraft
    sound: UnsealedClip
    annotation: Annotation
    beside: Comparison | None
    is_vouched_for: bool = True


class LateDrafts:
    """Lists the late drafts that wait for a decision, and decides about them; each decision is a row of
    the log."""

    def __init__(
        self, unit: UnitOfWork, access: ClipAccess, *, schema: Schema, conventions: LocaleConventions
    ) -> None:
        self._unit = unit
        self._access = access
        self.schema = schema
        self._conventions = conventions
        self._opened: dict[tuple[str, str], OpenedLateDraft] = {}

    def waiting(self, identity: Identity) -> list[LateDraft]:
        """Those that wait, newest first; nothing is unsealed."""
        self._access.allow(identity, Act.SEE_PROGRESS)
        return self._unit.queue.late_drafts()

    def open(self, identity: Identity, draft_id: str) -> OpenedLateDraft:
        """Unseals sound, draft and what was handed in since, after a row that names them; ``close`` it again.

        Raises: Refused (code NO_LATE_DRAFT; consent or retention ended; no valid agreement); Damaged.
        """
        draft = self._waiting(identity, draft_id)
        other = self._handed_in(draft)
        sound = self._access.open_late(identity, draft, [other.id] if other is not None else [])
        try:
            plain = self._access.texts.unseal_late_bytes(identity, draft)
            annotation = Annotation.from_bytes(plain)
            beside = None
            if other is not None:
                text = self._access.texts.unseal(identity, other)
                theirs = carried(text, self.schema, other.schema_version)
                conventions = self._conventions.of(sound.clip.locale)
                beside = Comparison.of(theirs, annotation, conventions, sound.clip.rate_hz)
        except BaseException:
            self.close(identity, draft.clip_id)
            raise
        is_vouched_for = self._is_vouched_for(draft, plain)
        opened = OpenedLateDraft(draft, sound, annotation, beside, is_vouched_for)
        self._opened[identity.session_id, draft.clip_id] = opened
        return opened

    def beat(self, identity: Identity, clip_id: str) -> None:
        """The heartbeat: if the clip may not stay open, closes it with a row and raises the refusal."""
        try:
            self._access.beat_held(identity, clip_id)
        except Refused:
            self._opened.pop((identity.session_id, clip_id), None)
            raise

    def heard(self, identity: Identity, clip_id: str, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames of an open clip reached the device. Raises Refused if it is not open."""
        self._access.heard_held(identity, clip_id, ranges)

    def close(self, identity: Identity, clip_id: str) -> None:
        """Closes an open clip, with a row in the log; never fails."""
        self._opened.pop((identity.session_id, clip_id), None)
        self._access.close_held(identity, clip_id)

    def adopt(self, identity: Identity, draft_id: str) -> Receipt:
        """Makes an open draft an annotation by its author; a reviewer decides about it.

        It is checked as at hand-in, but for what its author heard: whoever reviews it must hear all of it.

        Raises: Refused (code CLIP_NOT_OPEN; LATE_IS_OWN; LATE_NOT_SIGNED; what
            ``Queue.adopt_late_draft`` refuses); Incomplete, also for personal data in the text.
        """
        self._access.allow(identity, Act.DECIDE_LATE)
        clip_id = self._waiting(identity, draft_id).clip_id
        opened = self._opened.get((identity.session_id, clip_id))
        if opened is None or opened.draft.id != draft_id:
            raise Refused("CLIP_NOT_OPEN")
        self.beat(identity, clip_id)
        draft = opened.draft
        if draft.person_id == identity.person.id:
            raise Refused("LATE_IS_OWN")
        if not opened.is_vouched_for:
            raise Refused("LATE_NOT_SIGNED")
        clip, conventions = opened.sound.clip, self._conventions.of(opened.sound.clip.locale)
        annotation = without_stale_denials(opened.annotation)
        if draft.kind is TaskKind.TRANSCRIBE:  # the queue refuses any other
            require_complete(annotation, self.schema, conventions, clip.locale)
        work = self._sealed(identity, draft, annotation, conventions.id)
        return self._send(identity, draft, work, annotation)

    def dismiss(self, identity: Identity, draft_id: str, reason: LateReason) -> None:
        """Decides that a draft does not count; it stays sealed, for its author alone."""
        self._access.allow(identity, Act.DECIDE_LATE)
        draft = self._waiting(identity, draft_id)
        delivery = Delivery(self._unit, identity, Drafts(self._unit))

        def record(_answer: Outcome) -> None:
            detail: dict[str, DetailValue] = {"late_draft": draft.id, "task": draft.task_id}
            event = Event.by(identity, Action.LATE_DISMISSED, draft.clip_id, reason=reason, detail=detail)
            self._unit.log.record(event)

        delivery.dismiss_late_draft(draft, reason, record)

    def _send(
        self, identity: Identity, draft: LateDraft, work: SealedAnnotation, annotation: Annotation
    ) -> Receipt:
        unit = self._unit
        clip, delivery = unit.clips.get(work.clip_id), Delivery(unit, identity, Drafts(unit))
        detail: dict[str, DetailValue] = {
            "task": work.task_id,
            "annotation": work.id,
            "late_draft": draft.id,
            "author": work.author,
            "digest": work.digest.hex(),
            "sealed": sha256(work.sealed).hexdigest(),
            "schema": work.schema_version,
            "conventions": work.conventions_version,
        }

        def record(answer: Outcome) -> None:
            if isinstance(answer, Receipt) and answer.is_repeated:
                return
            unit.log.record(Event.by(identity, Action.LATE_ADOPTED, clip.id, detail=detail))
            if Flag.DISTRESSING in annotation.flags:
                delivery.mark_distressing(clip.id)
            for span in annotation.spans:
                marked = Span(span.start, span.end)
                propose(unit, identity, clip, marked, span.kind, RedactionSource.LISTENER)
            record_reasons(unit, clip, work.id, annotation)

        receipt = delivery.adopt_late_draft(draft, work, record)
        with suppress(Unavailable):  # each look at marks does it
            PersonalDataMarks(unit).keep_muted(identity)
        return receipt

    def _sealed(
        self, identity: Identity, draft: LateDraft, annotation: Annotation, conventions_id: str
    ) -> SealedAnnotation:
        plain, content = annotation.to_bytes(), self._unit.content
        annotation_id = f"a{sha256(draft.id.encode()).hexdigest()[:20]}"
        return SealedAnnotation(
            id=annotation_id,
            task_id=draft.adopting_task,
            clip_id=draft.clip_id,
            author=draft.person_id,
            parent=None,
            schema_version=self.schema.id,
            conventions_version=conventions_id,
            digest=content.digest(identity.keyring, draft.clip_id, plain),
            sealed=content.seal(
                identity.keyring, draft.clip_id, ContentKind.ANNOTATION, annotation_id, plain
            ),
            made_at=self._unit.clock.now(),
        )

    def _is_vouched_for(self, draft: LateDraft, plain: bytes) -> bool:
        """A queue elsewhere could name anybody as the author of what somebody with the clip's key sealed.

        A redaction makes another text of it, which nobody signed; then the queue is believed.
        """
        unit = self._unit
        if unit.queue.answers_at_once and not came_home(unit.log):
            return True
        if Authorship(unit.log, unit.workspace_id).is_of_its_author(draft, plain):
            return True
        rows = unit.log.about(draft.clip_id)
        return any(row.event().action is Action.REDACTION_APPLIED for row in rows)

    def _handed_in(self, draft: LateDraft) -> SealedAnnotation | None:
        """The text that counts for the clip; else the work on the draft's task, or that on another pass."""
        queue = self._unit.queue
        final = queue.final(draft.clip_id)
        if final is not None:
            return queue.annotation(final.annotation_id)
        if draft.handed_in is not None:
            return queue.annotation(draft.handed_in)
        return next(iter(queue.accepted_passes(draft.clip_id)), None)

    def _waiting(self, identity: Identity, draft_id: str) -> LateDraft:
        for draft in self.waiting(identity):
            if draft.id == draft_id:
                return draft
        raise Refused("NO_LATE_DRAFT")
