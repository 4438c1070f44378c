"""Words that a project or a person adds to the dictionaries: names, products, terms."""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from reviewer.errors import Refused
from reviewer.untrusted_files import read_untrusted_text

ANY_LOCALE = "und"
LEXICON_FOLDER = "lexicon"
_MOST_CHARACTERS = 60
_LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)


def valid_word(word: str) -> str:
    """The word in NFC, without spaces around it. Raises Refused if it is no single word."""
    normal = unicodedata.normalize("NFC", word).strip()
    if (
        not any(c.isalpha() for c in normal)
        or len(normal) > _MOST_CHARACTERS
        or any(c in "[]#" for c in normal)
    ):
        raise Refused("LEXICON_WORD_MALFORMED", word=normal[:_MOST_CHARACTERS])
    if len(normal.split()) != 1:
        raise Refused("LEXICON_WORD_MALFORMED", word=normal)
    return normal


def parse_words(text: str) -> tuple[str, ...]:
    """The words of a lexicon file: one a line; blank lines and what follows ``#`` do not count.

    Raises: Refused, naming the line.
    """
    words: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        try:
            words.append(valid_word(word))
        except Refused as error:
            raise Refused("LEXICON_LINE_MALFORMED", line=number, word=word[:_MOST_CHARACTERS]) from error
    return tuple(dict.fromkeys(words))


def locales_of(locale: str) -> tuple[str, ...]:
    """The files that apply to a locale, from the general to the special: ``und``, ``de``, ``de-AT``."""
    parts = locale.split("-")
    return (ANY_LOCALE, *("-".join(parts[: count + 1]) for count in range(len(parts)) if locale))


def read_lexicon(folder: Path, locale: str) -> frozenset[str]:
    """The project's words for a locale. Raises Refused."""
    words: set[str] = set()
    for name in dict.fromkeys(locales_of(locale)):
        words |= set(read_words(folder / f"{name}.txt"))
    return frozenset(words)


def read_words(file: Path) -> tuple[str, ...]:
    """The words of one file; none if there is no file. Raises Refused."""
    return parse_words(lexicon_text(file))


def is_locale(name: str) -> bool:
    """Whether a lexicon's file may have this name, without its ending."""
    return _LOCALE.fullmatch(name) is not None


def lexicon_texts(folder: Path, most_bytes: int) -> dict[str, str]:
    """The text of every file of a lexicon by its name; none if there is no folder.

    Raises: Refused for a line that is no word, or (code LEXICON_TOO_LARGE) more than ``most_bytes``.
    """
    files = sorted(file for file in folder.glob("*.txt") if is_locale(file.stem))
    texts = {file.name: lexicon_text(file) for file in files}
    for text in texts.values():
        parse_words(text)
    if sum(len(text.encode()) for text in texts.values()) > most_bytes:
        raise Refused("LEXICON_TOO_LARGE", kib=most_bytes // 1024)
    return texts


def lexicon_text(file: Path) -> str:
    """The text of one file; empty if there is no file. Raises Refused."""
    return read_untrusted_text(file) if os.path.lexists(file) else ""


def with_words(text: str, words: Iterable[str]) -> str:
    """A lexicon file with more words at its end; those that it has are not added again."""
    known = set(parse_words(text))
    added = [word for word in dict.fromkeys(map(valid_word, words)) if word not in known]
    body = text if not text or text.endswith("\n") else text + "\n"
    return body + "".join(f"{word}\n" for word in added)
