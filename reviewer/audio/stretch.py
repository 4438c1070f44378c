"""Slower and faster speech at the same pitch, made before it is played."""

import importlib
import time
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.samples import IntSamples, Samples, as_float, from_float
from reviewer.errors import Unavailable

_WINDOW_SECONDS = 4.0
_OVERLAP_SECONDS = 0.15
_FADE_SECONDS = 0.02
_SEED = 1


def stretched(samples: Samples, percent: int) -> IntSamples:
    """The clip at ``percent`` of its speed: same type, ``out_frames`` frames, same channels.

    Signalsmith Stretch (python-stretch) gives this length and keeps times to about 1 ms. It lets no other
    Python thread run, the sound's neither; so a long clip is done in windows of a few seconds, joined by
    short fades at quiet places.

    Raises:
        Unavailable: the library is not installed here.
    """
    library = _library()
    if samples.frames == 0:
        return samples.data
    edges = _edges(samples)
    out = np.zeros((out_frames(samples.frames, percent), samples.channels), dtype=samples.data.dtype)
    fade = max(1, round(_FADE_SECONDS * samples.rate_hz * 100 / percent))
    for begin, end in pairwise(edges):
        _place(out, samples, (begin, end), percent, fade, library)
        time.sleep(0)
    return out


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
    """Where windows meet: near each multiple of the window, at the quietest place within half a second."""
    window, reach = round(_WINDOW_SECONDS * samples.rate_hz), max(1, samples.rate_hz // 2)
    edges = [0]
    for near in range(window, samples.frames - window // 2, window):
        around = np.abs(samples.data[near - reach : near + reach].astype(np.int64)).sum(axis=1)
        width = max(1, round(_FADE_SECONDS * samples.rate_hz))
        loudness = np.convolve(around, np.ones(width), "valid")
        edges.append(near - reach + int(loudness.argmin()) + width // 2)
    return [*edges, samples.frames]


def _place(
    out: IntSamples, samples: Samples, span: tuple[int, int], percent: int, fade: int, library: Any
) -> None:
    """Stretch one window with some sound around it and lay it into ``out``, faded in over what is there."""
    overlap = round(_OVERLAP_SECONDS * samples.rate_hz)
    begin, end = max(0, span[0] - overlap), min(samples.frames, span[1] + overlap)
    sound = from_float(_run(as_float(samples.data[begin:end]), samples.rate_hz, percent, library), out)
    first = out_frames(begin, percent)
    start = out_frames(span[0], percent)
    stop = min(
        out_frames(span[1], percent) + (fade if end > span[1] else 0), out.shape[0], first + sound.shape[0]
    )
    piece = sound[start - first : stop - first].copy()
    if span[0] > 0:
        width = min(fade, piece.shape[0])
        rise = (np.arange(1, width + 1, dtype=np.float64) / (width + 1))[:, None]
        piece[:width] = np.rint(out[start : start + width] * (1 - rise) + piece[:width] * rise)
    out[start:stop] = piece


def _run(values: NDArray[np.float32], rate_hz: int, percent: int, library: Any) -> NDArray[np.float32]:
    stretch = library.Stretch(_SEED)
    stretch.preset(values.shape[1], float(rate_hz))
    stretch.setTimeFactor(percent / 100)
    result: NDArray[np.float32] = stretch.process(np.ascontiguousarray(values.T)).T
    return result
