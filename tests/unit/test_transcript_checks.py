import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.messages import command_catalogue, window_catalogue
from reviewer.model.annotation import Segment
from reviewer.places import resource
from reviewer.transcript.checks import check_text
from reviewer.transcript.conventions import load_conventions
from reviewer.transcript.tokens import TokenKind, tokenize
from reviewer.workspace import shipped_conventions

ENGLISH = load_conventions(resource("conventions", "en-US.toml"))
ANY = load_conventions(resource("conventions", "und.toml"))
TYPED = st.text(st.sampled_from("ab Z9[]:-.,'%\u200b\u0301é漢\t[") | st.characters(), max_size=60)


def marked(text: str) -> list[tuple[str, str]]:
    """What is marked in a text, and the code of the problem."""
    return [(text[p.start : p.end], p.notice.code) for p in check_text(text, ENGLISH)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello, how are you?",
        "uh I'm absolu- absolutely sure",
        "[noise] twenty-two [laugh]",
        "It was [unclear].",
        "My name is [pii:name], right?",
        "[foreign:pt-br] thanks",
        "still typing ",
        "don’t",
        "cafe\u0301",
        "intel·ligent EU:n",
    ],
)
def test_text_that_keeps_to_the_conventions_has_no_check_text(text: str) -> None:
    assert marked(text) == []


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("so [laughs] yes", "[laughs]", "TAG_UNKNOWN_NEAR"),
        ("so [zzz] yes", "[zzz]", "TAG_UNKNOWN"),
        ("so [] yes", "[]", "TAG_UNKNOWN"),
        ("so [Laugh] yes", "[Laugh]", "TAG_NOT_LOWER_CASE"),
        ("so [pii] yes", "[pii]", "TAG_NEEDS_DETAIL"),
        ("so [pii:] yes", "[pii:]", "TAG_NEEDS_DETAIL"),
        ("so [pii:shoe] yes", "[pii:shoe]", "TAG_DETAIL_UNKNOWN"),
        ("so [noise:car] yes", "[noise:car]", "TAG_TAKES_NO_DETAIL"),
        ("so [foreign:DE] yes", "[foreign:DE]", "TAG_DETAIL_MALFORMED"),
        ("so [noise yes", "[", "BRACKET_NOT_CLOSED"),
        ("so noise] yes", "]", "BRACKET_NOT_OPENED"),
        ("so[noise] yes", "[noise]", "TAG_NEEDS_SPACES"),
        ("so [noise]yes", "[noise]", "TAG_NEEDS_SPACES"),
        ("so  yes", "  ", "SEVERAL_SPACES"),
        ("so\tyes", "\t", "SPECIAL_SPACE"),
        ("so\nyes", "\n", "SPECIAL_SPACE"),
        ("so\u00a0yes", "\u00a0", "SPECIAL_SPACE"),
        ("so\u200byes", "\u200b", "INVISIBLE_CHARACTER"),
        ("so\ufeffyes", "\ufeff", "INVISIBLE_CHARACTER"),
        ("so\u0007yes", "\u0007", "INVISIBLE_CHARACTER"),
        ("at 5 sharp", "5", "NUMBER_IN_DIGITS"),
        ("so b2b yes", "b2b", "NUMBER_IN_DIGITS"),
        ("fifty % sure", "%", "SYMBOL_NOT_IN_WORDS"),
        ("fifty $ now", "$", "SYMBOL_NOT_IN_WORDS"),
        ("well; yes", ";", "PUNCTUATION_NOT_ALLOWED"),
        ("well (no yes", "(", "OTHER_BRACKET"),
        ("well - yes", "-", "HYPHEN_ALONE"),
        ("Umm, yes", "Umm", "SPELLING_VARIANT"),
    ],
)
def test_problem_is_marked_where_it_is_with_its_words(text: str, where: str, code: str) -> None:
    assert [part for part, found in marked(text) if found == code] == [where]


