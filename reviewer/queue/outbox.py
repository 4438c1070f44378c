"""Acts on the queue as data, kept on this machine until the queue has answered them."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import uuid4

from reviewer.db.connection import Database, Row
from reviewer.errors import Refused
from reviewer.model.clock import Clock, from_micros, to_micros
from reviewer.model.task import (
    Lease,
    SealedAnnotation,
    SkipReason,
    TaskKind,
    Verdict,
    VerdictKind,
)
from reviewer.queue.api import Queue, Receipt


@dataclass(frozen=True, slots=True)
class Answer:
    """The queue's answer: a lease, a receipt, nothing, or a refusal."""

    value: Lease | Receipt | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Claims the next task of these kinds."""

    name: ClassVar[str] = "claim"
    person_id: str
    kinds: frozenset[TaskKind]

    def ask(self, queue: Queue, key: str) -> Lease | None:
        return queue.claim(self.person_id, self.kinds, key=key)

    def to_json(self) -> dict[str, Any]:
        return {"person_id": self.person_id, "kinds": sorted(self.kinds)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        return cls(body["person_id"], frozenset(TaskKind(kind) for kind in body["kinds"]))


@dataclass(frozen=True, slots=True)
class ClaimPrefetch(Claim):
    """Claims the task after the present one, for prefetching."""

    name: ClassVar[str] = "claim_prefetch"

    def ask(self, queue: Queue, key: str) -> Lease | None:
        return queue.claim_prefetch(self.person_id, self.kinds, key=key)


@dataclass(frozen=True, slots=True)
class _OfLease:
    lease: Lease

    @property
    def person_id(self) -> str:
        return self.lease.person_id

    def to_json(self) -> dict[str, Any]:
        return {"lease": self.lease.to_json()}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        return cls(Lease.from_json(body["lease"]))


@dataclass(frozen=True, slots=True)
class BeginPrefetched(_OfLease):
    """Turns a prefetch lease into a full lease."""

    name: ClassVar[str] = "begin_prefetched"

    def ask(self, queue: Queue, key: str) -> Lease:
        return queue.begin_prefetched(self.lease, key=key)


@dataclass(frozen=True, slots=True)
class Release(_OfLease):
    """Puts a task back untouched."""

    name: ClassVar[str] = "release"

    def ask(self, queue: Queue, key: str) -> None:
        queue.release(self.lease, key=key)


@dataclass(frozen=True, slots=True)
class ReleasePrefetched:
    """Puts the prefetched task back."""

    name: ClassVar[str] = "release_prefetched"
    person_id: str

    def ask(self, queue: Queue, key: str) -> Lease | None:
        return queue.release_prefetched(self.person_id, key=key)

    def to_json(self) -> dict[str, Any]:
        return {"person_id": self.person_id}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        return cls(body["person_id"])


@dataclass(frozen=True, slots=True)
class Skip(_OfLease):
    """Skips a task, with a reason."""

    name: ClassVar[str] = "skip"
    reason: SkipReason

    def ask(self, queue: Queue, key: str) -> None:
        queue.skip(self.lease, self.reason, key=key)

    def to_json(self) -> dict[str, Any]:
        return {"lease": self.lease.to_json(), "reason": self.reason.value}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        return cls(Lease.from_json(body["lease"]), SkipReason(body["reason"]))


@dataclass(frozen=True, slots=True)
class Submit(_OfLease):
    """Submits work; its key is the lease's submission key."""

    name: ClassVar[str] = "submit"
    work: SealedAnnotation

    def ask(self, queue: Queue, _key: str) -> Receipt:
        return queue.submit(self.lease, self.work)

    def to_json(self) -> dict[str, Any]:
        work = self.work
        return {
            "lease": self.lease.to_json(),
            "work": {
                "id": work.id,
                "task_id": work.task_id,
                "clip_id": work.clip_id,
                "author": work.author,
                "parent": work.parent,
                "schema_version": work.schema_version,
                "conventions_version": work.conventions_version,
                "digest": _text(work.digest),
                "sealed": _text(work.sealed),
                "made_at": to_micros(work.made_at),
            },
        }

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        work = body["work"]
        sealed = SealedAnnotation(
            **{
                **work,
                "digest": _bytes(work["digest"]),
                "sealed": _bytes(work["sealed"]),
                "made_at": from_micros(work["made_at"]),
            }
        )
        return cls(Lease.from_json(body["lease"]), sealed)


