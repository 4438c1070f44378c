"""An hour of speech into its picture, and one frame of it, beside what the numbers cost at least.

``.venv/bin/pytest tests/benchmarks/test_pyramid.py --benchmark-columns=median,ops``
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reviewer.audio.view.peaks import PeakPyramid
from tests.sounds import some_noise

_HOUR = 16_000 * 3_600


@pytest.fixture(scope="module")
def hour() -> NDArray[Any]:
    return np.tile(some_noise(_HOUR // 100), (100, 1))


@pytest.mark.benchmark(group="make")
def test_floor_read_every_sample_once(benchmark: Any, hour: NDArray[Any]) -> None:
    benchmark(hour.min)


@pytest.mark.benchmark(group="make")
def test_make_the_pyramid(benchmark: Any, hour: NDArray[Any]) -> None:
    pyramid = benchmark(PeakPyramid.from_samples, hour)
    assert pyramid.frames == _HOUR


@pytest.mark.benchmark(group="draw")
def test_floor_copy_1600_pairs(benchmark: Any) -> None:
    benchmark(np.copy, np.zeros((2, 1_600), np.int16))


@pytest.mark.benchmark(group="draw")
@pytest.mark.parametrize("share", [1.0, 0.1, 0.001])
def test_draw_1600_columns(benchmark: Any, hour: NDArray[Any], share: float) -> None:
    pyramid = PeakPyramid.from_samples(hour)
    lows, _ = benchmark(pyramid.columns, 0, 0.0, _HOUR * share, 1_600)
    assert lows.size == 1_600
