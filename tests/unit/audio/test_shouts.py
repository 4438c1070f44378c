import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.dsp.compressor import DEEPEST_DB, FALL_DB_PER_SECOND, RISE_DB_PER_SECOND, gain_curve_db


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
    return gain_curve_db(_Steps(levels), 0, len(levels), allowed)


def _plain(levels: list[float], allowed: float) -> list[float]:
    """The definition: the highest curve below what is wanted that is nowhere steeper than it may be."""
    count = len(levels)
    blocks = {
        block: np.mean([_power(levels[k]) if 0 <= k < count else 0.0 for k in range(block, block + 4)])
        for block in range(-3, count)
    }
    over = {
        block: min(max(-0.691 + 10 * np.log10(max(power, 1e-20)) - allowed, 0.0), DEEPEST_DB)
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
    assert np.allclose(_curve(levels), np.minimum(_plain(levels, -20.0), 0.0), atol=1e-9)


@given(_LEVELS, st.integers(0, 59), st.integers(1, 30))
def test_a_part_of_the_curve_is_what_the_whole_has_there(levels: list[float], first: int, many: int) -> None:
    last = min(first + many, len(levels))
    first = min(first, last)
    part = gain_curve_db(_Steps(levels), first, last, -20.0)

    assert np.array_equal(part, _curve(levels)[first:last])


def test_speech_at_its_level_is_left_alone() -> None:
    assert not _curve([-22.0] * 50).any()


def test_a_long_shout_is_brought_down_to_what_is_allowed() -> None:
    assert _curve([-30.0] * 20 + [-8.0] * 20 + [-30.0] * 20)[22:38] == pytest.approx([-12.0] * 16, abs=1e-6)


def test_the_gain_is_down_when_the_shout_begins() -> None:
    curve = _curve([-60.0] * 20 + [-8.0] * 20)

    assert curve[20] == pytest.approx(-12.0, abs=1e-6)
    assert not curve[:15].any()


def test_after_a_shout_it_recovers_slowly() -> None:
    curve = _curve([-60.0] * 10 + [-8.0] * 10 + [-60.0] * 40)
    rises = np.diff(curve[24:])

    assert rises.max() <= RISE_DB_PER_SECOND / 10 + 1e-9
    assert curve[-1] == 0.0


def test_no_more_than_36_db_are_taken_away() -> None:
    assert _curve([5.0] * 20, allowed=-60.0).min() == -DEEPEST_DB
