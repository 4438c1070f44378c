import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewer.audio.dsp.fade import FADE_SECONDS, apply_fade, fade_in_weights, loops_smoothly
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.samples import Samples
from reviewer.model.event import HeardRange
from tests.benches.player import PlayerBench
from tests.sounds import a_tone, largest_step_from_silence, some_samples

RATE = 16_000
FADE = round(FADE_SECONDS * RATE)
TONE = Samples(
    RATE, a_tone(RATE, pitch_hz=450.0, loudness=0.9)
)  # 0.9 at worst stands at a peak, where it clicks


def test_a_rise_goes_from_nothing_to_all_without_a_corner() -> None:
    weights = fade_in_weights(80)

    assert (np.diff(weights) > 0).all()
    assert np.allclose(weights + weights[::-1], 1.0)
    assert weights[0] < 0.001


@pytest.mark.parametrize(
    ("start", "faded"),
    [(12, [100, 100, 50, 25, 100, 100]), (8, [100] * 6), (16, [100] * 6), (9, [25, *[100] * 5])],
)
def test_only_what_lies_under_the_weights_is_weighed(start: int, faded: list[int]) -> None:
    piece = np.full((6, 1), 100, np.int16)
    apply_fade(piece, 10, np.array([0.5, 0.25], np.float32), start)

    assert piece[:, 0].tolist() == faded


def test_whole_periods_of_a_tone_are_smooth_and_broken_ones_are_not() -> None:
    tone = a_tone(16_000, pitch_hz=500.0)

    assert loops_smoothly(tone[320:640], FADE)
    assert not loops_smoothly(tone[320:648], FADE)


def test_start_in_the_middle_rises_over_five_milliseconds_and_is_then_exact() -> None:
    samples = some_samples(1_000)
    bench = PlayerBench(samples, fade_seconds=FADE_SECONDS)
    bench.player.play(300)
    out = bench.pull(700)

    assert (out[FADE:] == samples.data[300 + FADE :]).all()
    assert abs(int(out[0, 0])) < 10
    assert (np.abs(out[:FADE]) <= np.abs(samples.data[300 : 300 + FADE])).all()


def test_pause_falls_over_five_milliseconds_through_all_blocks_and_says_they_were_heard() -> None:
    bench = PlayerBench(some_samples(1_000), fade_seconds=FADE_SECONDS)
    bench.player.play()
    bench.pull(300)
    bench.player.pause()
    out = bench.pull(30)
    first = bench.player.take_heard()
    out = np.concatenate((out, *(bench.pull(10) for _ in range(8))))

    assert out[: FADE // 2].any()
    assert abs(int(out[FADE - 1, 0])) < 10
    assert not out[FADE:].any()
    assert first == [HeardRange(0, 330)]
    assert (bench.player.position, bench.player.take_heard()) == (300, [HeardRange(330, 300 + FADE)])


def test_a_jump_to_where_it_is_anyway_changes_nothing() -> None:
    samples = some_samples(1_000)
    bench = PlayerBench(samples, fade_seconds=FADE_SECONDS)
    bench.player.play()
    bench.pull(300)
    bench.player.seek(300)
    bench.pull(700)

    assert (bench.device.played() == samples.data).all()


def test_a_loop_of_whole_periods_is_not_touched() -> None:
    tone = Samples(RATE, a_tone(RATE, pitch_hz=500.0))
    bench = PlayerBench(tone, fade_seconds=FADE_SECONDS)
    bench.player.play_loop(0, 320)

    assert (bench.pull(3_200) == np.tile(tone.data[:320], (10, 1))).all()


def test_a_loop_that_would_click_is_only_faded_at_its_seams() -> None:
    slope = Samples(RATE, np.arange(1_000, 11_000, 10, dtype=np.int16)[:, None])
    bench = PlayerBench(slope, fade_seconds=FADE_SECONDS)
    bench.player.play_loop(0, 1_000)
    out = bench.pull(3_000).reshape(3, 1_000)

    assert (out[:, FADE:-FADE] == slope.data[FADE:-FADE, 0]).all()
    assert (out[0, :FADE] == slope.data[:FADE, 0]).all()
    assert (np.abs(out[:, -1]) < 10).all()
    assert (np.abs(out[1:, 0]) < 10).all()


@pytest.mark.parametrize("length", [1, 5, 79, 100])
def test_a_range_shorter_than_its_fades_makes_no_click(length: int) -> None:
    bench = PlayerBench(TONE, fade_seconds=FADE_SECONDS)
    bench.player.play(1_009, 1_009 + length)

    assert largest_step_from_silence(bench.pull(1_000)) <= largest_step_from_silence(TONE.data)


def _acted(*acts: tuple[str, int]) -> VirtualDevice:
    bench = PlayerBench(TONE, fade_seconds=FADE_SECONDS)
    for name, value in acts:
        match name:
            case "pull":
                bench.pull(value)
            case "seek":
                bench.player.seek(value)
            case "play":
                bench.player.play(value)
            case "until":
                bench.player.play(until=value)
            case "loop":
                bench.player.play_loop(value, value + 477)
            case "tiny loop":
                bench.player.play_loop(value, value + 50)
            case "pause":
                bench.player.pause()
            case _:
                bench.player.play()
    bench.player.pause()
    bench.pull(200)
    return bench.device


_NEXT = ("resume", 0)
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
@example([("seek", 1), _NEXT, ("pull", 1), _NEXT, ("pull", 1)])  # in its rise
@example([("play", 908), ("pull", 40), _NEXT, ("pull", 500)])  # half risen
@example([("loop", 914), ("pull", 480), ("seek", 917), ("pull", 500)])  # in the seam of a loop
@example([("play", 15), ("pull", 1_000), ("pause", 0), ("pull", 40), ("play", 1_055), ("pull", 500)])
@example([("play", 9), ("pull", 1_000), ("until", 1_020), ("pull", 500)])  # near a new end
@example([("until", 1_000), ("pull", 970), _NEXT, ("pull", 500)])  # near an end before
@example([("tiny loop", 1_016), ("pull", 500)])  # in a loop shorter than its rise
def test_whatever_one_does_no_step_is_larger_than_the_clips_own(acts: list[tuple[str, int]]) -> None:
    assert (
        largest_step_from_silence(_acted(*acts).played()) <= largest_step_from_silence(TONE.data) + 1
    )  # both ends are rounded
