"""Joiners that spell words stay; whatever else nobody sees goes, in every room alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.formats.readback import text_sentence
from reviewer.places import resource
from reviewer.transcript.checks import problems
from reviewer.transcript.conventions import load_conventions
from reviewer.transcript.invisible import stray_places, without_strays
from reviewer.transcript.profiles import derive, visible

ANY = load_conventions(resource("conventions", "und.toml"))
SPELLED = {
    "Persian, I want": "می\u200cخواهم",
    "Persian, books": "کتاب\u200cها",
    "Persian, after a vowel mark": "مِ\u200cخ",
    "Urdu": "آہ\u200cنی",
    "Hindi, with a half letter": "क्\u200dष",
    "Hindi, with a visible virama": "क्\u200cष",
    "Marathi": "कऱ्\u200dहाड",
    "Bengali, before the virama": "র\u200d্যাব",
    "Sinhala": "ශ්\u200dරී",
    "Malayalam, an old word ending": "അവന്\u200d",
}
SLIPPED = {
    "in an English word": "na\u200cive",
    "in a German word": "Auf\u200clage",
    "before a Persian word": "\u200cمی",
    "after a Persian word": "می\u200c",
    "between words": "می \u200c خواهم",
    "before a mark of the sentence": "می\u200c،",
    "between scripts": "می\u200ca",
    "between Arabic and Indic letters": "می\u200cक",
    "beside a digit": "۵\u200cم",
    "on nothing": "\u200d",
    "on a vowel sign that stands on nothing": "\u093f\u200dक",
    "between letters that do not join": "漢\u200c字",
    "another invisible character": "می\u200bخواهم",
    "a direction mark": "می\u200fخواهم",
    "a soft hyphen": "क\u00adष",
}
LETTERS = "aмیخکষकर\u093f\u093c\u094d\u0951\u0301\u064e\u200c\u200d\u200c\u200d\u00ad\u200b ،."
TYPED = st.text(st.sampled_from(LETTERS), max_size=12)


@pytest.mark.parametrize("word", SPELLED.values(), ids=SPELLED)
def test_a_joiner_that_spells_a_word_stays(word: str) -> None:
    assert list(stray_places(word)) == []
    assert visible(word) == unicodedata.normalize("NFC", word)
    assert derive(word, ANY) == unicodedata.normalize("NFC", word)


@pytest.mark.parametrize("word", SPELLED.values(), ids=SPELLED)
def test_the_live_checks_and_the_validators_let_spelling_through(word: str) -> None:
    normal = unicodedata.normalize("NFC", word)
    assert problems(normal, ANY) == ()
    assert text_sentence(normal) == ""


@pytest.mark.parametrize("text", SLIPPED.values(), ids=SLIPPED)
def test_an_invisible_character_that_slipped_in_goes(text: str) -> None:
    (place,) = stray_places(text)
    assert without_strays(text) == text[:place] + text[place + 1 :]


@pytest.mark.parametrize("text", SLIPPED.values(), ids=SLIPPED)
def test_the_live_checks_and_the_validators_name_what_slipped_in(text: str) -> None:
    assert [p.start for p in problems(text, ANY) if "invisible" in p.sentence] == list(stray_places(text))
    assert "invisible" in text_sentence(unicodedata.normalize("NFC", text))


def test_of_two_joiners_one_stays() -> None:
    assert without_strays("می\u200c\u200cخواهم") == "می\u200cخواهم"


def test_what_stands_between_a_joiner_and_its_letter_goes_alone() -> None:
    assert without_strays("می\u200c\u00adخواهم") == "می\u200cخواهم"


def test_a_tag_is_no_letter() -> None:
    assert derive("می\u200c[laugh]خواهم", ANY) == "می خواهم"


def test_space_of_every_kind_is_left_to_the_check_of_spaces() -> None:
    assert without_strays("a\tb\nc\u00a0d\u2009e") == "a\tb\nc\u00a0d\u2009e"


@given(TYPED | st.text(max_size=12))
def test_what_is_left_is_clean_for_every_room(text: str) -> None:
    clean = visible(text)
    assert list(stray_places(clean)) == []
    assert visible(clean) == clean
    assert "invisible" not in text_sentence(" ".join(clean.split()))
    assert not any("invisible" in problem.sentence for problem in problems(clean, ANY))


@given(TYPED)
def test_derived_texts_pass_the_validator_and_derive_to_themselves(text: str) -> None:
    once = derive(text, ANY)
    assert text_sentence(once) == ""
    assert derive(once, ANY) == once


@given(TYPED | st.text(max_size=12))
def test_nothing_that_can_be_seen_is_lost(text: str) -> None:
    def seen(of: str) -> str:
        return "".join(c for c in of if c.isspace() or unicodedata.category(c)[0] != "C")

    assert seen(without_strays(text)) == seen(text)
