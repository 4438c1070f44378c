"""A time stretch without signal processing: every sample several times."""

import numpy as np

from reviewer.audio.samples import IntSamples, Sound


class RepeatingStretch:
    """``100 // percent`` times every sample, in windows of ``window_frames`` of the sound's own frames."""

    def __init__(self, sound: Sound, percent: int, window_frames: int | None = None) -> None:
        self._sound = sound
        self._times = 100 // percent
        self._window_frames = max(window_frames or sound.frames // 2, 1)
        self.rendered: list[int] = []

    @property
    def frames(self) -> int:
        return self._sound.frames * self._times

    @property
    def windows(self) -> int:
        return -(-self._sound.frames // self._window_frames)

    def window_at(self, frame: int) -> int:
        return max(min(frame // self._times // self._window_frames, self.windows - 1), 0)

    def edge(self, window: int) -> int:
        return min(window * self._window_frames, self._sound.frames) * self._times

    def render_window(self, window: int) -> IntSamples:
        self.rendered.append(window)
        start, stop = self.edge(window) // self._times, self.edge(window + 1) // self._times
        return np.repeat(self._sound.read(start, stop), self._times, axis=0)
