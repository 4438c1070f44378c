"""Normalises a verbatim text by a named profile: the text that trainers and scorers read."""

import re
import unicodedata
from collections.abc import Iterator

from reviewer.transcript.conventions import Case, Conventions, Profile
from reviewer.transcript.invisible_characters import without_stray_characters
from reviewer.transcript.tokens import Token, TokenKind, tokenize

_INSIDE_WORDS = "'-"
_INSIDE_NUMBERS = re.compile(r"(?<=\d)[.,:](?=\d)")
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"


def normalise(text_verbatim: str, conventions: Conventions, profile: str = "training") -> str:
    """The text of ``profile``: NFC, one line, single spaces, no tags; normalising twice changes nothing.

    Raises KeyError when the conventions have no such profile.
    """
    rules = conventions.profile(profile)
    text = _cased(clean_text(text_verbatim), rules.case)
    parts: list[str] = []
    for token in tokenize(text):
        if token.kind is TokenKind.TAG:
            parts.append(_tag_word(token, conventions, rules))
        elif token.kind is TokenKind.WORD:
            parts.extend(_words(token.text, conventions, rules))
    # A tag's replacement word must stay the same when it is normalised again.
    return unicodedata.normalize("NFC", " ".join(part for part in parts if part))


def clean_text(text: str) -> str:
    """The text in NFC without invisible characters, except those that spelling needs; white space stays."""
    return unicodedata.normalize("NFC", without_stray_characters(text))


def is_fragment(word: str) -> bool:
    """Whether the speaker cut the word off: ``absolu-``, whatever mark follows."""
    bare = "".join(c for c in word if c.isalnum() or c == "-")
    return bare.endswith("-") and bare != "-" * len(bare)


def _cased(text: str, case: Case) -> str:
    if case is Case.KEEP:
        return text
    # The case of tag names does not matter: they are looked up in lower case.
    changed = text.lower() if case is Case.LOWER else text.upper()
    return unicodedata.normalize("NFC", changed)


def _tag_word(token: Token, conventions: Conventions, rules: Profile) -> str:
    tag = conventions.tag(token.tag_name.lower())
    word = rules.tags.get(tag.tag_class, "") if tag else ""
    return _cased(word, rules.case)


def _words(typed: str, conventions: Conventions, rules: Profile) -> Iterator[str]:
    for piece in _split(typed.replace(_APOSTROPHE, "'"), rules.punctuation):
        bare = piece.rstrip(rules.punctuation) if rules.punctuation else piece
        if not any(c.isalnum() or unicodedata.category(c)[0] in "SM" for c in bare):
            continue
        if is_fragment(piece) and not rules.keep_fragments:
            continue
        if bare.lower() in conventions.hesitations and not rules.keep_hesitations:
            continue
        yield piece


def _split(word: str, kept: str) -> Iterator[str]:
    """Splits a typed word at punctuation inside it, keeping at most one mark of ``kept`` after each piece."""
    inside = {match.start() for match in _INSIDE_NUMBERS.finditer(word)}
    piece, after = "", ""
    for place, c in enumerate(word):
        is_mark = unicodedata.category(c)[0] == "P" and c not in _INSIDE_WORDS and place not in inside
        if not is_mark:
            if after:
                yield _trimmed(piece) + after.strip()
                piece, after = "", ""
            piece += c
        elif not after.strip():
            after = c if c in kept else " "
    yield _trimmed(piece) + after.strip()


def _trimmed(piece: str) -> str:
    """Strips quotes and hyphens from both ends, but keeps the hyphen that marks a fragment."""
    core = piece.strip(_INSIDE_WORDS)
    return core + "-" if core and piece.rstrip("'").endswith("-") else core
