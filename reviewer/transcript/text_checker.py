"""Checks long texts again after each key: only the piece that changed is looked at."""

from collections.abc import Callable, Iterator

from reviewer.transcript.checks import TextProblem, check_text
from reviewer.transcript.conventions import Conventions

_LEAST_PIECE = 160
_ENDS_PIECE = 16  # of so many words, one ends a piece
_MOST_PIECES = 20_000

CheckText = Callable[[str, Conventions], tuple[TextProblem, ...]]
"""Finds the problems of a text, in its order, and looks no further than the spaces around a word."""


class TextChecker:
    """``check_text`` with a memory of pieces, which ``forget`` clears when the clip leaves the screen.

    Another check can take its place.
    """

    def __init__(self, check: CheckText = check_text) -> None:
        self._check = check
        self._conventions: Conventions | None = None
        self._found: dict[str, tuple[TextProblem, ...]] = {}
        self._newest: tuple[str, tuple[TextProblem, ...]] = ("", ())

    def check(self, text: str, conventions: Conventions) -> tuple[TextProblem, ...]:
        """Everything that breaks the conventions, in the order of the text."""
        if conventions is not self._conventions or len(self._found) > _MOST_PIECES:
            self.forget()
            self._conventions = conventions
        if len(text) <= _LEAST_PIECE:
            return self._of_piece(text, conventions) if text else ()
        newest, found = self._newest
        if text != newest:
            found = tuple(
                moved(problem, start) if start else problem
                for start, piece in pieces(text)
                for problem in self._of_piece(piece, conventions)
            )
            self._newest = text, found
        return found

    def forget(self) -> None:
        """Removes every text from memory."""
        self._found.clear()
        self._newest = "", ()

    def _of_piece(self, piece: str, conventions: Conventions) -> tuple[TextProblem, ...]:
        found = self._found.get(piece)
        if found is None:
            found = self._found[piece] = self._check(piece, conventions)
        return found


def moved(problem: TextProblem, places: int) -> TextProblem:
    """The problem so many code points further on; ``replace`` takes three times as long."""
    return TextProblem(
        problem.start + places, problem.end + places, problem.notice, problem.replacement, problem.blocks
    )


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cuts a text behind some of its spaces; joined, the pieces are the text.

    Where it is cut depends on the words there, not on what comes before: a change in one piece leaves the
    others as they are. The checks look no further than the spaces around a word.
    """
    start, place = 0, _LEAST_PIECE
    while (space := text.find(" ", place)) >= 0:
        place = space + 1
        if text[place : place + 1].isspace():
            continue
        if hash(text[text.rfind(" ", start, space) + 1 : space]) % _ENDS_PIECE == 0:
            yield start, text[start:place]
            start, place = place, place + _LEAST_PIECE
    if start < len(text):
        yield start, text[start:]
