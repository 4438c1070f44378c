"""What this person handed in before: their history, and what QA sent back."""

from dataclasses import dataclass
from datetime import datetime

from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.people import Identity
from reviewer.model.task import Lease, TaskState
from reviewer.session.clip_access import ClipAccess
from reviewer.session.open_clip import ReturnedWork
from reviewer.session.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PastWork:
    """A piece of one's own work; ``text`` is None where the clip may not be opened any more."""

    clip_id: str
    submitted_at: datetime
    state: TaskState
    text: str | None


def history(unit: UnitOfWork, access: ClipAccess, identity: Identity, limit: int) -> list[PastWork]:
    """One's own last submissions, newest first; a log row for each text comes before it is unsealed."""
    annotations = unit.queue.annotations_of(identity.person.id, limit)
    texts = access.texts(identity, annotations, "history")
    return [
        PastWork(
            each.clip_id,
            each.made_at,
            TaskState(unit.queue.state_of(each.id)),
            None if text is None else text.text_verbatim,
        )
        for each, text in zip(annotations, texts, strict=True)
    ]


def returned_work(
    unit: UnitOfWork, access: ClipAccess, identity: Identity, lease: Lease
) -> ReturnedWork | None:
    """What QA sent back, when the lease is of rework; its opening names the annotation.

    Passes are blind: whoever did not make the annotation sees the comment alone.
    """
    if lease.returned_annotation is None:
        return None
    annotation = unit.queue.annotation(lease.returned_annotation)
    verdict = unit.queue.verdict_on(annotation.id)
    comment = ""
    if verdict is not None and verdict.comment is not None:
        plain = unit.content.unseal(
            identity.keyring, lease.clip_id, ContentKind.COMMENT, verdict.id, verdict.comment
        )
        comment = plain.decode()
    if annotation.author != identity.person.id:
        return ReturnedWork(comment, Annotation())
    return ReturnedWork(comment, access.unseal_annotation(identity, annotation))
