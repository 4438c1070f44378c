"""Joiners that a word is spelled with stay; every other invisible character is stray."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.formats.validation import text_problem
from reviewer.places import resource
from reviewer.transcript.checks import check_text
from reviewer.transcript.conventions import load_conventions
from reviewer.transcript.invisible_characters import stray_positions, without_stray_characters
from reviewer.transcript.normalisation import clean_text, normalise

ANY = load_conventions(resource("conventions", "und.toml"))
INVISIBLE = "INVISIBLE_CHARACTER"
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
def test_a_joiner_that_spells_a_word_stays_and_checks_and_validators_let_it_through(word: str) -> None:
    normal = unicodedata.normalize("NFC", word)
    assert list(stray_positions(word)) == []
    assert clean_text(word) == normalise(word, ANY) == normal
    assert check_text(normal, ANY) == ()
    assert text_problem(normal) == ""


@pytest.mark.parametrize("text", SLIPPED.values(), ids=SLIPPED)
def test_an_invisible_character_that_slipped_in_goes_and_checks_and_validators_name_it(text: str) -> None:
    (position,) = stray_positions(text)
    assert without_stray_characters(text) == text[:position] + text[position + 1 :]
    assert [p.start for p in check_text(text, ANY) if p.notice.code == INVISIBLE] == [position]
    assert text_problem(unicodedata.normalize("NFC", text)) == "SET_TEXT_INVISIBLE"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("می\u200c\u200cخواهم", "می\u200cخواهم", id="of two joiners one stays"),
        pytest.param("می\u200c\u00adخواهم", "می\u200cخواهم", id="a joiner beside a soft hyphen stays"),
        pytest.param("a\tb\nc\u00a0d\u2009e", "a\tb\nc\u00a0d\u2009e", id="white space stays"),
    ],
)
def test_beside_stray_characters_the_others_stay(text: str, cleaned: str) -> None:
    assert without_stray_characters(text) == cleaned


def test_a_tag_does_not_count_as_a_letter() -> None:
    assert normalise("می\u200c[laugh]خواهم", ANY) == "می خواهم"


@given(TYPED | st.text(max_size=12))
def test_cleaned_text_has_no_stray_characters(text: str) -> None:
    clean = clean_text(text)
    assert list(stray_positions(clean)) == []
    assert clean_text(clean) == clean
    assert text_problem(" ".join(clean.split())) != "SET_TEXT_INVISIBLE"
    assert not any(problem.notice.code == INVISIBLE for problem in check_text(clean, ANY))


@given(TYPED)
def test_normalised_text_passes_the_validator_and_stays_the_same(text: str) -> None:
    once = normalise(text, ANY)
    assert text_problem(once) == ""
    assert normalise(once, ANY) == once


@given(TYPED | st.text(max_size=12))
def test_nothing_that_can_be_seen_is_lost(text: str) -> None:
    def seen(of: str) -> str:
        return "".join(c for c in of if c.isspace() or unicodedata.category(c)[0] != "C")

    assert seen(without_stray_characters(text)) == seen(text)
