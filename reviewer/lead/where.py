"""The filter of an export: a small language over what is known of a clip and its labels, never over its text.

Grammar: ``or``, ``and``, ``not``, parentheses; ``locale product recorded`` (text; recorded is YYYY-MM-DD),
``duration rate_hz channels words`` (numbers), ``flag("...")``, ``label("...")``; ``= != < <= > >=`` and
``in (..., ...)``. Example: ``locale = "en-US" and not flag("distressing") and duration > 1.5``.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from reviewer.errors import Refused
from reviewer.labels.schema import Field, FieldKind, Schema
from reviewer.model.annotation import Annotation, Flag, LabelValue
from reviewer.model.clip import Clip

_TOKEN = re.compile(r'\s*(?:("[^"\n]*")|(\d+(?:\.\d+)?)|([A-Za-z_]+)|(!=|<=|>=|==|[=<>(),]))')
_LONGEST, _DEEPEST = 2000, 40
_YES_NO = {"true": True, "false": False}
_EXAMPLE = 'For example: locale = "en-US" and not flag("distressing") and duration > 1.5'

Literal = str | float | bool
Predicate = Callable[["Facts"], bool]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a filter may look at; ``words`` counts the words of the derived text."""

    clip: Clip
    annotation: Annotation
    words: int


_Value = Callable[[Facts], LabelValue | float | None]
_TEXTS: dict[str, _Value] = {
    "locale": lambda facts: facts.clip.locale,
    "product": lambda facts: facts.clip.product,
    "recorded": lambda facts: facts.clip.recorded_at.date().isoformat(),
}
_NUMBERS: dict[str, _Value] = {
    "duration": lambda facts: facts.clip.duration_seconds,
    "rate_hz": lambda facts: facts.clip.rate_hz,
    "channels": lambda facts: facts.clip.channels,
    "words": lambda facts: facts.words,
}
_ORDERS: dict[str, Callable[[float | str, float | str], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def parse_where(text: str, schema: Schema) -> Predicate:
    """The test that a filter asks for; raises Refused with the place of whatever is not understood."""
    if len(text) > _LONGEST:
        raise Refused(f"The filter is longer than {_LONGEST} characters.", _EXAMPLE)
    parser = _Parser(text, schema)
    predicate = parser.either(0)
    if parser.token:
        parser.refuse(f"{parser.token} was not expected")
    return predicate


@dataclass(frozen=True, slots=True)
class _Subject:
    """What stands on the left of a comparison, and how it may be compared."""

    value: _Value
    kind: type
    is_ordered: bool
    allowed: frozenset[str] = frozenset()


class _Parser:
    def __init__(self, text: str, schema: Schema) -> None:
        self._text = text.rstrip()
        self._schema = schema
        self._end = 0
        self._start = 0
        self.token = ""
        self._next()

    def refuse(self, what: str) -> NoReturn:
        raise Refused(f"The filter is not understood at character {self._start + 1}: {what}.", _EXAMPLE)

    def either(self, depth: int) -> Predicate:
        parts = [self._all(depth)]
        while self._takes("or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else lambda facts: any(part(facts) for part in parts)

    def _all(self, depth: int) -> Predicate:
        parts = [self._not(depth)]
        while self._takes("and"):
            parts.append(self._not(depth))
        return parts[0] if len(parts) == 1 else lambda facts: all(part(facts) for part in parts)

    def _not(self, depth: int) -> Predicate:
        if depth > _DEEPEST:
            self.refuse("too many brackets or nots in each other")
        if self._takes("not"):
            inner = self._not(depth + 1)
            return lambda facts: not inner(facts)
        if self._takes("("):
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        return self._flag() if self._takes("flag") else self._comparison()

    def _flag(self) -> Predicate:
        name = self._named("flag", tuple(Flag))
        flag = Flag(name)
        return lambda facts: flag in facts.annotation.flags

    def _comparison(self) -> Predicate:
        subject = self._subject()
        value, sign = subject.value, self.token
        if self._takes("in"):
            self._expect("(")
            wanted = [self._literal(subject)]
            while self._takes(","):
                wanted.append(self._literal(subject))
            self._expect(")")
            return lambda facts: any(_equals(value(facts), one) for one in wanted)
        if sign in _ORDERS and subject.is_ordered:
            self._next()
            return _ordered(value, _ORDERS[sign], self._literal(subject))
        if sign not in ("=", "==", "!="):
            self.refuse(f"a comparison such as = is needed, not {sign or 'the end'}")
        self._next()
        literal = self._literal(subject)
        return lambda facts: _equals(value(facts), literal) is (sign != "!=")

    def _subject(self) -> _Subject:
        name = self.token
        if self._takes("label"):
            fields = {field.key: field for field in self._schema.fields}
            return _label(fields[self._named("label", tuple(fields))])
        if name not in _TEXTS | _NUMBERS:
            known = ", ".join((*_TEXTS, *_NUMBERS, "flag", "label"))
            self.refuse(f"{name or 'the end'} is no field; there are {known}")
        self._next()
        if name in _NUMBERS:
            return _Subject(_NUMBERS[name], float, is_ordered=True)
        return _Subject(_TEXTS[name], str, is_ordered=name == "recorded")

    def _named(self, what: str, known: tuple[str, ...]) -> str:
        self._expect("(")
        name = self.token.strip('"')
        if not self.token.startswith('"') or name not in known:
            self.refuse(f"{what}(...) takes one of " + ", ".join(f'"{one}"' for one in known))
        self._next()
        self._expect(")")
        return name

    def _literal(self, subject: _Subject) -> Literal:
        token = self.token
        found: Literal
        if token.startswith('"'):
            found = token[1:-1]
        elif token[:1].isdigit():
            found = float(token)
        elif token in _YES_NO:
            found = _YES_NO[token]
        else:
            self.refuse(f"a value is needed, not {token or 'the end'}")
        if type(found) is not subject.kind:
            names = {str: "a text in quotes", float: "a number", bool: "true or false"}
            self.refuse(f"{names[subject.kind]} is needed, not {token}")
        if subject.allowed and found not in subject.allowed:
            self.refuse(f"this label is never {token}; it is one of {', '.join(sorted(subject.allowed))}")
        self._next()
        return found

    def _takes(self, token: str) -> bool:
        if self.token != token:
            return False
        self._next()
        return True

    def _expect(self, token: str) -> None:
        if not self._takes(token):
            self.refuse(f"{token} is needed, not {self.token or 'the end'}")

    def _next(self) -> None:
        self._start = self._end
        if self._end == len(self._text):
            self.token = ""
            return
        match = _TOKEN.match(self._text, self._end)
        if not match:
            self.refuse(f"{self._text[self._end :].strip()[:10]} is not known here")
        self._start, self._end = match.start(match.lastindex or 0), match.end()
        self.token = match.group(match.lastindex or 0)


def _label(field: Field) -> _Subject:
    def value(facts: Facts) -> LabelValue | None:
        return facts.annotation.labels.get(field.key)

    kinds = {FieldKind.SCALE: float, FieldKind.YES_NO: bool}
    allowed = frozenset(choice.value for choice in field.choices)
    return _Subject(value, kinds.get(field.kind, str), field.kind is FieldKind.SCALE, allowed)


def _equals(value: LabelValue | float | None, literal: Literal) -> bool:
    """Whether an answer is the literal; a list is if it includes it, no answer never is."""
    if isinstance(value, tuple):
        return literal in value
    if isinstance(value, bool) is not isinstance(literal, bool):
        return False
    return value == literal


def _ordered(value: _Value, order: Callable[[float | str, float | str], bool], literal: Literal) -> Predicate:
    def holds(facts: Facts) -> bool:
        found = value(facts)
        return found is not None and not isinstance(found, tuple) and order(found, literal)

    return holds
