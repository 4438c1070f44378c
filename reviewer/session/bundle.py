"""Clips that are taken along, so that work goes on while the queue, the broker and the bucket are away."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reviewer.errors import Refused, ReviewerError
from reviewer.model.people import Identity
from reviewer.model.project import QueueRules
from reviewer.model.task import Lease, TaskKind
from reviewer.queue.outbox import BeginPrefetched, ClaimPrefetch
from reviewer.session.acts import Release
from reviewer.session.clip_access import ClipAccess
from reviewer.session.delivery import Delivery
from reviewer.session.unit_of_work import UnitOfWork

_KINDS = frozenset({TaskKind.TRANSCRIBE})


@dataclass(frozen=True, slots=True)
class _Taken:
    """``until`` is the end of the lease on the monotonic clock, ``answered_at`` when that was told."""

    lease: Lease
    until: float
    answered_at: datetime


class Bundle:
    """The leased clips after the next one; their keys and sealed sound are in memory, and stay sealed.

    With the next one they are at most ``rules.bundle_clips``; 0: nothing is taken along.

    Each has its row before anything of it is fetched, and another before it is unsealed. One is opened while
    its lease lasts, as the queue said last, and at most ``rules.bundle_hours`` after it said so. ``end`` ends
    work that was not begun.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        access: ClipAccess,
        identity: Identity,
        delivery: Delivery,
        rules: QueueRules,
        end: Callable[[Release], None],
    ) -> None:
        self._unit = unit
        self._access = access
        self._identity = identity
        self._delivery = delivery
        self._rules = rules
        self._end = end
        self._taken: list[_Taken] = []
        self._own: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self._round = 0

    def has(self, lease: Lease) -> bool:
        """Whether a lease was taken along, also if its clip is open by now."""
        return (lease.task_id, lease.token) in self._own

    def first(self) -> Lease | None:
        """As ``next``, after one was taken along if there is none. Raises as ``fill``."""
        if not self._taken and self._rules.bundle_clips:
            self._take(1)
        return self.next()

    def fill(self) -> None:
        """Takes clips along until there are enough. Raises Unavailable; Refused when no more may be taken."""
        if self._rules.bundle_clips:
            self.renew()
            self._take(self._rules.bundle_clips - 1)

    def _take(self, count: int) -> None:
        begun_in = self._round
        while len(self._taken) < count:
            found = self._delivery.send(
                ClaimPrefetch(self._identity.person.id, frozenset({TaskKind.TRANSCRIBE}))
            )
            if not isinstance(found, Lease) or found.returned_annotation is not None:
                return  # what was returned needs texts of the queue: it is prefetched, and not taken along
            asked, now = self._unit.clock.monotonic(), self._unit.clock.now()
            lease = self._delivery.send(BeginPrefetched(found), needs_answer=True)
            assert isinstance(lease, Lease)
            self._own.add((lease.task_id, lease.token))
            try:
                self._access.take_along(self._access.permit(self._identity, lease))
            except ReviewerError:
                self._give_back(lease)
                raise
            with self._lock:
                is_wanted = begun_in == self._round
                if is_wanted:
                    self._taken.append(_Taken(lease, asked + 60.0 * self._rules.lease_minutes, now))
            if not is_wanted:
                self._give_back(lease)
                return

    def next(self) -> Lease | None:
        """The next clip that was taken along, for good; those whose time is over are given back."""
        while True:
            with self._lock:
                if not self._taken:
                    return None
                first = self._taken.pop(0)
            if self._may_begin(first):
                return first.lease
            self._give_back(first.lease)

    def put_back(self, lease: Lease) -> None:
        """A lease from ``next`` whose clip was not opened is the next one again, while its lease lasts."""
        now = self._unit.clock.now()
        rest = self._unit.clock.monotonic() + (lease.until - now).total_seconds()
        with self._lock:
            self._taken.insert(0, _Taken(lease, rest, now))

    def renew(self) -> None:
        """Renews leases of which less than half is left. Raises Unavailable."""
        half = timedelta(minutes=self._rules.lease_minutes) / 2
        for each in [one for one in self._taken if one.lease.until - self._unit.clock.now() < half]:
            now = self._unit.clock.now()
            lease = None
            with suppress(Refused):  # it went to a colleague, or its clip is on hold
                lease = self._unit.queue.renew(each.lease)
            with self._lock:
                if each not in self._taken:
                    continue
                at = self._taken.index(each)
                if lease is None:
                    del self._taken[at]
                else:
                    longer = (lease.until - each.lease.until).total_seconds()
                    self._taken[at] = replace(each, lease=lease, until=each.until + longer, answered_at=now)
            if lease is None:
                self._give_back(each.lease)

    def drop(self) -> None:
        """Gives everything back that was not begun; keys and sounds are dropped."""
        with self._lock:
            self._round += 1
            dropped, self._taken = self._taken, []
        for each in dropped:
            self._give_back(each.lease)

    def _may_begin(self, taken: _Taken) -> bool:
        clock = self._unit.clock
        is_leased = clock.monotonic() < taken.until and clock.now() < taken.lease.until
        return is_leased and clock.now() - taken.answered_at <= timedelta(hours=self._rules.bundle_hours)

    def _give_back(self, lease: Lease) -> None:
        self._own.discard((lease.task_id, lease.token))
        self._access.drop_along(self._identity, lease.clip_id)
        with suppress(ReviewerError):  # else it ends with its lease
            self._end(Release(lease))
