"""Warnings about the quality of a clip's sound, as short sentences for the import report."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.samples import Samples, full_scale
from reviewer.errors import Notice

_CLIPPED_SHARE = 0.0001
_OFFSET = 0.02
_SILENT = 2.0 / 32768
_EXTENSIONS: dict[str, tuple[str, ...]] = {
    ".wav": ("WAV", "WAVEX", "RF64", "W64", "NIST"),
    ".wave": ("WAV", "WAVEX", "RF64"),
    ".flac": ("FLAC",),
    ".mp3": ("MP3",),
    ".ogg": ("OGG", "OPUS"),
    ".oga": ("OGG", "OPUS"),
    ".opus": ("OGG", "OPUS"),
    ".aif": ("AIFF",),
    ".aiff": ("AIFF",),
    ".aifc": ("AIFF",),
    ".caf": ("CAF",),
    ".au": ("AU",),
    ".snd": ("AU",),
    ".w64": ("W64",),
    ".voc": ("VOC",),
}
_NAMES = {"WAVEX": "WAV", "OGG": "Ogg"}
_KNOWN = {name for names in _EXTENSIONS.values() for name in names}


def warn_about_name(extension: str, container: str) -> tuple[Notice, ...]:
    """A warning if extension and content differ; the rest of the name is ignored."""
    expected = _EXTENSIONS.get(extension.lower())
    if expected is None or container in expected:
        return ()
    named = extension.lower()
    if container not in _KNOWN:
        return (Notice("AUDIO_NAMED_OTHERWISE", {"extension": named}),)
    found = _NAMES.get(container, container)
    return (Notice("AUDIO_NAMED_AS_ANOTHER_FORMAT", {"extension": named, "container": found}),)


def warn_about_sound(samples: Samples) -> tuple[Notice, ...]:
    """Warnings about silence, clipping and a DC offset; for at least one frame.

    Silence: a swing of at most 2 steps of 16 bits; clipping: 0.01 % of samples at full scale; offset: 2 %.
    """
    full = float(full_scale(samples.data.dtype))
    means, low, high = np.array([_mean_and_ends(samples.data[:, one]) for one in range(samples.channels)]).T
    notes = []
    if _is_silent(means, low, high, full):
        notes.append(Notice("AUDIO_SILENT"))
    clipped = _clipped_share(samples)
    if clipped >= _CLIPPED_SHARE:
        notes.append(Notice("AUDIO_CLIPPED", {"percent": 100 * clipped}))
    offset = float(means[np.argmax(np.abs(means))]) / full
    if abs(offset) >= _OFFSET:
        notes.append(Notice("AUDIO_DC_OFFSET", {"offset": offset}))
    return tuple(notes)


def _mean_and_ends(channel: NDArray[Any]) -> tuple[float, float, float]:
    values = np.ascontiguousarray(channel)  # three passes over every other sample cost more than one copy
    return float(values.mean(dtype=np.float64)), float(values.min()), float(values.max())


def _is_silent(
    means: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], full: float
) -> bool:
    swing = np.maximum(high - means, means - low).max()
    return bool(swing <= _SILENT * full)


def _clipped_share(samples: Samples) -> float:
    """The share of samples at full scale."""
    bottom, top = (-32768, 32767) if samples.bits == 16 else (-(1 << 31), ((1 << 23) - 1) << 8)
    at_full = np.count_nonzero(samples.data >= top) + np.count_nonzero(samples.data <= bottom)
    return float(at_full) / samples.data.size
