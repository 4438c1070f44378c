"""Detects e-mail addresses: written, spoken as words, or spelled."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.privacy.number_words import ALL_PACKS
from reviewer.privacy.text_matching import TextSpans, Token, fold, tokens

_WRITTEN = re.compile(r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
_MAX_LOCAL = 40
_MAX_DOMAIN = 40
_MAX_PLAIN_WORDS = 3


def _set(words: str) -> frozenset[str]:
    return frozenset(fold(words).split())


# Words that mean nothing but the sign, and words that mean it among other things.
_AT_SURE = _set(
    "@ arroba arobase arrobase arobas chiocciola chiocciolina klammeraffe affenschwanz apenstaartje snabela"
    " zavináč кльомба παπάκι שטרודל 艾特"
)
_AT_MAYBE = _set("at ät chez małpa собака снабел")
_DOT = _set(". dot point punkt punto ponto punt tečka kropka точка τελεία נקודה نقطة nokta prick 点")
_INNER = _set(
    "- _ + dash hyphen minus underscore underline bindestrich unterstrich tiret guion guión bajo trattino"
    " subrayado sottolineato plus pomlčka podtržítko дефис"
)
_BRACKETS = frozenset("()[]<>{}")
_TOP_LEVEL = _set(
    "com org net edu gov mil int info biz io co uk de fr es it eu us ca au nl be ch at pt pl cz sk ru bg"
    " gr se no dk fi ie il in jp cn br mx ar tr ua ro hu me app dev ai online рф ру ком"
)
_PROVIDERS = _set(
    "gmail googlemail hotmail outlook yahoo icloud aol gmx proton protonmail live msn mail webde freenet"
    " orange wanadoo libero seznam yandex abv walla qq naver example"
)
_BEFORE_PREPOSITION = _set(
    "look looked looking is was are were be been me us up out here them it him her you find visit"
    " arrive arrived meet met not at and or the a an that this good bad back down stay stop start only even"
)
_NOT_A_NAME = _set(
    "the a an this that my our your his her their its which what some any all once least of in on"
)
_NUMBERS = frozenset(phrase[0] for pack in ALL_PACKS for phrase in pack.phrases if len(phrase) == 1)


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address at characters [start, end) of the text; ``is_sure`` if it can hardly be anything else."""

    start: int
    end: int
    is_sure: bool


def email_addresses(text: str, found: Sequence[Token] | None = None) -> tuple[EmailAddress, ...]:
    """Every e-mail address of the text, in order, without overlaps.

    Said ones are a local part, a word for the at sign, a domain, a word for the dot and a
    top-level name, any of them spelled letter by letter. The words around "at" tell the sign from the
    preposition. ``found`` are the text's tokens, where the caller has them already.
    """
    written = [EmailAddress(match.start(), match.end(), is_sure=True) for match in _WRITTEN.finditer(text)]
    taken = TextSpans((address.start, address.end) for address in written)
    found = [token for token in (tokens(text) if found is None else found) if token.text not in _BRACKETS]
    said = [
        address
        for index, token in enumerate(found)
        if token.text in _AT_SURE or token.text in _AT_MAYBE
        for address in _around(found, index)
        if taken.add(address.start, address.end)
    ]
    return tuple(sorted(written + said, key=lambda address: address.start))


def _around(found: Sequence[Token], index: int) -> Iterator[EmailAddress]:
    sure = found[index].text in _AT_SURE
    after = (
        index + 2 if index + 1 < len(found) and found[index + 1].text in {"sign", "zeichen"} else index + 1
    )
    domain = _domain(found, after, stops_count=sure)
    if domain is None:
        return
    end, name = domain
    known = name in _PROVIDERS
    start = _local_start(found, index)
    if start == index:
        return
    preposition = found[index - 1].text in _BEFORE_PREPOSITION
    if not sure and not known and (preposition or name.split(" ", 1)[0] in _NOT_A_NAME):
        return
    yield EmailAddress(found[start].start, found[end - 1].end, is_sure=sure or (known and not preposition))


def _domain(found: Sequence[Token], start: int, *, stops_count: bool) -> tuple[int, str] | None:
    """The end of a domain that begins at ``start``, and its name before the last dot, or None."""
    names: list[str] = []
    best: tuple[int, str] | None = None
    plain = 0
    position = start
    while position < min(len(found), start + _MAX_DOMAIN):
        token = found[position]
        if token.text == "." and not stops_count and position + 1 < len(found) and found[position + 1].spaced:
            break
        if token.text in _DOT:
            end = _top_level_end(found, position + 1)
            if names and end:
                best = (end, _spelled(names))
            plain = 0
        elif token.text in _INNER:
            plain = 0
        elif token.is_word or token.is_digits:
            if best is not None and position >= best[0] and found[position - 1].text not in _DOT:
                break
            plain += len(token.text) > 1
            names.append(token.text)
        else:
            break
        if plain > _MAX_PLAIN_WORDS:
            break
        position += 1
    return best


def _top_level_end(found: Sequence[Token], position: int) -> int:
    if position >= len(found):
        return 0
    if found[position].text in _TOP_LEVEL:
        return position + 1
    letters, end = "", 0
    for index in range(position, min(position + 5, len(found))):
        if len(found[index].text) != 1 or not found[index].is_word:
            break
        letters += found[index].text
        if letters in _TOP_LEVEL:
            end = index + 1
    return end


def _spelled(names: Sequence[str]) -> str:
    """Joins letters that were spelled one by one; keeps other words apart."""
    return "".join(names) if all(len(name) == 1 for name in names) else " ".join(names)


def _local_start(found: Sequence[Token], index: int) -> int:
    """Searches backwards from the at sign: words linked by dots and the like, single letters, digits."""
    start = position = index
    linked = True
    while position > 0 and index - position < _MAX_LOCAL:
        token = found[position - 1]
        spelled = token.is_digits or token.text in _NUMBERS or (token.is_word and len(token.text) == 1)
        if token.text in _DOT or token.text in _INNER:
            linked = True
        elif spelled or (token.is_word and linked):
            linked = spelled
            start = position - 1
        else:
            break
        position -= 1
    return start
