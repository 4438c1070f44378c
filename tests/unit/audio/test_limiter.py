import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.dsp.limiter import CEILING, limited, reach_frames

_RATE_HZ = 8_000
_REACH = reach_frames(_RATE_HZ)


def _loud_noise(frames: int, seed: int, channels: int = 1, peaks: int = 3) -> NDArray[np.float32]:
    """Noise below the ceiling with a few peaks far above it."""
    source = np.random.default_rng(seed)
    values = source.uniform(-0.5, 0.5, size=(frames, channels))
    values[source.integers(0, frames, size=peaks)] *= source.uniform(2, 40, size=(peaks, 1))
    return values.astype(np.float32)


def _whole(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return limited(values, _RATE_HZ, 0, values.shape[0])


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


@given(st.integers(0, 10_000))
def test_it_is_its_definition_frame_by_frame(seed: int) -> None:
    values = _loud_noise(600, seed)

    assert np.allclose(_whole(values), np.clip(_plain(values), -CEILING, CEILING), atol=1e-6)


@given(st.integers(0, 10_000), st.integers(0, 799), st.integers(1, 200))
def test_a_part_with_what_is_around_it_is_what_the_whole_has_there(seed: int, start: int, keep: int) -> None:
    values = _loud_noise(800, seed)
    end = min(start + keep, 800)
    low, high = max(start - 2 * _REACH, 0), min(end + 2 * _REACH, 800)
    part = limited(values[low:high], _RATE_HZ, start - low, end - start)

    assert np.allclose(part, _whole(values)[start:end], atol=1e-7)


@given(st.integers(1, 500), st.integers(0, 10_000))
def test_what_is_not_too_loud_is_given_back_as_it_is(frames: int, seed: int) -> None:
    values = _loud_noise(frames, seed, peaks=0)

    assert np.array_equal(_whole(values), values)


def test_far_from_a_peak_the_sound_is_untouched() -> None:
    values = _loud_noise(2_000, 1, peaks=0)
    values[1_000] = 5.0
    out = _whole(values)
    far = np.abs(np.arange(2_000) - 1_000) > 2 * _REACH

    assert np.array_equal(out[far], values[far])
    assert not np.array_equal(out[~far], values[~far])


def test_both_channels_are_lowered_together_so_that_voices_stay_in_their_place() -> None:
    values = np.full((400, 2), 0.25, np.float32)
    values[200, 0] = 4.0
    out = _whole(values)

    assert out[200, 1] / values[200, 1] == pytest.approx(out[200, 0] / values[200, 0], rel=1e-4)


def test_the_gain_moves_smoothly_and_begins_before_the_peak() -> None:
    values = np.full((600, 1), 0.1, np.float32)
    values[300] = 10.0
    gains = _whole(values)[:, 0] / values[:, 0]
    steps = np.abs(np.diff(gains))

    assert gains[300 - _REACH] < 0.6
    assert steps.max() < 2.0 / _REACH


@pytest.mark.parametrize("place", [0, 1, 398, 399])
def test_a_peak_at_the_very_end_of_the_sound_is_kept_too(place: int) -> None:
    values = np.full((400, 1), 0.1, np.float32)
    values[place] = -8.0

    assert abs(_whole(values)[place, 0]) <= CEILING


def test_nothing_stays_nothing() -> None:
    assert _whole(np.zeros((0, 2), np.float32)).shape == (0, 2)


def test_the_ceiling_is_one_decibel_below_full_scale() -> None:
    assert 20 * np.log10(CEILING) == pytest.approx(-1.0, abs=1e-3)
