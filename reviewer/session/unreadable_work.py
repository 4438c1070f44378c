"""Work on a queue elsewhere that does not verify: it is left out, with a row, and the rest goes on."""

from collections.abc import Callable

from reviewer.errors import Damaged
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.task import SealedAnnotation
from reviewer.session.unit_of_work import UnitOfWork

Unseal = Callable[[Identity, SealedAnnotation], Annotation]


def leave_out(unit: UnitOfWork, identity: Identity, work: SealedAnnotation, error: Damaged) -> None:
    """Logs, once, that a piece of work on a queue elsewhere does not verify.

    Raises the error where the queue is in the workspace's own file: then that file is damaged.
    """
    if unit.queue.answers_at_once:
        raise error
    detail: dict[str, DetailValue] = {"annotation": work.id}
    known = (row.event() for row in unit.log.about(work.clip_id))
    if not any(event.action is Action.WORK_UNREADABLE and event.detail == detail for event in known):
        event = Event.by(identity, Action.WORK_UNREADABLE, work.clip_id, reason=error.code, detail=detail)
        unit.log.record(event)


def if_readable(
    unit: UnitOfWork, unseal: Unseal
) -> Callable[[Identity, SealedAnnotation], Annotation | None]:
    """``unseal``, but None for work that does not verify and is left out by ``leave_out``."""

    def unsealed(identity: Identity, work: SealedAnnotation) -> Annotation | None:
        try:
            return unseal(identity, work)
        except Damaged as error:
            leave_out(unit, identity, work, error)
            return None

    return unsealed
