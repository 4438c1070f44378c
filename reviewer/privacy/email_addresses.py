"""Detects e-mail addresses: written, spoken as words, or spelled."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from reviewer.privacy.address_words import Sign, at_words, digit_words, pieces_of, signs, word_set
from reviewer.privacy.text_matching import TextSpans, Token, match_phrase, tokens

_LOCAL = r"(?:[\w.!#$&*=?^{|}~+%'-]{0,63}[\w+%'-]|\"[^\"\n@]{1,64}\")"
_WRITTEN = re.compile(
    rf"{_LOCAL}(?:@|%40)(?:[\w-]{{1,63}}[.,]){{1,8}}[^\W\d_][\w-]{{1,62}}|{_LOCAL}@\[[\d.:a-fA-F]+\]"
)
_UNDOTTED = re.compile(r"(?<![\w@])[\w.+%'-]{1,64}@[^\W\d_][\w-]{2,63}(?![\w@])")
_ATS = frozenset({Sign.AT, Sign.MAYBE_AT, Sign.RARE_AT})
_DOTS = frozenset({Sign.DOT, Sign.MAYBE_DOT})
_CONTRACTED = frozenset({"m", "s", "re", "ve", "ll", "d"})
_MAX_PARTS = 48
_MAX_PLAIN_WORDS = 3
_MAX_SKIPPED = 6
_MAX_TOP_LEVEL_LETTERS = 8
_CARRIER_REACH = 10
_COUNTRY_LETTERS = 2


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address at characters [start, end) of the text; ``is_sure`` if it can hardly be anything else."""

    start: int
    end: int
    is_sure: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A word, number or sign; ``is_stop``: a full stop with space after it; ``glued`` to the one before."""

    text: str
    start: int
    end: int
    sign: Sign | None
    is_stop: bool = False
    glued: bool = False

    @property
    def is_letter_or_digit(self) -> bool:
        return self.sign is None and (
            self.text[0].isdigit() or len(self.text) == 1 or self.text in digit_words()
        )


@dataclass(frozen=True, slots=True)
class _Domain:
    name: str
    top_level: str
    end: int
    has_mark: bool = False

    @property
    def is_known(self) -> bool:
        return self.name in word_set("providers") or self.name.rpartition(" ")[2] in word_set("providers")

    @property
    def is_listed(self) -> bool:
        return self.top_level in word_set("top_level")


@dataclass(frozen=True, slots=True)
class _Local:
    """The part before the at sign, from part ``start``; ``has_structure``: dots, marks, letters or digits."""

    start: int
    last_word: str
    has_structure: bool


def may_hold_said_address(words: Sequence[str], *, has_dot: bool) -> bool:
    """Whether folded words, in their order, could be a said address.

    It has a dot, and an at sign or a provider; or else a provider just behind an at sign.

    Args:
        has_dot: the text has a ``.`` that ends no sentence.
    """
    words = [piece for word in words for piece in pieces_of(word)]
    providers, said = word_set("providers"), frozenset(words)
    has_provider = not said.isdisjoint(providers)
    if not has_provider and said.isdisjoint(at_words()):
        return False
    if has_dot or not said.isdisjoint(_dot_words()):
        return True
    return has_provider and any(
        before in _last_at_words() and word in providers for before, word in pairwise(words)
    )


@cache
def _last_at_words() -> frozenset[str]:
    """The last words of every phrase for the at sign."""
    return frozenset(phrase[-1] for phrases in signs().values() for phrase, sign in phrases if sign in _ATS)


@cache
def _dot_words() -> frozenset[str]:
    """The first words of every phrase for the dot."""
    return frozenset(
        word for word, phrases in signs().items() if word != "." and any(sign in _DOTS for _, sign in phrases)
    )


def email_addresses(text: str, found: Sequence[Token] | None = None) -> tuple[EmailAddress, ...]:
    """Every e-mail address of the text, in order, without overlaps.

    Said ones are a local part, a word for the at sign, a domain, a word for the dot and a top-level name, any
    of them spelled letter by letter, with hesitation, commas or corrections inside. The words around "at"
    tell the sign from the preposition. Without a sign, a known provider after a local part with dots
    or digits is enough. ``found`` are the text's tokens, where the caller has them already.
    """
    written = [EmailAddress(*match.span(), is_sure=True) for match in _WRITTEN.finditer(text)]
    taken = TextSpans((address.start, address.end) for address in written)
    found = tokens(text) if found is None else found
    words = [token.text for token in found]
    said = said_addresses(found, taken) if may_hold_said_address(words, has_dot="." in words) else []
    said += [
        EmailAddress(*match.span(), is_sure=False)
        for match in _UNDOTTED.finditer(text)
        if taken.add(*match.span())
    ]
    return tuple(sorted(written + said, key=lambda address: address.start))


def said_addresses(found: Sequence[Token], taken: TextSpans) -> list[EmailAddress]:
    """The said addresses that overlap nothing ``taken``, to which they are added."""
    parts = _parts([piece for token in found for piece in _pieces(token)])
    ats = [index for index, part in enumerate(parts) if part.sign in _ATS]
    around = [one for at in ats if (one := _around(parts, at)) and not taken.overlaps(one.start, one.end)]
    said = [one for one in _merged(around) if taken.add(one.start, one.end)]
    return said + [one for one in _without_at(parts) if taken.add(one.start, one.end)]


def _pieces(token: Token) -> Sequence[Token]:
    """The parts of an address that is one token; each is where the token is."""
    texts = pieces_of(token.text)
    if len(texts) == 1:
        return (token,)
    return [replace(token, text=text, spaced=token.spaced or number > 0) for number, text in enumerate(texts)]


def _merged(found: Iterable[EmailAddress]) -> Iterator[EmailAddress]:
    """Joins those that overlap: of two addresses said in one breath neither may stay."""
    last: EmailAddress | None = None
    for one in sorted(found, key=lambda address: address.start):
        if last is not None and one.start < last.end:
            last = EmailAddress(last.start, max(last.end, one.end), last.is_sure or one.is_sure)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _parts(found: Sequence[Token]) -> list[_Part]:
    table = signs()
    parts: list[_Part] = []
    position = 0
    while position < len(found):
        token = found[position]
        after, sign = position + 1, None
        for phrase, candidate in table.get(token.text, ()):
            end = match_phrase(found, phrase, position)
            if end:
                after, sign = end, candidate
                break
        if sign in _DOTS and parts and parts[-1].sign in _ATS and token.text in word_set("providers"):
            after, sign = position + 1, None  # Telia, which is a dot in Greek
        is_stop = token.text in "!?" or (
            token.text == "." and (after == len(found) or found[after].spaced) and not token.spaced
        )
        parts.append(
            _Part(token.text, token.start, found[after - 1].end, sign, is_stop, glued=not token.spaced)
        )
        position = after
    return parts


def _around(parts: Sequence[_Part], at: int) -> EmailAddress | None:
    """The address around an at sign, if what stands there makes it one."""
    sign = parts[at].sign
    stands_alone = not parts[at].glued or (at > 0 and parts[at - 1].sign is Sign.SKIP)
    is_handle = parts[at].text == "@" and stands_alone and at + 1 < len(parts) and parts[at + 1].glued
    is_sure = sign is Sign.AT and not is_handle
    local = _local(parts, at)
    if local is None:
        return None
    has_carrier = _has_carrier(parts, local.start)
    domain = _domain(parts, at + 1, is_sure=is_sure or local.has_structure or has_carrier)
    if domain is None:
        return _at_provider_alone(parts, at, local)
    is_known = domain.is_known and domain.is_listed
    is_joined = domain.has_mark and domain.is_listed
    is_clear = has_carrier or is_known or is_joined or parts[at].text in word_set("noun_at")
    is_preposition = not local.has_structure and _is_preposition(parts, local, is_clear=is_clear)
    if not is_sure:
        if not is_known and local.has_structure and local.last_word in word_set("host_ends"):
            return None  # etsy dot com, not at all from ebay dot com
        if sign is Sign.RARE_AT and not (is_known or _is_clear_host(domain, local)):
            return None
        if is_preposition or (not is_known and _is_no_host(domain, local)):
            return None
    known = domain.is_known and not is_preposition
    return EmailAddress(parts[local.start].start, domain.end, is_sure=is_sure or known)


def _is_clear_host(domain: _Domain, local: _Local) -> bool:
    """Whether an unlikely at sign is followed by a host: a listed name, or one word, a dot and a name."""
    if domain.is_listed:
        return local.has_structure or len(domain.top_level) > _COUNTRY_LETTERS
    return local.has_structure and " " not in domain.name and domain.name not in word_set("not_a_name")


def _is_no_host(domain: _Domain, local: _Local) -> bool:
    """At the end, at my place: an article, not a host, unless the local part can be nothing else."""
    if local.has_structure:
        return False
    first, _, rest = domain.name.partition(" ")
    if first in word_set("not_a_name"):
        return not (rest and local.last_word in word_set("mailboxes"))
    return domain.name in digit_words()


def _at_provider_alone(parts: Sequence[_Part], at: int, local: _Local) -> EmailAddress | None:
    """John dot smith at gmail, or my email is john at gmail, and nothing after it."""
    after = at + 1
    if parts[at].sign is Sign.RARE_AT or after >= len(parts):
        return None
    if parts[after].text not in word_set("providers"):
        return None
    is_announced = parts[after].text in word_set("only_mail") and _has_carrier(parts, local.start)
    if not local.has_structure and (not is_announced or _is_preposition(parts, local, is_clear=False)):
        return None
    return EmailAddress(parts[local.start].start, parts[after].end, is_sure=False)


def _is_preposition(parts: Sequence[_Part], local: _Local, *, is_clear: bool) -> bool:
    """Whether "at" is the preposition: a bare word before it that nothing announces as a mailbox.

    ``is_clear``: the word mail before it or a provider of mailboxes after it announces one.
    """
    if local.last_word in word_set("pronouns") | word_set("not_a_mailbox"):
        return True
    before = parts[local.start - 1] if local.start else None
    if is_clear or before is None or before.sign is Sign.SKIP or before.is_stop:
        return False
    if before.sign in _ATS and local.last_word in word_set("mailboxes"):
        return False  # reach me at hello at
    return before.text not in word_set("before_a_name")


def _has_carrier(parts: Sequence[_Part], start: int) -> bool:
    return any(part.text in word_set("carriers") for part in parts[max(0, start - _CARRIER_REACH) : start])


def _domain(parts: Sequence[_Part], start: int, *, is_sure: bool) -> _Domain | None:
    """The longest domain that begins at ``start``: names, a dot, a top-level name, perhaps another dot."""
    names: list[str] = []
    best: _Domain | None = None
    plain = skipped = 0
    has_mark = False
    position = start
    while position < min(len(parts), start + _MAX_PARTS) and plain <= _MAX_PLAIN_WORDS:
        part = parts[position]
        is_dot = part.sign in _DOTS and (not part.is_stop or _is_spaced_dot(parts, position))
        if part.is_stop and not is_dot and not _goes_on_after_stop(parts, position, is_sure=is_sure):
            break
        if is_dot:
            is_further = best is not None and best.is_listed  # dot com dot au
            top_level = (
                _top_level(parts, position + 1, is_sure=is_sure, is_further=is_further) if names else None
            )
            if top_level is not None:
                best = _Domain(_spelled(names), *top_level, has_mark=has_mark)
            plain = 0
        elif part.sign is Sign.MARK:
            plain, has_mark = 0, has_mark or bool(names)
        elif part.sign is Sign.SKIP or part.is_stop:
            skipped += 1
            if skipped > _MAX_SKIPPED:
                break
        elif part.sign in {None, Sign.RARE_AT} and part.text[0].isalnum():
            if best is not None and part.start >= best.end:
                break
            plain += len(part.text) > 1
            names.append(part.text)
        else:
            break
        position += 1
    return best


def _is_spaced_dot(parts: Sequence[_Part], position: int) -> bool:
    """A recogniser's full stop that stands for a dot: gmail. com."""
    return position + 1 < len(parts) and parts[position + 1].text in word_set("host_ends")


