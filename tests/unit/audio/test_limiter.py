"""Limiter and compressor against their definitions, and whatever way the sound is cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.dsp.limiter import (
    CEILING,
    FALL_DB_PER_SECOND,
    MOST_REDUCTION_DB,
    RISE_DB_PER_SECOND,
    compressor_gain_db,
    lookahead_frames,
    peaks_limited,
)

_RATE_HZ = 8_000
_REACH = lookahead_frames(_RATE_HZ)


def _loud_noise(frames: int, seed: int, channels: int = 1, peaks: int = 3) -> NDArray[np.float32]:
    """Noise below the ceiling with a few peaks far above it."""
    source = np.random.default_rng(seed)
    values = source.uniform(-0.5, 0.5, size=(frames, channels))
    values[source.integers(0, frames, size=peaks)] *= source.uniform(2, 40, size=(peaks, 1))
    return values.astype(np.float32)


def _whole(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return peaks_limited(values, _RATE_HZ, 0, values.shape[0])


def _plain(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """The definition, frame by frame: the least gain around each, averaged by two boxes."""
    peaks = np.abs(values.astype(float)).max(axis=1)
    lack = np.pad(1 - CEILING / np.maximum(peaks, CEILING), 2 * _REACH)
    held = np.array([lack[i - _REACH : i + _REACH + 1].max() for i in range(_REACH, lack.size - _REACH)])
    box = np.full(_REACH + 1, 1 / (_REACH + 1))
    smooth = np.convolve(np.convolve(held, box, "valid"), box, "valid")
    return values * (1 - smooth)[:, None]


@given(st.integers(1, 900), st.integers(0, 10_000), st.sampled_from([1, 2]))
def test_nothing_is_ever_above_the_ceiling(frames: int, seed: int, channels: int) -> None:
    assert np.abs(_whole(_loud_noise(frames, seed, channels))).max() <= CEILING


@given(st.integers(0, 10_000), st.sampled_from([1, 2]))
def test_it_is_its_definition_frame_by_frame_alike_in_all_channels(seed: int, channels: int) -> None:
    values = _loud_noise(600, seed, channels)

    assert np.allclose(_whole(values), np.clip(_plain(values), -CEILING, CEILING), atol=1e-6)


@given(st.integers(0, 10_000), st.integers(0, 799), st.integers(1, 200))
def test_a_part_with_what_is_around_it_is_what_the_whole_has_there(seed: int, start: int, keep: int) -> None:
    values = _loud_noise(800, seed)
    end = min(start + keep, 800)
    low, high = max(start - 2 * _REACH, 0), min(end + 2 * _REACH, 800)
    part = peaks_limited(values[low:high], _RATE_HZ, start - low, end - start)

    assert np.allclose(part, _whole(values)[start:end], atol=1e-7)


@given(st.integers(1, 500), st.integers(0, 10_000))
def test_what_is_not_too_loud_is_given_back_as_it_is(frames: int, seed: int) -> None:
    values = _loud_noise(frames, seed, peaks=0)

    assert np.array_equal(_whole(values), values)


def test_the_ceiling_is_one_decibel_below_full_scale() -> None:
    assert 20 * np.log10(CEILING) == pytest.approx(-1.0, abs=1e-3)


def _power(level_lufs: float) -> float:
    return float(10 ** ((level_lufs + 0.691) / 10))


class _Steps:
    """A clip's steps at these levels; nothing outside of it."""

    def __init__(self, levels: list[float]) -> None:
        self._powers = np.array([_power(level) for level in levels])

    def __call__(self, first: int, last: int) -> NDArray[np.float64]:
        places = np.arange(first, last)
        inside = (places >= 0) & (places < self._powers.size)
        return np.where(inside, self._powers[np.clip(places, 0, self._powers.size - 1)], 0.0)


def _curve(levels: list[float], allowed: float = -20.0) -> NDArray[np.float64]:
    return compressor_gain_db(_Steps(levels), 0, len(levels), allowed)


def _plain_curve(levels: list[float], allowed: float) -> list[float]:
    """The definition: the highest curve below what is wanted that is nowhere steeper than it may be."""
    count = len(levels)
    blocks = {
        block: np.mean([_power(levels[k]) if 0 <= k < count else 0.0 for k in range(block, block + 4)])
        for block in range(-3, count)
    }
    over = {
        block: min(max(-0.691 + 10 * np.log10(max(power, 1e-20)) - allowed, 0.0), MOST_REDUCTION_DB)
        for block, power in blocks.items()
    }
    wanted = [-max(over[block] for block in range(k - 3, k + 1)) for k in range(count)]
    return [
        min(
            wanted[j] + (FALL_DB_PER_SECOND * (j - k) if j > k else RISE_DB_PER_SECOND * (k - j)) / 10
            for j in range(count)
        )
        for k in range(count)
    ]


_LEVELS = st.lists(st.sampled_from([-120.0, -40.0, -22.0, -15.0, -5.0, 0.0]), min_size=1, max_size=60)


@given(_LEVELS)
def test_it_is_the_highest_curve_that_is_nowhere_too_steep(levels: list[float]) -> None:
    assert np.allclose(_curve(levels), np.minimum(_plain_curve(levels, -20.0), 0.0), atol=1e-9)


@given(_LEVELS, st.integers(0, 59), st.integers(1, 30))
def test_a_part_of_the_curve_is_what_the_whole_has_there(levels: list[float], first: int, many: int) -> None:
    last = min(first + many, len(levels))
    first = min(first, last)
    part = compressor_gain_db(_Steps(levels), first, last, -20.0)

    assert np.array_equal(part, _curve(levels)[first:last])


def test_no_more_than_36_db_are_taken_away() -> None:
    assert _curve([5.0] * 20, allowed=-60.0).min() == -MOST_REDUCTION_DB
