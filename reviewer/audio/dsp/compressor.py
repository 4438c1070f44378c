"""Bringing a shout down towards the level of its clip, quickly and ahead of it, and recovering slowly."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.loudness import STEPS_PER_BLOCK, STEPS_PER_SECOND, block_powers, lufs

FALL_DB_PER_SECOND = 120.0
RISE_DB_PER_SECOND = 18.0
DEEPEST_DB = 36.0

_STEPS_BACK = round(DEEPEST_DB / RISE_DB_PER_SECOND * STEPS_PER_SECOND)
_STEPS_AHEAD = round(DEEPEST_DB / FALL_DB_PER_SECOND * STEPS_PER_SECOND)
_AROUND = STEPS_PER_BLOCK - 1

ReadPowers = Callable[[int, int], NDArray[np.float64]]
"""Gives the K-weighted powers of steps ``[first, last)`` of a sound; 0 for those outside of it."""


def gain_curve_db(powers: ReadPowers, first: int, last: int, allowed_lufs: float) -> NDArray[np.float64]:
    """The gain in the middle of each step ``[first, last)``: 0 dB, or less where it is too loud.

    Too loud is a step in a block (400 ms) above ``allowed_lufs``; it wants that much less, at most 36 dB. The
    curve is the highest one that is nowhere above what is wanted, falls by 120 dB/s at most, so it begins
    before the shout, and rises by 18 dB/s at most. It depends on 2 s before and 0.3 s after, and no more.
    """
    low, high = first - _STEPS_BACK, last + _STEPS_AHEAD
    blocks = lufs(block_powers(powers(low - _AROUND, high + _AROUND)))
    over = np.clip(blocks - allowed_lufs, 0.0, DEEPEST_DB)
    wanted = np.lib.stride_tricks.sliding_window_view(over, STEPS_PER_BLOCK).max(axis=1)
    cut = np.zeros(last - first)
    for step in range(-_STEPS_BACK, _STEPS_AHEAD + 1):
        slope = FALL_DB_PER_SECOND if step > 0 else RISE_DB_PER_SECOND
        there = wanted[_STEPS_BACK + step : _STEPS_BACK + step + last - first]
        np.maximum(cut, there - slope * abs(step) / STEPS_PER_SECOND, out=cut)
    return -cut
