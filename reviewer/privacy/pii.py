"""Detects personal data in a text: its position, kind and certainty."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

import phonenumbers
from stdnum import iban, luhn
from stdnum.exceptions import ValidationError

from reviewer.privacy.digit_runs import LONG_RUN, DigitRun, digit_runs
from reviewer.privacy.email_addresses import email_addresses, may_hold_said_address
from reviewer.privacy.spoken_numbers import may_hold_number
from reviewer.privacy.text_matching import TextSpans, fold, token_texts, tokens

Certainty = Literal["certain", "likely"]

_SIGNS = re.compile(r"[\d@]")
_DOT = re.compile(r"\s\.|\.\S")
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{2,4}){3,8}\b")
# Issuer ranges of payment cards, ISO/IEC 7812, as the networks publish them: first digits and lengths.
_CARD = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0|6|8|9)\d{12,17}|35\d{14}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12,15}|(?:62|81)\d{14,17}|(?:5[06-9]|6\d)\d{10,17}"
)
# What transcripts have between words and nobody says: <sil>, [noise], {laugh}, </s>, <v Anna>, <00:01.500>,
# (0.5), (.), and the times of subtitles. A tag for personal data stands for a number, and parts others.
_TAG = re.compile(
    r"(?:<|&lt;)/?[^\W\d][\w#:.-]{0,23}(?: [^<>&@\d]{1,40})?/?(?:>|&gt;)|\[(?!pii\b)/?[^\W\d][\w:-]{0,23}\]"
    r"|\{/?[^\W\d][\w:-]{0,23}\}|[<(](?:\d{1,2}:)?(?:\d{1,2}:)?\d{1,3}[.,]\d{1,3}[>)]|\(\.{1,3}\)"
    r"|(?<!\S)(?:\d\d:)?\d\d:\d\d[.,]\d{3}(?: --> (?:\d\d:)?\d\d:\d\d[.,]\d{3})?(?!\S)",
    re.IGNORECASE,
)
_LONGEST_CARD, _SHORTEST_CARD, _CARD_LIKE = 19, 12, 13
# Languages whose manifest locale may come without a region; the region only helps to read local numbers.
_REGION = {
    "en": "US",
    "cs": "CZ",
    "el": "GR",
    "he": "IL",
    "sv": "SE",
    "da": "DK",
    "uk": "UA",
    "ja": "JP",
    "zh": "CN",
}


class PiiKind(StrEnum):
    """The kind of a span of personal data."""

    EMAIL = "email"
    CARD = "card"
    SSN = "ssn"
    IBAN = "iban"
    PHONE = "phone"
    DIGITS = "digits"


@dataclass(frozen=True, slots=True)
class PiiSpan:
    """Personal data at characters [start, end) of the text that was given."""

    start: int
    end: int
    kind: PiiKind
    certainty: Certainty


def find(text: str, locale: str) -> tuple[PiiSpan, ...]:
    """The personal data in a text, in order, without overlaps.

    Finds e-mail addresses and runs of seven or more digits, written, said or spelled, in any of the languages
    known, whatever the ``locale``; its region only tells which phone numbers are local. A checksum that holds
    makes a span certain, but one that fails never clears a long run: a misheard digit breaks it as well.
    Names and street addresses are not looked for.
    """
    return () if _is_plain(text) else find_by_all_rules(text, locale)


def find_by_all_rules(text: str, locale: str) -> tuple[PiiSpan, ...]:
    """What ``find`` gives, without first looking at single words.

    A text with tags is also read without them: a number goes on behind a pause.
    """
    found = _found(text, locale)
    without_tags = _TAG.sub(lambda tag: " " * len(tag[0]), text)
    return found if without_tags == text else _merged((*found, *_found(without_tags, locale)))


def _merged(found: Iterable[PiiSpan]) -> tuple[PiiSpan, ...]:
    """One span for those that overlap: of the kind of the longest, and certain if one of them is."""
    merged: list[PiiSpan] = []
    for span in sorted(found, key=lambda span: span.start):
        if not merged or merged[-1].end <= span.start:
            merged.append(span)
            continue
        both = (merged[-1], span)
        longest = max(both, key=lambda each: each.end - each.start)
        surest = min(both, key=lambda each: each.certainty)
        end = max(each.end for each in both)
        merged[-1] = PiiSpan(both[0].start, end, longest.kind, surest.certainty)
    return tuple(merged)


def _found(text: str, locale: str) -> tuple[PiiSpan, ...]:
    words, taken = tokens(text), TextSpans()
    spans = [
        PiiSpan(found.start, found.end, PiiKind.EMAIL, "certain" if found.is_sure else "likely")
        for found in email_addresses(text, words)
        if taken.add(found.start, found.end)
    ]
    spans += [
        PiiSpan(*match.span(), PiiKind.IBAN, "certain")
        for match in _IBAN.finditer(text)
        if _is_iban(match[0]) and taken.add(*match.span())
    ]
    region = region_of(locale)
    spans += [
        _classified(run, region)
        for run in digit_runs(text, words, locale=locale)
        if taken.add(run.start, run.end)
    ]
    return tuple(sorted(spans, key=lambda span: span.start))


def _is_plain(text: str) -> bool:
    """Whether it is certain, from single words, that nothing is found: never wrong, and much faster.

    Written addresses need an at sign (``%40`` has digits), account numbers a digit: folding loses neither.
    """
    folded = fold(text)
    if _SIGNS.search(folded):
        return False
    words = token_texts(folded)
    has_dot = "." in folded and _DOT.search(folded) is not None
    return not may_hold_said_address(words, has_dot=has_dot) and not may_hold_number(words, LONG_RUN)


def region_of(locale: str) -> str:
    """The two-letter region of a language tag, or the language's home region if the tag has none."""
    language, *rest = locale.split("-")
    for part in rest:
        if len(part) == 2 and part.isalpha():
            return part.upper()
    return _REGION.get(language.lower(), language.upper() if len(language) == 2 else "US")


