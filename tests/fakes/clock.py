"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 2, 9, 0, 0, tzinfo=UTC)


class FakeClock:
    """Satisfies ``reviewer.model.clock.Clock``; ``advance`` moves both hands."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_back(self, seconds: float) -> None:
        """Turns the wall clock back, as a correction would; durations are not touched."""
        self._now -= timedelta(seconds=seconds)
