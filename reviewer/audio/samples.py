"""Decoded sound as integers, and its format."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

IntSamples: TypeAlias = NDArray[np.int16] | NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Rate, channels and bits of a sound or stream: int16 for 16 bits, the top of int32 for 24."""

    rate_hz: int
    channels: int
    bits: int

    @property
    def dtype(self) -> type[np.int16] | type[np.int32]:
        return np.int16 if self.bits == 16 else np.int32


class Sound(Protocol):
    """A clip's sound, readable by range: ``Samples`` has all of it in memory, a long clip decodes on demand.

    ``bits`` is 16 (int16) or 24 (int32, 24 bits at the top).
    """

    @property
    def rate_hz(self) -> int: ...

    @property
    def frames(self) -> int: ...

    @property
    def channels(self) -> int: ...

    @property
    def bits(self) -> int: ...

    def read(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``, clipped to the clip; shape ``(frames, channels)``, read-only.

        Thread-safe; may take as long as decoding.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """A clip's samples, shape ``(frames, channels)``, immutable.

    ``int16`` for 16-bit audio; ``int32`` for 24-bit audio, whose 24 bits are the top of the word: full scale
    is the type's, and the lowest eight bits are zero.
    """

    rate_hz: int
    data: IntSamples

    def __post_init__(self) -> None:
        if self.rate_hz < 1:
            raise ValueError(f"invalid sample rate: {self.rate_hz} Hz")
        if self.data.ndim != 2 or self.data.shape[1] < 1 or self.data.dtype not in (np.int16, np.int32):
            raise ValueError(
                f"samples are (frames, channels) int16 or int32, not {self.data.dtype} {self.data.shape}"
            )

    @property
    def frames(self) -> int:
        return int(self.data.shape[0])

    @property
    def channels(self) -> int:
        return int(self.data.shape[1])

    @property
    def bits(self) -> int:
        """16 or 24, as in the canonical FLAC of these samples."""
        return 16 if self.data.dtype == np.int16 else 24

    @property
    def duration_seconds(self) -> float:
        """Length for display; times are kept in frames."""
        return self.frames / self.rate_hz

    def read(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``, clipped to the clip; see ``Sound``."""
        return self.data[max(start, 0) : max(end, 0)]

    def sha256(self) -> bytes:
        """The digest of the whole sound; see ``SampleDigest``."""
        digest = SampleDigest(format_of(self))
        digest.add(self.data)
        return digest.digest()


class SampleDigest:
    """SHA-256 over rate, channels, bits and the little-endian samples: equal sounds have equal digests."""

    def __init__(self, form: AudioFormat) -> None:
        self._digest = hashlib.sha256(f"{form.rate_hz} {form.channels} {form.bits} ".encode())

    def add(self, block: IntSamples) -> None:
        """The next samples, shape ``(frames, channels)``."""
        little = block.astype(block.dtype.newbyteorder("<"), copy=False)
        self._digest.update(np.ascontiguousarray(little).data)

    def digest(self) -> bytes:
        return self._digest.digest()


def format_of(sound: Sound) -> AudioFormat:
    """The sound's format."""
    return AudioFormat(sound.rate_hz, sound.channels, sound.bits)


def concatenated(parts: Sequence[IntSamples]) -> IntSamples:
    """Parts of one sound, at least one, joined in order."""
    arrays: Sequence[NDArray[Any]] = parts
    whole: IntSamples = np.concatenate(arrays)
    return whole


def as_float(data: IntSamples) -> NDArray[np.float32]:
    """Integers to float32 in [-1, 1): divided by the type's full scale. Same shape."""
    scale = np.float32(1.0 / full_scale(data.dtype))
    return np.multiply(data, scale, dtype=np.float32)


def full_scale(dtype: "np.dtype[np.int16] | np.dtype[np.int32]") -> int:
    """The magnitude of the most negative sample of this type: 32768 or 2147483648."""
    return 32768 if dtype == np.int16 else 2147483648


def from_float(values: NDArray[np.float32] | NDArray[np.float64], like: IntSamples) -> IntSamples:
    """Floats in [-1, 1) to the type of ``like``, rounded to its 16 or 24 bits and limited to full scale."""
    if like.dtype == np.int16:
        return np.clip(np.rint(values * 32768.0), -32768, 32767).astype(np.int16)
    return np.clip(np.rint(values * 8388608.0), -8388608, 8388607).astype(np.int32) << 8
