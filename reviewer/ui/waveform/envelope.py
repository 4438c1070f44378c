"""A trace as one lowest and one highest value a column, whether it is of peaks or of samples."""

from typing import TYPE_CHECKING

import numpy as np

from reviewer.ui.waveform.reduce import Trace

if TYPE_CHECKING:
    from numpy.typing import NDArray


def envelope(drawn: Trace, pixels: int) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """What the line from sample to sample passes through within each column; a last sample is held.

    Returns:
        Lowest and highest of each of ``pixels`` columns, -1 to 1; both empty for a trace without points.
    """
    if not drawn.is_samples:
        return drawn.y[0::2], drawn.y[1::2]
    borders = np.interp(np.arange(pixels + 1, dtype=np.float64), drawn.x, drawn.y)
    least, most = np.minimum(borders[:-1], borders[1:]), np.maximum(borders[:-1], borders[1:])
    inside = (drawn.x > 0) & (drawn.x < pixels)
    columns, values = drawn.x[inside].astype(np.intp), drawn.y[inside]
    np.minimum.at(least, columns, values)
    np.maximum.at(most, columns, values)
    return least, most
