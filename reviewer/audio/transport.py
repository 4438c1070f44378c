"""What play, pause, seek and speed mean, in whole frames and without a clock."""

from dataclasses import dataclass, replace

SLOWEST_PERCENT = 25
FASTEST_PERCENT = 300


@dataclass(frozen=True, slots=True)
class Transport:
    """One clip's transport; every act makes a new value.

    While it plays, sound goes from ``position`` to ``stop`` (the end of the clip, or of the range asked for).
    ``0 <= position <= frames`` and, while it plays, ``position < stop <= frames``.
    """

    frames: int = 0
    position: int = 0
    stop: int = 0
    is_playing: bool = False
    speed_percent: int = 100

    @classmethod
    def loaded(cls, frames: int, speed_percent: int = 100) -> "Transport":
        """A clip at its beginning, paused."""
        return cls(frames=frames, stop=frames, speed_percent=speed_percent)

    def play(self, start: int | None = None, until: int | None = None) -> "Transport":
        """Play from ``start`` (where it stands; from 0 if that is the end) to ``until`` (the end).

        An empty range plays nothing.
        """
        if start is None:
            start = 0 if self.position >= self.frames else self.position
        start = self._inside(start)
        stop = self.frames if until is None else self._inside(until)
        if stop <= start:
            return replace(self, position=start, stop=self.frames, is_playing=False)
        return replace(self, position=start, stop=stop, is_playing=True)

    def pause(self) -> "Transport":
        return replace(self, is_playing=False, stop=self.frames)

    def seek(self, frame: int) -> "Transport":
        """Go there; goes on playing if it was, up to the same stop, or the end if that lies behind."""
        frame = self._inside(frame)
        stop = self.stop if frame < self.stop else self.frames
        is_playing = self.is_playing and frame < stop
        return replace(self, position=frame, stop=stop if is_playing else self.frames, is_playing=is_playing)

    def advance(self, position: int) -> "Transport":
        """Sound was heard up to ``position``; at the stop it pauses there. Never goes back."""
        if not self.is_playing:
            return self
        position = max(self.position, min(position, self.stop))
        if position >= self.stop:
            return replace(self, position=position, is_playing=False, stop=self.frames)
        return replace(self, position=position)

    def at_speed(self, percent: int) -> "Transport":
        """Keep the place, change the speed; limited to what can be heard well."""
        return replace(self, speed_percent=max(SLOWEST_PERCENT, min(FASTEST_PERCENT, percent)))

    def _inside(self, frame: int) -> int:
        return max(0, min(frame, self.frames))
