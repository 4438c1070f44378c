"""A place in the text has a place in the sound, and the other way round."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.hypothesis import Word
from reviewer.transcript.text_times import TextTimes

HEARD = (Word("set", 100, 200), Word("the", 200, 250), Word("kitten", 300, 500), Word("timer", 500, 700))
TEXT = "Set the kitchen timer"


def times(text: str = TEXT, words: tuple[Word, ...] = HEARD, start: int = 0, end: int = 1_000) -> TextTimes:
    return TextTimes(text, words, start, end)


@pytest.mark.parametrize(
    ("caret", "frame"), [(0, 100), (2, 100), (3, 100), (4, 200), (8, 300), (20, 500), (21, 700)]
)
def test_a_caret_in_a_word_is_where_the_word_begins_and_the_end_of_the_text_where_it_ends(caret, frame):
    assert times().frame_at(caret) == frame


@pytest.mark.parametrize(("frame", "caret"), [(0, 0), (100, 0), (199, 0), (260, 4), (300, 8), (999, 16)])
def test_a_frame_has_the_word_that_is_said_then(frame: int, caret: int):
    assert times().caret_at(frame) == caret


def test_an_empty_text_has_the_time_of_its_segment():
    empty = times("", (), 300, 900)
    assert (empty.frame_at(0), empty.caret_at(500), empty.word_at_frame(500)) == (300, 0, None)


def test_no_word_is_said_outside_of_the_segment():
    assert times(end=600).word_at_frame(600) is None
    assert times(end=600).word_at_frame(599) is not None


def test_a_segment_takes_its_part_of_a_draft_with_its_marks():
    draft = times("[noise] Set the, kitten timer.")
    assert draft.text_between(0, 260) == "[noise] Set the,"
    assert draft.text_between(260, 1_000) == "kitten timer."
    assert draft.text_between(900, 1_000) == ""


def test_places_in_chinese_are_characters_although_no_space_separates_them():
    chinese = times("今天天气好", (Word("今天", 0, 200), Word("天气", 200, 400), Word("好", 600, 700)))
    assert [chinese.frame_at(caret) for caret in range(6)] == [0, 100, 200, 300, 600, 700]
    assert chinese.caret_at(350) == 3


def test_a_replaced_character_of_chinese_leaves_the_others_where_they_are():
    chinese = times("今夭天气。", (Word("今天", 0, 200), Word("天气", 200, 400)))
    assert [(word.from_frame, word.is_exact) for word in chinese.words] == [
        (0, True), (100, False), (200, True), (300, True),
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["set", "the", "kitten", "timer", "old", "𝔵𝔶", "[noise]"]), max_size=9))
def test_every_word_of_a_text_is_found_again_from_its_own_sound(typed: list[str]):
    text = times(" ".join(typed))
    for word in text.words:
        if word.to_frame > word.from_frame:
            assert text.caret_at(text.frame_at(word.start)) == word.start


@given(st.sets(st.integers(1, 999), max_size=4))
def test_segments_without_a_gap_share_a_draft_without_loss(borders: set[int]):
    edges = [0, *sorted(borders), 1_000]
    parts = [times().text_between(*pair) for pair in pairwise(edges)]
    assert " ".join(part for part in parts if part) == TEXT


@pytest.mark.parametrize(("caret", "frame"), [(3, 200), (4, 200), (7, 275), (0, 100), (21, 700), (10, 375)])
def test_a_cut_at_a_caret_is_between_the_words_that_were_heard_on_both_sides(caret: int, frame: int):
    heard = (*HEARD[:2], Word("kitchen", 300, 500), HEARD[3])
    assert times(words=heard).border_at(caret) == frame  # in a word: between the words around it


def test_a_cut_between_words_that_nobody_heard_has_no_frame():
    assert times(words=()).border_at(4) is None
