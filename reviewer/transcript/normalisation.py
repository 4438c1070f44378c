"""Normalises a verbatim text by a named profile: the text that trainers and scorers read."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from reviewer.transcript.conventions import Case, Conventions, Profile, Tag
from reviewer.transcript.invisible_characters import without_stray_characters
from reviewer.transcript.tokens import Token, TokenKind, tokenize
from reviewer.transcript.words import is_spoken_sign, lower_case, segments, upper_case

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'"})
_HYPHENS = str.maketrans({"‐": "-", "‑": "-"})
_TATWEEL = "\N{ARABIC TATWEEL}"
# Halfwidth and fullwidth forms of letters, digits and signs that are read out; Latin ligatures; Arabic
# letters by their place in a word. Two people type the same word with either.
_FORMS = (
    *"＃＄％＆＋＠", *map(chr, range(0xFF10, 0xFF1A)), *map(chr, range(0xFF21, 0xFF3B)),
    *map(chr, range(0xFF41, 0xFF5B)), *map(chr, range(0xFF66, 0xFFA0)), *map(chr, range(0xFB00, 0xFB07)),
    *map(chr, range(0xFB50, 0xFBB2)), *map(chr, range(0xFE80, 0xFEFD)),
)  # fmt: skip
_PLAIN_FORMS = str.maketrans(
    {form: unicodedata.normalize("NFKC", form) for form in _FORMS} | {_TATWEEL: None}
)
_PLAIN_SIGNS = _APOSTROPHES | _HYPHENS | _PLAIN_FORMS
_USUAL_MARKS = frozenset(".,?!")
# An apostrophe before a word or after one; which of them are quotation marks, only the whole text tells.
_EDGE = re.compile(r"(?P<before>(?<!\w)'(?=\w))|(?P<after>(?<=[\w.,?!…-])'(?!\w))")
TagWord = Callable[[Token, Tag | None], str]
"""The word in place of a tag, which the conventions may not know; empty if there is none."""
_EDGES = re.compile(r"(?P<before>['-]*)(?P<core>.*?)(?P<after>['-]*)")


def normalise(text_verbatim: str, conventions: Conventions, profile: str = "training") -> str:
    """The text of ``profile``: NFC, one line, single spaces, no tags; normalising twice changes nothing.

    Words are those of UAX 29 joined by hyphens, so that a mark inside a word never makes two of it; signs
    that are read aloud stay; letters change case by the rules of the clip's language. What only stretches or
    shapes a letter (tatweel, full width, ligatures) is no difference.

    Raises KeyError when the conventions have no such profile.
    """
    rules = conventions.profile(profile)

    def tag_word(_token: Token, tag: Tag | None) -> str:
        return _cased(rules.tags.get(tag.tag_class, "") if tag else "", rules.case, conventions)

    return normalise_by(text_verbatim, conventions, rules, tag_word)


def normalise_by(text_verbatim: str, conventions: Conventions, rules: Profile, tag_word: TagWord) -> str:
    """The text of a profile with other words in place of tags, as they are."""
    text = clean_text(text_verbatim).translate(_PLAIN_SIGNS)
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    text = _cased(_without_single_quotes(text, conventions), rules.case, conventions)
    if text.isascii() and text.isprintable() and "[" not in text and "]" not in text:
        if text.replace(" ", "").isalnum() and _takes_all(text, conventions, rules):
            return " ".join(text.split())
        return " ".join(piece for word in text.split() for piece in _words(word, conventions, rules))
    parts: list[str] = []
    for token in tokenize(text):
        if token.kind is TokenKind.TAG:
            parts.append(tag_word(token, conventions.tag(token.tag_name.lower())))
        elif token.kind is TokenKind.WORD:
            parts.extend(_words(token.text, conventions, rules))
    # A tag's replacement word must stay the same when it is normalised again.
    return unicodedata.normalize("NFC", " ".join(part for part in parts if part))


def clean_text(text: str) -> str:
    """The text in NFC without invisible characters, except those that spelling needs; white space stays."""
    return unicodedata.normalize("NFC", without_stray_characters(text))


def stored_text(text: str) -> str:
    """A text as it is stored: in NFC, whatever form a keyboard, a recogniser or another program gave it."""
    return unicodedata.normalize("NFC", text)


def is_fragment(word: str) -> bool:
    """Whether the speaker cut the word off: ``absolu-``, whatever mark follows."""
    bare = "".join(c for c in word if c.isalnum() or c == "-")
    return bare.endswith("-") and bare != "-" * len(bare)


def is_hesitation(word: str, conventions: Conventions, rules: Profile) -> bool:
    """Whether a word is a filled pause of the conventions' list, whatever mark of the profile follows."""
    bare = word.rstrip(rules.punctuation) if rules.punctuation else word
    return lower_case(bare, conventions.clip_locale) in conventions.hesitations


