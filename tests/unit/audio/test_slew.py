import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.dsp.declicker import eased, largest_step
from reviewer.audio.samples import as_float
from tests.sounds import a_tone, some_noise

_RATE = 16_000


def _tone(pitch_hz: float, loudness: float, frames: int = 4_000) -> np.ndarray:
    return as_float(a_tone(frames, pitch_hz=pitch_hz, loudness=loudness))


def test_the_largest_step_is_that_of_any_channel() -> None:
    values = np.array([[0.0, 0.0], [0.1, -0.5], [0.2, -0.4]], np.float32)

    assert largest_step(values) == 0.5


@pytest.mark.parametrize("frames", [0, 1])
def test_less_than_two_frames_have_no_step_and_stay_as_they_are(frames: int) -> None:
    values = np.full((frames, 1), 0.5, np.float32)

    assert largest_step(values) == 0.0
    assert np.array_equal(eased(values, _RATE, 0.0), values)


def test_sound_without_too_large_a_step_is_given_back_as_it_is() -> None:
    values = _tone(440.0, 0.5)

    assert eased(values, _RATE, 2 * largest_step(values)) is values


def test_only_the_sound_around_a_step_is_made_softer() -> None:
    values = _tone(440.0, 0.3)
    before = largest_step(values)
    values[2_000:2_020] *= 2.0
    out = eased(values, _RATE, before / 0.9)
    reach = 170

    assert largest_step(out) <= before / 0.9
    assert np.array_equal(out[: 2_000 - reach], values[: 2_000 - reach])
    assert np.array_equal(out[2_020 + reach :], values[2_020 + reach :])


def test_all_channels_are_made_softer_together() -> None:
    values = np.repeat(_tone(440.0, 0.3), 2, axis=1)
    values[2_000:2_020, 0] *= 3.0
    out = eased(values, _RATE, largest_step(values[:1_000]) / 0.9)

    assert np.abs(out).sum() < np.abs(values).sum()
    assert np.allclose(out[:, 0] * values[:, 1], out[:, 1] * values[:, 0])


@given(st.integers(0, 2**16), st.floats(0.02, 1.0), st.sampled_from([8_000, 16_000, 48_000]))
def test_no_step_is_larger_than_what_is_allowed(seed: int, part: float, rate_hz: int) -> None:
    values = as_float(some_noise(3_000, channels=2, seed=seed))
    values[1_000:2_000] *= 2.0
    most = part * largest_step(values)

    assert largest_step(eased(values, rate_hz, most)) <= most


@given(st.floats(60.0, 4_000.0), st.floats(1.0, 1.5))
def test_a_tone_is_made_no_softer_than_it_needs(pitch_hz: float, excess: float) -> None:
    values = _tone(pitch_hz, 0.5)
    most = largest_step(values) / excess

    assert largest_step(eased(values, _RATE, most)) >= 0.9 * most
