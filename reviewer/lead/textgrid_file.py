"""Reads Praat TextGrids: long, short and chronological text form, as Praat, ELAN and aligners write them.

By Praat's manual, "TextGrid file formats", only strings in quotes (doubled inside), numbers and flags in
angle brackets count that stand alone; all else, and what follows ``!`` on a line, is a comment. Letters may
be written by a backslash and two characters (the manual's "Special symbols").
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
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
# Where what is said overlaps, further tiers have a number: "words 2", as our own exports and ELAN's have.
_NUMBER = r"(?:[\s_-]?\d+)?"
_WORD_TIERS = re.compile(rf"(?:.*[\s_-])?words?{_NUMBER}|ort(?:-mau)?", re.IGNORECASE)
# Of sounds, of what somebody remarked or translated, and Praat's own of silence.
_OTHER_TIERS = re.compile(
    r"(?:.*[\s_-])?(?:phones?|phonemes?|segments?|syllables?|syll|mau|kan|kas|mas|ipa|phonetics?|pos"
    r"|tones?|tobi|breaks?|pitch|notes?|comments?|remarks?|translations?|gloss(?:es)?"
    rf"|silences?|vad){_NUMBER}",
    re.IGNORECASE,
)
_TEXT_TIERS = re.compile(
    rf"(?:.*[\s_-])?(?:transcript(?:ion)?s?|utterances?|utts?|sentences?|orthograph(?:y|ic)){_NUMBER}",
    re.IGNORECASE,
)
# Letters of orthographies; the codes of phonetic symbols stay as they are.
_LETTER_CODE = re.compile(r"\\(?:ss|[aA]e|oe|dh|[tT]h|bs|[oOlL]/|[dD]-|[cC],|[aAuU]o|[A-Za-z][`'^~\";<:!])")
_LETTERS = {
    "ss": "ß", "ae": "æ", "Ae": "Æ", "oe": "œ", "dh": "ð", "th": "þ", "Th": "Þ", "bs": "\\",
    "o/": "ø", "O/": "Ø", "l/": "ł", "L/": "Ł", "d-": "đ", "D-": "Đ",
}  # fmt: skip
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "o": "\u030a", ":": "\u030b",
    "<": "\u030c", "!": "\u0307", ",": "\u0327", ";": "\u0328",
}  # fmt: skip
_KINDS = ("IntervalTier", "TextTier")
_CHRONOLOGICAL = "Praat chronological TextGrid text file"


@dataclass(frozen=True, slots=True)
class Tier:
    """An interval tier, or one of points: intervals that have no length."""

    name: str
    intervals: tuple[TimedSegment, ...]
    is_of_points: bool = False


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

    A tier called ``words`` (or ``speaker - words``) has words; what is said is in those that are called
    transcriptions or utterances, or else in the others, or else in the words. Tiers of phones, syllables,
    translations, notes and the like are left out, and points where anything else has a text.
    """
    named = [(tier.name.strip(), tier) for tier in tiers]
    words = [tier for name, tier in named if _WORD_TIERS.fullmatch(name)]
    texts = [tier for name, tier in named if _TEXT_TIERS.fullmatch(name)]
    others = [tier for name, tier in named if tier not in words and not _OTHER_TIERS.fullmatch(name)]
    return _segments(texts) or _segments(others), _segments(words)


def _segments(tiers: Sequence[Tier]) -> tuple[TimedSegment, ...]:
    """The segments of tiers that have text: of the points only if there are no others."""
    found = [
        [one for tier in tiers if tier.is_of_points is points for one in tier.intervals if one.text.strip()]
        for points in (False, True)
    ]
    return tuple(found[0] or found[1])


class _TokenReader:
    """The strings, numbers and flags of a text file in order; ValueError where another kind is expected."""

    def __init__(self, text: str) -> None:
        self._tokens = (match for match in _TOKEN.finditer(text) if match.lastgroup)
        self._next_token = next(self._tokens, None)

    def is_at_end(self) -> bool:
        return self._next_token is None

    def text(self) -> str:
        return _LETTER_CODE.sub(_letter, self._next("text").replace('""', '"'))

    def number(self) -> float:
        return float(self._next("number"))

    def flag(self) -> str:
        return self._next("flag")

    def _next(self, kind: str) -> str:
        match, self._next_token = self._next_token, next(self._tokens, None)
        if match is None or match.lastgroup != kind:
            raise ValueError(kind)
        return str(match[kind])


def _letter(code: re.Match[str]) -> str:
    """The letter that a code stands for; the code itself where there is no such letter."""
    letter, accent = code[0][1], code[0][2]
    found = _LETTERS.get(letter + accent) or unicodedata.normalize("NFC", letter + _ACCENTS[accent])
    return found if len(found) == 1 else code[0]


def _tiers(tokens: _TokenReader) -> Iterator[Tier]:
    first = tokens.text()
    if first == _CHRONOLOGICAL:
        yield from _chronological(tokens)
        return
    if first not in ("ooTextFile", "ooTextFile short") or tokens.text() != "TextGrid":
        raise ValueError("no TextGrid")
    tokens.number(), tokens.number()
    if tokens.flag() != "<exists>":
        return
    for _ in range(int(tokens.number())):
        kind, name = _tier_name(tokens)
        tokens.number(), tokens.number()
        intervals = tuple(_interval(tokens, kind) for _ in range(int(tokens.number())))
        yield Tier(name, intervals, kind != _KINDS[0])
    if not tokens.is_at_end():
        raise ValueError("more than the sizes say")


def _chronological(tokens: _TokenReader) -> Iterator[Tier]:
    """First all tiers, then the intervals of all of them by time, each with the number of its tier."""
    tokens.number(), tokens.number()
    tiers = []
    for _ in range(int(tokens.number())):
        tiers.append(_tier_name(tokens))
        tokens.number(), tokens.number()
    found: list[list[TimedSegment]] = [[] for _ in tiers]
    while not tokens.is_at_end():
        place = int(tokens.number()) - 1
        if not 0 <= place < len(tiers):
            raise ValueError("no such tier")
        found[place].append(_interval(tokens, tiers[place][0]))
    for (kind, name), intervals in zip(tiers, found, strict=True):
        yield Tier(name, tuple(intervals), kind != _KINDS[0])


def _tier_name(tokens: _TokenReader) -> tuple[str, str]:
    kind, name = tokens.text(), tokens.text()
    if kind not in _KINDS:
        raise ValueError("no tier")
    return kind, name


def _interval(tokens: _TokenReader, kind: str) -> TimedSegment:
    start = tokens.number()
    end = tokens.number() if kind == _KINDS[0] else start
    return TimedSegment(start, end, tokens.text())
