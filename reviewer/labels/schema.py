"""The label form that a lead writes: its fields, their choices, and when each is shown."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from reviewer.model.annotation import LabelValue
from reviewer.model.serialization import canonical_json
from reviewer.model.toml_table import TomlTable
from reviewer.places import resource

_FIELD_KEYS = (
    "key", "kind", "label", "help", "required", "choices", "low", "high", "low_label", "high_label",
    "shown_when", "per",
)  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MAX_STEPS = 11


class FieldKind(StrEnum):
    """The type of a field; its value in an annotation is str, str, tuple of str, bool or int."""

    TEXT = "text"
    ONE_OF = "one_of"
    MANY_OF = "many_of"
    YES_NO = "yes_no"
    SCALE = "scale"


class FieldScope(StrEnum):
    """What a field is asked about: the clip once, or each of its segments."""

    CLIP = "clip"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a one_of or many_of field; ``key`` selects it while the field has the focus."""

    value: str
    label: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the field ``key`` is shown and its answer is (or, for many_of, includes) ``equals``."""

    key: str
    equals: str | bool | int


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form. ``low`` and ``high`` bound a scale, both inclusive."""

    key: str
    kind: FieldKind
    label: str
    help: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    low: int = 1
    high: int = 5
    low_label: str = ""
    high_label: str = ""
    shown_when: Condition | None = None
    per: FieldScope = FieldScope.CLIP


@dataclass(frozen=True)
class Schema:
    """A label form; ``id`` (name and version) is stored with each annotation made under it.

    ``edition`` tells forms apart that differ although their name and version are the same: the workspace
    gives it to all but the first of them.
    """

    name: str
    version: str
    title: str
    fields: tuple[Field, ...]
    edition: str = ""

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}" + (f"+{self.edition}" if self.edition else "")

    def field(self, key: str) -> Field | None:
        """The field with this key, or None."""
        return next((field for field in self.fields if field.key == key), None)

    def per(self, scope: FieldScope) -> "Schema":
        """The form with only its fields about clips, or about segments."""
        return self._parts[scope]

    @cached_property
    def _parts(self) -> dict[FieldScope, "Schema"]:
        """Asked for each clip and segment of an export."""
        return {
            scope: replace(self, fields=tuple(field for field in self.fields if field.per is scope))
            for scope in FieldScope
        }

    def to_json(self) -> str:
        """The form without its edition, as canonical JSON: equal forms give equal texts."""
        return canonical_json(self.to_table())

    def to_table(self) -> dict[str, Any]:
        """The form with the keys of its TOML file."""
        fields = [_field_table(field) for field in self.fields]
        return {"name": self.name, "version": self.version, "title": self.title, "field": fields}


def load_schema(path: Path) -> Schema:
    """Reads a form from TOML; raises Refused, naming file, line and key, if it is not valid."""
    return _shipped(path) if path.parent == resource("schemas") else _schema(TomlTable.read(path))


@cache
def _shipped(path: Path) -> Schema:
    """One of the program's own files, which most workspaces use: read once."""
    return _schema(TomlTable.read(path))


def parse_schema(text: str, place: str) -> Schema:
    """Reads a form from the text of a TOML file; ``place`` is what an error names. Raises Refused."""
    return _schema(TomlTable.parse(text, place))


@lru_cache(maxsize=64)
def schema_from_json(text: str, place: str) -> Schema:
    """Reads what ``to_json`` wrote; ``place`` is what an error names. Raises Refused, ValueError."""
    return _schema(TomlTable(json.loads(text), place))


def _schema(file: TomlTable) -> Schema:
    file.closed(("name", "version", "title", "field"))
    tables = file.tables("field")
    if not tables:
        raise file.refuse("FORM_WITHOUT_FIELDS")
    fields = tuple(_field(table) for table in tables)
    _refuse_duplicates(file, "FIELD_KEY_TWICE", (field.key for field in fields))
    for table, field in zip(tables, fields, strict=True):
        _check_condition(table, field, fields)
    _refuse_cycles(file, fields)
    return Schema(
        name=_name(file, "name"), version=file.text("version"), title=file.text("title"), fields=fields
    )


def _field(table: TomlTable) -> Field:
    table.closed(_FIELD_KEYS)
    key = _name(table, "key")
    table.place = f"{table.place} ({key})"
    kind = FieldKind(table.one_of("kind", tuple(FieldKind)))
    low, high = _bounds(table, kind)
    return Field(
        key=key,
        kind=kind,
        label=_filled(table, "label"),
        help=table.text("help", ""),
        required=table.flag("required", default=False),
        choices=_choices(table, kind),
        low=low,
        high=high,
        low_label=table.text("low_label", ""),
        high_label=table.text("high_label", ""),
        shown_when=_condition(table),
        per=FieldScope(table.one_of("per", tuple(FieldScope), FieldScope.CLIP)),
    )


