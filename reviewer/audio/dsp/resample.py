"""A clip in the rate and the channels that a device takes."""

import importlib
from math import ceil, gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.chunked_sound import ChunkedSound
from reviewer.audio.io.device import AudioFormat
from reviewer.audio.play.audio_callback import in_channels
from reviewer.audio.samples import IntSamples, Samples, Sound, as_float, from_float
from reviewer.errors import Unavailable

_CONVERTER = "sinc_medium"
_PIECE_SECONDS = 0.5  # the library lets no other Python thread run meanwhile, the sound's neither
_REACH_FRAMES = 64  # the converter's filter has 46 zero crossings on each side


def in_format(sound: Sound, form: AudioFormat) -> Sound:
    """The clip in the channels and at the rate of a device, worked out where it is read.

    Frame ``i`` is the sound at ``i / form.rate_hz`` seconds. The very same clip if it has these already; the
    bits stay the clip's.

    Raises:
        Unavailable: the rate is another, and the library that converts it is not installed.
    """
    if sound.channels != form.channels:
        sound = _in_channels(sound, form.channels)
    return sound if sound.rate_hz == form.rate_hz else _at_rate(sound, form.rate_hz)


def _in_channels(sound: Sound, channels: int) -> Sound:
    if isinstance(sound, Samples):
        return Samples(sound.rate_hz, in_channels(sound.data, channels))
    form = AudioFormat(sound.rate_hz, channels, sound.bits)
    length = round(_PIECE_SECONDS * sound.rate_hz)
    return ChunkedSound(
        form, sound.frames, length, lambda start, end: in_channels(sound.read(start, end), channels)
    )


def _at_rate(sound: Sound, rate_hz: int) -> Sound:
    conversion = _Conversion(sound, rate_hz)
    form = AudioFormat(rate_hz, sound.channels, sound.bits)
    return ChunkedSound(form, conversion.frames, conversion.piece_frames, conversion.make)


class _Conversion:
    """Converts a piece with what is around it; pieces begin where a frame of one rate is one of the other."""

    def __init__(self, sound: Sound, rate_hz: int) -> None:
        common = gcd(sound.rate_hz, rate_hz)
        self._up, self._down = rate_hz // common, sound.rate_hz // common
        self._sound = sound
        self._ratio = rate_hz / sound.rate_hz
        self._resample = _library().resample
        self._rounds = ceil(_REACH_FRAMES * max(1.0, 1 / self._ratio) / self._down)
        self.frames = -(-sound.frames * self._up // self._down)
        self.piece_frames = self._up * max(1, round(_PIECE_SECONDS * rate_hz / self._up))

    def make(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)`` of the new rate; ``start`` is at the beginning of a piece."""
        around = self._rounds * self._down
        first = start // self._up * self._down - around
        last = -(-end // self._up) * self._down + around
        inside = self._sound.read(first, last)
        values = np.pad(as_float(inside), ((max(-first, 0), max(last - self._sound.frames, 0)), (0, 0)))
        out = self._converted(values)
        skip = self._rounds * self._up
        return from_float(out[skip : skip + end - start], inside)

    def _converted(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        out: NDArray[np.float32] = self._resample(np.ascontiguousarray(values), self._ratio, _CONVERTER)
        return out.reshape(-1, values.shape[1])


def _library() -> Any:
    try:
        return importlib.import_module("samplerate")
    except ImportError as error:
        raise Unavailable(
            "No sound: this device does not take the clip's rate.",
            "Install samplerate, or choose another output device.",
        ) from error
