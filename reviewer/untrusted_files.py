"""Opens the files that people hand over: manifests, lists, settings, conventions, agreements, passphrases.

Such a name may lead to a pipe that never speaks, a device without an end, a folder, or a file that grows.
Everything that reads one uses these functions; a caller adds only what its own format asks for.
"""

import codecs
import errno
import json
import os
import stat
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from reviewer.errors import Refused

MOST_TEXT_BYTES = 8 << 20
"""More than any text that a person writes: a convention file has some 20 KB."""
_PIECE_BYTES = 1 << 20
_UNWRITTEN_SECONDS = 3.0
_LOOK_EVERY_SECONDS = 0.02


@contextmanager
def open_untrusted(path: Path, most_bytes: int) -> Iterator[BinaryIO]:
    """A regular file of at most ``most_bytes``, for reading; pipes and devices are never waited for.

    A file can grow, and those of ``/proc`` have no size: whoever reads must still count.

    Raises:
        Refused: ``FILE_MISSING``, ``FILE_NOT_REGULAR``, ``FILE_TOO_LARGE`` or ``FILE_UNREADABLE``.
    """
    with os.fdopen(open_descriptor(path, most_bytes)[0], "rb") as file:
        yield file


def open_descriptor(path: Path, most_bytes: int) -> tuple[int, int]:
    """The same as a descriptor, which the caller closes, and the size that the file has now."""
    descriptor = _opened(path)
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_size <= most_bytes:
        return descriptor, found.st_size
    os.close(descriptor)
    raise _too_large(path, most_bytes) if stat.S_ISREG(found.st_mode) else _not_regular(path)


def read_untrusted(path: Path, most_bytes: int = MOST_TEXT_BYTES) -> bytes:
    """The whole of a file. Raises Refused as ``open_untrusted``."""
    with open_untrusted(path, most_bytes) as file:
        return b"".join(read_pieces(file, path, most_bytes))


def read_pieces(file: BinaryIO, path: Path, most_bytes: int) -> Iterator[bytes]:
    """The content of a file that ``open_untrusted`` has opened. Raises Refused as that does."""
    count = 0
    try:
        while part := file.read(_PIECE_BYTES):
            count += len(part)
            if count > most_bytes:
                raise _too_large(path, most_bytes)
            yield part
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def read_untrusted_text(path: Path, most_bytes: int = MOST_TEXT_BYTES) -> str:
    """The text of a UTF-8 file, without its byte order mark; line ends stay as they are.

    Raises:
        Refused: as ``open_untrusted``, or ``FILE_NOT_UTF8``: another encoding, or NUL characters.
    """
    return decoded_untrusted(path.name, read_untrusted(path, most_bytes))


def decoded_untrusted(name: str, data: bytes) -> str:
    """The text of a UTF-8 file that was read; ``name`` is for the message. Raises Refused as above."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Refused("FILE_NOT_UTF8", file=name) from error
    if "\0" in text:  # also UTF-16 and UTF-32 without a byte order mark
        raise Refused("FILE_NOT_UTF8", file=name)
    return text


def read_first_line(path: Path, most_bytes: int, *, seconds: float = 60) -> str:
    """The first line of a text file, or of a pipe: ``<(pass show x)``, ``/dev/stdin``.

    Args:
        path: the file; of a pipe only what comes up to the first line end is read.
        most_bytes: a longer file, or a longer line of a pipe, is refused.
        seconds: how long a pipe is waited for: who writes may have to unlock a store of passwords first. One
            that no program has open for writing is waited for three seconds at most.

    Raises:
        Refused: as ``read_untrusted_text``, or ``PIPE_SILENT``.
    """
    descriptor = _opened(path)
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            text = read_untrusted_text(path, most_bytes)
        else:
            text = decoded_untrusted(path.name, _line_of_pipe(descriptor, path, most_bytes, seconds))
    finally:
        os.close(descriptor)
    return (text.splitlines() or [""])[0]


def _line_of_pipe(descriptor: int, path: Path, most_bytes: int, seconds: float) -> bytes:
    """What comes before the first line end, or the end of the pipe."""
    data, began = b"", time.monotonic()
    while b"\n" not in data:
        part = _part_of_pipe(descriptor, path)
        data += part or b""
        if len(data.partition(b"\n")[0]) > most_bytes:
            raise _too_large(path, most_bytes)
        if part == b"" and data:
            break
        longest = min(seconds, _UNWRITTEN_SECONDS) if part == b"" else seconds
        if time.monotonic() - began > longest:
            raise Refused("PIPE_SILENT", file=path.name)
        if not part:
            time.sleep(_LOOK_EVERY_SECONDS)
    return data.partition(b"\n")[0]


def _part_of_pipe(descriptor: int, path: Path) -> bytes | None:
    """What was written; None if nothing was yet, and nothing but empty if nobody has it open for writing."""
    try:
        return os.read(descriptor, _PIECE_BYTES)
    except BlockingIOError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error


def _opened(path: Path) -> int:
    """A descriptor for reading that nothing was waited for."""
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    try:
        return os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refused("FILE_MISSING", file=path.name) from error
    except (OSError, ValueError) as error:  # a loop of links, a socket, no permission, a name with NUL
        raise _unreadable(path, error) from error


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


def _not_regular(path: Path) -> Refused:
    return Refused("FILE_NOT_REGULAR", file=path.name)


def _too_large(path: Path, most_bytes: int) -> Refused:
    return Refused("FILE_TOO_LARGE", file=path.name, mebibytes=most_bytes >> 20)


def _unreadable(path: Path, error: Exception) -> Refused:
    if isinstance(error, OSError) and error.errno in (errno.ENXIO, errno.EOPNOTSUPP):  # a socket
        return _not_regular(path)
    problem = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Refused("FILE_UNREADABLE", file=path.name, problem=problem)
