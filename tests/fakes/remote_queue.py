"""A queue on another machine, over a network that delays, fails, loses answers and repeats requests."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from reviewer.db.connection import Database, Row
from reviewer.db.schema import migrate
from reviewer.errors import Unavailable
from reviewer.model.clock import Clock
from reviewer.model.project import QueueRules
from reviewer.queue.sqlite import SqliteQueue

# Acts that may be asked again under the same key.
_IDEMPOTENT = {
    "add_clip",
    "claim",
    "claim_prefetch",
    "begin_prefetched",
    "release_prefetched",
    "release",
    "skip",
    "submit",
    "take_back",
    "decide",
    "keep_late_draft",
    "adopt_late_draft",
    "dismiss_late_draft",
    "set_languages",
    "set_skills",
    "set_clip_skill",
    "set_priority",
    "mark_distressing",
}


class Fault(Enum):
    """What the network does to one call."""

    NONE = "none"
    UNREACHABLE = "unreachable"
    ANSWER_LOST = "answer_lost"
    SENT_TWICE = "sent_twice"


def no_faults() -> Fault:
    return Fault.NONE


def _at_once(_name: str) -> None:
    """No time passes on the way."""


class RemoteQueue:
    """Satisfies ``reviewer.queue.api.Queue``; ``next_fault`` is asked at every call.

    An act without a key never loses its answer nor comes twice, only fails before it is done.
    """

    answers_at_once = False

    def __init__(
        self,
        queue: SqliteQueue,
        next_fault: Callable[[], Fault] = no_faults,
        travel: Callable[[str], None] = _at_once,
    ) -> None:
        self._queue = queue
        self.next_fault = next_fault
        self._travel = travel

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._queue, name)

        def over_the_network(*arguments: Any, **named: Any) -> Any:
            self._travel(name)
            fault = self.next_fault()
            if fault is Fault.UNREACHABLE:
                raise Unavailable("QUEUE_UNREACHABLE")
            if name in _IDEMPOTENT and fault is Fault.SENT_TWICE:
                first = _outcome(act, arguments, named)
                second = _outcome(act, arguments, named)
                assert type(first) is type(second), (name, first, second)
                return _answer(second)
            outcome = _outcome(act, arguments, named)
            if name in _IDEMPOTENT and fault is Fault.ANSWER_LOST:
                raise Unavailable("QUEUE_UNREACHABLE")
            return _answer(outcome)

        return over_the_network


@dataclass
class Network:
    """Makes queues over a file beside the workspace, and decides what happens to each call of them."""

    faults: list[Fault] = field(default_factory=list)
    is_down: bool = False
    latency_seconds: float = 0.0
    hangs_until: threading.Event | None = None
    """A half-open connection: calls hang until this is set."""
    hangs_at: str = ""
    """The only calls that hang; empty for all."""
    calls: list[str] = field(default_factory=list)
    on_main_thread: list[str] = field(default_factory=list)
    """The calls that held up the thread of the window."""
    connections: list[Database] = field(default_factory=list)

    def __call__(self, database: Database, clock: Clock, rules: QueueRules) -> RemoteQueue:
        own = Database(database.path.parent.with_name("queue.db"))
        self.connections.append(own)
        migrate(own)
        # Its clips and people are rows of the workspace, which are not in this file.
        own.tables.conn.execute("PRAGMA foreign_keys=OFF")
        return RemoteQueue(SqliteQueue(own, clock, rules), self.next_fault, self.travel)

    def travel(self, name: str) -> None:
        """What happens on the way to the server and back."""
        self.calls.append(name)
        if threading.current_thread() is threading.main_thread():
            self.on_main_thread.append(name)
        if self.latency_seconds:
            time.sleep(self.latency_seconds)
        if self.hangs_until is not None and self.hangs_at in ("", name):
            self.hangs_until.wait(60)

    def next_fault(self) -> Fault:
        if self.is_down:
            return Fault.UNREACHABLE
        return self.faults.pop(0) if self.faults else Fault.NONE

    def rows(self, query: str) -> list[Row]:
        """What the file of the queue holds."""
        return self.connections[-1].rows(query)

    def close(self) -> None:
        for connection in self.connections:
            connection.close()


class PatientQueue:
    """Asks a queue again, with the same words and keys, until it answers: what an outbox does in the end."""

    def __init__(self, queue: RemoteQueue) -> None:
        self._queue = queue

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._queue, name)
        if not callable(act):
            return act

        def until_answered(*arguments: Any, **named: Any) -> Any:
            while True:
                try:
                    return act(*arguments, **named)
                except Unavailable:
                    continue

        return until_answered


def _outcome(act: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        return act(*arguments, **named)
    except Exception as error:  # noqa: BLE001 - travels back over the network as it is
        return error


def _answer(outcome: Any) -> Any:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
