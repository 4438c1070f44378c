"""Playback as its caller knows it, and as a virtual device hears it, frame by frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.audio.dsp.fade import FADE_SECONDS, fade_in_weights
from reviewer.audio.io.device import FillBlock, VirtualDevice
from reviewer.audio.play.audio_callback import SampleBuffer
from reviewer.audio.play.playback_run import HeardTracker, PlaybackRun
from reviewer.audio.play.player import Player
from reviewer.audio.play.rendition import Rendition
from reviewer.audio.play.transport import Transport
from reviewer.audio.samples import AudioFormat, Samples, Sound
from reviewer.errors import NoAudioDevice, Notice, Unavailable
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span, merge
from tests.benches.player import OvertakenCallback, PlayerBench
from tests.fakes.stretch import RepeatingStretch
from tests.sounds import some_samples

SAMPLES = some_samples(1_000)
DATA = SAMPLES.data


class NoDevice(VirtualDevice):
    """Opens only once it is plugged in."""

    is_plugged_in = False

    def open_stream(self, audio_format: AudioFormat, fill: FillBlock):  # type: ignore[no-untyped-def]
        if not self.is_plugged_in:
            raise NoAudioDevice("NO_OUTPUT_DEVICE")
        return super().open_stream(audio_format, fill)


def unavailable(_sound: Sound, _percent: int) -> RepeatingStretch:
    raise Unavailable("STRETCH_NOT_INSTALLED")


@pytest.mark.parametrize(("channels", "bits", "rate_hz"), [(1, 16, 16_000), (2, 24, 48_000), (8, 16, 8_000)])
def test_the_device_gets_the_clip_bit_for_bit(channels: int, bits: int, rate_hz: int) -> None:
    samples = some_samples(1_000, channels=channels, bits=bits, rate_hz=rate_hz)
    bench = PlayerBench(samples, fade_seconds=FADE_SECONDS)
    assert not bench.pull(500).any()
    bench.player.play()
    assert bench.device.stream.audio_format == AudioFormat(rate_hz, channels, bits)
    assert (bench.pull(1_000) == samples.data).all()


def test_position_follows_what_is_heard_to_the_end_and_play_begins_again_there() -> None:
    bench = PlayerBench(SAMPLES)
    player = bench.player
    assert (player.position, player.is_playing, player.frames, player.channels) == (0, False, 1_000, 1)
    player.play()
    bench.pull(300)
    assert (player.position, player.is_playing) == (300, True)
    bench.pull(1_200)
    assert (player.position, player.is_playing) == (1_000, False)
    player.play()
    assert (bench.pull(1_000) == DATA).all()


def test_a_range_is_played_and_no_more() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play(200, 300)
    out = bench.pull(400)
    assert (out[:100] == DATA[200:300]).all()
    assert not out[100:].any()
    assert (bench.player.position, bench.player.take_heard()) == (300, [HeardRange(200, 300)])


def test_after_pause_nothing_more_is_fed_and_play_goes_on_there() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play()
    bench.pull(300)
    bench.player.pause()
    assert not bench.pull(200).any()
    bench.player.play()
    assert (bench.pull(700) == DATA[300:]).all()


@pytest.mark.parametrize("is_playing", [False, True])
def test_seek_goes_on_there_if_it_was_playing(*, is_playing: bool) -> None:
    bench = PlayerBench(SAMPLES)
    if is_playing:
        bench.player.play()
    bench.pull(100)
    bench.player.seek(600)
    assert (bench.player.position, bench.player.is_playing) == (600, is_playing)
    assert (bench.pull(400) == (DATA[600:] if is_playing else 0)).all()
    assert bench.player.take_heard() == ([HeardRange(0, 100), HeardRange(600, 1_000)] if is_playing else [])


def test_what_the_device_holds_is_not_heard_yet_but_counts_as_heard_after_a_pause() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play()
    bench.device.stream.pull_ahead(800, heard=500)
    assert bench.player.position == 500
    bench.player.pause()
    assert bench.player.position == 800
    assert bench.player.take_heard() == [HeardRange(0, 800)]


def test_until_the_end_is_heard_it_plays_and_can_be_moved_or_changed() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play()
    bench.device.stream.pull_ahead(1_000, heard=900)
    bench.player.set_speed(50)
    assert (bench.player.is_playing, bench.player.position) == (True, 900)
    bench.pull(100)
    assert (bench.player.is_playing, bench.player.take_heard()) == (False, [HeardRange(0, 1_000)])
    bench.player.set_speed(100)
    bench.player.play(0)
    bench.device.stream.pull_ahead(1_000, heard=1_500)
    bench.player.seek(100)
    assert bench.player.is_playing


def test_heard_ranges_are_told_once_also_after_the_clip_is_gone_and_before_the_next_one_comes() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play()
    bench.pull(100)
    assert bench.player.take_heard() == [HeardRange(0, 100)]
    assert bench.player.take_heard() == []
    bench.pull(50)
    bench.player.unload()
    with pytest.raises(ValueError, match="not taken"):
        bench.player.load(some_samples(10))
    assert bench.player.take_heard() == [HeardRange(100, 150)]


@pytest.mark.parametrize("is_overtaken", [False, True])
def test_a_block_under_way_when_a_run_ends_is_told_in_the_end(*, is_overtaken: bool) -> None:
    callback = OvertakenCallback()
    tracker = HeardTracker(callback)
    rendition = Rendition(SampleBuffer.holding_all(DATA), 100, 1, 1)
    run = PlaybackRun(rendition, Transport.loaded(1_000).play(), fade_in_weights(0))
    run.cursor.copy_next(np.zeros((10, 1), np.int16), 0.0)
    tracker.end_run(run)

    def finish() -> None:
        run.cursor.copy_next(np.zeros((50, 1), np.int16), 0.0)
        callback.finished_blocks += 2

    heard = [] if is_overtaken else tracker.take_heard(None)
    callback.comes_between = finish
    heard += tracker.take_heard(None) + tracker.take_heard(None)

    assert merge(Span(each.start, each.end) for each in heard) == (Span(0, 60),)


def test_until_a_speed_is_rendered_the_old_one_goes_on_and_then_the_new_one_at_the_same_place() -> None:
    bench = PlayerBench(SAMPLES, jobs_wait=True)
    bench.player.play()
    bench.player.set_speed(50)
    assert (bench.pull(300) == DATA[:300]).all()
    bench.run_jobs()
    assert bench.player.position == 300
    assert (bench.pull(1_400) == np.repeat(DATA[300:], 2, axis=0)).all()
    assert bench.player.take_heard() == [HeardRange(0, 300), HeardRange(300, 1_000, 50)]


@pytest.mark.parametrize("place", [0, 700])
def test_play_waits_for_a_speed_that_is_being_rendered(place: int) -> None:
    bench = PlayerBench(SAMPLES, jobs_wait=True)
    bench.player.set_speed(50)
    bench.player.play()
    bench.player.seek(place)
    assert bench.player.is_playing
    assert not bench.pull(10).any()
    bench.run_jobs()
    assert bench.player.position == place
    assert (bench.pull(600) == np.repeat(DATA[place:], 2, axis=0)[:600]).all()


def test_a_speed_that_is_not_available_leaves_normal_speed_and_a_sentence() -> None:
    bench = PlayerBench(SAMPLES, make_stretch=unavailable)
    for _ in range(2):
        bench.player.set_speed(150)
    bench.player.play()
    assert bench.player.speed_percent == 100
    assert bench.player.problem == Notice("STRETCH_NOT_INSTALLED")
    assert (bench.pull(1_000) == DATA).all()


def test_the_next_clip_starts_at_its_beginning_in_its_own_format_at_the_previous_speed() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.set_speed(50)
    bench.player.play()
    bench.pull(500)
    bench.player.unload()
    bench.player.take_heard()
    bench.player.load(some_samples(700, rate_hz=8_000))
    assert (bench.player.position, bench.player.is_playing, bench.player.frames) == (0, False, 700)
    bench.player.play()
    bench.pull(200)
    assert bench.device.stream.audio_format.rate_hz == 8_000
    assert bench.player.take_heard() == [HeardRange(0, 100, 50)]


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_device_of_another_rate_gives_the_same_positions_and_loops_without_drifting(rate_hz: int) -> None:
    bench = PlayerBench(some_samples(16_000), device=VirtualDevice(rate_hz=rate_hz))
    bench.player.play()
    bench.pull(rate_hz // 2)
    assert bench.player.position == 8_000
    assert bench.player.take_heard() == [HeardRange(0, 8_000)]
    bench.player.play_loop(4_000, 8_000)
    for _ in range(200):
        bench.pull(rate_hz // 4)
    assert abs(bench.player.position - 4_000) <= 1


def test_without_a_device_all_but_sound_works_and_play_finds_one_that_was_plugged_in_since() -> None:
    device = NoDevice()
    player = PlayerBench(SAMPLES, device=device).player
    player.play()
    player.seek(300)
    player.set_speed(50)
    assert player.problem == Notice("NO_OUTPUT_DEVICE")
    assert (player.is_playing, player.position, player.speed_percent, player.frames) == (
        False,
        300,
        50,
        1_000,
    )
    assert player.take_heard() == []
    device.is_plugged_in = True
    player.play()

    assert (player.is_playing, player.problem) == (True, None)


def test_a_device_that_is_disconnected_stops_the_clip_and_play_goes_on_with_another() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play()
    bench.pull(400)
    bench.device.stream.unplug()
    assert (bench.player.is_playing, bench.player.position) == (False, 400)
    assert bench.player.problem == Notice("OUTPUT_DISCONNECTED", {"output": "Virtual device"})
    assert bench.player.take_heard() == [HeardRange(0, 400)]
    bench.player.play()
    assert bench.player.problem is None
    assert (bench.pull(600) == DATA[400:]).all()


def test_another_output_is_opened_and_a_playing_clip_goes_on_there() -> None:
    bench = PlayerBench()
    bench.player.choose_output("ALSA/Headset")
    with pytest.raises(LookupError):
        _ = bench.device.stream  # no clip, so no device is opened
    bench.player.load(SAMPLES)
    first = bench.device.stream
    bench.player.choose_output("ALSA/Headset")
    assert bench.device.stream is first
    bench.player.play()
    bench.pull(300)
    bench.player.choose_output("ALSA/Speakers")
    assert not first.is_alive
    assert (bench.pull(700) == DATA[300:]).all()
    assert bench.player.take_heard() == [HeardRange(0, 1_000)]


def test_without_a_clip_nothing_plays() -> None:
    player = Player(VirtualDevice())
    player.play()
    player.play_loop(0, 10)
    player.pause()
    player.seek(100)
    assert (player.position, player.is_playing, player.frames, player.channels) == (0, False, 0, 0)
    assert player.take_heard() == []


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("pull"), st.integers(1, 400)),
        st.tuples(st.just("seek"), st.integers(-10, 1_100)),
        st.tuples(st.just("play"), st.integers(0, 1_000)),
        st.tuples(st.just("speed"), st.sampled_from([50, 100])),
        st.tuples(st.just("pause"), st.just(0)),
        st.tuples(st.just("resume"), st.just(0)),
        st.tuples(st.just("take"), st.just(0)),
    ),
    max_size=30,
)


@given(ACTS)
@settings(max_examples=200)
def test_the_log_holds_exactly_the_frames_that_reached_the_device(acts: list[tuple[str, int]]) -> None:
    bench = PlayerBench(Samples(16_000, np.arange(1, 1_001, dtype=np.int16)[:, None]))  # known by its value
    player = bench.player
    heard: list[HeardRange] = []
    for name, value in acts:
        match name:
            case "pull":
                bench.pull(value)
            case "seek":
                player.seek(value)
            case "play":
                player.play(value)
            case "speed":
                player.set_speed(value)
            case "pause":
                player.pause()
            case "resume":
                player.play()
            case _:
                heard += player.take_heard()
        assert 0 <= player.position <= 1_000
    player.close()
    assert not bench.device.stream.is_alive
    heard += player.take_heard()

    played = {int(value) - 1 for value in bench.device.played()[:, 0] if value}
    assert {frame for each in heard for frame in range(each.start, each.end)} == played
