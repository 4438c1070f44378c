"""Where the words that differ stand."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.stats.wer import diff_words
from reviewer.ui.comparison.marked_text import Mark, Side, marks_of

TEXTS = st.lists(st.sampled_from(["a", "an", "and", "on", "one", "今", "天", "é"]), max_size=8).map(" ".join)


def _words(text: str, marks: tuple[Mark, ...]) -> list[str]:
    return [text[mark.start : mark.end] for mark in marks]


@pytest.mark.parametrize(
    ("theirs", "mine", "in_theirs", "in_mine"),
    [
        ("turn left now", "turn right now", ["left"], ["right"]),
        ("the cat", "the black cat", [], ["black"]),
        ("no", "no no", [], ["no"]),
        ("same as ever", "same as ever", [], []),
        ("今天不好", "今天很好", ["不"], ["很"]),
    ],
    ids=["replaced", "missing", "one too many", "equal", "without spaces sign by sign"],
)
def test_words_that_differ_are_marked_on_the_side_where_they_are(
    theirs: str, mine: str, in_theirs: list[str], in_mine: list[str]
):
    words = diff_words(theirs, mine)
    assert _words(theirs, marks_of(theirs, words, Side.THEIRS)) == in_theirs
    assert _words(mine, marks_of(mine, words, Side.MINE)) == in_mine


@given(TEXTS, TEXTS)
def test_marks_are_the_words_that_the_diff_names(theirs: str, mine: str):
    mine = unicodedata.normalize("NFC", mine)
    words = diff_words(theirs, mine)
    expected = [word.right for word in words if word.op != "equal" and word.right]
    assert _words(mine, marks_of(mine, words, Side.MINE)) == expected
