"""Stretches that do not overlap."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.privacy.spans import Spans

SPAN = st.tuples(st.integers(0, 40), st.integers(1, 8)).map(lambda span: (span[0], span[0] + span[1]))


def test_stretches_that_only_meet_do_not_touch() -> None:
    assert not Spans([(2, 4)]).touch(4, 6)
    assert not Spans([(2, 4)]).touch(0, 2)


def test_a_stretch_that_touches_is_not_taken() -> None:
    spans = Spans([(2, 6)])
    assert not spans.add(5, 7)
    assert spans.add(6, 7)


@given(st.lists(SPAN, max_size=12), SPAN)
def test_touching_is_sharing_a_character(offered: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    spans, taken = Spans(), set[int]()
    for start, end in offered:
        is_free = taken.isdisjoint(range(start, end))
        assert spans.add(start, end) == is_free
        taken |= set(range(start, end)) if is_free else set()
    assert spans.touch(*asked) == (not taken.isdisjoint(range(*asked)))
