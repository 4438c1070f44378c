"""The process that unseals stored sound into the files of a set: ``python -m reviewer.lead.sound_worker``.

It does for an export what needs no other clip and no database: read, unseal, compare, write, hash. Each
request brings the keys of its clips alone, after the row that says that they are opened is committed; for
shards also the rows and texts that stand beside the sound. It ends with the exporting process.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec

from reviewer.clips.seal import SealContext, unsealed_chunks
from reviewer.errors import Damaged
from reviewer.lead.worker_pipe import receive, send
from reviewer.model.clip import ContentKind
from reviewer.process_guard import end_with_parent, harden_process

if TYPE_CHECKING:
    from reviewer.formats.tar_shards import TarShards

_BINARY = getattr(os, "O_BINARY", 0)
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)
_HEAD_BYTES = 42
"""``fLaC``, and STREAMINFO as the last metadata block: RFC 9639, sections 6 to 8."""
_BARE_HEAD = b"fLaC\x80\x00\x00\x22"


class StoredSound(msgspec.Struct, frozen=True, array_like=True):
    """A clip's sealed FLAC: where it lies, and what it must be."""

    sealed: bytes
    key: bytes
    workspace_id: str
    clip_id: str
    form: tuple[int, int, int]
    """Frames, rate in Hz and channels."""
    out: bytes = b""
    """The file of the set that it becomes; empty if it goes into a shard."""


class WrittenSound(msgspec.Struct, frozen=True, array_like=True):
    """SHA-256 of what went into a file, and its inode, size and time afterwards."""

    digest: bytes
    inode: int
    size: int
    changed_ns: int


class Sounds(msgspec.Struct, frozen=True, tag=True):
    """A request: the sounds of a batch, each to be a file."""

    sounds: list[StoredSound]


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """A sample of a shard: its split, its id, its sound as FLAC, and its members ``json`` and ``txt``."""

    split: str
    id: str
    sound: StoredSound
    row: bytes
    text: bytes


class Samples(msgspec.Struct, frozen=True, tag=True):
    """A request: the next samples of the shards in ``folder`` of the set ``root``."""

    root: str
    folder: str
    samples: list[Sample]


class EndOfShards(msgspec.Struct, frozen=True, tag=True):
    """A request: no sample follows."""


class Written(msgspec.Struct, frozen=True, tag=True):
    """The answer to a request; None stands for a sound that cannot be read or does not verify."""

    sounds: list[WrittenSound | None]


class Added(msgspec.Struct, frozen=True, tag=True):
    """The answer to samples: how many were added before the first whose sound does not verify."""

    samples: int


class Shards(msgspec.Struct, frozen=True, tag=True):
    """The answer at the end of shards: each by its path relative to the set."""

    written: dict[str, WrittenSound]


class NotWritten(msgspec.Struct, frozen=True, tag=True):
    """The answer when the operating system refused to write."""

    number: int
    sentence: str


Request = Sounds | Samples | EndOfShards
Answer = Written | Added | Shards | NotWritten
decode_request: Callable[[bytes], Request] = msgspec.msgpack.Decoder(Request).decode
decode_answer: Callable[[bytes], Answer] = msgspec.msgpack.Decoder(Answer).decode


def form_of(flac: bytes) -> tuple[int, int, int] | None:
    """Frames, rate in Hz and channels of a FLAC as import encodes it, or None for any other."""
    if flac[: len(_BARE_HEAD)] != _BARE_HEAD or len(flac) <= _HEAD_BYTES:
        return None
    packed = int.from_bytes(flac[18:26], "big")
    return packed & (1 << 36) - 1, packed >> 44, (packed >> 41 & 0b111) + 1


def unsealed(one: StoredSound) -> list[bytes] | None:
    """A clip's FLAC in chunks; None if it cannot be read or is not what it must be."""
    context = SealContext(one.workspace_id, one.clip_id, ContentKind.AUDIO)
    try:
        chunks = unsealed_chunks(one.key, context, _read(one.sealed))
    except (OSError, Damaged):  # whoever asked looks for itself, and says what is wrong
        return None
    return chunks if form_of(chunks[0]) == one.form else None


def write_sound(one: StoredSound) -> WrittenSound | None:
    """Writes a sound to its file, which must not exist; None, and no file, if it does not verify.

    Raises OSError.
    """
    chunks = unsealed(one)
    if chunks is None:
        return None
    digest = hashlib.sha256()
    # Descriptors: a file object asks for more of each file than is needed, a twentieth of the time.
    descriptor = os.open(one.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    try:
        for chunk in chunks:
            digest.update(chunk)
            done = os.write(descriptor, chunk)
            while done < len(chunk):
                done += os.write(descriptor, memoryview(chunk)[done:])
        found = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return WrittenSound(digest.digest(), found.st_ino, found.st_size, found.st_mtime_ns)


def _read(path: bytes) -> bytes:
    """A file; of a pipe or a device in its place, which is not waited for, nothing."""
    descriptor = os.open(path, os.O_RDONLY | _BINARY | _NO_WAITING)
    try:
        return os.read(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


class _Shards:
    """The shards of one set, from their first sample on."""

    def __init__(self) -> None:
        self._shards: TarShards | None = None
        self._open = ExitStack()

    def add(self, request: Samples) -> Added:
        """Adds samples up to the first that does not verify. Raises OSError."""
        if self._shards is None:
            # A seventh of the start, which files do not need.
            from pathlib import Path  # noqa: PLC0415

            from reviewer.formats.tar_shards import TarShards  # noqa: PLC0415

            self._shards = self._open.enter_context(TarShards(Path(request.root), request.folder))
        for number, one in enumerate(request.samples):
            chunks = unsealed(one.sound)
            if chunks is None:
                return Added(number)
            members = (("flac", b"".join(chunks)), ("json", one.row), ("txt", one.text))
            self._shards.add(one.split, one.id, members)
        return Added(len(request.samples))

    def finish(self) -> Shards:
        """Ends them. Raises OSError."""
        written = self._shards.finish() if self._shards is not None else {}
        self._open.close()
        return Shards(
            {
                path: WrittenSound(one.digest, one.inode, one.size, one.changed_ns)
                for path, one in written.items()
            }
        )


def main() -> None:
    """Serves the parent on standard input until that closes."""
    harden_process()
    end_with_parent()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    shards = _Shards()
    while (request := receive(sys.stdin.buffer, decode_request)) is not None:
        try:
            answer = _answer(request, shards)
        except OSError as error:
            answer = NotWritten(error.errno or 0, error.strerror or "")
        send(out, answer)


def _answer(request: Request, shards: _Shards) -> Answer:
    match request:
        case Sounds():
            return Written([write_sound(one) for one in request.sounds])
        case Samples():
            return shards.add(request)
        case EndOfShards():
            return shards.finish()


if __name__ == "__main__":
    main()