def _goes_on_after_stop(parts: Sequence[_Part], position: int, *, is_sure: bool) -> bool:
    """A sentence that ends inside an address: at gmail. Dot com."""
    if position + 1 >= len(parts):
        return False
    following = parts[position + 1]
    return following.sign in _DOTS or (
        is_sure and position + 2 < len(parts) and parts[position + 2].sign in _DOTS
    )


def _top_level(
    parts: Sequence[_Part], position: int, *, is_sure: bool, is_further: bool = False
) -> tuple[str, int] | None:
    while (
        position < len(parts)
        and parts[position].sign is Sign.SKIP
        and parts[position].text not in word_set("top_level")
    ):
        position += 1
    if position >= len(parts) or parts[position].sign in _DOTS:
        return None
    first = parts[position]
    if len(first.text) > 1 and first.text[0].isalpha():
        is_name = (
            first.text in word_set("top_level")
            or (is_sure and first.sign is None)
            or parts[position - 1].text == "dot"
        )
        is_other_word = first.text in word_set("not_a_name") and not is_further
        return (first.text, first.end) if is_name and not is_other_word else None
    letters, best = "", None
    for part in parts[position : position + _MAX_TOP_LEVEL_LETTERS]:
        if len(part.text) != 1 or not part.text.isalpha():
            break
        letters += part.text
        if letters in word_set("top_level") or (is_sure and (len(letters) == 2 or part.text > "ÿ")):
            best = (letters, part.end)
    return best


