"""The clock as an injected object, so that tests can control it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

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


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, as the database stores times."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(micros: int) -> datetime:
    """A database time as timezone-aware UTC. Raises Damaged for one that no calendar has."""
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except (OverflowError, TypeError) as error:
        raise Damaged("TIME_OUT_OF_RANGE") from error


def to_iso(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds and a Z, the form of the log and of every printed time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
