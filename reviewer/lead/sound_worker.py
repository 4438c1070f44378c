"""The process that unseals stored sound into the files of a set: ``python -m reviewer.lead.sound_worker``.

It does for an export what needs no other clip, database or text: read, unseal, compare, write, hash. Each
request brings the keys of its clips alone, after the row that says that they are opened is committed. It ends
with the exporting process.
"""

import hashlib
import os
import sys

import msgspec

from reviewer.clips.seal import SealContext, unseal
from reviewer.errors import Damaged
from reviewer.lead.worker_pipe import receive, send
from reviewer.model.clip import ContentKind
from reviewer.process_guard import end_with_parent, harden_process

_HEAD_BYTES = 42
"""``fLaC``, and STREAMINFO as the last metadata block: RFC 9639, sections 6 to 8."""
_BARE_HEAD = b"fLaC\x80\x00\x00\x22"


class StoredSound(msgspec.Struct, frozen=True, array_like=True):
    """A clip's sealed FLAC, where it lies and what it must be, and the file of the set that it becomes."""

    sealed: bytes
    key: bytes
    workspace_id: str
    clip_id: str
    form: tuple[int, int, int]
    """Frames, rate in Hz and channels."""
    out: bytes


class WrittenSound(msgspec.Struct, frozen=True, array_like=True):
    """SHA-256 of what went into a file, and its inode, size and time afterwards."""

    digest: bytes
    inode: int
    size: int
    changed_ns: int


class Sounds(msgspec.Struct, frozen=True, tag=True):
    """A request: the sounds of a batch."""

    sounds: list[StoredSound]


class Written(msgspec.Struct, frozen=True, tag=True):
    """The answer: None stands for a sound that could not be read or is not what it must be."""

    sounds: list[WrittenSound | None]


class NotWritten(msgspec.Struct, frozen=True, tag=True):
    """The answer when the operating system refused to write."""

    number: int
    sentence: str


decode_request = msgspec.msgpack.Decoder(Sounds).decode
decode_answer = msgspec.msgpack.Decoder(Written | NotWritten).decode


def form_of(flac: bytes) -> tuple[int, int, int] | None:
    """Frames, rate in Hz and channels of a FLAC as import encodes it, or None for any other."""
    if flac[: len(_BARE_HEAD)] != _BARE_HEAD or len(flac) <= _HEAD_BYTES:
        return None
    packed = int.from_bytes(flac[18:26], "big")
    return packed & (1 << 36) - 1, packed >> 44, (packed >> 41 & 0b111) + 1


def write_sound(one: StoredSound) -> WrittenSound | None:
    """Writes a sound to its file, which must not exist; None, and no file, if it does not verify.

    Raises OSError.
    """
    context = SealContext(one.workspace_id, one.clip_id, ContentKind.AUDIO)
    try:
        with open(one.sealed, "rb", buffering=0) as file:  # noqa: PTH123 - a path of bytes
            flac = unseal(one.key, context, file.read())
    except (OSError, Damaged):  # whoever asked looks for itself, and says what is wrong
        return None
    if form_of(flac) != one.form:
        return None
    with open(one.out, "xb", buffering=0) as file:  # noqa: PTH123
        done = file.write(flac)
        while done < len(flac):
            done += file.write(memoryview(flac)[done:])
    found = os.stat(one.out)  # noqa: PTH116
    return WrittenSound(hashlib.sha256(flac).digest(), found.st_ino, found.st_size, found.st_mtime_ns)


def main() -> None:
    """Serves the parent on standard input until that closes."""
    harden_process()
    end_with_parent()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    while (request := receive(sys.stdin.buffer, decode_request)) is not None:
        try:
            answer: Written | NotWritten = Written([write_sound(one) for one in request.sounds])
        except OSError as error:
            answer = NotWritten(error.errno or 0, error.strerror or "")
        send(out, answer)


if __name__ == "__main__":
    main()
