"""What the device's thread copies, block by block."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.dsp.fade import fade_in_weights
from reviewer.audio.play.audio_callback import (
    AudioCallback,
    BufferedChunk,
    Fades,
    PlaybackCursor,
    SampleBuffer,
)
from tests.benches.player import OvertakenCallback
from tests.sounds import some_noise

DATA = some_noise(100)


def _block(frames: int) -> NDArray[np.int16]:
    return np.full((frames, 1), 99, np.int16)


def _playing(cursor: PlaybackCursor, *, lead_in_seconds: float = 0.0) -> AudioCallback:
    callback = AudioCallback()
    callback.start_stream(1_000, lead_in_seconds)
    callback.play(cursor)
    return callback


def _filled(callback: AudioCallback, frames: int, when_seconds: float = 0.0) -> NDArray[np.int16]:
    out = _block(frames)
    callback.fill(out, when_seconds)
    return out


@given(
    st.lists(st.integers(0, 100), min_size=2, max_size=12, unique=True),
    st.integers(-5, 105),
    st.integers(0, 100),
)
def test_a_buffer_finds_what_it_has_and_nothing_else(cuts: list[int], frame: int, end: int) -> None:
    pairs = list(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
    buffer = SampleBuffer(100)
    buffer.replace_chunks(BufferedChunk(start, DATA[start:stop]) for start, stop in pairs[::-1])
    held = {each for start, stop in pairs for each in range(start, stop)}
    chunk = buffer.chunk_at(frame)
    assert (chunk is not None) == (frame in held)
    assert chunk is None or chunk.data[frame - chunk.start] == DATA[frame]
    read = buffer.read(frame, end)
    assert (read is not None) == (frame < end and set(range(frame, end)) <= held)
    assert read is None or (read == DATA[frame:end]).all()


def test_a_whole_sound_is_buffered_without_a_copy() -> None:
    chunk = SampleBuffer.holding_all(DATA).chunk_at(99)
    assert chunk is not None
    assert chunk.data is DATA


@given(
    st.integers(0, 90),
    st.integers(0, 60),
    st.integers(0, 9),
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
)
def test_blocks_of_any_size_hold_silence_then_the_sound_then_silence(
    start: int, frames: int, lead_in: int, blocks: list[int]
) -> None:
    stop = min(start + frames, 100)
    cursor = PlaybackCursor(SampleBuffer.holding_all(DATA), start, stop)
    callback = _playing(cursor, lead_in_seconds=lead_in / 1_000)
    out = np.concatenate([_filled(callback, block) for block in blocks])
    silence = np.zeros((240, 1), np.int16)
    wanted = np.concatenate((silence[:lead_in], DATA[start:stop], silence))
    assert (out == wanted[: out.shape[0]]).all()
    assert callback.finished_blocks == len(blocks)


def test_what_is_heard_lags_by_what_the_device_holds() -> None:
    cursor = PlaybackCursor(SampleBuffer.holding_all(DATA), 4, 100)
    assert cursor.heard_count(100.0, 1_000) == 4  # before its first block
    _filled(_playing(cursor), 50, when_seconds=2.0)
    assert [cursor.heard_count(now, 1_000) for now in (1.9, 2.0, 2.02, 2.05, 9.0)] == [4, 4, 24, 54, 54]


def test_a_cursor_waits_where_its_sound_is_not_buffered() -> None:
    buffer = SampleBuffer(100)
    buffer.replace_chunks([BufferedChunk(0, DATA[:6])])
    cursor = PlaybackCursor(buffer, 0, 30)
    callback = _playing(cursor)
    first = _filled(callback, 10)
    assert not cursor.is_buffered
    buffer.replace_chunks([BufferedChunk(0, DATA[:6]), BufferedChunk(6, DATA[6:])])
    assert (first[:6] == DATA[:6]).all()
    assert not first[6:].any()
    assert (_filled(callback, 10) == DATA[6:16]).all()


class _HeldUp(SampleBuffer):
    """The device's thread is held up in the middle of a block until the test lets it go."""

    def __init__(self) -> None:
        super().__init__(100)
        self.replace_chunks([BufferedChunk(0, DATA)])
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()

    def chunk_at(self, frame: int) -> BufferedChunk | None:
        self.has_begun.set()
        assert self.may_go_on.wait(30)
        return super().chunk_at(frame)


def test_dropping_all_waits_for_a_block_that_is_under_way() -> None:
    buffer = _HeldUp()
    callback = _playing(PlaybackCursor(buffer, 0, 100))
    thread = threading.Thread(target=_filled, args=(callback, 10))
    thread.start()
    assert buffer.has_begun.wait(30)
    assert not callback.drop_all()  # the block does not end in time: the stream must be closed
    buffer.may_go_on.set()
    thread.join()
    assert callback.drop_all()
    assert not _filled(callback, 50).any()


@pytest.mark.parametrize("plays_on", [False, True])
def test_after_dropping_all_not_a_frame_of_the_previous_sound_follows(*, plays_on: bool) -> None:
    other = some_noise(40, seed=3)
    callback = _playing(PlaybackCursor(SampleBuffer.holding_all(DATA), 0, 100))
    _filled(callback, 10)
    assert callback.drop_all()
    if plays_on:
        callback.play(PlaybackCursor(SampleBuffer.holding_all(other), 0, 40))
    assert (_filled(callback, 40) == (other if plays_on else np.zeros_like(other))).all()


def test_a_block_that_begins_while_all_is_dropped_is_silent() -> None:
    callback, out = OvertakenCallback(), _block(10)
    callback.start_stream(1_000, 0.0)
    fades = Fades(fade_in_weights(20))
    callback.play(PlaybackCursor(SampleBuffer.holding_all(DATA), 0, 100, fades=fades))
    assert _filled(callback, 10).any()
    callback.comes_between = lambda: callback.fill(out, 0.01)
    assert callback.drop_all()
    assert not out.any()
