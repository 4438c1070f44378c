"""Which segment is next, and what nobody has heard, beside plain masks of frames."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span, merge
from reviewer.session.coverage import Coverage
from reviewer.ui.playback.controller import SPEEDS, next_speed
from reviewer.ui.playback.player_clock import next_part, still_to_hear
from reviewer.ui.playback.segment_navigation import SegmentCursor, SegmentList

FRAMES = 60
_places = st.tuples(st.integers(0, FRAMES - 1), st.integers(1, 20))
spans = st.lists(_places.map(lambda it: Span(it[0], min(it[0] + it[1], FRAMES))), max_size=6)
ranges = st.lists(
    st.tuples(_places, st.sampled_from([50, 100, 200])).map(
        lambda it: HeardRange(it[0][0], min(sum(it[0]), FRAMES), it[1])
    ),
    max_size=6,
)
THREE = SegmentList.of([Span(10, 20), Span(30, 35), Span(40, 60)], FRAMES)


def mask(parts: list[Span] | list[HeardRange]) -> NDArray[np.bool_]:
    found = np.zeros(FRAMES, dtype=bool)
    for part in parts:
        found[part.start : part.end] = True
    return found


def coverage_of(speech: list[Span], heard: list[HeardRange]) -> Coverage:
    return Coverage(FRAMES, 1, merge(speech)).after(heard)


@given(spans, ranges)
def test_what_is_left_to_hear_is_the_speech_or_the_clip_less_what_was_heard(
    speech: list[Span], heard: list[HeardRange]
) -> None:
    left = still_to_hear(coverage_of(speech, heard))
    counts = mask(speech) if speech else np.ones(FRAMES, dtype=bool)
    assert (mask(list(left)) == (counts & ~mask(heard))).all()
    assert all(one.end < other.start for one, other in pairwise(left))


def test_of_no_clip_nothing_is_left_to_hear() -> None:
    assert still_to_hear(Coverage(0, 1)) == ()


@given(spans, ranges, st.integers(0, FRAMES))
def test_from_each_place_all_that_is_unheard_is_reached(
    speech: list[Span], heard: list[HeardRange], frame: int
) -> None:
    left = still_to_hear(coverage_of(speech, heard))
    todo = list(heard)
    for _ in range(len(left) + 1):
        part = next_part(still_to_hear(coverage_of(speech, todo)), frame)
        if part is None:
            break
        assert mask(list(left))[part.start : part.end].all()
        todo.append(HeardRange(part.start, part.end))
        frame = part.end
    assert still_to_hear(coverage_of(speech, todo)) == ()


@pytest.mark.parametrize(("frame", "part"), [(0, (10, 20)), (12, (12, 20)), (20, (30, 35)), (60, (10, 20))])
def test_the_next_unheard_is_the_rest_of_this_one_or_one_ahead_or_the_first(
    frame: int, part: tuple[int, int]
) -> None:
    assert next_part(THREE.spans, frame) == Span(*part)


@pytest.mark.parametrize(
    ("frame", "start"), [(0, 10), (9, 10), (10, 10), (11, 30), (32, 40), (40, 40), (41, None)]
)
def test_without_one_in_hand_the_next_is_the_first_from_the_cursor_on(frame: int, start: int | None) -> None:
    found = SegmentCursor(THREE, frame, None).next
    assert (found.start if found else None) == start


@pytest.mark.parametrize(
    ("position", "selection", "start"),
    [
        (30, (30, 35), 40),  # at its start
        (35, (30, 35), 40),  # played to its end
        (41, (30, 35), 40),  # and over its end, by the roll: not the one after that
        (50, (30, 35), None),  # left: the cursor counts
        (12, (11, 15), 30),  # no segment is selected
    ],
)
def test_the_next_one_is_behind_the_one_in_hand(
    position: int, selection: tuple[int, int], start: int | None
) -> None:
    found = SegmentCursor(THREE, position, selection, 2, 6).next
    assert (found.start if found else None) == start


@pytest.mark.parametrize(
    ("position", "selection", "start"),
    [
        (31, (30, 35), 10),  # hardly begun
        (34, (30, 35), 30),  # further in: again
        (28, (30, 35), 10),  # in its pre-roll
        (10, (10, 20), 10),  # there is none before
        (5, None, 10),
        (38, None, 30),
        (31, None, 10),
    ],
)
def test_the_one_before_is_this_one_again_if_one_is_well_inside(
    position: int, selection: tuple[int, int] | None, start: int
) -> None:
    found = SegmentCursor(THREE, position, selection, 2, 2).previous(2)
    assert found is not None
    assert found.start == start


def test_a_clip_without_segments_has_none_before_or_behind() -> None:
    nowhere = SegmentCursor(SegmentList(), 5, (1, 2))
    assert (nowhere.next, nowhere.previous(1), nowhere.current) == (None, None, None)


@given(spans, st.integers(0, FRAMES))
def test_the_segment_under_a_frame_holds_it(parts: list[Span], frame: int) -> None:
    found = SegmentList.of(parts, FRAMES).at(frame)
    assert (found is not None) is any(part.start <= frame < part.end for part in parts)
    assert found is None or found.start <= frame < found.end


def test_segments_are_cut_to_the_clip_and_put_in_order() -> None:
    made = SegmentList.of([Span(50, 90), Span(70, 80), Span(1, 2)], FRAMES)
    assert made.spans == (Span(1, 2), Span(50, 60))


@given(st.integers(25, 300), st.sampled_from([-1, 1]))
def test_a_step_of_speed_goes_to_the_nearest_of_the_grid(percent: int, step: int) -> None:
    found = next_speed(percent, step)
    between = [speed for speed in SPEEDS if min(percent, found) < speed < max(percent, found)]
    assert found in SPEEDS
    assert between == []
    assert (found - percent) * step > 0 or found == percent == SPEEDS[0 if step < 0 else -1]
