import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.audio.dsp.fade import FADE_SECONDS
from reviewer.audio.io.device import AudioFormat, Fill, VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.samples import Samples, Sound
from reviewer.errors import NoAudioDevice, Unavailable
from reviewer.model.event import HeardRange
from reviewer.model.intervals import heard_spans, total_frames
from tests.fakes.speed import Repeated
from tests.sounds import some_samples


def _at_once(job: Job) -> None:
    job()


def _impossible(_sound: Sound, _percent: int) -> Repeated:
    raise Unavailable("Only normal speed.", "Install something.")


def _loaded(samples: Samples, fade_seconds: float = 0.0) -> tuple[Player, VirtualDevice]:
    """A player without fades, so that each frame can be told; with them: test_player_fades.py."""
    device = VirtualDevice()
    player = Player(device, make_stretch=Repeated, start_job=_at_once, fade_seconds=fade_seconds)
    player.load(samples)
    return player, device


class _NoDevice:
    lead_in_seconds = 0.0

    def __init__(self) -> None:
        self.tries = 0
        self.is_plugged_in = False

    def open(self, form: AudioFormat, fill: Fill) -> object:
        self.tries += 1
        if not self.is_plugged_in:
            raise NoAudioDevice("Sound is off: no output device was found.", "Plug one in.")
        return VirtualDevice().open(form, fill)


def test_what_reaches_the_device_is_the_clip_bit_for_bit() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples, FADE_SECONDS)

    player.play()

    assert (device.pull(1_000) == samples.data).all()


def test_a_24_bit_stereo_clip_goes_out_as_it_is() -> None:
    samples = some_samples(1_000, channels=2, bits=24, rate_hz=48_000)
    player, device = _loaded(samples, FADE_SECONDS)

    player.play()

    assert device.stream.form == AudioFormat(48_000, 2, 24)
    assert (device.pull(1_000) == samples.data).all()


def test_a_loaded_clip_is_silent_until_it_is_played() -> None:
    player, device = _loaded(some_samples(1_000))

    assert not device.pull(500).any()
    assert (player.position, player.is_playing, player.frames) == (0, False, 1_000)


def test_position_is_what_was_heard() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(300)

    assert (player.position, player.is_playing) == (300, True)


def test_playing_ends_at_the_end_of_the_clip() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(1_500)

    assert (player.position, player.is_playing) == (1_000, False)


def test_play_at_the_end_plays_it_again() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play()
    device.pull(1_500)
    assert not player.is_playing

    player.play()

    assert (device.pull(1_000) == samples.data).all()


def test_a_range_is_played_and_no_more() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play(200, 300)

    out = device.pull(400)

    assert (out[:100] == samples.data[200:300]).all()
    assert not out[100:].any()
    assert (player.position, player.take_heard()) == (300, [HeardRange(200, 300)])


def test_after_pause_nothing_more_is_fed_and_play_goes_on_there() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play()
    device.pull(300)
    player.pause()

    assert not device.pull(200).any()
    player.play()
    assert (device.pull(700) == samples.data[300:]).all()


def test_seek_while_playing_goes_on_there() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play()
    device.pull(100)
    player.seek(600)

    assert (device.pull(400) == samples.data[600:]).all()
    assert player.take_heard() == [HeardRange(0, 100), HeardRange(600, 1_000)]


def test_seek_while_paused_plays_nothing() -> None:
    player, device = _loaded(some_samples(1_000))
    player.seek(600)

    assert not device.pull(100).any()
    assert (player.position, player.is_playing) == (600, False)


def test_seek_in_the_last_moment_goes_on_playing() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.stream.pull_ahead(1_000, heard=500)
    player.seek(100)

    assert player.is_playing


def test_position_lags_while_sound_waits_in_the_device() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.stream.pull_ahead(800, heard=500)

    assert player.position == 500


def test_pause_stands_where_the_waiting_sound_ends() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.stream.pull_ahead(800, heard=500)
    player.pause()

    assert player.position == 800
    assert player.take_heard() == [HeardRange(0, 800)]


def test_playing_lasts_until_the_end_is_heard() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.stream.pull_ahead(1_000, heard=999)
    assert player.is_playing

    device.pull(1)
    assert not player.is_playing


