import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.places import resource
from reviewer.transcript.checks import problems
from reviewer.transcript.conventions import load_conventions
from reviewer.transcript.tokens import TokenKind, tokenize

ENGLISH = load_conventions(resource("conventions", "en-US.toml"))
ANY = load_conventions(resource("conventions", "und.toml"))
TYPED = st.text(st.sampled_from("ab Z9[]:-.,'%\u200b\u0301é漢\t[") | st.characters(), max_size=60)


def marked(text: str) -> list[tuple[str, str]]:
    """What is marked in a text, and the sentence."""
    return [(text[p.start : p.end], p.sentence) for p in problems(text, ENGLISH)]


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
    ],
)
def test_text_that_keeps_to_the_conventions_has_no_problems(text: str) -> None:
    assert marked(text) == []


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("so [laughs] yes", "[laughs]", "did you mean [laugh]"),
        ("so [zzz] yes", "[zzz]", "palette"),
        ("so [] yes", "[]", "palette"),
        ("so [Laugh] yes", "[Laugh]", "lower case"),
        ("so [pii] yes", "[pii]", "[pii:name]"),
        ("so [pii:] yes", "[pii:]", "needs to say which"),
        ("so [pii:shoe] yes", "[pii:shoe]", "phone"),
        ("so [noise:car] yes", "[noise:car]", "nothing after a colon"),
        ("so [foreign:DE] yes", "[foreign:DE]", "lower case"),
        ("so [noise yes", "[", "never closed"),
        ("so noise] yes", "]", "never opened"),
        ("so[noise] yes", "[noise]", "space on each side"),
        ("so [noise]yes", "[noise]", "space on each side"),
        ("so  yes", "  ", "one space"),
        ("so\tyes", "\t", "no tabs"),
        ("so\nyes", "\n", "no tabs"),
        ("so\u00a0yes", "\u00a0", "special spaces"),
        ("so\u200byes", "\u200b", "zero width space"),
        ("so\ufeffyes", "\ufeff", "invisible"),
        ("so\u0007yes", "\u0007", "U+0007"),
        ("cafe\u0301 yes", "cafe\u0301", "stored apart"),
        ("at 5 sharp", "5", "in words"),
        ("fifty % sure", "%", "Write %"),
        ("fifty $ now", "$", "Write $"),
        ("well; yes", ";", ". , ?"),
        ("well (no yes", "(", "square brackets"),
        ("well - yes", "-", "hyphen"),
        ("Umm, yes", "Umm,", "Write um"),
    ],
)
def test_problem_is_marked_where_it_is_and_says_what_to_do(text: str, where: str, words: str) -> None:
    assert [place for place, sentence in marked(text) if words in sentence] == [where]


def test_spelling_rules_are_off_where_the_conventions_do_not_ask_for_them() -> None:
    assert problems("5 % (so); hmm", ANY) == ()


def test_tags_are_checked_in_every_locale() -> None:
    assert len(problems("漢字[laughs]", ANY)) == 2


def test_problems_come_in_the_order_of_the_text() -> None:
    starts = [p.start for p in problems("5  [x] ; umm  %", ENGLISH)]
    assert len(starts) >= 6
    assert starts == sorted(starts)


@given(TYPED)
def test_every_problem_marks_part_of_the_text_in_one_sentence(text: str) -> None:
    for problem in problems(text, ENGLISH):
        assert 0 <= problem.start < problem.end <= len(text)
        assert "\n" not in problem.sentence.replace(text, "")
        assert problem.sentence


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
