"""Slower and faster speech at the same pitch, window by window, so that it can be played soon."""

import importlib
import time
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.samples import IntSamples, Samples, as_float, from_float
from reviewer.errors import Unavailable

_WINDOW_SECONDS = 1.0
_REACH_SECONDS = 0.25
_OVERLAP_SECONDS = 0.15
_FADE_SECONDS = 0.02
_REST_SECONDS = 0.001
_SEED = 1


class Speed(Protocol):
    """A clip at another speed, made in windows, in any order.

    ``data`` is the sound, silent where it is not made yet. Window ``k`` is ``data[edges[k]:edges[k + 1]]``;
    it is complete when it and the one before it are made.
    """

    data: IntSamples
    edges: tuple[int, ...]

    def make(self, window: int) -> None:
        """Make one window; once."""


class Stretched:
    """A clip at ``percent`` of its speed by Signalsmith Stretch (python-stretch); a ``Speed``.

    The library gives exactly the length asked for and keeps times to about 1 ms. It lets no other Python
    thread run meanwhile, the sound's neither; so it gets a second at a time, with some sound around it, and
    the pieces are joined by short fades where it is quiet.
    """

    def __init__(self, samples: Samples, percent: int) -> None:
        """Prepare; nothing is made yet.

        Raises:
            Unavailable: the library is not installed here.
        """
        self._library = _library()
        self._samples = samples
        self._percent = percent
        self._clip_edges = _edges(samples)
        self.edges = tuple(out_frames(edge, percent) for edge in self._clip_edges)
        self.data: IntSamples = np.zeros((self.edges[-1], samples.channels), dtype=samples.data.dtype)

    def make(self, window: int) -> None:
        overlap = round(_OVERLAP_SECONDS * self._samples.rate_hz)
        begin = max(0, self._clip_edges[window] - overlap)
        end = min(self._samples.frames, self._clip_edges[window + 1] + overlap)
        sound = from_float(self._run(as_float(self._samples.data[begin:end])), self.data)
        offset = out_frames(begin, self._percent)
        start, stop = self.edges[window], self.edges[window + 1]
        tail = min(stop + self._fade_frames, offset + sound.shape[0], self.data.shape[0])
        piece = sound[start - offset : tail - offset].copy()
        if window > 0:
            _fade(piece[: self._fade_frames], self._fade_frames, falling=False)
        if window + 2 < len(self.edges):
            _fade(piece[stop - start :], self._fade_frames, falling=True)
        self.data[start:tail] += piece

    @property
    def _fade_frames(self) -> int:
        return max(1, round(_FADE_SECONDS * self._samples.rate_hz * 100 / self._percent))

    def _run(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        stretch = self._library.Stretch(_SEED)
        stretch.preset(values.shape[1], float(self._samples.rate_hz))
        stretch.setTimeFactor(self._percent / 100)
        result: NDArray[np.float32] = stretch.process(np.ascontiguousarray(values.T)).T
        time.sleep(_REST_SECONDS)  # lets the sound's thread in; a sleep of 0 does not
        return result


def stretched(samples: Samples, percent: int) -> IntSamples:
    """The whole clip at ``percent`` of its speed: same type and channels, ``out_frames`` frames.

    Raises:
        Unavailable: the library is not installed here.
    """
    speed = Stretched(samples, percent)
    for window, _ in enumerate(pairwise(speed.edges)):
        speed.make(window)
    return speed.data


def out_frames(frames: int, percent: int) -> int:
    """How long a clip of ``frames`` is at ``percent`` of its speed."""
    return (frames * 100 + percent // 2) // percent


def _library() -> Any:
    try:
        return importlib.import_module("python_stretch").Signalsmith
    except ImportError as error:
        raise Unavailable(
            "Only normal speed: the library that changes speed is not installed here.",
            "Install python-stretch, where it has a build for this machine.",
        ) from error


def _edges(samples: Samples) -> list[int]:
    """Where windows meet: at the quietest place near each multiple of the window."""
    if samples.frames == 0:
        return [0]
    window, reach = round(_WINDOW_SECONDS * samples.rate_hz), round(_REACH_SECONDS * samples.rate_hz)
    width = max(1, round(_FADE_SECONDS * samples.rate_hz))
    edges = [0]
    for near in range(window, samples.frames - window // 2, window):
        around = np.abs(samples.data[near - reach : near + reach].astype(np.float32)).sum(axis=1)
        sums = np.concatenate(([0.0], np.cumsum(around, dtype=np.float64)))
        loudness = sums[width:] - sums[:-width]
        edges.append(near - reach + int(loudness.argmin()))
    return [*edges, samples.frames]


def _fade(piece: IntSamples, frames: int, *, falling: bool) -> None:
    """Weigh a piece of at most ``frames`` frames in place; a rising and a falling weight add up to one.

    Rounded towards zero, so that the sum of two never leaves the type.
    """
    weights = (np.arange(1, piece.shape[0] + 1) / (frames + 1))[:, None]
    piece[:] = np.trunc(piece * (1 - weights if falling else weights))
