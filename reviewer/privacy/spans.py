"""Stretches of a text that do not overlap."""

from bisect import bisect_left
from collections.abc import Iterable


class Spans:
    """Disjoint [start, end) stretches, kept in order, so that asking stays quick in a text full of them."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            self.add(start, end)

    def touch(self, start: int, end: int) -> bool:
        """Whether any stretch shares a character with [start, end)."""
        after = bisect_left(self._starts, end)
        return after > 0 and self._ends[after - 1] > start

    def add(self, start: int, end: int) -> bool:
        """Takes a stretch in, unless it touches one that is there; says whether it did."""
        if self.touch(start, end):
            return False
        place = bisect_left(self._starts, start)
        self._starts.insert(place, start)
        self._ends.insert(place, end)
        return True