def _spelled(names: Sequence[str]) -> str:
    """Joins letters that were spelled one by one; keeps other words apart."""
    return "".join(names) if all(len(name) == 1 for name in names) else " ".join(names)


def _is_name(parts: Sequence[_Part], position: int) -> bool:
    """Whether a filler of some language is a name here, joined to the next one: jo underscore smith."""
    following = parts[position + 1]
    joins = following.sign is Sign.MARK or (following.sign in _DOTS and not following.is_stop)
    return joins and parts[position].text.isalpha()


def _is_contraction(parts: Sequence[_Part], position: int) -> bool:
    """Whether a part is the end of I'm, he's, we're: no letter of a name."""
    if position < 2 or parts[position].text not in _CONTRACTED:
        return False
    before, apostrophe = parts[position - 2], parts[position - 1]
    is_one_word = parts[position].glued and apostrophe.glued
    return apostrophe.text == "'" and is_one_word and before.text in word_set("contracted")


def _is_no_digit(parts: Sequence[_Part], position: int, start: int) -> bool:
    """Whether a word that sounds like a digit is not one, before a bare name: write to grace at."""
    part, is_next = parts[position], start == position + 1 and not parts[start].is_letter_or_digit
    return is_next and part.is_letter_or_digit and part.text in word_set("before_a_name")


