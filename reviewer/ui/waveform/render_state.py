"""Everything the waveform renderer draws: traces, and frame intervals as pixel columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from reviewer.ui.waveform.segment_bars import NO_SEGMENTS, SegmentTrack
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.trace import Trace
from reviewer.ui.waveform.view_window import ViewWindow

if TYPE_CHECKING:
    from numpy.typing import NDArray


Columns: TypeAlias = "NDArray[np.bool_]"
"""A flag for each pixel column."""


_ONE_BY_ONE = 24
"""For up to this many intervals in view, marking them one by one is faster."""


class FrameInterval(Protocol):
    """Frames ``start`` to ``end``: a Span, a HeardRange or a Selection."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True, eq=False)
class IntervalMarks:
    """Any number of frame intervals; vectorised, because ten hours have thousands."""

    starts: "NDArray[np.int64]"
    ends: "NDArray[np.int64]"

    @classmethod
    def of(cls, stretches: Iterable[FrameInterval]) -> "IntervalMarks":
        pairs = sorted((part.start, part.end) for part in stretches)
        both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return cls(both[:, 0], both[:, 1])

    def __len__(self) -> int:
        return int(self.starts.size)

    def columns(self, window: ViewWindow, pixels: int) -> Columns:
        """Which of ``pixels`` columns an interval touches, even with a single frame."""
        marked = np.zeros(pixels, dtype=np.bool_)
        if not len(self):
            return marked
        shown = (self.ends > window.start) & (self.starts < window.end)
        scale = pixels / window.span
        left = np.floor((self.starts[shown] - window.start) * scale)
        right = np.ceil((self.ends[shown] - window.start) * scale)
        if left.size > _ONE_BY_ONE:
            begun, ended = (np.bincount(_within(x, pixels), minlength=pixels + 1) for x in (left, right))
            return np.cumsum((begun - ended)[:-1]) > 0
        for first, after in zip(left.tolist(), right.tolist(), strict=True):
            marked[max(int(first), 0) : max(int(after), 0)] = True
        return marked

    def runs(self, window: ViewWindow, pixels: int) -> tuple[tuple[int, int], ...]:
        """The same as the first column of each run and the column after its last."""
        touched = np.concatenate(([False], self.columns(window, pixels), [False]))
        (turns,) = np.nonzero(touched[1:] != touched[:-1])
        return tuple(zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True))

    def edges(
        self, window: ViewWindow, pixels: int, least_px: float
    ) -> tuple["NDArray[np.intp]", "NDArray[np.intp]"]:
        """The columns nearest to the ends of each interval in view that is at least ``least_px`` wide."""
        scale = pixels / window.span
        left, right = (self.starts - window.start) * scale, (self.ends - window.start) * scale
        shown = (right > 0) & (left < pixels) & (right - left >= least_px)
        return np.rint(left[shown]).astype(np.intp), np.rint(right[shown]).astype(np.intp)


NO_MARKS = IntervalMarks.of(())


def _within(x: "NDArray[np.float64]", pixels: int) -> "NDArray[np.intp]":
    return np.minimum(np.maximum(x, 0), pixels).astype(np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class RenderState:
    """A trace for each channel, and marked intervals; ``scale`` is the device pixel ratio."""

    window: ViewWindow
    traces: tuple[Trace, ...]
    selection: Selection
    speech: IntervalMarks
    unheard: IntervalMarks
    heard: IntervalMarks
    scale: float
    segments: SegmentTrack = NO_SEGMENTS
    redacted: IntervalMarks = NO_MARKS
