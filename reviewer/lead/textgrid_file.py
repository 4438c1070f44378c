"""Reads Praat TextGrids: long and short text form, UTF-8 or UTF-16, as Praat, ELAN and aligners write them.

By Praat's manual, "TextGrid file formats", only strings in quotes (doubled inside), numbers and flags in
angle brackets count that stand alone; all else, and what follows ``!`` on a line, is a comment.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewer.errors import Refused
from reviewer.lead.text_encodings import encoding_of
from reviewer.lead.timed_segments import TimedSegment
from reviewer.untrusted_files import read_untrusted

_MOST_BYTES = 64 << 20
_TOKEN = re.compile(
    r'(?<!\S)"(?P<text>(?:[^"]|"")*)"(?!\S)|!.*|(?<!\S)(?P<number>[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?!\S)'
    r"|(?<!\S)(?P<flag><\w+>)(?!\S)"
)
_WORD_TIERS = re.compile(r"(?:.*[\s_-])?words?", re.IGNORECASE)
_OTHER_TIERS = re.compile(
    r"(?:.*[\s_-])?(?:phones?|phonemes?|segments?|syllables?|syll|mau|kan)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Tier:
    """An interval tier; the intervals of a point tier have no length."""

    name: str
    intervals: tuple[TimedSegment, ...]


def read_textgrid(path: Path) -> tuple[Tier, ...]:
    """All tiers of a TextGrid. Raises: Refused (TEXTGRID_UNREADABLE, or as ``read_untrusted``)."""
    data = read_untrusted(path, _MOST_BYTES)
    try:
        text = data.decode(encoding_of(data))
        return tuple(_tiers(_TokenReader(text)))
    except (LookupError, ValueError, OverflowError) as error:
        raise Refused("TEXTGRID_UNREADABLE") from error


def texts_of(tiers: tuple[Tier, ...]) -> tuple[tuple[TimedSegment, ...], tuple[TimedSegment, ...]]:
    """The segments and the words of a TextGrid, by the names of its tiers; either may be empty.

    A tier called ``words`` (or ``speaker - words``) has words; one of phones or syllables is left out; what
    is said is in the others, or else in the words.
    """
    words = [one for tier in tiers if _WORD_TIERS.fullmatch(tier.name) for one in tier.intervals]
    segments = [
        one
        for tier in tiers
        if not _WORD_TIERS.fullmatch(tier.name) and not _OTHER_TIERS.fullmatch(tier.name)
        for one in tier.intervals
    ]
    return tuple(segments), tuple(words)


class _TokenReader:
    """The strings, numbers and flags of a text file in order; ValueError where another kind is expected."""

    def __init__(self, text: str) -> None:
        self._tokens = (match for match in _TOKEN.finditer(text) if match.lastgroup)

    def text(self) -> str:
        return self._next("text").replace('""', '"')

    def number(self) -> float:
        return float(self._next("number"))

    def flag(self) -> str:
        return self._next("flag")

    def _next(self, kind: str) -> str:
        match = next(self._tokens, None)
        if match is None or match.lastgroup != kind:
            raise ValueError(kind)
        return str(match[kind])


def _tiers(tokens: _TokenReader) -> Iterator[Tier]:
    if tokens.text() != "ooTextFile" or tokens.text() != "TextGrid":
        raise ValueError("no TextGrid")
    tokens.number(), tokens.number()
    if tokens.flag() != "<exists>":
        return
    for _ in range(int(tokens.number())):
        kind, name = tokens.text(), tokens.text()
        if kind not in ("IntervalTier", "TextTier"):
            raise ValueError("no tier")
        tokens.number(), tokens.number()
        yield Tier(name, tuple(_interval(tokens, kind) for _ in range(int(tokens.number()))))


def _interval(tokens: _TokenReader, kind: str) -> TimedSegment:
    start = tokens.number()
    end = tokens.number() if kind == "IntervalTier" else start
    return TimedSegment(start, end, tokens.text())
