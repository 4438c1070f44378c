"""Keeping sound that was worked on from stepping farther than it did before."""

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.dsp.limiter import held_smoothly, reach_frames

_MARGIN = 0.97
"""For what is added later: rounding, and the joins of windows."""
_MOST_ROUNDS = 4


def largest_step(values: NDArray[np.float32]) -> float:
    """The largest difference of two samples in a row, in any channel; shape ``(frames, channels)``."""
    return float(np.abs(np.diff(values, axis=0)).max(initial=0.0))


def eased(values: NDArray[np.float32], rate_hz: int, most: float) -> NDArray[np.float32]:
    """The same sound, made softer around each step that is larger than ``most``, just as far as that needs.

    The gain of all channels falls and comes back within 10 ms on each side, as the limiter's does; where no
    step is too large the values are given back as they are. A changing gain makes steps of its own, so it is
    looked at again, a few times at most.
    """
    for _ in range(_MOST_ROUNDS):
        steps = np.abs(np.diff(values, axis=0)).max(axis=1, initial=0.0).astype(np.float64)
        if not steps.size or steps.max() <= most * _MARGIN or steps.max() == 0:
            break
        lack = 1 - most * _MARGIN / np.maximum(steps, most * _MARGIN)
        both = np.maximum(np.append(lack, 0.0), np.insert(lack, 0, 0.0))  # a step has two ends
        gain = 1 - held_smoothly(both, reach_frames(rate_hz))
        values = (values * gain[:, None]).astype(np.float32)
    return values
