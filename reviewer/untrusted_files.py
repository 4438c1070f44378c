"""Opens the files that people hand over: manifests, lists, settings, conventions, agreements, passphrases.

Such a name may lead to a pipe that never speaks, a device without an end, a folder, or a file that grows.
Everything that reads one uses these functions; a caller adds only what its own format asks for.
"""

import codecs
import errno
import json
import os
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from reviewer.errors import Refused

MOST_TEXT_BYTES = 8 << 20
"""More than any text that a person writes: a convention file has some 20 KB."""
_PIECE_BYTES = 1 << 20


@contextmanager
def open_untrusted(path: Path, most_bytes: int) -> Iterator[BinaryIO]:
    """A regular file of at most ``most_bytes``, for reading; pipes and devices are never waited for.

    A file can grow, and those of ``/proc`` have no size: whoever reads must still count.

    Raises:
        Refused: ``FILE_MISSING``, ``FILE_NOT_REGULAR``, ``FILE_TOO_LARGE`` or ``FILE_UNREADABLE``.
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refused("FILE_MISSING", file=path.name) from error
    except (OSError, ValueError) as error:  # a loop of links, a socket, no permission, a name with NUL
        raise _unreadable(path, error) from error
    with os.fdopen(descriptor, "rb") if _is_regular(descriptor) else _refused_file(descriptor, path) as file:
        if os.fstat(file.fileno()).st_size > most_bytes:
            raise _too_large(path, most_bytes)
        yield file


def read_untrusted(path: Path, most_bytes: int = MOST_TEXT_BYTES) -> bytes:
    """The whole of a file. Raises Refused as ``open_untrusted``."""
    data = bytearray()
    with open_untrusted(path, most_bytes) as file:
        try:
            while part := file.read(_PIECE_BYTES):
                data += part
                if len(data) > most_bytes:
                    raise _too_large(path, most_bytes)
        except (OSError, ValueError) as error:
            raise _unreadable(path, error) from error
    return bytes(data)


def read_untrusted_text(path: Path, most_bytes: int = MOST_TEXT_BYTES) -> str:
    """The text of a UTF-8 file, without its byte order mark; line ends stay as they are.

    Raises:
        Refused: as ``open_untrusted``, or ``FILE_NOT_UTF8``: another encoding, or NUL characters.
    """
    data = read_untrusted(path, most_bytes).removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Refused("FILE_NOT_UTF8", file=path.name) from error
    if "\0" in text:  # also UTF-16 and UTF-32 without a byte order mark
        raise Refused("FILE_NOT_UTF8", file=path.name)
    return text


def parse_untrusted_toml(text: str, name: str) -> dict[str, Any]:
    """The tables of a TOML text; ``name`` is for the message. Raises Refused: ``FILE_NOT_TOML``."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise Refused("FILE_NOT_TOML", file=name, problem="nested too deeply") from error
    except ValueError as error:  # also a number of thousands of digits
        raise Refused("FILE_NOT_TOML", file=name, problem=str(error)) from error


def parse_untrusted_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for whatever is wrong with it, and for NaN and infinity."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _is_regular(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def _refused_file(descriptor: int, path: Path) -> BinaryIO:
    os.close(descriptor)
    raise Refused("FILE_NOT_REGULAR", file=path.name)


def _too_large(path: Path, most_bytes: int) -> Refused:
    return Refused("FILE_TOO_LARGE", file=path.name, mebibytes=most_bytes >> 20)


def _unreadable(path: Path, error: Exception) -> Refused:
    if isinstance(error, OSError) and error.errno in (errno.ENXIO, errno.EOPNOTSUPP):  # a socket
        return Refused("FILE_NOT_REGULAR", file=path.name)
    problem = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Refused("FILE_UNREADABLE", file=path.name, problem=problem)
