"""The clock as an injected object, so that tests can control it."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, Self

from reviewer.errors import Damaged

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """The time functions that the program uses."""

    def now(self) -> datetime:
        """The current time, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for durations."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class ForwardClock:
    """A clock that never runs backwards: neither itself, nor behind the time of the last row of the log.

    While the machine's clock is behind, time goes on from the latest moment known, by the monotonic clock.
    Whatever ends on a date (consent, retention, an agreement, a lease) ends although somebody sets the clock
    back.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest: tuple[datetime, float] | None = None

    @classmethod
    def of(cls, clock: Clock) -> Self:
        """The clock itself if it is one already."""
        return clock if isinstance(clock, cls) else cls(clock)

    @property
    def of_machine(self) -> Clock:
        """The machine's own clock, for who compares it with theirs: once it is right again, so is that."""
        return self._clock

    def now(self) -> datetime:
        return max(self._clock.now(), self._least())

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def not_before(self, moment: datetime) -> None:
        """From now on it is at least this late."""
        if moment >= self._least():
            self._latest = moment, self._clock.monotonic()

    def behind(self) -> timedelta:
        """How far the machine's clock is behind."""
        return max(self._least() - self._clock.now(), timedelta(0))

    def _least(self) -> datetime:
        if self._latest is None:
            return _EPOCH
        moment, since = self._latest
        return moment + timedelta(seconds=max(0.0, self._clock.monotonic() - since))


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, as the database stores times."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(micros: int) -> datetime:
    """A database time as timezone-aware UTC. Raises Damaged for one that no calendar has."""
    try:
        return _EPOCH + timedelta(0, 0, micros)  # by place: half of the time
    except (OverflowError, TypeError) as error:
        raise Damaged("TIME_OUT_OF_RANGE") from error


def end_of_day(text: str) -> datetime:
    """The last second, in UTC, of a day such as ``2028-12-31``. Raises ValueError."""
    day = datetime.combine(date.fromisoformat(text.strip()), datetime.min.time(), UTC)
    return day.replace(hour=23, minute=59, second=59)


def to_iso(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds and a Z, the form of the log and of every printed time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
