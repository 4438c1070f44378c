"""Frozen values as columns of a table and as JSON, and back."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from reviewer.errors import Damaged
from reviewer.model.clock import from_micros, to_micros

T = TypeVar("T")
_NOT_STORED = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


def to_columns(value: Any) -> dict[str, Any]:
    """The fields of a value by name; moments are microseconds."""
    columns = {name: getattr(value, name) for name in _hints(type(value))}
    for name, _, is_moment in _columns(type(value)):
        if is_moment and columns[name] is not None:
            columns[name] = to_micros(columns[name])
    return columns


def from_columns(kind: type[T], row: Mapping[str, Any]) -> T:
    """The value whose fields are columns of a row; what else is in the row is left out. Raises Damaged."""
    values = []
    try:
        for name, hint, is_moment in _columns(kind):
            plain = row[name]
            if plain is None or type(plain) is hint:
                values.append(plain)
            else:
                values.append(from_micros(plain) if is_moment else _from_plain(hint, plain))
        return kind(*values)
    except _NOT_STORED as error:
        raise Damaged("WORKSPACE_ROW_DAMAGED") from error


def canonical_json(plain: Any) -> str:
    """JSON in one form only, for what is hashed or compared: keys sorted, no spaces, nothing escaped but what
    must be."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def to_json(value: Any) -> str:
    """A value as JSON, its fields by name; bytes are base64, moments microseconds, sets sorted lists,
    tuples lists."""
    return json.dumps(_to_plain(value))


def from_json(kind: Any, text: str) -> Any:
    """What ``to_json`` was given, also None; ``kind`` is its type otherwise. Raises Damaged."""
    with _translated():
        plain = json.loads(text)
        return None if plain is None else _from_plain(kind, plain)


@contextmanager
def _translated() -> Iterator[None]:
    """What no value can be made of was not stored by this program."""
    try:
        yield
    except _NOT_STORED as error:
        raise Damaged("WORKSPACE_ROW_DAMAGED") from error


def _hints_of(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


_hints: Callable[[Any], dict[str, Any]] = cache(_hints_of)


def _columns_of(kind: Any) -> list[tuple[str, Any, bool]]:
    """Each field with its type, and whether that is a moment; one that may be missing has the type it has."""
    columns = []
    for name, hint in _hints(kind).items():
        present = get_args(hint)[0] if NoneType in get_args(hint) else hint
        columns.append((name, present, present is datetime))
    return columns


_columns: Callable[[Any], list[tuple[str, Any, bool]]] = cache(_columns_of)


def _to_plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_to_plain(each) for each in value]
    return {name: _to_plain(getattr(value, name)) for name in _hints(type(value))}


def _from_plain(kind: Any, plain: Any) -> Any:
    may_be_missing = NoneType in get_args(kind)
    if type(plain) is kind or (plain is None and may_be_missing):
        return plain
    if plain is None:
        raise TypeError(kind)
    if may_be_missing:
        kind = get_args(kind)[0]
    if kind is bytes:
        return base64.b64decode(plain) if isinstance(plain, str) else plain
    if kind is datetime:
        return from_micros(plain)
    if get_args(kind):
        return get_origin(kind)(_from_plain(get_args(kind)[0], each) for each in plain)
    if is_dataclass(kind):
        hints = _hints(kind).items()  # a field that is not there yet has its default
        return kind(**{name: _from_plain(hint, plain[name]) for name, hint in hints if name in plain})  # type: ignore[operator]
    return kind(plain)
