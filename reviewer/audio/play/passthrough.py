"""A long sound at its own speed, window by window."""

from reviewer.audio.samples import IntSamples, Sound

WINDOW_FRAMES = 1 << 14


class Passthrough:
    """A ``TimeStretch`` that changes nothing: each window is read when it is wanted."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self.frames = sound.frames

    @property
    def windows(self) -> int:
        return -(-self.frames // WINDOW_FRAMES)

    def window_at(self, frame: int) -> int:
        return max(min(frame // WINDOW_FRAMES, self.windows - 1), 0)

    def edge(self, window: int) -> int:
        return min(window * WINDOW_FRAMES, self.frames)

    def make(self, window: int) -> IntSamples:
        return self._sound.read(self.edge(window), self.edge(window + 1))
