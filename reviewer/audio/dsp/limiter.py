"""A peak limiter that looks ahead, and gives the same samples however the sound is cut."""

import numpy as np
from numpy.typing import NDArray

CEILING = 29204 / 32768
"""-1 dBFS, rounded down to a 16-bit sample; what the converter makes in between has the last decibel."""
LOOK_SECONDS = 0.005


def reach_frames(rate_hz: int) -> int:
    """How many frames before and after a frame its gain depends on."""
    return 2 * (round(LOOK_SECONDS * rate_hz) // 2)


def limited(
    values: NDArray[np.float32], rate_hz: int, skip: int, keep: int, ceiling: float = CEILING
) -> NDArray[np.float32]:
    """Values of which no one is above ``ceiling``, the gain of all channels changed together and smoothly.

    The gain that each frame needs is held over ``reach_frames`` on each side (a sliding minimum) and then
    averaged by a triangle as long (two boxes), so the average at a peak is made of gains that are all low
    enough for it. Where nothing within twice that reach is too loud the values are given back as they are.

    Args:
        values: float, shape ``(frames, channels)``; with at least ``2 * reach_frames`` around what is kept,
            except at the ends of the sound.
        rate_hz: their rate.
        skip: how many frames at the beginning are only there for their effect.
        keep: how many frames after them are wanted.
        ceiling: the largest magnitude.

    Returns:
        Shape ``(keep, channels)``.
    """
    peaks = np.abs(values).max(axis=1, initial=0.0)
    wanted = values[skip : skip + keep]
    if not peaks.size or float(peaks.max()) <= ceiling:
        return wanted
    lack = 1 - ceiling / np.maximum(peaks.astype(np.float64), ceiling)
    smooth = held_smoothly(lack, reach_frames(rate_hz))[skip : skip + keep]
    out: NDArray[np.float32] = np.clip(wanted * (1 - smooth)[:, None], -ceiling, ceiling).astype(np.float32)
    return np.where(smooth[:, None] > 0, out, wanted)


def held_smoothly(lack: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """A smooth curve that is nowhere below ``lack``, and 0 where all around is 0.

    Args:
        lack: what is to be taken away at each frame, as a part of 1, shape ``(frames,)``.
        reach: how far each is held on both sides, before two boxes of half of it make the average.
    """
    held = _largest_around(np.pad(lack, 2 * reach), reach)
    return _boxed(_boxed(held, reach // 2), reach // 2)


def _largest_around(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The largest of each value and the ``reach`` on each side, where there; by doubling the width."""
    best, width, wanted = values, 1, 2 * reach + 1
    while width < wanted:
        step = min(width, wanted - width)
        best = np.maximum(best[:-step], best[step:])
        width += step
    return best


def _boxed(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The mean of each value and the ``reach`` on each side, where there; exactly 0 if all are."""
    width = 2 * reach + 1
    sums = np.concatenate(([0.0], np.cumsum(values)))
    mean: NDArray[np.float64] = (sums[width:] - sums[:-width]) / width
    return mean
