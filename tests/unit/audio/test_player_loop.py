import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.audio.play.prefetcher import Job
from reviewer.audio.samples import Samples
from reviewer.model.event import HeardRange
from tests.fakes.speed import Repeated
from tests.sounds import some_samples

ROUNDS = 200


def _at_once(job: Job) -> None:
    job()


def _loaded(samples: Samples) -> tuple[Player, VirtualDevice]:
    """A player that fades nothing: the seams of noise are never smooth."""
    device = VirtualDevice()
    player = Player(device, make_stretch=Repeated, start_job=_at_once, fade_seconds=0.0)
    player.load(samples)
    return player, device


def _pulled(device: VirtualDevice, frames: int, blocks: list[int]) -> NDArray[np.int16]:
    """So many frames, in blocks of these sizes by turns."""
    done, turn = 0, 0
    while done < frames:
        block = min(blocks[turn % len(blocks)], frames - done)
        device.pull(block)
        done, turn = done + block, turn + 1
    played: NDArray[np.int16] = device.played()
    return played


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
    samples = some_samples(400)
    player, device = _loaded(samples)
    player.set_speed(percent)
    player.play_loop(start, start + length, pre, post)
    part = samples.data[max(0, start - pre) : min(400, start + length + post)]
    wanted = np.tile(np.repeat(part, 100 // percent, axis=0), (ROUNDS, 1))

    assert (_pulled(device, wanted.shape[0], [*blocks, 512]) == wanted).all()
    assert player.is_playing
    assert player.position == max(0, start - pre)


@given(st.integers(50, 150), st.integers(0, 120), st.integers(0, 1_000))
def test_the_position_in_a_loop_is_the_frame_heard(length: int, at: int, frames: int) -> None:
    player, device = _loaded(some_samples(400))
    player.play_loop(100, 100 + length, at=100 + at)
    device.pull(frames + 1)

    offset = at if at < length else 0
    assert player.position == 100 + (offset + frames + 1) % length


def test_a_loop_begun_inside_goes_to_its_end_and_then_round() -> None:
    samples = some_samples(400)
    player, device = _loaded(samples)
    player.play_loop(100, 200, at=150)

    wanted = np.concatenate((samples.data[150:200], samples.data[100:200]))
    assert (device.pull(150) == wanted).all()


def test_what_was_heard_of_a_loop_is_told_as_frames_of_the_clip() -> None:
    player, device = _loaded(some_samples(400))
    player.play_loop(100, 200, at=150)
    device.pull(70)

    assert player.take_heard() == [HeardRange(100, 120), HeardRange(150, 200)]
    device.pull(1_000)
    assert player.take_heard() == [HeardRange(100, 200)]


def test_pause_in_a_loop_stands_inside_it_and_play_goes_on_to_the_end_of_the_clip() -> None:
    samples = some_samples(400)
    player, device = _loaded(samples)
    player.play_loop(100, 200)
    device.pull(230)
    player.pause()

    assert (player.position, player.is_playing) == (130, False)
    device.pull(10)
    player.play()
    assert (device.pull(270) == samples.data[130:]).all()


def test_a_loop_that_is_switched_on_and_off_while_playing_loses_and_repeats_nothing() -> None:
    samples = some_samples(400)
    player, device = _loaded(samples)
    player.play()
    device.pull(150)
    player.play_loop(100, 200, at=player.position)
    device.pull(120)
    player.play(player.position)
    device.pull(230)

    data = samples.data
    assert (device.played() == np.concatenate((data[:200], data[100:170], data[170:]))).all()


def test_a_change_of_speed_in_a_loop_goes_on_at_the_same_place() -> None:
    samples = some_samples(400)
    player, device = _loaded(samples)
    player.play_loop(100, 200)
    device.pull(350)
    player.set_speed(50)

    rest = np.repeat(np.concatenate((samples.data[150:200], samples.data[100:150])), 2, axis=0)
    assert (device.pull(200)[:, 0] == rest[:, 0] if rest.ndim > 1 else rest).all()
    assert player.position == 150


def test_slow_sound_of_a_loop_is_made_from_its_start_so_that_no_round_waits() -> None:
    samples, jobs = some_samples(400), list[Job]()
    device = VirtualDevice()
    player = Player(device, make_stretch=Repeated, start_job=jobs.append, fade_seconds=0.0)
    player.load(samples)
    player.set_speed(50)
    player.play_loop(100, 300, at=250)
    jobs.pop()()
    device.pull(100)

    assert (device.pull(400) == np.repeat(samples.data[100:300], 2, axis=0)).all()


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_device_of_another_rate_loops_without_drifting(rate_hz: int) -> None:
    device = VirtualDevice(rate_hz=rate_hz)
    player = Player(device, start_job=_at_once, fade_seconds=0.0)
    player.load(some_samples(16_000))
    player.play_loop(4_000, 8_000)
    for _ in range(ROUNDS):
        device.pull(rate_hz // 4)

    assert abs(player.position - 4_000) <= 1


def test_an_empty_loop_and_an_empty_player_play_nothing() -> None:
    player, device = _loaded(some_samples(400))
    player.play_loop(100, 100)

    assert (player.is_playing, device.pull(10).any()) == (False, False)
    empty = Player(VirtualDevice())
    empty.play_loop(0, 10)
    assert not empty.is_playing
