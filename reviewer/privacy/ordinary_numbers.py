"""Recognises long numbers that are nobody's: dates, times, amounts, versions, sizes, scores, counting."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from reviewer.privacy.spoken_numbers import Group

_YEAR = r"(?:1[0-9]|20)\d\d"
# Years of the Thai calendar are 543 more.
_DATE = (
    rf"(?:\d{{4}}([-./])\d{{1,2}}\1\d{{1,2}}|\d{{1,2}}([-./])\d{{1,2}}\2(?:19|2[05])?\d\d"
    rf"|\d{{1,2}}\.\s\d{{1,2}}\.\s?{_YEAR}|\d{{1,2}}\s?[-–]\s?\d{{1,2}}[./]\d{{1,2}}[./](?:19|20)?\d\d)"
)
_TIME = r"(?:[01]?\d|2[0-4])[:h][0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
# Chapter and verses behind the name of a book: Genesis 1:1-31.
_VERSES = r"(?<=[^\W\d_]\s)(?:1[0-5]\d|\d{1,2}):\d{1,3}\s?[-–]\s?\d{1,3}(?![\d:–-]|[.,]\d)"
_UNIT = (
    r"(?:[$€£¥₹₽₴₺₪₩%‰°]|(?:EUR|USD|GBP|CHF|JPY|PLN|CZK|SEK|NOK|DKK|HUF|RUB|Kč|zł|kr|Ft|lei|лв|руб|грн|"
    r"euros?|dollars?|pounds|pesos|reais|(?:milli?|kilo?|centi?)?met(?:er|re)s?|miles|feet|percent|pixels?|"
    r"[kcdmµn]?m[²³]?|[kmµ]?g|[kmcd]?l|[kMGT]?[Hh]z|[kKMGT]i?B|[kMG]?W|px|dpi|ppm|years?|people|元|円|원)\b)"
)
_GROUPED = r"\d{1,3}(?:[., \u00a0\u202f']\d{3})+"
_NUMBER = r"\d+(?:[., \u00a0\u202f']\d+)*"
# A number may not go on at either side, else a part of a longer one would be taken for a date.
_BEFORE, _AFTER = r"(?<![\d./:,+-])(?<!\d\s)", r"(?![\d/:-]|[.,]\d|\s?\d)"
_ORDINARY = re.compile(
    rf"(?<![\d./-]){_DATE}(?:[T ,]+{_TIME})?(?![\d/-]|\.\d)"
    rf"|(?<![\d.:-])(?:{_YEAR})\s?[-–/]\s?(?:{_YEAR})(?![\d/-]|\.\d)"
    rf"|{_VERSES}"
    rf"|(?<![\d:]){_TIME}(?:\s?[-–]\s?{_TIME})?(?![\d:])"
    r"|(?<![\d./-])\d{1,3}(?:,\d{3}){2,6}(?:\.\d+)?(?![\d/-]|\.\d|,\d)"
    r"|(?<![\d./-])\d{1,3}(?:\.\d{3}){1,6},\d\d?(?![\d/-])"
    r"|(?<![\d./-])\d{1,2}(?:\.\d{3}){2,6}(?![\d/-]|\.\d)"
    rf"|{_BEFORE}\d{{1,3}}(?:[ \u00a0\u202f]\d{{3}})*(?:[ \u00a0\u202f]000)+(?!\s?\d)"
    rf"|[$€£¥₹₽]\s?(?:{_GROUPED}|\d+)(?:[.,]\d\d?)?(?!\d)"
    rf"|{_BEFORE}{_NUMBER}\s?{_UNIT}"
    rf"|{_BEFORE}\d{{1,2}}[.,]\d{{3,}}{_AFTER}|(?<![\d./:+-])(?<!(?<!\d)\d,)\d{{1,8}}[.,]\d\d?{_AFTER}"
    rf"|(?<![\d:])\d{{3,5}}(?:-\d{{1,2}})?:{_YEAR}(?![\d:])"
    r"|(?<![\d*])\d{1,5}\s?[x×*]\s?\d{1,5}(?:\s?[x×*]\s?\d{1,5})?(?![\d*])"
    r"|(?<![\d-])\d{1,2}[-–:]\d{1,2}(?:[,;]\s?\d{1,2}[-–:]\d{1,2}|\s\d[-–:]\d)+(?![\d-])",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?<![\d.])\d{1,5}(?:\.\d{1,6}){2,4}(?![\d.])")
_RANGE = re.compile(r"(?<![\d.-])(\d{3,6})\s?[-–—]\s?(\d{3,6})(?![\d.-]|\s\d)")
_LONGEST_RANGE = 100
_SOUND_CHECK = re.compile(r"(?:12(?:3(?:4(?:56?)?)?)?){2,}")
_STEPS = frozenset(sign * step for step in (1, 2, 3, 4, 5, 10, 20, 25, 50, 100) for sign in (1, -1))


class _Ascii(dict[int, str]):
    """Digits of other scripts as those of ASCII, and all else as it is; for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        digit = unicodedata.decimal(chr(code), None)
        found = self[code] = chr(code) if digit is None else str(digit)
        return found


