"""Limiter and compressor with look-ahead; their output does not depend on the block size."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.loudness import STEPS_PER_BLOCK, STEPS_PER_SECOND, block_powers, lufs

CEILING = 29204 / 32768
"""-1 dBFS, rounded down to a 16-bit sample; the last decibel is for peaks between samples."""
LOOKAHEAD_SECONDS = 0.005

FALL_DB_PER_SECOND = 120.0
RISE_DB_PER_SECOND = 18.0
MOST_REDUCTION_DB = 36.0

_STEPS_BACK = round(MOST_REDUCTION_DB / RISE_DB_PER_SECOND * STEPS_PER_SECOND)
_STEPS_AHEAD = round(MOST_REDUCTION_DB / FALL_DB_PER_SECOND * STEPS_PER_SECOND)
_BLOCK_MARGIN_STEPS = STEPS_PER_BLOCK - 1

ReadPowers = Callable[[int, int], NDArray[np.float64]]
"""Returns the K-weighted powers of steps ``[first, last)`` of a sound; 0 outside of it."""


def lookahead_frames(rate_hz: int) -> int:
    """How many frames before and after a frame its gain depends on."""
    return 2 * (round(LOOKAHEAD_SECONDS * rate_hz) // 2)


def peaks_limited(values: NDArray[np.float32], rate_hz: int, skip: int, keep: int) -> NDArray[np.float32]:
    """Limit the volume: no value is above ``CEILING``; the gain changes smoothly, in all channels alike.

    The gain that each frame needs is held over ``lookahead_frames`` on each side (a sliding minimum) and then
    averaged by a triangle as long (two boxes), so the average at a peak is made of gains that are all low
    enough for it. Where nothing within twice that distance is too loud, the values are returned unchanged.

    Args:
        values: float, shape ``(frames, channels)``; with at least ``2 * lookahead_frames`` of context on each
            side, except at the ends of the sound.
        rate_hz: their rate.
        skip: number of frames at the beginning that are only context.
        keep: number of frames after them to return.

    Returns:
        Shape ``(keep, channels)``.
    """
    peaks = np.abs(values).max(axis=1, initial=0.0)
    wanted = values[skip : skip + keep]
    if not peaks.size or float(peaks.max()) <= CEILING:
        return wanted
    reduction = 1 - CEILING / np.maximum(peaks.astype(np.float64), CEILING)
    smooth = smoothly_held(reduction, lookahead_frames(rate_hz))[skip : skip + keep]
    out: NDArray[np.float32] = np.clip(wanted * (1 - smooth)[:, None], -CEILING, CEILING).astype(np.float32)
    return np.where(smooth[:, None] > 0, out, wanted)


def smoothly_held(reduction: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """A smooth curve that is nowhere below ``reduction``, and 0 where the whole neighbourhood is 0.

    Args:
        reduction: the gain reduction needed at each frame, 0 to 1, shape ``(frames,)``.
        reach: frames for which each is held on both sides, before two boxes of half that length average it.
    """
    held = _sliding_maximum(np.pad(reduction, 2 * reach), reach)
    return _moving_average(_moving_average(held, reach // 2), reach // 2)


def compressor_gain_db(
    powers: ReadPowers, first: int, last: int, threshold_lufs: float
) -> NDArray[np.float64]:
    """The compressor's gain at the middle of each step ``[first, last)``: 0 dB, or less where it is too loud.

    A step in a block (400 ms) above the threshold is lowered by the excess, at most 36 dB. The curve is the
    highest one that stays below these gains, falls by at most 120 dB/s, so it starts before the shout, and
    rises by at most 18 dB/s. It depends on 2 s before and 0.3 s after.

    Returns:
        Decibels, shape ``(last - first,)``.
    """
    low, high = first - _STEPS_BACK, last + _STEPS_AHEAD
    blocks = lufs(block_powers(powers(low - _BLOCK_MARGIN_STEPS, high + _BLOCK_MARGIN_STEPS)))
    excess = np.clip(blocks - threshold_lufs, 0.0, MOST_REDUCTION_DB)
    wanted = np.lib.stride_tricks.sliding_window_view(excess, STEPS_PER_BLOCK).max(axis=1)
    reduction = np.zeros(last - first)
    for step in range(-_STEPS_BACK, _STEPS_AHEAD + 1):
        slope = FALL_DB_PER_SECOND if step > 0 else RISE_DB_PER_SECOND
        there = wanted[_STEPS_BACK + step : _STEPS_BACK + step + last - first]
        np.maximum(reduction, there - slope * abs(step) / STEPS_PER_SECOND, out=reduction)
    return -reduction


def _sliding_maximum(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The maximum over each value and ``reach`` values on each side, computed by doubling the width."""
    best, width, wanted = values, 1, 2 * reach + 1
    while width < wanted:
        step = min(width, wanted - width)
        best = np.maximum(best[:-step], best[step:])
        width += step
    return best


def _moving_average(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The mean over each value and ``reach`` values on each side; exactly 0 if all are 0."""
    width = 2 * reach + 1
    sums = np.concatenate(([0.0], np.cumsum(values)))
    mean: NDArray[np.float64] = (sums[width:] - sums[:-width]) / width
    return mean
