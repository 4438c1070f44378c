"""Splits a transcript into tokens with positions: words, tags, stray brackets and white space."""

import re
from dataclasses import dataclass
from enum import StrEnum

TAG = re.compile(r"\[[^\[\]\s]*\]")
"""A tag has neither spaces nor brackets inside; the checks judge its name."""
_PARTS = re.compile(rf"(?P<tag>{TAG.pattern})|(?P<bracket>[\[\]])|(?P<space>\s+)|(?P<word>[^\[\]\s]+)")


class TokenKind(StrEnum):
    """The kind of a token."""

    WORD = "word"
    TAG = "tag"
    BRACKET = "bracket"
    SPACE = "space"


@dataclass(frozen=True, slots=True)
class Token:
    """``text[start:end]`` of a transcript; positions count code points."""

    kind: TokenKind
    start: int
    end: int
    text: str

    @property
    def tag_name(self) -> str:
        """The part of a tag before the colon, as typed."""
        return self.text[1:-1].partition(":")[0]

    @property
    def tag_detail(self) -> str | None:
        """The part of a tag after the colon; None without a colon."""
        _, colon, detail = self.text[1:-1].partition(":")
        return detail if colon else None


def tokenize(text: str) -> tuple[Token, ...]:
    """Splits a text into tokens; joined, they are the text again."""
    return tuple(
        Token(TokenKind(str(match.lastgroup)), match.start(), match.end(), match.group())
        for match in _PARTS.finditer(text)
    )
