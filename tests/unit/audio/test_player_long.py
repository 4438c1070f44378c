"""A sound that is not all at hand plays as one that is: through a real thread that reads ahead."""

import threading
import weakref
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.audio.play.rendition import PASSTHROUGH_WINDOW_FRAMES
from reviewer.audio.samples import IntSamples, Samples, Sound
from reviewer.errors import Damaged, Notice
from reviewer.model.event import HeardRange
from tests.fakes.sound import ReadSound
from tests.fakes.stretch import RepeatingStretch
from tests.sounds import some_samples

_FRAMES = 200_000
_RATE_HZ = 1_000
_BUFFERED_FRAMES = 60 * _RATE_HZ


@lru_cache
def _clip(channels: int = 1, bits: int = 16) -> Samples:
    return some_samples(_FRAMES, rate_hz=_RATE_HZ, channels=channels, bits=bits)


def _windows_of_4096(sound: Sound, percent: int) -> RepeatingStretch:
    return RepeatingStretch(sound, percent, window_frames=4_096)


def _player(sound: Sound) -> tuple[Player, VirtualDevice]:
    device = VirtualDevice()
    player = Player(device, make_stretch=_windows_of_4096, fade_seconds=0.0)
    player.load(sound)
    return player, device


def _pull(device: VirtualDevice, frames: int, block: int = 512) -> NDArray[np.int16]:
    """So many frames of sound; where the reading is behind, the silence meanwhile is left out."""
    done: list[NDArray[np.int16]] = []
    missing = frames
    for _ in range(5_000):
        out = device.pull(min(block, missing))
        out = out[(out != 0).all(axis=1)]
        done.append(out)
        missing -= out.shape[0]
        if not missing:
            break
        if not out.shape[0]:
            threading.Event().wait(0.001)  # the thread that reads gets its turn
    played: NDArray[np.int16] = np.concatenate(done)
    return played


@pytest.mark.parametrize(("channels", "bits"), [(1, 16), (2, 16), (1, 24)])
def test_from_end_to_end_it_is_the_clip_bit_for_bit(channels: int, bits: int) -> None:
    samples = _clip(channels, bits)
    player, device = _player(ReadSound(samples))
    player.play()
    assert (_pull(device, _FRAMES, 1_000) == samples.data).all()
    assert (player.position, player.is_playing) == (_FRAMES, False)
    assert player.take_heard() == [HeardRange(0, _FRAMES)]
    player.close()


@given(
    st.lists(st.tuples(st.integers(0, _FRAMES - 1), st.integers(1, 30_000)), min_size=1, max_size=5),
    st.sampled_from([100, 50]),
)
@settings(max_examples=15)
def test_after_any_jump_it_goes_on_there_exactly(jumps: list[tuple[int, int]], percent: int) -> None:
    samples = _clip()
    player, device = _player(ReadSound(samples))
    player.set_speed(percent)
    for place, frames in jumps:
        end = min(place + frames, _FRAMES)
        player.play(place)
        times = 100 // percent
        wanted = np.repeat(samples.data[place:end], times, axis=0)
        assert (_pull(device, wanted.shape[0]) == wanted).all()
        player.pause()
    player.close()


@pytest.mark.parametrize("length", [3_000, 90_000])
def test_loops_shorter_and_longer_than_the_room_lose_and_repeat_nothing(length: int) -> None:
    samples = _clip()
    player, device = _player(ReadSound(samples))
    player.play_loop(100_000, 100_000 + length)
    wanted = np.tile(samples.data[100_000 : 100_000 + length], (4, 1))
    assert (_pull(device, wanted.shape[0]) == wanted).all()
    assert player.take_heard() == [HeardRange(100_000, 100_000 + length)]
    player.close()


def test_a_change_of_speed_in_the_middle_loses_and_repeats_nothing() -> None:
    samples = _clip()
    player, device = _player(ReadSound(samples))
    player.play(50_000)
    first = _pull(device, 20_000)
    player.set_speed(50)
    heard: list[HeardRange] = []
    while not any(each.speed_percent == 50 for each in heard):
        first = np.concatenate((first, _pull(device, 64)))
        assert player.is_playing
        heard += player.take_heard()
    player.close()
    heard += player.take_heard()
    change = next(each.start for each in heard if each.speed_percent == 50)

    plain = samples.data[50_000:change]
    slow = np.repeat(samples.data[change:], 2, axis=0)
    assert (first == np.concatenate((plain, slow))[: first.shape[0]]).all()


def test_all_before_damage_is_played_and_then_it_is_said() -> None:
    samples = _clip()
    sound = ReadSound(samples)

    def on_read(_start: int, end: int) -> None:
        if end > 3 * PASSTHROUGH_WINDOW_FRAMES:
            raise Damaged("SEALED_OBJECT_DAMAGED")

    sound.on_read = on_read
    player, device = _player(sound)
    player.play(20_000)

    assert (
        _pull(device, 3 * PASSTHROUGH_WINDOW_FRAMES - 20_000)
        == samples.data[20_000 : 3 * PASSTHROUGH_WINDOW_FRAMES]
    ).all()
    while player.is_playing:
        device.pull(512)
    assert player.problem == Notice("SEALED_OBJECT_DAMAGED")
    assert player.position == 3 * PASSTHROUGH_WINDOW_FRAMES
    assert player.take_heard() == [HeardRange(20_000, 3 * PASSTHROUGH_WINDOW_FRAMES)]
    player.close()


def test_no_more_is_buffered_than_there_is_room_for() -> None:
    class Counted(ReadSound):
        """Knows how much of what was read is still held by somebody."""

        def __init__(self, samples: Samples) -> None:
            super().__init__(samples)
            self._held: weakref.WeakValueDictionary[int, IntSamples] = weakref.WeakValueDictionary()

        def read(self, start: int, end: int) -> IntSamples:
            part = self._held[start] = super().read(start, end)
            return part

        @property
        def held_frames(self) -> int:
            return sum(part.shape[0] for part in list(self._held.values()))

    sound = Counted(_clip())
    player, device = _player(sound)
    player.play()
    most = 0
    for _ in range(100):
        _pull(device, 1_900)
        most = max(most, sound.held_frames)
    player.close()

    assert _BUFFERED_FRAMES / 2 < most <= _BUFFERED_FRAMES + 2 * PASSTHROUGH_WINDOW_FRAMES


def test_the_reading_thread_ends_with_the_clip() -> None:
    before = set(threading.enumerate())
    player, _ = _player(ReadSound(_clip()))
    reading = set(threading.enumerate()) - before
    player.unload()
    for thread in reading:
        thread.join(30)
    assert reading
    assert not any(thread.is_alive() for thread in reading)
