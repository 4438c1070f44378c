"""Shows the ends of this machine's access log to the server of the queue, and tells it what is not sent."""

from typing import TYPE_CHECKING

from reviewer.errors import Refused
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity
from reviewer.session.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from datetime import datetime


class ServerWitness:
    """Shows checkpoints to the server of a team's queue, which keeps them and accepts only what extends the
    last.

    ``is_counted``: rows that the server has seen count as witnessed. False where the project names its
    witnesses by key.
    """

    def __init__(self, unit: UnitOfWork, *, is_counted: bool) -> None:
        self._unit = unit
        self._is_counted = is_counted
        self._shown = (0, "")
        self._told: dict[str, tuple[int, datetime | None]] = {}

    def show(self, identity: Identity) -> int | None:
        """Shows the newest checkpoint, unless the server has seen it; returns how many rows it covers, or
        None.

        Raises: Refused (code WITNESS_LOG_CUT, WITNESS_LOG_REWRITTEN) when this log is not the one that the
            server saw from this person; Unavailable.
        """
        log, queue = self._unit.log, self._unit.queue
        self._tell_unsent(identity.person.id)
        newest = log.newest_checkpoint()
        if newest is None or not newest.root or (newest.size, identity.person.id) == self._shown:
            return None
        seen = queue.witnessed_size(log.log_id)
        if seen is None:
            return None
        if seen > newest.size:
            raise Refused("WITNESS_LOG_CUT", rows=newest.size, seen=seen)
        try:
            proof = log.consistency(seen, newest.size) if 0 < seen < newest.size else ()
        except Refused as error:  # the server saw an end that this log never had
            raise Refused("WITNESS_LOG_REWRITTEN", rows=newest.size, seen=seen) from error
        queue.witness(log.log_id, newest.size, newest.root, newest.text, proof)
        if self._is_counted and newest.size not in log.witnessed_sizes(1):
            event = Event.by(
                identity, Action.CHECKPOINT_WITNESSED, detail={"rows": newest.size, "server": True}
            )
            log.mark_witnessed(newest.size, event)
        self._shown = (newest.size, identity.person.id)
        return newest.size

    def _tell_unsent(self, person_id: str) -> None:
        """Tells the server how much work is unsent, if that has changed; the server computes its age
        itself."""
        count, since = found = self._unit.outbox.unsent_work(person_id)
        if self._unit.queue.answers_at_once or self._told.get(person_id) == found:
            return
        age = 0.0 if since is None else (self._unit.clock.now() - since).total_seconds()
        self._unit.queue.tell_unsent(count, max(0.0, age))
        self._told[person_id] = found
