"""A clip's sound as the device wants it, at each speed, made ahead of playing."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.device import SoundForm
from reviewer.audio.feed import in_channels
from reviewer.audio.resample import resampled
from reviewer.audio.samples import IntSamples, Samples, as_float, from_float
from reviewer.errors import ReviewerError

Stretch = Callable[[Samples, int], IntSamples]
Job = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class Reel:
    """Sound in the device's form; ``out_part`` of its frames are ``clip_part`` of the clip's."""

    data: NDArray[Any]
    percent: int
    clip_part: int
    out_part: int

    def out_frame(self, clip_frame: int) -> int:
        """The reel's frame at a clip's frame."""
        return min(clip_frame * self.out_part // self.clip_part, int(self.data.shape[0]))

    def clip_frames(self, out_frames: int) -> int:
        """How many of the clip's frames these are; rounded up, so that nothing heard is left out."""
        return -(-out_frames * self.clip_part // self.out_part)


class Reels:
    """Reels of one clip for one stream; all but the plain one are made by a job, one of them is kept."""

    def __init__(
        self, samples: Samples, form: SoundForm, stretch: Stretch, start: Callable[[Job], None]
    ) -> None:
        """``start`` runs a job on another thread (or at once, in tests)."""
        self._samples = samples
        self._form = form
        self._stretch = stretch
        self._start = start
        self._made: dict[int, Reel] = {}
        self._wanted: set[int] = set()
        self.problem: ReviewerError | None = None
        if form.rate_hz == samples.rate_hz:
            self._made[100] = self._reel(samples.data, 100)

    def get(self, percent: int) -> Reel | None:
        """The reel at this speed, or None while it is being made (or cannot be: see ``problem``)."""
        reel = self._made.get(percent)
        if reel is None and percent not in self._wanted:
            self._wanted.add(percent)
            self._start(lambda: self._make(percent))
            reel = self._made.get(percent)
        return reel

    def _make(self, percent: int) -> None:
        try:
            data = self._samples.data if percent == 100 else self._stretch(self._samples, percent)
        except ReviewerError as error:
            self.problem = error
            self._wanted.discard(percent)
            return
        kept = {speed: reel for speed, reel in self._made.items() if speed == 100}
        self._made = {**kept, percent: self._reel(data, percent)}
        self._wanted.discard(percent)

    def _reel(self, data: IntSamples, percent: int) -> Reel:
        """``data`` (at the clip's rate) in the device's channels, rate and type."""
        mixed = in_channels(data, self._form.channels)
        if self._form.rate_hz != self._samples.rate_hz:
            mixed = from_float(resampled(as_float(mixed), self._samples.rate_hz, self._form.rate_hz), mixed)
        mixed = np.ascontiguousarray(mixed)
        return Reel(mixed, percent, percent * self._samples.rate_hz, 100 * self._form.rate_hz)


def in_thread(job: Job) -> None:
    """Run a job on a thread of its own, which does not keep the program from ending."""
    threading.Thread(target=job, name="speed", daemon=True).start()
