"""Sound at another rate, for a device that does not take the clip's."""

from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

_ZERO_CROSSINGS = 32
_KAISER_BETA = 10.0
_ROLL_OFF = 0.95


def resampled(values: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """Band-limited conversion by a Kaiser-windowed sinc (J. O. Smith, Digital Audio Resampling, CCRMA).

    Args:
        values: shape ``(frames, channels)``.
        from_hz: their rate.
        to_hz: the rate wanted.

    Returns:
        Shape ``(ceil(frames * to_hz / from_hz), channels)``; frame ``i`` is the sound at ``i / to_hz`` s.
    """
    if from_hz == to_hz or not values.shape[0]:
        return values
    common = gcd(from_hz, to_hz)
    up, down = to_hz // common, from_hz // common
    cutoff = _ROLL_OFF * min(1.0, up / down)
    half = ceil(_ZERO_CROSSINGS / cutoff)
    frames = -(-values.shape[0] * up // down)
    last = (frames - 1) * down // up
    padded = np.pad(values, ((half - 1, max(0, last + half + 1 - values.shape[0])), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half, axis=0)
    out = np.empty((frames, values.shape[1]), dtype=np.float32)
    for phase in range(min(up, frames)):
        first, fraction = divmod(phase * down, up)
        count = -(-(frames - phase) // up)
        rows = windows[first : first + (count - 1) * down + 1 : down]
        out[phase::up] = rows @ _kernel(half, fraction / up, cutoff)
    return out


def _kernel(half: int, fraction: float, cutoff: float) -> NDArray[np.float32]:
    """Weights of the ``2 * half`` frames around a place ``fraction`` after the middle one; they sum to 1."""
    places = np.arange(1 - half, half + 1) - fraction
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (places / half) ** 2, 0, None))) / np.i0(_KAISER_BETA)
    weights = np.sinc(places * cutoff) * window
    kernel: NDArray[np.float32] = (weights / weights.sum()).astype(np.float32)
    return kernel
