"""Rasterises a waveform: all columns at once, with numpy, one byte for each pixel.

A column is filled from its minimum to its maximum; the pixels at its ends get partial coverage. Positions are
integers in 256ths of a row, so that images are identical on every machine and tests can compare pixels.
"""

import math
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PySide6.QtGui import QImage

from reviewer.ui.waveform.palette import FULL, Background, pixel_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

PixelValues: TypeAlias = "NDArray[np.uint8]"
"""``(rows, columns)`` of bytes as ``palette.pixel_value`` makes them."""
Places: TypeAlias = "NDArray[np.int32]"
"""A position between rows for each column, in 256ths of a row from the top."""
Rows: TypeAlias = "NDArray[np.uint16]"
"""Whole rows, one for each column."""

PARTS = 256
_GROUND_BITS = np.uint8(15)
_FINE = 8


class Raster:
    """An indexed image of one byte for each pixel, which numpy fills."""

    def __init__(self, columns: int, rows: int) -> None:
        self.image = QImage(columns, rows, QImage.Format.Format_Indexed8)
        self._row_numbers = np.arange(rows, dtype=np.uint16)[:, None]
        self._columns = np.tile(np.arange(columns, dtype=np.int32), 2)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.image.width(), self.image.height()

    def show_in(self, colours: tuple[int, ...]) -> None:
        """Sets the colour table: the colour of each byte."""
        self.image.setColorTable(colours)

    def begin(self) -> PixelValues:
        """The image's own memory, writable until it is shown."""
        return self._memory()[:, : self.image.width()]

    def paint(
        self, top: int, bottom: int, middle: int, spans: tuple[Places, Places], ground: PixelValues
    ) -> None:
        """Fills the rows from ``top`` to ``bottom`` (exclusive) with a waveform on its background.

        Args:
            top: the lane's first row.
            bottom: the row below its last.
            middle: the row of silence, drawn as a line where there is no waveform.
            spans: where each column of the waveform starts and ends, at least a row apart.
            ground: the background, one row for all or one for each.
        """
        above, below = (np.clip(edge, top * PARTS, bottom * PARTS) for edge in spans)
        first = (above + PARTS - 1) // PARTS
        after = np.maximum(below // PARTS, first)
        lane = self.begin()[top:bottom]
        self._fill(lane, top, first.astype(np.uint16), after.astype(np.uint16))
        lane *= np.uint8(pixel_value(0, FULL))
        lane |= ground
        silence = lane[middle - top]
        silence[(first > middle) | (after <= middle)] = Background.LINE
        self._soften(
            np.concatenate((first - 1, after)),
            np.concatenate((first * PARTS - above, below - after * PARTS)),
        )

    def stamp(self, x: "NDArray[np.float64]", y: "NDArray[np.float64]", dot: "NDArray[np.uint8]") -> None:
        """Draws a dot in the waveform's colour at each position, in pixels from the upper left corner.

        Args:
            x: rounded to whole columns.
            y: rounded to whole rows, and clamped so that the dot fits.
            dot: coverage levels, square, centred on the position.
        """
        half, pixels = dot.shape[0] // 2, self.begin()
        down, right = np.nonzero(dot)
        rows = np.clip(np.floor(y).astype(np.intp), half, pixels.shape[0] - half - 1)[:, None] + down - half
        columns = np.floor(x).astype(np.intp)[:, None] + right - half
        inside = (columns >= 0) & (columns < pixels.shape[1])
        at = rows[inside], columns[inside]
        there, levels = pixels[at], np.broadcast_to(dot[down, right], rows.shape)[inside]
        pixels[at] = (there & _GROUND_BITS) | np.maximum(there & ~_GROUND_BITS, levels << np.uint8(4))

    def _fill(self, lane: PixelValues, top: int, first: Rows, after: Rows) -> None:
        """1 where the waveform covers a whole row of a column, computed in zones.

        Rows above and below all columns are empty, rows inside all columns are full; the rows between need
        one comparison, except where one column ends before another begins.
        """
        low, high = int(first.min()) - top, int(after.max()) - top
        begun, ending = int(first.max()) - top, int(after.min()) - top
        rows, inside = self._row_numbers[top : top + lane.shape[0]], lane.view(np.bool_)
        lane[:low] = 0
        lane[high:] = 0
        lane[begun:ending] = 1
        upper, lower = slice(low, min(begun, ending)), slice(max(begun, ending), high)
        np.less_equal(first, rows[upper], out=inside[upper])
        np.less(rows[lower], after, out=inside[lower])
        if ending < begun:
            both = slice(ending, begun)
            np.less_equal(first, rows[both], out=inside[both])
            inside[both] &= rows[both] < after

    def _soften(self, rows: Places, shares: Places) -> None:
        """Covers the pixels above and below each column by ``shares`` of 256."""
        (touched,) = np.nonzero(shares)
        memory = self._memory()
        places = (rows * memory.shape[1] + self._columns)[touched]
        levels = (shares[touched] * FULL + PARTS // 2) // PARTS
        flat = memory.reshape(-1)
        flat[places] = (flat[places] & _GROUND_BITS) | (levels.astype(np.uint8) << np.uint8(4))

    def _memory(self) -> PixelValues:
        return np.frombuffer(self.image.bits(), dtype=np.uint8).reshape(self.image.height(), -1)


def column_spans(
    least: "NDArray[np.float64]", most: "NDArray[np.float64]", middle: float, reach: float, stroke: float
) -> tuple[Places, Places]:
    """Top and bottom of columns that reach from ``least`` to ``most`` (-1 to 1), drawn ``stroke`` thick.

    A column that would not touch its neighbour is extended to it, because the signal passes between two
    samples.
    """
    low, high = least.copy(), most.copy()
    np.minimum(least[1:], most[:-1], out=low[1:])
    np.maximum(most[1:], least[:-1], out=high[1:])
    top = np.rint((middle + 0.5 - high * reach - stroke / 2) * PARTS).astype(np.int32)
    bottom = np.rint((middle + 0.5 - low * reach + stroke / 2) * PARTS).astype(np.int32)
    return top, bottom


@cache
def dot(across: float) -> "NDArray[np.uint8]":
    """A round dot of this diameter, as coverage levels."""
    half = math.ceil(across / 2)
    parts = (np.arange(-half * _FINE, (half + 1) * _FINE) + 0.5) / _FINE - 0.5
    is_in = parts[:, None] ** 2 + parts**2 <= (across / 2) ** 2
    share = is_in.reshape(2 * half + 1, _FINE, 2 * half + 1, _FINE).mean(axis=(1, 3))
    levels: NDArray[np.uint8] = np.rint(share * FULL).astype(np.uint8)
    return levels
