"""Peaks against plain minima and maxima, in memory and in a stream."""

import io
import math
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.audio.samples import Samples
from reviewer.audio.view.peaks import FACTOR, FIRST_BIN, PEAK_BLOCK_FRAMES, PeakPyramid, PeakWriter
from reviewer.errors import Damaged
from tests.sounds import some_noise

_LENGTHS = st.integers(1, 40_000)


def _data(frames: int, channels: int = 1, bits: int = 16) -> np.ndarray:
    return some_noise(frames, channels=channels, bits=bits, seed=frames)


@pytest.mark.parametrize("frames", [1, 63, 4_096, 65_535, 65_536, 65_537, 131_072, 300_000, 600_001])
@pytest.mark.parametrize(("channels", "bits"), [(1, 16), (3, 24)])
def test_peaks_made_in_blocks_are_those_of_the_whole(frames: int, channels: int, bits: int) -> None:
    data, writer = _data(frames, channels, bits), PeakWriter()
    for start in range(0, frames, PEAK_BLOCK_FRAMES):
        writer.add(data[start : start + PEAK_BLOCK_FRAMES])
    assert b"".join(writer.parts()) == PeakPyramid.from_samples(data).to_bytes()


def test_no_block_follows_a_short_one() -> None:
    writer = PeakWriter()
    writer.add(_data(10))
    with pytest.raises(ValueError, match="last"):
        writer.add(_data(10))


@given(_LENGTHS, st.integers(1, 3), st.sampled_from([16, 24]))
def test_every_level_is_the_extremes_of_its_bins(frames: int, channels: int, bits: int) -> None:
    data = _data(frames, channels, bits)
    for number, level in enumerate(PeakPyramid.from_samples(data).levels):
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
    lows, highs = PeakPyramid.from_samples(data).columns(0, start, end, pixels, Samples(16_000, data))
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

    lows, highs = PeakPyramid.from_samples(data).columns(0, start, end, pixels)

    for column in range(pixels):
        first = max(0, math.floor(start + column * width))
        after = min(frames, max(math.ceil(start + (column + 1) * width), first + 1))
        if first >= after:
            continue
        around = data[max(0, first - bin_size) : after + bin_size, 0]
        inside = data[first:after, 0]
        assert around.min() <= lows[column] <= inside.min()
        assert inside.max() <= highs[column] <= around.max()


@pytest.mark.parametrize(
    ("values", "start", "end", "pixels", "drawn"),
    [
        ([5] * 500, 0.0, 500.0, 0, []),
        ([5] * 500, 0.0, 500.0, -3, []),
        ([5] * 100, 50.0, 40.0, 2, [0, 0]),
        ([-7], 0.0, 1.0, 5, [-7] * 5),
        ([9] * 64, -64.0, 128.0, 3, [0, 9, 0]),
        ([], 0.0, 100.0, 4, [0] * 4),
        ([], -0.5, 0.5, 1, [0]),
    ],
)
def test_at_the_edges_nothing_is_drawn_as_nothing_and_outside_the_clip_as_silence(
    values: list[int], start: float, end: float, pixels: int, drawn: list[int]
) -> None:
    pyramid = PeakPyramid.from_samples(np.array(values, np.int16).reshape(-1, 1))
    lows, highs = pyramid.columns(0, start, end, pixels)
    assert lows.tolist() == highs.tolist() == drawn


def test_full_scale_is_that_of_the_samples() -> None:
    assert PeakPyramid.from_samples(_data(10)).full_scale == 32_768
    assert PeakPyramid.from_samples(_data(10, bits=24)).full_scale == 2_147_483_648


@given(st.integers(0, 5_000), st.integers(1, 3), st.sampled_from([16, 24]))
def test_a_pyramid_comes_back_from_its_bytes(frames: int, channels: int, bits: int) -> None:
    pyramid = PeakPyramid.from_samples(_data(frames, channels, bits))
    back = PeakPyramid.from_stream(io.BytesIO(pyramid.to_bytes()))
    assert (back.frames, back.channels, len(back.levels)) == (frames, channels, len(pyramid.levels))
    for one, other in zip(back.levels, pyramid.levels, strict=True):
        assert one.dtype == other.dtype
        assert (one == other).all()


