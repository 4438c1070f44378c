"""A transcript in its parts: words, tags, stray brackets and space, each with its place."""

import re
from dataclasses import dataclass
from enum import StrEnum

# A tag has no space and no bracket inside; what is in it is judged by the checks, not here.
_PARTS = re.compile(r"(?P<tag>\[[^\[\]\s]*\])|(?P<bracket>[\[\]])|(?P<space>\s+)|(?P<word>[^\[\]\s]+)")


class TokenKind(StrEnum):
    """What a part of a transcript is."""

    WORD = "word"
    TAG = "tag"
    BRACKET = "bracket"
    SPACE = "space"


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a text; ``start`` and ``end`` count code points, so ``text[start:end]`` is the part."""

    kind: TokenKind
    start: int
    end: int
    text: str

    @property
    def tag_name(self) -> str:
        """What stands before the colon of a tag, as typed."""
        return self.text[1:-1].partition(":")[0]

    @property
    def tag_detail(self) -> str | None:
        """What stands after the colon of a tag; None without a colon."""
        _, colon, detail = self.text[1:-1].partition(":")
        return detail if colon else None


def tokenize(text: str) -> tuple[Token, ...]:
    """Splits a text into parts that, joined, are the text again."""
    return tuple(
        Token(TokenKind(str(match.lastgroup)), match.start(), match.end(), match.group())
        for match in _PARTS.finditer(text)
    )
