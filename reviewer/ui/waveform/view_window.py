"""The visible range of a clip."""

import math
from dataclasses import dataclass

MIN_FRAMES = 64.0
FOLLOW_MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class ViewWindow:
    """Frames [start, end) of a clip of ``total`` frames; zooming and panning return a new range inside the
    clip.

    The borders are floats, so that zooming in and out again returns to the same range.
    """

    start: float
    end: float
    total: int

    @classmethod
    def whole(cls, total: int) -> "ViewWindow":
        """The whole clip; a clip without frames gets a range of one frame, so that nothing divides by 0."""
        return cls(0.0, float(max(total, 1)), total)

    @property
    def span(self) -> float:
        return self.end - self.start

    @property
    def is_whole(self) -> bool:
        return self.span >= max(self.total, 1)

    def zoomed(self, factor: float, at: float) -> "ViewWindow":
        """``factor`` > 1 zooms in; the frame ``at`` keeps its place on the screen if the borders allow."""
        limit = float(max(self.total, 1))
        span = min(max(self.span / factor, min(MIN_FRAMES, limit)), limit)
        share = (at - self.start) / self.span
        return self._placed(at - share * span, span)

    def panned(self, frames: float) -> "ViewWindow":
        return self._placed(self.start + frames, self.span)

    def centred(self, frame: float) -> "ViewWindow":
        return self._placed(frame - self.span / 2, self.span)

    def showing(self, frame: float) -> "ViewWindow":
        """Paged until ``frame`` is visible, a tenth from the left; unchanged if it already is."""
        if self.start <= frame < self.end or self.is_whole:
            return self
        return self._placed(frame - FOLLOW_MARGIN * self.span, self.span)

    def tracking(self, frame: float, pixels: int) -> "ViewWindow":
        """Centred on ``frame`` and moved by whole pixel columns, so that a scrolling picture is steady.

        It never leaves the clip: near its ends the frame is not in the middle.
        """
        step = self.span / max(pixels, 1)
        return self._placed(math.floor((frame - self.span / 2) / step) * step, self.span)

    def frame_at(self, x: float, width: float) -> float:
        """The frame under a pixel of a view ``width`` wide, clamped to the clip."""
        frame = self.start + x / max(width, 1.0) * self.span
        return min(max(frame, 0.0), float(self.total))

    def x_of(self, frame: float, width: float) -> float:
        return (frame - self.start) / self.span * width

    def _placed(self, start: float, span: float) -> "ViewWindow":
        limit = float(max(self.total, 1))
        start = min(max(start, 0.0), limit - span)
        return ViewWindow(start, start + span, self.total)