@dataclass(frozen=True, slots=True)
class Decide(_OfLease):
    """Ends a review with a verdict; its key is the verdict's id."""

    name: ClassVar[str] = "decide"
    verdict: Verdict

    def ask(self, queue: Queue, _key: str) -> None:
        queue.decide(self.lease, self.verdict)

    def to_json(self) -> dict[str, Any]:
        verdict = self.verdict
        return {
            "lease": self.lease.to_json(),
            "verdict": {
                "id": verdict.id,
                "task_id": verdict.task_id,
                "clip_id": verdict.clip_id,
                "annotation_id": verdict.annotation_id,
                "kind": verdict.kind.value,
                "person_id": verdict.person_id,
                "at": to_micros(verdict.at),
                "comment": None if verdict.comment is None else _text(verdict.comment),
            },
        }

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        verdict = body["verdict"]
        comment = verdict["comment"]
        read = Verdict(
            **{
                **verdict,
                "kind": VerdictKind(verdict["kind"]),
                "at": from_micros(verdict["at"]),
                "comment": None if comment is None else _bytes(comment),
            }
        )
        return cls(Lease.from_json(body["lease"]), read)


@dataclass(frozen=True, slots=True)
class KeepLateDraft(_OfLease):
    """Keeps work whose lease is lost; its key is the lease's, so only the newest of each is kept."""

    name: ClassVar[str] = "keep_late_draft"
    sealed: bytes

    def ask(self, queue: Queue, _key: str) -> None:
        queue.keep_late_draft(self.lease, self.sealed, key=self.lease.submission_key)

    def to_json(self) -> dict[str, Any]:
        return {"lease": self.lease.to_json(), "sealed": _text(self.sealed)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        return cls(Lease.from_json(body["lease"]), _bytes(body["sealed"]))


Request = (
    Claim
    | ClaimPrefetch
    | BeginPrefetched
    | Release
    | ReleasePrefetched
    | Skip
    | Submit
    | Decide
    | KeepLateDraft
)
_READERS: dict[str, Callable[[dict[str, Any]], Request]] = {
    "claim": Claim.from_json,
    "claim_prefetch": ClaimPrefetch.from_json,
    "begin_prefetched": BeginPrefetched.from_json,
    "release": Release.from_json,
    "release_prefetched": ReleasePrefetched.from_json,
    "skip": Skip.from_json,
    "submit": Submit.from_json,
    "decide": Decide.from_json,
    "keep_late_draft": KeepLateDraft.from_json,
}


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A request that the queue has not answered; it is always sent with the same ``key``."""

    key: str
    person_id: str
    request: Request
    added_at: datetime


class Outbox:
    """The ``outbox`` table: each person's requests, sent in order until they are answered.

    A request is added in the transaction of its log row, delivered outside of it (or inside, to a queue that
    answers at once), and settled in the transaction that stores its answer.
    """

    def __init__(self, database: Database, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock

    def add(self, person_id: str, request: Request) -> OutboxEntry:
        """Adds a request; inside a transaction only."""
        self._database.require_transaction()
        entry = OutboxEntry(uuid4().hex, person_id, request, self._clock.now())
        self._database.execute(
            "INSERT INTO outbox (id, person_id, kind, payload, state, added_at)"
            " VALUES (?, ?, ?, ?, 'pending', ?)",
            (entry.key, person_id, request.name, json.dumps(request.to_json()), to_micros(entry.added_at)),
        )
        return entry

    def pending(self, person_id: str) -> list[OutboxEntry]:
        """This person's unanswered requests, in order."""
        rows = self._database.rows(
            "SELECT * FROM outbox INDEXED BY outbox_pending"
            " WHERE person_id = ? AND state = 'pending' ORDER BY seq",
            (person_id,),
        )
        return [_entry(row) for row in rows]

    def deliver(self, entry: OutboxEntry) -> Answer:
        """Sends a request; a refusal is an answer too. Raises Unavailable: outcome unknown, send again."""
        try:
            return Answer(entry.request.ask(self._queue, entry.key))
        except Refused as refusal:
            return Answer(refusal=refusal)

    def settle(self, entry: OutboxEntry, answer: Answer) -> None:
        """Marks an entry as answered or refused, and deletes its payload; inside a transaction only."""
        self._database.require_transaction()
        state, code = ("refused", answer.refusal.code) if answer.refusal else ("answered", "")
        self._database.execute(
            "UPDATE outbox SET state = ?, code = ?, payload = '', settled_at = ?"
            " WHERE id = ? AND state = 'pending'",
            (state, code, to_micros(self._clock.now()), entry.key),
        )


def _entry(row: Row) -> OutboxEntry:
    request = _READERS[row["kind"]](json.loads(row["payload"]))
    return OutboxEntry(row["id"], row["person_id"], request, from_micros(row["added_at"]))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
