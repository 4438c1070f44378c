"""Texts of the kinds that keyboards of the field type, by UAX 29 and SpecialCasing.txt, many times over."""

import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.session.locale_conventions import LocaleConventions
from reviewer.transcript.normalisation import normalise, stored_text
from reviewer.transcript.words import lower_case, segments, upper_case
from reviewer.workspace import shipped_conventions

# Scripts whose keyboards type marks in another order than NFC, or letters that NFC takes apart.
_LETTERS = {
    "vi-VN": ("aăâeêioôơuưyd", "\u0300\u0301\u0303\u0309\u0323"),
    "he-IL": ("אבגדהשת", "\u05b8\u05b7\u05bc\u05c1\u05b4"),
    "ar": ("مرسحبنتي", "\u064b\u064e\u0650\u0651\u0652"),
    "bn-IN": ("কখগঘঙডঢযরব", "\u09bc\u09be\u09bf"),
    "ta-IN": ("கஙசஞட", "\u0bbe\u0bc6\u0bd7"),
    "hi-IN": ("कखगजडढफ", "\u093c\u093e\u0941"),
}
_LANGUAGES = st.sampled_from(sorted(_LETTERS))


@cache
def _conventions() -> LocaleConventions:
    """The shipped conventions, which never change; their files are read once."""
    return shipped_conventions()


@st.composite
def typed_words(draw: st.DrawFn) -> tuple[str, str]:
    """A locale, and words of its letters, each with marks in any order and either normal form."""
    locale = draw(_LANGUAGES)
    letters, marks = _LETTERS[locale]
    cluster = st.tuples(st.sampled_from(letters), st.lists(st.sampled_from(marks), max_size=2, unique=True))
    word = st.lists(cluster, min_size=1, max_size=4).map(
        lambda all_of: "".join(a + "".join(m) for a, m in all_of)
    )
    words = draw(st.lists(word, min_size=1, max_size=4))
    form = draw(st.sampled_from(["NFC", "NFD", ""]))
    text = " ".join(words)
    return locale, unicodedata.normalize(form, text) if form else text


@given(typed_words())
def test_whatever_order_marks_are_typed_in_the_training_text_is_nfc_with_as_many_words(
    typed: tuple[str, str],
) -> None:
    locale, text = typed
    training = normalise(text, _conventions().of(locale))
    assert training == unicodedata.normalize("NFC", training)
    assert len(training.split(" ")) == len(text.split(" "))
    assert stored_text(text) == unicodedata.normalize("NFC", text)


# UAX 29, WB6, WB7, WB7b, WB12: marks that stand inside a word, between letters of the class named there.
_MID_LETTER = ("\u00b7", "\u2019", "'", ":", "\u0387", "\u055f", "\u2027", "\ufe13", "\ufe55")
_WORDS = st.sampled_from(["intel", "ligent", "eu", "n", "l", "avui", "ça", "été", "слово", "λέξη"])


@pytest.mark.parametrize("mark", _MID_LETTER)
@given(_WORDS, _WORDS)
def test_a_mark_between_letters_leaves_one_word(mark: str, before: str, after: str) -> None:
    assert list(segments(before + mark + after)) == [before + mark + after]
    training = normalise(before + mark + after, _conventions().of("und"))
    assert " " not in training


@pytest.mark.parametrize("mark", ['"', "\u05f4", "'", "\u05f3"])
@given(st.text("אבגדהוזחטיכלמנ", min_size=1, max_size=4), st.text("אבגדהוזחטיכלמנ", min_size=1, max_size=3))
def test_a_gershayim_or_a_quotation_mark_inside_a_hebrew_word_leaves_one_word(
    mark: str, before: str, after: str
) -> None:
    assert " " not in normalise(before + mark + after, _conventions().of("he-IL"))


# SpecialCasing.txt of Unicode: the entries under conditions. Language, typed, lower case.
_SPECIAL = [
    ("tr", "İ", "i"),
    ("az", "İ", "i"),
    ("tr", "I\u0307", "i"),
    ("az", "I\u0307", "i"),
    ("tr", "I", "ı"),
    ("az", "I", "ı"),
    ("tr", "ISPARTA İLİ", "ısparta ili"),
    ("az", "QIZIL", "qızıl"),
    ("lt", "I\u0301", "i\u0307\u0301"),
    ("lt", "J\u0303", "j\u0307\u0303"),
    ("lt", "Ì", "i\u0307\u0300"),
    ("lt", "Í", "i\u0307\u0301"),
    ("lt", "Ĩ", "i\u0307\u0303"),
    ("lt", "Į\u0301", "į\u0307\u0301"),
    ("el", "ΟΔΟΣ", "οδος"),
    ("el", "ΣΑΣ ΚΑΙ ΣΟΥ", "σας και σου"),
    ("en", "IIII", "iiii"),
    ("de", "STRASSE ẞ", "strasse ß"),
]


@pytest.mark.parametrize(("language", "typed", "lower"), _SPECIAL)
def test_case_changes_as_special_casing_says(language: str, typed: str, lower: str) -> None:
    assert unicodedata.normalize("NFC", lower_case(typed, language)) == unicodedata.normalize("NFC", lower)


@pytest.mark.parametrize(
    ("language", "typed", "upper"),
    [("tr", "iı", "İI"), ("az", "iı", "İI"), ("lt", "i\u0307\u0301", "I\u0301"), ("de", "straße", "STRASSE")],
)
def test_upper_case_follows_the_language_too(language: str, typed: str, upper: str) -> None:
    assert unicodedata.normalize("NFC", upper_case(typed, language)) == unicodedata.normalize("NFC", upper)


@given(st.text("abcçğıiİIöşüABCÇĞÖŞÜ ", max_size=30), st.sampled_from(["tr", "az"]))
def test_lower_case_twice_is_lower_case_and_no_letter_gets_a_loose_dot(text: str, language: str) -> None:
    lower = lower_case(text, language)
    assert lower_case(lower, language) == lower
    assert "\u0307" not in lower
