"""Word times follow a text while it is corrected."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.hypothesis import Word
from reviewer.transcript.word_times import timed_words, word_at_frame, word_at_offset

HEARD = (Word("set", 100, 200), Word("the", 200, 250), Word("kitten", 300, 500), Word("timer", 500, 700))


def spoken(text: str) -> list[tuple[str, int, int, bool]]:
    return [
        (text[w.start : w.end], w.from_frame, w.to_frame, w.is_exact)
        for w in timed_words(text, HEARD, 0, 1000)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Set the kitchen timer.",
            [
                ("Set", 100, 200, True),
                ("the", 200, 250, True),
                ("kitchen", 300, 500, False),
                ("timer.", 500, 700, True),
            ],
        ),
        (
            "set the old kitten timer",
            [
                ("set", 100, 200, True),
                ("the", 200, 250, True),
                ("old", 250, 300, False),
                ("kitten", 300, 500, True),
                ("timer", 500, 700, True),
            ],
        ),
        ("set [noise] timer", [("set", 100, 200, True), ("timer", 500, 700, True)]),
        ("", []),
    ],
)
def test_a_word_has_the_time_of_what_was_recognised(text: str, expected) -> None:
    assert spoken(text) == expected


def test_without_recognised_words_time_is_shared_by_length() -> None:
    found = timed_words("a bbb", (), 100, 500)
    assert [(w.from_frame, w.to_frame) for w in found] == [(100, 200), (200, 500)]


def test_the_playhead_finds_its_word_and_the_text_cursor_its_time() -> None:
    words = timed_words("set the kitten timer", HEARD, 0, 1000)
    assert [word_at_frame(words, frame) for frame in (99, 100, 260, 999)] == [
        None,
        words[0],
        words[1],
        words[3],
    ]
    assert [word_at_offset(words, offset) for offset in (0, 3, 4, 20)] == [
        words[0],
        words[0],
        words[1],
        words[3],
    ]


@given(
    st.lists(st.sampled_from(["set", "The", "kitten,", "[noise]", "x"]), max_size=8),
    st.lists(st.tuples(st.sampled_from(["set", "the", "kitten"]), st.integers(1, 90)), max_size=6),
)
def test_times_rise_and_stay_inside_the_segment(typed: list[str], heard: list[tuple[str, int]]) -> None:
    at, words = 50, []
    for text, length in heard:
        words.append(Word(text, at, at + length))
        at += length + 3
    found = timed_words(" ".join(typed), words, 100, 600)
    assert len(found) == sum(text != "[noise]" for text in typed)
    assert all(100 <= word.from_frame <= word.to_frame <= 600 for word in found)
    assert all(a.to_frame <= b.from_frame for a, b in pairwise(found))
