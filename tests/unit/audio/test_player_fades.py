import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewer.audio.dsp.fade import FADE_SECONDS, apply_fade, fade_in_weights, loops_smoothly
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.audio.samples import Samples
from reviewer.model.event import HeardRange
from tests.sounds import a_tone, largest_step_from_silence, some_samples

RATE = 16_000
FADE = round(FADE_SECONDS * RATE)
TONE = Samples(
    RATE, a_tone(RATE, pitch_hz=450.0, loudness=0.9)
)  # 0.9 at worst stands at a peak, where it clicks


def _loaded(samples: Samples = TONE) -> tuple[Player, VirtualDevice]:
    device = VirtualDevice()
    player = Player(device)
    player.load(samples)
    return player, device


def test_a_rise_goes_from_nothing_to_all_without_a_corner() -> None:
    weights = fade_in_weights(80)

    assert (np.diff(weights) > 0).all()
    assert np.allclose(weights + weights[::-1], 1.0)
    assert weights[0] < 0.001


def test_only_what_lies_under_the_weights_is_weighed() -> None:
    piece = np.full((6, 1), 100, np.int16)
    apply_fade(piece, 10, np.array([0.5, 0.25], np.float32), 12)

    assert piece[:, 0].tolist() == [100, 100, 50, 25, 100, 100]


def test_weights_elsewhere_change_nothing() -> None:
    piece = np.full((6, 1), 100, np.int16)
    apply_fade(piece, 10, fade_in_weights(4), 2)
    apply_fade(piece, 10, fade_in_weights(4), 16)

    assert (piece == 100).all()


def test_whole_periods_of_a_tone_are_smooth_and_broken_ones_are_not() -> None:
    tone = a_tone(16_000, pitch_hz=500.0)

    assert loops_smoothly(tone[320:640], FADE)
    assert not loops_smoothly(tone[320:648], FADE)


def test_start_in_the_middle_rises_over_five_milliseconds_and_is_then_exact() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play(300)
    out = device.pull(700)

    assert (out[FADE:] == samples.data[300 + FADE :]).all()
    assert abs(int(out[0, 0])) < 10
    assert (np.abs(out[:FADE]) <= np.abs(samples.data[300 : 300 + FADE])).all()


