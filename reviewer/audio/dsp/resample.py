"""Conversion of a clip to the sample rate and the channels of a device."""

import importlib
from math import ceil, gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.block_cache import RenderedSound
from reviewer.audio.samples import AudioFormat, IntSamples, Samples, Sound, as_float, from_float
from reviewer.errors import Unavailable

_CONVERTER = "sinc_medium"
_BLOCK_SECONDS = 0.5  # while the library works no other Python thread runs, not even the device's
_REACH_FRAMES = 64  # the converter's filter has 46 zero crossings on each side


def converted(sound: Sound, wanted: AudioFormat) -> Sound:
    """The clip in the channels and at the rate of a device, rendered where it is read.

    Frame ``i`` is the sound at ``i / wanted.rate_hz`` seconds. The very same object if it has these already;
    the bits stay the clip's. The filter is libsamplerate's medium sinc (its documentation, "SRC_SINC_MEDIUM_
    QUALITY").

    Raises:
        Unavailable: the rate is another, and the library that converts it is not installed.
    """
    if sound.channels != wanted.channels:
        sound = _with_channels(sound, wanted.channels)
    return sound if sound.rate_hz == wanted.rate_hz else _at_rate(sound, wanted.rate_hz)


def mixed_to_channels(data: NDArray[Any], channels: int) -> NDArray[Any]:
    """The same sound in a device's channels: unchanged, one copied to all, or the mean of all.

    Args:
        data: integers, shape ``(frames, n)``.
        channels: what the device takes.

    Returns:
        The same type, shape ``(frames, channels)``.
    """
    if data.shape[1] == channels:
        return data
    mono = data if data.shape[1] == 1 else np.rint(data.mean(axis=1, keepdims=True)).astype(data.dtype)
    return np.ascontiguousarray(np.broadcast_to(mono, (data.shape[0], channels)))


def _with_channels(sound: Sound, channels: int) -> Sound:
    if isinstance(sound, Samples):
        return Samples(sound.rate_hz, mixed_to_channels(sound.data, channels))
    audio_format = AudioFormat(sound.rate_hz, channels, sound.bits)
    length = round(_BLOCK_SECONDS * sound.rate_hz)
    return RenderedSound(
        audio_format,
        sound.frames,
        length,
        lambda start, end: mixed_to_channels(sound.read(start, end), channels),
    )


def _at_rate(sound: Sound, rate_hz: int) -> Sound:
    conversion = _RateConversion(sound, rate_hz)
    audio_format = AudioFormat(rate_hz, sound.channels, sound.bits)
    return RenderedSound(audio_format, conversion.frames, conversion.block_frames, conversion.render)


class _RateConversion:
    """Converts a block with what is around it; blocks begin where a frame of one rate is one of the other."""

    def __init__(self, sound: Sound, rate_hz: int) -> None:
        common = gcd(sound.rate_hz, rate_hz)
        self._up, self._down = rate_hz // common, sound.rate_hz // common
        self._sound = sound
        self._ratio = rate_hz / sound.rate_hz
        self._resample = _library().resample
        self._margin_periods = ceil(_REACH_FRAMES * max(1.0, 1 / self._ratio) / self._down)
        self.frames = -(-sound.frames * self._up // self._down)
        self.block_frames = self._up * max(1, round(_BLOCK_SECONDS * rate_hz / self._up))

    def render(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)`` of the new rate; ``start`` is at the beginning of a block."""
        around = self._margin_periods * self._down
        first = start // self._up * self._down - around
        last = -(-end // self._up) * self._down + around
        inside = self._sound.read(first, last)
        values = np.pad(as_float(inside), ((max(-first, 0), max(last - self._sound.frames, 0)), (0, 0)))
        out = self._converted(values)
        skip = self._margin_periods * self._up
        return from_float(out[skip : skip + end - start], inside)

    def _converted(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        out: NDArray[np.float32] = self._resample(np.ascontiguousarray(values), self._ratio, _CONVERTER)
        return out.reshape(-1, values.shape[1])


def _library() -> Any:
    try:
        return importlib.import_module("samplerate")
    except ImportError as error:
        raise Unavailable("RESAMPLER_NOT_INSTALLED") from error
