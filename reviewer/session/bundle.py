"""Clips that are taken along, so that work goes on while the queue, the broker and the bucket are away."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reviewer.errors import Damaged, Refused, ReviewerError
from reviewer.model.event import Action
from reviewer.model.people import Identity
from reviewer.model.project import QueueRules
from reviewer.model.task import Lease, TaskKind
from reviewer.queue.outbox import BeginPrefetched, ClaimPrefetch, Release
from reviewer.session import window
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_conditions import may_open
from reviewer.session.delivery import Delivery, Undelivered
from reviewer.session.unit_of_work import UnitOfWork

_ASKED_EVERY = timedelta(minutes=10)
"""So often the queue is asked about each of them, and after every time it was away."""


@dataclass(frozen=True, slots=True)
class AtHand:
    """How many clips can be opened without asking anybody, and until when that holds for the first of
    them."""

    count: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Taken:
    """``until``: the end of the lease on the monotonic clock; ``answered_at``: when the queue last
    confirmed it."""

    lease: Lease
    until: float
    answered_at: datetime

    @property
    def key(self) -> tuple[str, int]:
        return _key(self.lease)


class Bundle:
    """The leased clips that come after the present one, with their keys and sealed sound in memory.

    There are at most ``rules.bundle_clips``, the prefetched one included (0: none). Only transcription tasks
    of a queue on a server are taken along. After a crash, what was taken along in this folder is taken along
    again while its leases last.

    Each clip has a log row before anything of it is fetched, and another before it is unsealed. It may be
    opened until its lease ends, as the queue last confirmed it, and for at most ``rules.bundle_hours`` after
    that. It leaves the bundle when work on it begins.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        access: ClipAccess,
        identity: Identity,
        delivery: Delivery,
        rules: QueueRules,
        kinds: frozenset[TaskKind],
    ) -> None:
        self._unit = unit
        self._access = access
        self._identity = identity
        self._delivery = delivery
        self._rules = rules
        is_on = TaskKind.TRANSCRIBE in kinds and not delivery.answers_at_once
        self._most = rules.bundle_clips if is_on else 0
        self._taken: list[_Taken] = []
        self._own: set[tuple[str, int]] = set()
        self._begun_here: set[tuple[str, int]] = set()
        self._left: list[Lease] | None = None
        self._lock = threading.Lock()
        self._round = 0

    def at_hand(self) -> AtHand | None:
        """What can be opened now, without asking anybody; None where the project takes nothing along."""
        if not self._most:
            return None
        ends = [self._end(each) for each in self._all() if self._is_in_time(each)]
        return AtHand(len(ends), min(ends, default=None))

    def has(self, lease: Lease) -> bool:
        """Whether a lease was taken along; still True once work on it has begun."""
        return _key(lease) in self._own

    def may_begin(self, lease: Lease) -> bool:
        """Whether a lease was taken along and still lasts, and work on it has not begun."""
        return any(self._is_in_time(each) for each in self._all() if each.key == _key(lease))

    def fill(self, count: int | None = None) -> None:
        """Takes clips along until the bundle is full, or has ``count``.

        Raises Unavailable; Refused when no more may be taken.
        """
        wanted = self._most if count is None else min(count, self._most)
        begun_in = self._round
        while len(self._taken) < wanted:
            taken = self._again() or self._another()
            if taken is None:
                return
            with self._lock:
                is_wanted = begun_in == self._round
                if is_wanted and taken.key not in self._begun_here:
                    self._taken.append(taken)
            if not is_wanted:
                self._give_back([taken.lease])
                return
        if count is None and (left := self._take_left()):
            self._give_back(left)  # more than the policy allows now

    def next(self, *, or_take: bool = False) -> Lease | None:
        """The first clip that may be opened; with ``or_take`` one is taken if there is none.

        Raises the same as ``fill`` where one is taken.
        """
        self.drop_ended()
        if or_take:
            self.fill(1)
        first = next(iter(self._all()), None)
        return None if first is None else first.lease

    def begin(self, lease: Lease) -> None:
        """Removes a lease from the bundle: its clip was opened, or the lease has ended."""
        with self._lock:
            self._begun_here.add(_key(lease))
            self._taken = [each for each in self._taken if each.key != _key(lease)]
            self._left = self._left and [each for each in self._left if _key(each) != _key(lease)]

    def renew(self, *, was_away: bool = False) -> None:
        """Renews the leases that are due, or all after the queue ``was_away``; gives back what may no longer
        be opened.

        Raises Unavailable.
        """
        for each in self._all():
            now = self._unit.clock.now()
            if was_away or self._is_due(each, now):
                lease = None
                # It went to a colleague, is on hold, consent was withdrawn, or its facts do not verify.
                with suppress(Refused, Damaged):
                    lease = self._unit.queue.renew(each.lease)
                    self._access.permit(self._identity, lease)
                    longer = (lease.until - each.lease.until).total_seconds()
                    self._replace(
                        each, replace(each, lease=lease, until=each.until + longer, answered_at=now)
                    )
                    continue
                self._replace(each, None)

    def drop_ended(self) -> None:
        """Gives back what may not be opened any more, as far as that is known here."""
        for each in self._all():
            if not (self._is_in_time(each) and may_open(self._unit, each.lease.clip_id)):
                self._replace(each, None)

    def drop(self) -> None:
        """Gives back everything on which work has not begun, in one commit."""
        with self._lock:
            self._round += 1
            dropped, self._taken = [each.lease for each in self._taken], []
        dropped += self._take_left()
        if dropped:
            self._give_back(dropped)

    def _all(self) -> list[_Taken]:
        with self._lock:
            return list(self._taken)

    def _another(self) -> _Taken | None:
        """Leases the next task of the queue; None if no task is waiting, or too few for everybody."""
        self._delivery.deliver()  # so that of claims without an answer no more than one is kept
        found = self._delivery.send(ClaimPrefetch(self._identity.person.id, frozenset({TaskKind.TRANSCRIBE})))
        if not isinstance(found, Lease) or found.returned_annotation is not None:
            return None  # what was returned needs texts of the queue: it is prefetched, and not taken along
        return self._begun(found)

    def _again(self) -> _Taken | None:
        """The next clip taken along before a crash; those that may no longer be opened are given back."""
        while left := self._all_left():
            lease, asked, now = left[0], self._unit.clock.monotonic(), self._unit.clock.now()
            taken = None
            with suppress(Refused, Damaged):
                lease = self._unit.queue.renew(lease)
                self._access.take_along(self._access.permit(self._identity, lease))
                self._access.seen(self._identity, lease)
                self._own.add(_key(lease))
                lasts = min(60.0 * self._rules.lease_minutes, (lease.until - now).total_seconds())
                taken = _Taken(lease, asked + lasts, now)
            with self._lock:
                self._left = [each for each in self._left or () if _key(each) != _key(lease)]
                is_begun = _key(lease) in self._begun_here
            if taken is not None:
                return taken
            if not is_begun:
                self._give_back([lease])
        return None

    def _all_left(self) -> list[Lease]:
        """The leases of what was taken along before a crash, which the queue is asked for once."""
        if self._left is None:
            self._delivery.deliver()  # so that leases of work handed in before are gone
            person_id = self._identity.person.id
            found = self._unit.queue.live_leases(person_id, frozenset({TaskKind.TRANSCRIBE}))
            with self._lock:
                self._left = [each for each in found if self._was_along(each)]
        return self._left

    def _was_along(self, lease: Lease) -> bool:
        """Whether an earlier run in this folder took the lease along, and no other run of this person is
        alive."""
        person_id, mine = self._identity.person.id, window.of_session(self._identity.session_id)
        other = self._unit.open_tasks.get(lease.task_id, person_id)
        if other is None or other.window == mine or lease.returned_annotation is not None:
            return False
        now, others = self._unit.clock.now(), self._unit.open_tasks.of_person(person_id)
        is_live = any(one.window != mine and window.is_live(one.window, one.seen_at, now) for one in others)
        return not is_live and _key(lease) not in self._begun_here

    def _take_left(self) -> list[Lease]:
        """What was taken along before a crash and not taken along again; empties that list."""
        with self._lock:
            left, self._left = self._left or [], []
        return left

    def _begun(self, found: Lease) -> _Taken:
        """Makes a prefetch lease a full one, and fetches key and sealed sound of its clip."""
        asked, now = self._unit.clock.monotonic(), self._unit.clock.now()
        try:
            lease = self._delivery.send(BeginPrefetched(found), needs_answer=True)
        except Undelivered:  # it may be begun later, when nobody asks for it any more
            self._give_back([replace(found, is_prefetch=False)])
            raise
        assert isinstance(lease, Lease)
        self._own.add(_key(lease))
        try:
            permit = self._access.permit(self._identity, lease)
            self._access.seen(self._identity, lease)  # a crash may come next
            self._access.take_along(permit)
        except ReviewerError:
            self._give_back([lease])
            raise
        return _Taken(lease, asked + 60.0 * self._rules.lease_minutes, now)

    def _replace(self, old: _Taken, new: _Taken | None) -> None:
        """Puts a renewed lease in the place of the old one, or gives that back; not if it was begun."""
        with self._lock:
            if old not in self._taken:
                return
            at = self._taken.index(old)
            self._taken[at : at + 1] = [] if new is None else [new]
        if new is None:
            self._give_back([old.lease])

    def _is_in_time(self, taken: _Taken) -> bool:
        return self._unit.clock.monotonic() < taken.until and self._unit.clock.now() < self._end(taken)

    def _end(self, taken: _Taken) -> datetime:
        return min(taken.lease.until, taken.answered_at + timedelta(hours=self._rules.bundle_hours))

    def _is_due(self, taken: _Taken, now: datetime) -> bool:
        half = timedelta(minutes=self._rules.lease_minutes) / 2
        return now - taken.answered_at >= _ASKED_EVERY or taken.lease.until - now < half

    def _give_back(self, leases: Sequence[Lease]) -> None:
        """Releases tasks in one local commit; if that is refused, their leases simply run out."""

        def release() -> None:
            for lease in leases:
                self._delivery.post(Release(lease))
                self._delivery.record(Action.TASK_RELEASED, lease, {})
                self._unit.open_tasks.left(lease.task_id, lease.person_id, mine)

        mine = window.of_session(self._identity.session_id)
        for lease in leases:
            self._own.discard(_key(lease))
        self._access.drop_along(self._identity, [lease.clip_id for lease in leases], release)


def _key(lease: Lease) -> tuple[str, int]:
    return lease.task_id, lease.token
