"""A tag goes in with one space on each side, wherever the cursor stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.ui.transcript.text_edit import one_line, tag_insertion


def typed(before: str, after: str, tag: str) -> str:
    return before + tag_insertion(before, after, tag).typed + after


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("", "", "[laugh] "),
        ("hello", "", "hello [laugh] "),
        ("hello ", "", "hello [laugh] "),
        ("hello", " world", "hello [laugh] world"),
        ("hello ", "world", "hello [laugh] world"),
        ("hello", "world", "hello [laugh] world"),
        ("hello", ".", "hello [laugh]."),
        ("", "world", "[laugh] world"),
    ],
)
def test_a_tag_is_set_off_by_single_spaces(before: str, after: str, text: str) -> None:
    assert typed(before, after, "[laugh]") == text


plain = st.text(alphabet="ab שж字.", max_size=12)


@given(plain, plain)
def test_nothing_that_was_typed_is_lost_or_doubled(before: str, after: str) -> None:
    text = typed(before, after, "[noise]")
    assert text.startswith(before)
    assert text.endswith(after)
    assert text.count("[noise]") == 1


@given(plain, plain)
def test_no_word_touches_a_tag(before: str, after: str) -> None:
    text = typed(before, after, "[noise]")
    assert not re.search(r"[ab]\[noise\]|\[noise\][ab]", text)


def test_typing_goes_on_behind_the_tag() -> None:
    made = tag_insertion("so ", "", "[laugh]")
    assert made.select == (len("[laugh] "), len("[laugh] "))


def test_typing_goes_on_behind_a_space_that_was_there() -> None:
    made = tag_insertion("so", " then", "[laugh]")
    assert made.typed == " [laugh]"
    assert made.select == (len(" [laugh] "), len(" [laugh] "))


def test_an_open_detail_is_selected_to_be_typed_over() -> None:
    made = tag_insertion("my name is", "", "[pii:name]")
    start, end = made.select
    assert made.typed[start:end] == "name"


@pytest.mark.parametrize("pasted", ["a\nb", "a\r\nb", "a \t b", "a\u2028b", "a\n\n b"])
def test_pasted_lines_become_one(pasted: str) -> None:
    assert one_line(pasted) == "a b"


def test_other_spaces_are_left_for_the_checks_to_see() -> None:
    assert one_line("a\u00a0b  c") == "a\u00a0b  c"
