"""How each language says numbers: the words of Unicode CLDR, and what people say beside them."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from reviewer.places import resource
from reviewer.privacy.text_matching import fold, token_texts

Phrase = tuple[str, ...]
_UNIT_FIRST = frozenset({"de", "nl", "da", "no", "nn", "af", "ar", "sl", "cs"})
_IN_A_WORD = ("", "und", "en", "og", "och", "in", "e", "a")
_LONGEST_LINK = max(map(len, _IN_A_WORD))
_WITHOUT_SPACES = frozenset({"km", "ko", "lo", "my", "th"})
_SHORTEST_JOINED = 4
_SHORTEST_OF_SEVERAL = 3
# What Korean adds to a number: of, is, and, the number.
_PARTICLE = re.compile(fold("(?:의|에|이요|요|이고|고|번|은|는|입니다|이에요|예요|이구요|구요)$"))
_BETWEEN = fold("에")
_AND_PREFIX = {"ar": "و", "he": "ו"}


@dataclass(frozen=True, eq=False)
class NumberWords:
    """One language's words for the digits of a number.

    ``by_first`` has for a first word its phrases and their digits, the longest phrase first. ``hundreds``
    turn the digits before them into hundreds. ``links`` stand inside a number (hundred and five).
    ``magnitudes`` (thousand, million) belong to amounts and end a run. ``repeats`` say the digit after them
    again, ``plurals`` the digit itself (three fives). ``weak`` words (oh, for, to) are digits only among
    digits; ``and_words`` may stand between two single digits. ``glued`` finds the digits in a word that is
    nothing but digit words.
    """

    language: str
    by_first: Mapping[str, tuple[tuple[Phrase, str], ...]]
    hundreds: frozenset[str]
    links: frozenset[str]
    magnitudes: frozenset[str]
    repeats: Mapping[str, tuple[tuple[Phrase, int], ...]]
    plurals: Mapping[str, str]
    weak: Mapping[str, str]
    and_words: frozenset[str]
    glued: "re.Pattern[str] | None" = None
    single: Mapping[str, str] = field(default_factory=dict)
    second: Mapping[str, int] = field(default_factory=dict)
    """The second words of phrases, each with the most digits of its phrases."""

    @property
    def is_unit_first(self) -> bool:
        """Whether one says five-and-twenty."""
        return self.language in _UNIT_FIRST

    def joined(self, word: str) -> tuple[str, ...]:
        """The digits of one word that is made of several (dreihundertfünf, 공일공), else empty."""
        if self.glued is not None:
            return tuple(self.single[one] for one in self._pieces(word))
        and_prefix = _AND_PREFIX.get(self.language)
        if and_prefix is not None and word.startswith(and_prefix):
            phrases = self.by_first.get(word[1:], ())
            return tuple(digits for phrase, digits in phrases if len(phrase) == 1)[:1]
        digits = _joined(self.language, word)
        return () if digits is None else (digits,)

    def together(self, word: str) -> tuple[str, ...]:
        """The digits of several numbers that are written as one word (nulleinssieben, zérosix), else empty.

        Only for a word that is no number in any language: two short ones make a longer one elsewhere.
        """
        return () if self.glued is not None or len(languages_known(word)) else _together(self.language, word)

    def _pieces(self, word: str) -> list[str]:
        if self.glued is None:
            return []
        word = _PARTICLE.sub("", word).replace(_BETWEEN, "") if self.language == "ko" else word
        return _piece(self.glued).findall(word) if self.glued.fullmatch(word) else []


@dataclass(frozen=True)
class GapWords:
    """Of all languages: ``only`` matches what may stand between digits; ``corrections`` take back."""

    only: "re.Pattern[str]"
    corrections: "re.Pattern[str]"


@cache
def number_words() -> tuple[NumberWords, ...]:
    """Every language's words. A clip may be in another language than its manifest says: all are tried."""
    spoken = spoken_forms()
    return tuple(_pack(language, table, spoken.get(language, {})) for language, table in _tables().items())


@lru_cache(maxsize=16384)
def languages_of(word: str) -> tuple[NumberWords, ...]:
    """The languages in which a folded word is, or begins, a number."""
    return languages_known(word) or tuple(pack for pack in number_words() if pack.together(word))


@lru_cache(maxsize=16384)
def languages_known(word: str) -> tuple[NumberWords, ...]:
    """The languages in which a folded word is, or begins, one number, or is made of syllables of digits."""
    known = _by_word().get(word, ())
    if len(word) < _SHORTEST_JOINED and word[0] < "א":
        return known
    return known + tuple(pack for pack in number_words() if pack not in known and pack.joined(word))