@given(st.integers(0, 300))
def test_bytes_cut_short_are_damage(cut: int) -> None:
    blob = PeakPyramid.from_samples(_data(5_000)).to_bytes()
    with pytest.raises(Damaged):
        PeakPyramid.from_stream(io.BytesIO(blob[: cut % len(blob)]))


@pytest.mark.parametrize(("place", "value"), [(0, 0), (4, 9), (6, 3), (7, 0), (8, 1), (13, 255)])
def test_a_header_that_was_changed_is_damage(place: int, value: int) -> None:
    blob = bytearray(PeakPyramid.from_samples(_data(5_000)).to_bytes())
    blob[place] = value
    with pytest.raises(Damaged):
        PeakPyramid.from_stream(io.BytesIO(blob))


def test_a_pyramid_is_a_tenth_of_the_samples_at_most() -> None:
    data = _data(160_000)
    assert len(PeakPyramid.from_samples(data).to_bytes()) < data.nbytes / 10


class _Counted(io.BytesIO):
    """A stream that counts what is read of it."""

    read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        self.read_bytes += len(part)
        return part


@lru_cache
def _long(channels: int = 1, bits: int = 16) -> tuple[PeakPyramid, bytes]:
    """The peaks of half an hour, too many to be kept in memory, and their bytes."""
    bins = 400_000
    first = np.sort(np.random.default_rng(bits).integers(-30_000, 30_000, (channels, 2, bins)), axis=1)
    pyramid = PeakPyramid.from_first_level(
        bins * FIRST_BIN - 5, first.astype(np.int16) if bits == 16 else first.astype(np.int32) << 16
    )
    return pyramid, pyramid.to_bytes()


@given(st.sampled_from([(1, 16), (2, 16), (2, 24)]), st.data())
@settings(max_examples=40)
def test_peaks_read_where_they_are_wanted_give_the_same_columns(
    shape: tuple[int, int], draw: st.DataObject
) -> None:
    whole, blob = _long(*shape)
    stored = PeakPyramid.from_stream(io.BytesIO(blob))
    assert (stored.frames, stored.channels, stored.full_scale) == (whole.frames, shape[0], whole.full_scale)
    for _ in range(3):
        start = draw.draw(st.floats(-100, whole.frames + 100))
        length = draw.draw(st.floats(0, whole.frames + 200) | st.floats(0, 10_000))
        window = (start, start + length, draw.draw(st.integers(0, 60)))
        channel = draw.draw(st.integers(0, shape[0] - 1))
        for one, other in zip(stored.columns(channel, *window), whole.columns(channel, *window), strict=True):
            assert one.dtype == other.dtype
            assert (one == other).all()
    assert stored.to_bytes() == blob


def test_opening_reads_the_coarse_levels_and_a_look_only_what_it_needs() -> None:
    whole, blob = _long()
    stream = _Counted(blob)
    stored = PeakPyramid.from_stream(stream)
    assert stream.read_bytes < 2 << 20 < len(blob) + (1 << 20)
    before = stream.read_bytes
    stored.columns(0, 1_000_000, 1_010_000, 100)
    stored.columns(0, 1_000_010, 1_010_010, 100)
    assert stream.read_bytes - before <= 4 << 16
    assert stored.stored is not None
    assert whole.stored is None


def test_short_peaks_are_read_whole_and_their_stream_closed() -> None:
    stream = io.BytesIO(PeakPyramid.from_samples(_data(5_000)).to_bytes())
    assert PeakPyramid.from_stream(stream).stored is None
    assert stream.closed


def test_closed_peaks_are_flat() -> None:
    stream = io.BytesIO(_long()[1])
    stored = PeakPyramid.from_stream(stream)
    stored.close()
    lows, highs = stored.columns(0, 0.0, 6_400.0, 100)
    assert stream.closed
    assert not lows.any()
    assert not highs.any()


@pytest.mark.parametrize("cut", [1, 100, 2_400])
def test_a_stream_of_another_length_is_damage_and_closed(cut: int) -> None:
    stream = io.BytesIO(_long()[1][:-cut])
    with pytest.raises(Damaged):
        PeakPyramid.from_stream(stream)
    assert stream.closed
