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
def test_nothing_that_was_typed_is_lost_or_doubled_and_no_word_touches_a_tag(before: str, after: str) -> None:
    text = typed(before, after, "[noise]")
    assert text.startswith(before)
    assert text.endswith(after)
    assert text.count("[noise]") == 1
    assert not re.search(r"[ab]\[noise\]|\[noise\][ab]", text)


@pytest.mark.parametrize(
    ("before", "after", "tag", "inserted", "select"),
    [
        ("so ", "", "[laugh]", "[laugh] ", (8, 8)),
        ("so", " then", "[laugh]", " [laugh]", (9, 9)),
        ("my name is", "", "[pii:name]", " [pii:name] ", (6, 10)),
    ],
    ids=["behind the tag", "behind a space that was there", "over its open detail"],
)
def test_after_a_tag_is_inserted_typing_continues_in_the_right_place(
    before: str, after: str, tag: str, inserted: str, select: tuple[int, int]
) -> None:
    made = tag_insertion(before, after, tag)
    assert (made.typed, made.select) == (inserted, select)


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        *((text, "a b") for text in ("a\nb", "a\r\nb", "a \t b", "a\u2028b", "a\n\n b")),
        ("a\u00a0b  c", "a\u00a0b  c"),
    ],
)
def test_pasted_lines_become_one_and_other_spaces_are_left_for_the_checks_to_see(
    pasted: str, line: str
) -> None:
    assert one_line(pasted) == line
