import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.device import SoundForm
from reviewer.audio.reels import Job, Reel, Reels
from reviewer.audio.samples import IntSamples, Samples
from reviewer.errors import Unavailable
from tests.sounds import a_tone, some_samples


def _at_once(job: Job) -> None:
    job()


def _never(_job: Job) -> None:
    return


def _form(samples: Samples, *, rate_hz: int | None = None, channels: int | None = None) -> SoundForm:
    return SoundForm(rate_hz or samples.rate_hz, channels or samples.channels, samples.bits)


def _doubled(samples: Samples, percent: int) -> IntSamples:
    return np.repeat(samples.data, 100 // percent, axis=0)


def _impossible(_samples: Samples, _percent: int) -> IntSamples:
    raise Unavailable("Only normal speed.")


def test_the_plain_reel_is_ready_and_is_the_clip_itself() -> None:
    samples = some_samples(100)

    reel = Reels(samples, _form(samples), _doubled, _never).get(100)

    assert reel is not None
    assert reel.data is samples.data


def test_another_speed_is_none_until_it_was_made() -> None:
    samples, jobs = some_samples(100), list[Job]()
    reels = Reels(samples, _form(samples), _doubled, jobs.append)

    assert reels.get(50) is None
    jobs.pop()()

    made = reels.get(50)
    assert made is not None
    assert made.data.shape == (200, 1)


def test_a_speed_is_made_once_however_often_it_is_asked_for() -> None:
    samples, jobs = some_samples(100), list[Job]()
    reels = Reels(samples, _form(samples), _doubled, jobs.append)

    for _ in range(5):
        reels.get(50)

    assert len(jobs) == 1


def test_only_the_newest_speed_is_kept_beside_the_plain_one() -> None:
    samples, jobs = some_samples(100), list[Job]()
    reels = Reels(samples, _form(samples), _doubled, lambda job: (jobs.append(job), job())[0])

    for percent in (50, 25, 50):
        reels.get(percent)

    assert len(jobs) == 3
    assert reels.get(100) is not None


def test_a_speed_that_cannot_be_made_is_a_problem_and_can_be_tried_again() -> None:
    samples, jobs = some_samples(100), list[Job]()
    reels = Reels(samples, _form(samples), _impossible, lambda job: (jobs.append(job), job())[0])

    assert reels.get(50) is None
    assert reels.problem is not None
    reels.get(50)

    assert len(jobs) == 2


def test_a_device_of_another_rate_gets_the_clip_at_its_rate() -> None:
    samples = Samples(16_000, a_tone(16_000))

    reel = Reels(samples, _form(samples, rate_hz=48_000), _doubled, _at_once).get(100)

    assert reel is not None
    assert reel.data.shape == (48_000, 1)
    assert np.abs(reel.data[3_000:-3_000:3].astype(int) - samples.data[1_000:-1_000].astype(int)).max() <= 2


def test_a_stereo_device_gets_a_mono_clip_on_both_sides() -> None:
    samples = some_samples(50)

    reel = Reels(samples, _form(samples, channels=2), _doubled, _at_once).get(100)

    assert reel is not None
    assert (reel.data == samples.data).all()
    assert reel.data.shape == (50, 2)


@given(
    st.integers(0, 10_000), st.sampled_from([25, 50, 100, 133, 300]), st.sampled_from([8_000, 44_100, 48_000])
)
def test_a_frame_of_the_clip_is_found_again_from_its_frame_in_the_reel(
    frame: int, percent: int, rate: int
) -> None:
    reel = Reel(np.zeros((100_000_000, 1), np.bool_), percent, percent * 16_000, 100 * rate)

    clip_frame_width = -(-percent * 16_000 // (100 * rate))
    assert frame - clip_frame_width <= reel.clip_frames(reel.out_frame(frame)) <= frame + 1


@given(st.integers(0, 10_000))
def test_at_normal_speed_and_the_clips_rate_frames_are_the_same(frame: int) -> None:
    reel = Reel(np.zeros((10_000, 1), np.int16), 100, 100 * 16_000, 100 * 16_000)

    assert (reel.out_frame(frame), reel.clip_frames(frame)) == (frame, frame)
