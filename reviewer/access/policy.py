"""The files that decide in a workspace, by their hashes: what a lead has signed, and what is there now."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from reviewer.errors import Unavailable
from reviewer.places import PROJECT_FILE
from reviewer.untrusted_files import read_untrusted

AGREEMENTS = "nda"
_FOLDERS = (("", "*.pem"), ("schemas", "*.toml"), ("conventions", "*.toml"), (AGREEMENTS, "**/*"))
_MISSING = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A file, or one setting of the project file, that is not as it was signed; ``how`` is a code."""

    file: str
    how: str
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """SHA-256 (hexadecimal) of each file by name, of each setting of the project file, and of the files that
    come with the program and decide here."""

    files: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    shipped: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, shipped: Mapping[str, Path]) -> "Policy":
        """What is in a folder now. Raises Unavailable; Refused for a project file that is none."""
        project = read_untrusted(folder / PROJECT_FILE)
        try:
            return cls(
                {PROJECT_FILE: sha256(project).hexdigest(), **_hashes(folder, own_files(folder))},
                dict(_settings(project)),
                {name: sha256(path.read_bytes()).hexdigest() for name, path in shipped.items()},
            )
        except OSError as error:
            name = Path(error.filename or folder).name
            raise Unavailable("FILE_UNREADABLE", file=name, problem=str(error.strerror)) from error

    @classmethod
    def from_detail(cls, detail: Mapping[str, Any]) -> "Policy | None":
        """The policy that a log row records; None if it records none."""
        if "files" not in detail:
            return None
        return cls(*(_read(detail.get(name)) for name in ("files", "settings", "shipped")))

    def to_detail(self) -> dict[str, list[str]]:
        """The details of the log row that signs this policy."""
        return {
            "files": _listed(self.files),
            "settings": _listed(self.settings),
            "shipped": _listed(self.shipped),
        }

    def differences(self, now: "Policy") -> tuple[Difference, ...]:
        """How ``now`` differs from this policy, apart from the files that come with the program."""
        files = [Difference(name, how) for name, how in _changes(self.files, now.files)]
        if all(each.file != PROJECT_FILE for each in files):
            return tuple(files)
        settings = _changes(self.settings, now.settings)
        return (*files, *(Difference(PROJECT_FILE, how, name) for name, how in settings))

    def sets(self, setting: str) -> bool:
        """Whether the project file has a setting, such as ``broker.url``, that is not empty."""
        return self.settings.get(setting, _EMPTY) != _EMPTY

    def has_setting(self, setting: str) -> bool:
        """Whether the project file names a setting."""
        return setting in self.settings

    def says(self, setting: str, value: object) -> bool:
        """Whether the project file gives a setting this very value; 1 and 1.0 are two."""
        return self.settings.get(setting) == _hash_of(value)

    def without_agreements(self) -> "Policy":
        """Only the files that are read when the workspace is opened."""
        kept = {name: each for name, each in self.files.items() if not name.startswith(f"{AGREEMENTS}/")}
        return Policy(kept, self.settings, self.shipped)


def own_files(folder: Path) -> Iterator[Path]:
    """The files in a workspace's folder that decide, besides the project file."""
    for name, pattern in _FOLDERS:
        yield from (path for path in sorted((folder / name).glob(pattern)) if path.is_file())


def _hashes(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}


def _settings(project: bytes) -> Iterator[tuple[str, str]]:
    try:
        raw = tomllib.loads(project.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return
    for key, value in raw.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        for name, each in parts:
            yield f"{key}.{name}".rstrip("."), _hash_of(each)


def _hash_of(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]


_EMPTY = _hash_of("")


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(before.keys() | now.keys()):
        was, is_now = before.get(name, _MISSING), now.get(name, _MISSING)
        if was != is_now:
            yield name, "added" if was == _MISSING else "removed" if is_now == _MISSING else "changed"


def _listed(hashes: Mapping[str, str]) -> list[str]:
    return [f"{digest} {name}" for name, digest in sorted(hashes.items())]


def _read(listed: object) -> dict[str, str]:
    pairs = [str(line).split(" ", 1) for line in listed] if isinstance(listed, list) else []
    return {pair[1]: pair[0] for pair in pairs if len(pair) > 1}
