"""Checks long texts again after each key: only the piece that changed is looked at."""

from collections.abc import Iterator
from dataclasses import replace

from reviewer.transcript.checks import TextProblem, check_text
from reviewer.transcript.conventions import Conventions

_LEAST_PIECE = 160
_ENDS_PIECE = 16  # of so many words, one ends a piece
_MOST_PIECES = 20_000


class TextChecker:
    """``check_text`` with a memory of pieces, which ``forget`` clears when the clip leaves the screen."""

    def __init__(self) -> None:
        self._conventions: Conventions | None = None
        self._found: dict[str, tuple[TextProblem, ...]] = {}

    def check(self, text: str, conventions: Conventions) -> tuple[TextProblem, ...]:
        """Everything that breaks the conventions, in the order of the text."""
        if conventions is not self._conventions or len(self._found) > _MOST_PIECES:
            self.forget()
            self._conventions = conventions
        return tuple(
            problem if not start else replace(problem, start=problem.start + start, end=problem.end + start)
            for start, piece in pieces(text)
            for problem in self._of_piece(piece, conventions)
        )

    def forget(self) -> None:
        """Removes every text from memory."""
        self._found.clear()

    def _of_piece(self, piece: str, conventions: Conventions) -> tuple[TextProblem, ...]:
        found = self._found.get(piece)
        if found is None:
            found = self._found[piece] = check_text(piece, conventions)
        return found


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
