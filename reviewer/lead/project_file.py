"""Reads the project file: the settings of a workspace."""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reviewer.errors import Refused
from reviewer.model.project import (
    AccessLimits,
    AsrRules,
    BrokerPlace,
    ClipsPlace,
    DecodeLimits,
    IntakeRules,
    ListeningRules,
    LogRules,
    Project,
    QueueRules,
    RecogniserRule,
    ScreenRules,
    WorkingHours,
)
from reviewer.places import PROJECT_FILE
from reviewer.untrusted_files import parse_untrusted_toml, read_untrusted_text

_LIMITS = ("opens_per_hour", "opens_without_hand_in", "technical_skips_per_day", "plays_per_clip")
_MAY_BE_ZERO = frozenset(
    {
        "lock_minutes",
        "queue.bundle_clips",
        "listening.heard_percent",
        "log.unwitnessed_rows",
        *(f"limits.{one}" for one in _LIMITS),
    }
)
_MAY_BE_AT_MOST = {"listening.heard_percent": 100, "asr.hidden_share": 1, "queue.qa_rate": 1}
_MAY_BE_AT_MOST |= {"queue.bundle_clips": 50, "queue.bundle_hours": 8}
_LARGEST = 100_000  # days, minutes, seconds, counts: larger ones overflow dates, and nobody means them
_LARGEST_BYTES = 1 << 44
_NAMES_OF_FILES = ("locale", "schema", "conventions")
_FILE_NAME = re.compile(r"\w[\w@+.-]{0,99}")
"""A file in a folder of the workspace, which the lead's signature covers: no path to elsewhere."""
_RECOGNISERS = "asr.recogniser"
_WORKING_HOURS = "limits.working_hours"
_PRODUCT_NAMES = "intake.product_names"
_LONGEST_NAME = 60
_KINDS = ("pocketsphinx", "whisper.cpp", "command")
_SECTIONS = {
    "decode": DecodeLimits,
    "intake": IntakeRules,
    "clips": ClipsPlace,
    "broker": BrokerPlace,
    "queue": QueueRules,
    "listening": ListeningRules,
    "asr": AsrRules,
    "log": LogRules,
    "limits": AccessLimits,
    "screen": ScreenRules,
}


def read_project(path: Path) -> Project:
    """Reads a project file; see ``resources/project.toml`` for every setting. Raises Refused."""
    return parse_project(read_untrusted_text(path), path.name)


def parse_project(text: str, name: str = PROJECT_FILE) -> Project:
    """The settings of a project file. Raises Refused for what is unknown or out of range."""
    raw = parse_untrusted_toml(text, name)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key in _SECTIONS:
            values[key] = _section(_SECTIONS[key], key, value)
        elif key in _names(Project) - set(_SECTIONS):
            values[key] = _converted(key, value, getattr(Project(), key))
        else:
            raise Refused("SETTING_UNKNOWN", setting=key)
    return Project(**values)


def _section(kind: Callable[..., Any], name: str, raw: object) -> Any:
    if not isinstance(raw, dict):
        raise Refused("SETTING_NOT_A_TABLE", setting=name)
    defaults = kind()
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in _names(defaults):
            raise Refused("SETTING_UNKNOWN", setting=f"{name}.{key}")
        if f"{name}.{key}" == _RECOGNISERS:
            values[key] = _recognisers(value)
        elif f"{name}.{key}" == _WORKING_HOURS:
            values[key] = _working_hours(value)
        elif f"{name}.{key}" == _PRODUCT_NAMES:
            values[key] = _product_names(value)
        else:
            values[key] = _converted(f"{name}.{key}", value, getattr(defaults, key))
    return kind(**values)


def _product_names(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise Refused("SETTING_NOT_A_TABLE", setting=_PRODUCT_NAMES)
    for name in raw.values():
        if not (isinstance(name, str) and name.strip() and name.isprintable() and len(name) <= _LONGEST_NAME):
            raise Refused("SETTING_BAD_VALUE", setting=_PRODUCT_NAMES)
    return raw


def _working_hours(raw: object) -> WorkingHours:
    try:
        return WorkingHours.parse(raw if isinstance(raw, str) else "")
    except ValueError as error:
        raise Refused("SETTING_BAD_VALUE", setting=_WORKING_HOURS) from error


def _recognisers(raw: object) -> tuple[RecogniserRule, ...]:
    if not isinstance(raw, list):
        raise Refused("SETTING_BAD_VALUE", setting=_RECOGNISERS)
    return tuple(_recogniser(one) for one in raw)


def _recogniser(raw: object) -> RecogniserRule:
    if not isinstance(raw, dict):
        raise Refused("SETTING_NOT_A_TABLE", setting=_RECOGNISERS)
    defaults = RecogniserRule("pocketsphinx")
    unknown = set(raw) - _names(defaults)
    if unknown:
        raise Refused("SETTING_UNKNOWN", setting=f"{_RECOGNISERS}.{min(unknown)}")
    values = {
        key: _converted(f"{_RECOGNISERS}.{key}", value, getattr(defaults, key)) for key, value in raw.items()
    }
    rule = RecogniserRule(**{"kind": "", **values})
    needs_model = rule.kind == "whisper.cpp" and not rule.model
    needs_command = rule.kind == "command" and not rule.command
    if rule.kind not in _KINDS or needs_model or needs_command:
        raise Refused("SETTING_BAD_VALUE", setting=f"{_RECOGNISERS}.kind")
    return rule


def _converted(key: str, value: Any, default: object) -> Any:
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        raise Refused("SETTING_BAD_VALUE", setting=key)
    if isinstance(default, tuple) and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if isinstance(default, datetime) and isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if (
        isinstance(default, float)
        and isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 <= value <= _most(key)
    ):
        return float(value)
    if isinstance(default, int) and isinstance(value, int) and not isinstance(value, bool):
        least = 0 if key in _MAY_BE_ZERO else 1
        if least <= value <= _most(key):
            return value
    is_file_name = key not in _NAMES_OF_FILES or _FILE_NAME.fullmatch(str(value))
    if isinstance(default, str) and isinstance(value, str) and (value or not default) and is_file_name:
        return value
    raise Refused("SETTING_BAD_VALUE", setting=key)


def _most(key: str) -> int:
    return _MAY_BE_AT_MOST.get(key, _LARGEST_BYTES if key.endswith("_bytes") else _LARGEST)


def _names(of: Any) -> set[str]:
    return {field.name for field in fields(of)}
