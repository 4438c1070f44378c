"""Sound that is worked out in pieces of one length, so that it is the same however it is read."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np

from reviewer.audio.io.device import AudioFormat
from reviewer.audio.samples import IntSamples

MakeChunk = Callable[[int, int], IntSamples]

_KEPT = 4


class ChunkedSound:
    """A ``Sound`` made piece by piece: piece ``k`` is frames ``[k * length, (k + 1) * length)``.

    ``make(start, end)`` is only ever asked for whole pieces, so a sample does not depend on which frames were
    asked for together with it. The few pieces read last are kept; the rest is made again when it is wanted.
    """

    def __init__(self, form: AudioFormat, frames: int, length: int, make: MakeChunk) -> None:
        self._form = form
        self._frames = frames
        self._length = max(length, 1)
        self._make = make
        self._kept: OrderedDict[int, IntSamples] = OrderedDict()
        self._lock = Lock()

    @property
    def rate_hz(self) -> int:
        return self._form.rate_hz

    @property
    def frames(self) -> int:
        return self._frames

    @property
    def channels(self) -> int:
        return self._form.channels

    @property
    def bits(self) -> int:
        return self._form.bits

    def read(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``, cut to what there is; see ``Sound``."""
        start, end = max(start, 0), min(end, self._frames)
        parts: list[Any] = [np.zeros((0, self.channels), dtype=self._form.dtype)]
        for number in range(start // self._length, -(-end // self._length) if end > start else 0):
            piece, first = self._piece(number), number * self._length
            parts.append(piece[max(start - first, 0) : end - first])
        whole: IntSamples = np.concatenate(parts) if len(parts) > 2 else parts[-1]
        return whole

    def _piece(self, number: int) -> IntSamples:
        with self._lock:
            kept = self._kept.get(number)
            if kept is not None:
                self._kept.move_to_end(number)
                return kept
        first = number * self._length
        piece = self._make(first, min(first + self._length, self._frames))
        with self._lock:
            self._kept[number] = piece
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return piece
