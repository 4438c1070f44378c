"""Warnings about the quality of a clip's sound, as short sentences for the import report."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.samples import IntSamples
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
    ".sph": ("NIST",),
    ".m4a": ("MPEG-4",),
    ".mp4": ("MPEG-4",),
    ".mov": ("MPEG-4",),
    ".3gp": ("MPEG-4",),
    ".webm": ("WEBM",),
    ".mkv": ("WEBM",),
    ".mka": ("WEBM",),
    ".amr": ("AMR",),
    ".awb": ("AMR",),
    ".aac": ("AAC",),
    ".wma": ("WMA",),
}
_NAMES = {"WAVEX": "WAV", "OGG": "Ogg", "WEBM": "Matroska or WebM"}
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


class SoundWarnings:
    """Warnings about silence, clipping and a DC offset of a sound that comes in blocks.

    Silence: a swing of at most 2 steps of 16 bits; clipping: 0.01 % of samples at full scale; offset: 2 %.
    """

    def __init__(self, channels: int, *, bits: int) -> None:
        self._full = 32768.0 if bits == 16 else 2147483648.0
        self._ends = (-32768, 32767) if bits == 16 else (-(1 << 31), ((1 << 23) - 1) << 8)
        self._sums = np.zeros(channels)
        self._low, self._high = np.full(channels, np.inf), np.full(channels, -np.inf)
        self._frames, self._clipped = 0, 0

    def add(self, block: IntSamples) -> None:
        """The next samples, shape ``(frames, channels)``, at least one frame."""
        bottom, top = self._ends
        self._frames += block.shape[0]
        for channel in range(block.shape[1]):
            values: NDArray[Any] = np.ascontiguousarray(
                block[:, channel]
            )  # three passes cost more than one copy
            low, high = int(values.min()), int(values.max())
            if high >= top or low <= bottom:
                self._clipped += int(np.count_nonzero(values >= top) + np.count_nonzero(values <= bottom))
            self._sums[channel] += values.sum(dtype=np.float64)
            self._low[channel] = min(self._low[channel], low)
            self._high[channel] = max(self._high[channel], high)

    def notices(self) -> tuple[Notice, ...]:
        """The warnings; for at least one frame."""
        means, notes = self._sums / self._frames, []
        if _is_silent(means, self._low, self._high, self._full):
            notes.append(Notice("AUDIO_SILENT"))
        clipped = self._clipped / (self._frames * self._sums.size)
        if clipped >= _CLIPPED_SHARE:
            notes.append(Notice("AUDIO_CLIPPED", {"percent": 100 * clipped}))
        offset = float(means[np.argmax(np.abs(means))]) / self._full
        if abs(offset) >= _OFFSET:
            notes.append(Notice("AUDIO_DC_OFFSET", {"offset": offset}))
        return tuple(notes)


def _is_silent(
    means: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], full: float
) -> bool:
    swing = np.maximum(high - means, means - low).max()
    return bool(swing <= _SILENT * full)
