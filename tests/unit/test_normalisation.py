import unicodedata
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.formats.validation import text_problem
from reviewer.places import resource
from reviewer.transcript.conventions import Case, Conventions, Profile, TagClass, load_conventions
from reviewer.transcript.normalisation import is_fragment, normalise

ENGLISH = load_conventions(resource("conventions", "en-US.toml"))
GERMAN = load_conventions(resource("conventions", "de-DE.toml"))
ANY = load_conventions(resource("conventions", "und.toml"))
TAGS = ["[laugh]", "[pii:name]", "[nope]", "[", "]"]
MARKS = [" ", "\t", ".", ",", "?", "'", "’", "-", "%", "$", "…", "\u200b", "\u200c", "\u200d"]
WORDS = ["uh", "absolu-", "Yes", "a", "I'm", "3.5", "e\u0301", "İ", "ß", "Σ", "漢字", "שלום", "می", "क्"]
PIECES = st.sampled_from(TAGS + MARKS + WORDS)
TYPED = st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join)
PROFILES = st.builds(
    Profile,
    name=st.just("p"),
    version=st.just(1),
    case=st.sampled_from(Case),
    punctuation=st.sampled_from(["", ".,?", "?", "。，？", "-.,"]),
    keep_fragments=st.booleans(),
    keep_hesitations=st.booleans(),
    tags=st.sampled_from(
        [MappingProxyType({}), MappingProxyType({TagClass.PII: "somebody", TagClass.SPEAKER_NOISE: "Ha"})]
    ),
)


def with_profile(profile: Profile) -> Conventions:
    return replace(ENGLISH, profiles=MappingProxyType({"p": profile, "training": profile}))


@pytest.mark.parametrize(
    ("typed", "training", "punctuated"),
    [
        ("", "", ""),
        ("Hello,  World.", "hello world", "Hello, World."),
        ("Yes [laugh] I'm sure.", "yes i'm sure", "Yes I'm sure."),
        ("It is [unclear].", "it is", "It is"),
        ("[noise] [breath]", "", ""),
        ("[not a tag", "not a tag", "not a tag"),
        ("a[noise]b", "a b", "a b"),
        ("absolu- absolutely", "absolutely", "absolutely"),
        ("absolu-, yes", "yes", "yes"),
        ("uh-huh twenty-two", "uh-huh twenty-two", "uh-huh twenty-two"),
        ("cafe\u0301 na\u200bïve", "café naïve", "café naïve"),
        ("don’t say “no”", "don't say no", "don't say no"),
        ("well,okay", "well okay", "well, okay"),
        ("wait...what?!", "wait what", "wait. what?"),
        ("about 3.5, 3,5 or 10:30.", "about 3.5 3,5 or 10:30", "about 3.5, 3,5 or 10:30."),
        ("one - two — three", "one two three", "one two three"),
        ("line one\nline\ttwo", "line one line two", "line one line two"),
    ],
)
def test_a_typed_text_becomes_the_training_text(typed: str, training: str, punctuated: str) -> None:
    assert normalise(typed, ENGLISH) == training
    assert normalise(typed, ENGLISH, "training_punctuated") == punctuated


def test_hesitations_stay_for_training_and_go_for_scoring() -> None:
    assert normalise("Um, I uh think", ENGLISH) == "um i uh think"
    assert normalise("Um, I uh think", ENGLISH, "scoring") == "i think"
    assert normalise("Um, I", with_profile(Profile("p", 1, keep_hesitations=False))) == "I"


@pytest.mark.parametrize(
    ("typed", "scoring"),
    [
        ("Die Straße, ÄHM, heißt so.", "die straße heißt so"),
        ("你好，世界。", "你好 世界"),
        ("\u200fשלום, עולם!", "שלום עולם"),
        ("नमस्ते दुनिया।", "नमस्ते दुनिया"),
    ],
)
def test_scripts_come_through_and_sharp_s_is_lowered_not_folded(typed: str, scoring: str) -> None:
    assert normalise(typed, GERMAN if "ß" in typed else ANY, "scoring") == scoring


def test_class_that_is_mapped_becomes_its_word() -> None:
    profile = Profile("p", 1, tags=MappingProxyType({TagClass.PII: "somebody"}))
    assert normalise("I am [Pii:name] [laugh] ok", with_profile(profile), "p") == "I am somebody ok"


def test_unknown_profile_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        normalise("x", ENGLISH, "nonsense")


@pytest.mark.parametrize(
    ("word", "cut_off"), [("absolu-", True), ("absolu-,", True), ("uh-huh", False), ("-", False), ("", False)]
)
def test_fragment_ends_in_a_hyphen(word: str, cut_off: bool) -> None:
    assert is_fragment(word) is cut_off


@given(TYPED, PROFILES)
def test_normalising_twice_changes_nothing(typed: str, profile: Profile) -> None:
    conventions = with_profile(profile)
    once = normalise(typed, conventions, "p")
    assert normalise(once, conventions, "p") == once


@given(TYPED, PROFILES)
def test_normalised_text_is_one_clean_line(typed: str, profile: Profile) -> None:
    text = normalise(typed, with_profile(profile), "p")
    assert text == " ".join(text.split())
    assert unicodedata.is_normalized("NFC", text)
    assert not set(text) & {"[", "]", "\u200b", "\ufeff"}
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs"} or c in "\u200c\u200d" for c in text)
    assert text_problem(text) == ""


@given(st.lists(st.sampled_from(["yes", "no", "uh-huh", "I'm", "twenty-two", "漢字"]), max_size=8))
def test_plain_words_are_never_lost(words: list[str]) -> None:
    assert normalise(" ".join(words), ENGLISH, "training_punctuated").split() == words


@given(
    typed=st.lists(st.sampled_from(["so", "uh", "Don't", "a1", *" .,?!-'%$_[]"]), max_size=12).map("".join),
    profile=PROFILES,
)
def test_a_text_is_normalised_as_it_is_beside_a_word_that_takes_the_slow_way(
    typed: str, profile: Profile
) -> None:
    conventions = with_profile(profile)
    beside = normalise(f"{typed} 漢", conventions, "p").split()
    assert [*normalise(typed, conventions, "p").split(), "漢"] == beside


@given(st.lists(st.sampled_from(["uh", "Uh", "yes", "I", "35", "uhuh"]), max_size=6), PROFILES)
def test_words_alone_are_kept_as_they_are_among_signs(words: list[str], profile: Profile) -> None:
    conventions = with_profile(profile)
    alone, among = " ".join(words), " [nope] ".join(["", *words, ""])  # a tag that nothing knows is removed
    assert normalise(alone, conventions, "p") == normalise(among, conventions, "p")


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("كـــتاب", "كتاب"),
        ("ﻣﺤﻤﺪ ﻻ", "محمد لا"),
        ("ｶﾞﾝﾊﾞﾚ ｺｰﾋｰ", "ガンバレ コーヒー"),
        ("ＡＢＣ１２３ ５０％", "abc123 50%"),
        ("eﬃcient ﬁsh", "efficient fish"),
        ("［noise］", "noise"),
    ],
)
def test_forms_of_letters_are_no_difference(typed: str, plain: str) -> None:
    assert normalise(typed, ANY) == normalise(plain, ANY) == plain
