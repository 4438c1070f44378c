"""A sound that is read where it is wanted, as a long clip is."""

from collections.abc import Callable

import numpy as np

from reviewer.audio.samples import IntSamples, Samples


class ReadSound:
    """Samples that are not at hand, over and over up to ``frames``; remembers what was read of them."""

    def __init__(self, samples: Samples, frames: int | None = None) -> None:
        self.rate_hz, self.channels, self.bits = samples.rate_hz, samples.channels, samples.bits
        self.frames = frames or samples.frames
        self.reads: list[int] = []
        self.on_read: Callable[[int, int], None] | None = None
        """Called before each read; may raise."""
        self._samples = samples

    def read(self, start: int, end: int) -> IntSamples:
        start, end = max(start, 0), min(end, self.frames)
        if self.on_read is not None:
            self.on_read(start, end)
        self.reads.append(end - start)
        data: IntSamples = self._samples.data.take(np.arange(start, end), axis=0, mode="wrap")
        return data
