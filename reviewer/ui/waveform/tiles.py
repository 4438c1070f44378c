"""Tiles of a clip's spectrogram: made on the job pool, kept while the clip is on the screen."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from reviewer.audio.block_cache import BlockCache
from reviewer.audio.samples import Sound
from reviewer.audio.view.spectrogram import SpectrogramParameters, tile
from reviewer.errors import ReviewerError
from reviewer.ui.jobs import CancelToken, Job, Jobs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEPT = 192
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class TileKey:
    """One tile: tile ``index`` of a level, of one channel, made in one way."""

    recipe: SpectrogramParameters
    channel: int
    level: int
    index: int


class Tiles(QObject):
    """Makes the tiles that are wanted now, a few a job and one job at a time: drafts need the pool too."""

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
        """Another clip, or none: nothing of the one before is kept."""
        self._cancel()
        self._wanted = ()
        self._kept.clear()
        self._samples = samples

    def get(self, key: TileKey) -> "NDArray[np.uint8] | None":
        """The tile, if it is there."""
        return self._kept.get(key)

    def want(self, keys: Iterable[TileKey]) -> None:
        """What is in view now, the most urgent first. Work on what is not any more is cancelled."""
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
        made[key] = tile(sound, key.channel, key.recipe, key.level, key.index)
    return made


def _on_failed(error: Exception) -> None:
    """What cannot be read has no picture, and playing says why; arithmetic that fails is a bug."""
    if not isinstance(error, ReviewerError):
        raise error
