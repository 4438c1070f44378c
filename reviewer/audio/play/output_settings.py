"""Output settings: loudness matching, gain and channels. They never affect an export."""

from dataclasses import dataclass, field, replace
from math import log10
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.block_cache import RenderedSound
from reviewer.audio.dsp.limiter import compressor_gain_db, lookahead_frames, peaks_limited
from reviewer.audio.dsp.loudness import Loudness, step_frames, step_powers
from reviewer.audio.samples import IntSamples, Sound, as_float, format_of, from_float

TARGET_LUFS = -20.0
"""Loud enough for headphones in an office; with 19 dB of headroom, speech never meets the limiter."""
SHOUT_LU = 6.0
"""How far above the target level a passage may be before the compressor lowers it."""
LEAST_LEVEL_DB, MOST_LEVEL_DB = -20.0, 24.0
LEAST_GAIN_DB, MOST_GAIN_DB = -20, 20

_BOTH_SIDES_LU = 10 * log10(2)
_STEPS_PER_BLOCK = 20


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """A listener's settings, applied between clip and device; the clip is not changed.

    ``muted`` are the clip's own channels, from 0, whether swapped or not. ``is_mono`` plays the mean of
    the unmuted channels on both sides. The gain is in whole decibels.
    """

    is_levelled: bool = False
    gain_db: int = 0
    muted: frozenset[int] = field(default_factory=frozenset)
    is_swapped: bool = False
    is_mono: bool = False

    def with_gain(self, decibels: int) -> "OutputSettings":
        """A copy with this gain, limited to -20 to 20 dB."""
        return replace(self, gain_db=max(LEAST_GAIN_DB, min(MOST_GAIN_DB, decibels)))

    def solo(self, channel: int | None, channels: int) -> "OutputSettings":
        """A copy with only one of a clip's channels, or with all."""
        muted = () if channel is None else (each for each in range(channels) if each != channel)
        return replace(self, muted=frozenset(muted))

    def soloed(self, channels: int) -> int | None:
        """The only unmuted channel of a clip with several; None if there is no such channel."""
        audible = self._audible(channels)
        return audible[0] if len(audible) == 1 and channels > 1 else None

    def next_solo(self, channels: int) -> "OutputSettings":
        """A copy with the next of: all channels, only the first, only the second..., all."""
        now = self.soloed(channels)
        following = 0 if now is None else now + 1
        return self.solo(following if 1 < channels > following else None, channels)

    def for_new_clip(self) -> "OutputSettings":
        """The settings for the next clip: mute and swap belong to one clip only."""
        return replace(self, muted=frozenset(), is_swapped=False)

    def level_db(self, loudness: Loudness | None) -> float:
        """The gain of loudness matching, -20 to 24 dB; 0 if off, not measured yet, or for silence."""
        heard = self.heard_lufs(loudness) if self.is_levelled and loudness is not None else None
        return 0.0 if heard is None else max(LEAST_LEVEL_DB, min(MOST_LEVEL_DB, TARGET_LUFS - heard))

    def heard_lufs(self, loudness: Loudness) -> float | None:
        """Loudness of the mix; a single channel on both sides is as loud as two. None for silence."""
        channels = len(loudness.channels)
        audible = self._audible(channels)
        if len(audible) == channels:
            heard = loudness.whole
        else:
            levels = [level for each in audible if (level := loudness.channels[each]) is not None]
            heard = 10 * log10(sum(10 ** (level / 10) for level in levels)) if levels else None
        is_doubled = len(audible) == 1 and (self.is_mono or channels == 1)
        return heard + _BOTH_SIDES_LU if heard is not None and is_doubled else heard

    def mix_matrix(self, channels: int) -> NDArray[np.float32]:
        """The weight of each channel of the clip (row) in each output channel, ``(channels, channels)``."""
        audible = self._audible(channels)
        mix = np.zeros((channels, channels), dtype=np.float32)
        if self.is_mono and audible:
            mix[audible] = 1 / len(audible)
        else:
            mix[audible, audible] = 1
        if self.is_swapped and channels > 1:
            mix[:, [0, 1]] = mix[:, [1, 0]]
        return mix

    def _audible(self, channels: int) -> list[int]:
        return [each for each in range(channels) if each not in self.muted]


