"""Short fades, so that sound which begins or ends in the middle makes no click."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FADE_SECONDS = 0.005


def rising(frames: int) -> NDArray[np.float32]:
    """Weights of a raised-cosine fade-in, shape ``(frames,)``, from just above 0 to just below 1."""
    if frames < 1:
        return np.zeros(0, dtype=np.float32)
    places = (np.arange(frames) + 0.5) / frames
    weights: NDArray[np.float32] = (0.5 - 0.5 * np.cos(np.pi * places)).astype(np.float32)
    return weights


def weigh(piece: NDArray[Any], first: int, weights: NDArray[np.float32], at: int) -> None:
    """Weigh in place what of ``piece`` lies under ``weights``; rounds towards zero, so it never overflows.

    Args:
        piece: integers, shape ``(frames, channels)``; its first frame is the frame ``first``.
        first: see ``piece``.
        weights: the first of them belongs to the frame ``at``.
        at: see ``weights``.
    """
    low, high = max(first, at), min(first + piece.shape[0], at + weights.shape[0])
    if low < high:
        part = piece[low - first : high - first]
        np.multiply(part, weights[low - at : high - at, None], out=part, casting="unsafe")


def is_smooth(data: NDArray[Any], start: int, stop: int, frames: int) -> bool:
    """Whether ``data[start:stop]`` can be played round and round without a click as it is.

    It can if the step from its last frame to its first is in no channel larger than the largest step in the
    ``frames`` before and after.
    """
    if stop - start < 2 or frames < 1:
        return True
    around = (data[max(start, stop - frames - 1) : stop], data[start : min(stop, start + frames + 1)])
    usual = np.max([np.abs(np.diff(part.astype(np.int64), axis=0)).max(axis=0) for part in around], axis=0)
    seam = np.abs(data[start].astype(np.int64) - data[stop - 1].astype(np.int64))
    return bool((seam <= usual).all())
