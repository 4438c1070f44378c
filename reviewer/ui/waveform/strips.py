"""Tiles side by side, cut to what is in view, as pictures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PySide6.QtGui import QImage

from reviewer.audio.view.spectrogram import FLOOR_DB, STEP_DB, TILE_COLUMNS
from reviewer.ui.waveform.colour_map import STEPS, colour_map
from reviewer.ui.waveform.reduce import Source
from reviewer.ui.waveform.tiles import TileKey
from reviewer.ui.waveform.window import ViewWindow

if TYPE_CHECKING:
    from numpy.typing import NDArray

Paints: TypeAlias = "NDArray[np.uint32]"
"""A colour, 0xFFRRGGBB, for each of the 256 values a tile can hold."""

_BELOW_PEAK_DB = 10.0
_MARGIN_COLUMNS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Columns without a gap for the frames [start, end) of a channel; row 0 of ``values`` is the lowest."""

    channel: int
    start: int
    end: int
    values: "NDArray[np.uint8]"

    def image(self, paints: Paints) -> QImage:
        """The picture, the highest pitch on top; it owns its pixels."""
        pixels = np.ascontiguousarray(paints[self.values[::-1]])
        rows, columns = pixels.shape
        return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def colours_of(ground: str, source: Source, range_db: int) -> Paints:
    """Paints the loudest sounds of a clip in the last colour and what is ``range_db`` below in the ground's.

    No single pitch of speech comes near the peak of all together: the scale ends 10 dB below that.
    """
    peak = 1.0 / (source.gain * source.pyramid.full_scale)
    top = 20.0 * np.log10(peak) - _BELOW_PEAK_DB
    decibels = FLOOR_DB + STEP_DB * np.arange(256)
    share = np.clip((decibels - top + range_db) / range_db, 0.0, 1.0)
    red, green, blue = colour_map(ground)[np.rint(share * (STEPS - 1)).astype(np.intp)].astype(np.uint32).T
    paints: Paints = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
    return paints


def strips(tiles: Mapping[TileKey, "NDArray[np.uint8]"], window: ViewWindow) -> Iterator[Strip]:
    """Joins neighbours, so that no seam shows where the picture is stretched; all keys are of one level."""
    ordered = sorted(tiles, key=lambda key: (key.channel, key.index))
    runs = groupby(enumerate(ordered), lambda pair: (pair[1].channel, pair[1].index - pair[0]))
    for (channel, _), run in runs:
        keys = [key for _, key in run]
        hop, first = 1 << keys[0].level, keys[0].index * TILE_COLUMNS
        count = TILE_COLUMNS * len(keys)
        low = min(max(int(window.start) // hop - _MARGIN_COLUMNS - first, 0), count)
        high = min(max(-int(-window.end // hop) + _MARGIN_COLUMNS - first, low), count)
        if high > low:
            values = np.concatenate([tiles[key] for key in keys], axis=1)[:, low:high]
            yield Strip(channel, (first + low) * hop, (first + high) * hop, values)
