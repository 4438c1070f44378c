"""Short fades, so that playback that starts or stops in the middle of a clip does not click."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FADE_SECONDS = 0.005


def fade_in_weights(frames: int) -> NDArray[np.float32]:
    """Weights of a raised-cosine fade-in, shape ``(frames,)``, from just above 0 to just below 1."""
    if frames < 1:
        return np.zeros(0, dtype=np.float32)
    phases = (np.arange(frames) + 0.5) / frames
    weights: NDArray[np.float32] = (0.5 - 0.5 * np.cos(np.pi * phases)).astype(np.float32)
    return weights


def apply_fade(part: NDArray[Any], first: int, weights: NDArray[np.float32], at: int) -> None:
    """Multiply in place the frames of ``part`` under ``weights``; rounds towards zero, so it never overflows.

    Args:
        part: integers, shape ``(frames, channels)``; its first frame is the frame ``first``.
        first: see ``part``.
        weights: shape ``(n,)``; the first of them belongs to the frame ``at``.
        at: see ``weights``.
    """
    low, high = max(first, at), min(first + part.shape[0], at + weights.shape[0])
    if low < high:
        under = part[low - first : high - first]
        np.multiply(under, weights[low - at : high - at, None], out=under, casting="unsafe")


def loops_smoothly(data: NDArray[Any], frames: int) -> bool:
    """Whether ``data``, shape ``(n, channels)``, can be looped without a click as it is.

    It can if the step from its last frame to its first is in no channel larger than the largest step in the
    ``frames`` before and after.
    """
    if data.shape[0] < 2 or frames < 1:
        return True
    around = (data[-frames - 1 :], data[: frames + 1])
    usual = np.max([np.abs(np.diff(part.astype(np.int64), axis=0)).max(axis=0) for part in around], axis=0)
    seam = np.abs(data[0].astype(np.int64) - data[-1].astype(np.int64))
    return bool((seam <= usual).all())
