"""Time stretch: slower and faster speech at the same pitch, rendered window by window."""

import importlib
import time
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import FADE_SECONDS, apply_fade, fade_in_weights
from reviewer.audio.dsp.limiter import lookahead_frames, smoothly_held
from reviewer.audio.samples import IntSamples, Sound, as_float, concatenated, from_float
from reviewer.errors import Unavailable

_WINDOW_SECONDS = 1.0
_REACH_SECONDS = 0.25
_OVERLAP_SECONDS = 0.15
_FADE_SECONDS = 0.02
_REST_SECONDS = 0.001
_SEED = 1
_STEP_MARGIN = 0.97
"""A margin for rounding and for the joins of windows."""
_MOST_DECLICK_ROUNDS = 4


class TimeStretch(Protocol):
    """A sound at another speed, rendered in windows, in any order; ``frames`` long.

    Window ``k`` is the frames from ``edge(k)`` to ``edge(k + 1)``.
    """

    @property
    def frames(self) -> int: ...

    @property
    def windows(self) -> int:
        """How many windows there are."""

    def window_at(self, frame: int) -> int:
        """The window that contains this frame; the last one at the end."""

    def edge(self, window: int) -> int:
        """The first frame of a window; the end of the sound after the last one."""

    def render_window(self, window: int) -> IntSamples:
        """One window, and perhaps a tail after it, to be ``cross_faded`` into the next one."""


