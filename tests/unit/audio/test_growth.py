import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.play.audio_callback import PlaybackCursor
from reviewer.audio.play.prefetcher import Job, Prefetcher
from reviewer.audio.play.sample_buffer import SampleBuffer
from reviewer.audio.samples import IntSamples
from reviewer.errors import Damaged

_TEN = 10


class _Speed:
    """Windows of ten frames, each frame its own number, that remember the order in which they were made."""

    def __init__(self, windows: int, tail: int = 0) -> None:
        self.windows = windows
        self.frames = windows * _TEN
        self.order: list[int] = []
        self.meanwhile = list[Job]()
        self.damage: Damaged | None = None
        self._tail = tail

    def window_at(self, frame: int) -> int:
        return max(min(frame // _TEN, self.windows - 1), 0)

    def edge(self, window: int) -> int:
        return min(window * _TEN, self.frames)

    def make(self, window: int) -> IntSamples:
        if self.damage is not None:
            raise self.damage
        self.order.append(window)
        end = min(self.edge(window + 1) + self._tail, self.frames)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return np.arange(self.edge(window), end, dtype=np.int16)[:, None]


def _growth(windows: int, room: int = 1 << 62) -> tuple[_Speed, SampleBuffer, Prefetcher, list[Job]]:
    speed, jobs = _Speed(windows), list[Job]()
    tape = SampleBuffer(speed.frames)
    return speed, tape, Prefetcher(speed, tape, jobs.append, room), jobs


def _at_hand(tape: SampleBuffer) -> list[int]:
    return [frame for frame in range(tape.frames) if tape.piece_at(frame) is not None]


def _frames(*windows: int) -> list[int]:
    return [window * _TEN + offset for window in windows for offset in range(_TEN)]


def test_windows_are_made_from_the_wanted_one_on_and_then_the_rest() -> None:
    speed, tape, growth, jobs = _growth(5)
    growth.want(25)
    jobs.pop()()

    assert speed.order == [2, 3, 4, 0, 1]
    assert _at_hand(tape) == list(range(50))


def test_nothing_is_made_before_it_is_wanted() -> None:
    _, tape, _, jobs = _growth(5)

    assert (jobs, _at_hand(tape)) == ([], [])


def test_one_job_is_enough_however_often_something_is_wanted() -> None:
    _, _, growth, jobs = _growth(5)
    for frame in (0, 10, 49):
        growth.want(frame)

    assert len(jobs) == 1


def test_what_is_wanted_meanwhile_comes_next() -> None:
    speed, _, growth, jobs = _growth(6)
    speed.meanwhile.append(lambda: growth.want(40))
    growth.want(0)
    jobs.pop()()

    assert speed.order == [0, 4, 5, 1, 2, 3]


def test_after_stop_no_more_is_made() -> None:
    speed, _, growth, jobs = _growth(6)
    speed.meanwhile.extend((lambda: None, growth.stop))
    growth.want(0)
    jobs.pop()()

    assert speed.order == [0, 1]


@given(st.integers(1, 8), st.lists(st.integers(-5, 100), min_size=1, max_size=8))
def test_all_is_at_hand_in_the_end_whatever_was_wanted_on_the_way(windows: int, frames: list[int]) -> None:
    speed, tape, growth, jobs = _growth(windows)
    speed.meanwhile.extend(lambda frame=frame: growth.want(frame) for frame in frames[1:])
    growth.want(frames[0])
    jobs.pop()()

    assert sorted(speed.order) == list(range(windows))
    data = tape.read(0, windows * _TEN)
    assert data is not None
    assert data[:, 0].tolist() == list(range(windows * _TEN))


@given(
    st.integers(1, 60),
    st.integers(40, 200),
    st.lists(st.tuples(st.integers(0, 599), st.integers(0, 50)), min_size=1, max_size=12),
)
def test_with_little_room_what_plays_next_is_at_hand_and_no_more_than_there_is_room_for(
    windows: int, room: int, walks: list[tuple[int, int]]
) -> None:
    speed, tape, growth, _ = _growth(windows, room)
    for start, frames in walks:
        place = min(start, speed.frames)
        growth.want(place)
        growth.follow(cue := PlaybackCursor(tape, place, speed.frames))
        growth.fill()
        out = np.full((frames, 1), -1, np.int16)
        taken = cue.take(out, 0.0)

        wanted = min(frames, speed.frames - place, room * 2 // 3)
        assert taken >= wanted
        assert out[:taken, 0].tolist() == list(range(place, place + taken))
        assert len(_at_hand(tape)) <= max(room, 0) + _TEN
        cue.leave(out[:0], 0.0)


@given(st.integers(0, 400), st.integers(1, 200), st.integers(1, 37))
def test_a_loop_of_any_length_never_waits_when_filled_between_the_blocks(
    start: int, length: int, block: int
) -> None:
    speed, tape, growth, _ = _growth(60, room=120)
    stop = min(start + length, speed.frames)
    growth.want(start, (start, stop))
    growth.follow(cue := PlaybackCursor(tape, start, stop, loop_start=start))
    played: list[int] = []
    while len(played) < 3 * (stop - start):
        growth.fill()
        out = np.full((block, 1), -1, np.int16)
        assert cue.take(out, 0.0) == block
        played += out[:, 0].tolist()

    wanted = list(range(start, stop)) * (len(played) // (stop - start) + 1)
    assert played == wanted[: len(played)]


def test_a_loop_with_room_for_all_of_it_is_made_once_and_kept() -> None:
    speed, tape, growth, _ = _growth(60, room=120)
    growth.want(200, (200, 260))
    growth.follow(cue := PlaybackCursor(tape, 200, 260, loop_start=200))
    out = np.zeros((13, 1), np.int16)
    for _ in range(50):
        growth.fill()
        cue.take(out, 0.0)

    assert sorted(speed.order) == [20, 21, 22, 23, 24, 25]


def test_what_was_just_played_stays_while_there_is_room() -> None:
    _speed, tape, growth, _ = _growth(60, room=120)
    growth.want(0)
    growth.follow(cue := PlaybackCursor(tape, 0, 600))
    for _ in range(30):
        growth.fill()
        cue.take(np.zeros((10, 1), np.int16), 0.0)
    growth.fill()

    assert _frames(27, 28, 29) == [frame for frame in _at_hand(tape) if 270 <= frame < 300]
    assert 0 not in _at_hand(tape)


def test_a_place_wanted_while_another_plays_comes_first_and_does_not_disturb() -> None:
    speed, tape, growth, _ = _growth(60, room=120)
    growth.want(0)
    growth.follow(PlaybackCursor(tape, 0, 600))
    growth.fill()
    growth.want(500)
    before = len(speed.order)
    growth.fill()
    growth.fill()

    assert speed.order[before:] == [50]
    assert {0, 79, 500} <= set(_at_hand(tape))


def test_after_a_pause_it_stays_where_playing_stopped() -> None:
    _speed, tape, growth, _ = _growth(60, room=120)
    growth.want(0)
    growth.follow(cue := PlaybackCursor(tape, 0, 600))
    growth.fill()
    cue.take(np.zeros((75, 1), np.int16), 0.0)
    cue.leave(np.zeros((0, 1), np.int16), 0.0)
    growth.fill()

    assert cue.is_over
    assert {75, 75 + 79} <= set(_at_hand(tape))


def test_damage_ends_the_job_and_is_told() -> None:
    speed, tape, growth, jobs = _growth(5)
    speed.damage = Damaged("It does not verify.", "Call your lead.")
    growth.want(0)
    jobs.pop()()

    assert growth.error is speed.damage
    assert _at_hand(tape) == []


def test_a_tail_is_faded_into_the_next_window_whichever_was_made_first() -> None:
    tapes = []
    for first in (0, 10):
        speed, tape = _Speed(2, tail=4), SampleBuffer(20)
        growth = Prefetcher(speed, tape, lambda _job: None)
        growth.want(first)
        growth.fill()
        tapes.append(tape.read(0, 20))

    assert (tapes[0] == tapes[1]).all()
    assert np.abs(tapes[0][:, 0] - np.arange(20)).max() <= 1  # both sides are rounded towards zero


def test_what_is_at_hand_is_never_written_to() -> None:
    _speed, tape, growth, _ = _growth(60, room=120)
    growth.want(0)
    growth.follow(cue := PlaybackCursor(tape, 0, 600))
    growth.fill()
    held = tape.piece_at(0)
    assert held is not None
    for _ in range(30):
        cue.take(np.zeros((20, 1), np.int16), 0.0)
        growth.fill()

    assert tape.piece_at(0) is None
    assert held.data[:, 0].tolist() == list(range(10))


def test_at_rest_no_more_is_made_than_the_window_that_plays_and_the_next() -> None:
    speed, tape, growth, _ = _growth(6)
    cue = PlaybackCursor(tape, 20, 60)
    growth.want(20)
    growth.follow(cue)
    growth.rest()
    growth.fill()

    assert speed.order == [2, 3]
    cue.cursor = 35
    growth.fill()
    assert speed.order == [2, 3, 4]


def test_a_sound_at_rest_that_is_not_complete_goes_on_until_it_is_stopped() -> None:
    speed, tape, growth, jobs = _growth(4)
    cue = PlaybackCursor(tape, 0, 40)
    looks = list[int]()

    def look() -> None:
        """Each window made, the device plays on; after the last one, it is stopped."""
        looks.append(len(speed.order))
        cue.cursor = 10 * len(looks)
        if len(looks) == 4:
            growth.stop()

    speed.meanwhile.extend([look] * 4)
    growth.follow(cue)
    growth.want(0)
    growth.rest()
    jobs.pop()()

    assert speed.order == [0, 1, 2, 3]


class _Asked(_Speed):
    """Remembers of which windows the beginning was asked for."""

    def __init__(self, windows: int) -> None:
        super().__init__(windows)
        self.edges: set[int] = set()

    def edge(self, window: int) -> int:
        self.edges.add(window)
        return super().edge(window)


def test_where_far_windows_begin_is_not_asked_before_the_first_is_made() -> None:
    speed, jobs = _Asked(50), list[Job]()
    growth = Prefetcher(speed, SampleBuffer(speed.frames), jobs.append)
    speed.meanwhile.append(growth.stop)
    growth.want(200)
    jobs.pop()()

    assert speed.order == [20]
    assert speed.edges <= {20, 21}
