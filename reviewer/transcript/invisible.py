"""Invisible characters: which belong to the spelling of a word, and which slipped in."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import takewhile

# Format characters (joiners, direction marks, soft hyphen, BOM), controls, surrogates, private or unassigned.
_CATEGORIES = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_VIRAMA = 9  # canonical combining class, Unicode Standard 4.3
# Scripts whose letters join, by their Unicode blocks: a joiner between two of their letters is spelling
# (Unicode Standard 23.2). Persian and Urdu keep a suffix apart, Indic scripts choose the form of a conjunct.
_JOINING = {
    "arabic": re.compile("[\u0600-\u077f\u07c0-\u07ff\u0840-\u08ff\ufb50-\ufdff\ufe70-\ufefc]"),
    "indic": re.compile("[\u0900-\u0dff\ua8e0-\ua8ff]"),
}


def stray_places(text: str) -> Iterator[int]:
    """Where invisible characters stand that are no part of a word's spelling.

    U+200C and U+200D belong between two letters, or their marks, of scripts that join alike, one at a time;
    and after a virama, for an older spelling of Malayalam ends words with one (RFC 5892, appendix A).
    """
    for place, c in enumerate(text):
        if c.isascii() and c.isprintable():
            continue
        if not c.isspace() and unicodedata.category(c) in _CATEGORIES and not _is_spelling(text, place):
            yield place


def without_strays(text: str) -> str:
    """The text without the characters of ``stray_places``; what is left has none."""
    if text.isascii() and text.isprintable():
        return text
    # Others than joiners go first: they do not come between a joiner and its letters.
    joined = "".join(c for c in text if c in _JOINERS or c.isspace() or _is_visible(c))
    strays = set(stray_places(joined))
    return "".join(c for place, c in enumerate(joined) if place not in strays)


def _is_visible(c: str) -> bool:
    return unicodedata.category(c) not in _CATEGORIES


def _is_spelling(text: str, place: int) -> bool:
    """Looks at whole runs of marks, whose order says nothing: normalising changes it."""
    if text[place] not in _JOINERS:
        return False
    marks = list(takewhile(_is_mark, reversed(text[:place])))
    script = _script(text[place - len(marks) - 1 : place - len(marks)])
    if not script or any(unicodedata.combining(mark) == _VIRAMA for mark in marks):
        return bool(script)
    following = text[place:].lstrip(_JOINERS)
    marks = list(takewhile(_is_mark, following))
    return script in {_script(c) for c in marks or following[:1]}


def _is_mark(c: str) -> bool:
    return unicodedata.category(c)[0] == "M"


def _script(c: str) -> str:
    """How a letter or mark joins; empty for one that does not, and for everything else."""
    if not c or unicodedata.category(c)[0] not in "LM":
        return ""
    return next((name for name, block in _JOINING.items() if block.match(c)), "")
