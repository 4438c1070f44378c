"""Warnings about the quality of a clip's sound, as short sentences for the import report."""

from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.audio.samples import IntSamples
from reviewer.errors import Notice

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
        self._sums, self._lows, self._highs = [0] * channels, [0] * channels, [0] * channels
        self._frames, self._clipped = 0, 0

    def add(self, block: IntSamples) -> None:
        """The next samples, shape ``(frames, channels)``, at least one frame."""
        bottom, top = self._ends
        frames = block.shape[0]
        # 2**16 values of 16 bits fit into 32, where adding them takes half the time
        wide = np.int32 if block.dtype == np.int16 and frames <= 1 << 16 else np.int64
        for channel in range(block.shape[1]):
            values: NDArray[Any] = np.ascontiguousarray(
                block[:, channel]
            )  # three passes cost more than one copy
            low, high = int(values.min()), int(values.max())
            if high >= top or low <= bottom:
                self._clipped += int(np.count_nonzero(values >= top) + np.count_nonzero(values <= bottom))
            self._sums[channel] += int(values.sum(dtype=wide))
            self._lows[channel] = min(self._lows[channel], low) if self._frames else low
            self._highs[channel] = max(self._highs[channel], high) if self._frames else high
        self._frames += frames

    def notices(self) -> tuple[Notice, ...]:
        """The warnings; for at least one frame."""
        means, notes = [sum_ / self._frames for sum_ in self._sums], []
        swings = [
            max(high - mean, mean - low)
            for mean, low, high in zip(means, self._lows, self._highs, strict=True)
        ]
        if max(swings) <= _SILENT * self._full:
            notes.append(Notice("AUDIO_SILENT"))
        clipped = self._clipped / (self._frames * len(means))
        if clipped >= _CLIPPED_SHARE:
            notes.append(Notice("AUDIO_CLIPPED", {"percent": 100 * clipped}))
        offset = max(means, key=abs) / self._full
        if abs(offset) >= _OFFSET:
            notes.append(Notice("AUDIO_DC_OFFSET", {"offset": offset}))
        return tuple(notes)
