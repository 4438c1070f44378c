from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.play.sample_buffer import BufferedChunk, SampleBuffer
from tests.sounds import some_noise

_DATA = some_noise(100)


def _tape(cuts: list[tuple[int, int]]) -> SampleBuffer:
    tape = SampleBuffer(100)
    tape.put(BufferedChunk(start, _DATA[start:end]) for start, end in cuts)
    return tape


@given(st.lists(st.integers(0, 100), min_size=2, max_size=12, unique=True), st.integers(-5, 105))
def test_a_frame_is_found_in_the_piece_that_has_it_and_nowhere_else(places: list[int], frame: int) -> None:
    ordered = sorted(places)
    cuts = list(zip(ordered[::2], ordered[1::2], strict=False))

    piece = _tape(cuts[::-1]).piece_at(frame)

    assert (piece is not None) == any(start <= frame < end for start, end in cuts)
    assert piece is None or piece.data[frame - piece.start] == _DATA[frame]


@given(st.integers(0, 100), st.integers(0, 100))
def test_what_lies_in_several_pieces_is_read_as_one(start: int, end: int) -> None:
    read = _tape([(0, 30), (30, 31), (31, 100)]).read(start, end)

    if start < end:
        assert read is not None
        assert (read == _DATA[start:end]).all()


def test_what_is_not_all_at_hand_is_not_read() -> None:
    assert _tape([(0, 30), (31, 100)]).read(20, 40) is None


def test_a_whole_sound_is_one_piece_without_a_copy() -> None:
    piece = SampleBuffer.whole(_DATA).piece_at(99)

    assert piece is not None
    assert (piece.data is _DATA, piece.end) == (True, 100)


def test_nothing_is_at_hand_of_an_empty_sound() -> None:
    assert SampleBuffer.whole(_DATA[:0]).piece_at(0) is None
