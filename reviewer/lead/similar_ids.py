"""Ids that are the same but for what programs on their way change: zeros, letter case, dashes, quotes."""

import re
import unicodedata

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
_NUMBER = re.compile(r"0*(\d+)(?:[.,]0+)?", re.ASCII)
_MARKS_AROUND = "='\"‘’“”„`"
_FILE_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
_LONGEST_NUMBER = 16


def similar_ids(source_id: str) -> frozenset[str]:
    """What an id may have been before a spreadsheet, a mail or a person changed it; without itself.

    Numbers lose zeros at their beginning, or get ``.0`` where a column has empty cells.
    """
    seen = "".join(char for char in source_id if unicodedata.category(char) != "Cf")
    plain = unicodedata.normalize("NFKC", seen).translate(_DASHES).strip().strip(_MARKS_AROUND)
    forms = {
        form for each in (plain, _FILE_ENDING.sub("", plain)) for form in (each, each.lower(), each.upper())
    }
    return frozenset(forms | numbers_alike(plain)) - {source_id, ""}


def numbers_alike(source_id: str) -> frozenset[str]:
    """The number in an id with fewer or more zeros before it, and ``.0`` behind it; empty for another id."""
    number = _NUMBER.fullmatch(source_id)
    if number is None:
        return frozenset()
    digits = number[1]
    widths = range(len(digits), max(_LONGEST_NUMBER, len(digits)) + 1)
    return frozenset({digits.zfill(width) for width in widths} | {f"{digits}.0"}) - {source_id}
