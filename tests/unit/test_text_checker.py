"""Checking long texts piece by piece."""

from hypothesis import given
from hypothesis import strategies as st

from reviewer.places import resource
from reviewer.transcript.checks import TextProblem, check_text
from reviewer.transcript.conventions import Conventions, load_conventions
from reviewer.transcript.text_checker import TextChecker, pieces

ENGLISH = load_conventions(resource("conventions", "en-US.toml"))
_PARTS = st.sampled_from(
    ["so", "then", "3", "[laugh]", "[laf]", "[", "x]", "umm", "50", "%", "  ", "é", "(a)", "-"]
)
_LINES = st.lists(_PARTS, max_size=12).map(" ".join)
# Some of several hundred characters, of which there is more than one piece.
_TEXTS = _LINES | st.lists(_LINES, min_size=8, max_size=20).map(" ".join)


@given(_TEXTS)
def test_pieces_are_the_text_again_and_end_behind_a_space(text: str) -> None:
    found = list(pieces(text))
    assert "".join(piece for _, piece in found) == text
    assert all(text[start : start + len(piece)] == piece for start, piece in found)
    assert all(piece.endswith(" ") for _, piece in found[:-1])
    assert all(not piece.startswith(" ") for _, piece in found[1:])


@given(_TEXTS)
def test_a_text_in_pieces_has_the_problems_of_the_whole(text: str) -> None:
    assert TextChecker().check(text, ENGLISH) == check_text(text, ENGLISH)


def test_a_change_leaves_most_pieces_as_they_are() -> None:
    text = " ".join(f"word{number}" for number in range(4000))
    before = {piece for _, piece in pieces(text)}
    after = [piece for _, piece in pieces("well " + text)]
    assert len(before) > 50
    assert sum(piece not in before for piece in after) <= 2


@given(st.lists(_TEXTS, min_size=2, max_size=4))
def test_what_is_remembered_of_other_texts_changes_nothing(texts: list[str]) -> None:
    checker = TextChecker()
    for text in (*texts, " ".join(texts), texts[0]):
        assert checker.check(text, ENGLISH) == check_text(text, ENGLISH)


def test_a_piece_is_checked_once() -> None:
    checked = []

    def check(text: str, conventions: Conventions) -> tuple[TextProblem, ...]:
        checked.append(text)
        return check_text(text, conventions)

    checker, text = TextChecker(check), " ".join(f"word{number}" for number in range(4000))
    checker.check(text, ENGLISH)
    before = len(checked)
    checker.check("well " + text, ENGLISH)
    assert before > 50
    assert len(checked) - before <= 2
