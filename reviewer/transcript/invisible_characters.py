"""Invisible characters: which ones a word is spelled with, and which ones are stray."""

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


def stray_positions(text: str) -> Iterator[int]:
    """The positions of invisible characters that are not part of a word's spelling.

    A single U+200C or U+200D belongs between two letters (or their marks) of scripts that join in the same
    way, and after a virama, because an older spelling of Malayalam ends words with one (RFC 5892,
    appendix A).
    """
    for position, c in enumerate(text):
        if c.isascii() and c.isprintable():
            continue
        if not c.isspace() and unicodedata.category(c) in _CATEGORIES and not _is_spelling(text, position):
            yield position


def without_stray_characters(text: str) -> str:
    """The text without the characters at ``stray_positions``; the result has none."""
    if text.isascii() and text.isprintable():
        return text
    # Everything but joiners goes first, so that nothing stands between a joiner and its letters.
    joined = "".join(c for c in text if c in _JOINERS or c.isspace() or _is_visible(c))
    strays = set(stray_positions(joined))
    return "".join(c for position, c in enumerate(joined) if position not in strays)


def _is_visible(c: str) -> bool:
    return unicodedata.category(c) not in _CATEGORIES


def _is_spelling(text: str, position: int) -> bool:
    """Looks at whole runs of marks, because normalising changes their order."""
    if text[position] not in _JOINERS:
        return False
    marks = list(takewhile(_is_mark, reversed(text[:position])))
    script = _script(text[position - len(marks) - 1 : position - len(marks)])
    if not script or any(unicodedata.combining(mark) == _VIRAMA for mark in marks):
        return bool(script)
    following = text[position:].lstrip(_JOINERS)
    marks = list(takewhile(_is_mark, following))
    return script in {_script(c) for c in marks or following[:1]}


def _is_mark(c: str) -> bool:
    return unicodedata.category(c)[0] == "M"


def _script(c: str) -> str:
    """How a letter or mark joins; empty if it does not join, or is neither."""
    if not c or unicodedata.category(c)[0] not in "LM":
        return ""
    return next((name for name, block in _JOINING.items() if block.match(c)), "")
