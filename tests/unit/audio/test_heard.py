from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reviewer.audio.heard import heard_frames, merged
from reviewer.model.event import HeardRange

_RANGES = st.lists(
    st.builds(
        lambda start, length, speed: HeardRange(start, start + length, speed),
        st.integers(0, 60),
        st.integers(0, 20),
        st.sampled_from([50, 100, 150]),
    ),
    max_size=12,
)


def _covered(ranges: list[HeardRange]) -> set[tuple[int, int]]:
    return {(frame, each.speed_percent) for each in ranges for frame in range(each.start, each.end)}


@given(_RANGES)
def test_merging_neither_adds_nor_loses_a_frame(ranges: list[HeardRange]) -> None:
    assert _covered(merged(ranges)) == _covered(ranges)


@given(_RANGES)
def test_merged_ranges_of_one_speed_neither_touch_nor_overlap(ranges: list[HeardRange]) -> None:
    for speed in (50, 100, 150):
        same = [each for each in merged(ranges) if each.speed_percent == speed]
        assert all(one.end < other.start for one, other in pairwise(same))


@given(_RANGES)
def test_merging_twice_is_merging_once(ranges: list[HeardRange]) -> None:
    assert merged(merged(ranges)) == merged(ranges)


@given(_RANGES)
def test_heard_frames_count_each_frame_once_whatever_the_speed(ranges: list[HeardRange]) -> None:
    assert heard_frames(ranges) == len({frame for frame, _ in _covered(ranges)})


def test_ranges_come_in_the_order_of_the_clip() -> None:
    ranges = [HeardRange(50, 60), HeardRange(0, 10, 150), HeardRange(0, 5)]

    assert merged(ranges) == [HeardRange(0, 5), HeardRange(0, 10, 150), HeardRange(50, 60)]


def test_ranges_that_touch_become_one() -> None:
    assert merged([HeardRange(10, 20), HeardRange(0, 10)]) == [HeardRange(0, 20)]


def test_a_range_inside_another_vanishes() -> None:
    assert merged([HeardRange(0, 100), HeardRange(10, 20)]) == [HeardRange(0, 100)]
