"""Atomic writes: after a crash a file has old or new content, a new folder all of it or is missing."""

import errno
import glob
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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


def _write_synced(path: Path, content: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(content)
        file.flush()
        sync_file(file.fileno())
