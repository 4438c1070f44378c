"""The words that spelling knows beside its dictionaries: the project's lexicon, and a person's own."""

from collections.abc import Callable

from reviewer.model.people import Identity
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.lexicon import valid_word

Lexicon = Callable[[str], frozenset[str]]
"""The project's words for a locale."""


def no_lexicon(_locale: str) -> frozenset[str]:
    """For a project without one."""
    return frozenset()


class KnownWords:
    """Words of one signed-in person; the caller has checked that they are signed in."""

    def __init__(self, unit: UnitOfWork, identity: Identity, lexicon: Lexicon) -> None:
        self._unit = unit
        self._identity = identity
        self._lexicon = lexicon

    def of(self, locale: str) -> frozenset[str]:
        """The project's words and the person's own for a locale. Raises Unavailable, Refused, Damaged."""
        return self._lexicon(locale) | set(self.own(locale))

    def own(self, locale: str) -> tuple[str, ...]:
        """The person's own words for the locale's language."""
        return self._unit.own_words.of(self._identity, _language(locale))

    def add(self, locale: str, word: str) -> None:
        """Adds a word to the person's own; raises Refused if it is no single word."""
        added = valid_word(word)
        with self._unit.transaction():
            self._unit.own_words.put(self._identity, _language(locale), (*self.own(locale), added))

    def toggle(self, locale: str, word: str) -> bool:
        """Adds a word, or removes it if it is the person's own; returns whether it is now."""
        with self._unit.transaction():
            if valid_word(word) in self.own(locale):
                self.remove(locale, valid_word(word))
                return False
            self.add(locale, word)
            return True

    def remove(self, locale: str, word: str) -> None:
        """Removes one of the person's own words; nothing happens if they do not have it."""
        with self._unit.transaction():
            kept = tuple(each for each in self.own(locale) if each != word)
            self._unit.own_words.put(self._identity, _language(locale), kept)


def _language(locale: str) -> str:
    return locale.partition("-")[0]