# Arabic has signs of its own for the decimal point and between thousands.
_ASCII = _Ascii({0x66B: ".", 0x66C: ","})


def ordinary_spans(text: str) -> Iterator[tuple[int, int]]:
    """The written dates, times, amounts, decimals, versions, sizes, scores and ranges of a text.

    Digits may be those of any script.
    """
    text = text if text.isascii() else text.translate(_ASCII)
    for match in _ORDINARY.finditer(text):
        yield match.span()
    for match in _VERSION.finditer(text):
        if any(len(part) == 1 for part in match[0].split(".")[1:]):
            yield match.span()
    for match in _RANGE.finditer(text):
        low, high = int(match[1]), int(match[2])
        is_round = low % 50 == high % 50 == 0
        if len(match[1]) == len(match[2]) and low < high and (is_round or high - low <= _LONGEST_RANGE):
            yield match.span()


def is_year(digits: str) -> bool:
    """Whether a written number may be a year."""
    return re.fullmatch(_YEAR, digits) is not None


def is_ordinary(groups: Sequence[Group]) -> bool:
    """Whether numbers said one after another are counting, years or a date."""
    return is_counting(groups) or _ends_in_steps(groups) or _are_years(groups) or _is_date(groups)


def is_counting(groups: Sequence[Group]) -> bool:
    """Counting in ones, twos, tens: equal steps, and not single digits alone; or one two, one two three."""
    if all(group.is_single for group in groups):
        return _SOUND_CHECK.fullmatch("".join(group.digits for group in groups)) is not None
    if len(groups) < 3:
        return False
    steps = {int(right.digits) - int(left.digits) for left, right in pairwise(groups)}
    return len(steps) == 1 and not steps.isdisjoint(_STEPS) and groups[0].digits[0] != "0"


def _ends_in_steps(groups: Sequence[Group]) -> bool:
    """Four, then wait ten, fifteen, twenty: at most two digits before steps of five or ten."""
    if len(groups) < 4 or sum(len(group.digits) for group in groups[:-3]) > 2:
        return False
    first, second, third = (int(group.digits) for group in groups[-3:])
    return first >= 10 and first % 5 == 0 and second - first == third - second and third - second in {5, 10}


def _are_years(groups: Sequence[Group]) -> bool:
    """Nineteen eighty-four, nineteen eighty-five."""
    if len(groups) % 2 or any(len(group.digits) != 2 for group in groups):
        return False
    return all(group.digits in {"17", "18", "19", "20"} for group in groups[::2])


def _is_date(groups: Sequence[Group]) -> bool:
    """Day and month in either order, then a year said in two pairs."""
    if len(groups) != 4 or any(group.written for group in groups):
        return False
    one, other, century, year = (int(group.digits) for group in groups)
    is_day = (1 <= one <= 31 and 1 <= other <= 12) or (1 <= one <= 12 and 1 <= other <= 31)
    return is_day and century in {19, 20} and year >= 10
