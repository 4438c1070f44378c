"""Reads TOML files that people edit; every error names file, table and key."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from reviewer.errors import Parameter, Refused
from reviewer.untrusted_files import parse_untrusted_toml, read_untrusted_text

_MISSING = object()


class TomlTable:
    """Returns checked values; every error names the file, the table (its line if known) and the key."""

    def __init__(self, values: dict[str, Any], place: str, source: str = "") -> None:
        self._values = values
        self._source = source
        self.place = place

    @classmethod
    def read(cls, path: Path) -> "TomlTable":
        """The whole file as a table; raises Refused when it is missing, not UTF-8 or not TOML."""
        return cls.parse(read_untrusted_text(path), path.name)

    @classmethod
    def parse(cls, source: str, place: str) -> "TomlTable":
        """The whole text of a file as a table; raises Refused when it is not TOML."""
        return cls(parse_untrusted_toml(source, place), place, source)

    def refuse(self, code: str, /, **parameters: Parameter) -> Refused:
        """An error about this table, to be raised by the caller; its words may use ``{place}``."""
        return Refused(code, place=self.place, **parameters)

    def closed(self, keys: Collection[str]) -> None:
        """Refuses any key that is not in ``keys``: a misspelt key must not be a silent default."""
        for key in self._values:
            if key not in keys:
                raise self.refuse("KEY_UNKNOWN", key=key, known=", ".join(keys))

    def has(self, key: str) -> bool:
        return key in self._values

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._values)

    def raw(self, key: str) -> Any:
        """The unchecked value, for keys whose type depends on another."""
        return self._get(key, _MISSING, object, "KEY_MISSING")

    def text(self, key: str, default: object = _MISSING) -> str:
        found: str = self._get(key, default, str, "VALUE_NOT_TEXT")
        return found

    def whole(self, key: str, default: object = _MISSING) -> int:
        found = self._get(key, default, int, "VALUE_NOT_WHOLE")
        if isinstance(found, bool):
            raise self.refuse("VALUE_NOT_WHOLE", key=key)
        return int(found)

    def flag(self, key: str, default: object = _MISSING) -> bool:
        found: bool = self._get(key, default, bool, "VALUE_NOT_TRUE_OR_FALSE")
        return found

    def one_of(self, key: str, allowed: Collection[str], default: object = _MISSING) -> str:
        found = self.text(key, default)
        if found not in allowed:
            raise self.refuse("VALUE_NOT_LISTED", key=key, value=repr(found), known=", ".join(allowed))
        return found

    def texts(self, key: str, default: object = _MISSING) -> tuple[str, ...]:
        found = self._get(key, default, (list, tuple), "VALUE_NOT_TEXTS")
        if not all(isinstance(item, str) for item in found):
            raise self.refuse("VALUE_NOT_TEXTS", key=key)
        return tuple(found)

    def table(self, key: str) -> "TomlTable":
        """A table inside this one; empty if it is missing."""
        found = self._get(key, {}, dict, "VALUE_NOT_A_TABLE")
        return TomlTable(found, f"{self.place}, {key}", self._source)

    def tables(self, key: str) -> tuple["TomlTable", ...]:
        """The tables of an array of tables, each with the line of its header if it has one."""
        found = self._get(key, [], list, "VALUE_NOT_TABLES")
        if not all(isinstance(item, dict) for item in found):
            raise self.refuse("VALUE_NOT_TABLES", key=key)
        header = re.compile(rf"^\s*\[\[\s*{re.escape(key)}\s*\]\]", re.MULTILINE)
        lines = [self._source.count("\n", 0, match.end()) + 1 for match in header.finditer(self._source)]
        known = len(lines) == len(found)
        return tuple(
            TomlTable(item, f"{self.place}, {f'line {lines[place]}, ' if known else ''}{key} {place + 1}")
            for place, item in enumerate(found)
        )

    def _get(self, key: str, default: object, kind: type | tuple[type, ...], wrong_code: str) -> Any:
        found = self._values.get(key, default)
        if found is _MISSING:
            raise self.refuse("KEY_MISSING", key=key)
        if not isinstance(found, kind):
            raise self.refuse(wrong_code, key=key)
        return found
