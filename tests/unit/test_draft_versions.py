"""Which versions of a draft are kept, and which changes replace a text."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.annotation import Annotation, Segment
from reviewer.session.draft_versions import (
    KEEPS_ALL_OF_LAST,
    KEEPS_AT_MOST,
    is_replaced,
    superfluous,
)
from tests.fakes.clock import START


@given(minutes=st.lists(st.integers(0, 10_000), max_size=140))
def test_fifty_are_left_at_most_among_them_the_first_and_the_last_ten(minutes: list[int]) -> None:
    made_at = [START + timedelta(minutes=each) for each in sorted(minutes)]
    gone = superfluous(made_at)
    left = [place for place in range(len(made_at)) if place not in gone]
    assert len(left) == min(len(made_at), KEEPS_AT_MOST)
    assert left[:1] == list(range(len(made_at)))[:1]
    assert left[-KEEPS_ALL_OF_LAST:] == list(range(len(made_at)))[-KEEPS_ALL_OF_LAST:]


def test_of_a_long_day_the_gaps_grow_with_age() -> None:
    kept = []
    for minute in range(480):
        kept.append(START + timedelta(minutes=minute))
        kept = [moment for place, moment in enumerate(kept) if place not in superfluous(kept)]
    gaps = [(later - earlier) / timedelta(minutes=1) for earlier, later in pairwise(kept)]
    assert len(kept) == KEEPS_AT_MOST
    assert gaps[-KEEPS_ALL_OF_LAST + 1 :] == [1.0] * (KEEPS_ALL_OF_LAST - 1)
    assert max(gaps[25:]) < max(gaps[:15]) <= 60


LONG = "the quick brown fox jumps over the lazy dog"


@pytest.mark.parametrize(
    ("before", "after", "is_all_of_it"),
    [
        (LONG, "", True),
        (LONG, "as a recogniser heard it, all of it", True),
        (LONG, LONG + " again", False),
        (LONG, "so " + LONG, False),
        (LONG, LONG[:-1], False),
        (LONG, LONG[:20], False),
        ("short", "", False),
        ("", LONG, False),
    ],
)
def test_change_that_replaces_nearly_all_of_a_text_is_told_from_typing(
    before: str, after: str, *, is_all_of_it: bool
) -> None:
    was, became = (Annotation((Segment("a", 0, 9, text),)) for text in (before, after))
    assert is_replaced(was, became) is is_all_of_it


def test_one_segment_of_many_that_is_replaced_replaces_no_text() -> None:
    before = Annotation(tuple(Segment(f"s{place}", place, place + 1, LONG) for place in range(4)))
    after = Annotation((Segment("s0", 0, 1, ""), *before.segments[1:]))
    assert not is_replaced(before, after)
    assert is_replaced(before, Annotation((Segment("s0", 0, 1, ""), Segment("new", 1, 4, ""))))
