"""The transport: play, pause, seek, loop and speed, in whole frames and without a clock."""

from dataclasses import dataclass, replace

SLOWEST_PERCENT = 25
FASTEST_PERCENT = 300


@dataclass(frozen=True, slots=True)
class Loop:
    """Frames ``start`` to ``stop``, played in a loop; a count increases through the rounds."""

    start: int
    stop: int

    @property
    def frames(self) -> int:
        return self.stop - self.start

    def wrapped(self, count: int) -> int:
        """The frame at a count: itself before ``stop``, and from ``start`` on again after it."""
        return count if count < self.stop else self.start + (count - self.stop) % self.frames

    def spans(self, first: int, last: int) -> list[tuple[int, int]]:
        """The ranges of frames for the counts ``first`` to ``last`` (exclusive), each at most once."""
        if last <= first:
            return []
        if last - first >= self.frames:
            return [(min(first, self.start), self.stop)]
        start, stop = self.wrapped(first), self.wrapped(last - 1) + 1
        return [(start, stop)] if start < stop else [(start, self.stop), (self.start, stop)]


@dataclass(frozen=True, slots=True)
class Transport:
    """One clip's transport; each command makes a new value.

    While it plays, sound goes from ``position`` to ``stop`` (the end of the clip, or of the range).
    ``0 <= position <= frames`` and, while it plays, ``position < stop <= frames``. A ``loop`` exists only
    while it plays; playback then continues at the loop's start instead of stopping.
    """

    frames: int = 0
    position: int = 0
    stop: int = 0
    is_playing: bool = False
    speed_percent: int = 100
    loop: Loop | None = None

    @classmethod
    def loaded(cls, frames: int, speed_percent: int = 100) -> "Transport":
        """A clip at its beginning, paused."""
        return cls(frames=frames, stop=frames, speed_percent=speed_percent)

    def play(self, start: int | None = None, until: int | None = None) -> "Transport":
        """Play from ``start`` (default: the position, or 0 if that is the end) to ``until`` (the end).

        An empty range plays nothing.
        """
        if start is None:
            start = 0 if self.position >= self.frames else self.position
        start = self._clamped(start)
        stop = self.frames if until is None else self._clamped(until)
        if stop <= start:
            return replace(self._paused(), position=start)
        return replace(self, position=start, stop=stop, is_playing=True, loop=None)

    def play_loop(
        self, start: int, end: int, pre_roll_frames: int = 0, post_roll_frames: int = 0, at: int | None = None
    ) -> "Transport":
        """Loop ``start`` to ``end``, each time with the pre-roll before and the post-roll after it.

        It starts ``at`` a frame, if that is inside, else at the loop's start. An empty loop plays nothing.
        """
        first, stop = self._clamped(start - pre_roll_frames), self._clamped(end + post_roll_frames)
        if end <= start or stop <= first:
            return self._paused()
        position = at if at is not None and first <= at < stop else first
        return replace(self, position=position, stop=stop, is_playing=True, loop=Loop(first, stop))

    def pause(self) -> "Transport":
        return self._paused()

    def seek(self, frame: int) -> "Transport":
        """Go to a frame; playback continues to the same stop, or to the clip's end if that is behind.

        A frame outside of a loop leaves the loop, and plays to the end.
        """
        frame = self._clamped(frame)
        if self.loop is not None:
            if self.loop.start <= frame < self.loop.stop:
                return replace(self, position=frame)
            return replace(self._paused(), position=frame, is_playing=frame < self.frames)
        stop = self.stop if frame < self.stop else self.frames
        is_playing = self.is_playing and frame < stop
        return replace(self, position=frame, stop=stop if is_playing else self.frames, is_playing=is_playing)

    def advance(self, position: int) -> "Transport":
        """Sound was heard up to ``position``; pauses at the stop, and never goes back.

        In a loop ``position`` is a count that increases through the rounds.
        """
        if not self.is_playing:
            return self
        if self.loop is not None:
            return replace(self, position=self.loop.wrapped(max(position, self.loop.start)))
        position = max(self.position, min(position, self.stop))
        if position >= self.stop:
            return replace(self._paused(), position=position)
        return replace(self, position=position)

    def at_speed(self, percent: int) -> "Transport":
        """Keep the position, change the speed; limited to 25 to 300 %."""
        return replace(self, speed_percent=max(SLOWEST_PERCENT, min(FASTEST_PERCENT, percent)))

    def _paused(self) -> "Transport":
        return replace(self, is_playing=False, stop=self.frames, loop=None)

    def _clamped(self, frame: int) -> int:
        return max(0, min(frame, self.frames))
