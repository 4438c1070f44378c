"""What a listener hears with level, gain and channels; by itself, and while a clip plays."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.dsp.limiter import CEILING
from reviewer.audio.dsp.loudness import Loudness, measure_loudness
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.output_settings import OutputSettings, processed
from reviewer.audio.samples import IntSamples, Samples, Sound
from reviewer.model.event import HeardRange
from tests.benches.player import PlayerBench
from tests.fakes.stretch import RepeatingStretch
from tests.sounds import a_tone, some_noise, some_samples

RATE_HZ = 8_000
LEVELLED = OutputSettings(is_levelled=True)
QUIETER = OutputSettings(gain_db=-20)


def speech(seconds: float, loudness: float, seed: int = 1, channels: int = 1) -> NDArray[np.int16]:
    """Syllables of noise."""
    source = np.random.default_rng(seed)
    frames = round(seconds * RATE_HZ)
    syllables = np.repeat(source.choice([0.3, 0.8, 1.0], size=frames // 1_600 + 1), 1_600)[:frames]
    values = source.normal(size=(frames, channels)) * syllables[:, None] * loudness * 32_768
    return np.clip(np.rint(values), -32_768, 32_767).astype(np.int16)


def with_a_shout() -> Samples:
    data = speech(12.0, 0.003)
    data[48_000:64_000] = speech(2.0, 0.3, seed=2)
    return Samples(RATE_HZ, data)


def heard(chosen: OutputSettings, sound: Sound) -> IntSamples:
    return processed(sound, chosen, measure_loudness(sound)).read(0, sound.frames)


def lufs(data: IntSamples) -> float:
    loudness = measure_loudness(Samples(RATE_HZ, data)).whole
    assert loudness is not None
    return loudness


CHOICES = st.builds(
    OutputSettings,
    is_levelled=st.booleans(),
    gain_db=st.integers(-20, 20),
    muted=st.frozensets(st.integers(0, 1)),
    is_swapped=st.booleans(),
    is_mono=st.booleans(),
)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_settings_that_ask_for_nothing_give_the_very_clip(channels: int) -> None:
    samples = some_samples(500, channels=channels)
    silence = Samples(RATE_HZ, np.zeros((16_000, channels), np.int16))
    assert processed(samples, OutputSettings(), measure_loudness(samples)) is samples
    assert processed(samples, LEVELLED, None) is samples  # not measured yet
    assert processed(silence, LEVELLED, measure_loudness(silence)) is silence
    if channels == 1:
        assert processed(samples, OutputSettings(is_swapped=True, is_mono=True), None) is samples


@settings(max_examples=40)
@given(CHOICES, st.lists(st.integers(0, 96_000), min_size=1, max_size=8))
def test_however_it_is_read_it_is_the_same_sound(chosen: OutputSettings, cuts: list[int]) -> None:
    sound = Samples(RATE_HZ, np.hstack([with_a_shout().data, speech(12.0, 0.05, seed=3)]))
    in_parts = processed(sound, chosen, measure_loudness(sound))
    parts = [in_parts.read(start, end) for start, end in pairwise([0, *sorted(cuts), sound.frames])]
    assert (in_parts.rate_hz, in_parts.frames, in_parts.channels, in_parts.bits) == (RATE_HZ, 96_000, 2, 16)
    assert np.array_equal(np.concatenate(parts), heard(chosen, sound))


@settings(max_examples=40)
@given(CHOICES, st.integers(0, 1_000))
def test_raised_or_levelled_nothing_is_above_the_ceiling(chosen: OutputSettings, seed: int) -> None:
    sound = Samples(RATE_HZ, np.clip(speech(4.0, 0.4, seed, channels=2), -29_000, 29_000))
    assert np.abs(heard(chosen, sound).astype(int)).max() <= round(CEILING * 32_768)


@pytest.mark.parametrize("loudness", [0.01, 0.03, 0.1, 0.25])
@pytest.mark.parametrize("channels", [1, 2])
def test_quiet_and_loud_clips_come_out_at_one_level(loudness: float, channels: int) -> None:
    out = heard(LEVELLED, Samples(RATE_HZ, speech(6.0, loudness, channels=channels)))
    assert lufs(out) == pytest.approx(-23.0 if channels == 1 else -20.0, abs=0.7)  # -20 on two sides


def test_one_channel_alone_has_its_own_level() -> None:
    sound = Samples(RATE_HZ, np.hstack([speech(6.0, 0.2), speech(6.0, 0.01, seed=4)]))
    second = heard(LEVELLED.solo(1, 2), sound)
    assert lufs(second) == pytest.approx(-20.0, abs=0.7)
    assert not second[:, 0].any()


def test_a_shout_in_a_quiet_clip_is_lowered_towards_its_level_and_nothing_else() -> None:
    sound = with_a_shout()
    out = processed(sound, LEVELLED, Loudness(-50.0, (-50.0,))).read(0, sound.frames)  # of the quiet speech
    gain = 10 ** (24 / 20)
    assert lufs(sound.data[50_000:62_000]) + 24 > 6  # what its level would make of the shout
    assert -23 < lufs(out[50_000:62_000]) < -23 + 6
    for part in (slice(0, 43_000), slice(84_000, 96_000)):
        assert np.abs(out[part] - np.rint(sound.data[part] * gain)).max() <= 1


@pytest.mark.parametrize(("whole", "gain"), [(-20.0, 0.0), (-27.2, 7.2), (-69.0, 24.0), (6.0, -20.0)])
def test_the_level_is_what_is_missing_within_bounds(whole: float, gain: float) -> None:
    stereo = Loudness(whole, (whole - 3, whole - 3))
    assert LEVELLED.level_db(stereo) == pytest.approx(gain)
    assert OutputSettings().level_db(stereo) == LEVELLED.level_db(None) == 0.0


@pytest.mark.parametrize("decibels", [-20, -6, -1, 10])
def test_gain_is_just_gain_where_it_is_not_too_loud(decibels: int) -> None:
    samples = Samples(16_000, (some_noise(30_000) // 8).astype(np.int16))
    assert (
        np.abs(heard(OutputSettings(gain_db=decibels), samples) - samples.data * 10 ** (decibels / 20)).max()
        <= 0.51
    )


def test_channels_are_muted_swapped_and_mixed() -> None:
    samples = some_samples(500, channels=2, bits=24)
    left, right = samples.data.T
    mono = heard(OutputSettings(is_mono=True), samples)

    assert np.array_equal(heard(OutputSettings(is_swapped=True), samples), samples.data[:, ::-1])
    assert np.array_equal(
        heard(OutputSettings(muted=frozenset({0})), samples), np.stack([0 * left, right], axis=1)
    )
    assert np.array_equal(
        heard(OutputSettings(muted=frozenset({0}), is_swapped=True), samples),
        np.stack([right, 0 * left], axis=1),
    )
    assert np.array_equal(heard(OutputSettings(is_mono=True).solo(1, 2), samples), samples.data[:, [1, 1]])
    assert np.array_equal(mono[:, 0], mono[:, 1])
    assert np.abs(mono[:, 0] - samples.data.mean(axis=1)).max() <= 0.51 * 256
    assert not heard(OutputSettings(muted=frozenset({0, 1}), is_mono=True), samples).any()


def test_solo_goes_round_all_first_second_and_there_is_none_in_a_clip_of_one_channel() -> None:
    chosen = OutputSettings(gain_db=3)
    rounds = [chosen := chosen.next_solo(2) for _ in range(3)]
    assert [each.soloed(2) for each in rounds] == [0, 1, None]
    assert rounds[-1] == OutputSettings(gain_db=3)
    assert OutputSettings().next_solo(1) == OutputSettings()
    assert OutputSettings().soloed(1) is None


@pytest.mark.parametrize(("asked", "given_db"), [(-99, -20), (-20, -20), (7, 7), (21, 20)])
def test_gain_stays_within_its_bounds(asked: int, given_db: int) -> None:
    assert OutputSettings().with_gain(asked).gain_db == given_db


def test_the_next_clip_keeps_level_gain_and_mono_but_no_mute_and_no_swap() -> None:
    kept = OutputSettings(is_levelled=True, gain_db=4, is_mono=True)
    bench = PlayerBench(some_samples(1_000, channels=2))
    bench.player.set_output_settings(replace(kept, muted=frozenset({1}), is_swapped=True))
    following = some_samples(1_000, channels=2)
    bench.player.load(following)
    bench.player.play()
    assert bench.player.output_settings == kept
    assert np.array_equal(bench.pull(1_000), heard(kept, following))


def test_while_it_plays_or_loops_a_change_is_heard_from_where_the_device_is() -> None:
    samples = some_samples(1_000)
    quiet = heard(QUIETER, samples)
    bench, looping = PlayerBench(samples), PlayerBench(samples)
    bench.player.play()
    bench.pull(300)
    bench.player.set_output_settings(QUIETER)
    looping.player.play_loop(0, 100)
    looping.pull(150)
    looping.player.set_output_settings(QUIETER)
    assert np.array_equal(bench.pull(700), quiet[300:])
    assert (bench.player.position, bench.player.take_heard()) == (1_000, [HeardRange(0, 1_000)])
    assert np.array_equal(looping.pull(150), np.concatenate([quiet[50:100], quiet[:100]]))


def test_a_gain_dragged_while_it_plays_makes_one_change_at_a_time_and_ends_as_it_was_left() -> None:
    samples = some_samples(20_000)
    bench = PlayerBench(samples, jobs_wait=True)
    bench.player.play()
    for step in range(60):
        bench.player.set_output_settings(OutputSettings(gain_db=-1 - step % 20))
        bench.pull(10)
    waiting = len(bench.jobs)
    while bench.jobs:
        bench.jobs.pop()()
        looks = [
            bench.player.is_playing,
            bench.player.is_playing,
        ]  # one switches, the next asks for the newest

    assert (waiting, looks) == (1, [True, True])
    assert np.array_equal(bench.device.played(), samples.data[:600])
    assert np.array_equal(bench.pull(1_000), heard(QUIETER, samples)[600:1_600])


def test_speed_and_gain_dragged_while_it_is_paused_leave_only_the_last_to_be_rendered() -> None:
    made: list[RepeatingStretch] = []

    def make_stretch(sound: Sound, percent: int) -> RepeatingStretch:
        made.append(RepeatingStretch(sound, percent))
        return made[-1]

    samples = some_samples(1_000)
    bench = PlayerBench(samples, jobs_wait=True, make_stretch=make_stretch)
    for percent in (25, 50, 50):
        bench.player.set_speed(percent)
    for step in range(1, 21):
        bench.player.set_output_settings(OutputSettings(gain_db=-step))
        bench.player.set_speed(50)
    bench.run_jobs()
    bench.player.play()

    assert [bool(each.rendered) for each in made] == [False] * (len(made) - 1) + [True]
    assert np.array_equal(bench.pull(2_000), np.repeat(heard(QUIETER, samples), 2, axis=0))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-20, 0), st.integers(100, 1_500)), max_size=6))
def test_a_change_makes_no_click(changes: list[tuple[int, int]]) -> None:
    tone = Samples(16_000, a_tone(16_000, pitch_hz=450.0, loudness=0.9))
    bench = PlayerBench(tone, fade_seconds=0.005)
    bench.player.play()
    bench.pull(200)
    for gain, frames in changes:
        bench.player.set_output_settings(OutputSettings(gain_db=gain))
        bench.pull(frames)
    steps = np.abs(np.diff(bench.device.played().astype(int), axis=0))
    assert steps.max() <= np.abs(np.diff(tone.data.astype(int), axis=0)).max() + 1


def test_a_clip_that_is_still_being_measured_plays_as_it_is_and_then_at_its_level() -> None:
    samples = some_samples(1_000_001, rate_hz=48_000)
    bench = PlayerBench(samples, settings=LEVELLED, jobs_wait=True, device=VirtualDevice(keeps=False))
    assert PlayerBench(settings=LEVELLED).player.level_db == 0.0
    bench.player.play()
    assert bench.player.level_db is None
    assert np.array_equal(bench.pull(500), samples.data[:500])
    for _ in range(2):  # the measurement, then the sound at its level
        bench.jobs.pop()()
        assert bench.player.is_playing
    assert np.array_equal(bench.pull(500), heard(LEVELLED, samples)[500:1_000])
    assert bench.player.level_db == LEVELLED.level_db(measure_loudness(samples)) != 0.0
    bench.player.set_output_settings(OutputSettings())
    assert bench.player.level_db == 0.0


def test_it_is_heard_at_another_rate_of_the_device_too() -> None:
    bench = PlayerBench(
        Samples(16_000, a_tone(16_000, loudness=0.3)), settings=QUIETER, device=VirtualDevice(rate_hz=48_000)
    )
    bench.player.play()
    assert np.abs(bench.pull(40_000)[4_000:]).max() == pytest.approx(0.03 * 32_767, rel=0.01)
