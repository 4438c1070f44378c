"""Blocks that are kept, and sound that is rendered block by block."""

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.block_cache import BlockCache, RenderedSound
from reviewer.audio.samples import AudioFormat, IntSamples
from tests.sounds import some_samples

SAMPLES = some_samples(1_000, channels=2)


class Bench:
    """A sound rendered from ``SAMPLES``, and which blocks were asked for."""

    def __init__(self, block_frames: int = 64) -> None:
        self.rendered: list[tuple[int, int]] = []
        self.sound = RenderedSound(AudioFormat(16_000, 2, 16), 1_000, block_frames, self._render)

    def _render(self, start: int, end: int) -> IntSamples:
        self.rendered.append((start, end))
        return SAMPLES.read(start, end)


def test_a_cache_drops_what_was_unused_for_longest() -> None:
    cache: BlockCache[int, str] = BlockCache(2)
    cache.put(1, "one")
    cache.put(2, "two")
    assert cache.get(1) == "one"
    cache.put(3, "three")
    assert [cache.get(key) for key in (1, 2, 3)] == ["one", None, "three"]
    cache.clear()
    assert cache.get(1) is None


@given(st.integers(-50, 1_100), st.integers(-50, 1_100), st.sampled_from([1, 7, 64, 999, 1_000, 5_000]))
def test_any_part_is_what_the_whole_has_there(start: int, end: int, block_frames: int) -> None:
    read = Bench(block_frames).sound.read(start, end)
    assert np.array_equal(read, SAMPLES.read(start, end))
    assert (read.shape[1], read.dtype) == (2, np.int16)


def test_only_whole_blocks_are_rendered_and_the_last_is_cut_at_the_end() -> None:
    bench = Bench(400)
    bench.sound.read(350, 1_000)
    assert bench.rendered == [(0, 400), (400, 800), (800, 1_000)]


def test_a_block_is_rendered_again_only_if_it_was_read_long_ago() -> None:
    bench = Bench()
    bench.sound.read(0, 10)
    bench.sound.read(10, 20)
    assert bench.rendered == [(0, 64)]
    bench.sound.read(0, 1_000)
    bench.sound.read(0, 10)
    assert bench.rendered.count((0, 64)) == 2


def test_threads_that_read_at_once_get_the_same() -> None:
    sound, wrong = Bench().sound, list[int]()

    def read() -> None:
        for start in range(0, 900, 7):
            if not np.array_equal(sound.read(start, start + 100), SAMPLES.read(start, start + 100)):
                wrong.append(start)

    running = [threading.Thread(target=read) for _ in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert not wrong
