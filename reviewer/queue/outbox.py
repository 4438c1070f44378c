"""Acts on the queue as data, kept on this machine until the queue has answered them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from uuid import uuid4

from reviewer.db.connection import Database, Row
from reviewer.errors import Refused
from reviewer.model.clip import ClipFacts
from reviewer.model.clock import Clock, from_micros, to_micros
from reviewer.model.hold import HoldReason
from reviewer.model.language_tags import UNDETERMINED
from reviewer.model.serialization import from_json, to_json
from reviewer.model.task import (
    LateDraft,
    LateReason,
    Lease,
    SealedAnnotation,
    SkipReason,
    TaskKind,
    Verdict,
)
from reviewer.queue.api import Queue, Receipt

PASS_SPREAD = timedelta(days=30)
"""Over which the further passes of a clip come at random after the first.

Two people who claim at the same moment would else always be given the same clip, and could make its passes
together.
"""


@dataclass(frozen=True, slots=True)
class AddClip:
    """Queues a clip that was imported, once for each clip id."""

    clip_id: str
    passes: int
    sort_key: int
    quarantined: bool
    open_until: datetime
    locale: str = UNDETERMINED
    facts: ClipFacts | None = None
    skill: str = ""

    def ask(self, queue: Queue, _key: str = "") -> None:
        queue.add_clip(
            self.clip_id,
            passes=self.passes,
            sort_key=self.sort_key,
            pass_spread=PASS_SPREAD // timedelta(microseconds=1),
            quarantined=self.quarantined,
            open_until=self.open_until,
            locale=self.locale,
            skill=self.skill,
        )
        if self.facts is not None:
            queue.put_clip_facts([self.facts])


@dataclass(frozen=True, slots=True)
class Claim:
    """Claims the next task of these kinds."""

    person_id: str
    kinds: frozenset[TaskKind]

    def ask(self, queue: Queue, key: str) -> Lease | None:
        return queue.claim(self.person_id, self.kinds, key=key)


@dataclass(frozen=True, slots=True)
class ClaimPrefetch(Claim):
    """Claims the task after the present one, for prefetching."""

    def ask(self, queue: Queue, key: str) -> Lease | None:
        return queue.claim_prefetch(self.person_id, self.kinds, key=key)


@dataclass(frozen=True, slots=True)
class BeginPrefetched:
    """Turns a prefetch lease into a full lease."""

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
    """Puts a task back untouched."""

    lease: Lease

    def ask(self, queue: Queue, key: str) -> None:
        queue.release(self.lease, key=key)


@dataclass(frozen=True, slots=True)
class Skip:
    """Skips a task, with a reason."""

    lease: Lease
    reason: SkipReason

    def ask(self, queue: Queue, key: str) -> None:
        queue.skip(self.lease, self.reason, key=key)


@dataclass(frozen=True, slots=True)
class Submit:
    """Submits work; its key is the lease's submission key. ``signed``: see ``Queue.submit``."""

    lease: Lease
    work: SealedAnnotation
    signed: str = ""

    def ask(self, queue: Queue, _key: str) -> Receipt:
        return queue.submit(self.lease, self.work, self.signed)


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Leases a submission to its author again."""

    person_id: str
    annotation_id: str

    def ask(self, queue: Queue, key: str) -> Lease:
        return queue.take_back(self.person_id, self.annotation_id, key=key)


@dataclass(frozen=True, slots=True)
class Decide:
    """Ends a review with a verdict; its key is the verdict's id."""

    lease: Lease
    verdict: Verdict

    def ask(self, queue: Queue, _key: str) -> None:
        queue.decide(self.lease, self.verdict)


@dataclass(frozen=True, slots=True)
class KeepLateDraft:
    """Keeps work whose lease is lost; its key is the lease's, so only the newest of each is kept."""

    lease: Lease
    sealed: bytes

    def ask(self, queue: Queue, _key: str) -> None:
        queue.keep_late_draft(self.lease, self.sealed, key=self.lease.submission_key)


@dataclass(frozen=True, slots=True)
class AdoptLateDraft:
    """Makes a late draft an annotation by its author; its key is the draft's id."""

    draft: LateDraft
    work: SealedAnnotation

    def ask(self, queue: Queue, _key: str) -> Receipt:
        return queue.adopt_late_draft(self.draft, self.work)


@dataclass(frozen=True, slots=True)
class DismissLateDraft:
    """Decides that a late draft does not count."""

    draft_id: str
    clip_id: str
    reason: LateReason

    def ask(self, queue: Queue, _key: str) -> None:
        queue.dismiss_late_draft(self.draft_id, self.reason)


@dataclass(frozen=True, slots=True)
class SetLanguages:
    """Sets which languages' clips come to a person."""

    person_id: str
    languages: frozenset[str]

    def ask(self, queue: Queue, key: str) -> None:
        queue.set_languages(self.person_id, self.languages, key=key)


@dataclass(frozen=True, slots=True)
class SetSkills:
    """Sets a person's skills, for tasks that ask for one."""

    person_id: str
    skills: frozenset[str]

    def ask(self, queue: Queue, key: str) -> None:
        queue.set_skills(self.person_id, self.skills, key=key)


@dataclass(frozen=True, slots=True)
class MarkDistressing:
    """Marks a clip that somebody found distressing; marking it again changes nothing."""

    clip_id: str

    def ask(self, queue: Queue, _key: str) -> None:
        queue.mark_distressing(self.clip_id)


@dataclass(frozen=True, slots=True)
class MarkPersonalData:
    """Marks personal data in a clip, which others then no longer get; its key is the mark's id."""

    lease: Lease
    mark_id: str
    sealed: bytes

    def ask(self, queue: Queue, _key: str) -> None:
        queue.mark_personal_data(self.lease, self.mark_id, self.sealed)


