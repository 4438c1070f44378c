"""Finds the previous and the next segment."""

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.model.intervals import Span


@dataclass(frozen=True, slots=True)
class SegmentList:
    """The segments of a clip in the order of their starts."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span], frames: int) -> "SegmentList":
        """The segments within a clip of this many frames, clipped to it."""
        inside = {Span(each.start, min(each.end, frames)) for each in spans if each.start < frames}
        return cls(tuple(sorted(inside)))

    def at(self, frame: int) -> Span | None:
        """The segment at a frame; of several, the one that starts last."""
        under = [span for span in self.spans if span.start <= frame < span.end]
        return under[-1] if under else None

    def after(self, frame: int) -> Span | None:
        """The first that starts after a frame."""
        return next((span for span in self.spans if span.start > frame), None)

    def before(self, frame: int, slack_frames: int) -> Span | None:
        """The last that started more than ``slack_frames`` before a frame, else the first of all."""
        started = [span for span in self.spans if span.start < frame - slack_frames]
        return started[-1] if started else next(iter(self.spans), None)


@dataclass(frozen=True, slots=True)
class SegmentCursor:
    """The position among the segments: a frame, and what is selected."""

    segments: SegmentList
    position: int
    selection: tuple[int, int] | None
    pre_roll_frames: int = 0
    post_roll_frames: int = 0

    @property
    def in_hand(self) -> Span | None:
        """The selected segment, while the playhead is in it or in its pre-roll and post-roll."""
        if self.selection is None:
            return None
        span = Span(*self.selection)
        start, end = span.start - self.pre_roll_frames, span.end + self.post_roll_frames
        return span if start <= self.position <= end and span in self.segments.spans else None

    @property
    def next(self) -> Span | None:
        """The segment after the selected one; without one, the first from the playhead on."""
        return self.segments.after(self.in_hand.start if self.in_hand else self.position - 1)

    def previous(self, slack_frames: int) -> Span | None:
        """The selected one again if the playhead is further in than the slack, else the one before."""
        now = self.in_hand
        if now is None:
            return self.segments.before(self.position, slack_frames)
        return now if self.position > now.start + slack_frames else self.segments.before(now.start, 0)