def test_heard_ranges_are_told_once() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(100)

    assert player.take_heard() == [HeardRange(0, 100)]
    assert player.take_heard() == []
    device.pull(50)
    assert player.take_heard() == [HeardRange(100, 150)]


def test_what_was_heard_can_be_taken_after_the_clip_was_let_go() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(100)
    player.unload()

    assert player.take_heard() == [HeardRange(0, 100)]


def test_a_block_that_ends_while_ranges_are_told_is_told_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(100)
    assert player._run is not None
    under_way = player._run.cue  # a block has begun with this cue, and ends only later
    player.pause()
    tell = player._hearing._tell

    def tell_and_be_overtaken(run: object) -> None:
        tell(run)  # type: ignore[arg-type]
        under_way.take(np.zeros((50, 1), np.int16), 0.0)
        device.pull(10)
        device.pull(10)

    monkeypatch.setattr(player._hearing, "_tell", tell_and_be_overtaken)
    first = player.take_heard()
    monkeypatch.undo()

    assert first == [HeardRange(0, 100)]
    assert player.take_heard() == [HeardRange(100, 150)]


def test_nothing_fed_is_nothing_heard() -> None:
    player, _ = _loaded(some_samples(1_000))
    player.play()
    player.pause()

    assert player.take_heard() == []


def test_half_speed_plays_the_stretched_sound_and_says_so_in_the_log() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.set_speed(50)
    player.play()

    assert (device.pull(2_000) == np.repeat(samples.data, 2, axis=0)).all()
    assert player.position == 1_000
    assert player.take_heard() == [HeardRange(0, 1_000, 50)]


def test_a_change_of_speed_goes_on_at_the_same_place() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play()
    device.pull(400)
    player.set_speed(50)

    assert (device.pull(1_200) == np.repeat(samples.data[400:], 2, axis=0)).all()
    assert player.take_heard() == [HeardRange(0, 400), HeardRange(400, 1_000, 50)]


def test_until_a_speed_is_ready_the_old_one_goes_on() -> None:
    samples, jobs = some_samples(1_000), list[Job]()
    device = VirtualDevice()
    player = Player(device, make_stretch=Repeated, start_job=jobs.append, fade_seconds=0.0)
    player.load(samples)
    player.play()
    player.set_speed(50)

    assert (device.pull(300) == samples.data[:300]).all()
    jobs.pop()()
    assert player.position == 300
    assert (device.pull(20) == np.repeat(samples.data[300:310], 2, axis=0)).all()


def test_play_waits_for_a_speed_that_is_being_made() -> None:
    samples, jobs = some_samples(1_000), list[Job]()
    device = VirtualDevice()
    player = Player(device, make_stretch=Repeated, start_job=jobs.append, fade_seconds=0.0)
    player.load(samples)
    player.set_speed(50)
    player.play()

    assert player.is_playing
    assert not device.pull(10).any()
    jobs.pop()()
    assert player.position == 0
    assert (device.pull(4) == np.repeat(samples.data[:2], 2, axis=0)).all()


def test_seek_during_slow_playing_has_the_sound_there_made_first() -> None:
    samples, jobs = some_samples(1_000), list[Job]()
    device = VirtualDevice()
    player = Player(device, make_stretch=Repeated, start_job=jobs.append, fade_seconds=0.0)
    player.load(samples)
    player.set_speed(50)
    player.play()
    player.seek(700)

    assert not device.pull(10).any()
    jobs.pop()()
    assert (device.pull(600) == np.repeat(samples.data[700:], 2, axis=0)).all()


def test_a_change_of_speed_at_the_very_end_lets_the_end_be_heard() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.stream.pull_ahead(1_000, heard=900)
    player.set_speed(50)

    assert (player.is_playing, player.position) == (True, 900)
    device.pull(100)
    assert (player.is_playing, player.take_heard()) == (False, [HeardRange(0, 1_000)])


def test_a_speed_that_cannot_be_made_leaves_normal_speed_and_a_sentence() -> None:
    samples = some_samples(1_000)
    device = VirtualDevice()
    player = Player(device, make_stretch=_impossible, start_job=_at_once)
    player.load(samples)
    player.set_speed(150)
    player.play()

    assert (player.speed_percent, player.problem) == (100, "Only normal speed. Install something.")
    assert (device.pull(1_000) == samples.data).all()


