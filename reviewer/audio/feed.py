"""What the device's thread does: copy what is cued, else silence."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Ready:
    """Which frames of a reel are there: ``stretch`` is (first, after the last), changed in one step."""

    __slots__ = ("stretch",)

    def __init__(self, low: int, high: int) -> None:
        self.stretch = (low, high)


class Cue:
    """One run of sound to be fed once, from ``start`` to ``stop`` of ``data``; it waits where not ``ready``.

    ``cursor`` and ``mark`` are written by the device's thread alone, each in one step.
    """

    __slots__ = ("cursor", "data", "mark", "ready", "start", "stop")

    def __init__(self, data: NDArray[Any], start: int, stop: int, ready: Ready | None = None) -> None:
        self.data = data
        self.ready = ready or Ready(0, data.shape[0])
        self.start = start
        self.stop = stop
        self.cursor = start
        self.mark: tuple[int, float] | None = None

    def take(self, out: NDArray[Any], when: float) -> int:
        """Copy the next frames into ``out``; returns how many there were."""
        begin = self.cursor
        low, high = self.ready.stretch
        end = min(begin + out.shape[0], self.stop, high)
        if end <= begin or begin < low:
            return 0
        out[: end - begin] = self.data[begin:end]
        self.mark = (begin, when)
        self.cursor = end
        return int(end - begin)

    def heard(self, now: float, rate_hz: int) -> int:
        """Which frame of ``data`` is heard at ``now``: what was fed, less what waits in the device."""
        if self.mark is None:
            return self.start
        begin, when = self.mark
        return max(self.start, min(begin + round((now - when) * rate_hz), self.cursor))


class Feed:
    """Fills the device's blocks from the cue of the moment: no lock, no waiting, nothing but copying.

    The player's thread puts a cue in with one assignment. ``blocks`` counts finished blocks: a cue taken out
    will not move any more once a second one has finished, for only one can have been under way.
    """

    def __init__(self) -> None:
        self.cue: Cue | None = None
        self.blocks = 0
        self._lead_in_frames = 0
        self._rate_hz = 1

    def begin(self, rate_hz: int, lead_in_seconds: float) -> None:
        """A new stream: nothing cued, and so much silence first."""
        self.cue = None
        self._rate_hz = rate_hz
        self._lead_in_frames = round(lead_in_seconds * rate_hz)

    def fill(self, out: NDArray[Any], when: float) -> None:
        """Fill a block of shape ``(frames, channels)`` whose first frame is heard at ``when`` seconds."""
        cue = self.cue
        silent = min(self._lead_in_frames, out.shape[0])
        self._lead_in_frames -= silent
        taken = 0 if cue is None else cue.take(out[silent:], when + silent / self._rate_hz)
        out[:silent] = 0
        out[silent + taken :] = 0
        self.blocks += 1


def in_channels(data: NDArray[Any], channels: int) -> NDArray[Any]:
    """The same sound in the device's channels: as it is, one copied to all, or the mean of all.

    Args:
        data: integers, shape ``(frames, n)``.
        channels: what the device takes.
    """
    if data.shape[1] == channels:
        return data
    mono = data if data.shape[1] == 1 else np.rint(data.mean(axis=1, keepdims=True)).astype(data.dtype)
    return np.ascontiguousarray(np.broadcast_to(mono, (data.shape[0], channels)))
