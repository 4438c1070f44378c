"""Which windows are rendered ahead, in which order, and how many of them are kept."""

import weakref

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.play.audio_callback import PlaybackCursor, SampleBuffer
from reviewer.audio.play.prefetcher import Job, Prefetcher
from reviewer.audio.samples import IntSamples
from reviewer.errors import Damaged

TEN = 10


class Numbered:
    """A time stretch in windows of ten frames, each frame its own number; remembers what was rendered."""

    def __init__(self, windows: int, tail: int = 0) -> None:
        self.windows = windows
        self.frames = windows * TEN
        self.rendered: list[int] = []
        self.edges_asked: set[int] = set()
        self.meanwhile = list[Job]()
        self.data: dict[int, weakref.ref[IntSamples]] = {}
        self.damage: Damaged | None = None
        self._tail = tail

    def window_at(self, frame: int) -> int:
        return max(min(frame // TEN, self.windows - 1), 0)

    def edge(self, window: int) -> int:
        self.edges_asked.add(window)
        return min(window * TEN, self.frames)

    def render_window(self, window: int) -> IntSamples:
        if self.damage is not None:
            raise self.damage
        self.rendered.append(window)
        start, end = window * TEN, min((window + 1) * TEN + self._tail, self.frames)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        data = np.arange(start, end, dtype=np.int16)
        self.data[window] = weakref.ref(data)
        return data[:, None]


class Bench:
    def __init__(self, windows: int, capacity_frames: int = 1 << 62, tail: int = 0) -> None:
        self.stretch = Numbered(windows, tail)
        self.buffer = SampleBuffer(self.stretch.frames)
        self.jobs = list[Job]()
        self.prefetcher = Prefetcher(self.stretch, self.buffer, self.jobs.append, capacity_frames)

    def play(self, start: int, stop: int, *, is_loop: bool = False) -> PlaybackCursor:
        cursor = PlaybackCursor(self.buffer, start, stop, loop_start=start if is_loop else None)
        self.prefetcher.request(start, (start, stop) if is_loop else None)
        self.prefetcher.follow(cursor)
        return cursor

    def copy(self, cursor: PlaybackCursor, frames: int) -> list[int]:
        """Renders what is wanted, then gives the device a block; what it got."""
        self.prefetcher.render_requested()
        out = np.full((frames, 1), -1, np.int16)
        return out[: cursor.copy_next(out, 0.0), 0].tolist()

    @property
    def buffered(self) -> set[int]:
        return {frame for frame in range(self.buffer.frames) if self.buffer.chunk_at(frame) is not None}


def test_one_job_renders_from_the_requested_window_on_and_then_the_rest() -> None:
    bench = Bench(5)
    assert bench.jobs == []
    for frame in (0, 49, 25):
        bench.prefetcher.request(frame)
    assert (len(bench.jobs), bench.buffered) == (1, set())
    bench.jobs.pop()()

    assert bench.stretch.rendered == [2, 3, 4, 0, 1]


def test_after_stop_no_more_is_rendered() -> None:
    bench = Bench(6)
    bench.stretch.meanwhile.extend((lambda: None, bench.prefetcher.stop))
    bench.prefetcher.request(0)
    bench.jobs.pop()()

    assert bench.stretch.rendered == [0, 1]


def test_where_far_windows_begin_is_not_asked_before_the_first_is_rendered() -> None:
    bench = Bench(50)
    bench.stretch.meanwhile.append(bench.prefetcher.stop)
    bench.prefetcher.request(200)
    bench.jobs.pop()()

    assert bench.stretch.rendered == [20]
    assert bench.stretch.edges_asked <= {20, 21}


@given(st.integers(1, 8), st.lists(st.integers(-5, 100), min_size=1, max_size=8))
def test_a_request_comes_next_and_in_the_end_all_is_rendered_once(windows: int, frames: list[int]) -> None:
    bench = Bench(windows)
    for frame in frames[1:]:
        bench.stretch.meanwhile.append(lambda frame=frame: bench.prefetcher.request(frame))
    bench.prefetcher.request(frames[0])
    bench.jobs.pop()()

    done: set[int] = set()
    for frame, rendered in zip(frames, bench.stretch.rendered, strict=False):
        wanted = bench.stretch.window_at(frame)
        assert rendered == wanted or wanted in done
        done.add(rendered)
    assert sorted(bench.stretch.rendered) == list(range(windows))
    data = bench.buffer.read(0, windows * TEN)
    assert data is not None
    assert data[:, 0].tolist() == list(range(windows * TEN))


@given(
    st.integers(1, 60),
    st.integers(40, 200),
    st.lists(st.tuples(st.integers(0, 599), st.integers(0, 50)), min_size=1, max_size=12),
)
def test_with_little_room_what_plays_next_is_buffered_and_no_more_than_there_is_room_for(
    windows: int, capacity: int, jumps: list[tuple[int, int]]
) -> None:
    bench = Bench(windows, capacity)
    for place, frames in jumps:
        start = min(place, bench.stretch.frames)
        cursor = bench.play(start, bench.stretch.frames)
        copied = bench.copy(cursor, frames)

        assert len(copied) >= min(frames, bench.stretch.frames - start, capacity * 2 // 3)
        assert copied == list(range(start, start + len(copied)))
        assert len(bench.buffered) <= capacity + TEN
        cursor.copy_fading_out(np.zeros((0, 1), np.int16), 0.0)


@given(st.integers(0, 400), st.integers(1, 200), st.integers(1, 37))
def test_a_loop_of_any_length_never_waits_when_rendered_between_the_blocks(
    start: int, length: int, block: int
) -> None:
    bench = Bench(60, 120)
    stop = min(start + length, bench.stretch.frames)
    cursor = bench.play(start, stop, is_loop=True)
    played: list[int] = []
    while len(played) < 3 * (stop - start):
        copied = bench.copy(cursor, block)
        assert len(copied) == block
        played += copied

    assert played == [start + count % (stop - start) for count in range(len(played))]


def test_a_loop_with_room_for_all_of_it_is_rendered_once_and_kept() -> None:
    bench = Bench(60, 120)
    cursor = bench.play(200, 260, is_loop=True)
    for _ in range(50):
        bench.copy(cursor, 13)

    assert sorted(bench.stretch.rendered) == [20, 21, 22, 23, 24, 25]


def test_what_was_just_played_stays_while_there_is_room_and_is_never_written_to() -> None:
    bench = Bench(60, 120)
    cursor = bench.play(0, 600)
    bench.copy(cursor, 10)
    held = bench.buffer.chunk_at(0)
    assert held is not None
    for _ in range(29):
        bench.copy(cursor, 10)
    bench.prefetcher.render_requested()

    assert set(range(270, 300)) <= bench.buffered
    assert 0 not in bench.buffered
    assert held.data[:, 0].tolist() == list(range(10))


def test_what_is_dropped_is_freed_a_window_later_for_the_device_may_be_copying_it() -> None:
    bench = Bench(60, 120)
    cursor = bench.play(0, 600)
    for _ in range(30):
        bench.copy(cursor, TEN)
    alive = {window for window, data in bench.stretch.data.items() if data() is not None}
    dropped = alive - {frame // TEN for frame in bench.buffered}

    assert len(dropped) == 1


def test_a_place_requested_while_another_plays_comes_first_and_does_not_disturb() -> None:
    bench = Bench(60, 120)
    bench.play(0, 600)
    bench.prefetcher.render_requested()
    before = len(bench.stretch.rendered)
    bench.prefetcher.request(500)
    bench.prefetcher.render_requested()
    bench.prefetcher.render_requested()

    assert bench.stretch.rendered[before:] == [50]
    assert {0, 79, 500} <= bench.buffered


def test_after_a_pause_it_stays_where_playback_stopped() -> None:
    bench = Bench(60, 120)
    cursor = bench.play(0, 600)
    bench.copy(cursor, 75)
    cursor.copy_fading_out(np.zeros((0, 1), np.int16), 0.0)
    bench.prefetcher.render_requested()

    assert cursor.is_over
    assert {75, 75 + 79} <= bench.buffered


def test_damage_ends_the_job_and_is_kept() -> None:
    bench = Bench(5)
    bench.stretch.damage = Damaged("SEALED_OBJECT_DAMAGED")
    bench.prefetcher.request(0)
    bench.jobs.pop()()

    assert bench.prefetcher.error is bench.stretch.damage
    assert bench.buffered == set()


def test_a_tail_is_faded_into_the_next_window_whichever_was_rendered_first() -> None:
    read = []
    for first in (0, 10):
        bench = Bench(2, tail=4)
        bench.prefetcher.request(first)
        bench.prefetcher.render_requested()
        read.append(bench.buffer.read(0, 20))

    assert (read[0] == read[1]).all()
    assert np.abs(read[0][:, 0] - np.arange(20)).max() <= 1  # both sides are rounded towards zero


def test_once_it_is_replaced_only_the_window_that_plays_and_the_next_are_rendered_until_it_is_stopped() -> (
    None
):
    bench = Bench(6)
    cursor = bench.play(20, 60)
    bench.prefetcher.set_replaced()
    bench.prefetcher.render_requested()
    assert bench.stretch.rendered == [2, 3]
    cursor.count = 35
    bench.stretch.meanwhile.append(bench.prefetcher.stop)
    bench.jobs.pop()()

    assert bench.stretch.rendered == [2, 3, 4]
