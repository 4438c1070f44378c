"""A wave as pixels: every column painted at once, by numpy.

A column is filled from its lowest to its highest value; the two pixels at its ends take as much of the
colour as the wave covers of them. Rows are counted in 256ths, in whole numbers, so that a picture is the same
everywhere, and a test can say which pixel has which colour.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pixels: TypeAlias = "NDArray[np.uint32]"
"""``(rows, columns)`` of ``0xFFRRGGBB``; a view into a QImage."""
Rows: TypeAlias = "NDArray[np.int32]"
"""Places between rows, a column each, in 256ths of a row from the top of the picture."""
Filled: TypeAlias = "NDArray[np.uint16]"
"""Whole rows, a column each."""

PARTS = 256
_OPAQUE = np.uint32(0xFF000000)
_OUTER, _OUTER_HALF = np.uint32(0x00FF00FF), np.uint32(0x00800080)
_INNER, _INNER_HALF = np.uint32(0x0000FF00), np.uint32(0x00000080)
_EIGHT = np.uint32(8)


@dataclass(frozen=True, slots=True)
class Band:
    """The rows ``top`` to ``bottom`` (not itself), a wave in ``ink``, a line in ``rule`` along ``middle``."""

    top: int
    bottom: int
    middle: int
    ink: int
    rule: int


class Canvas:
    """A picture and the room that painting it needs, kept from frame to frame: new memory costs more."""

    def __init__(self, columns: int, rows: int) -> None:
        self.image = QImage(columns, rows, QImage.Format.Format_RGB32)
        self._row_numbers = np.arange(rows, dtype=np.uint16)[:, None]
        self._inside = np.empty((rows, columns), dtype=np.bool_)
        self._columns = np.tile(np.arange(columns, dtype=np.int32), 2)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.image.width(), self.image.height()

    @property
    def pixels(self) -> Pixels:
        """The picture's own memory; ask again after anything else has painted on it."""
        return np.frombuffer(self.image.bits(), dtype=np.uint32).reshape(self.image.height(), -1)

    def paint(self, band: Band, spans: tuple[Rows, Rows], ground: Pixels) -> None:
        """Fills a band of rows with a wave on its ground.

        Args:
            band: which rows, and what is drawn in which colour.
            spans: where each column's wave begins and ends, at least a row apart.
            ground: the colours behind, one row for all or a row each.
        """
        top, bottom, ink = band.top, band.bottom, band.ink
        above, below = (np.clip(edge, top * PARTS, bottom * PARTS) for edge in spans)
        first = (above + PARTS - 1) // PARTS
        after = np.maximum(below // PARTS, first)
        self._fill(top, bottom, (first.astype(np.uint16), after.astype(np.uint16)), ink, ground)
        silence = self.pixels[band.middle]
        silence[(first > band.middle) | (after <= band.middle)] = band.rule
        self._soften(
            np.concatenate((first - 1, after)),
            np.concatenate((first * PARTS - above, below - after * PARTS)),
            ink,
        )

    def _fill(self, top: int, bottom: int, spans: tuple[Filled, Filled], ink: int, ground: Pixels) -> None:
        """Whole pixels, in zones: over and under all columns is ground, where all of them are is ink.

        Between, a row has only one border to look at, but where one column ends before another begins.
        """
        first, after = spans
        low, high = int(first.min()), int(after.max())
        all_begun, one_over = int(first.max()), int(after.min())
        pixels = self.pixels
        for start, end in ((top, low), (high, bottom)):
            pixels[start:end] = _rows(ground, start - top, end - top)
        pixels[all_begun:one_over] = ink
        self._mix(low, self._begun(first, low, min(all_begun, one_over)), ink, ground, top)
        if one_over < all_begun:
            both = self._begun(first, one_over, all_begun)
            np.logical_and(both, self._row_numbers[one_over:all_begun] < after, out=both)
            self._mix(one_over, both, ink, ground, top)
        start = max(all_begun, one_over)
        not_over = self._inside[start:high]
        np.less(self._row_numbers[start:high], after, out=not_over)
        self._mix(start, not_over, ink, ground, top)

    def _begun(self, first: Filled, start: int, end: int) -> "NDArray[np.bool_]":
        inside = self._inside[start : max(start, end)]
        np.less_equal(first, self._row_numbers[start : max(start, end)], out=inside)
        return inside

    def _mix(self, start: int, inside: "NDArray[np.bool_]", ink: int, ground: Pixels, top: int) -> None:
        end = start + inside.shape[0]
        lane, behind = self.pixels[start:end], _rows(ground, start - top, end - top)
        np.multiply(inside.view(np.uint8), behind ^ np.uint32(ink), out=lane)
        np.bitwise_xor(lane, behind, out=lane)

    def _soften(self, rows: Rows, shares: Rows, ink: int) -> None:
        """Mixes the ink into the pixel above and the one below each column, ``shares`` of 256 of it."""
        (touched,) = np.nonzero(shares)
        places = (rows * self.image.width() + self._columns)[touched]
        flat = self.pixels.reshape(-1)
        flat[places] = blend(flat[places], ink, shares[touched].astype(np.uint32))


def _rows(ground: Pixels, start: int, end: int) -> Pixels:
    """The rows of a ground that may be one for all."""
    return ground if ground.shape[0] == 1 else ground[start:end]


def blend(under: "NDArray[np.uint32]", ink: int, parts: "NDArray[np.uint32]") -> "NDArray[np.uint32]":
    """``parts`` of 256 of ``ink`` over each pixel, rounded; red and blue are worked out in one go."""
    rest = np.uint32(PARTS) - parts
    outer = (under & _OUTER) * rest + np.uint32(ink & int(_OUTER)) * parts + _OUTER_HALF
    inner = ((under & _INNER) >> _EIGHT) * rest + np.uint32((ink & int(_INNER)) >> 8) * parts + _INNER_HALF
    over: NDArray[np.uint32] = _OPAQUE | ((outer >> _EIGHT) & _OUTER) | (inner & _INNER)
    return over


def spans_of(
    least: "NDArray[np.float64]", most: "NDArray[np.float64]", middle: float, reach: float, stroke: float
) -> tuple[Rows, Rows]:
    """Where columns begin and end that reach from ``least`` to ``most``, -1 to 1, drawn ``stroke`` thick.

    A column that would not touch the one before is drawn up or down to it: between two samples the sound
    was there too.
    """
    low, high = least.copy(), most.copy()
    np.minimum(least[1:], most[:-1], out=low[1:])
    np.maximum(most[1:], least[:-1], out=high[1:])
    top = np.rint((middle + 0.5 - high * reach - stroke / 2) * PARTS).astype(np.int32)
    bottom = np.rint((middle + 0.5 - low * reach + stroke / 2) * PARTS).astype(np.int32)
    return top, bottom
