"""A file beside the database that is given up when the disk is full, so that people can sign in and purge."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

RESERVE_BYTES = 2 << 20
"""Some hundred sign-ins, or purges of as many clips: a row of the log and SQLite's journal for each."""
_PIECE_BYTES = 1 << 16


def free_bytes(folder: Path) -> int:
    """What this user can still write on the folder's disk; quotas are not seen."""
    return shutil.disk_usage(folder).free


class DiskReserve:
    """Space that only the acts inside ``released`` may use once the disk is full."""

    def __init__(self, file: Path, free: Callable[[Path], int] = free_bytes) -> None:
        self._file = file
        self._free = free

    @contextmanager
    def released(self) -> Iterator[None]:
        """Gives the reserve up if the disk is full, and takes back what is left of it afterwards."""
        with suppress(OSError):
            if self._free(self._file.parent) < RESERVE_BYTES:
                self._file.unlink(missing_ok=True)
        try:
            yield
        finally:
            self.fill()

    def fill(self) -> None:
        """Makes the reserve as large as it should be, or as the disk allows; never raises OSError."""
        with suppress(OSError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            descriptor = os.open(self._file, flags, 0o600)
            try:
                missing = RESERVE_BYTES - os.fstat(descriptor).st_size
                while missing > 0:  # bytes that no file system can compress
                    missing -= os.write(descriptor, os.urandom(min(missing, _PIECE_BYTES)))
            finally:
                os.close(descriptor)
