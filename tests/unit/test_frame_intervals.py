"""Interval arithmetic against plain sets of frames."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.event import HeardRange
from reviewer.model.intervals import (
    Span,
    clip_to_length,
    merge,
    merge_heard,
    subtract,
    total_frames,
)

SPANS = st.lists(st.builds(lambda at, frames: Span(at, at + frames), st.integers(0, 60), st.integers(1, 20)))
HEARD = st.lists(
    st.builds(
        lambda start, length, speed: HeardRange(start, start + length, speed),
        st.integers(0, 60),
        st.integers(0, 20),
        st.sampled_from([50, 100, 150]),
    ),
    max_size=12,
)


def frames_of(spans: object) -> set[int]:
    return {frame for each in spans for frame in range(each.start, each.end)}  # type: ignore[attr-defined]


def is_canonical(spans: tuple[Span, ...]) -> bool:
    return all(one.end < other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 3), (-1, 3)])
def test_a_span_is_never_empty_and_never_before_the_clip(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no stretch"):
        Span(start, end)


@given(SPANS, SPANS)
def test_operations_are_those_of_sets_of_frames(some: list[Span], others: list[Span]) -> None:
    a, b = frames_of(some), frames_of(others)
    for result, wanted in (
        (merge([*some, *others]), a | b),
        (subtract(some, others), a - b),
        (
            clip_to_length(((each.start - 9, each.end - 9) for each in some), 30),
            {f - 9 for f in a} & set(range(30)),
        ),
    ):
        assert frames_of(result) == wanted
        assert is_canonical(result)
        assert total_frames(result) == len(wanted)
    assert total_frames(some) == len(a)


@given(HEARD)
def test_what_was_heard_is_merged_speed_by_speed(ranges: list[HeardRange]) -> None:
    merged = merge_heard(ranges)
    for speed in (50, 100, 150):
        same = [each for each in merged if each.speed_percent == speed]
        assert frames_of(same) == frames_of(each for each in ranges if each.speed_percent == speed)
        assert all(one.end < other.start for one, other in pairwise(same))


def test_ranges_come_in_the_order_of_the_clip_then_of_the_speed() -> None:
    ranges = [HeardRange(50, 60), HeardRange(0, 10, 150), HeardRange(0, 5)]
    assert merge_heard(ranges) == [HeardRange(0, 5), HeardRange(0, 10, 150), HeardRange(50, 60)]
