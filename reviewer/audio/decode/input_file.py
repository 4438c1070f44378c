"""Opens what is to be decoded: a file by its name, or bytes that get no name.

The decoding process gets an open descriptor. Bytes from inside another file go into a file in memory, or
where there is none into one that was unlinked before anything was written: a process that is killed leaves
nothing behind. Only where a decoder must be told a name do they have one for a moment.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from reviewer.errors import Refused, Unavailable
from reviewer.untrusted_files import open_descriptor

_SOURCE_CODES = {
    "FILE_MISSING": "UNDECODABLE_NOT_FOUND",
    "FILE_NOT_REGULAR": "UNDECODABLE_NOT_A_FILE",
    "FILE_UNREADABLE": "UNDECODABLE_NOT_READABLE",
    "FILE_TOO_LARGE": "TOO_LONG_BYTES",
}


def open_source(path: Path, most_bytes: int) -> int:
    """A read-only descriptor of a regular file with 1 to ``most_bytes`` bytes, which the caller closes.

    The decoding limits also apply to a file that grows later.

    Raises:
        Refused: ``UNDECODABLE_...``, ``EMPTY_AUDIO_FILE`` or ``TOO_LONG_BYTES``.
    """
    try:
        descriptor, size = open_descriptor(path, most_bytes)
    except Refused as error:
        raise Refused(_SOURCE_CODES[error.code], mebibytes=most_bytes >> 20) from error
    if not size:
        os.close(descriptor)
        raise Refused("EMPTY_AUDIO_FILE")
    return descriptor


@contextmanager
def open_bytes(content: bytes, most_bytes: int, *, needs_name: bool) -> Iterator[tuple[Path, int]]:
    """The name, if one is needed, and a descriptor of a file with this content, which is gone afterwards.

    On Linux nobody can write to that file any more, its reader included.

    Raises:
        Refused: ``EMPTY_AUDIO_FILE`` or ``TOO_LONG_BYTES``.
        Unavailable: there is no room for it.
    """
    if not content:
        raise Refused("EMPTY_AUDIO_FILE")
    if len(content) > most_bytes:
        raise Refused("TOO_LONG_BYTES", mebibytes=most_bytes >> 20)
    with ExitStack() as stack:
        try:
            path, descriptor = _named(stack, content) if needs_name else _unnamed(stack, content)
        except OSError as error:
            raise Unavailable("DECODER_NOT_STARTED") from error
        yield path, descriptor


def _unnamed(stack: ExitStack, content: bytes) -> tuple[Path, int]:
    if sys.platform != "linux":
        file = stack.enter_context(tempfile.TemporaryFile(buffering=0))  # noqa: SIM115 - the stack closes it
        _write(file.fileno(), content)
        return Path(), file.fileno()
    import fcntl  # noqa: PLC0415 - not on every platform

    descriptor = os.memfd_create("sound", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    stack.callback(os.close, descriptor)
    _write(descriptor, content)
    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return Path(), descriptor


def _named(stack: ExitStack, content: bytes) -> tuple[Path, int]:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reviewer-sound-"))
    path = Path(folder, "sound")
    path.write_bytes(content)
    return path, stack.enter_context(path.open("rb")).fileno()


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
