import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.samples import Samples, as_float, from_float, full_scale
from tests.sounds import some_noise, some_samples


def test_frames_channels_bits_and_duration_come_from_the_data() -> None:
    samples = some_samples(10, channels=3, bits=24)
    assert (samples.frames, samples.channels, samples.bits) == (10, 3, 24)
    assert some_samples(8_000, rate_hz=16_000).duration_seconds == 0.5


@pytest.mark.parametrize(
    ("rate_hz", "data"),
    [
        (16_000, np.zeros(3, np.int16)),
        (16_000, np.zeros((3, 1), np.float32)),
        (16_000, np.zeros((3, 0), np.int16)),
        (0, some_noise(1)),
    ],
)
def test_what_is_not_integer_frames_by_channels_at_a_rate_is_no_samples(
    rate_hz: int, data: np.ndarray
) -> None:
    with pytest.raises(ValueError, match=r"samples are|0 Hz"):
        Samples(rate_hz, data)


@pytest.mark.parametrize("bits", [16, 24])
def test_as_float_has_full_scale_at_one(bits: int) -> None:
    samples = some_samples(2, bits=bits)
    samples.data[:, 0] = (np.iinfo(samples.data.dtype).min, 0)
    assert as_float(samples.data)[:, 0].tolist() == [-1.0, 0.0]


@given(st.lists(st.integers(-8_388_608, 8_388_607), min_size=1), st.sampled_from([16, 24]))
def test_samples_survive_a_journey_through_floats(values: list[int], bits: int) -> None:
    wide = np.array(values, np.int32)[:, None] << 8
    data = wide if bits == 24 else (wide >> 16).astype(np.int16)
    assert (from_float(data / full_scale(data.dtype), data) == data).all()


def test_floats_beyond_full_scale_are_limited() -> None:
    like = some_noise(1)
    assert from_float(np.array([[2.0], [-2.0]]), like)[:, 0].tolist() == [32_767, -32_768]


def test_the_same_sound_has_the_same_hash_in_any_memory_order() -> None:
    samples = some_samples(100, channels=2)
    assert Samples(16_000, np.asfortranarray(samples.data)).sha256() == samples.sha256()


@pytest.mark.parametrize(
    "other",
    [
        Samples(8_000, some_noise(100)),
        Samples(16_000, some_noise(100).reshape(50, 2)),
        Samples(16_000, some_noise(100).astype(np.int32) << 16),
        Samples(16_000, some_noise(100, seed=7)),
    ],
)
def test_another_rate_shape_width_or_sample_has_another_hash(other: Samples) -> None:
    assert other.sha256() != some_samples(100).sha256()
