"""Export filters: a small expression language over a clip's facts, labels and flags, never over its text.

Grammar: ``or``, ``and``, ``not``, parentheses; ``locale product recorded`` (text; recorded is a
day as YYYY-MM-DD in UTC), ``duration rate_hz channels words`` (numbers), ``flag("...")``, ``label("...")``;
``= != < <= > >=`` and ``in (..., ...)``. Example:
``locale = "en-US" and not flag("distressing") and duration > 1.5``. The list of all clips has fields of its
own.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from reviewer.errors import Parameter, Refused
from reviewer.labels.schema import Field, FieldKind, Schema
from reviewer.model.annotation import Annotation, Flag, LabelValue
from reviewer.model.clip import Clip, ClipState
from reviewer.model.clip_list import EXPIRED, TAKEN, ListedClip
from reviewer.model.clock import from_micros
from reviewer.model.held_back import HeldCode
from reviewer.model.hold import HoldReason
from reviewer.model.language_tags import locale_tag
from reviewer.model.task import SkipReason

_TOKEN = re.compile(r'\s*(?:("[^"\n]*")|(\d+(?:\.\d+)?)|([A-Za-z_]+)|(!=|<=|>=|==|[=<>(),]))')
_LONGEST, _DEEPEST = 2000, 40
_YES_NO = {"true": True, "false": False}
_END = "(end)"
_WRONG_KIND: dict[type, str] = {
    str: "FILTER_TEXT_NEEDED", float: "FILTER_NUMBER_NEEDED", bool: "FILTER_TRUE_OR_FALSE_NEEDED",
}  # fmt: skip

Literal = str | float | bool
Predicate = Callable[["Facts"], bool]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a filter can refer to; ``words`` counts the words of the normalised text, as scoring does."""

    clip: Clip
    annotation: Annotation
    words: Callable[[], int]


_Value = Callable[[Any], LabelValue | float | None]
_TEXTS: dict[str, _Value] = {
    "locale": lambda facts: facts.clip.locale,
    "product": lambda facts: facts.clip.product,
    "recorded": lambda facts: facts.clip.recorded_at.date().isoformat(),
}
_NUMBERS: dict[str, _Value] = {
    "duration": lambda facts: facts.clip.duration_seconds,
    "rate_hz": lambda facts: facts.clip.rate_hz,
    "channels": lambda facts: facts.clip.channels,
    "words": lambda facts: facts.words(),
}
_LIST_TEXTS: dict[str, _Value] = {
    "id": lambda clip: clip.id,
    "state": lambda clip: clip.state,
    "locale": lambda clip: clip.locale,
    "product": lambda clip: clip.product,
    "person": lambda clip: clip.people,
    "skipped": lambda clip: clip.refusals,
    "hold": lambda clip: clip.hold,
    "skill": lambda clip: clip.skill,
    "held_back": lambda clip: clip.held_back,
    "changed": lambda clip: from_micros(clip.changed_at).date().isoformat(),
}
_LIST_NUMBERS: dict[str, _Value] = {
    "duration": lambda clip: clip.seconds,
    "passes": lambda clip: clip.passes,
    "done": lambda clip: clip.done,
    "skips": lambda clip: len(clip.refusals),
    "priority": lambda clip: clip.priority,
}
_LIST_WORDS: dict[str, frozenset[str]] = {
    "state": frozenset(ClipState),
    "skipped": frozenset({*SkipReason, EXPIRED, TAKEN}),
    "hold": frozenset({*HoldReason, ""}),
    "held_back": frozenset(HeldCode),
}
_DAYS = ("recorded", "changed")


def _day(text: str) -> str | None:
    """A day as ``YYYY-MM-DD``, or None if the calendar has none such."""
    try:
        return text if date.fromisoformat(text).isoformat() == text else None
    except ValueError:
        return None