def is_card(digits: str) -> bool:
    """Whether the digits are a payment card's: issuer range, length, and Luhn (ISO/IEC 7812-1 annex B)."""
    return _CARD.fullmatch(digits) is not None and luhn.is_valid(digits)


def _is_iban(text: str) -> bool:
    try:
        iban.validate(text)
    except ValidationError:
        return False
    return True


def _classified(run: DigitRun, region: str) -> PiiSpan:
    versions = {run.digits, run.corrected}
    kind, certainty = PiiKind.DIGITS, "likely"
    if _holds_card(run) or any(is_card(digits) for digits in versions):
        kind, certainty = PiiKind.CARD, "certain"
    elif len(run.digits) >= _CARD_LIKE and not run.plus:
        kind = PiiKind.CARD
    elif region == "US" and any(_is_ssn(digits) for digits in versions):
        kind, certainty = PiiKind.SSN, "certain"
    else:
        ranks = [_phone_rank(digits, region, plus=run.plus) for digits in sorted(versions)]
        if max(ranks):
            kind, certainty = PiiKind.PHONE, "certain" if max(ranks) == 2 else "likely"
    return PiiSpan(run.start, run.end, kind, "certain" if certainty == "certain" else "likely")


def _holds_card(run: DigitRun) -> bool:
    """Whether a card number is said together with its expiry date or code: tries every sequence of pieces."""
    if len(run.digits) < _SHORTEST_CARD:
        return False
    edges = [0]
    for length in run.groups:
        edges.append(edges[-1] + length)
    return any(
        is_card(run.digits[start:end])
        for place, start in enumerate(edges)
        for end in edges[place + 1 : place + 1 + _LONGEST_CARD]
        if _SHORTEST_CARD <= end - start <= _LONGEST_CARD
    )


def _is_ssn(digits: str) -> bool:
    """A social security number of a form ever given out (SSA, "SSN randomization")."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return (
        len(digits) == 9
        and area not in {"000", "666"}
        and area < "900"
        and group != "00"
        and serial != "0000"
    )


@lru_cache(maxsize=512)
def _phone_rank(digits: str, region: str, *, plus: bool) -> int:
    """2 for a valid phone number, 1 for one of a possible length, 0 otherwise."""
    try:
        number = phonenumbers.parse(f"+{digits}" if plus else digits, region)
    except phonenumbers.NumberParseException:
        return 0
    if phonenumbers.is_valid_number(number):
        return 2
    return 1 if phonenumbers.is_possible_number(number) else 0
