"""A tag with a closed list of details offers them, and a personal-data tag knows its sound where words do."""

import pytest

from reviewer.model.annotation import PersonalDataKind, PersonalDataSpan, Segment
from reviewer.model.hypothesis import Word
from reviewer.places import resource
from reviewer.transcript.conventions import load_conventions
from reviewer.transcript.tag_details import open_tag, personal_data_span
from reviewer.transcript.word_times import timed_words

ENGLISH = load_conventions(resource("conventions", "en-US.toml"))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("call [pii|", "[pii"),
        ("call [pii:|", "[pii:"),
        ("call [pii:ph|one] now", "[pii:phone]"),
        ("[pii:phone|] now", "[pii:phone]"),
        ("[pii:| now", "[pii:"),
    ],
)
def test_the_cursor_in_a_tag_or_at_its_open_end_asks_for_a_detail(text: str, tag: str) -> None:
    caret, text = text.index("|"), text.replace("|", "")
    found = open_tag(text, caret, caret, ENGLISH)
    assert found is not None
    assert text[found.start : found.end] == tag


@pytest.mark.parametrize(
    "text", ["[p|ii:phone]", "[pii:phone]|", "[noise|]", "[foreign:|]", "so| [pii:phone]", "|"]
)
def test_elsewhere_and_in_other_tags_nothing_is_asked_for(text: str) -> None:
    caret = text.index("|")
    assert open_tag(text.replace("|", ""), caret, caret, ENGLISH) is None


def test_a_digit_is_the_place_of_a_detail_and_letters_begin_one() -> None:
    found = open_tag("[pii:em]", 7, 7, ENGLISH)
    assert found is not None
    assert [found.numbered(digit) for digit in ("1", "2", "9", "x", "")] == ["name", "phone", "", "", ""]
    assert found.completed() == "email"
    assert found.written("card") == "[pii:card]"


SEGMENT = Segment("s1", 0, 1000)
HEARD = (
    Word("call", 100, 200), Word("five", 220, 300), Word("six", 300, 400), Word("now", 420, 500),
)  # fmt: skip


def span_in(text: str, *heard: Word) -> PersonalDataSpan | None:
    start, end = text.index("["), text.index("]") + 1
    return personal_data_span(text, start, end, timed_words(text, heard, 0, 1000), SEGMENT)


def test_the_sound_of_a_tag_lies_between_the_words_beside_it() -> None:
    assert span_in("call [pii:phone] now", *HEARD) == PersonalDataSpan(200, 420, PersonalDataKind.NUMBER)
    assert span_in("[pii:name] now", *HEARD) == PersonalDataSpan(0, 420, PersonalDataKind.NAME)
    assert span_in("call [pii:id]", *HEARD[:3]) == PersonalDataSpan(200, 1000, PersonalDataKind.NUMBER)


@pytest.mark.parametrize("text", ["phone [pii:phone] now", "call [noise] now", "[pii:phone]"])
def test_a_tag_beside_words_whose_time_is_not_known_has_no_sound(text: str) -> None:
    assert span_in(text, *HEARD) is None


def test_without_recognised_words_a_tag_has_no_sound() -> None:
    assert span_in("call [pii:phone] now") is None