@cache
def _by_word() -> Mapping[str, tuple[NumberWords, ...]]:
    found: dict[str, list[NumberWords]] = {}
    for pack in number_words():
        for word in {*pack.by_first, *pack.weak, *pack.repeats}:
            found.setdefault(word, []).append(pack)
    return {word: tuple(packs) for word, packs in found.items()}


@cache
def gap_words() -> GapWords:
    """What may stand between two digits, whatever the language."""
    spoken = spoken_forms().values()
    corrections = {phrase for entry in spoken for phrase in _phrases(entry.get("no", ""))}
    fillers = {phrase for entry in spoken for phrase in _phrases(entry.get("gap", ""))}
    return GapWords(
        re.compile(rf"(?:{_any(fillers | corrections)})*"), re.compile(rf"(?:^| )(?:{_any(corrections)})")
    )


@cache
def point_words() -> frozenset[str]:
    """The words for the mark before decimals."""
    return frozenset(phrase[0] for phrase in phrases_of("point"))


@cache
def spoken_forms() -> Mapping[str, Mapping[str, str]]:
    """The words beside the numbers, by language, as the file has them."""
    with resource("personal_data", "spoken.toml").open("rb") as file:
        forms: dict[str, dict[str, str]] = tomllib.load(file)
    return forms


def phrases_of(key: str) -> frozenset[Phrase]:
    """The phrases that any language has under a key of the file, as folded words."""
    return frozenset(phrase for entry in spoken_forms().values() for phrase in _phrases(entry.get(key, "")))


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    """The numbers of CLDR by language, and of languages that it lacks those that their section has."""
    tables: dict[str, dict[str, list[str]]] = json.loads(
        resource("personal_data", "numbers.json").read_text(encoding="utf-8")
    )
    for language, section in spoken_forms().items():
        if language not in tables:
            tables[language] = {number: [] for number in (*filter(str.isdigit, section), "large")}
    return tables


def _pack(language: str, table: Mapping[str, list[str]], spoken: Mapping[str, str]) -> NumberWords:
    phrases = _number_phrases(table, spoken)
    grouped: dict[str, list[tuple[Phrase, str]]] = {}
    for phrase, digits in phrases.items():
        grouped.setdefault(phrase[0], []).append((phrase, digits))
    single = {phrase[0]: digits for phrase, digits in phrases.items() if len(phrase) == len(digits) == 1}
    second: dict[str, int] = {}
    for phrase, digits in phrases.items():
        if len(phrase) > 1:
            second[phrase[1]] = max(second.get(phrase[1], 0), len(digits))
    large = {word for form in table["large"] for word in fold(form).split()}
    repeats: dict[str, list[tuple[Phrase, int]]] = {}
    for phrase, times in _pairs(spoken.get("times", "")):
        repeats.setdefault(phrase[0], []).append((phrase, int(times)))
    return NumberWords(
        language,
        {first: tuple(sorted(group, key=lambda one: -len(one[0]))) for first, group in grouped.items()},
        frozenset(phrase[0] for phrase in _phrases(spoken.get("hundred", ""))),
        frozenset(phrase[0] for phrase in _phrases(spoken.get("link", ""))),
        frozenset(large - {word for phrase in phrases for word in phrase}),
        {first: tuple(sorted(group, key=lambda one: -len(one[0]))) for first, group in repeats.items()},
        {phrase[0]: digit for phrase, digit in _pairs(spoken.get("plural", ""))},
        {phrase[0]: digit for phrase, digit in _pairs(spoken.get("weak", ""))},
        frozenset(phrase[0] for phrase in _phrases(spoken.get("and", ""))),
        re.compile(rf"(?:{'|'.join(sorted(single, key=len, reverse=True))}){{2,}}")
        if language in _WITHOUT_SPACES
        else None,
        single,
        second,
    )


def _number_phrases(table: Mapping[str, list[str]], spoken: Mapping[str, str]) -> dict[Phrase, str]:
    phrases: dict[Phrase, str] = {}
    for number, forms in table.items():
        if number != "large":
            for form in (*forms, *spoken.get(number, "").split(",")):
                phrase = _words(form)
                if phrase:
                    phrases.setdefault(phrase, number)
    return phrases


def _words(form: str) -> Phrase:
    if form.isascii() and form.isalpha():  # most are, of tens of thousands
        return (form.lower(),)
    return tuple(word for word in token_texts(fold(form)) if word != "-")


def _phrases(text: str) -> Iterator[Phrase]:
    return (words for part in text.split(",") if (words := _words(part)))


def _pairs(text: str) -> Iterator[tuple[Phrase, str]]:
    for part in text.split(","):
        words, equals, value = part.partition("=")
        if equals:
            yield _words(words), value.strip()


