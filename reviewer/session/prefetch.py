"""Leases and unseals the clip after the present one, so that it can be shown at once."""

import threading
from contextlib import suppress

from reviewer.audio.samples import Sound
from reviewer.errors import Refused, Unavailable
from reviewer.model.clock import Clock
from reviewer.model.people import Identity
from reviewer.model.task import Lease, TaskKind
from reviewer.queue.outbox import ClaimPrefetch, ReleasePrefetched
from reviewer.session import past_work
from reviewer.session.bundle import Bundle
from reviewer.session.clip_access import ClipAccess
from reviewer.session.delivery import Delivery, Undelivered
from reviewer.session.opened_texts import OpenedTexts, PrefetchedClip


class Prefetch:
    """The prefetched clip of a work session, if there is one; safe to use from several threads.

    It comes from what was taken along where there is any, else from the queue.
    """

    def __init__(
        self,
        *,
        identity: Identity,
        kinds: frozenset[TaskKind],
        access: ClipAccess,
        delivery: Delivery,
        bundle: Bundle,
        texts: OpenedTexts,
        clock: Clock,
    ) -> None:
        self._identity = identity
        self._kinds = kinds
        self._access = access
        self._delivery = delivery
        self._bundle = bundle
        self._texts = texts
        self._clock = clock
        self._clip: PrefetchedClip | None = None
        self._lock = threading.Lock()
        self._round = 0
        """Counts openings: what was begun in an earlier round is not kept."""

    def fetch(self) -> Sound | None:
        """Leases the next task for a few minutes, and unseals its clip without showing it.

        Returns: its samples; None if no task is waiting, too few for all, or a clip was opened meanwhile.
        """
        begun_in, lease = self._round, self._bundle.next(or_take=True)
        if lease is None:
            self._delivery.deliver()
            answer = self._delivery.send(ClaimPrefetch(self._identity.person.id, self._kinds))
            if not isinstance(answer, Lease):
                return None
            lease = answer
        is_prefetch = lease.is_prefetch
        try:
            permit = self._access.permit(
                self._identity, lease, is_prefetch=is_prefetch, ask_queue=is_prefetch
            )
            self._clip = None
            unsealed = self._access.prefetch(permit, past_work.opened_texts(lease))
            found = PrefetchedClip(lease, self._texts.of_lease(lease))
        except (Refused, Unavailable):  # opening this clip fails in the same way, and reports it
            self._drop(lease)
            return None
        with self._lock:
            if begun_in == self._round:
                self._clip = found
                return unsealed.samples
        self._drop(lease)
        return None

    def take(self) -> PrefetchedClip | None:
        """Takes the prefetched clip out; one that is being fetched now is not kept."""
        with self._lock:
            self._round += 1
            taken, self._clip = self._clip, None
        return taken

    def peek(self) -> PrefetchedClip | None:
        """The prefetched clip, which stays; without one, one that is being fetched now is not kept."""
        with self._lock:
            if self._clip is None:
                self._round += 1
            return self._clip

    def forget(self) -> None:
        """Forgets the prefetched clip, after it was opened."""
        self._clip = None

    def can_begin(self, lease: Lease) -> bool:
        """Whether the prefetched clip of this lease may be opened without asking the queue first."""
        is_live = lease.until > self._clock.now() or self._delivery.answers_at_once
        is_live = is_live if lease.is_prefetch else self._bundle.may_begin(lease)
        return is_live and self._access.has_prefetched(self._identity, lease.clip_id)

    def drop(self) -> None:
        """Closes the prefetched clip and puts its task back."""
        taken = self.take()
        self._drop(None if taken is None else taken.lease)

    def drop_ended(self) -> None:
        """Closes the prefetched clip if it was taken along and may not be opened any more."""
        found = self._clip
        if found is not None and not found.lease.is_prefetch and not self._bundle.may_begin(found.lease):
            self.take()
            self._access.drop_prefetched(self._identity)

    def _drop(self, lease: Lease | None) -> None:
        self._access.drop_prefetched(self._identity)
        if lease is not None and not lease.is_prefetch:
            return  # it was taken along, and stays at hand
        if self._access.is_signed_in(self._identity):  # else its lease runs out: the next session has its own
            with suppress(Undelivered):  # it is stored, and sent with the next delivery
                self._delivery.send(ReleasePrefetched(self._identity.person.id))
