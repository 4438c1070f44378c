"""Spectrogram tiles, computed on the job pool and cached while the clip is open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from reviewer.audio.block_cache import BlockCache
from reviewer.audio.samples import Sound
from reviewer.audio.view.spectrogram import FLOOR_DB, STEP_DB, TILE_COLUMNS, SpectrogramParameters, tile
from reviewer.errors import ReviewerError
from reviewer.ui.jobs import CancelToken, Job, Jobs
from reviewer.ui.waveform.colour_map import STEPS, colour_map
from reviewer.ui.waveform.trace import WaveformSource
from reviewer.ui.waveform.view_window import ViewWindow

if TYPE_CHECKING:
    from numpy.typing import NDArray


_KEPT = 192
_AT_ONCE = 2
ColourTable: TypeAlias = "NDArray[np.uint32]"
"""A colour, 0xFFRRGGBB, for each of the 256 values of a tile."""
_BELOW_PEAK_DB = 10.0
_MARGIN_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class TileKey:
    """One tile: ``index`` at a level, of one channel, with one set of parameters."""

    parameters: SpectrogramParameters
    channel: int
    level: int
    index: int


class SpectrogramTiles(QObject):
    """Computes the wanted tiles, a few in each job and one job at a time, because drafts need the pool
    too."""

    arrived = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._samples: Sound | None = None
        self._kept: BlockCache[TileKey, NDArray[np.uint8]] = BlockCache(_KEPT)
        self._wanted: tuple[TileKey, ...] = ()
        self._making: tuple[TileKey, ...] = ()
        self._job: Job | None = None

    def show_samples(self, samples: Sound | None) -> None:
        """Another clip, or none; empties the cache."""
        self._cancel()
        self._wanted = ()
        self._kept.clear()
        self._samples = samples

    def get(self, key: TileKey) -> "NDArray[np.uint8] | None":
        """The tile, if it is cached."""
        return self._kept.get(key)

    def want(self, keys: Iterable[TileKey]) -> None:
        """The tiles in view now, most urgent first; work on others is cancelled."""
        in_view = tuple(keys)
        self._kept.capacity = max(_KEPT, 2 * len(in_view))
        self._wanted = tuple(key for key in in_view if key not in self._kept)
        if self._is_making and not set(self._making) & set(self._wanted):
            self._cancel()
        self._go_on()

    @property
    def _is_making(self) -> bool:
        return self._job is not None and self._job.is_running

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = None

    def _go_on(self) -> None:
        if self._is_making or not self._wanted or self._samples is None:
            return
        self._making = self._wanted[:_AT_ONCE]
        work = partial(_make, self._samples, self._making)
        self._job = self._jobs.run(work, self._on_made, _on_failed, owner=self)

    def _on_made(self, made: "dict[TileKey, NDArray[np.uint8]]") -> None:
        for key, spectra in made.items():
            self._kept.put(key, spectra)
        self._wanted = tuple(key for key in self._wanted if key not in made)
        self._go_on()
        self.arrived.emit()


def _make(sound: Sound, keys: tuple[TileKey, ...], token: CancelToken) -> "dict[TileKey, NDArray[np.uint8]]":
    made = {}
    for key in keys:
        if token.is_cancelled:
            break
        made[key] = tile(sound, key.channel, key.parameters, key.level, key.index)
    return made


def _on_failed(error: Exception) -> None:
    """Unreadable audio has no picture, and playback reports why; any other failure is a bug."""
    if not isinstance(error, ReviewerError):
        raise error


@dataclass(frozen=True, slots=True, eq=False)
class TileStrip:
    """Columns without a gap for the frames [start, end) of a channel; row 0 of ``values`` is the lowest
    frequency."""

    channel: int
    start: int
    end: int
    values: "NDArray[np.uint8]"

    def image(self, colours: ColourTable) -> QImage:
        """The picture, highest frequency on top; it owns its pixels."""
        pixels = np.ascontiguousarray(colours[self.values[::-1]])
        rows, columns = pixels.shape
        return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def colour_table(ground: str, source: WaveformSource, range_db: int) -> ColourTable:
    """Maps the loudest values of a clip to the last colour and values ``range_db`` below to the background.

    No single frequency of speech comes near the clip's peak: the scale ends 10 dB below it.
    """
    peak = 1.0 / (source.gain * source.pyramid.full_scale)
    top = 20.0 * np.log10(peak) - _BELOW_PEAK_DB
    decibels = FLOOR_DB + STEP_DB * np.arange(256)
    share = np.clip((decibels - top + range_db) / range_db, 0.0, 1.0)
    red, green, blue = colour_map(ground)[np.rint(share * (STEPS - 1)).astype(np.intp)].astype(np.uint32).T
    colours: ColourTable = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
    return colours


def tile_strips(tiles: Mapping[TileKey, "NDArray[np.uint8]"], window: ViewWindow) -> Iterator[TileStrip]:
    """Joins neighbouring tiles of one level, so that stretching shows no seams."""
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
            yield TileStrip(channel, (first + low) * hop, (first + high) * hop, values)
