"""From one clip to the next: what is prepared for the ear, and a device that stays open and silent."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.audio.play.output_settings import OutputSettings
from reviewer.audio.samples import Samples
from reviewer.errors import Damaged
from reviewer.model.event import HeardRange
from tests.benches.player import PlayerBench
from tests.fakes.sound import ReadSound
from tests.sounds import some_samples

LEVELLED = OutputSettings(is_levelled=True)


@pytest.mark.parametrize("percent", [100, 50])
def test_what_was_prepared_is_not_worked_out_again(percent: int) -> None:
    bench, following = PlayerBench(settings=LEVELLED), ReadSound(some_samples())
    bench.player.load(some_samples(1_000))
    bench.player.set_speed(percent)
    bench.player.prepare(following)
    reads, bench.jobs_wait = len(following.reads), True
    bench.player.load(following)

    assert len(following.reads) == reads > 0
    assert bench.player.is_buffered
    assert bench.player.level_db is not None


@pytest.mark.parametrize("percent", [100, 50, 25])
@pytest.mark.parametrize(
    "chosen", [OutputSettings(), LEVELLED, OutputSettings(gain_db=6), OutputSettings(is_mono=True)]
)
def test_a_prepared_clip_sounds_as_one_that_was_not(percent: int, chosen: OutputSettings) -> None:
    heard = []
    for is_prepared in (False, True):
        bench, following = PlayerBench(settings=chosen), some_samples(16_000, channels=2)
        bench.player.load(some_samples(1_000, channels=2))
        bench.player.set_speed(percent)
        if is_prepared:
            bench.player.prepare(following)
        bench.player.load(following)
        bench.player.play()
        heard.append(bench.pull(30_000))

    assert np.array_equal(*heard)
    assert heard[0].any()


def test_ears_and_speed_changed_after_preparing_are_those_that_are_heard() -> None:
    bench, following = PlayerBench(some_samples(1_000), settings=LEVELLED), some_samples(16_000)
    bench.player.prepare(following)
    bench.player.set_output_settings(OutputSettings())
    bench.player.set_speed(50)
    bench.player.load(following)
    bench.player.play()

    assert np.array_equal(bench.pull(2_000), np.repeat(following.data, 2, axis=0)[:2_000])


def test_a_clip_loaded_before_it_is_prepared_is_worked_out_as_ever() -> None:
    bench, following = PlayerBench(settings=LEVELLED), some_samples(16_000)
    bench.jobs_wait = True
    bench.player.load(some_samples(1_000))
    bench.player.prepare(following)
    bench.player.load(following)
    bench.run_jobs()
    bench.player.play()

    assert bench.pull(1_000).any()


def test_another_clip_than_the_prepared_one_is_that_other_clip() -> None:
    bench, following, other = PlayerBench(), some_samples(1_000), some_samples(1_000, channels=2)
    bench.player.load(some_samples(500))
    bench.player.prepare(following)
    bench.player.load(other)
    bench.player.play()

    assert np.array_equal(bench.pull(1_000), other.data)


def does_not_decode(_start: int, _end: int) -> None:
    raise Damaged("AUDIO_NOT_DECODABLE")


def test_a_prepared_clip_that_does_not_decode_is_told_when_it_is_played() -> None:
    bench, following = PlayerBench(settings=OutputSettings(gain_db=6)), ReadSound(some_samples())
    following.on_read = does_not_decode
    bench.player.load(some_samples(1_000))
    bench.player.prepare(following)

    assert bench.player.problem is None
    bench.player.load(following)
    bench.player.play()
    assert not bench.player.is_playing
    assert bench.player.problem is not None


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
@pytest.mark.parametrize("way", ["forget_prepared", "close"])
def test_nothing_is_kept_of_a_prepared_clip_that_is_not_loaded(way: str, when: str) -> None:
    bench, following = PlayerBench(settings=LEVELLED, jobs_wait=True), ReadSound(some_samples())
    drop = getattr(bench.player, way)
    bench.player.prepare(following)
    if when == "meanwhile":
        following.on_read = lambda _start, _end: drop()
    elif when == "after":
        bench.jobs.pop(0)()
    if when != "meanwhile":
        drop()
    reads, kept = len(following.reads), weakref.ref(following)
    bench.run_jobs()

    assert len(following.reads) == reads + (when == "meanwhile")
    following.on_read = None
    del following
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize("form", [{"channels": 2}, {"rate_hz": 8_000}, {"bits": 24}])
def test_a_clip_of_another_form_opens_the_device_anew(form: dict[str, Any]) -> None:
    bench, following = PlayerBench(), some_samples(1_000, **form)
    bench.player.load(some_samples(1_000))
    before = bench.device.stream
    bench.player.load(following)
    bench.player.play()

    assert not before.is_alive
    assert (bench.device.stream.audio_format.rate_hz, bench.device.stream.audio_format.channels) == (
        following.rate_hz,
        following.channels,
    )
    assert np.array_equal(bench.pull(1_000), following.data)


@pytest.mark.parametrize("fault", [None, "is_alive", "is_reusable"])
def test_a_clip_of_the_same_form_comes_over_the_same_stream_if_that_is_still_good(fault: str | None) -> None:
    bench = PlayerBench(some_samples(1_000))
    before = bench.device.stream
    if fault is not None:
        setattr(before, fault, False)
    bench.player.load(some_samples(2_000))

    assert (bench.device.stream is before) == (fault is None)
    assert bench.device.stream.is_alive


def test_without_a_next_clip_the_device_is_let_go_and_one_kept_for_nothing_when_the_player_closes() -> None:
    bench, other = PlayerBench(some_samples(1_000)), PlayerBench(some_samples(1_000))
    bench.player.unload(keeps_device=True)
    assert bench.device.stream.is_alive
    bench.player.close()
    other.player.unload()

    assert not bench.device.stream.is_alive
    assert not other.device.stream.is_alive


def test_a_clip_that_was_playing_leaves_nothing_in_the_next_not_even_its_fade() -> None:
    bench, following = PlayerBench(fade_seconds=0.01), some_samples(1_000)
    bench.player.load(some_samples(8_000))
    bench.player.play()
    bench.pull(500)
    bench.player.unload(keeps_device=True)
    bench.player.take_heard()
    bench.player.load(following)
    silence = bench.pull(300)
    bench.player.play()

    assert not silence.any()
    assert np.array_equal(bench.pull(1_000), following.data)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=6), st.sampled_from([0.0, 0.01]))
def test_each_clip_is_told_what_was_heard_of_it(pulls: list[int], fade_seconds: float) -> None:
    bench = PlayerBench(fade_seconds=fade_seconds)
    for frames in pulls:
        bench.player.load(Samples(16_000, np.full((600, 1), 9_000, dtype=np.int16)))
        bench.player.play()
        out = bench.pull(frames)
        bench.player.unload(keeps_device=True)
        heard = bench.player.take_heard()
        end = int(np.count_nonzero(out))

        assert heard == ([HeardRange(0, min(frames, 600), 100)] if frames else [])
        assert end <= min(frames, 600)
