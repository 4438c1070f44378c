"""Finds the audio that a manifest names: below its folder, whatever system wrote the path."""

import os
import re
import stat
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from reviewer.errors import Refused

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]|[A-Za-z][A-Za-z0-9+.-]*://")


def audio_path(folder: Path, audio: str) -> Path | None:
    """The resolved path of a clip's file, or None if it is not below the manifest's folder."""
    if is_absolute(audio):
        return None
    found = _resolved(folder, audio)
    return None if found is None or found == folder.resolve() else found


def is_absolute(audio: str) -> bool:
    """Whether a path begins at a root, of this system or of another (``C:\\clips``), or names a server."""
    return _ABSOLUTE.match(audio) is not None


@dataclass(slots=True)
class AudioFolder:
    r"""The folder of a manifest, in which the names of its lines are looked up.

    A name that exists as written is taken. Otherwise each part of the path may differ in Unicode
    normalisation, letter case, surrounding spaces and invisible characters such as direction marks, and ``\``
    may stand for ``/``, as long as exactly one file fits.
    """

    path: Path
    _entries: dict[Path, "_Entries"] = field(default_factory=dict)
    _folders: dict[str, Path | None] = field(default_factory=dict)

    def find(self, audio: str) -> str:
        """The path of a file below the folder, relative to it; as written if there is no such file.

        Raises: Refused with AUDIO_ABSOLUTE, AUDIO_OUTSIDE_FOLDER or AUDIO_AMBIGUOUS.
        """
        if is_absolute(audio):
            raise Refused("AUDIO_ABSOLUTE")
        if "\\" not in audio and self._is_file(audio):
            return audio
        found = audio_path(self.path, audio)
        slashed = audio.replace("\\", "/")
        if slashed == audio:
            if found is None:
                raise Refused("AUDIO_OUTSIDE_FOLDER")
            return audio if _exists(found) else self._looked_up(audio) or audio
        other = None if is_absolute(slashed) else audio_path(self.path, slashed)
        if other is None or found is None:
            raise Refused("AUDIO_OUTSIDE_FOLDER")
        meant = slashed if _exists(other) else self._looked_up(slashed)
        if _exists(found):
            if meant:
                raise Refused("AUDIO_AMBIGUOUS")
            return audio
        return meant or slashed

    def resolved(self, audio: str) -> Path | None:
        """The resolved path of a clip's file, as ``audio_path``; each folder is resolved once."""
        if not is_absolute(audio):
            folder, _, name = audio.rpartition("/")
            inside = self._inside(folder)
            if inside is not None and self._is_file(audio):
                return inside / name
        return audio_path(self.path, audio)

    def _is_file(self, audio: str) -> bool:
        """Whether this is a file, and no link, in a folder below this one, so that nothing needs to be
        looked up."""
        folder, _, name = audio.rpartition("/")
        inside = self._inside(folder)
        if inside is None or name in ("", ".", ".."):
            return False
        try:
            return stat.S_ISREG(os.lstat(os.path.join(inside, name)).st_mode)  # noqa: PTH118 - of each line
        except (OSError, ValueError):
            return False

    def _looked_up(self, audio: str) -> str:
        """The only path that differs from this one in normalisation and case; empty if there is none."""
        parts: list[str] = []
        for part in PurePosixPath(audio).parts:
            name = part if part == ".." else self._entry("/".join(parts), part)
            if not name:
                return ""
            parts.append(name)
        found = "/".join(parts)
        if audio_path(self.path, found) is None:
            raise Refused("AUDIO_OUTSIDE_FOLDER")
        return found

    def _entry(self, folder: str, name: str) -> str:
        path = self._inside(folder)
        if path is None:
            raise Refused("AUDIO_OUTSIDE_FOLDER")
        if path not in self._entries:
            self._entries[path] = _Entries.of(path)
        return self._entries[path].find(name)

    def _inside(self, folder: str) -> Path | None:
        """The resolved path of a folder below this one, or of this one itself; None for another."""
        if folder not in self._folders:
            self._folders[folder] = _resolved(self.path, folder)
        return self._folders[folder]


@dataclass(frozen=True, slots=True)
class _Entries:
    """The names in one folder, by themselves, by their NFC, and by what is seen of it, without case."""

    names: frozenset[str]
    by_form: dict[str, list[str]]
    by_letters: dict[str, list[str]]

    @classmethod
    def of(cls, folder: Path) -> "_Entries":
        by_form, by_letters = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
        try:
            names = [entry.name for entry in folder.iterdir()]
        except OSError:
            names = []
        for name in names:
            by_form[_form(name)].append(name)
            by_letters[_letters(name)].append(name)
        return cls(frozenset(names), by_form, by_letters)

    def find(self, name: str) -> str:
        """The entry that is meant, empty if there is none. Raises Refused for more than one."""
        if name in self.names:
            return name
        found = self.by_form.get(_form(name)) or self.by_letters.get(_letters(name)) or [""]
        if len(found) > 1:
            raise Refused("AUDIO_AMBIGUOUS")
        return found[0]


def _resolved(folder: Path, path: str) -> Path | None:
    """The resolved path below a folder, or the folder itself; None if it leads out of it."""
    try:
        root = folder.resolve()
        found = (root / path).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of symbolic links, or a name the system cannot have
        return None
    return found if found.is_relative_to(root) else None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that is too long, a folder that may not be read
        return False


def _form(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _letters(name: str) -> str:
    seen = "".join(char for char in _form(name).casefold() if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", seen.strip())
