"""The words of a language, with how often they are said, from word lists that come as packages."""

import gzip
import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reviewer.transcript.words import lower_case

_FREQUENCIES = frozenset({"de", "en", "es", "fr", "it", "nl", "pt"})
LANGUAGES = _FREQUENCIES | {"sv"}
"""Languages whose lists know at least 98 % of running text (decision 022)."""

_LONG = 5
_SUGGESTIONS = 5


class Dictionary(Protocol):
    """The words of one language, in lower case and NFC."""

    language: str

    def knows(self, word: str) -> bool:
        """Whether a word is in the list."""
        ...

    def suggestions(self, word: str) -> tuple[str, ...]:
        """Similar words, the likeliest first."""
        ...


class WordList:
    """Frequencies of known words, and more words without them."""

    def __init__(self, language: str, frequencies: Mapping[str, int], others: Mapping[str, object]) -> None:
        self.language = language
        self._frequencies = frequencies
        self._others = others

    def knows(self, word: str) -> bool:
        """Whether a word is in either list; the second one has nouns with their capital."""
        return (
            word in self._frequencies or word in self._others or word[:1].upper() + word[1:] in self._others
        )

    def suggestions(self, word: str) -> tuple[str, ...]:
        """Words within an edit or two (optimal string alignment), by distance, then frequency."""
        cutoff = 1 if len(word) < _LONG else 2
        near: dict[str, int] = {}
        for known in (self._frequencies, self._others):
            for found, distance, _ in process.extract_iter(
                word, self._words(known, len(word), cutoff), scorer=OSA.distance, score_cutoff=cutoff
            ):
                near.setdefault(found, int(distance))
        ranked = sorted(
            near, key=lambda each: (near[each], each[:1] != word[:1], -self._frequencies.get(each, 0), each)
        )
        return tuple(ranked[:_SUGGESTIONS])

    @staticmethod
    def _words(known: Mapping[str, object], length: int, cutoff: int) -> Iterator[str]:
        return (each for each in known if abs(len(each) - length) <= cutoff and "'" not in each[:1])


@lru_cache(maxsize=2)
def dictionary_of(language: str) -> WordList | None:
    """The dictionary of a language such as ``de``, read once; None if there is none. Takes up to a second."""
    if language not in LANGUAGES:
        return None
    from simplemma.strategies.dictionaries.dictionary_factory import (  # noqa: PLC0415 - only where words are checked
        DefaultDictionaryFactory,
    )

    others = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language)
    return WordList(language, _frequencies(language), others)


def _frequencies(language: str) -> dict[str, int]:
    if language not in _FREQUENCIES:
        return {}
    packed = files("spellchecker").joinpath("resources", f"{language}.json.gz").read_bytes()
    return {
        lower_case(unicodedata.normalize("NFC", word), language): count
        for word, count in json.loads(gzip.decompress(packed)).items()
    }
