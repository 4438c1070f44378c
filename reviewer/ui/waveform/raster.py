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

PARTS = 256


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
        self._below = np.empty((rows, columns), dtype=np.uint16)
        self._inside = np.empty((rows, columns), dtype=np.bool_)
        self._columns = np.arange(columns)

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
        first, after = (above + PARTS - 1) // PARTS, below // PARTS
        offset, inside = self._below[top:bottom], self._inside[top:bottom]
        np.subtract(self._row_numbers[top:bottom], first.astype(np.uint16), out=offset)
        np.less(offset, np.maximum(after - first, 0).astype(np.uint16), out=inside)
        pixels = self.pixels
        lane = pixels[top:bottom]
        np.multiply(inside.view(np.uint8), ground ^ np.uint32(ink), out=lane)
        np.bitwise_xor(lane, ground, out=lane)
        silence = band.middle - top
        lane[silence, ~inside[silence]] = band.rule
        self._soften(pixels, first - 1, first * PARTS - above, ink)
        self._soften(pixels, after, below - after * PARTS, ink)

    def _soften(self, pixels: Pixels, rows: "NDArray[np.int32]", shares: Rows, ink: int) -> None:
        """Mixes the ink into one pixel a column, ``shares`` of 256 of it."""
        (columns,) = np.nonzero(shares)
        rows, part = rows[columns], shares[columns].astype(np.uint32)
        pixels[rows, columns] = blend(pixels[rows, columns], ink, part)


def blend(under: "NDArray[np.uint32]", ink: int, parts: "NDArray[np.uint32]") -> "NDArray[np.uint32]":
    """``parts`` of 256 of ``ink`` over each pixel, red, green and blue apart, rounded."""
    rest, result = np.uint32(PARTS) - parts, np.full(under.shape, 0xFF000000, dtype=np.uint32)
    for shift in (np.uint32(0), np.uint32(8), np.uint32(16)):
        over = np.uint32((ink >> int(shift)) & 255)
        mixed = (((under >> shift) & np.uint32(255)) * rest + over * parts + np.uint32(128)) >> np.uint32(8)
        result |= mixed << shift
    return result


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
