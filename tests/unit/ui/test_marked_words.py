"""Where the words that differ stand."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from reviewer.stats.wer import diff_words
from reviewer.ui.qa.marked_text import Mark, Side, marks_of

TEXTS = st.lists(st.sampled_from(["a", "an", "and", "on", "one", "今", "天", "é"]), max_size=8).map(" ".join)


def _words(text: str, marks: tuple[Mark, ...]) -> list[str]:
    return [text[mark.start : mark.end] for mark in marks]


def test_a_replaced_word_is_marked_on_both_sides():
    theirs, mine = "turn left now", "turn right now"
    words = diff_words(theirs, mine)
    assert _words(theirs, marks_of(theirs, words, Side.THEIRS)) == ["left"]
    assert _words(mine, marks_of(mine, words, Side.MINE)) == ["right"]


def test_a_missing_word_is_marked_where_it_is():
    theirs, mine = "the cat", "the black cat"
    words = diff_words(theirs, mine)
    assert marks_of(theirs, words, Side.THEIRS) == ()
    assert _words(mine, marks_of(mine, words, Side.MINE)) == ["black"]


def test_the_second_of_two_equal_words_is_marked_when_it_is_the_one_too_many():
    mine = "no no"
    marks = marks_of(mine, diff_words("no", mine), Side.MINE)
    assert len(marks) == 1


def test_equal_texts_have_no_marks():
    words = diff_words("same as ever", "same as ever")
    assert marks_of("same as ever", words, Side.THEIRS) == ()


def test_a_text_without_spaces_is_marked_sign_by_sign():
    mine = "今天很好"
    marks = marks_of(mine, diff_words("今天不好", mine), Side.MINE)
    assert _words(mine, marks) == ["很"]


@given(TEXTS, TEXTS)
def test_marks_are_the_words_that_the_diff_names(theirs: str, mine: str):
    mine = unicodedata.normalize("NFC", mine)
    words = diff_words(theirs, mine)
    expected = [word.right for word in words if word.op != "equal" and word.right]
    assert _words(mine, marks_of(mine, words, Side.MINE)) == expected
