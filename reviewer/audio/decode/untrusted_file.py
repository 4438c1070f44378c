"""Opening a file that nobody trusts, without believing anything about it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewer.errors import Refused

_HINT = "Check the path in the manifest; it is relative to the manifest's folder."


@contextmanager
def opened(path: Path, most_bytes: int) -> Iterator[int]:
    """A read-only descriptor of a regular file of at most ``most_bytes``.

    A pipe or device never blocks it. A file that grows later is held by the limits on decoding.

    Raises:
        Refused: no such file, not a regular one, unreadable (``UNDECODABLE``), empty (``EMPTY_AUDIO``), or
            too large (``TOO_LONG``).
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refused("There is no such file.", _HINT, code="UNDECODABLE") from error
    except (OSError, ValueError) as error:
        raise Refused(
            "The file cannot be opened.", "Check that you may read it.", code="UNDECODABLE"
        ) from error
    try:
        _check(os.fstat(descriptor), most_bytes)
        yield descriptor
    finally:
        os.close(descriptor)


def _check(status: os.stat_result, most_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Refused("This is not a file but a folder or a device.", _HINT, code="UNDECODABLE")
    if status.st_size == 0:
        raise Refused("The file is empty.", "Record or export it again.", code="EMPTY_AUDIO")
    if status.st_size > most_bytes:
        raise Refused(
            f"The file is larger than {most_bytes >> 20} MiB.",
            "Cut it into shorter clips, or raise the limit in project.toml.",
            code="TOO_LONG",
        )