def _local(parts: Sequence[_Part], at: int) -> _Local | None:
    """Searches backwards from the at sign: words linked by dots and the like, single letters, digits."""
    start, linked, marks, letters, digits, words, skipped = at, True, 0, 0, 0, 0, 0
    last_word = ""
    for position in range(at - 1, max(0, at - _MAX_PARTS) - 1, -1):
        part = parts[position]
        if _is_contraction(parts, position) or (start < at and _is_no_digit(parts, position, start)):
            break
        is_filler = part.sign is Sign.SKIP or (part.is_stop and start == at)
        if is_filler and not (linked and start < at and _is_name(parts, position)):
            skipped += 1
            if skipped > _MAX_SKIPPED:
                break
        elif (part.sign in _DOTS or part.sign is Sign.MARK) and not part.is_stop:
            linked, marks = True, marks + (start < at)
        elif part.is_letter_or_digit:
            start, linked, letters = position, True, letters + 1
            digits += part.text[0].isdigit()
        elif (is_filler or part.sign is None) and part.text[0].isalpha() and linked:
            start, linked, words = position, False, words + 1
            last_word = last_word or part.text
        else:
            break
    has_structure = (marks > 0 and words + letters > 1) or letters > 1 or min(digits, words) > 0
    return None if start == at else _Local(start, last_word, has_structure)


def _without_at(parts: Sequence[_Part]) -> Iterator[EmailAddress]:
    """John dot smith gmail dot com: a provider after a local part that is hardly anything else."""
    for index, part in enumerate(parts):
        if part.text not in word_set("providers") or index == 0 or parts[index - 1].sign in _ATS | _DOTS:
            continue
        domain = _domain(parts, index, is_sure=False)
        if domain is None or domain.name != part.text or not domain.is_listed:
            continue
        local = _local(parts, index)
        if local is None or local.last_word in word_set("not_a_name") | word_set("not_a_mailbox"):
            continue
        named = any(one.text in word_set("carriers") for one in parts[index : index + _CARRIER_REACH])
        if local.has_structure or named or _has_carrier(parts, local.start):
            yield EmailAddress(parts[local.start].start, domain.end, is_sure=False)
