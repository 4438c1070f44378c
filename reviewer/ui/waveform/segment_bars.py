"""The segments that the waveform shows: bars in lanes, as arrays that are drawn by pixel column."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from reviewer.transcript.edits import Edge
from reviewer.ui.waveform.speaker_colours import colour_place
from reviewer.ui.waveform.view_window import ViewWindow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places: TypeAlias = NDArray[np.intp]

MAX_LANES = 4


@dataclass(frozen=True, slots=True)
class SegmentBar:
    """A segment as the waveform shows it; ``speaker`` is a number from 1, 0 for none."""

    id: str
    start: int
    end: int
    speaker: int = 0
    text: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class EdgeDrag:
    """An edge dragged to a frame; ``is_final`` when it was let go, or taken back to where it was."""

    segment_id: str
    edge: Edge
    frame: int
    is_final: bool
    is_snapping: bool


@dataclass(frozen=True, slots=True, eq=False)
class SegmentTrack:
    """Bars in the order of their starts, and the lane of each; bars of one lane do not overlap.

    Without overlap there is one lane. With it each speaker has a lane, as long as there are no more than four
    speakers and none overlaps with themselves; else each bar is in the first free lane, or in the last one.
    """

    bars: tuple[SegmentBar, ...]
    starts: "NDArray[np.int64]"
    ends: "NDArray[np.int64]"
    colours: "Places"
    """The place of each bar's colours, as ``colour_place`` of its speaker gives it."""
    lanes: "Places"
    in_lanes: tuple["Places", ...]
    """The places of the bars of each lane."""
    current: int
    """The place of the current bar; -1 if there is none."""

    @classmethod
    def of(cls, bars: Sequence[SegmentBar]) -> "SegmentTrack":
        ordered = tuple(sorted(bars, key=lambda bar: (bar.start, bar.end)))
        numbers = np.array([(bar.start, bar.end, bar.speaker) for bar in ordered], dtype=np.int64)
        starts, ends, speakers = numbers.reshape(-1, 3).T.copy()
        current = next((place for place, bar in enumerate(ordered) if bar.is_current), -1)
        colours = np.array([colour_place(bar.speaker) for bar in ordered], dtype=np.intp)
        lanes = _lanes(starts, ends, speakers)
        in_lanes = tuple(np.nonzero(lanes == lane)[0] for lane in range(int(lanes.max(initial=0)) + 1))
        return cls(ordered, starts, ends, colours, lanes, in_lanes, current)

    def with_texts(self, bars: Sequence[SegmentBar]) -> "SegmentTrack | None":
        """The track with these bars, if they differ from its own in their texts alone, else None."""
        if len(bars) != len(self.bars):
            return None
        is_same = all(
            old is new
            or (old.start, old.end, old.speaker, old.is_current)
            == (new.start, new.end, new.speaker, new.is_current)
            for old, new in zip(self.bars, bars, strict=True)
        )
        return replace(self, bars=tuple(bars)) if is_same else None

    def __len__(self) -> int:
        return len(self.bars)

    @property
    def lane_count(self) -> int:
        return len(self.in_lanes)

    def has_geometry_of(self, other: "SegmentTrack") -> bool:
        """Whether the same bars are at the same places, whatever their texts."""
        return (
            self.current == other.current
            and np.array_equal(self.starts, other.starts)
            and np.array_equal(self.ends, other.ends)
            and np.array_equal(self.colours, other.colours)
            and np.array_equal(self.lanes, other.lanes)
        )

    def columns(self, window: ViewWindow, pixels: int, lane: int) -> "Places":
        """The place of the bar under the middle of each of ``pixels`` columns of a lane; -1 for none."""
        inside = self.in_lanes[lane]
        if not inside.size:
            return np.full(pixels, -1, dtype=np.intp)
        frames = window.start + (np.arange(pixels) + 0.5) * (window.span / pixels)
        last = self.starts[inside].searchsorted(frames, side="right") - 1
        found = inside[last]  # before the first bar it is the last one, which has not begun
        found[(last < 0) | (frames >= self.ends[found])] = -1
        return found

    def edges(self, window: ViewWindow, pixels: int, least_px: float) -> tuple["Places", "Places"]:
        """The column of each edge in view, of bars at least ``least_px`` wide, and the place of its bar."""
        scale = pixels / window.span
        left, right = (self.starts - window.start) * scale, (self.ends - window.start) * scale
        (shown,) = np.nonzero((right > 0) & (left < pixels) & (right - left >= least_px))
        columns = np.concatenate((np.rint(left[shown]), np.rint(right[shown]) - 1)).astype(np.intp)
        places = np.concatenate((shown, shown))
        inside = (columns >= 0) & (columns < pixels)
        return columns[inside], places[inside]

    def in_view(self, window: ViewWindow, pixels: float, least_px: float) -> list[tuple[int, float, float]]:
        """Place, left and right of each bar in view that is at least ``least_px`` wide, cut to the view."""
        scale = pixels / window.span
        left, right = (self.starts - window.start) * scale, (self.ends - window.start) * scale
        left, right = np.maximum(left, 0.0), np.minimum(right, pixels)
        (shown,) = np.nonzero(right - left >= least_px)
        return list(zip(shown.tolist(), left[shown].tolist(), right[shown].tolist(), strict=True))

    def at(self, frame: float, lane: int) -> SegmentBar | None:
        """The bar of a lane at a frame."""
        (found,) = np.nonzero((self.lanes == lane) & (self.starts <= frame) & (frame < self.ends))
        return self.bars[int(found[-1])] if found.size else None

    def edge_near(self, frame: float, lane: int, reach: float) -> tuple[SegmentBar, Edge] | None:
        """The nearest edge of a lane within ``reach`` frames, and its bar.

        Of a shared border it is the edge of the current bar, else that of the bar at the frame. From inside a
        narrow bar an edge is only near in the outer quarter: the rest is for pressing the bar.
        """
        best: tuple[tuple[float, bool, bool], SegmentBar, Edge] | None = None
        (close,) = np.nonzero(
            (self.lanes == lane) & (self.starts - reach <= frame) & (frame <= self.ends + reach)
        )
        for bar in (self.bars[place] for place in close.tolist()):
            for edge, at in ((Edge.START, bar.start), (Edge.END, bar.end)):
                is_inside = bar.start <= frame < bar.end
                near = min(reach, (bar.end - bar.start) / 4) if is_inside else reach
                rank = (abs(at - frame), not bar.is_current, not is_inside)
                if rank[0] <= near and (best is None or rank < best[0]):
                    best = rank, bar, edge
        return None if best is None else best[1:]


def _lanes(starts: "NDArray[np.int64]", ends: "NDArray[np.int64]", speakers: "NDArray[np.int64]") -> "Places":
    if not _overlap(starts, ends):
        return np.zeros(starts.size, dtype=np.intp)
    names, tiers = np.unique(speakers, return_inverse=True)
    if names.size <= MAX_LANES and not any(
        _overlap(starts[tiers == tier], ends[tiers == tier]) for tier in range(names.size)
    ):
        return tiers.astype(np.intp)
    lanes, free_from = [], [0] * MAX_LANES
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        lane = next((lane for lane, free in enumerate(free_from) if free <= start), MAX_LANES - 1)
        free_from[lane] = max(free_from[lane], end)
        lanes.append(lane)
    return np.array(lanes, dtype=np.intp)


def _overlap(starts: "NDArray[np.int64]", ends: "NDArray[np.int64]") -> bool:
    """Whether any two overlap; ``starts`` are in order."""
    return bool((starts[1:] < np.maximum.accumulate(ends)[:-1]).any()) if starts.size > 1 else False


NO_SEGMENTS = SegmentTrack.of(())
