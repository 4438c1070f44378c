"""Pasted text made fit for a transcript: subtitles, web pages and word processors leave more than words."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from reviewer.transcript.conventions import Conventions
from reviewer.transcript.invisible_characters import without_stray_characters

_BREAK = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_EXACT = r"(?:\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,3})?|\d{1,2}:\d{2}[.,]\d{1,3})"
# SubRip has a number, a line of times and text; WebVTT (W3C, section 4) adds a header and blocks of notes.
_CUE = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}.*")
_NUMBER = re.compile(r"\s*\d+\s*")
_HEADER = re.compile(r"\s*WEBVTT(?:\s.*)?")
_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s.*)?")
_MARKUP = re.compile(
    r"</?(?:[ibuc]|font|v|lang|ruby|rt)(?:[ .][^<>]*)?>|<(?:\d{2}:)?\d{2}:\d{2}\.\d{3}>|\{\\[^{}]*\}"
)
_TIME = re.compile(rf"\s*(?:[\[(]{_CLOCK}(?:\s*[-–—]\s*{_CLOCK})?[\])]|{_EXACT}(?!\S))\s*(?:[-–—]\s+)?")
_SHORT_TIME = re.compile(r"\s*\d{1,2}:\d{2}(?!\S)\s*(?:[-–—]\s+)?")
_SPEAKER_NAME = r"\[?(?:speaker|sprecher|locuteur|hablante|mluvčí|דובר|متحدث)[ _-]?(?:\d+|[a-z])\]?"
# A name before a colon may be speech; only what tools call a speaker is taken off.
_SPEAKER = re.compile(rf"\s*{_SPEAKER_NAME}(?:\s*:\s*|\s+(?={_CLOCK}\s*$))", re.IGNORECASE)
_SPACES = re.compile(r"[^\S \n]| {2,}")
_MARKS = str.maketrans(
    {**dict.fromkeys("\u2018\u2019\u201b\u02bc\uff07`\u00b4", "'"), **dict.fromkeys("\u2010\u2011", "-")}
)
_QUOTES = re.compile('\u00ab\\s*|\\s*\u00bb|["\u201a\u201c\u201d\u201e\u201f\uff02]')


class PasteChange(StrEnum):
    """What was changed in a pasted text."""

    LINES = "lines"
    SUBTITLES = "subtitles"
    TIMES = "times"
    SPEAKERS = "speakers"
    MARKUP = "markup"
    INVISIBLE = "invisible"
    SPACES = "spaces"
    QUOTES = "quotes"


@dataclass(frozen=True, slots=True)
class PastedText:
    """The text to insert, and what was changed, in the order of the enumeration."""

    text: str
    changes: tuple[PasteChange, ...] = ()


def cleaned(pasted: str, conventions: Conventions) -> PastedText:
    """One line of words, without cues, times, speakers and typographic quotes.

    Quotation marks go where the conventions list the allowed marks; elsewhere they become straight.
    """
    made = _Cleaning(_BREAK.sub("\n", pasted))
    made.step(PasteChange.SUBTITLES, _without_cues)
    made.step(PasteChange.MARKUP, lambda text: _MARKUP.sub("", text))
    made.step(PasteChange.SPEAKERS, lambda text: _each_line(text, _SPEAKER))
    made.step(PasteChange.TIMES, _without_times)
    made.step(PasteChange.SPEAKERS, lambda text: _each_line(text, _SPEAKER))
    made.step(PasteChange.LINES, _joined)
    made.step(PasteChange.INVISIBLE, without_stray_characters)
    made.step(PasteChange.SPACES, lambda text: _SPACES.sub(" ", text) if _SPACES.search(text) else text)
    quote = "" if conventions.rules.punctuation else '"'
    made.step(PasteChange.QUOTES, lambda text: _QUOTES.sub(quote, text.translate(_MARKS)))
    text = re.sub(" {2,}", " ", made.text)
    return PastedText(
        unicodedata.normalize("NFC", text), tuple(change for change in PasteChange if change in made.changes)
    )


class _Cleaning:
    def __init__(self, text: str) -> None:
        self.text = text
        self.changes: set[PasteChange] = set()

    def step(self, change: PasteChange, work: Callable[[str], str]) -> None:
        after = work(self.text)
        if after != self.text:
            self.changes.add(change)
        self.text = after


def _without_cues(text: str) -> str:
    """Removes the lines of SubRip and WebVTT that are not text, if there is a line of cue times."""
    lines = text.split("\n")
    if not any(_CUE.fullmatch(line) for line in lines):
        return text
    kept: list[str] = []
    is_in_block = False
    for place, line in enumerate(lines):
        is_block_start = _BLOCK.fullmatch(line) and (not place or not lines[place - 1].strip())
        is_in_block = bool(is_block_start) or (is_in_block and bool(line.strip()))
        following = lines[place + 1] if place + 1 < len(lines) else ""
        is_number = _NUMBER.fullmatch(line) and _CUE.fullmatch(following)
        if not (is_in_block or is_number or _CUE.fullmatch(line) or _HEADER.fullmatch(line.lstrip("\ufeff"))):
            kept.append(line)
    return "\n".join(kept)


def _without_times(text: str) -> str:
    """Removes times before the lines; ``12:30`` alone may be speech unless several lines begin so."""
    lines = _each_line(text, _TIME).split("\n")
    is_list = sum(bool(_SHORT_TIME.match(line)) for line in lines) > 1
    return _each_line("\n".join(lines), _SHORT_TIME) if is_list else "\n".join(lines)


def _each_line(text: str, leading: re.Pattern[str]) -> str:
    return "\n".join(
        line[match.end() :] if (match := leading.match(line)) else line for line in text.split("\n")
    )


def _joined(text: str) -> str:
    """One line; spaces at the ends of a text of one line stay, because words may touch it."""
    if "\n" not in text:
        return text
    return " ".join(line.strip() for line in text.split("\n") if line.strip())
