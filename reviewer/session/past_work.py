"""A person's past work: their history, and work that QA returned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from reviewer.errors import Refused
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.clock import Clock
from reviewer.model.people import Identity
from reviewer.model.task import LateDraft, LateState, Lease, SealedAnnotation, TaskKind, TaskState
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_conditions import may_open
from reviewer.session.drafts import Draft
from reviewer.session.open_clip import ReturnedWork
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.history import History

MAY_TAKE_BACK = 20


@dataclass(frozen=True, slots=True)
class PastWork:
    """One submission, or a late draft that never became one: then ``state`` is None.

    ``text`` is None if the clip may not be opened any more, or its key is not here.
    """

    annotation_id: str
    clip_id: str
    submitted_at: datetime
    state: TaskState | None
    text: str | None
    may_be_taken_back: bool = False
    late: LateState | None = None
    """Set for work that came after its lease was lost, and for what became of it."""
    reason: str = ""
    """Why a lead dismissed it, a LateReason."""


def openable_among(unit: UnitOfWork, clips: Collection[str]) -> frozenset[str]:
    """Those of these clips whose consent and retention have not ended, and that were not purged."""
    return frozenset(clip for clip in clips if may_open(unit, clip))


def history(unit: UnitOfWork, access: ClipAccess, identity: Identity, limit: int) -> list[PastWork]:
    """A person's last submissions and late drafts, newest first; each text is logged before it is unsealed.

    A late draft that was adopted is the submission that it became.
    """
    late = unit.queue.late_drafts_of(identity.person.id)
    adopted = {each.annotation_id for each in late if each.annotation_id is not None}
    annotations = unit.queue.annotations_of(identity.person.id, limit)
    texts = access.texts.read(identity, annotations, "history")
    states = [TaskState(unit.queue.state_of(each.id)) for each in annotations]
    done = [
        PastWork(
            each.id,
            each.clip_id,
            each.made_at,
            state,
            None if text is None else text.text_verbatim,
            may_open(unit, each.clip_id) and place < MAY_TAKE_BACK and state == TaskState.SUBMITTED,
            LateState.ADOPTED if each.id in adopted else None,
        )
        for place, (each, text, state) in enumerate(zip(annotations, texts, states, strict=True))
    ]
    done += _late_work(access, identity, [each for each in late if each.annotation_id is None][:limit])
    return sorted(done, key=lambda each: each.submitted_at, reverse=True)[:limit]


def _late_work(access: ClipAccess, identity: Identity, drafts: Sequence[LateDraft]) -> list[PastWork]:
    texts = access.texts.read_late(identity, drafts)
    return [
        PastWork(
            "",
            each.clip_id,
            each.kept_at,
            None,
            None if text is None else text.text_verbatim,
            late=each.state,
            reason=each.reason,
        )
        for each, text in zip(drafts, texts, strict=True)
    ]


def returned_work(
    unit: UnitOfWork, access: ClipAccess, identity: Identity, lease: Lease
) -> ReturnedWork | None:
    """The returned work of a lease, if it is rework; the clip's opening names the annotation.

    Rework that was submitted and taken back comes with the comment of its last verdict. Passes are blind:
    only the author sees more than the comment.
    """
    if lease.returned_annotation is None:
        return None
    annotation = judged = unit.queue.annotation(lease.returned_annotation)
    while (verdict := unit.queue.verdict_on(judged.id)) is None:
        if judged.parent is None:
            return None
        judged = unit.queue.annotation(judged.parent)
    comment = ""
    if verdict.comment is not None:
        plain = unit.content.unseal(
            identity.keyring, lease.clip_id, ContentKind.COMMENT, verdict.id, verdict.comment
        )
        comment = plain.decode()
    if annotation.author != identity.person.id:
        return ReturnedWork(comment, Annotation())
    work = access.texts.unseal(identity, annotation)
    return ReturnedWork(comment, work, annotation.schema_version)


def taken_back_work(unit: UnitOfWork, access: ClipAccess, identity: Identity, lease: Lease) -> Draft:
    """The submission that its author took back with this lease, to be worked on; otherwise an empty draft.

    The row of the clip's opening names it.
    """
    if lease.kind is not TaskKind.TRANSCRIBE or lease.returned_annotation is None:
        return Draft()
    annotation = unit.queue.annotation(lease.returned_annotation)
    if annotation.author != identity.person.id or unit.queue.verdict_on(annotation.id) is not None:
        return Draft()
    work = access.texts.unseal(identity, annotation)
    return Draft(History.of(work), form=annotation.schema_version)


def opened_texts(lease: Lease) -> tuple[str, ...]:
    """Ids of the annotations that are unsealed with the clip of a lease."""
    return tuple(each for each in (lease.returned_annotation, lease.blind_annotation) if each is not None)


def to_take_back(
    unit: UnitOfWork, person_id: str, kinds: frozenset[TaskKind], annotation_id: str | None
) -> SealedAnnotation:
    """The submission with this id, if it is among the person's last; without an id, their very last.

    Raises Refused (code CANNOT_TAKE_BACK) if there is none, or the person does not transcribe.
    """
    recent = unit.queue.annotations_of(person_id, MAY_TAKE_BACK)
    chosen = next((each for each in recent if annotation_id in (None, each.id)), None)
    if chosen is None or TaskKind.TRANSCRIBE not in kinds:
        raise Refused("CANNOT_TAKE_BACK", annotation=annotation_id or "")
    return chosen


def midnight(clock: Clock) -> datetime:
    """When today began, in this machine's time zone."""
    return clock.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
