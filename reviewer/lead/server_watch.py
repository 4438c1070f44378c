"""A lead's watch over the server of a team's queue: the logs that it saw, and transactions left open."""

from collections.abc import Callable

from reviewer.access.checkpoint import Checkpoint
from reviewer.access.own_logs import newest_logs
from reviewer.access.rights import Act
from reviewer.access.seen_ends import SeenEnd, details, seen_ends
from reviewer.lead.witnessed_logs import SILENT_AFTER, SeenLog, seen_logs
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity
from reviewer.session.unit_of_work import UnitOfWork

LONGEST_TRANSACTION_SECONDS = 60
"""An act of the program takes 20 s at most; who keeps a transaction open for longer makes the server slow,
and keeps a lead from a clip that it has locked."""


class ServerWatch:
    """Compares what the server saw with what rows of this log remember, so that its memory cannot be put back
    unnoticed.

    ``require`` refuses whoever is not signed in or has no right to an act.
    """

    def __init__(self, unit: UnitOfWork, identity: Identity, require: Callable[[Act], None]) -> None:
        self._unit = unit
        self._identity = identity
        self._require = require

    def seen_logs(self) -> list[SeenLog]:
        """Whose access log the server of the queue saw last, and who has gone silent; nobody without one.

        Raises: NotAllowed; Unavailable.
        """
        return self._see_logs(None)

    def look(self, broker: Checkpoint | None) -> None:
        """What a broker does on the server every minute.

        Ends transactions that somebody keeps open, and remembers once an hour what the server saw of people's
        logs, and the end of the broker's own. Raises the same as ``seen_logs``.
        """
        self._require(Act.READ_LOG)
        self._unit.queue.end_long_transactions(LONGEST_TRANSACTION_SECONDS)
        row = self._unit.log.newest(Action.LOG_SEEN)
        if row is None or self._unit.clock.now() - row.at() >= SILENT_AFTER:
            self._see_logs(broker)

    def last_end_of(self, log_id: str) -> SeenEnd | None:
        """The end of this lead's broker's log that this workspace remembers."""
        self._require(Act.READ_LOG)
        return seen_ends(self._unit.log).last.get((self._identity.person.id, log_id))

    def _see_logs(self, broker: Checkpoint | None) -> list[SeenLog]:
        self._require(Act.READ_LOG)
        unit, before = self._unit, seen_ends(self._unit.log).last
        logs, keys, own = unit.queue.witnessed_logs(), unit.log.keys(), unit.own_logs.keys()
        found, ends = seen_logs(logs, keys, own, newest_logs(unit.log), before)
        if broker is not None and broker.root:
            end = SeenEnd(self._identity.person.id, broker.log_id, broker.size, broker.root)
            last = before.get((end.person_id, end.log_id))
            if last is None or last.size < end.size:
                ends.append(end)
        if ends:
            with unit.transaction():
                for detail in details(ends, seen_ends(unit.log)):
                    unit.log.record(Event.by(self._identity, Action.LOG_SEEN, detail=detail))
        return found
