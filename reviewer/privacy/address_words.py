"""The words of a spoken e-mail address: signs, providers, and what tells the sign from the preposition."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import cache, lru_cache

from reviewer.places import resource
from reviewer.privacy.number_words import Phrase, number_words, phrases_of
from reviewer.privacy.text_matching import fold


class Sign(Enum):
    """What a word stands for in an address. ``RARE_AT`` is mostly an ordinary word (chez, et, la)."""

    AT = auto()
    MAYBE_AT = auto()
    RARE_AT = auto()
    DOT = auto()
    MAYBE_DOT = auto()
    MARK = auto()
    SKIP = auto()


@cache
def word_set(name: str) -> frozenset[str]:
    """A list of the address file, folded: top_level, providers, carriers and so on."""
    with resource("personal_data", "addresses.toml").open("rb") as file:
        lists: dict[str, str] = tomllib.load(file)
    return frozenset(fold(lists[name]).split())


_LONGEST_WORD = 300  # with an address in it: what is searched takes the square of its length
_LETTER_MARKS = frozenset("-_+")
_SKIPPED_MARKS = frozenset(",;:…()[]<>{}\"'«»“”„|~/\\،。、，")


@cache
def signs() -> Mapping[str, Sequence[tuple[Phrase, Sign]]]:
    """For a first word, the phrases that stand for a sign of an address, the longest first."""
    found: dict[Phrase, Sign] = {}
    for key, sign in (
        ("gap", Sign.SKIP),
        ("no", Sign.SKIP),
        ("mark", Sign.MARK),
        ("dot_maybe", Sign.MAYBE_DOT),
    ):
        found.update(dict.fromkeys(phrases_of(key), sign))
    found.update(dict.fromkeys(phrases_of("dot"), Sign.DOT))
    for phrase in phrases_of("at_maybe"):
        found[phrase] = Sign.RARE_AT if phrase[0] in word_set("rare_at") else Sign.MAYBE_AT
    found.update(dict.fromkeys(phrases_of("at"), Sign.AT))
    found.update(dict.fromkeys(((mark,) for mark in _LETTER_MARKS), Sign.MARK))
    found.update(dict.fromkeys(((mark,) for mark in _SKIPPED_MARKS), Sign.SKIP))
    found |= {("@",): Sign.AT, (".",): Sign.DOT}
    grouped: dict[str, list[tuple[Phrase, Sign]]] = {}
    for phrase, sign in found.items():
        grouped.setdefault(phrase[0], []).append((phrase, sign))
    return {first: sorted(group, key=lambda one: -len(one[0])) for first, group in grouped.items()}


@cache
def at_words() -> frozenset[str]:
    """The first words of every phrase for the at sign."""
    return frozenset({"@"} | {phrase[0] for key in ("at", "at_maybe") for phrase in phrases_of(key)})


@cache
def digit_words() -> frozenset[str]:
    """The words for one digit, in any language, as said inside an address."""
    return frozenset(word for pack in number_words() for word in pack.by_first)


@lru_cache(maxsize=16384)
def pieces_of(word: str) -> tuple[str, ...]:
    """The parts of an address in a folded word that was typed without spaces, else the word.

    They are a name, a sign, a host, a dot and a top-level name (``somchaiแอทจีเมลดอทคอม``), in scripts
    without spaces with what follows; or a dot and a top-level name alone (``dotcom``, ``닷컴``), or those
    behind a provider.
    """
    found = _address_in_a_word().fullmatch(word) if len(word) <= _LONGEST_WORD else None
    if found is None or (not found["at"] and found["host"] and found["host"] not in word_set("providers")):
        return (word,)
    return tuple(piece for piece in found.groups() if piece)


@cache
def _address_in_a_word() -> "re.Pattern[str]":
    at, dot = (_any_of(phrase[0] for phrase in phrases_of(key) if len(phrase) == 1) for key in ("at", "dot"))
    top = _any_of(word_set("top_level"))
    # Folded Hangul is its letters. Particles (Korean) and politeness (Thai) may follow, else nothing.
    return re.compile(rf"(?:(.+?)(?P<at>{at}))?(?P<host>.*?)({dot})({top})([\u0e00-\u0fff\u1100-\u11ff]*)")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(
        re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)) if len(word) > 1
    )
