import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.io.device import AudioFormat
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.play.rendition import Rendition, Renditions
from reviewer.audio.play.sample_buffer import SampleBuffer
from reviewer.audio.samples import IntSamples, Samples, Sound
from reviewer.errors import Unavailable
from tests.fakes.speed import Repeated
from tests.sounds import a_tone, some_samples


def _impossible(_sound: Sound, _percent: int) -> Repeated:
    raise Unavailable("Only normal speed.")


def _at_once(job: Job) -> None:
    job()


def _never(_job: Job) -> None:
    return


def _form(samples: Samples, *, rate_hz: int | None = None, channels: int | None = None) -> AudioFormat:
    return AudioFormat(rate_hz or samples.rate_hz, channels or samples.channels, samples.bits)


def _reel(percent: int, rate_hz: int, frames: int = 100_000_000) -> Rendition:
    return Rendition(SampleBuffer(frames), percent, (percent * 16_000, 100 * rate_hz))


def _data(reel: Rendition) -> IntSamples | None:
    return reel.tape.read(0, reel.frames)


def test_the_plain_reel_is_ready_and_is_the_clip_itself() -> None:
    samples = some_samples(100)

    reel = Renditions(samples, _form(samples), Repeated, _never).get(100)

    piece = reel.tape.piece_at(0)
    assert piece is not None
    assert piece.data is samples.data


def test_another_speed_is_silent_until_it_was_made() -> None:
    samples, jobs = some_samples(100), list[Job]()
    reel = Renditions(samples, _form(samples), Repeated, jobs.append).get(50)
    reel.want(0)

    assert not reel.is_ready(0)
    assert _data(reel) is None
    jobs.pop()()

    assert reel.is_ready(99)
    assert (_data(reel) == np.repeat(samples.data, 2, axis=0)).all()


def test_a_speed_is_prepared_once_however_often_it_is_asked_for() -> None:
    samples = some_samples(100)
    reels = Renditions(samples, _form(samples), Repeated, _never)

    assert reels.get(50) is reels.get(50)


def test_the_speed_before_is_made_no_further() -> None:
    samples, jobs = some_samples(100), list[Job]()
    reels = Renditions(samples, _form(samples), Repeated, jobs.append)
    old = reels.get(50)
    old.want(0)
    reels.get(75)
    jobs.pop()()

    assert not old.is_ready(0)


def test_a_speed_that_cannot_be_made_says_so_each_time() -> None:
    samples = some_samples(100)
    reels = Renditions(samples, _form(samples), _impossible, _at_once)

    for _ in range(2):
        with pytest.raises(Unavailable):
            reels.get(50)


def test_a_device_of_another_rate_gets_the_clip_at_its_rate() -> None:
    samples = Samples(16_000, a_tone(16_000))

    reel = Renditions(samples, _form(samples, rate_hz=48_000), Repeated, _at_once).get(100)

    data = _data(reel)
    assert data is not None
    assert data.shape == (48_000, 1)
    assert np.abs(data[3_000:-3_000:3].astype(int) - samples.data[1_000:-1_000].astype(int)).max() <= 2


def test_a_stereo_device_gets_a_mono_clip_on_both_sides() -> None:
    samples = some_samples(50)

    reel = Renditions(samples, _form(samples, channels=2), Repeated, _at_once).get(100)

    data = _data(reel)
    assert data is not None
    assert (data == samples.data).all()
    assert data.shape == (50, 2)


@given(
    st.integers(0, 10_000), st.sampled_from([25, 50, 100, 133, 300]), st.sampled_from([8_000, 44_100, 48_000])
)
def test_a_frame_of_the_clip_is_found_again_from_its_frame_in_the_reel(
    frame: int, percent: int, rate: int
) -> None:
    reel = _reel(percent, rate)

    clip_frame_width = -(-percent * 16_000 // (100 * rate))
    assert frame - clip_frame_width <= reel.clip_frames(reel.out_frame(frame)) <= frame + 1


@given(st.integers(0, 10_000))
def test_at_normal_speed_and_the_clips_rate_frames_are_the_same(frame: int) -> None:
    reel = _reel(100, 16_000)

    assert (reel.out_frame(frame), reel.clip_frames(frame)) == (frame, frame)