def _any(phrases: Iterable[Phrase]) -> str:
    """An expression for any of the phrases and the space after it, the longest first."""
    found = sorted((" ".join(map(re.escape, phrase)) for phrase in phrases), key=len, reverse=True)
    return "(?:" + "|".join(found) + ") "


@cache
def _piece(glued: "re.Pattern[str]") -> "re.Pattern[str]":
    return re.compile(glued.pattern.removesuffix("{2,}"))


@dataclass(frozen=True)
class _Parts:
    """What the long words of a language are made of; ``start`` matches the beginning of any.

    ``longest``: the characters of the longest part; a word is made of three at most, and of two links.
    """

    hundreds: Mapping[str, str]
    below: Mapping[str, str]
    units: Mapping[str, str]
    start: "re.Pattern[str]"
    longest: int


@cache
def _parts(language: str) -> _Parts:
    table, spoken = _tables()[language], spoken_forms().get(language, {})
    words = {"".join(phrase): digits for phrase, digits in _number_phrases(table, spoken).items()}
    units = {word: digits for word, digits in words.items() if len(digits) == 1 and digits != "0"}
    firsts = {word for word, digits in words.items() if digits[-1] == "0" and digits != "0"}
    if language in _UNIT_FIRST:
        firsts |= units.keys()
    return _Parts(
        {word: digits for word, digits in words.items() if len(digits) == 3},
        {word: digits for word, digits in words.items() if len(digits) < 3},
        units,
        re.compile("|".join(sorted(firsts))),
        max(map(len, words)),
    )


@lru_cache(maxsize=8192)
def _joined(language: str, word: str) -> str | None:
    """The number of a word that is written as one; an o falls before another: centotto."""
    if len(word) < _SHORTEST_JOINED:
        return None
    parts = _parts(language)
    if not parts.start.match(word) or len(word) > 3 * parts.longest + 2 * _LONGEST_LINK:
        return None
    for cut in range(2, len(word)):
        hundred = parts.hundreds.get(word[:cut])
        if hundred is None:
            continue
        for link in (*_IN_A_WORD, *(("o",) if word[cut - 1] == "o" else ())):
            is_elided = link == "o"
            if is_elided or word.startswith(link, cut):
                rest = _below(parts, word[cut - 1 :] if is_elided else word[cut + len(link) :])
                if rest:
                    return str(int(hundred) + int(rest))
    return parts.hundreds.get(word) or _below(parts, word)


@cache
def _short_numbers(language: str) -> "tuple[re.Pattern[str], Mapping[str, str]]":
    """The words for the numbers below a hundred, two of them or more at once, and their digits."""
    below = {
        word: digits for word, digits in _parts(language).below.items() if len(word) > 1 and word.isalpha()
    }
    words = "|".join(sorted(map(re.escape, below), key=len, reverse=True))
    return re.compile(rf"(?:{words}){{2,}}" if words else r"(?!)"), below


@cache
def _languages_by_start() -> Mapping[str, frozenset[str]]:
    """The languages that have a number below a hundred of these first two letters."""
    found: dict[str, set[str]] = {}
    for language in _tables():
        for word in _short_numbers(language)[1]:
            found.setdefault(word[:2], set()).add(language)
    return {start: frozenset(languages) for start, languages in found.items()}


def _together(language: str, word: str) -> tuple[str, ...]:
    """Of words of two letters any other word could be made: each must have three on average."""
    if len(word) < 2 * _SHORTEST_OF_SEVERAL or language not in _languages_by_start().get(word[:2], ()):
        return ()
    whole, below = _short_numbers(language)
    if not whole.fullmatch(word):
        return ()
    pieces = _piece(whole).findall(word)
    if "".join(pieces) != word or len(word) < _SHORTEST_OF_SEVERAL * len(pieces):
        return ()
    return tuple(below[piece] for piece in pieces)


def _below(parts: _Parts, word: str) -> str | None:
    """A number below a hundred: known, tens and a unit (tjuesyv), or a unit, a link and tens."""
    if word in parts.below:
        return parts.below[word]
    for cut in range(2, len(word)):
        first = parts.below.get(word[:cut])
        if first is None or first == "0":
            continue
        if len(first) == 2 and first[1] == "0" and word[cut:] in parts.units:
            return first[0] + parts.units[word[cut:]]
        for link in _IN_A_WORD[1:] if len(first) == 1 else ():
            tens = parts.below.get(word[cut + len(link) :]) if word.startswith(link, cut) else None
            if tens and len(tens) == 2 and tens[1] == "0":
                return tens[0] + first
    return None