@given(TYPED)
def test_every_problem_marks_part_of_the_text_and_has_words_in_both_faces(text: str) -> None:
    for problem in check_text(text, ENGLISH):
        assert 0 <= problem.start < problem.end <= len(text)
        assert window_catalogue().words(problem.notice).sentence
        assert command_catalogue().words(problem.notice).sentence


def test_sign_that_is_said_is_asked_about_where_no_rule_forbids_it() -> None:
    found = check_text("50 % AT&T; a/b", ANY)
    assert [("50 % AT&T; a/b"[p.start : p.end], p.notice.code, p.blocks) for p in found] == [
        ("%", "SYMBOL_NOT_IN_WORDS", False),
        ("&", "SYMBOL_NOT_IN_WORDS", False),
    ]


def test_an_emoji_of_several_characters_is_one_problem() -> None:
    family, thumb, heart = "👨‍👩‍👧", "👍🏽", "❤️"
    assert marked(f"so funny 😂{thumb} see you {family} {heart}") == [
        (each, "EMOJI") for each in ("😂", thumb, family, heart)
    ]
    assert [(p.notice.code, p.blocks) for p in check_text(family, ANY)] == [("EMOJI", False)]


def test_where_the_conventions_ask_for_no_spelling_tags_are_still_checked() -> None:
    assert check_text("5 (so); hmm", ANY) == ()
    assert len(check_text("漢字[laughs]", ANY)) == 2


def test_a_mark_inside_a_hebrew_abbreviation_is_spelling() -> None:
    hebrew = shipped_conventions().of("he-IL")
    assert check_text('ארה"ב וצה״ל', hebrew) == ()
    assert [p.notice.code for p in check_text('"שלום"', hebrew)] == ["PUNCTUATION_NOT_ALLOWED"] * 2


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("Umm, yes", "Um, yes"),
        ("so [Laugh] yes", "so [laugh] yes"),
        ("so [laughs] yes", "so [laugh] yes"),
        ("so[noise]yes", "so [noise] yes"),
        ("fifty % sure", "fifty percent sure"),
        ("the R&D team", "the R and D team"),
        ("well; yes", "well yes"),
        ("so 👍🏽yes", "so yes"),
        ("so \u200byes", "so yes"),
        ("so  yes", "so yes"),
    ],
)
def test_one_correction_mends_what_has_one(typed: str, mended: str) -> None:
    first = check_text(typed, ENGLISH)[0]
    assert first.replacement is not None
    assert typed[: first.start] + first.replacement + typed[first.end :] == mended


def test_letters_of_another_script_are_asked_about_and_do_not_block() -> None:
    (problem,) = check_text("he said привет to me", ENGLISH)
    assert (problem.notice.code, problem.blocks) == ("OTHER_SCRIPT", False)
    assert (problem.start, problem.end) == (8, 14)


def test_problems_come_in_the_order_of_the_text() -> None:
    starts = [p.start for p in check_text("5  [x] ; umm  %", ENGLISH)]
    assert len(starts) >= 6
    assert starts == sorted(starts)


@given(TYPED)
def test_tokens_joined_are_the_text_again_and_brackets_are_never_inside_words(text: str) -> None:
    tokens = tokenize(text)
    assert "".join(token.text for token in tokens) == text
    assert all(text[token.start : token.end] == token.text for token in tokens)
    words = [token.text for token in tokens if token.kind in {TokenKind.WORD, TokenKind.SPACE}]
    assert not set("".join(words)) & {"[", "]"}


def test_tag_knows_its_name_and_detail() -> None:
    (plain,) = tokenize("[noise]")
    (detailed,) = tokenize("[pii:name]")
    assert (plain.tag_name, plain.tag_detail) == ("noise", None)
    assert (detailed.tag_name, detailed.tag_detail) == ("pii", "name")


@given(st.text())
def test_a_text_is_stored_in_nfc_whatever_form_it_came_in(typed: str) -> None:
    text = Segment("s", 0, 1, unicodedata.normalize("NFD", typed)).text
    assert unicodedata.is_normalized("NFC", text)
    assert Segment("s", 0, 1, text).text == text
