"""Stores sealed objects, without access to keys."""

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.files import NewFile, sync_file_system, sync_folder, write_atomically
from reviewer.model.clip import ContentKind

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SEALED = ".sealed"
_TEMPORARY = ".tmp"
_FILES_WORTH_A_SYNC_OF_ALL = 8


class NewObject(Protocol):
    """A sealed object that is being written, and has no name in the store yet."""

    @property
    def stream(self) -> BinaryIO:
        """Where it is written, seekable."""
        ...

    def reread(self) -> BinaryIO:
        """A second stream over what was written; close it before the object is kept."""
        ...

    def sync(self) -> None:
        """Brings it to the disk; raises OSError."""
        ...

    def keep(self) -> None:
        """Gives it its name, even if a sweep removed it meanwhile; raises OSError."""
        ...

    def discard(self) -> None:
        """Closes it, and removes it if it was not kept."""
        ...


class ClipStore(Protocol):
    """Sealed objects by clip id and kind."""

    def put(self, clip_id: str, kind: ContentKind, sealed: bytes) -> None:
        """Stores an object atomically and durably; raises Unavailable."""
        ...

    def create(self, clip_id: str, kind: ContentKind) -> "NewObject":
        """An object to be written a part at a time; raises Unavailable."""
        ...

    def adopt(self, clip_id: str, kind: ContentKind, written_as: str) -> "NewObject":
        """An object that another process has written into the workspace's folder; raises OSError."""
        ...

    def sync_new(self, objects: Sequence["NewObject"]) -> None:
        """Makes new objects durable, before any of them is kept; raises Unavailable."""
        ...

    def sync_names(self) -> None:
        """Makes the names of objects that were kept durable; raises Unavailable."""
        ...

    def open(self, clip_id: str, kind: ContentKind) -> BinaryIO:
        """A seekable stream over an object; raises Damaged when it is missing."""
        ...

    has_files: bool
    """Whether objects are files of this machine, which another process here can open."""

    def local_path(self, clip_id: str, kind: ContentKind) -> str | None:
        """The absolute path by which another process here can read the object; None without a file."""
        ...

    def has(self, clip_id: str, kind: ContentKind) -> bool:
        """Whether the object is there."""
        ...

    def remove(self, clip_id: str) -> None:
        """Removes all objects of a clip, if there are any."""
        ...

    def clip_ids(self) -> set[str]:
        """The clips that have any object."""
        ...

    def sweep(self, keep: set[str]) -> int:
        """Removes objects of all other clips, and partial files; returns how many clips or files.

        ``ClipContent.sweep`` calls it while no clip is being added.
        """
        ...


class LocalClipStore:
    """A folder of files named ``<clip id>.<kind>.sealed``, readable by their owner only."""

    has_files = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._absolute = folder.absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not folder.is_symlink():  # where a link leads to is not ours to change
                folder.chmod(0o700)
        except PermissionError as error:
            raise Unavailable("WORKSPACE_OF_ANOTHER_ACCOUNT", folder=str(folder.parent)) from error
        except OSError as error:
            raise Unavailable("CLIP_FOLDER", problem=str(error)) from error

    def put(self, clip_id: str, kind: ContentKind, sealed: bytes) -> None:
        target = self._path(clip_id, kind)
        try:
            write_atomically(target, sealed)
        except OSError as error:
            raise Unavailable("CLIP_NOT_WRITTEN", problem=str(error.strerror)) from error

    def create(self, clip_id: str, kind: ContentKind) -> "NewFile":
        try:
            return NewFile(self.local_path(clip_id, kind))
        except OSError as error:
            raise Unavailable("CLIP_NOT_WRITTEN", problem=str(error.strerror)) from error

    def adopt(self, clip_id: str, kind: ContentKind, written_as: str) -> "NewFile":
        """An object that another process has written under a temporary name; raises OSError."""
        return NewFile(self.local_path(clip_id, kind), written_as=Path(written_as).name)

    def sync_new(self, objects: Sequence[NewObject]) -> None:
        try:
            if len(objects) < _FILES_WORTH_A_SYNC_OF_ALL or not sync_file_system(self._folder):
                for one in objects:
                    one.sync()
        except OSError as error:
            raise Unavailable("CLIP_NOT_WRITTEN", problem=str(error.strerror)) from error

    def sync_names(self) -> None:
        try:
            sync_folder(self._folder)
        except OSError as error:
            raise Unavailable("CLIP_NOT_WRITTEN", problem=str(error.strerror)) from error

    def open(self, clip_id: str, kind: ContentKind) -> BinaryIO:
        try:
            return _opened(self._path(clip_id, kind))
        except (FileNotFoundError, IsADirectoryError) as error:
            raise Damaged("CLIP_FILE_MISSING") from error
        except OSError as error:
            raise Unavailable("CLIP_NOT_READ", problem=str(error.strerror)) from error

    def local_path(self, clip_id: str, kind: ContentKind) -> str:
        return f"{self._absolute}{os.sep}{require_clip_id(clip_id)}.{kind}{_SEALED}"

    def has(self, clip_id: str, kind: ContentKind) -> bool:
        return self._path(clip_id, kind).is_file()

    def remove(self, clip_id: str) -> None:
        self._unlink([path for kind in ContentKind if (path := self._path(clip_id, kind)).exists()])

    def clip_ids(self) -> set[str]:
        return {_clip_of(path) for path in self._sealed()}

    def sweep(self, keep: set[str]) -> int:
        orphans = [path for path in self._sealed() if _clip_of(path) not in keep]
        leftovers = list(self._folder.glob(f".*{_SEALED}.*{_TEMPORARY}"))
        self._unlink(orphans + leftovers)
        return len({_clip_of(path) for path in orphans}) + len(leftovers)

    def _path(self, clip_id: str, kind: ContentKind) -> Path:
        return self._folder / f"{require_clip_id(clip_id)}.{kind}{_SEALED}"

    def _sealed(self) -> list[Path]:
        return [path for path in self._folder.glob(f"*.*{_SEALED}") if _ID.fullmatch(_clip_of(path))]

    def _unlink(self, paths: list[Path]) -> None:
        if not paths:
            return
        try:
            for path in paths:
                path.unlink(missing_ok=True)
            sync_folder(self._folder)
        except OSError as error:
            raise Unavailable("CLIP_NOT_REMOVED", problem=str(error.strerror)) from error


def _opened(path: Path) -> BinaryIO:
    """A regular file. A pipe or a device in its place is missing: it is not waited for, and has no end."""
    stream = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - the caller closes it
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise FileNotFoundError(path)
    return stream


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def require_clip_id(clip_id: str) -> str:
    """The id again; raises Refused if it could name another place."""
    if not _ID.fullmatch(clip_id):
        raise Refused("NOT_A_CLIP_ID")
    return clip_id


def _clip_of(path: Path) -> str:
    return path.name.split(".", 1)[0]
