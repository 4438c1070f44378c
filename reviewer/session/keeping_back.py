"""A lead's holds, and the ends of holds and quarantines, as one act of this file and the queue."""

from contextlib import suppress

from reviewer.access.signed_facts import is_on_hold
from reviewer.errors import Refused
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.held_back import HeldState, ReleaseReason
from reviewer.model.hold import HoldReason
from reviewer.model.people import Identity, Role
from reviewer.queue.outbox import EndHold, EndQuarantine, HoldClip, KeepingBack, OutboxEntry
from reviewer.session.unit_of_work import UnitOfWork


class KeptBackClips:
    """Three steps: the intended act is committed here, the queue is asked, and its answer becomes a log row.

    The broker goes by the log row. If the program is killed before it is written, the clip stays closed, and
    the next call by any lead's program in this folder finishes the act. With a queue in the workspace's own
    file all three steps are one commit.
    """

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def hold(self, identity: Identity, clip_id: str, reason: HoldReason) -> None:
        """Puts a clip on hold. Like the other acts here, it first finishes acts that were interrupted.

        Raises: Refused, and nothing was done; Unavailable: it is stored here, and ``go_on`` does it.
        """
        self._do(identity, HoldClip(clip_id, reason))

    def end_hold(self, identity: Identity, clip_id: str) -> None:
        """Ends a lead's hold. Raises the same as ``hold``."""
        self._do(identity, EndHold(clip_id))

    def end_quarantine(self, identity: Identity, clip_id: str, reason: ReleaseReason) -> None:
        """Puts a clip in quarantine into the queue. Raises the same as ``hold``."""
        self._do(identity, EndQuarantine(clip_id, reason.value))

    def give_out(self, identity: Identity, clip_id: str, person_id: str) -> None:
        """Puts a clip in quarantine into the queue, with its first pass assigned to one person.

        Raises the same as ``hold``.
        """
        first = next(iter(self._unit.queue.open_passes(clip_id)), "")
        self._do(identity, EndQuarantine(clip_id, task_id=first, assigned_to=person_id))

    def _do(self, identity: Identity, act: KeepingBack) -> None:
        unit = self._unit
        if unit.queue.answers_at_once:
            with unit.transaction():
                act.ask(unit.queue, "")
                self._record(identity, act, {})
            return
        with unit.transaction():
            own = unit.outbox.add(identity.person.id, act)
        for entry in unit.outbox.kept_back():
            if entry.key == own.key:
                self._send(identity, own)
                return
            with suppress(Refused):  # that of an act before this one
                self._send(identity, entry)

    def go_on(self, identity: Identity) -> None:
        """Finishes the acts of any lead that the queue has not answered yet; does nothing for other roles.

        Raises Unavailable.
        """
        if identity.person.role is not Role.LEAD:
            return
        for entry in self._unit.outbox.kept_back():
            with suppress(Refused):
                self._send(identity, entry)

    def _send(self, identity: Identity, entry: OutboxEntry) -> None:
        unit, act = self._unit, entry.request
        assert isinstance(act, KeepingBack)
        try:
            unit.outbox.deliver(entry)
        except Refused:
            with unit.transaction():
                unit.outbox.settle(entry)
            raise
        meant_by: dict[str, DetailValue] = {}
        if entry.person_id != identity.person.id:
            meant_by = {"meant_by": entry.person_id}
        with unit.transaction():
            is_first = unit.outbox.settle(entry)
            if is_first:
                self._record(identity, act, meant_by)
        if not is_first:
            self._as_logged(act)

    def _as_logged(self, act: KeepingBack) -> None:
        """Makes the queue agree with the log again: another process finished the act meanwhile, and may
        since have done the opposite."""
        rows = [row.event() for row in self._unit.log.about(act.clip_id)]
        if isinstance(act, EndHold) and is_on_hold(rows):
            newest = next(event for event in reversed(rows) if event.action is Action.HOLD_BEGUN)
            self._unit.queue.hold(act.clip_id, HoldReason(newest.reason))
        elif isinstance(act, HoldClip) and not is_on_hold(rows):
            EndHold(act.clip_id).ask(self._unit.queue, "")

    def _record(self, identity: Identity, act: KeepingBack, detail: dict[str, DetailValue]) -> None:
        log = self._unit.log
        if isinstance(act, HoldClip):
            event = Event.by(identity, Action.HOLD_BEGUN, act.clip_id, reason=act.reason, detail=detail)
        elif isinstance(act, EndHold):
            event = Event.by(identity, Action.HOLD_ENDED, act.clip_id, detail=detail)
        else:
            event = self._released(identity, act, detail)
        log.record(event)

    def _released(self, identity: Identity, act: EndQuarantine, detail: dict[str, DetailValue]) -> Event:
        unit, clip_id = self._unit, act.clip_id
        unit.held_finds.replace(clip_id, "", ())
        unit.redactions.settle_text(clip_id)
        detail = {**detail, "from": HeldState.QUARANTINED.value}
        if not act.assigned_to:
            detail["annotations"] = []
            return Event.by(identity, Action.HELD_RELEASED, clip_id, reason=act.reason, detail=detail)
        if act.task_id:
            assigned: dict[str, DetailValue] = {"task": act.task_id, "to": act.assigned_to}
            unit.log.record(Event.by(identity, Action.TASK_ASSIGNED, act.task_id, detail=assigned))
        detail["to"] = act.assigned_to
        return Event.by(identity, Action.HELD_RELEASED, clip_id, detail=detail)
