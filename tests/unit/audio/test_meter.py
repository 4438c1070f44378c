from reviewer.audio.dsp.loudness import measured
from reviewer.audio.dsp.loudness_analyser import LoudnessAnalyser
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.samples import IntSamples, Samples
from tests.sounds import some_samples


class _Streamed:
    """A sound that is decoded where it is read."""

    rate_hz, channels, bits, frames = 16_000, 1, 16, 16_000

    def read(self, start: int, end: int) -> IntSamples:
        return some_samples(16_000).read(start, end)


def test_a_short_clip_is_measured_at_once() -> None:
    samples, jobs = some_samples(16_000), list[Job]()
    meter = LoudnessAnalyser(jobs.append)
    meter.begin(samples)

    assert meter.loudness == measured(samples)
    assert not jobs


def test_a_long_clip_is_measured_on_another_thread() -> None:
    samples, jobs = some_samples(1_000_001), list[Job]()
    meter = LoudnessAnalyser(jobs.append)
    meter.begin(samples)

    assert meter.loudness is None
    jobs.pop()()
    assert meter.loudness == measured(samples)


def test_a_clip_that_must_be_decoded_is_not_decoded_here() -> None:
    jobs = list[Job]()
    LoudnessAnalyser(jobs.append).begin(_Streamed())

    assert len(jobs) == 1


def test_the_same_clip_is_measured_once() -> None:
    sound, jobs = _Streamed(), list[Job]()
    meter = LoudnessAnalyser(jobs.append)
    meter.begin(sound)
    meter.begin(sound)

    assert len(jobs) == 1


def test_what_comes_too_late_is_not_taken_for_the_next_clips() -> None:
    jobs, following = list[Job](), some_samples(1_000)
    meter = LoudnessAnalyser(jobs.append)
    meter.begin(_Streamed())
    meter.begin(following)
    jobs.pop()()

    assert meter.loudness == measured(following)


def test_without_a_clip_there_is_no_loudness() -> None:
    meter = LoudnessAnalyser(list[Job]().append)
    meter.begin(some_samples(1_000))
    meter.stop()

    assert meter.loudness is None


def test_a_clip_let_go_is_not_measured_to_the_end() -> None:
    jobs, samples = list[Job](), Samples(16_000, some_samples(1_000_001).data)
    meter = LoudnessAnalyser(jobs.append)
    meter.begin(samples)
    meter.stop()
    jobs.pop()()

    assert meter.loudness is None