def test_pause_falls_over_five_milliseconds_and_says_they_were_heard() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play()
    device.pull(300)
    player.pause()
    out = device.pull(200)
    device.pull(1)

    assert out[: FADE // 2].any()
    assert abs(int(out[FADE - 1, 0])) < 10
    assert not out[FADE:].any()
    assert (player.position, player.take_heard()) == (300, [HeardRange(0, 300 + FADE)])


def test_a_fall_longer_than_a_block_goes_on_in_the_next_and_is_all_told() -> None:
    player, device = _loaded(some_samples(1_000))
    player.play()
    device.pull(300)
    player.pause()
    for _ in range(3):
        device.pull(10)
    first = player.take_heard()
    for _ in range(7):
        device.pull(10)

    assert first == [HeardRange(0, 330)]
    assert player.take_heard() == [HeardRange(330, 300 + FADE)]
    assert not device.pull(10).any()


def test_play_after_a_pause_begins_where_the_fall_began() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play()
    device.pull(300)
    player.pause()
    device.pull(200)
    player.play()

    assert (device.pull(700)[FADE:] == samples.data[300 + FADE :]).all()


def test_a_jump_to_where_it_is_anyway_changes_nothing() -> None:
    samples = some_samples(1_000)
    player, device = _loaded(samples)
    player.play()
    device.pull(300)
    player.seek(300)
    device.pull(700)

    assert (device.played() == samples.data).all()


def test_a_loop_of_whole_periods_is_not_touched() -> None:
    tone = Samples(RATE, a_tone(RATE, pitch_hz=500.0))
    player, device = _loaded(tone)
    player.play_loop(0, 320)

    assert (device.pull(3_200) == np.tile(tone.data[:320], (10, 1))).all()


def test_a_loop_that_would_click_is_only_faded_at_its_seams() -> None:
    slope = Samples(RATE, np.arange(1_000, 11_000, 10, dtype=np.int16)[:, None])
    player, device = _loaded(slope)
    player.play_loop(0, 1_000)
    out = device.pull(3_000).reshape(3, 1_000)

    assert (out[:, FADE:-FADE] == slope.data[FADE:-FADE, 0]).all()
    assert (out[0, :FADE] == slope.data[:FADE, 0]).all()
    assert (np.abs(out[:, -1]) < 10).all()
    assert (np.abs(out[1:, 0]) < 10).all()


@pytest.mark.parametrize("length", [1, 5, 79, 100])
def test_a_range_shorter_than_its_fades_makes_no_click(length: int) -> None:
    player, device = _loaded()
    player.play(1_009, 1_009 + length)

    assert largest_step_from_silence(device.pull(1_000)) <= largest_step_from_silence(TONE.data)


def _acted(*acts: tuple[str, int]) -> VirtualDevice:
    player, device = _loaded()
    for name, value in acts:
        match name:
            case "pull":
                device.pull(value)
            case "seek":
                player.seek(value)
            case "play":
                player.play(value)
            case "until":
                player.play(until=value)
            case "loop":
                player.play_loop(value, value + 477)
            case "tiny loop":
                player.play_loop(value, value + 50)
            case "pause":
                player.pause()
            case _:
                player.play()
    player.pause()
    device.pull(200)
    return device


_NEXT = ("resume", 0)


@pytest.mark.parametrize(
    "acts",
    [
        pytest.param([("seek", 1), _NEXT, ("pull", 1), _NEXT, ("pull", 1)], id="in its rise"),
        pytest.param([("play", 908), ("pull", 40), _NEXT, ("pull", 500)], id="half risen"),
        pytest.param(
            [("loop", 914), ("pull", 480), ("seek", 917), ("pull", 500)], id="in the seam of a loop"
        ),
        pytest.param(
            [("play", 15), ("pull", 1_000), ("pause", 0), ("pull", 40), ("play", 1_055), ("pull", 500)],
            id="in its fall",
        ),
        pytest.param([("play", 9), ("pull", 1_000), ("until", 1_020), ("pull", 500)], id="near a new end"),
        pytest.param([("until", 1_000), ("pull", 970), _NEXT, ("pull", 500)], id="near an end before"),
        pytest.param([("tiny loop", 1_016), ("pull", 500)], id="in a loop shorter than its rise"),
    ],
)
def test_going_on_in_the_middle_of_a_fade_makes_no_click(acts: list[tuple[str, int]]) -> None:
    assert largest_step_from_silence(_acted(*acts).played()) <= largest_step_from_silence(TONE.data) + 1


_ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("pull"), st.integers(1, 900)),
        st.tuples(st.just("pull"), st.integers(1, 90)),
        st.tuples(st.just("seek"), st.integers(0, RATE)),
        st.tuples(st.just("play"), st.integers(0, RATE)),
        st.tuples(st.just("until"), st.integers(0, RATE)),
        st.tuples(st.just("loop"), st.integers(0, RATE - 500)),
        st.tuples(st.just("tiny loop"), st.integers(0, RATE - 500)),
        st.tuples(st.just("pause"), st.just(0)),
        st.tuples(st.just("resume"), st.just(0)),
    ),
    max_size=25,
)


@given(_ACTS)
@settings(max_examples=200, deadline=None)
@example([("seek", 1), _NEXT, ("pull", 1), _NEXT, ("pull", 1)])
def test_whatever_one_does_no_step_is_larger_than_the_clips_own(acts: list[tuple[str, int]]) -> None:
    assert (
        largest_step_from_silence(_acted(*acts).played()) <= largest_step_from_silence(TONE.data) + 1
    )  # both ends are rounded
