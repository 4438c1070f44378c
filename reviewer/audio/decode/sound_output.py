"""Sends decoded samples to the parent as integers, whatever number format they came in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.decode.wire import DecodingStopped, Failure, Head, Incomplete, Sender, Tail
from reviewer.audio.samples import IntSamples

BLOCK_VALUES = 1 << 16
TOLERATED_SECONDS = 0.05
"""What may be missing at the end of a part before the file is refused."""


class SoundOutput:
    """The sound of one file: one format, one head, one tail, however many parts the file has."""

    def __init__(self, sender: Sender, audio_seconds: float) -> None:
        self._sender = sender
        self._audio_seconds = audio_seconds
        self._head: Head | None = None
        self._frames = self._invalid = 0
        self.is_short = self.is_unbounded = self.has_video = False

    @property
    def frames(self) -> int:
        """Frames of all parts so far."""
        return self._frames

    @property
    def has_begun(self) -> bool:
        """Whether the header of a part could be read."""
        return self._head is not None

    def begin(self, head: Head) -> None:
        """A part begins. Raises Incomplete: it has another format than the part before."""
        if self._head is None:
            self._sender.send_head(head)
            self._head = head
        elif head != self._head:
            raise Incomplete("parts_differ")

    def add(self, block: NDArray[Any]) -> None:
        """Samples of shape ``(frames, channels)``: int16 for 2 bytes, int32 or float64 for any.

        Raises:
            DecodingStopped: more sound than allowed.
        """
        head = self._head
        if head is None:
            raise ValueError("no part has begun")
        self._frames += block.shape[0]
        if self._frames > int(self._audio_seconds * head.rate_hz):
            raise DecodingStopped(Failure("too_long"))
        if block.dtype == np.float64:
            self._invalid += int(block.size - np.count_nonzero(np.isfinite(block)))
        rows = max(1, BLOCK_VALUES // head.channels)
        for start in range(0, block.shape[0], rows):
            self._sender.send_block(_as_integers(block[start : start + rows], is_wide=head.sample_bytes == 4))

    def add_silence(self, seconds: float) -> None:
        """Silence in the format of the part that has begun; raises what ``add`` raises."""
        if self._head is not None:
            frames = round(seconds * self._head.rate_hz)
            self.add(
                np.zeros(
                    (frames, self._head.channels), np.int16 if self._head.sample_bytes == 2 else np.int32
                )
            )

    def finish(self) -> None:
        """All parts are sent."""
        self._sender.send_tail(
            Tail(
                self._frames,
                self._invalid,
                is_short=self.is_short,
                is_unbounded=self.is_unbounded,
                has_video=self.has_video,
            )
        )


def _as_integers(block: NDArray[Any], *, is_wide: bool) -> IntSamples:
    """16-bit integers, or 24-bit ones at the top of an int32; NaN and infinity become silence."""
    if block.dtype == np.float64:
        block = np.where(np.isfinite(block), block, 0.0)
        if is_wide:
            return _top_24_bits(np.rint(block * 8388608.0))
        return np.clip(np.rint(block * 32768.0), -32768, 32767).astype(np.int16)
    if is_wide:
        return _top_24_bits((block.astype(np.int64) + 128) >> 8)
    integers: NDArray[np.int16] = block
    return integers


def _top_24_bits(values: NDArray[Any]) -> NDArray[np.int32]:
    shifted: NDArray[np.int32] = np.clip(values, -8388608, 8388607).astype(np.int32) << 8
    return shifted
