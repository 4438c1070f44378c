import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.pyramid import FACTOR, FIRST_BIN, Pyramid
from reviewer.audio.samples import Samples
from reviewer.errors import Damaged
from tests.sounds import some_noise

_LENGTHS = st.integers(1, 40_000)


def _data(frames: int, channels: int = 1, bits: int = 16) -> np.ndarray:
    return some_noise(frames, channels=channels, bits=bits, seed=frames)


def _touched(start: float, end: float, pixels: int, column: int, frames: int) -> tuple[int, int]:
    """The frames a pixel touches, inside the clip, by plain arithmetic."""
    width = (end - start) / pixels
    first = math.floor(start + column * width)
    after = max(math.ceil(start + (column + 1) * width), first + 1)
    return max(0, first), min(frames, after)


@given(_LENGTHS, st.integers(1, 3), st.sampled_from([16, 24]))
def test_every_level_is_the_extremes_of_its_bins(frames: int, channels: int, bits: int) -> None:
    data = _data(frames, channels, bits)

    for number, level in enumerate(Pyramid.from_samples(data).levels):
        size = FIRST_BIN * FACTOR**number
        for bin_number in {0, level.shape[2] // 2, level.shape[2] - 1}:
            piece = data[bin_number * size : (bin_number + 1) * size]
            assert (level[:, 0, bin_number] == piece.min(axis=0)).all()
            assert (level[:, 1, bin_number] == piece.max(axis=0)).all()
        assert level.shape[2] == math.ceil(frames / size)


@given(_LENGTHS, st.data())
def test_columns_from_samples_are_exactly_what_their_pixels_touch(frames: int, draw: st.DataObject) -> None:
    data = _data(frames)
    start = draw.draw(st.floats(-100, frames + 100))
    pixels = draw.draw(st.integers(1, 60))
    end = start + draw.draw(st.floats(0, (FIRST_BIN - 1) * pixels))

    lows, highs = Pyramid.from_samples(data).columns(0, start, end, pixels, Samples(16_000, data))

    edges = start + (end - start) * np.arange(pixels + 1) / pixels
    for column in range(pixels):
        first = math.floor(edges[column])
        piece = data[max(0, first) : max(0, min(frames, max(math.ceil(edges[column + 1]), first + 1))), 0]
        expected = (piece.min(), piece.max()) if piece.size else (0, 0)
        assert (lows[column], highs[column]) == expected


@given(_LENGTHS, st.data())
def test_columns_hold_their_frames_and_no_more_than_the_bins_at_their_edges(
    frames: int, draw: st.DataObject
) -> None:
    data = _data(frames)
    start = draw.draw(st.floats(0, frames - 1))
    end = draw.draw(st.floats(start, frames))
    pixels = draw.draw(st.integers(1, 40))
    width = (end - start) / pixels
    bin_size = FIRST_BIN
    while bin_size * FACTOR <= width:
        bin_size *= FACTOR

    lows, highs = Pyramid.from_samples(data).columns(0, start, end, pixels)

    for column in range(pixels):
        first, after = _touched(start, end, pixels, column, frames)
        if first >= after:
            continue
        around = data[max(0, first - bin_size) : after + bin_size, 0]
        inside = data[first:after, 0]
        assert around.min() <= lows[column] <= inside.min()
        assert inside.max() <= highs[column] <= around.max()


@pytest.mark.parametrize("pixels", [0, -3])
def test_no_pixels_are_no_columns(pixels: int) -> None:
    lows, highs = Pyramid.from_samples(_data(500)).columns(0, 0, 500, pixels)

    assert lows.shape == highs.shape == (0,)


def test_one_sample_fills_every_pixel_of_its_frame() -> None:
    pyramid = Pyramid.from_samples(np.array([[-7]], np.int16))

    lows, highs = pyramid.columns(0, 0.0, 1.0, 5)

    assert lows.tolist() == highs.tolist() == [-7] * 5


def test_no_samples_draw_as_silence() -> None:
    pyramid = Pyramid.from_samples(np.zeros((0, 1), np.int16))

    lows, highs = pyramid.columns(0, 0.0, 100.0, 4)

    assert lows.tolist() == highs.tolist() == [0] * 4


def test_outside_the_clip_is_silence() -> None:
    pyramid = Pyramid.from_samples(np.full((64, 1), 9, np.int16))

    lows, highs = pyramid.columns(0, -64.0, 128.0, 3)

    assert highs.tolist() == lows.tolist() == [0, 9, 0]


def test_a_range_that_ends_before_it_starts_draws_nothing() -> None:
    lows, highs = Pyramid.from_samples(_data(100)).columns(0, 50.0, 40.0, 2)

    assert lows.tolist() == highs.tolist() == [0, 0]


def test_channels_are_kept_apart() -> None:
    data = np.stack([np.full(1_000, 5), np.full(1_000, -6)], axis=1).astype(np.int16)
    pyramid = Pyramid.from_samples(data)

    assert pyramid.columns(0, 0, 1_000, 1)[1].tolist() == [5]
    assert pyramid.columns(1, 0, 1_000, 1)[0].tolist() == [-6]


def test_full_scale_is_that_of_the_samples() -> None:
    assert Pyramid.from_samples(_data(10)).full_scale == 32_768
    assert Pyramid.from_samples(_data(10, bits=24)).full_scale == 2_147_483_648


@given(st.integers(0, 5_000), st.integers(1, 3), st.sampled_from([16, 24]))
def test_a_pyramid_comes_back_from_its_bytes(frames: int, channels: int, bits: int) -> None:
    pyramid = Pyramid.from_samples(_data(frames, channels, bits))

    back = Pyramid.from_bytes(pyramid.to_bytes())

    assert (back.frames, back.channels, len(back.levels)) == (frames, channels, len(pyramid.levels))
    for one, other in zip(back.levels, pyramid.levels, strict=True):
        assert one.dtype == other.dtype
        assert (one == other).all()


@given(st.integers(0, 300))
def test_bytes_cut_short_are_damage(cut: int) -> None:
    blob = Pyramid.from_samples(_data(5_000)).to_bytes()

    with pytest.raises(Damaged):
        Pyramid.from_bytes(blob[: cut % len(blob)])


@pytest.mark.parametrize(("place", "value"), [(0, 0), (4, 9), (6, 3), (7, 0), (8, 1), (13, 255)])
def test_a_header_that_was_changed_is_damage(place: int, value: int) -> None:
    blob = bytearray(Pyramid.from_samples(_data(5_000)).to_bytes())
    blob[place] = value

    with pytest.raises(Damaged):
        Pyramid.from_bytes(bytes(blob))


def test_a_pyramid_is_a_tenth_of_the_samples_at_most() -> None:
    data = _data(160_000)

    assert len(Pyramid.from_samples(data).to_bytes()) < data.nbytes / 10
