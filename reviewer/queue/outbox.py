"""Acts on the queue as data, kept on this machine until the queue has answered them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from uuid import uuid4

from reviewer.db.connection import Database, Row
from reviewer.errors import Refused
from reviewer.model.clock import Clock, from_micros, to_micros
from reviewer.model.task import Lease, SealedAnnotation, SkipReason, TaskKind, Verdict
from reviewer.queue.api import Queue, Receipt
from reviewer.queue.plain_json import from_json, to_json


@dataclass(frozen=True, slots=True)
class Answer:
    """What the queue said: a lease, a receipt, nothing; or that a rule says no."""

    value: Lease | Receipt | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class AddClip:
    """Queues a clip that was imported, once for each clip id."""

    clip_id: str
    passes: int
    sort_key: int
    quarantined: bool
    open_until: datetime

    def ask(self, queue: Queue, _key: str) -> None:
        queue.add_clip(
            self.clip_id,
            passes=self.passes,
            sort_key=self.sort_key,
            quarantined=self.quarantined,
            open_until=self.open_until,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """Wants the next task of these kinds."""

    person_id: str
    kinds: frozenset[TaskKind]

    def ask(self, queue: Queue, key: str) -> Lease | None:
        return queue.claim(self.person_id, self.kinds, key=key)


@dataclass(frozen=True, slots=True)
class ClaimPrefetch(Claim):
    """Wants the task after the present one, to get its clip ready."""

    def ask(self, queue: Queue, key: str) -> Lease | None:
        return queue.claim_prefetch(self.person_id, self.kinds, key=key)


@dataclass(frozen=True, slots=True)
class BeginPrefetched:
    """Turns a prefetch lease into the right to work."""

    lease: Lease

    def ask(self, queue: Queue, _key: str) -> Lease:
        return queue.begin_prefetched(self.lease)


@dataclass(frozen=True, slots=True)
class ReleasePrefetched:
    """Puts the prefetched task back."""

    person_id: str

    def ask(self, queue: Queue, key: str) -> Lease | None:
        return queue.release_prefetched(self.person_id, key=key)


@dataclass(frozen=True, slots=True)
class Release:
    """Hands a task back untouched."""

    lease: Lease

    def ask(self, queue: Queue, key: str) -> None:
        queue.release(self.lease, key=key)


@dataclass(frozen=True, slots=True)
class Skip:
    """Hands a task back for a reason."""

    lease: Lease
    reason: SkipReason

    def ask(self, queue: Queue, key: str) -> None:
        queue.skip(self.lease, self.reason, key=key)


@dataclass(frozen=True, slots=True)
class Submit:
    """Hands work in; its key is the lease's submission key."""

    lease: Lease
    work: SealedAnnotation

    def ask(self, queue: Queue, _key: str) -> Receipt:
        return queue.submit(self.lease, self.work)


@dataclass(frozen=True, slots=True)
class Decide:
    """Ends a review with a verdict; its key is the verdict's id."""

    lease: Lease
    verdict: Verdict

    def ask(self, queue: Queue, _key: str) -> None:
        queue.decide(self.lease, self.verdict)


@dataclass(frozen=True, slots=True)
class KeepLateDraft:
    """Keeps work whose lease is lost; its key is the lease's, so that the newest of each lease stays."""

    lease: Lease
    sealed: bytes

    def ask(self, queue: Queue, _key: str) -> None:
        queue.keep_late_draft(self.lease, self.sealed, key=self.lease.submission_key)


Request = (
    AddClip
    | Claim
    | ClaimPrefetch
    | BeginPrefetched
    | ReleasePrefetched
    | Release
    | Skip
    | Submit
    | Decide
    | KeepLateDraft
)
_REQUESTS: Mapping[str, type[Request]] = {kind.__name__: kind for kind in get_args(Request)}


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A request that the queue has not answered; ``key`` is what it is sent under, however often."""

    key: str
    person_id: str
    request: Request
    added_at: datetime


class Outbox:
    """The ``outbox`` table: requests of each person, sent in their order until they are answered.

    A request is added in the transaction of its log row, delivered outside of it (or inside, to a queue that
    answers at once), and settled in the transaction that keeps its answer.
    """

    def __init__(self, database: Database, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock

    def add(self, person_id: str, request: Request) -> OutboxEntry:
        """Keeps a request; inside a transaction only."""
        self._database.require_transaction()
        entry = OutboxEntry(uuid4().hex, person_id, request, self._clock.now())
        self._database.execute(
            "INSERT INTO outbox (id, person_id, kind, payload, added_at) VALUES (?, ?, ?, ?, ?)",
            (
                entry.key,
                person_id,
                type(request).__name__,
                to_json(request),
                to_micros(entry.added_at),
            ),
        )
        return entry

    def pending(self, person_id: str) -> list[OutboxEntry]:
        """What this person asked and was not answered, in the order of asking."""
        rows = self._database.rows("SELECT * FROM outbox WHERE person_id = ? ORDER BY seq", (person_id,))
        return [_entry(row) for row in rows]

    def deliver(self, entry: OutboxEntry) -> Answer:
        """Asks the queue; a refusal is an answer too. Raises Unavailable: nobody knows, ask again."""
        try:
            return Answer(entry.request.ask(self._queue, entry.key))
        except Refused as refusal:
            return Answer(refusal=refusal)

    def settle(self, entry: OutboxEntry) -> None:
        """Forgets an entry that was answered or refused; inside a transaction only."""
        self._database.require_transaction()
        self._database.execute("DELETE FROM outbox WHERE id = ?", (entry.key,))


def _entry(row: Row) -> OutboxEntry:
    request: Request = from_json(_REQUESTS[row["kind"]], row["payload"])
    return OutboxEntry(row["id"], row["person_id"], request, from_micros(row["added_at"]))
