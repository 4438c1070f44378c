"""What one person's ears are given: level, gain, channels. Never part of an export."""

from dataclasses import dataclass, field, replace
from math import log10
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.chunked_sound import ChunkedSound
from reviewer.audio.dsp.compressor import gain_curve_db
from reviewer.audio.dsp.limiter import limited, reach_frames
from reviewer.audio.dsp.loudness import Loudness, step_frames, step_powers
from reviewer.audio.io.device import AudioFormat
from reviewer.audio.samples import IntSamples, Sound, as_float, from_float

TARGET_LUFS = -20.0
"""Loud enough for headphones in an office; with 19 dB left to the ceiling, plain speech meets no limiter."""
SHOUT_LU = 6.0
"""How far above its level a clip may be for a moment before it is brought down."""
LEAST_LEVEL_DB, MOST_LEVEL_DB = -20.0, 24.0
LEAST_GAIN_DB, MOST_GAIN_DB = -20, 20

_BOTH_EARS_LU = 10 * log10(2)
_STEPS_A_PIECE = 20


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """A listener's choices; they lie between the clip and the device, and change nothing of the clip.

    ``muted`` are the clip's own channels, from 0, whether swapped or not. ``is_mono`` gives both ears the
    mean of those that are not muted.
    """

    is_levelled: bool = False
    gain_db: int = 0
    muted: frozenset[int] = field(default_factory=frozenset)
    is_swapped: bool = False
    is_mono: bool = False

    def with_gain(self, decibels: int) -> "OutputSettings":
        """The same with this gain, cut to what there is."""
        return replace(self, gain_db=max(LEAST_GAIN_DB, min(MOST_GAIN_DB, decibels)))

    def solo(self, channel: int | None, channels: int) -> "OutputSettings":
        """The same with only one of a clip's channels, or with all of them."""
        muted = () if channel is None else (each for each in range(channels) if each != channel)
        return replace(self, muted=frozenset(muted))

    def soloed(self, channels: int) -> int | None:
        """The only channel that is heard of a clip with more than one; None if it is not one."""
        audible = self._audible(channels)
        return audible[0] if len(audible) == 1 and channels > 1 else None

    def next_solo(self, channels: int) -> "OutputSettings":
        """All channels, only the first, only the second..., all."""
        now = self.soloed(channels)
        following = 0 if now is None else now + 1
        return self.solo(following if 1 < channels > following else None, channels)

    def for_new_clip(self) -> "OutputSettings":
        """What is kept for the next clip: mute and swap belong to the clip they were chosen for."""
        return replace(self, muted=frozenset(), is_swapped=False)

    def level_db(self, loudness: Loudness | None) -> float:
        """What the level adds to a clip: 0 where it is off, not measured, or of silence."""
        heard = self._loudness(loudness) if self.is_levelled and loudness is not None else None
        return 0.0 if heard is None else max(LEAST_LEVEL_DB, min(MOST_LEVEL_DB, TARGET_LUFS - heard))

    def applied(self, sound: Sound, loudness: Loudness | None) -> Sound:
        """The sound as these ears get it; the very same one if nothing is asked for.

        Of the clip's own form and length, worked out where it is read. With level or more gain the limiter
        keeps it at most at ``limiter.CEILING``. Until ``loudness`` is known there is no level.
        """
        level = self.is_levelled and loudness is not None and self._loudness(loudness) is not None
        mix = self._mix(sound.channels)
        if not (level or self.gain_db) and (mix == np.eye(sound.channels)).all():
            return sound
        work = _Work(
            sound,
            mix if sound.channels > 1 or self.muted else None,
            self.gain_db,
            self.level_db(loudness) if level else None,
        )
        form = AudioFormat(sound.rate_hz, sound.channels, sound.bits)
        return ChunkedSound(form, sound.frames, _STEPS_A_PIECE * step_frames(sound.rate_hz), work.make)

    def _audible(self, channels: int) -> list[int]:
        return [each for each in range(channels) if each not in self.muted]

    def _loudness(self, loudness: Loudness) -> float | None:
        """Of what is heard; a single channel that both ears get is as loud as two."""
        channels = len(loudness.channels)
        audible = self._audible(channels)
        if len(audible) == channels:
            heard = loudness.whole
        else:
            levels = [level for each in audible if (level := loudness.channels[each]) is not None]
            heard = 10 * log10(sum(10 ** (level / 10) for level in levels)) if levels else None
        is_doubled = len(audible) == 1 and (self.is_mono or channels == 1)
        return heard + _BOTH_EARS_LU if heard is not None and is_doubled else heard

    def _mix(self, channels: int) -> NDArray[np.float32]:
        """What each channel gives to each, shape ``(channels, channels)``."""
        audible = self._audible(channels)
        mix = np.zeros((channels, channels), dtype=np.float32)
        if self.is_mono and audible:
            mix[audible] = 1 / len(audible)
        else:
            mix[audible, audible] = 1
        if self.is_swapped and channels > 1:
            mix[:, [0, 1]] = mix[:, [1, 0]]
        return mix


class _Work:
    """Makes pieces of a sound: mixed, brought to its level, shouts and peaks brought down."""

    def __init__(
        self, sound: Sound, mix: NDArray[np.float32] | None, gain_db: float, level_db: float | None
    ) -> None:
        self._sound = sound
        self._mix = mix
        self._gain_db = gain_db
        self._level_db = level_db
        self._step = step_frames(sound.rate_hz)
        self._powers = (
            np.full(-(-sound.frames // self._step), np.nan) if level_db is not None else np.zeros(0)
        )
        self._lock = Lock()

    def make(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``; ``start`` is at the beginning of a step."""
        around = 2 * reach_frames(self._sound.rate_hz)
        low, high = max(start - around, 0), min(end + around, self._sound.frames)
        whole = self._sound.read(low, high)
        values = self._mixed(as_float(whole))
        gain_db = self._gain_db + (self._level_db or 0.0)
        if gain_db:
            values = values * np.float32(10 ** (gain_db / 20))
        if self._level_db is not None:
            curve = self._curve_db(start, end, low, high)
            if curve.any():
                values = values * (10 ** (curve / 20)).astype(np.float32)[:, None]
        if self._level_db is None and self._gain_db <= 0:
            return from_float(values[start - low : end - low], whole)
        return from_float(limited(values, self._sound.rate_hz, start - low, end - start), whole)

    def _mixed(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        return values if self._mix is None else values @ self._mix

    def _curve_db(self, start: int, end: int, low: int, high: int) -> NDArray[np.float64]:
        """What a shout is lowered by, of each frame ``[low, high)``; straight between the steps' middles."""
        first, last = start // self._step - 1, -(-end // self._step) + 1
        allowed = TARGET_LUFS + SHOUT_LU - (self._level_db or 0.0)
        middles = (np.arange(first, last) + 0.5) * self._step
        curve = gain_curve_db(self._read_powers, first, last, allowed)
        return np.interp(np.arange(low, high), middles, curve) if curve.any() else np.zeros(high - low)

    def _read_powers(self, first: int, last: int) -> NDArray[np.float64]:
        """Powers of steps, worked out once each; one that is cut off by the sound's end counts as none."""
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
        values = self._mixed(as_float(self._sound.read(begin * self._step, end * self._step)))
        lacks = (end - begin) * self._step - values.shape[0]
        steps = step_powers(np.pad(values, ((0, lacks), (0, 0))), self._sound.rate_hz)
        power: NDArray[np.float64] = steps.sum(axis=1) * (2 if self._sound.channels == 1 else 1)
        return power