@dataclass(frozen=True, slots=True)
class HoldClip:
    """Puts a clip on hold, or gives its hold another reason."""

    clip_id: str
    reason: HoldReason

    def ask(self, queue: Queue, _key: str) -> None:
        queue.hold(self.clip_id, self.reason)


@dataclass(frozen=True, slots=True)
class EndHold:
    """Ends a lead's hold of a clip; nothing where it ended before, or where a redaction alone keeps it."""

    clip_id: str

    def ask(self, queue: Queue, _key: str) -> None:
        with _done_before("NOT_ON_HOLD", "REDACTION_PENDING"):
            queue.end_hold(self.clip_id)


@dataclass(frozen=True, slots=True)
class EndQuarantine:
    """Puts a clip in quarantine into the queue, once; with a task, that is assigned to a person."""

    clip_id: str
    reason: str = ""
    task_id: str = ""
    assigned_to: str = ""

    def ask(self, queue: Queue, _key: str) -> None:
        with _done_before("NOT_QUARANTINED"):
            queue.end_quarantine(self.clip_id, task_id=self.task_id, person_id=self.assigned_to)


@contextmanager
def _done_before(*codes: str) -> Iterator[None]:
    """Ignores these refusals: they mean that the act was done when it was sent before."""
    try:
        yield
    except Refused as refusal:
        if refusal.code not in codes:
            raise


Request = (
    AddClip
    | Claim
    | ClaimPrefetch
    | BeginPrefetched
    | ReleasePrefetched
    | Release
    | Skip
    | Submit
    | TakeBack
    | Decide
    | KeepLateDraft
    | AdoptLateDraft
    | DismissLateDraft
    | SetLanguages
    | SetSkills
    | MarkDistressing
    | MarkPersonalData
    | HoldClip
    | EndHold
    | EndQuarantine
)
_WORK = (
    "Submit", "Skip", "Release", "Decide", "KeepLateDraft", "AdoptLateDraft", "DismissLateDraft",
    "MarkPersonalData",
)  # fmt: skip
"""The acts that a person knows they did; the others belong to them."""
_SEALED = ("Submit", "Decide", "KeepLateDraft", "AdoptLateDraft", "MarkPersonalData")
KeepingBack = HoldClip | EndHold | EndQuarantine
_KEPT_BACK = tuple(kind.__name__ for kind in get_args(KeepingBack))
"""Acts whose row of the log is written with the queue's answer: see ``session/keeping_back.py``."""
_REQUESTS: Mapping[str, type[Request]] = {kind.__name__: kind for kind in get_args(Request)}


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
        entry = self.entry(person_id, request)
        what = {"kind": type(request).__name__, "payload": to_json(request)}
        self._database.insert(
            "outbox",
            {"id": entry.key, "person_id": person_id, **what, "added_at": to_micros(entry.added_at)},
        )
        return entry

    def entry(self, person_id: str, request: Request) -> OutboxEntry:
        """A request with its key, which is not stored: for a queue that answers in the same transaction."""
        return OutboxEntry(uuid4().hex, person_id, request, self._clock.now())

    def pending(self, person_id: str) -> list[OutboxEntry]:
        """This person's unanswered requests, in order, without those that ``kept_back`` returns."""
        rows = self._database.rows("SELECT * FROM outbox WHERE person_id = ? ORDER BY seq", (person_id,))
        return [_entry(row) for row in rows if row["kind"] not in _KEPT_BACK]

    def unsent_work(self, person_id: str) -> tuple[int, datetime | None]:
        """How many acts of finished work of this person are unanswered, and since when the oldest has
        waited."""
        rows = self._database.rows("SELECT kind, added_at FROM outbox WHERE person_id = ?", (person_id,))
        since = [row["added_at"] for row in rows if row["kind"] in _WORK]
        return len(since), from_micros(min(since)) if since else None

    def marks(self) -> frozenset[str]:
        """The ids of the marks of personal data that were not sent yet."""
        rows = self._database.rows("SELECT payload FROM outbox WHERE kind = 'MarkPersonalData'")
        return frozenset(json.loads(row["payload"])["mark_id"] for row in rows)

    def kept_back(self) -> list[OutboxEntry]:
        """Everybody's unanswered holds, ends of holds and ends of quarantines, in order."""
        query = "SELECT * FROM outbox WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY seq"
        return [_entry(row) for row in self._database.rows(query, (json.dumps(_KEPT_BACK),))]

    def has_sealed(self, clip_id: str) -> bool:
        """Whether anybody's unanswered request holds something that may be sealed under a clip's key."""
        query = "SELECT 1 FROM outbox WHERE kind IN (SELECT value FROM json_each(?)) AND instr(payload, ?)"
        return self._database.value(query, (json.dumps(_SEALED), clip_id)) is not None

    def waiting(self) -> int:
        """How many requests, of anybody, the queue has not answered."""
        return int(self._database.value("SELECT count(*) FROM outbox"))

    def deliver(self, entry: OutboxEntry) -> Lease | Receipt | None:
        """Sends a request and returns the answer.

        Raises: Refused, which is an answer too; Unavailable when the outcome is unknown: send it again.
        """
        return entry.request.ask(self._queue, entry.key)

    def settle(self, entry: OutboxEntry) -> bool:
        """Deletes an entry that was answered or refused; inside a transaction only. False if it was gone."""
        self._database.require_transaction()
        return self._database.execute("DELETE FROM outbox WHERE id = ?", (entry.key,)) > 0


def _entry(row: Row) -> OutboxEntry:
    request: Request = from_json(_REQUESTS[row["kind"]], row["payload"])
    return OutboxEntry(row["id"], row["person_id"], request, from_micros(row["added_at"]))
