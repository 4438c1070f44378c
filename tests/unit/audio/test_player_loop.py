"""Loops: round and round without a gap, at any speed, and what is told of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.model.event import HeardRange
from tests.benches.player import PlayerBench
from tests.sounds import some_samples

SAMPLES = some_samples(400)
DATA = SAMPLES.data
ROUNDS = 200


@given(
    st.integers(0, 300),
    st.integers(1, 120),
    st.integers(0, 30),
    st.integers(0, 30),
    st.sampled_from([100, 50, 25]),
    st.lists(st.integers(1, 1_500), min_size=1, max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_two_hundred_rounds_are_the_tiled_samples(
    start: int, length: int, pre: int, post: int, percent: int, blocks: list[int]
) -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.set_speed(percent)
    bench.player.play_loop(start, start + length, pre, post)
    part = DATA[max(0, start - pre) : min(400, start + length + post)]
    wanted = np.tile(np.repeat(part, 100 // percent, axis=0), (ROUNDS, 1))
    left = wanted.shape[0]
    for turn in range(left):
        left -= bench.pull(min([*blocks, 512][turn % (len(blocks) + 1)], left)).shape[0]
        if not left:
            break
    assert (bench.device.played() == wanted).all()
    assert bench.player.is_playing
    assert bench.player.position == max(0, start - pre)


@given(st.integers(50, 150), st.integers(0, 120), st.integers(0, 1_000))
def test_the_position_in_a_loop_is_the_frame_heard(length: int, at: int, frames: int) -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play_loop(100, 100 + length, at=100 + at)
    bench.pull(frames + 1)
    offset = at if at < length else 0
    assert bench.player.position == 100 + (offset + frames + 1) % length


def test_what_was_heard_of_a_loop_is_told_as_frames_of_the_clip() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play_loop(100, 200, at=150)
    assert (bench.pull(70) == np.concatenate((DATA[150:200], DATA[100:120]))).all()
    assert bench.player.take_heard() == [HeardRange(100, 120), HeardRange(150, 200)]
    bench.pull(1_000)
    assert bench.player.take_heard() == [HeardRange(100, 200)]


def test_pause_in_a_loop_stands_inside_it_and_play_goes_on_to_the_end_of_the_clip() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play_loop(100, 200)
    bench.pull(230)
    bench.player.pause()
    assert (bench.player.position, bench.player.is_playing) == (130, False)
    bench.pull(10)
    bench.player.play()
    assert (bench.pull(270) == DATA[130:]).all()


def test_a_loop_that_is_switched_on_and_off_while_playing_loses_and_repeats_nothing() -> None:
    bench = PlayerBench(SAMPLES)
    bench.player.play()
    bench.pull(150)
    bench.player.play_loop(100, 200, at=bench.player.position)
    bench.pull(120)
    bench.player.play(bench.player.position)
    bench.pull(230)
    assert (bench.device.played() == np.concatenate((DATA[:200], DATA[100:170], DATA[170:]))).all()


@pytest.mark.parametrize("is_changed_while_it_plays", [False, True])
def test_the_slow_sound_of_a_loop_is_rendered_from_its_start_so_that_no_round_waits(
    *, is_changed_while_it_plays: bool
) -> None:
    bench = PlayerBench(SAMPLES, jobs_wait=True)
    if is_changed_while_it_plays:
        bench.player.play_loop(100, 300)
        bench.pull(350)
        bench.player.set_speed(50)
    else:
        bench.player.set_speed(50)
        bench.player.play_loop(100, 300, at=250)
    bench.run_jobs()
    assert bench.player.position == 250
    assert (bench.pull(500) == np.repeat(np.concatenate((DATA[250:300], DATA[100:300])), 2, axis=0)).all()
