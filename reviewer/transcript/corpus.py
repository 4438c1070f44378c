"""Statistics over many texts: alphabet, vocabulary, words that no lexicon has, lengths and speaking rates.

The figures are those of NeMo's Speech Data Explorer: rates are by the length of the whole clip.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

import numpy as np

from reviewer.transcript.words import graphemes, has_unspaced_script, segments

Known = Callable[[str, str], bool | None]
"""Whether a dictionary or the lexicon of a locale has a word (word, locale); None without either."""


class CorpusClip(NamedTuple):
    """One clip in figures. ``unknown`` counts words that no lexicon has."""

    id: str
    locale: str
    seconds: float
    characters: int
    words: int
    unknown: int

    @property
    def character_rate(self) -> float:
        """Characters a second."""
        return self.characters / self.seconds

    @property
    def word_rate(self) -> float:
        """Words a second."""
        return self.words / self.seconds


class Entry(NamedTuple):
    """A word or character of a locale, how often it is there, and where its clips are in ``Corpus``."""

    text: str
    locale: str
    times: int
    clips: Sequence[int]
    is_known: bool | None = None


class LocaleTotals(NamedTuple):
    """One locale in figures; rates are medians over its clips."""

    locale: str
    clips: int
    seconds: float
    words: int
    vocabulary: int
    unknown: int
    """Words of the vocabulary that no lexicon has."""
    alphabet: int
    character_rate: float
    word_rate: float


@dataclass(frozen=True, slots=True)
class Corpus:
    """The statistics of accepted texts; ``left_out`` counts clips by reason."""

    locales: tuple[LocaleTotals, ...] = ()
    words: tuple[Entry, ...] = ()
    characters: tuple[Entry, ...] = ()
    clips: tuple[CorpusClip, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Tally:
    count: int = 0
    clips: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, place: int) -> None:
        self.count += 1
        if not self.clips or self.clips[-1] != place:
            self.clips.append(place)


class CorpusCounter:
    """Takes texts one by one and keeps counts; of their order nothing is kept."""

    def __init__(self) -> None:
        self._clips: list[tuple[str, str, float, int, int]] = []
        self._words: dict[tuple[str, str], _Tally] = {}
        self._characters: dict[tuple[str, str], _Tally] = {}

    def add(self, clip_id: str, locale: str, seconds: float, text: str) -> None:
        """Counts a normalised text: single spaces, no tags."""
        place, words = len(self._clips), words_of(text)
        characters = [each for each in graphemes(text) if not each.isspace()]
        self._clips.append((clip_id, locale, seconds, len(characters), len(words)))
        for found, tallies in ((words, self._words), (characters, self._characters)):
            for each in found:
                tallies.setdefault((locale, each), _Tally()).add(place)

    def corpus(self, known: Known, left_out: dict[str, int]) -> Corpus:
        """The statistics so far; ``known`` is asked once for each word, locale by locale."""
        words = tuple(
            Entry(word, locale, tally.count, tally.clips, known(word, locale))
            for (locale, word), tally in sorted(self._words.items())
        )
        characters = tuple(
            Entry(text, locale, tally.count, tally.clips)
            for (locale, text), tally in sorted(self._characters.items())
        )
        unknown = [0] * len(self._clips)
        for entry in words:
            for place in entry.clips if entry.is_known is False else ():
                unknown[place] += 1
        clips = tuple(
            CorpusClip(*facts, missing) for facts, missing in zip(self._clips, unknown, strict=True)
        )
        return Corpus(_totals(clips, words, characters), words, characters, clips, left_out)


def words_of(text: str) -> list[str]:
    """The words between spaces; where a script has none, those of UAX 29."""
    found: list[str] = []
    for piece in text.split():
        found.extend(segments(piece) if has_unspaced_script(piece) else (piece,))
    return found


def histogram(values: Sequence[float], bars: int = 24) -> tuple[list[float], list[int]]:
    """Edges, one more than counts, from nothing to the largest value; that belongs to the last bar."""
    if not values:
        return [], []
    found, edges = np.histogram(values, bars, (0.0, max(values) or 1.0))
    return edges.tolist(), found.tolist()


def _totals(
    clips: Sequence[CorpusClip], words: Sequence[Entry], characters: Sequence[Entry]
) -> tuple[LocaleTotals, ...]:
    by_locale: dict[str, list[CorpusClip]] = {}
    for clip in clips:
        by_locale.setdefault(clip.locale, []).append(clip)
    vocabulary, unknown, alphabet = (dict.fromkeys(by_locale, 0) for _ in range(3))
    for word in words:
        vocabulary[word.locale] += 1
        unknown[word.locale] += word.is_known is False
    for character in characters:
        alphabet[character.locale] += 1
    return tuple(
        LocaleTotals(
            locale,
            len(own),
            sum(clip.seconds for clip in own),
            sum(clip.words for clip in own),
            vocabulary[locale],
            unknown[locale],
            alphabet[locale],
            median(clip.character_rate for clip in own),
            median(clip.word_rate for clip in own),
        )
        for locale, own in sorted(by_locale.items())
    )
