"""What a listener hears with level, gain and channels, frame by frame on a virtual device."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.audio.dsp.loudness import measured
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.play.player import Player
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.samples import IntSamples, Samples
from reviewer.model.event import HeardRange
from tests.sounds import a_tone, some_samples

_LOUDER = OutputSettings(gain_db=6)
_QUIETER = OutputSettings(gain_db=-20)


def _at_once(job: Job) -> None:
    job()


def _player(fade_seconds: float = 0.0) -> tuple[Player, VirtualDevice]:
    device = VirtualDevice()
    return Player(device, start_job=_at_once, fade_seconds=fade_seconds), device


def _as(ears: OutputSettings, samples: Samples) -> IntSamples:
    return ears.applied(samples, measured(samples)).read(0, samples.frames)


def test_plain_ears_get_the_clip_bit_for_bit() -> None:
    samples = some_samples(1_000, channels=2, bits=24)
    player, device = _player(0.005)
    player.set_output_settings(OutputSettings())
    player.load(samples)
    player.play()

    assert np.array_equal(device.pull(1_000), samples.data)


@pytest.mark.parametrize("ears", [_LOUDER, OutputSettings(is_levelled=True), OutputSettings(is_mono=True)])
def test_ears_set_before_a_clip_are_kept_for_it_and_the_next(ears: OutputSettings) -> None:
    player, device = _player()
    player.set_output_settings(ears)
    for frames in (1_000, 2_000):
        samples = some_samples(frames, channels=2)
        player.load(samples)
        player.play()

        assert np.array_equal(device.pull(frames), _as(ears, samples))
        player.unload()
        player.take_heard()


def test_while_it_plays_another_gain_is_heard_from_where_the_device_is() -> None:
    samples = some_samples(1_000)
    player, device = _player()
    player.load(samples)
    player.play()
    device.pull(300)
    player.set_output_settings(_QUIETER)

    assert np.array_equal(device.pull(700), _as(_QUIETER, samples)[300:])


def test_a_gain_dragged_while_it_plays_makes_one_change_at_a_time_and_ends_as_it_was_left() -> None:
    jobs, samples, device = list[Job](), some_samples(20_000), VirtualDevice()
    player = Player(device, start_job=jobs.append, fade_seconds=0.0)
    player.load(samples)
    player.play()
    for step in range(60):
        player.set_output_settings(OutputSettings(gain_db=-1 - step % 20))
        device.pull(10)
    waiting = len(jobs)
    while jobs:
        jobs.pop()()
        looks = [player.is_playing, player.is_playing]  # one goes over, the next sees to what is wanted now

    assert (waiting, looks) == (1, [True, True])
    assert np.array_equal(device.played(), samples.data[:600])
    assert np.array_equal(device.pull(1_000), _as(OutputSettings(gain_db=-20), samples)[600:1_600])


def test_position_and_what_was_heard_are_as_without() -> None:
    player, device = _player(0.005)
    player.load(some_samples(2_000))
    player.play()
    device.pull(300)
    player.set_output_settings(_QUIETER)
    device.pull(300)

    assert player.position <= 600
    device.pull(1_500)
    assert not player.is_playing
    assert player.position == 2_000
    assert player.take_heard() == [HeardRange(0, 2_000)]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-20, 0), st.integers(100, 1_500)), max_size=6))
def test_a_change_makes_no_click(changes: list[tuple[int, int]]) -> None:
    tone = Samples(16_000, a_tone(16_000, pitch_hz=450.0, loudness=0.9))
    player, device = _player(0.005)
    player.load(tone)
    player.play()
    device.pull(200)
    for gain, frames in changes:
        player.set_output_settings(OutputSettings(gain_db=gain))
        device.pull(frames)

    steps = np.abs(np.diff(device.played().astype(int), axis=0))
    assert steps.max() <= np.abs(np.diff(tone.data.astype(int), axis=0)).max() + 1


def test_in_a_loop_it_goes_on_looping() -> None:
    samples = some_samples(1_000)
    player, device = _player()
    player.load(samples)
    player.play_loop(0, 100)
    device.pull(150)
    player.set_output_settings(_QUIETER)
    quiet = _as(_QUIETER, samples)

    assert np.array_equal(device.pull(150), np.concatenate([quiet[50:100], quiet[:100]]))


def test_paused_it_is_heard_with_the_next_play() -> None:
    samples = some_samples(1_000)
    player, device = _player()
    player.load(samples)
    player.set_output_settings(_LOUDER)
    player.play(100)

    assert np.array_equal(device.pull(900), _as(_LOUDER, samples)[100:])


def test_a_clip_that_is_still_being_measured_plays_as_it_is_and_then_at_its_level() -> None:
    jobs = list[Job]()
    samples = some_samples(1_000_001, rate_hz=48_000)
    device = VirtualDevice(keeps=False)
    player = Player(device, start_job=jobs.append, fade_seconds=0.0)
    player.set_output_settings(OutputSettings(is_levelled=True))
    player.load(samples)
    player.play()

    assert player.level_db is None
    assert np.array_equal(device.pull(500), samples.data[:500])
    jobs.pop()()  # the measuring
    assert player.is_playing
    jobs.pop()()  # the sound at its level
    assert player.is_playing
    assert np.array_equal(device.pull(500), _as(OutputSettings(is_levelled=True), samples)[500:1_000])


def test_the_player_says_what_the_level_adds() -> None:
    samples = some_samples(16_000)
    player, _ = _player()
    player.load(samples)

    assert player.level_db == 0.0
    player.set_output_settings(OutputSettings(is_levelled=True))
    assert player.level_db == OutputSettings(is_levelled=True).level_db(measured(samples))


def test_without_a_clip_there_is_no_level() -> None:
    player, _ = _player()
    player.set_output_settings(OutputSettings(is_levelled=True))

    assert (player.level_db, player.output_settings) == (0.0, OutputSettings(is_levelled=True))


def test_at_another_rate_of_the_device_it_is_heard_too() -> None:
    device = VirtualDevice(rate_hz=48_000)
    player = Player(device, start_job=_at_once, fade_seconds=0.0)
    player.load(Samples(16_000, a_tone(16_000, loudness=0.3)))
    player.set_output_settings(_QUIETER)
    player.play()

    assert np.abs(device.pull(40_000)[4_000:]).max() == pytest.approx(0.03 * 32_767, rel=0.01)


def test_mute_and_swap_are_for_one_clip() -> None:
    samples = some_samples(1_000, channels=2)
    player, device = _player()
    player.load(samples)
    player.set_output_settings(OutputSettings(is_swapped=True).solo(1, 2))
    player.load(samples)
    player.play()

    assert player.output_settings == OutputSettings()
    assert np.array_equal(device.pull(1_000), samples.data)


def test_going_over_to_another_device_the_clip_plays_on() -> None:
    samples = some_samples(1_000)
    player, device = _player()
    player.load(samples)
    player.play()
    device.pull(300)
    before = device.stream
    player.choose_output("ALSA/Headset")

    assert not before.is_alive
    assert np.array_equal(device.pull(700), samples.data[300:])
    assert player.take_heard() == [HeardRange(0, 1_000)]


def test_the_device_that_plays_already_is_not_opened_again() -> None:
    player, device = _player()
    player.choose_output("ALSA/Headset")
    player.load(some_samples(1_000))
    before = device.stream
    player.choose_output("ALSA/Headset")

    assert device.stream is before
    assert before.is_alive


def test_without_a_clip_no_device_is_opened() -> None:
    player, device = _player()
    player.choose_output("ALSA/Headset")

    with pytest.raises(LookupError):
        _ = device.stream


def test_the_player_says_how_many_channels_there_are() -> None:
    player, _ = _player()
    assert player.channels == 0
    player.load(some_samples(1_000, channels=2))

    assert player.channels == 2


def test_underruns_are_counted_through_all_streams() -> None:
    player, device = _player()
    player.load(some_samples(1_000))
    device.stream.starve()
    player.unload()
    player.load(some_samples(1_000))
    device.stream.starve()
    device.stream.starve()

    assert player.underruns == 3


def test_a_lost_device_is_named() -> None:
    player, device = _player()
    player.load(some_samples(1_000))
    player.play()
    device.stream.unplug()

    assert not player.is_playing
    assert player.problem.startswith("The sound device “Virtual device” has gone.")
