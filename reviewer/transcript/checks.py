"""Live checks of a transcript against its conventions, fast enough to run on every key press."""

import difflib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewer.errors import Notice, Parameter
from reviewer.transcript.conventions import TAG_DETAIL, Conventions
from reviewer.transcript.invisible_characters import stray_positions
from reviewer.transcript.tokens import Token, TokenKind, tokenize

_MARKS_INSIDE_WORDS = "'’-"
_OTHER_BRACKETS = "(){}<>"
_SET_OFF_BY = " .,?!"
_PLAIN_SPACE = " "


@dataclass(frozen=True, slots=True)
class TextProblem:
    """What is wrong with ``text[start:end]`` (code points, not UTF-16 units)."""

    start: int
    end: int
    notice: Notice


@dataclass(frozen=True, slots=True)
class _Typed:
    """The input of every check."""

    text: str
    tokens: tuple[Token, ...]
    conventions: Conventions

    def words(self) -> Iterator[Token]:
        return (token for token in self.tokens if token.kind is TokenKind.WORD)


_Check = Callable[[_Typed], Iterator[TextProblem]]


def check_text(text: str, conventions: Conventions) -> tuple[TextProblem, ...]:
    """Everything that breaks the conventions, in the order of the text."""
    typed = _Typed(text, tokenize(text), conventions)
    found = [problem for check in _CHECKS for problem in check(typed)]
    return tuple(sorted(found, key=lambda problem: (problem.start, problem.end)))


def _problem(start: int, end: int, code: str, /, **parameters: Parameter) -> TextProblem:
    return TextProblem(start, end, Notice(code, parameters))


def _brackets(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is TokenKind.BRACKET:
            code = "BRACKET_NOT_CLOSED" if token.text == "[" else "BRACKET_NOT_OPENED"
            yield _problem(token.start, token.end, code)


def _tags(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is TokenKind.TAG and (notice := _tag_notice(token, typed.conventions)):
            yield TextProblem(token.start, token.end, notice)


def _tag_notice(token: Token, conventions: Conventions) -> Notice | None:
    name, detail = token.tag_name, token.tag_detail
    tag = conventions.tag(name)
    if tag is None:
        return _unknown_tag(token, conventions)
    if not tag.takes_detail:
        return Notice("TAG_TAKES_NO_DETAIL", {"tag": name}) if detail is not None else None
    if not detail:
        return Notice("TAG_NEEDS_DETAIL", {"tag": name, "example": tag.example})
    if tag.details and detail not in tag.details:
        return Notice("TAG_DETAIL_UNKNOWN", {"tag": name, "details": ", ".join(tag.details)})
    if not TAG_DETAIL.fullmatch(detail):
        return Notice("TAG_DETAIL_MALFORMED", {"tag": name})
    return None


def _unknown_tag(token: Token, conventions: Conventions) -> Notice:
    names = [tag.name for tag in conventions.tags]
    lower = token.tag_name.lower()
    if lower in names:
        return Notice("TAG_NOT_LOWER_CASE", {"tag": token.text.lower()})
    near = difflib.get_close_matches(lower, names, n=1)
    if near:
        return Notice("TAG_UNKNOWN_NEAR", {"tag": token.text, "near": f"[{near[0]}]"})
    return Notice("TAG_UNKNOWN", {"tag": token.text})


def _tags_stand_alone(typed: _Typed) -> Iterator[TextProblem]:
    for index, token in enumerate(typed.tokens):
        if token.kind is not TokenKind.TAG:
            continue
        before = typed.tokens[index - 1].kind if index else TokenKind.SPACE
        after = typed.text[token.end : token.end + 1]
        if before is not TokenKind.SPACE or (after and not after.isspace() and after not in _SET_OFF_BY):
            yield _problem(token.start, token.end, "TAG_NEEDS_SPACES", tag=token.text)


def _spaces(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is TokenKind.SPACE and token.text != _PLAIN_SPACE:
            code = "SPECIAL_SPACE" if token.text.strip(_PLAIN_SPACE) else "SEVERAL_SPACES"
            yield _problem(token.start, token.end, code)


def _invisible(typed: _Typed) -> Iterator[TextProblem]:
    if typed.text.isascii() and typed.text.isprintable():
        return
    for position in stray_positions(typed.text):
        c = typed.text[position]
        name = unicodedata.name(c, "").lower() or f"U+{ord(c):04X}"
        yield _problem(position, position + 1, "INVISIBLE_CHARACTER", name=name)


def _composed(typed: _Typed) -> Iterator[TextProblem]:
    if unicodedata.is_normalized("NFC", typed.text):
        return
    for token in typed.tokens:
        if not unicodedata.is_normalized("NFC", token.text):
            yield _problem(token.start, token.end, "ACCENT_NOT_COMPOSED")


def _numbers(typed: _Typed) -> Iterator[TextProblem]:
    if not typed.conventions.rules.numbers_in_words:
        return
    for token in typed.words():
        if any(c.isdigit() for c in token.text):
            yield _problem(token.start, token.end, "NUMBER_IN_DIGITS")


def _marks(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.words():
        if token.text.isalnum():
            continue
        if all(c in "-–—" for c in token.text):
            yield _problem(token.start, token.end, "HYPHEN_ALONE")
            continue
        for position, c in enumerate(token.text, start=token.start):
            if notice := _mark_notice(c, typed.conventions):
                yield TextProblem(position, position + 1, notice)


def _mark_notice(c: str, conventions: Conventions) -> Notice | None:
    rules = conventions.rules
    if c in _OTHER_BRACKETS and (rules.punctuation or rules.symbols_in_words):
        return Notice("OTHER_BRACKET")
    kind = unicodedata.category(c)[0]
    if kind == "P" and rules.punctuation and c not in rules.punctuation + _MARKS_INSIDE_WORDS:
        if c in "@#%&*/\\" and rules.symbols_in_words:
            return Notice("SYMBOL_NOT_IN_WORDS", {"symbol": c})
        return Notice("PUNCTUATION_NOT_ALLOWED", {"allowed": " ".join(rules.punctuation)})
    if kind == "S" and rules.symbols_in_words:
        return Notice("SYMBOL_NOT_IN_WORDS", {"symbol": c})
    return None


def _variants(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.words():
        bare = token.text.strip(".,?!").lower()
        if spelling := typed.conventions.variants.get(bare):
            yield _problem(token.start, token.end, "SPELLING_VARIANT", spelling=spelling)


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
