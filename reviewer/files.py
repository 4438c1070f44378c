"""Atomic writes: a file has old or new content, a new folder all of it or is missing; locks of processes."""

import errno
import glob
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase, TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO


def write_whole(file: RawIOBase, data: bytes) -> None:
    """Writes all of it to a file without a buffer, which may take less at once than it is given."""
    done = file.write(data) or 0
    while done < len(data):
        done += file.write(memoryview(data)[done:]) or 0


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file beside its place, sync it to the disk, then replace the file; follows a symbolic link.

    Args:
        path: the file; its folder must exist.
        content: all of it.
        mode: the permissions of the new file, as for ``os.open``.

    Raises:
        OSError: writing failed; the old content is unchanged, and no temporary file is left.
    """
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        _write_synced(temporary, content, mode)
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


class NewFile:
    """A file that is written a part at a time beside its place, and gets its name when it is complete."""

    def __init__(self, path: Path | str, *, written_as: str = "") -> None:
        """``written_as``: the name, in the same folder, under which another process has written it."""
        self._path = os.fspath(path)  # an import has several thousand, and pathlib takes ten times as long
        self._is_kept = False
        name = self._path.rpartition(os.sep)[2]
        self.temporary_name = written_as or f".{name}.{os.urandom(8).hex()}.tmp"
        self._temporary = self._path.removesuffix(name) + self.temporary_name
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0)
        if not written_as:
            flags |= os.O_CREAT | os.O_EXCL
        self.stream: BinaryIO = os.fdopen(os.open(self._temporary, flags, 0o600), "r+b")

    def reread(self) -> BinaryIO:
        """A second stream over what was written; it shares the position of the first."""
        self.stream.flush()
        return os.fdopen(os.dup(self.stream.fileno()), "rb")

    def sync(self) -> None:
        """Bring what was written to the disk."""
        self.stream.flush()
        sync_file(self.stream.fileno())

    def keep(self) -> None:
        """Give it its name; written again if somebody removed it meanwhile.

        The name is durable after ``sync_folder``, once for any number of files.
        """
        if sys.platform == "win32":  # an open file cannot be renamed there, and nobody can remove it
            self.stream.close()
        try:
            os.replace(self._temporary, self._path)  # noqa: PTH105 - see above
        except FileNotFoundError:
            self.stream.seek(0)
            again = NewFile(self._path)
            try:
                shutil.copyfileobj(self.stream, again.stream)
                again.sync()
                again.keep()
            finally:
                again.discard()
        self._is_kept = True

    def discard(self) -> None:
        """Close it, and remove it if it was not kept; a kept one need not stay in memory."""
        with suppress(OSError, ValueError):
            # The system then gives the same memory to the next file.
            if self._is_kept and sys.platform == "linux":
                os.posix_fadvise(self.stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with suppress(OSError):
            self.stream.close()
        with suppress(OSError):
            if not self._is_kept:
                os.unlink(self._temporary)  # noqa: PTH108 - see above


@contextmanager
def new_text(path: Path) -> Iterator[TextIO]:
    """A text in UTF-8 that replaces the file of its name once all of it is written, with line ends as given.

    Raises:
        OSError: writing failed; the old content is unchanged, and no temporary file is left.
    """
    made = NewFile(path.resolve())
    try:
        text = TextIOWrapper(made.stream, encoding="utf-8", newline="")
        yield text
        text.detach()
        made.sync()
        made.keep()
        sync_folder(path.resolve().parent)
    finally:
        made.discard()


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder that is there with everything in it, or not at all: filled beside its place, then renamed.

    What a killed attempt left beside is removed by the next one.

    Raises:
        FileExistsError: there is a file, or a folder that is not empty.
        OSError: it cannot be written; nothing is left.
    """
    folder = folder.resolve()
    _require_empty(folder)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.parent.glob(f".{glob.escape(folder.name)}.*.new"):
        shutil.rmtree(left, ignore_errors=True)
    beside = folder.with_name(f".{folder.name}.{os.urandom(8).hex()}.new")
    beside.mkdir(mode=0o700)
    try:
        yield beside
        sync_folder(beside)
        _require_empty(folder)
        if sys.platform == "win32" and folder.exists():
            folder.rmdir()
        beside.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(folder))


def sync_folder(folder: Path) -> None:
    """Sync a folder's entries to the disk, which makes a rename durable. Does nothing on Windows."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(descriptor: int) -> None:
    """Sync an open file to the disk; on macOS ``fsync`` alone leaves it in the drive's cache."""
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - not on Windows

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_tree(folder: Path) -> None:
    """Sync all files below a folder to the disk: on Linux their file system at once, elsewhere one by one."""
    if sync_file_system(folder):
        return
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb+") as file:
                sync_file(file.fileno())
    sync_folder(folder)


def sync_file_system(folder: Path) -> bool:
    """Sync all that was written to the file system of a folder, at once; False where that cannot be done."""
    if sys.platform != "linux":
        return False
    import ctypes  # noqa: PLC0415 - only for this

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        sync = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
        if sync is None:
            return False
        if sync(descriptor):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return True
    finally:
        os.close(descriptor)


@contextmanager
def locked_file(path: Path) -> Iterator[bool]:
    """Holds a lock among processes, which ends with the process that holds it, however that ends.

    Yields False if another process (or another call in this one) holds it. The file is removed afterwards by
    whoever held the lock, so its name must not be used again.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    is_held = False
    try:
        is_held = _lock(descriptor)
        yield is_held
    finally:
        if is_held:
            with suppress(OSError):  # Windows refuses while others have it open; an empty file is left
                path.unlink()
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _write_synced(path: Path, content: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(content)
        file.flush()
        sync_file(file.fileno())
