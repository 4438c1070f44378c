"""Live checks of a transcript against its conventions, fast enough to run on every key press."""

import difflib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewer.errors import Notice, Parameter
from reviewer.transcript.conventions import TAG_DETAIL, Conventions
from reviewer.transcript.invisible_characters import stray_positions
from reviewer.transcript.tokens import Token, TokenKind, tokenize
from reviewer.transcript.words import emoji, is_spoken_sign, letters_of_other_scripts, lower_case, segments

_MARKS_OF_WORDS = "'’‘-‐‑"
_OTHER_BRACKETS = "(){}<>"
_SET_OFF_BY = " .,?!"
_PLAIN_SPACE = " "


@dataclass(frozen=True, slots=True)
class TextProblem:
    """What is wrong with ``text[start:end]`` (code points, not UTF-16 units).

    ``replacement`` puts it right, where one correction is obvious. A problem that blocks must be mended
    before the text is handed in; any other is asked about once.
    """

    start: int
    end: int
    notice: Notice
    replacement: str | None = None
    blocks: bool = True


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


def _problem(
    start: int, end: int, code: str, replacement: str | None = None, /, **parameters: Parameter
) -> TextProblem:
    return TextProblem(start, end, Notice(code, parameters), replacement)


def _warning(
    start: int, end: int, code: str, replacement: str | None = None, /, **parameters: Parameter
) -> TextProblem:
    return TextProblem(start, end, Notice(code, parameters), replacement, blocks=False)


def _brackets(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is TokenKind.BRACKET:
            code = "BRACKET_NOT_CLOSED" if token.text == "[" else "BRACKET_NOT_OPENED"
            yield _problem(token.start, token.end, code)


def _tags(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is TokenKind.TAG and (notice := _tag_notice(token, typed.conventions)):
            tag = notice.parameters.get("near" if notice.code == "TAG_UNKNOWN_NEAR" else "tag")
            is_known = notice.code in {"TAG_UNKNOWN_NEAR", "TAG_NOT_LOWER_CASE"}
            yield TextProblem(token.start, token.end, notice, str(tag) if is_known else None)


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
            fix = _set_off(typed.text, token.start, token.end, token.text)
            yield _problem(token.start, token.end, "TAG_NEEDS_SPACES", fix, tag=token.text)


def _spaces(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.tokens:
        if token.kind is TokenKind.SPACE and token.text != _PLAIN_SPACE:
            code = "SPECIAL_SPACE" if token.text.strip(_PLAIN_SPACE) else "SEVERAL_SPACES"
            yield _warning(token.start, token.end, code, _PLAIN_SPACE)


def _invisible(typed: _Typed) -> Iterator[TextProblem]:
    if typed.text.isascii() and typed.text.isprintable():
        return
    in_emoji = _positions_in_emoji(typed.text)
    for position in stray_positions(typed.text):
        if position in in_emoji:
            continue
        c = typed.text[position]
        name = unicodedata.name(c, "").lower() or f"U+{ord(c):04X}"
        yield _warning(position, position + 1, "INVISIBLE_CHARACTER", "", name=name)


def _numbers(typed: _Typed) -> Iterator[TextProblem]:
    if not typed.conventions.rules.numbers_in_words:
        return
    for token in typed.words():
        if any(c.isdigit() for c in token.text):
            yield _problem(token.start, token.end, "NUMBER_IN_DIGITS")


def _positions_in_emoji(text: str) -> frozenset[int]:
    return frozenset(position for start, end in emoji(text) for position in range(start, end))


def _emoji(typed: _Typed) -> Iterator[TextProblem]:
    found = _problem if typed.conventions.rules.symbols_in_words else _warning
    for start, end in emoji(typed.text):
        yield found(start, end, "EMOJI", "", emoji=typed.text[start:end])


def _marks(typed: _Typed) -> Iterator[TextProblem]:
    in_emoji = _positions_in_emoji(typed.text)
    for token in typed.words():
        if token.text.isalnum():
            continue
        if all(c in "-–—" for c in token.text):
            yield _problem(token.start, token.end, "HYPHEN_ALONE", "")
            continue
        start = token.start
        for segment in segments(token.text):
            # A mark between two letters, such as the one in intel·ligent, stands in their segment: spelling.
            if not any(c.isalnum() for c in segment):
                for position in range(start, start + len(segment)):
                    if position not in in_emoji:
                        yield from _mark(position, typed)
            start += len(segment)


def _mark(position: int, typed: _Typed) -> Iterator[TextProblem]:
    c, rules = typed.text[position], typed.conventions.rules
    is_other_mark = unicodedata.category(c)[0] == "P" and c not in rules.punctuation + _MARKS_OF_WORDS
    if c in _OTHER_BRACKETS and (rules.punctuation or rules.symbols_in_words):
        yield _problem(position, position + 1, "OTHER_BRACKET")
    elif is_spoken_sign(c) or c in "*/\\":
        # A sign that is said is always a problem; where no rule forbids it, one that is asked about once.
        if rules.symbols_in_words or is_spoken_sign(c):
            word = typed.conventions.signs.get(c)
            fix = _set_off(typed.text, position, position + 1, word) if word else None
            found = _problem if rules.symbols_in_words else _warning
            yield found(position, position + 1, "SYMBOL_NOT_IN_WORDS", fix, symbol=c)
    elif is_other_mark and rules.punctuation:
        allowed = " ".join(rules.punctuation)
        yield _problem(position, position + 1, "PUNCTUATION_NOT_ALLOWED", "", allowed=allowed)


def _set_off(text: str, start: int, end: int, word: str) -> str:
    """The word that replaces ``text[start:end]``, with spaces where it would touch its neighbours."""
    before = "" if not text[:start] or text[start - 1].isspace() else " "
    after = "" if not text[end:] or text[end].isspace() or text[end] in _SET_OFF_BY else " "
    return f"{before}{word}{after}"


def _scripts(typed: _Typed) -> Iterator[TextProblem]:
    if not typed.conventions.rules.scripts:
        return
    for token in typed.words():
        for start, end in letters_of_other_scripts(token.text, typed.conventions.rules.scripts):
            scripts = ", ".join(typed.conventions.rules.scripts)
            yield _warning(token.start + start, token.start + end, "OTHER_SCRIPT", scripts=scripts)


def _variants(typed: _Typed) -> Iterator[TextProblem]:
    for token in typed.words():
        bare = token.text.strip(".,?!")
        lower = lower_case(bare, typed.conventions.clip_locale)
        if spelling := typed.conventions.variants.get(lower):
            shown = spelling if bare == lower else spelling[:1].upper() + spelling[1:]
            start = token.start + token.text.index(bare)
            yield _problem(start, start + len(bare), "SPELLING_VARIANT", shown, spelling=spelling)


_CHECKS: tuple[_Check, ...] = (
    _brackets,
    _tags,
    _tags_stand_alone,
    _spaces,
    _invisible,
    _numbers,
    _emoji,
    _marks,
    _scripts,
    _variants,
)