def processed(sound: Sound, settings: OutputSettings, loudness: Loudness | None) -> Sound:
    """The sound with these settings applied; the same object if they change nothing.

    It has the clip's format and length, and is rendered on demand. With loudness matching, or a gain above
    0 dB, the limiter keeps every sample within ``limiter.CEILING``. Loudness matching needs ``loudness``.
    """
    has_level = settings.is_levelled and loudness is not None and settings.heard_lufs(loudness) is not None
    mix = settings.mix_matrix(sound.channels)
    if not (has_level or settings.gain_db) and (mix == np.eye(sound.channels)).all():
        return sound
    mixer = _MonitorMixer(
        sound,
        mix if sound.channels > 1 or settings.muted else None,
        settings.gain_db,
        settings.level_db(loudness) if has_level else None,
    )
    block_frames = _STEPS_PER_BLOCK * step_frames(sound.rate_hz)
    return RenderedSound(format_of(sound), sound.frames, block_frames, mixer.render)


class _MonitorMixer:
    """Renders blocks of a sound: channels mixed, gains applied, shouts compressed, peaks limited."""

    def __init__(
        self, sound: Sound, mix: NDArray[np.float32] | None, gain_db: float, level_db: float | None
    ) -> None:
        self._sound = sound
        self._mix = mix
        self._gain_db = gain_db
        self._level_db = level_db
        self._step_frames = step_frames(sound.rate_hz)
        steps = -(-sound.frames // self._step_frames) if level_db is not None else 0
        self._powers = np.full(steps, np.nan)
        self._lock = Lock()

    def render(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``; ``start`` is at the beginning of a step."""
        around = 2 * lookahead_frames(self._sound.rate_hz)
        low, high = max(start - around, 0), min(end + around, self._sound.frames)
        read = self._sound.read(low, high)
        values = as_float(read) if self._mix is None else as_float(read) @ self._mix
        gain_db = self._gain_db + (self._level_db or 0.0)
        if gain_db:
            values = values * np.float32(10 ** (gain_db / 20))
        if self._level_db is not None:
            curve = self._compressor_curve_db(start, end, low, high)
            if curve.any():
                values = values * (10 ** (curve / 20)).astype(np.float32)[:, None]
        if self._level_db is None and self._gain_db <= 0:
            return from_float(values[start - low : end - low], read)
        return from_float(peaks_limited(values, self._sound.rate_hz, start - low, end - start), read)

    def _compressor_curve_db(self, start: int, end: int, low: int, high: int) -> NDArray[np.float64]:
        """The compressor's gain at each frame ``[low, high)``, linear in dB between the steps' middles."""
        first, last = start // self._step_frames - 1, -(-end // self._step_frames) + 1
        threshold_lufs = TARGET_LUFS + SHOUT_LU - (self._level_db or 0.0)
        middles = (np.arange(first, last) + 0.5) * self._step_frames
        curve = compressor_gain_db(self._read_powers, first, last, threshold_lufs)
        return np.interp(np.arange(low, high), middles, curve) if curve.any() else np.zeros(high - low)

    def _read_powers(self, first: int, last: int) -> NDArray[np.float64]:
        """Powers of steps, each computed once; 0 outside the sound."""
        inside = slice(max(first, 0), max(min(last, self._powers.shape[0]), 0))
        with self._lock:
            known = self._powers[inside]
            missing = np.flatnonzero(np.isnan(known))
            if missing.size:
                begin, end = inside.start + missing[0], inside.start + missing[-1] + 1
                self._powers[begin:end] = self._measured(begin, end)
            powers = np.zeros(last - first)
            powers[inside.start - first : inside.stop - first] = self._powers[inside]
        return powers

    def _measured(self, begin: int, end: int) -> NDArray[np.float64]:
        read = self._sound.read(begin * self._step_frames, end * self._step_frames)
        values = as_float(read) if self._mix is None else as_float(read) @ self._mix
        missing = (end - begin) * self._step_frames - values.shape[0]
        steps = step_powers(np.pad(values, ((0, missing), (0, 0))), self._sound.rate_hz)
        power: NDArray[np.float64] = steps.sum(axis=1) * (2 if self._sound.channels == 1 else 1)
        return power