_FORMS: dict[str, tuple[Callable[[str], str | None], str]] = {
    **dict.fromkeys(_DAYS, (_day, "FILTER_DAY_UNKNOWN")),
    "locale": (locale_tag, "FILTER_LOCALE_UNKNOWN"),
}
_ORDERS: dict[str, Callable[[float | str, float | str], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def parse_filter(text: str, schema: Schema) -> Predicate:
    """Compiles a filter; raises Refused with the position of the error."""
    return _compiled(text, _Parser(text, schema))


def parse_list_filter(text: str) -> Callable[[ListedClip], bool]:
    """Compiles a filter for the list of all clips, in the same language. Raises Refused."""
    return _compiled(text, _Parser(text, None, _LIST_TEXTS, _LIST_NUMBERS))


def _compiled(text: str, parser: "_Parser") -> Callable[[Any], bool]:
    if len(text) > _LONGEST:
        raise Refused("FILTER_TOO_LONG", limit=_LONGEST)
    predicate = parser.either(0)
    if parser.token:
        parser.refuse("FILTER_UNEXPECTED")
    return predicate


@dataclass(frozen=True, slots=True)
class _Subject:
    """The left side of a comparison, and how it may be compared."""

    value: _Value
    kind: type
    is_ordered: bool
    allowed: frozenset[str] = frozenset()
    form: tuple[Callable[[str], str | None], str] | None = None
    """Brings a value into the form of the field, and the code that refuses one that has none."""


class _Parser:
    def __init__(
        self,
        text: str,
        schema: Schema | None,
        texts: Mapping[str, _Value] = _TEXTS,
        numbers: Mapping[str, _Value] = _NUMBERS,
    ) -> None:
        self._text = text.rstrip()
        self._schema = schema  # None where there are neither labels nor flags
        self._texts = texts
        self._numbers = numbers
        self._end = 0
        self._start = 0
        self.token = ""
        self._next()

    def refuse(self, code: str, /, **parameters: Parameter) -> NoReturn:
        """Refuses the present token; ``position`` counts characters from 1."""
        raise Refused(code, position=self._start + 1, token=self.token or _END, **parameters)

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
            self.refuse("FILTER_TOO_DEEP")
        if self._takes("not"):
            inner = self._not(depth + 1)
            return lambda facts: not inner(facts)
        if self._takes("("):
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        return self._flag() if self._schema is not None and self._takes("flag") else self._comparison()

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
            self.refuse("FILTER_COMPARISON_NEEDED")
        self._next()
        literal = self._literal(subject)
        return lambda facts: _equals(value(facts), literal) is (sign != "!=")

    def _subject(self) -> _Subject:
        name = self.token
        if self._schema is not None and self._takes("label"):
            fields = {field.key: field for field in self._schema.fields}
            return _label(fields[self._named("label", tuple(fields))])
        if name not in self._texts and name not in self._numbers:
            more = () if self._schema is None else ("flag", "label")
            self.refuse("FILTER_NO_FIELD", known=", ".join((*self._texts, *self._numbers, *more)))
        self._next()
        if name in self._numbers:
            return _Subject(self._numbers[name], float, is_ordered=True)
        words = frozenset() if self._schema is not None else _LIST_WORDS.get(name, frozenset())
        return _Subject(self._texts[name], str, name in _DAYS, words, _FORMS.get(name))

    def _named(self, what: str, known: tuple[str, ...]) -> str:
        self._expect("(")
        name = self.token.strip('"')
        if not self.token.startswith('"') or name not in known:
            self.refuse("FILTER_NAME_UNKNOWN", what=what, known=", ".join(f'"{one}"' for one in known))
        self._next()
        self._expect(")")
        return name

    def _literal(self, subject: _Subject) -> Literal:
        token = self.token
        found: Literal
        if token.startswith('"'):
            found = unicodedata.normalize("NFC", token[1:-1])
        elif token[:1].isdigit():
            found = float(token)
        elif token in _YES_NO:
            found = _YES_NO[token]
        else:
            self.refuse("FILTER_VALUE_NEEDED")
        if type(found) is not subject.kind:
            self.refuse(_WRONG_KIND[subject.kind])
        if subject.allowed and found not in subject.allowed:
            self.refuse("FILTER_CHOICE_UNKNOWN", known=", ".join(sorted(subject.allowed)))
        if isinstance(found, str) and subject.form is not None:
            found = self._in_form(found, *subject.form)
        self._next()
        return found

    def _in_form(self, value: str, form: Callable[[str], str | None], code: str) -> str:
        """A value as clips have it; refuses one that no clip can have."""
        found = form(value)
        if found is None:
            self.refuse(code)
        return found

    def _takes(self, token: str) -> bool:
        if self.token != token:
            return False
        self._next()
        return True

    def _expect(self, token: str) -> None:
        if not self._takes(token):
            self.refuse("FILTER_TOKEN_NEEDED", needed=token)

    def _next(self) -> None:
        self._start = self._end
        if self._end == len(self._text):
            self.token = ""
            return
        match = _TOKEN.match(self._text, self._end)
        if not match:
            rest = self._text[self._end :].lstrip()
            position = len(self._text) - len(rest) + 1
            raise Refused("FILTER_UNEXPECTED", position=position, token=rest[:10])
        self._start, self._end = match.start(match.lastindex or 0), match.end()
        self.token = match.group(match.lastindex or 0)


def _label(field: Field) -> _Subject:
    def value(facts: Facts) -> LabelValue | None:
        found = facts.annotation.labels.get(field.key)
        return unicodedata.normalize("NFC", found) if isinstance(found, str) else found

    kinds = {FieldKind.SCALE: float, FieldKind.YES_NO: bool}
    allowed = frozenset(choice.value for choice in field.choices)
    return _Subject(value, kinds.get(field.kind, str), field.kind is FieldKind.SCALE, allowed)


def _equals(value: LabelValue | float | None, literal: Literal) -> bool:
    """Whether an answer equals the literal; a list does if it contains it, no answer never does."""
    if isinstance(value, tuple):
        return literal in value
    if isinstance(value, bool) is not isinstance(literal, bool):
        return False
    return value == literal


def _ordered(value: _Value, order: Callable[[float | str, float | str], bool], literal: Literal) -> Predicate:
    def holds(facts: Facts) -> bool:
        found = value(facts)
        if (
            isinstance(found, bool | tuple)
            or found is None
            or isinstance(found, str) != isinstance(literal, str)
        ):
            return False  # also an answer under an earlier form, where the question was of another kind
        return order(found, literal)

    return holds
