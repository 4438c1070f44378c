import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.messages import command_catalogue, window_catalogue
from reviewer.places import resource
from reviewer.transcript.checks import check_text
from reviewer.transcript.conventions import load_conventions
from reviewer.transcript.tokens import TokenKind, tokenize

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
        'intel·ligent EU:n ארה"ב',
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


def test_spelling_rules_are_off_where_the_conventions_do_not_ask_for_them() -> None:
    assert check_text("5 % (so); hmm", ANY) == ()


def test_tags_are_checked_in_every_locale() -> None:
    assert len(check_text("漢字[laughs]", ANY)) == 2


def test_problems_come_in_the_order_of_the_text() -> None:
    starts = [p.start for p in check_text("5  [x] ; umm  %", ENGLISH)]
    assert len(starts) >= 6
    assert starts == sorted(starts)


@given(TYPED)
def test_tokens_joined_are_the_text_again(text: str) -> None:
    tokens = tokenize(text)
    assert "".join(token.text for token in tokens) == text
    assert all(text[token.start : token.end] == token.text for token in tokens)


@given(TYPED)
def test_brackets_are_never_inside_words(text: str) -> None:
    for token in tokenize(text):
        if token.kind in {TokenKind.WORD, TokenKind.SPACE}:
            assert not set(token.text) & {"[", "]"}


def test_tag_knows_its_name_and_detail() -> None:
    (plain,) = tokenize("[noise]")
    (detailed,) = tokenize("[pii:name]")
    assert (plain.tag_name, plain.tag_detail) == ("noise", None)
    assert (detailed.tag_name, detailed.tag_detail) == ("pii", "name")
