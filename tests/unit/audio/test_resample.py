import numpy as np
import pytest

from reviewer.audio.resample import resampled


def _sine(frames: int, rate_hz: int, pitch_hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * pitch_hz * np.arange(frames) / rate_hz).astype(np.float32)[:, None]


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(16_000, 44_100), (22_050, 48_000), (48_000, 16_000), (8_000, 48_000)]
)
@pytest.mark.parametrize("pitch_hz", [100.0, 1_000.0, 3_000.0])
def test_a_tone_is_the_same_tone_at_the_other_rate(from_hz: int, to_hz: int, pitch_hz: float) -> None:
    out = resampled(_sine(from_hz, from_hz, pitch_hz), from_hz, to_hz)

    wanted = _sine(out.shape[0], to_hz, pitch_hz)
    inner = slice(to_hz // 10, -to_hz // 10)
    assert np.abs(out[inner] - wanted[inner]).max() < 2e-4


def test_what_the_lower_rate_cannot_hold_is_gone() -> None:
    out = resampled(_sine(48_000, 48_000, 11_000.0), 48_000, 16_000)

    assert np.abs(out[2_000:-2_000]).max() < 1e-4


def test_a_constant_stays_the_constant() -> None:
    out = resampled(np.full((2_000, 1), 0.5, np.float32), 22_050, 48_000)

    assert np.abs(out[500:-500] - 0.5).max() < 1e-5


@pytest.mark.parametrize("frames", [1, 2, 3, 1_000, 22_051])
def test_the_length_is_the_duration_at_the_other_rate_rounded_up(frames: int) -> None:
    assert resampled(np.zeros((frames, 2), np.float32), 22_050, 48_000).shape == (
        -(-frames * 480 // 220.5),
        2,
    )


def test_the_same_rate_is_not_touched() -> None:
    values = _sine(100, 8_000, 50.0)

    assert resampled(values, 8_000, 8_000) is values


def test_nothing_stays_nothing() -> None:
    assert resampled(np.zeros((0, 1), np.float32), 8_000, 16_000).shape == (0, 1)


def test_channels_are_kept_apart() -> None:
    values = np.hstack([_sine(8_000, 8_000, 500.0), np.zeros((8_000, 1), np.float32)])

    assert not resampled(values, 8_000, 16_000)[:, 1].any()
