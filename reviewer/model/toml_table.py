"""A table of a TOML file that people edit, read key by key, with a sentence for whatever is wrong."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from reviewer.errors import Refused

_HINT = "Correct the file; nothing of it was used."
_MISSING = object()


class TomlTable:
    """Hands out checked values; every error names the file, the table (its line if known) and the key."""

    def __init__(self, values: dict[str, Any], place: str, source: str = "") -> None:
        self._values = values
        self._source = source
        self.place = place

    @classmethod
    def read(cls, path: Path) -> "TomlTable":
        """The whole file as a table; raises Refused when it is missing, not UTF-8 or not TOML."""
        try:
            source = path.read_text(encoding="utf-8")
            return cls(tomllib.loads(source), path.name, source)
        except OSError as error:
            raise Refused(f"{path.name} cannot be read.", "Check the name in the project file.") from error
        except UnicodeDecodeError as error:
            raise Refused(f"{path.name} is not UTF-8 text.", _HINT) from error
        except tomllib.TOMLDecodeError as error:
            raise Refused(f"{path.name} is not valid TOML: {error}.", _HINT) from error

    def refuse(self, sentence: str) -> Refused:
        """An error about this table, to be raised by whoever knows the rule."""
        return Refused(f"{self.place}: {sentence}", _HINT)

    def closed(self, keys: Collection[str]) -> None:
        """Refuses any key that is not in ``keys``: a misspelt key must not be a silent default."""
        for key in self._values:
            if key not in keys:
                raise self.refuse(f"the key {key} is not known here; known are {', '.join(keys)}.")

    def has(self, key: str) -> bool:
        return key in self._values

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._values)

    def raw(self, key: str) -> Any:
        """The value as TOML gives it, for keys whose type depends on another."""
        return self._get(key, _MISSING, object, "a value")

    def text(self, key: str, default: object = _MISSING) -> str:
        found: str = self._get(key, default, str, "text in quotes")
        return found

    def whole(self, key: str, default: object = _MISSING) -> int:
        found = self._get(key, default, int, "a whole number")
        if isinstance(found, bool):
            raise self.refuse(f"{key} must be a whole number.")
        return int(found)

    def flag(self, key: str, default: object = _MISSING) -> bool:
        found: bool = self._get(key, default, bool, "true or false")
        return found

    def one_of(self, key: str, allowed: Collection[str], default: object = _MISSING) -> str:
        found = self.text(key, default)
        if found not in allowed:
            raise self.refuse(f"{key} is {found!r}; it must be one of {', '.join(allowed)}.")
        return found

    def texts(self, key: str, default: object = _MISSING) -> tuple[str, ...]:
        found = self._get(key, default, (list, tuple), "a list of texts")
        if not all(isinstance(item, str) for item in found):
            raise self.refuse(f"{key} must be a list of texts.")
        return tuple(found)

    def table(self, key: str) -> "TomlTable":
        """A table inside this one; an empty one when it is not there."""
        found = self._get(key, {}, dict, "a table")
        return TomlTable(found, f"{self.place}, {key}", self._source)

    def tables(self, key: str) -> tuple["TomlTable", ...]:
        """The tables of an array of tables, each with the line of its header when it has one."""
        found = self._get(key, [], list, "a list of tables")
        if not all(isinstance(item, dict) for item in found):
            raise self.refuse(f"{key} must be a list of tables.")
        header = re.compile(rf"^\s*\[\[\s*{re.escape(key)}\s*\]\]", re.MULTILINE)
        lines = [self._source.count("\n", 0, match.end()) + 1 for match in header.finditer(self._source)]
        known = len(lines) == len(found)
        return tuple(
            TomlTable(item, f"{self.place}, {f'line {lines[place]}, ' if known else ''}{key} {place + 1}")
            for place, item in enumerate(found)
        )

    def _get(self, key: str, default: object, kind: type | tuple[type, ...], name: str) -> Any:
        found = self._values.get(key, default)
        if found is _MISSING:
            raise self.refuse(f"the key {key} is missing.")
        if not isinstance(found, kind):
            raise self.refuse(f"{key} must be {name}.")
        return found
