"""Finds and replaces text in the segments of a clip: by character, the language's letter case, and NFC."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.transcript.words import graphemes, lower_case, segments

_TATWEEL = "\N{ARABIC TATWEEL}"
_FINAL_SIGMA = str.maketrans("ς", "σ")


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. ``ignores_marks``: Arabic and Hebrew points, and accents, do not count."""

    text: str
    whole_words: bool = False
    match_case: bool = False
    ignores_marks: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """Code points [start, end) of the text in row ``row``."""

    row: int
    start: int
    end: int


def find(texts: Sequence[str], query: Query, locale: str) -> tuple[Match, ...]:
    """Every match, in order; matches do not overlap, and never cut a character as readers count it."""
    wanted = "".join(_folded(each, query, locale) for each in graphemes(query.text))
    if not wanted:
        return ()
    return tuple(
        Match(row, start, end)
        for row, text in enumerate(texts)
        for start, end in _in_text(text, wanted, query, locale)
    )


def replaced(texts: Sequence[str], matches: Iterable[Match], replacement: str) -> dict[int, str]:
    """The texts that change, by row, with each match replaced."""
    made: dict[int, str] = {}
    for match in sorted(matches, reverse=True):
        text = made.get(match.row, texts[match.row])
        made[match.row] = text[: match.start] + replacement + text[match.end :]
    return {row: text for row, text in sorted(made.items()) if text != texts[row]}


def _in_text(text: str, wanted: str, query: Query, locale: str) -> Iterator[tuple[int, int]]:
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for grapheme in graphemes(text):
        form = _folded(grapheme, query, locale)
        folded.append(form)
        # Only the first and the last code point of a character may begin and end a match.
        starts += [place, *[-1] * (len(form) - 1)] if form else []
        ends += [*[-1] * (len(form) - 1), place + len(grapheme)] if form else []
        place += len(grapheme)
    searched = "".join(folded)
    borders = _word_borders(text) if query.whole_words else None
    at = searched.find(wanted)
    while at >= 0:
        start, end = starts[at], ends[at + len(wanted) - 1]
        is_match = start >= 0 and end >= 0 and (borders is None or {start, end} <= borders)
        if is_match:
            yield start, end
        at = searched.find(wanted, at + (len(wanted) if is_match else 1))


def _folded(grapheme: str, query: Query, locale: str) -> str:
    form = unicodedata.normalize("NFC", grapheme)
    if not query.match_case:
        form = lower_case(form, locale).translate(_FINAL_SIGMA)
    if query.ignores_marks:
        apart = unicodedata.normalize("NFD", form)
        form = "".join(c for c in apart if unicodedata.category(c) != "Mn" and c != _TATWEEL)
    return form


def _word_borders(text: str) -> set[int]:
    borders, place = {0}, 0
    for segment in segments(text):
        place += len(segment)
        borders.add(place)
    return borders
