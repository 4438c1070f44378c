"""Frozen values as plain JSON and back, without the names of their fields."""

import base64
import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from types import NoneType
from typing import Any, get_args, get_type_hints

from reviewer.model.clock import from_micros, to_micros


def to_json(value: Any) -> str:
    """A value as JSON: fields in their order, bytes in base64, moments in microseconds."""
    return json.dumps(_to_plain(value))


def from_json(kind: Any, text: str) -> Any:
    """What ``to_json`` was given; ``kind`` is its type."""
    return _from_plain(kind, json.loads(text))


def _to_plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return [_to_plain(getattr(value, field.name)) for field in fields(value)]


def _from_plain(kind: Any, plain: Any) -> Any:
    if plain is None:
        return None
    if NoneType in get_args(kind):
        kind = get_args(kind)[0]
    if kind is bytes:
        return base64.b64decode(plain)
    if kind is datetime:
        return from_micros(plain)
    if get_args(kind):
        return frozenset(_from_plain(get_args(kind)[0], each) for each in plain)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(
            *(_from_plain(hints[one.name], each) for one, each in zip(fields(kind), plain, strict=True))
        )  # type: ignore[operator]
    return kind(plain)
