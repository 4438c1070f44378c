import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.chunked_sound import ChunkedSound
from reviewer.audio.io.device import AudioFormat
from reviewer.audio.samples import IntSamples, Samples
from tests.sounds import some_samples

_SAMPLES = some_samples(1_000, channels=2)


class _Maker:
    """Gives pieces of a sound and remembers which."""

    def __init__(self, samples: Samples = _SAMPLES) -> None:
        self.asked: list[tuple[int, int]] = []
        self._samples = samples

    def __call__(self, start: int, end: int) -> IntSamples:
        self.asked.append((start, end))
        return self._samples.read(start, end)


def _pieces(maker: _Maker, length: int = 64) -> ChunkedSound:
    return ChunkedSound(AudioFormat(16_000, 2, 16), 1_000, length, maker)


@given(st.integers(-50, 1_100), st.integers(-50, 1_100), st.sampled_from([1, 7, 64, 999, 1_000, 5_000]))
def test_any_part_is_what_the_whole_has_there(start: int, end: int, length: int) -> None:
    assert np.array_equal(_pieces(_Maker(), length).read(start, end), _SAMPLES.read(start, end))


def test_only_whole_pieces_are_asked_for_and_the_last_is_cut_at_the_end() -> None:
    maker = _Maker()
    _pieces(maker, 400).read(350, 1_000)

    assert maker.asked == [(0, 400), (400, 800), (800, 1_000)]


def test_a_piece_read_just_before_is_not_made_again() -> None:
    maker = _Maker()
    pieces = _pieces(maker)
    pieces.read(0, 10)
    pieces.read(10, 20)

    assert maker.asked == [(0, 64)]


def test_pieces_read_long_ago_are_forgotten() -> None:
    maker = _Maker()
    pieces = _pieces(maker)
    pieces.read(0, 1_000)
    maker.asked.clear()
    pieces.read(0, 10)

    assert maker.asked == [(0, 64)]


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 2), (2_000, 3_000), (-9, 0)])
def test_nothing_asked_for_is_nothing_of_the_right_form(start: int, end: int) -> None:
    nothing = _pieces(_Maker()).read(start, end)

    assert (nothing.shape, nothing.dtype) == ((0, 2), np.int16)


def test_it_says_what_it_is() -> None:
    pieces = ChunkedSound(AudioFormat(44_100, 2, 24), 1_000, 64, _Maker())

    assert (pieces.rate_hz, pieces.channels, pieces.bits, pieces.frames) == (44_100, 2, 24, 1_000)


def test_threads_that_read_at_once_get_the_same() -> None:
    pieces, wrong = _pieces(_Maker()), list[int]()

    def read() -> None:
        for start in range(0, 900, 7):
            if not np.array_equal(pieces.read(start, start + 100), _SAMPLES.read(start, start + 100)):
                wrong.append(start)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
