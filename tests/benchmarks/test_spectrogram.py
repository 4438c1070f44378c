"""Tiles of a spectrogram, beside the transforms alone of as many windows.

``.venv/bin/pytest tests/benchmarks/test_spectrogram.py --benchmark-columns=median,ops``; the ratio of the two
rows of a group is what cutting, windowing and scaling cost.
"""

from typing import Any

import numpy as np
import pytest

from reviewer.audio.samples import Samples
from reviewer.audio.view.spectrogram import TILE_COLUMNS, Band, SpectrogramParameters, tile
from tests.sounds import some_noise

_CASES = [
    pytest.param(16_000, Band.WIDE, 2, 1, id="16k-wide-near"),
    pytest.param(16_000, Band.NARROW, 4, 1, id="16k-narrow-near"),
    pytest.param(16_000, Band.WIDE, 10, 8, id="16k-wide-far"),
    pytest.param(48_000, Band.NARROW, 6, 1, id="48k-narrow-near"),
]


@pytest.mark.parametrize(("rate", "band", "level", "windows"), _CASES)
def test_floor_transforms_alone(benchmark: Any, rate: int, band: Band, level: int, windows: int) -> None:
    benchmark.group = f"{rate} {band} {level}"
    recipe = SpectrogramParameters(rate, band)
    values = np.zeros((TILE_COLUMNS * windows, recipe.window_frames), dtype=np.float32)
    benchmark(np.fft.rfft, values, recipe.fft_size, axis=1)


@pytest.mark.parametrize(("rate", "band", "level", "windows"), _CASES)
def test_make_a_tile(benchmark: Any, rate: int, band: Band, level: int, windows: int) -> None:
    benchmark.group = f"{rate} {band} {level}"
    samples = Samples(rate, some_noise(2 * TILE_COLUMNS << level))
    made = benchmark(tile, samples, 0, SpectrogramParameters(rate, band), level, 1)
    assert made.any()
