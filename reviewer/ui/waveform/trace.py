"""Reduces a clip to what is drawn: one min/max pair for each pixel, or the samples themselves."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import ReviewerError
from reviewer.ui.waveform.view_window import ViewWindow

if TYPE_CHECKING:
    from numpy.typing import NDArray


_QUIETEST_SHOWN = 1 / 16
_SAMPLES_BELOW_FRAMES_A_PIXEL = 1.0
_DOTS_FROM_PIXELS_A_FRAME = 8.0


@dataclass(frozen=True, slots=True)
class WaveformSource:
    """A clip as the waveform needs it; ``gain`` scales samples to -1 to 1 of a lane."""

    samples: Sound
    pyramid: PeakPyramid
    gain: float

    @property
    def frames(self) -> int:
        return self.samples.frames

    @property
    def channels(self) -> int:
        return self.samples.channels


@dataclass(frozen=True, slots=True)
class Trace:
    """One channel's line: x in pixels, y from -1 to 1 of a lane; ``clipped`` are the positions at full
    scale."""

    x: "NDArray[np.float64]"
    y: "NDArray[np.float64]"
    clipped: "NDArray[np.float64]"
    is_samples: bool
    has_dots: bool


def waveform_source(samples: Sound, pyramid: PeakPyramid) -> WaveformSource:
    """Chooses the gain: the loudest sample fills its lane, but gain is at most 24 dB."""
    loudest = 0.0
    if samples.frames:
        for channel in range(samples.channels):
            least, most = pyramid.columns(channel, 0.0, float(samples.frames), 1)
            loudest = max(loudest, -float(least[0]), float(most[0]))
    return WaveformSource(samples, pyramid, 1.0 / max(loudest, pyramid.full_scale * _QUIETEST_SHOWN))


def trace(source: WaveformSource, channel: int, window: ViewWindow, pixels: int) -> Trace:
    """A channel's line over a window ``pixels`` wide: at most two points for each pixel, whatever the length.

    Empty where the audio turns out to be damaged, as the far end of a long clip may be: playback reports why.
    """
    nothing = Trace(np.empty(0), np.empty(0), np.empty(0), is_samples=False, has_dots=False)
    if source.frames == 0:
        return nothing
    try:
        return _read(source, channel, window, pixels)
    except ReviewerError:
        return nothing


def _read(source: WaveformSource, channel: int, window: ViewWindow, pixels: int) -> Trace:
    if window.span / pixels < _SAMPLES_BELOW_FRAMES_A_PIXEL:
        return _samples(source, channel, window, pixels)
    least, most = source.pyramid.columns(channel, window.start, window.end, pixels, source.samples)
    y = np.empty(2 * pixels, dtype=np.float64)
    y[0::2] = least
    y[1::2] = most
    y *= source.gain
    middles = _middles(pixels)
    clipped = middles[0::2][_is_clipped(least) | _is_clipped(most)]
    return Trace(middles, y, clipped, is_samples=False, has_dots=False)


@lru_cache(maxsize=4)
def _middles(pixels: int) -> "NDArray[np.float64]":
    """The middle of each pixel, twice."""
    return np.repeat(np.arange(pixels, dtype=np.float64) + 0.5, 2)


def _samples(source: WaveformSource, channel: int, window: ViewWindow, pixels: int) -> Trace:
    first = max(math.floor(window.start) - 1, 0)
    last = min(math.ceil(window.end) + 1, source.frames)
    scale = pixels / window.span
    x = (np.arange(first, last, dtype=np.float64) - window.start) * scale
    values = source.samples.read(first, last)[:, channel]
    y = values.astype(np.float64) * source.gain
    return Trace(x, y, x[_is_clipped(values)], is_samples=True, has_dots=scale >= _DOTS_FROM_PIXELS_A_FRAME)


def _is_clipped(values: "NDArray[Any]") -> "NDArray[np.bool_]":
    """Where samples are at the last value of 16 or 24 bits, on either side."""
    limits = np.iinfo(values.dtype)
    step = 1 if values.dtype == np.int16 else 256  # the lowest byte of a 24-bit sample is empty
    return (values <= limits.min) | (values > limits.max - step)


def envelope(drawn: Trace, pixels: int) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """What the line between samples passes through within each column; the last sample is held.

    Returns:
        Minimum and maximum of each of ``pixels`` columns, -1 to 1; both empty for a trace without points.
    """
    if not drawn.is_samples:
        return drawn.y[0::2], drawn.y[1::2]
    borders = np.interp(np.arange(pixels + 1, dtype=np.float64), drawn.x, drawn.y)
    least, most = np.minimum(borders[:-1], borders[1:]), np.maximum(borders[:-1], borders[1:])
    inside = (drawn.x > 0) & (drawn.x < pixels)
    columns, values = drawn.x[inside].astype(np.intp), drawn.y[inside]
    np.minimum.at(least, columns, values)
    np.maximum.at(most, columns, values)
    return least, most
