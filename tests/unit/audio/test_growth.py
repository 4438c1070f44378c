import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.feed import Ready
from reviewer.audio.growth import Growth, Job


class _Speed:
    """Windows of ten frames that remember the order in which they were made."""

    def __init__(self, windows: int) -> None:
        self.edges = tuple(range(0, windows * 10 + 1, 10))
        self.data = np.zeros((windows * 10, 1), np.int16)
        self.order: list[int] = []
        self.meanwhile = list[Job]()

    def make(self, window: int) -> None:
        assert window not in self.order
        self.order.append(window)
        if self.meanwhile:
            self.meanwhile.pop(0)()


def _growth(windows: int) -> tuple[_Speed, Ready, Growth, list[Job]]:
    speed, ready, jobs = _Speed(windows), Ready(0, 0), list[Job]()
    return speed, ready, Growth(speed, ready, jobs.append), jobs


def test_windows_are_made_from_the_wanted_one_on_and_then_the_rest() -> None:
    speed, ready, growth, jobs = _growth(5)
    growth.want(25)
    jobs.pop()()

    assert speed.order == [2, 3, 4, 0, 1]
    assert ready.stretch == (0, 50)


def test_nothing_is_made_before_it_is_wanted() -> None:
    _, ready, _, jobs = _growth(5)

    assert (jobs, ready.stretch) == ([], (0, 0))


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
def test_all_is_ready_in_the_end_whatever_was_wanted_on_the_way(windows: int, frames: list[int]) -> None:
    speed, ready, growth, jobs = _growth(windows)
    speed.meanwhile.extend(lambda frame=frame: growth.want(frame) for frame in frames[1:])
    growth.want(frames[0])
    jobs.pop()()

    assert sorted(speed.order) == list(range(windows))
    assert ready.stretch == (0, windows * 10)


@given(st.integers(1, 8), st.lists(st.integers(0, 79), min_size=1, max_size=8))
def test_only_made_windows_are_ever_ready(windows: int, frames: list[int]) -> None:
    speed, ready, growth, jobs = _growth(windows)

    def look(frame: int) -> None:
        growth.want(frame)
        low, high = ready.stretch
        assert all(window in speed.order for window in range(low // 10, high // 10))

    speed.meanwhile.extend(lambda frame=frame: look(frame) for frame in frames[1:])
    look(frames[0])
    jobs.pop()()
