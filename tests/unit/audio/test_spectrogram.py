"""Spectra against a plain transform written out, and tiles that stay on their grid."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.samples import Samples
from reviewer.audio.view import spectrogram
from reviewer.audio.view.spectrogram import (
    FLOOR_DB,
    STEP_DB,
    TILE_COLUMNS,
    Band,
    SpectrogramParameters,
    gaussian,
)
from tests.fakes.sound import ReadSound
from tests.sounds import a_tone, some_noise

RATE = 16_000
BANDS = tuple(Band)


def tile(
    data: np.ndarray, channel: int, parameters: SpectrogramParameters, level: int, index: int
) -> np.ndarray:
    return spectrogram.tile(Samples(parameters.rate_hz, data), channel, parameters, level, index)


def decibels(values):
    return FLOOR_DB + STEP_DB * values.astype(float)


def plain_spectrum(signal: np.ndarray, centre: int, parameters: SpectrogramParameters) -> np.ndarray:
    """Power of one window by the definition of the transform, a full-scale sine being 1."""
    half = parameters.window_frames // 2
    taken = np.array(
        [signal[i] if 0 <= i < len(signal) else 0.0 for i in range(centre - half, centre + half + 1)]
    )
    window = gaussian(parameters.window_frames).astype(float)
    turns = np.outer(np.arange(parameters.bins), np.arange(parameters.window_frames)) / parameters.fft_size
    size = np.abs(np.exp(-2j * np.pi * turns) @ (taken * window)) / window.sum()
    size[1:] *= 2
    if parameters.bins == parameters.fft_size // 2 + 1:
        size[-1] /= 2
    return size**2


def expected(
    data: np.ndarray, parameters: SpectrogramParameters, level: int, column: int, most_windows: int = 8
) -> np.ndarray:
    signal = data[:, 0] / -float(np.iinfo(data.dtype).min)
    hop = 2**level
    count = min(max(math.ceil(2 * hop / parameters.effective_frames), 1), most_windows)
    centres = [column * hop + (2 * j + 1) * hop // (2 * count) for j in range(count)]
    power = np.mean([plain_spectrum(signal, centre, parameters) for centre in centres], axis=0)
    groups = [
        power[at : at + parameters.bins_a_row].max()
        for at in range(0, parameters.bins, parameters.bins_a_row)
    ]
    return np.clip(10 * np.log10(np.maximum(groups, 1e-20)), FLOOR_DB, 0)


@given(
    band=st.sampled_from(BANDS),
    level=st.integers(0, 9),
    column=st.integers(0, 40),
    rate=st.sampled_from([8_000, 16_000, 48_000]),
    bits=st.sampled_from([16, 24]),
    ceiling=st.sampled_from([math.inf, 8_000.0, 3_000.0]),
)
def test_a_column_is_the_transform_by_its_definition(band, level, column, rate, bits, ceiling):
    data = some_noise(3_000, bits=bits)
    parameters = SpectrogramParameters(rate, band, ceiling)
    if column * 2**level >= 3_000:
        column = 0
    got = decibels(tile(data, 0, parameters, level, 0)[:, column])
    want = expected(data, parameters, level, column)
    heard = want > -100  # below that, single precision ends
    np.testing.assert_allclose(got[heard], want[heard], atol=0.5)


@given(band=st.sampled_from(BANDS), level=st.integers(0, 7), click=st.integers(0, 19_999))
def test_a_click_lands_in_the_column_of_its_sample(band, level, click):
    data = np.zeros((20_000, 1), dtype=np.int16)
    data[click] = 20_000
    parameters = SpectrogramParameters(RATE, band)
    hop = 2**level
    index, column = divmod(click // hop, TILE_COLUMNS)
    around = np.concatenate(
        [tile(data, 0, parameters, level, index + step) for step in (-1, 0, 1) if index + step >= 0], axis=1
    )
    own = column + (TILE_COLUMNS if index else 0)
    loudness = around.max(axis=0)
    assert loudness[own] == loudness.max() > 0
    loudest = np.flatnonzero(loudness == loudness.max())
    if hop <= parameters.effective_frames // 2:
        middle = (loudest[0] + loudest[-1] + 1) / 2 * hop  # equal columns stand on both sides of the click
        assert abs(middle - (click % (TILE_COLUMNS * hop) + (TILE_COLUMNS * hop if index else 0))) <= max(
            hop, parameters.effective_frames / 16
        )


@given(level=st.integers(2, 6), cut=st.integers(0, 5_000))
def test_a_tile_depends_on_nothing_but_its_samples(level, cut):
    data = some_noise(40_000)
    parameters = SpectrogramParameters(RATE)
    index = 20_000 // (TILE_COLUMNS << level)
    changed = data.copy()
    beyond = (index + 1) * (TILE_COLUMNS << level) + parameters.window_frames + cut
    changed[beyond:] = 0
    assert (tile(data, 0, parameters, level, index) == tile(changed, 0, parameters, level, index)).all()


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_a_full_scale_sine_is_at_0_db_in_the_row_of_its_pitch(band, rate):
    data = a_tone(2 * rate, rate_hz=rate, pitch_hz=1_000.0, loudness=1.0)
    parameters = SpectrogramParameters(rate, band)
    column = tile(data, 0, parameters, parameters.finest_level, 1)[:, 10]
    assert decibels(column.max()) == pytest.approx(0.0, abs=1.0)
    assert abs(int(column.argmax()) + 0.5 - parameters.row_of(1_000.0)) <= 1.0


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("level", [0, 8, 14])
def test_silence_is_at_the_floor_whatever_the_other_channel_holds(band, level):
    data = np.hstack([some_noise(48_000), np.zeros((48_000, 1), dtype=np.int16)])
    assert tile(data, 0, SpectrogramParameters(48_000, band), level, 0).any()
    assert not tile(data, 1, SpectrogramParameters(48_000, band), level, 0).any()


def test_a_clip_of_one_sample_has_one_column_and_beyond_the_end_there_is_nothing():
    values = tile(np.full((1, 1), 30_000, dtype=np.int16), 0, SpectrogramParameters(RATE), 3, 0)
    assert values[:, 0].all()
    assert not values[:, 1:].any()
    assert not tile(some_noise(1_000), 0, SpectrogramParameters(RATE), 4, 5).any()


@given(frames_a_pixel=st.floats(0.001, 1e7), band=st.sampled_from(BANDS))
def test_a_pixel_has_one_to_two_columns_down_to_the_finest(frames_a_pixel, band):
    parameters = SpectrogramParameters(RATE, band)
    level = parameters.level_for(frames_a_pixel)
    assert level == parameters.finest_level or frames_a_pixel / 2 < 2**level <= frames_a_pixel


@given(rate=st.integers(8_000, 192_000), ceiling=st.sampled_from([8_000.0, math.inf]))
def test_the_rows_reach_the_highest_pitch(rate, ceiling):
    parameters = SpectrogramParameters(rate, Band.WIDE, ceiling)
    assert parameters.top_hz == min(ceiling, rate / 2)
    assert parameters.row_of(parameters.top_hz) <= parameters.rows + 1e-9


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("level", [2, 8, 12, 16, 18])
def test_a_tile_reads_no_more_than_a_few_times_what_its_windows_need(level: int, band: Band) -> None:
    parameters = SpectrogramParameters(RATE, band)
    sound = ReadSound(Samples(RATE, some_noise(1 << 16)), frames=10 * 3_600 * RATE)

    made = spectrogram.tile(sound, 0, parameters, level, 3)

    assert made.any()
    assert sum(sound.reads) <= 8 * TILE_COLUMNS * 4 * parameters.window_frames


@pytest.mark.parametrize(("level", "windows"), [(15, 4), (18, 2)])
def test_a_far_column_is_the_mean_of_fewer_windows(level: int, windows: int) -> None:
    data, parameters = np.tile(some_noise(1 << 15), (1 << (level - 14), 1)), SpectrogramParameters(RATE)
    got = decibels(tile(data, 0, parameters, level, 0)[:, 0])

    assert np.abs(got - expected(data, parameters, level, 0, windows)).max() <= STEP_DB
