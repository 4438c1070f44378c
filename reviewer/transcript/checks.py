"""Live checks of a transcript against its conventions: fast enough for every key press."""

import difflib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewer.transcript.conventions import TAG_DETAIL, Conventions
from reviewer.transcript.invisible import stray_places
from reviewer.transcript.tokens import Token, TokenKind, tokenize

_MARKS_INSIDE_WORDS = "'’-"
_OTHER_BRACKETS = "(){}<>"
_SET_OFF_BY = " .,?!"
_HARMLESS_SPACE = " "


@dataclass(frozen=True, slots=True)
class TextProblem:
    """What is wrong with ``text[start:end]`` (code points, not UTF-16 units), in one sentence."""

    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True)
class _Typed:
    """What every check looks at."""

    text: str
    tokens: tuple[Token, ...]
    conventions: Conventions

    def words(self) -> Iterator[Token]:
        return (token for token in self.tokens if token.kind is TokenKind.WORD)


_Check = Callable[[_Typed], Iterator[TextProblem]]


def problems(text: str, conventions: Conventions) -> tuple[TextProblem, ...]:
    """Everything that does not keep to the conventions, in the order of the text."""
    typed = _Typed(text, tokenize(text), conventions)
    found = [problem for check in _CHECKS for problem in check(typed)]
    return tuple(sorted(found, key=lambda problem: (problem.start, problem.end)))


def _brackets(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is TokenKind.BRACKET:
            missing = "closed" if token.text == "[" else "opened"
            sentence = f"This bracket is never {missing}; a tag is one word, such as [noise]."
            yield TextProblem(token.start, token.end, sentence)


def _tags(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is TokenKind.TAG and (sentence := _tag_sentence(token, typed.conventions)):
            yield TextProblem(token.start, token.end, sentence)


def _tag_sentence(token: Token, conventions: Conventions) -> str:
    name, detail = token.tag_name, token.tag_detail
    tag = conventions.tag(name)
    if tag is None:
        return _unknown_tag(token, conventions)
    if not tag.takes_detail:
        return f"[{name}] takes nothing after a colon." if detail is not None else ""
    if not detail:
        return f"[{name}] needs to say which, for example {tag.example}."
    if tag.details and detail not in tag.details:
        return f"[{name}:...] knows {', '.join(tag.details)}."
    if not TAG_DETAIL.fullmatch(detail):
        return f"What follows the colon in [{name}:...] is lower case a-z, with hyphens inside."
    return ""


def _unknown_tag(token: Token, conventions: Conventions) -> str:
    names = [tag.name for tag in conventions.tags]
    lower = token.tag_name.lower()
    if lower in names:
        return f"Tags are lower case: {token.text.lower()}."
    near = difflib.get_close_matches(lower, names, n=1)
    if near:
        return f"{token.text} is not a tag here; did you mean [{near[0]}]?"
    return f"{token.text} is not a tag here; the palette lists them all."


def _tags_stand_alone(typed: _Typed) -> Iterator[TextProblem]:
    for place, token in enumerate(typed.tokens):
        if token.kind is not TokenKind.TAG:
            continue
        before = typed.tokens[place - 1].kind if place else TokenKind.SPACE
        after = typed.text[token.end : token.end + 1]
        if before is not TokenKind.SPACE or (after and not after.isspace() and after not in _SET_OFF_BY):
            yield TextProblem(token.start, token.end, f"Put a space on each side of {token.text}.")


def _spaces(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is not TokenKind.SPACE or token.text == _HARMLESS_SPACE:
            continue
        if token.text.strip(_HARMLESS_SPACE):
            sentence = "Use plain single spaces: no tabs, line breaks or special spaces."
        else:
            sentence = "Use one space between words."
        yield TextProblem(token.start, token.end, sentence)


def _invisible(typed: _Typed) -> Iterator[TextProblem]:
    if typed.text.isascii() and typed.text.isprintable():
        return
    for place in stray_places(typed.text):
        c = typed.text[place]
        name = unicodedata.name(c, "").lower() or f"U+{ord(c):04X}"
        yield TextProblem(place, place + 1, f"An invisible character is here ({name}); delete it.")


def _composed(typed: _Typed) -> Iterator[TextProblem]:
    if unicodedata.is_normalized("NFC", typed.text):
        return
    for token in typed.tokens:
        if not unicodedata.is_normalized("NFC", token.text):
            sentence = "A letter and its accent are stored apart here; type the word again."
            yield TextProblem(token.start, token.end, sentence)


def _numbers(typed: _Typed) -> Iterator[TextProblem]:
    if not typed.conventions.rules.numbers_in_words:
        return
    for token in typed.words():
        if any(c.isdigit() for c in token.text):
            yield TextProblem(token.start, token.end, "Write numbers in words, as they were said.")


def _marks(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.words():
        if token.text.isalnum():
            continue
        if all(c in "-–—" for c in token.text):
            yield TextProblem(token.start, token.end, "A hyphen only joins words or ends a cut-off word.")
            continue
        for place, c in enumerate(token.text, start=token.start):
            if sentence := _mark_sentence(c, typed.conventions):
                yield TextProblem(place, place + 1, sentence)


def _mark_sentence(c: str, conventions: Conventions) -> str:
    rules = conventions.rules
    if c in _OTHER_BRACKETS and (rules.punctuation or rules.symbols_in_words):
        return "Tags and remarks are written in square brackets, from the palette."
    kind = unicodedata.category(c)[0]
    if kind == "P" and rules.punctuation and c not in rules.punctuation + _MARKS_INSIDE_WORDS:
        if c in "@#%&*/\\" and rules.symbols_in_words:
            return f"Write {c} as it was said, in words."
        return f"Only these marks are used here: {' '.join(rules.punctuation)}"
    if kind == "S" and rules.symbols_in_words:
        return f"Write {c} as it was said, in words."
    return ""


def _variants(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.words():
        bare = token.text.strip(".,?!").lower()
        if bare in typed.conventions.variants:
            sentence = f"Write {typed.conventions.variants[bare]} for this."
            yield TextProblem(token.start, token.end, sentence)


_CHECKS: tuple[_Check, ...] = (
    _brackets,
    _tags,
    _tags_stand_alone,
    _spaces,
    _invisible,
    _composed,
    _numbers,
    _marks,
    _variants,
)
