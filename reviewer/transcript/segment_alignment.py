"""Which segments of two transcripts of one clip belong together, by time and speaker."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from reviewer.model.annotation import Segment
from reviewer.transcript.edits import Segments, in_time_order

_LEAST_SHARE = 0.5
"""Of two segments that belong together."""


@dataclass(frozen=True, slots=True)
class AlignedSegments:
    """Segments of two transcripts that cover the same stretch; one side of it may be empty, never both.

    Several segments of one side stand beside the one that the other side made of them.
    """

    left: Segments
    right: Segments

    @property
    def start(self) -> int:
        return min(each.start for each in (*self.left, *self.right))

    @property
    def end(self) -> int:
        return max(each.end for each in (*self.left, *self.right))


def align_segments(left: Segments, right: Segments) -> tuple[AlignedSegments, ...]:
    """Every segment of both in exactly one row, in the order of time.

    A segment goes with the one of the corresponding speaker that it shares the most frames with, if that is
    half of the shorter one; else with one of another speaker, if that is half of the longer one.
    """
    left, right = in_time_order(left), in_time_order(right)
    names = corresponding_speakers(left, right)
    left_ends, right_ends = _latest_ends(left), _latest_ends(right)
    groups = _Groups(len(left) + len(right))
    for place, each in enumerate(left):
        found = _partner(each, right, right_ends, {names.get(each.speaker, each.speaker)})
        if found is not None:
            groups.join(place, len(left) + found)
    theirs = {other: name for name, other in names.items()}
    for place, each in enumerate(right):
        found = _partner(each, left, left_ends, {theirs.get(each.speaker, each.speaker)})
        if found is not None:
            groups.join(found, len(left) + place)
    rows: dict[int, tuple[list[Segment], list[Segment]]] = defaultdict(lambda: ([], []))
    for place, each in enumerate((*left, *right)):
        rows[groups.of(place)][place >= len(left)].append(each)
    aligned = (AlignedSegments(tuple(ones), tuple(others)) for ones, others in rows.values())
    return tuple(sorted(aligned, key=lambda row: (row.start, row.end)))


def corresponding_speakers(left: Segments, right: Segments) -> Mapping[str, str]:
    """The name that each speaker of ``left`` has in ``right``.

    A name that both use is the same speaker. The others correspond by the time they share, the longest first,
    as in the diarisation error rate (NIST Rich Transcription 2009, section 6); two names never share one.
    """
    names, others = {each.speaker for each in left}, {each.speaker for each in right}
    found = {name: name for name in names & others}
    shared: dict[tuple[str, str], int] = defaultdict(int)
    right = in_time_order(right)
    ends = _latest_ends(right)
    for each in left:
        if not each.speaker or each.speaker in found:
            continue
        for place in _overlapping(each, right, ends):
            beside = right[place]
            if beside.speaker and beside.speaker not in names:
                shared[each.speaker, beside.speaker] += _shared(each, beside)
    for (name, other), _frames in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if name not in found and other not in found.values():
            found[name] = other
    return found


class _Groups:
    """Places that were joined, directly or through others (union-find)."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def of(self, place: int) -> int:
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

    def join(self, one: int, other: int) -> None:
        self._above[self.of(other)] = self.of(one)


def _partner(segment: Segment, others: Segments, ends: list[int], speakers: set[str]) -> int | None:
    """The place of the one that a segment goes with."""
    best: tuple[bool, int, int] | None = None
    for place in _overlapping(segment, others, ends):
        other = others[place]
        frames = _shared(segment, other)
        is_same = other.speaker in speakers or not (segment.speaker and other.speaker)
        lengths = segment.end - segment.start, other.end - other.start
        if frames >= _LEAST_SHARE * (min(lengths) if is_same else max(lengths)):
            rank = (is_same, frames, -place)
            best = rank if best is None else max(best, rank)
    return None if best is None else -best[2]


def _overlapping(segment: Segment, others: Segments, ends: list[int]) -> Iterator[int]:
    """The places of those in the order of time that share a frame with a segment."""
    for place in range(bisect_right(ends, segment.start), len(others)):
        if others[place].start >= segment.end:
            return
        if others[place].end > segment.start:
            yield place


def _latest_ends(segments: Segments) -> list[int]:
    """Of each segment the latest end up to it: never decreasing, so that it can be searched."""
    return list(accumulate((each.end for each in segments), max))


def _shared(one: Segment, other: Segment) -> int:
    return min(one.end, other.end) - max(one.start, other.start)
