"""A stretch of a clip has a length."""

import pytest

from reviewer.model.span import Span


def test_a_span_knows_how_long_it_is():
    assert Span(3, 10).frames == 7


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 3), (-1, 3)])
def test_a_span_is_never_empty_and_never_before_the_clip(start: int, end: int):
    with pytest.raises(ValueError, match="no stretch"):
        Span(start, end)