def test_speed_stays_with_the_next_clip() -> None:
    player, device = _loaded(some_samples(1_000))
    player.set_speed(50)
    player.load(some_samples(10))
    player.play()
    device.pull(100)

    assert player.take_heard() == [HeardRange(0, 10, 50)]


def test_the_next_clip_is_not_taken_while_something_heard_is_not_logged() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(500)

    with pytest.raises(ValueError, match="not taken"):
        player.load(some_samples(10))
    assert player.take_heard() == [HeardRange(0, 500)]


def test_the_next_clip_starts_at_its_beginning() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(500)
    other = some_samples(700, rate_hz=8_000)
    player.unload()
    assert player.take_heard() == [HeardRange(0, 500)]
    player.load(other)

    assert (player.position, player.is_playing, player.frames) == (0, False, 700)
    assert device.stream.form.rate_hz == 8_000


def test_a_device_of_another_rate_gives_the_same_positions() -> None:
    device = VirtualDevice(rate_hz=48_000)
    player = Player(device, start_job=_at_once)
    player.load(some_samples(16_000))
    player.play()
    device.pull(24_000)

    assert player.position == 8_000
    assert player.take_heard() == [HeardRange(0, 8_000)]


def test_without_a_device_there_is_a_sentence_and_play_does_nothing() -> None:
    player = Player(_NoDevice())  # type: ignore[arg-type]
    player.load(some_samples(1_000))
    player.play()

    assert player.problem == "Sound is off: no output device was found. Plug one in."
    assert (player.is_playing, player.position, player.take_heard()) == (False, 0, [])


def test_without_a_device_seek_and_speed_still_work() -> None:
    player = Player(_NoDevice())  # type: ignore[arg-type]
    player.load(some_samples(1_000))
    player.seek(300)
    player.set_speed(150)

    assert (player.position, player.speed_percent, player.frames) == (300, 150, 1_000)


def test_play_finds_a_device_that_was_plugged_in_since() -> None:
    device = _NoDevice()
    player = Player(device)  # type: ignore[arg-type]
    player.load(some_samples(1_000))
    device.is_plugged_in = True
    player.play()

    assert (player.is_playing, player.problem) == (True, None)


def test_a_device_that_goes_away_stops_the_clip_with_a_sentence() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(400)
    device.stream.unplug()

    assert not player.is_playing
    assert player.position == 400
    assert player.problem is not None
    assert "has gone" in player.problem
    assert player.take_heard() == [HeardRange(0, 400)]


def test_after_a_lost_device_play_opens_another_and_goes_on() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play()
    device.pull(400)
    device.stream.unplug()
    assert not player.is_playing

    player.play()

    assert player.problem is None
    assert (device.pull(600) == samples.data[400:]).all()


def test_an_empty_player_does_nothing() -> None:
    player = Player(VirtualDevice())
    player.play()
    player.pause()
    player.seek(100)

    assert (player.position, player.is_playing, player.frames, player.take_heard()) == (0, False, 0, [])


def test_close_closes_the_device() -> None:
    player, device = _loaded(some_samples(1_000))
    player.close()

    assert not device.stream.is_alive


_ACTS = st.lists(
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


@given(_ACTS)
@settings(max_examples=200)
def test_the_log_holds_exactly_the_frames_that_reached_the_device(acts: list[tuple[str, int]]) -> None:
    frames = 1_000
    samples = Samples(
        16_000, np.arange(1, frames + 1, dtype=np.int16)[:, None]
    )  # a frame is known by its value
    player, device = _loaded(samples)
    heard: list[HeardRange] = []
    for name, value in acts:
        match name:
            case "pull":
                device.pull(value)
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
        assert 0 <= player.position <= frames
    player.close()
    heard += player.take_heard()

    played = {int(value) - 1 for value in device.played()[:, 0] if value}
    logged = {frame for each in heard for frame in range(each.start, each.end)}
    assert logged == played
    assert total_frames(heard_spans(heard)) == len(played)


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_any_number_of_channels_can_be_played(channels: int) -> None:
    player, device = _loaded(some_samples(100, channels=channels))
    player.play()

    assert device.pull(100).any()
