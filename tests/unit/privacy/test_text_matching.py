"""Folded tokens with their positions, and disjoint spans."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewer.privacy.text_matching import TextSpans, fold, tokens

SPAN = st.tuples(st.integers(0, 40), st.integers(1, 8)).map(lambda span: (span[0], span[0] + span[1]))
LETTERS_READ_AS_DIGITS = str.maketrans("oil", "011")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("FÜNF", "funf"), ("dreißig", "dreissig"), ("４１", "41"), ("٤", "4"), ("z\u200be\u0301ro", "zero")],
)
def test_case_accents_width_and_invisible_characters_fall_away(text: str, plain: str) -> None:
    assert fold(text) == plain


def test_words_digits_marks_and_each_han_character_are_apart() -> None:
    texts = [token.text for token in tokens("Room 12b, [noise]一二三abc")]
    assert " ".join(texts) == "room 12 b , [ noise ] 一 二 三 abc"


@given(st.text(max_size=60))
@example("00O")
def test_tokens_come_in_order_and_fold_from_where_they_say(text: str) -> None:
    found = tokens(text)
    for token in found:
        plain = fold(text[token.start : token.end])
        assert token.text in plain or token.text in plain.translate(LETTERS_READ_AS_DIGITS)
    assert all(a.start <= b.start for a, b in pairwise(found))


def test_spans_that_only_meet_do_not_overlap() -> None:
    assert not TextSpans([(2, 4)]).overlaps(4, 6)
    assert not TextSpans([(2, 4)]).overlaps(0, 2)


def test_an_overlapping_span_is_not_added() -> None:
    spans = TextSpans([(2, 6)])
    assert not spans.add(5, 7)
    assert spans.add(6, 7)


@given(st.lists(SPAN, max_size=12), SPAN)
def test_overlapping_is_sharing_a_character(offered: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    spans, taken = TextSpans(), set[int]()
    for start, end in offered:
        is_free = taken.isdisjoint(range(start, end))
        assert spans.add(start, end) == is_free
        taken |= set(range(start, end)) if is_free else set()
    assert spans.overlaps(*asked) == (not taken.isdisjoint(range(*asked)))
