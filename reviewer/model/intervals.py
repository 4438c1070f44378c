"""Interval arithmetic in whole frames: merging, subtracting, clipping and counting.

Functions accept intervals in any order, overlapping or not, and return them *canonical*: sorted, disjoint,
and merged where they touch. All are half-open: ``end`` is the frame after the last.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.model.event import HeardRange


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Frames ``start`` to ``end``, exclusive; never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"frames {self.start} to {self.end} are no stretch of a clip")

    @property
    def frames(self) -> int:
        return self.end - self.start


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The union of the spans, canonical."""
    merged: list[Span] = []
    for each in sorted(spans):
        if merged and each.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, each.end))
        else:
            merged.append(each)
    return tuple(merged)


def subtract(spans: Iterable[Span], removed: Iterable[Span]) -> tuple[Span, ...]:
    """The frames of ``spans`` that are in none of ``removed``, canonical."""
    holes = merge(removed)
    left: list[Span] = []
    first = 0
    for each in merge(spans):
        start = each.start
        while first < len(holes) and holes[first].end <= start:
            first += 1
        for hole in holes[first:]:
            if hole.start >= each.end:
                break
            if start < hole.start:
                left.append(Span(start, hole.start))
            start = max(start, hole.end)
        if start < each.end:
            left.append(Span(start, each.end))
    return tuple(left)


def clip_to_length(ranges: Iterable[tuple[int, int]], frames: int) -> tuple[Span, ...]:
    """Pairs of start and end, clipped to ``frames`` frames, canonical; those outside are dropped."""
    cut = ((max(start, 0), min(end, frames)) for start, end in ranges)
    return merge(Span(start, end) for start, end in cut if start < end)


def total_frames(spans: Iterable[Span]) -> int:
    """The number of distinct frames in the spans."""
    return sum(each.frames for each in merge(spans))


def merge_heard(ranges: Iterable[HeardRange]) -> list[HeardRange]:
    """The same frames at the same speeds in as few ranges as possible, sorted by start, then speed.

    Empty ranges are dropped; ranges of different speeds stay separate.
    """
    by_speed: dict[int, list[Span]] = {}
    for each in ranges:
        if each.end > each.start:
            by_speed.setdefault(each.speed_percent, []).append(Span(each.start, each.end))
    found = [
        HeardRange(span.start, span.end, speed) for speed, spans in by_speed.items() for span in merge(spans)
    ]
    return sorted(found, key=lambda each: (each.start, each.speed_percent))