class SignalsmithStretch:
    """A sound at ``percent`` of its speed by Signalsmith Stretch (python-stretch); a ``TimeStretch``.

    The library renders exactly the requested length and keeps times to about 1 ms. It holds the GIL, so not
    even the device's thread runs meanwhile; therefore it gets a second at a time, with some context, and the
    windows are joined by short cross-fades at quiet places. Only what a window needs is read.

    It does not click: within a window no step between samples is larger than the largest one of the clip's
    sound in and around it (the library alone makes steps up to a third larger), and the whole begins and
    ends with a fade of 5 ms, because it does not begin at the clip's first sample value.
    """

    def __init__(self, sound: Sound, percent: int) -> None:
        """Prepare; nothing is rendered yet.

        Raises:
            Unavailable: the library is not installed here.
        """
        self._library = _library()
        self._sound = sound
        self._percent = percent
        self._window_frames = round(_WINDOW_SECONDS * sound.rate_hz)
        self._edges: dict[int, int] = {}
        self.frames = out_frames(sound.frames, percent)
        self.windows = _count(sound.frames, self._window_frames)

    def window_at(self, frame: int) -> int:
        near = frame * self._percent // 100 // self._window_frames
        window = max(min(near + 1, self.windows - 1), 0)
        while window > 0 and self.edge(window) > frame:
            window -= 1
        return window

    def edge(self, window: int) -> int:
        return out_frames(self._clip_edge(window), self._percent)

    def render_window(self, window: int) -> IntSamples:
        overlap = round(_OVERLAP_SECONDS * self._sound.rate_hz)
        begin = max(0, self._clip_edge(window) - overlap)
        end = min(self._sound.frames, self._clip_edge(window + 1) + overlap)
        read = self._sound.read(begin, end)
        sound = from_float(self._run(as_float(read)), read)
        offset = out_frames(begin, self._percent)
        start, stop = self.edge(window), self.edge(window + 1)
        lacking = stop - offset - sound.shape[0]
        if lacking > 0:  # the library rounds down; playback would wait forever for a missing frame
            sound = concatenated([sound, np.zeros_like(read[:lacking])])
        tail = min(stop + self._fade_frames, offset + sound.shape[0], self.frames)
        return self._with_outer_fades(sound[start - offset : tail - offset], start)

    @property
    def _fade_frames(self) -> int:
        return max(1, round(_FADE_SECONDS * self._sound.rate_hz * 100 / min(self._percent, 50)))

    def _clip_edge(self, window: int) -> int:
        """The border of windows: the quietest frame near each multiple of the window."""
        if not 0 < window < self.windows:
            return 0 if window <= 0 else self._sound.frames
        if window not in self._edges:
            self._edges[window] = self._quietest(window * self._window_frames)
        return self._edges[window]

    def _quietest(self, near: int) -> int:
        reach = round(_REACH_SECONDS * self._sound.rate_hz)
        width = max(1, round(_FADE_SECONDS * self._sound.rate_hz))
        around = np.abs(self._sound.read(near - reach, near + reach).astype(np.float32)).sum(axis=1)
        sums = np.concatenate(([0.0], np.cumsum(around, dtype=np.float64)))
        loudness = sums[width:] - sums[:-width]
        return near - reach + int(loudness.argmin())

    def _with_outer_fades(self, made: IntSamples, start: int) -> IntSamples:
        """Fades the beginning and the end of the whole, if the window contains them."""
        up = fade_in_weights(round(FADE_SECONDS * self._sound.rate_hz))
        apply_fade(made, start, up, 0)
        apply_fade(made, start, up[::-1], self.frames - up.shape[0])
        return made

    def _run(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        stretch = self._library.Stretch(_SEED)
        stretch.preset(values.shape[1], float(self._sound.rate_hz))
        stretch.setTimeFactor(self._percent / 100)
        result: NDArray[np.float32] = stretch.process(np.ascontiguousarray(values.T)).T
        time.sleep(_REST_SECONDS)  # lets the device's thread in; a sleep of 0 does not
        return declicked(result, self._sound.rate_hz, largest_step(values))


def cross_faded(tail: IntSamples, data: IntSamples) -> IntSamples:
    """``data`` with the previous window's ``tail`` faded out and its own beginning faded in.

    Rounded towards zero, so that the sum never overflows.
    """
    frames = min(tail.shape[0], data.shape[0])
    if not frames:
        return data
    weights = (np.arange(1, frames + 1) / (frames + 1))[:, None]
    out = data.copy()
    out[:frames] = np.trunc(data[:frames] * weights).astype(data.dtype)
    out[:frames] += np.trunc(tail[:frames] * (1 - weights)).astype(data.dtype)
    return out


def largest_step(values: NDArray[np.float32]) -> float:
    """The largest difference of two consecutive samples, in any channel; shape ``(frames, channels)``."""
    return float(np.abs(np.diff(values, axis=0)).max(initial=0.0))


def declicked(values: NDArray[np.float32], rate_hz: int, most: float) -> NDArray[np.float32]:
    """The sound, attenuated around each step that is larger than ``most``, as little as possible.

    The gain of all channels falls and recovers within 10 ms on each side, like the limiter's; without such a
    step the values are returned unchanged. A changing gain makes steps of its own, so this is repeated a few
    times at most.

    Args:
        values: float, shape ``(frames, channels)``.
        rate_hz: their rate.
        most: the largest difference of two consecutive samples that may remain.
    """
    for _ in range(_MOST_DECLICK_ROUNDS):
        steps = np.abs(np.diff(values, axis=0)).max(axis=1, initial=0.0).astype(np.float64)
        if not steps.size or steps.max() <= most * _STEP_MARGIN or steps.max() == 0:
            break
        reduction = 1 - most * _STEP_MARGIN / np.maximum(steps, most * _STEP_MARGIN)
        both = np.maximum(np.append(reduction, 0.0), np.insert(reduction, 0, 0.0))  # a step has two ends
        gain = 1 - smoothly_held(both, lookahead_frames(rate_hz))
        values = (values * gain[:, None]).astype(np.float32)
    return values


def out_frames(frames: int, percent: int) -> int:
    """The length of a clip of ``frames`` at ``percent`` of its speed."""
    return (frames * 100 + percent // 2) // percent


def _library() -> Any:
    try:
        return importlib.import_module("python_stretch").Signalsmith
    except ImportError as error:
        raise Unavailable("STRETCH_NOT_INSTALLED") from error


def _count(frames: int, window_frames: int) -> int:
    """The number of windows; the last one is 0.5 to 1.5 times as long as the others."""
    if frames == 0:
        return 0
    return 1 + max(0, -(-(frames - window_frames // 2 - window_frames) // window_frames))