def _field_table(field: Field) -> dict[str, Any]:
    """Its keys in a TOML file; those that say nothing are left out."""
    table: dict[str, Any] = {"key": field.key, "kind": str(field.kind), "label": field.label}
    table |= {"help": field.help, "required": field.required, "per": str(field.per)}
    if field.choices:
        table["choices"] = [{"value": c.value, "label": c.label, "key": c.key} for c in field.choices]
    if field.kind is FieldKind.SCALE:
        table |= {"low": field.low, "high": field.high}
        table |= {"low_label": field.low_label, "high_label": field.high_label}
    if field.shown_when is not None:
        table["shown_when"] = {"key": field.shown_when.key, "equals": field.shown_when.equals}
    return table


def _choices(table: TomlTable, kind: FieldKind) -> tuple[Choice, ...]:
    takes_choices = kind in {FieldKind.ONE_OF, FieldKind.MANY_OF}
    if takes_choices != table.has("choices"):
        raise table.refuse("CHOICES_MISSING" if takes_choices else "CHOICES_NOT_TAKEN", kind=kind)
    choices = []
    for item in table.tables("choices"):
        item.closed(("value", "label", "key"))
        choices.append(Choice(_name(item, "value"), _filled(item, "label"), item.text("key", "")))
    if takes_choices and not choices:
        raise table.refuse("CHOICES_EMPTY")
    _refuse_duplicates(table, "CHOICE_VALUE_TWICE", (choice.value for choice in choices))
    _refuse_duplicates(table, "CHOICE_KEY_TWICE", (choice.key for choice in choices if choice.key))
    return tuple(choices)


def _bounds(table: TomlTable, kind: FieldKind) -> tuple[int, int]:
    if kind is not FieldKind.SCALE:
        for key in ("low", "high", "low_label", "high_label"):
            if table.has(key):
                raise table.refuse("NOT_A_SCALE", key=key, kind=kind)
        return 1, 5
    low, high = table.whole("low", 1), table.whole("high", 5)
    if not 1 <= high - low < _MAX_STEPS:
        raise table.refuse("SCALE_STEPS", low=low, high=high, most=_MAX_STEPS)
    return low, high


def _condition(table: TomlTable) -> Condition | None:
    if not table.has("shown_when"):
        return None
    condition = table.table("shown_when")
    condition.closed(("key", "equals"))
    equals = condition.raw("equals")
    if not isinstance(equals, str | bool | int):
        raise condition.refuse("CONDITION_VALUE")
    return Condition(condition.text("key"), equals)


def _check_condition(table: TomlTable, field: Field, fields: tuple[Field, ...]) -> None:
    if field.shown_when is None:
        return
    key, equals = field.shown_when.key, field.shown_when.equals
    other = next((f for f in fields if f.key == key), None)
    if other is None:
        raise table.refuse("CONDITION_UNKNOWN_FIELD", key=key)
    if other.per is not field.per:
        raise table.refuse("CONDITION_OTHER_SCOPE", key=key, per=field.per, other=other.per)
    if not _can_answer(other, equals):
        raise table.refuse("CONDITION_NEVER_TRUE", key=key, value=repr(equals))


def _can_answer(field: Field, value: LabelValue) -> bool:
    if field.kind is FieldKind.YES_NO:
        return isinstance(value, bool)
    if field.kind is FieldKind.SCALE:
        return type(value) is int and field.low <= value <= field.high
    if field.kind is FieldKind.TEXT:
        return isinstance(value, str) and bool(value)
    return any(choice.value == value for choice in field.choices)


def _refuse_cycles(file: TomlTable, fields: tuple[Field, ...]) -> None:
    depends_on = {field.key: field.shown_when.key for field in fields if field.shown_when}
    for start, first in depends_on.items():
        path, key = [start], first
        while key in depends_on and key not in path:
            path.append(key)
            key = depends_on[key]
        if key == start:
            raise file.refuse("CONDITION_CYCLE", path=" -> ".join([*path, key]))


def _name(table: TomlTable, key: str) -> str:
    found = table.text(key)
    if not _NAME.fullmatch(found):
        raise table.refuse("NAME_MALFORMED", key=key, value=repr(found))
    return found


def _filled(table: TomlTable, key: str) -> str:
    found = table.text(key)
    if not found.strip():
        raise table.refuse("TEXT_EMPTY", key=key)
    return found


def _refuse_duplicates(table: TomlTable, code: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise table.refuse(code, name=name)
        seen.add(name)
