"""What the detectors of numbers and addresses share: folded tokens with positions, disjoint text spans."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Han and kana are written without spaces between words: each character is a token.
_ALONE = r"\u3005-\u3007\u3040-\u30ff\u3400-\u9fff"
# Vowel signs of India and South-East Asia are marks (Mc) that \w leaves out, but belong to the word.
_VOWEL_SIGNS = "".join(chr(c) for c in range(0x900, 0x1800) if unicodedata.category(chr(c)) == "Mc")
_TOKEN = re.compile(rf"[{_ALONE}]|(?:[^\W\d_{_ALONE}]|[{_VOWEL_SIGNS}])+|\d+|\S")
_ASCII_TOKEN = re.compile(r"[a-z]+|[0-9]+|[^a-z0-9\s]")
# Letters that are typed or recognised for the digits that look like them, or are called so: 5O5-I234.
_LETTERS_FOR_DIGITS = re.compile(r"(?<![^\W_])(?=[oil]*[0-9])[0-9oil]{3,}(?![^\W_])")
_DIGITS_OF_LETTERS = str.maketrans("oil", "011")
_MARKS = frozenset({"Mn", "Me"})
_DROPPED = _MARKS | {"Cf"}
# Letters and marks that keyboards exchange, and that no decomposition makes equal.
_ALIKE = str.maketrans(
    {"ı": "i", "ł": "l", "đ": "d", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ـ": None}
    | dict.fromkeys("’ʼ‘`´ʹ′ʻʽʿʾ", "'")
    | dict.fromkeys("‐‑‒–—−﹣", "-")
)


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


class TextSpans:
    """Disjoint character spans [start, end), kept sorted for binary search."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            self.add(start, end)

    def overlaps(self, start: int, end: int) -> bool:
        """Whether any span shares a character with [start, end)."""
        after = bisect_left(self._starts, end)
        return after > 0 and self._ends[after - 1] > start

    def add(self, start: int, end: int) -> bool:
        """Adds a span unless it overlaps an existing one; returns whether it was added."""
        if self.overlaps(start, end):
            return False
        index = bisect_left(self._starts, start)
        self._starts.insert(index, start)
        self._ends.insert(index, end)
        return True


class _Folding(dict[int, str]):
    """What each character becomes, as ``str.translate`` asks for it."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain(chr(code))
        return plain


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Folds case, accents, width and other scripts' digits, and drops invisible characters."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def token_texts(folded: str) -> list[str]:
    """The texts of ``tokens(text)``, where ``folded`` is ``fold(text)``, in much less time.

    Letters that stand for digits stay letters.
    """
    return (_ASCII_TOKEN if folded.isascii() else _TOKEN).findall(folded)


def tokens(text: str) -> tuple[Token, ...]:
    """The folded tokens of a text with their positions; ``spaced`` means that white space precedes."""
    plain, origin = (text.lower(), range(len(text))) if text.isascii() else _folded(text)
    plain = _LETTERS_FOR_DIGITS.sub(lambda match: match[0].translate(_DIGITS_OF_LETTERS), plain)
    found: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(plain):
        start, end = match.span()
        found.append(
            Token(match.group(), origin[start], _with_marks(text, origin[end - 1] + 1), start > last)
        )
        last = end
    return tuple(found)


def _with_marks(text: str, end: int) -> int:
    """The end of a token with the combining marks after its last letter."""
    while end < len(text) and not text[end].isascii() and unicodedata.category(text[end]) in _MARKS:
        end += 1
    return end


def match_phrase(found: Sequence[Token], phrase: Sequence[str], position: int) -> int:
    """The position after a phrase that begins at ``position``, or 0; a hyphen may stand between its words."""
    for index, word in enumerate(phrase):
        if index and position < len(found) and found[position].text == "-":
            position += 1
        if position >= len(found) or found[position].text != word:
            return 0
        position += 1
    return position


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
        digit = unicodedata.digit(part, None)
        kept.append(part.casefold().translate(_ALIKE) if digit is None else str(digit))
    return "".join(kept)
