"""Text made plain for recognising numbers and addresses, with the way back to the original."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Han and kana have no spaces between words: each character is a token.
_TOKEN = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff]|[^\W\d_\u3005-\u3007\u3040-\u30ff\u3400-\u9fff]+|\d+|\S"
)
_DROPPED = frozenset({"Mn", "Me", "Cf"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a run of digits (always ASCII) or a single mark; [start, end) in the original text."""

    text: str
    start: int
    end: int
    spaced: bool

    @property
    def is_digits(self) -> bool:
        return "0" <= self.text[0] <= "9"

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha() or self.text[0] == "〇"


def fold(text: str) -> str:
    """Case, accents, width, invisible characters and other scripts' digits taken away."""
    return "".join(_plain(char) for char in text)


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text, folded, with their places in it; ``spaced`` says that white space came before."""
    plain, origin = (text.lower(), range(len(text))) if text.isascii() else _folded(text)
    found: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(plain):
        start, end = match.span()
        found.append(Token(match.group(), origin[start], origin[end - 1] + 1, start > last))
        last = end
    return tuple(found)


def _folded(text: str) -> tuple[str, Sequence[int]]:
    pieces: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        piece = _plain(char)
        pieces.append(piece)
        origin.extend([index] * len(piece))
    return "".join(pieces), origin


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    if char.isascii():
        return char.lower()
    kept = []
    for part in unicodedata.normalize("NFKD", char):
        if unicodedata.category(part) in _DROPPED:
            continue
        digit = unicodedata.decimal(part, None)
        kept.append(part.casefold() if digit is None else str(digit))
    return "".join(kept)
