"""Folded text, and the way back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.privacy.plain import fold, tokens


@pytest.mark.parametrize(
    ("text", "plain"),
    [("FÜNF", "funf"), ("dreißig", "dreissig"), ("４１", "41"), ("٤", "4"), ("z\u200be\u0301ro", "zero")],
)
def test_case_accents_width_and_invisible_characters_fall_away(text: str, plain: str) -> None:
    assert fold(text) == plain


def test_words_digits_and_marks_are_apart() -> None:
    assert [token.text for token in tokens("Room 12b, [noise]")] == [
        "room",
        "12",
        "b",
        ",",
        "[",
        "noise",
        "]",
    ]


def test_each_han_character_is_a_token() -> None:
    assert [token.text for token in tokens("一二三abc")] == ["一", "二", "三", "abc"]


@given(st.text(max_size=60))
def test_tokens_come_in_order_and_fold_from_where_they_say(text: str) -> None:
    found = tokens(text)
    assert all(token.text in fold(text[token.start : token.end]) for token in found)
    assert all(a.start <= b.start for a, b in pairwise(found))