def _cased(text: str, case: Case, conventions: Conventions) -> str:
    # The case of tag names does not matter: they are looked up in lower case.
    if case is Case.LOWER:
        return lower_case(text, conventions.clip_locale)
    return upper_case(text, conventions.clip_locale) if case is Case.UPPER else text


def _without_single_quotes(text: str, conventions: Conventions) -> str:
    """Drops apostrophes in pairs around words; one alone is spelling: ``'s avonds``, ``dogs'``."""
    if "'" not in text:
        return text
    opened: list[int] = []
    quotes: set[int] = set()
    for match in _edges(text, conventions):
        if match["before"]:
            opened.append(match.start())
        elif opened:
            quotes |= {opened.pop(), match.start()}
    return "".join(c for position, c in enumerate(text) if position not in quotes)


def _edges(text: str, conventions: Conventions) -> Iterator["re.Match[str]"]:
    """Apostrophes at the ends of words that could be quotation marks."""
    for match in _EDGE.finditer(text):
        around = re.search(r"\S*$", text[: match.start()]), re.match(r"\S*", text[match.start() :])
        word = "".join(part[0] for part in around if part)
        if lower_case(word.rstrip(".,?!"), conventions.clip_locale) not in conventions.elisions:
            yield match


def _takes_all(text: str, conventions: Conventions, rules: Profile) -> bool:
    """Whether every word of a text of ASCII letters, digits and spaces is kept as it is."""
    if any(mark.isalnum() for mark in rules.punctuation):
        return False
    return rules.keep_hesitations or conventions.hesitations.isdisjoint(
        lower_case(text, conventions.clip_locale).split()
    )


def _words(typed: str, conventions: Conventions, rules: Profile) -> Iterator[str]:
    if typed.isalnum() and (rules.keep_hesitations or not conventions.hesitations):
        if not rules.punctuation or typed.rstrip(rules.punctuation):
            yield typed
        return
    for piece in (typed,) if typed.isalnum() else _split(typed, rules.punctuation):
        bare = piece.rstrip(rules.punctuation) if rules.punctuation else piece
        if not any(c.isalnum() or is_spoken_sign(c) or unicodedata.category(c)[0] == "M" for c in bare):
            continue
        if is_fragment(piece) and not rules.keep_fragments:
            continue
        if is_hesitation(piece, conventions, rules) and not rules.keep_hesitations:
            continue
        yield piece


def _split(typed: str, kept: str) -> Iterator[str]:
    """Splits what is typed without a space at punctuation; of ``kept`` one mark stays after a word."""
    word, mark = typed[:-1], typed[-1:]
    if word.isalnum() and word.isascii() and mark in _USUAL_MARKS:
        yield word + (mark if mark in kept else "")
        return
    piece, after = "", ""
    for segment in segments(typed):
        if not _is_punctuation(segment):
            if after:
                yield _trimmed(piece) + after.strip()
                piece, after = "", ""
            piece += segment
        elif not after.strip():
            after = segment if segment in kept else " "
    yield _trimmed(piece) + after.strip()


def _is_punctuation(segment: str) -> bool:
    return all(unicodedata.category(c)[0] == "P" and c not in "'-" and not is_spoken_sign(c) for c in segment)


def _trimmed(piece: str) -> str:
    """Strips hyphens from both ends; an apostrophe that touches the word stays, and a fragment's hyphen."""
    edges = _EDGES.fullmatch(piece)
    if edges is None or not edges["core"]:
        return ""
    before = "'" if edges["before"].endswith("'") else ""
    after = edges["after"]
    return before + edges["core"] + ("'" if after.startswith("'") else "") + ("-" if "-" in after else "")
