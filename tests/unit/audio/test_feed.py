import numpy as np
import pytest

from reviewer.audio.play.audio_callback import AudioCallback, PlaybackCursor, in_channels
from reviewer.audio.play.sample_buffer import BufferedChunk, SampleBuffer
from tests.sounds import some_noise


def _block(frames: int) -> np.ndarray:
    return np.full((frames, 1), 99, np.int16)


def _feed(
    data: np.ndarray, start: int = 0, stop: int | None = None, *, lead_in_seconds: float = 0.0
) -> AudioCallback:
    feed = AudioCallback()
    feed.begin(1_000, lead_in_seconds)
    feed.cue = PlaybackCursor(SampleBuffer.whole(data), start, data.shape[0] if stop is None else stop)
    return feed


def test_nothing_cued_is_silence() -> None:
    feed, out = AudioCallback(), _block(10)

    feed.fill(out, 0.0)

    assert not out.any()


def test_what_is_cued_is_copied_and_the_rest_is_silence() -> None:
    data, out = some_noise(6), _block(10)

    _feed(data).fill(out, 0.0)

    assert (out[:6] == data).all()
    assert not out[6:].any()


def test_blocks_follow_each_other_without_a_gap() -> None:
    data = some_noise(25)
    feed = _feed(data)
    blocks = [_block(10) for _ in range(3)]

    for number, out in enumerate(blocks):
        feed.fill(out, number * 0.01)

    assert (np.concatenate(blocks)[:25] == data).all()


def test_a_cue_ends_at_its_stop() -> None:
    data, out = some_noise(30), _block(20)

    _feed(data, 5, 12).fill(out, 0.0)

    assert (out[:7] == data[5:12]).all()
    assert not out[7:].any()


def test_the_lead_in_is_silent_and_costs_no_sound() -> None:
    data, out = some_noise(6), _block(10)

    _feed(data, lead_in_seconds=0.004).fill(out, 0.0)

    assert not out[:4].any()
    assert (out[4:] == data).all()


def test_a_new_cue_takes_over_at_the_next_block() -> None:
    one, other = some_noise(20, seed=1), some_noise(20, seed=2)
    feed, out = _feed(one), _block(10)
    feed.fill(out, 0.0)
    feed.cue = PlaybackCursor(SampleBuffer.whole(other), 3, 20)

    feed.fill(out, 0.01)

    assert (out == other[3:13]).all()


def test_heard_lags_by_what_waits_in_the_device() -> None:
    feed = _feed(some_noise(100))
    feed.fill(_block(50), 2.0)  # its first frame is heard at second 2, at 1,000 frames a second
    cue = feed.cue
    assert cue is not None

    assert [cue.heard(now, 1_000) for now in (1.9, 2.0, 2.02, 2.05, 9.0)] == [0, 0, 20, 50, 50]


def test_nothing_is_heard_of_a_cue_before_its_first_block() -> None:
    assert PlaybackCursor(SampleBuffer.whole(some_noise(10)), 4, 10).heard(100.0, 1_000) == 4


def test_a_cue_waits_where_its_sound_is_not_at_hand() -> None:
    data, tape = some_noise(30), SampleBuffer(30)
    tape.put([BufferedChunk(0, data[:6])])
    feed = AudioCallback()
    feed.cue = PlaybackCursor(tape, 0, 30)
    first, second = _block(10), _block(10)
    feed.fill(first, 0.0)
    tape.put([BufferedChunk(0, data[:6]), BufferedChunk(6, data[6:])])
    feed.fill(second, 0.01)

    assert (first[:6] == data[:6]).all()
    assert not first[6:].any()
    assert (second == data[6:16]).all()


def test_a_cue_before_what_is_at_hand_is_silent() -> None:
    feed, out, tape = AudioCallback(), _block(10), SampleBuffer(30)
    tape.put([BufferedChunk(5, some_noise(25))])
    feed.cue = PlaybackCursor(tape, 0, 30)
    feed.fill(out, 0.0)

    assert not out.any()


def test_finished_blocks_are_counted() -> None:
    feed = AudioCallback()
    for _ in range(3):
        feed.fill(_block(1), 0.0)

    assert feed.blocks == 3


def test_a_block_keeps_its_buffer() -> None:
    out = _block(10)
    place = out.ctypes.data

    _feed(some_noise(5)).fill(out, 0.0)

    assert out.ctypes.data == place


@pytest.mark.parametrize("channels", [1, 2])
def test_sound_with_the_devices_channels_is_not_touched(channels: int) -> None:
    data = some_noise(5, channels=channels)

    assert in_channels(data, channels) is data


def test_one_channel_goes_to_both_ears() -> None:
    data = some_noise(5)

    assert (in_channels(data, 2) == np.hstack([data, data])).all()


def test_many_channels_are_mixed_to_their_mean() -> None:
    data = np.array([[100, 200, 301, 0]], np.int16)

    assert in_channels(data, 2).tolist() == [[150, 150]]


def test_loud_channels_do_not_overflow_when_mixed() -> None:
    data = np.full((3, 4), 32_767, np.int16)

    assert (in_channels(data, 1) == 32_767).all()
