"""Sending stored acts in the background, and what a window shows of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reviewer.errors import Refused, Unavailable
from reviewer.model.people import Identity
from reviewer.model.task import Lease
from reviewer.session.bundle import AtHand, Bundle
from reviewer.session.clip_access import ClipAccess
from reviewer.session.delivery import Delivery
from reviewer.session.unit_of_work import UnitOfWork

RENEW_SECONDS = 60.0
SEEN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many acts of a person wait here for the queue's answer, and since when the oldest has waited.

    ``at_hand``: how many clips they can still open meanwhile.
    """

    count: int = 0
    since: datetime | None = None
    at_hand: AtHand | None = None


@dataclass(frozen=True, slots=True)
class SendingRound:
    """The result of one round: what is still unsent, and acts that the queue refused since the last one.

    ``is_lease_lost``: a clip that was opened before the queue answered may have to be put away.
    """

    unsent: Unsent
    refused: tuple[Refused, ...] = ()
    is_lease_lost: bool = False


class Sending:
    """Sends one person's acts while they go on working, and keeps the lease of their open clip.

    Until ``begin`` every act waits for its answer. ``begin`` changes nothing for a queue that answers at
    once.
    """

    def __init__(
        self, unit: UnitOfWork, access: ClipAccess, identity: Identity, delivery: Delivery, bundle: Bundle
    ) -> None:
        self._unit = unit
        self._access = access
        self._identity = identity
        self._delivery = delivery
        self._bundle = bundle
        self._was_away = False
        self._renewed_at: dict[str, float] = {}
        self._seen_at: dict[str, float] = {}
        self._to_renew: Lease | None = None
        self._renewed: Lease | None = None

    @property
    def is_needed(self) -> bool:
        """Whether the queue is on another machine, so that acts wait to be sent."""
        return not self._delivery.answers_at_once

    def begin(self, wake: Callable[[], None]) -> None:
        """From now on acts are only stored, and sent later; ``wake`` is called for each, on any thread."""
        if self.is_needed:
            self._delivery.send_in_background(wake)

    def end(self) -> None:
        """Stores no more answers: what is being sent now is sent again at the next sign-in."""
        self._delivery.end()

    def send_last(self) -> None:
        """Sends what is stored once more, after ``end``. Raises Unavailable."""
        self._delivery.deliver_last()

    def unsent(self) -> Unsent:
        """What is not sent yet; reads only the workspace file."""
        count, since = self._unit.outbox.unsent_work(self._identity.person.id)
        return Unsent(count, since, self._bundle.at_hand())

    def send(self) -> SendingRound:
        """Sends everything and renews leases that are due. Raises Unavailable when there is no answer."""
        try:
            self._delivery.deliver()
            lease, self._to_renew = self._to_renew, None
            if lease is not None:
                self._renew(lease)
            self._bundle.renew(was_away=self._was_away)
            self._was_away = False
        except Unavailable:
            self._was_away = True
            raise
        return SendingRound(self.unsent(), self._delivery.take_refused(), self._delivery.has_lost)

    def reach(self, lease: Lease | None) -> None:
        """Raises Unavailable while the next clip could not be opened; writes no log row.

        Asked are the queue, the broker that releases its key, and for a clip on ``lease`` the store of its
        sound.
        """
        if self.is_needed:
            self._unit.queue.witnessed_size(self._unit.log.log_id)
        self._access.reach(self._identity, lease)

    def beat(self, lease: Lease) -> Lease:
        """Checks a lease at each heartbeat, and renews it once a minute, because a renewal is a commit.

        In the background only what is known here is checked, and the renewal is left to ``send``.
        """
        is_due = self._is_due(self._renewed_at, lease, RENEW_SECONDS)
        if self._delivery.is_in_background:
            lost = self._delivery.lost(lease)
            if lost is not None:
                raise lost
            renewed = self._renewed
            if renewed is not None and (renewed.task_id, renewed.token) == (lease.task_id, lease.token):
                lease = renewed
            if is_due:
                self._to_renew = lease
                self._delivery.wake()
        else:
            self._delivery.deliver()
            if is_due:
                lease = self._unit.queue.renew(lease)
                self._renewed_at[lease.task_id] = self._unit.clock.monotonic()
            else:
                self._unit.queue.check_lease(lease)
        if self._is_due(self._seen_at, lease, SEEN_SECONDS):
            self._access.seen(self._identity, lease)
            self._seen_at[lease.task_id] = self._unit.clock.monotonic()
        return lease

    def forget(self, lease: Lease) -> None:
        """The work on this lease has ended."""
        self._renewed_at.pop(lease.task_id, None)
        self._seen_at.pop(lease.task_id, None)
        if self._to_renew is not None and self._to_renew.task_id == lease.task_id:
            self._to_renew = None

    def _renew(self, lease: Lease) -> None:
        try:
            self._renewed = self._unit.queue.renew(lease)
            self._renewed_at[lease.task_id] = self._unit.clock.monotonic()
        except Refused as error:
            self._delivery.note_lost(lease, error)

    def _is_due(self, done_at: dict[str, float], lease: Lease, every_seconds: float) -> bool:
        return self._unit.clock.monotonic() - done_at.get(lease.task_id, -every_seconds) >= every_seconds
