"""Sealed objects: bytes that only open under their key and in their context.

Layout: magic, version, 32-byte salt, then chunks of 64 KiB, each AES-256-GCM with a 16-byte tag. HKDF-SHA256
of the clip's key and the salt gives the object's own key, so that nonces can count from zero. As in STREAM
(Hoang, Reyhanitabar, Rogaway, Vizár 2015) and age, a nonce is an 11-byte counter and a flag for the last
chunk: cut, added or reordered chunks do not verify.
"""

import io
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reviewer.errors import Damaged
from reviewer.model.clip import ContentKind

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_BYTES = 64 * 1024
_MAGIC = b"RVSL\x01"
_SALT_BYTES = 32
_TAG_BYTES = 16
_HEADER_BYTES = len(_MAGIC) + _SALT_BYTES
_SEALED_CHUNK_BYTES = CHUNK_BYTES + _TAG_BYTES
_MOST_WAITING_CHUNKS = 3


@dataclass(frozen=True, slots=True)
class SealContext:
    """What sealed bytes belong to; ``name`` distinguishes several of one kind, such as an annotation's id."""

    workspace_id: str
    clip_id: str
    kind: ContentKind
    name: str = ""

    def to_bytes(self) -> bytes:
        """One byte form for each context: every part is preceded by its length."""
        parts = [part.encode() for part in (self.workspace_id, self.clip_id, self.kind, self.name)]
        return b"".join([len(part).to_bytes(4) + part for part in parts])


def seal(key: bytes, context: SealContext, data: bytes) -> bytes:
    """Seals bytes of any length under a clip's 32-byte key."""
    salt = secrets.token_bytes(_SALT_BYTES)
    header = _MAGIC + salt
    cipher = _cipher(key, salt)
    bound = header + context.to_bytes()
    last = _last_index(len(data))
    view = memoryview(data)
    chunks = (
        cipher.encrypt(_nonce(i, last), view[i * CHUNK_BYTES : (i + 1) * CHUNK_BYTES], bound)
        for i in range(last + 1)
    )
    return b"".join((header, *chunks))


class SealedWriter:
    """Seals an object of unknown length a chunk at a time; the result is as from ``seal``.

    The first chunk is kept until the end, because a format may write lengths into its header last. An object
    of up to 256 KiB, as most clips are, is written at once.
    """

    def __init__(self, key: bytes, context: SealContext, stream: BinaryIO) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._header = _MAGIC + salt
        self._cipher = _cipher(key, salt)
        self._bound = self._header + context.to_bytes()
        self._stream = stream
        self._first: bytearray | None = None
        self._pending = bytearray()
        self._index = 0
        self._sealed: list[bytes] = []
        """Chunks after the first that wait to be written."""
        self._is_begun = self._is_finished = False

    def write(self, data: bytes) -> None:
        """Appends plain bytes."""
        self._pending += data
        while len(self._pending) > CHUNK_BYTES:  # what may be the last chunk waits for its flag
            chunk = self._pending[:CHUNK_BYTES]
            del self._pending[:CHUNK_BYTES]
            if self._first is None:
                self._first = chunk
            else:
                self._sealed.append(self._seal(chunk, self._index, is_last=False))
                if len(self._sealed) == _MOST_WAITING_CHUNKS:
                    self._write_sealed()
            self._index += 1

    def rewrite_start(self, data: bytes) -> None:
        """Replaces the first bytes, which must have been written, all in the first chunk."""
        start = self._pending if self._first is None else self._first
        if len(data) > len(start):
            raise ValueError("not written yet")
        start[: len(data)] = data

    def finish(self) -> None:
        """Seals the last and the first chunk; nothing can be written afterwards."""
        if self._is_finished:
            return
        self._is_finished = True
        self._sealed.append(self._seal(self._pending, self._index, is_last=True))
        start = [self._header]
        if self._first is not None:
            start.append(self._seal(self._first, 0, is_last=False))
        if not self._is_begun:
            self._stream.write(b"".join((*start, *self._sealed)))
            return
        self._write_sealed()
        self._stream.seek(0)
        self._stream.write(b"".join(start))
        self._stream.seek(0, io.SEEK_END)

    def _write_sealed(self) -> None:
        if not self._is_begun:
            self._is_begun = True
            self._stream.seek(_HEADER_BYTES + _SEALED_CHUNK_BYTES)
        self._stream.write(b"".join(self._sealed))
        self._sealed.clear()

    def _seal(self, chunk: bytearray, index: int, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(index, index if is_last else -1), chunk, self._bound)


def unseal(key: bytes, context: SealContext, sealed: bytes) -> bytes:
    """The plain bytes; raises Damaged if a bit, the length, the key or the context differs."""
    chunks = unsealed_chunks(key, context, sealed)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def unsealed_chunks(key: bytes, context: SealContext, sealed: bytes) -> list[bytes]:
    """The plain bytes as they were sealed, 64 KiB each, at least one. Raises the same as ``unseal``."""
    header = sealed[:_HEADER_BYTES]
    cipher, bound = _opened(key, context, header)
    last, _ = _last_chunk(len(sealed) - _HEADER_BYTES)
    view = memoryview(sealed)[_HEADER_BYTES:]
    if not last:
        return [_decrypted(cipher, 0, 0, view, bound)]
    chunks = (view[i * _SEALED_CHUNK_BYTES : (i + 1) * _SEALED_CHUNK_BYTES] for i in range(last + 1))
    return [_decrypted(cipher, i, last, chunk, bound) for i, chunk in enumerate(chunks)]


class SealedReader(io.RawIOBase):
    """Reads a sealed object from any offset, without unsealing the rest.

    The last chunk is verified at once, so the length can be trusted; each other chunk when it is read. Wrap
    it in ``io.BufferedReader``. It owns the stream and closes it. libsndfile's callbacks swallow exceptions:
    give it a stream that keeps them (``reviewer.audio.io.flac``).

    Raises: Damaged, from the constructor and from every read.
    """

    def __init__(self, key: bytes, context: SealContext, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._cipher, self._bound = _opened(key, context, self._read_at(0, _HEADER_BYTES))
        self._last, last_bytes = _last_chunk(stream.seek(0, io.SEEK_END) - _HEADER_BYTES)
        self._size = self._last * CHUNK_BYTES + last_bytes
        self._position = 0
        self._chunk_index = -1
        self._chunk = b""
        self._load(self._last)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves to an offset in the plain bytes; raises ValueError before the beginning."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fills at most to the end of a chunk; 0 at the end of the object."""
        if self.closed:
            raise ValueError("read of a closed object")
        target = memoryview(buffer).cast("B")
        if self._position >= self._size or not len(target):
            return 0
        index, offset = divmod(self._position, CHUNK_BYTES)
        self._load(index)
        part = self._chunk[offset : offset + len(target)]
        target[: len(part)] = part
        self._position += len(part)
        return len(part)

    def readall(self) -> bytes:
        """Everything from here to the end, a chunk at a time."""
        return b"".join(iter(lambda: self.read(CHUNK_BYTES), b""))

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._chunk = b""
        super().close()

    def _load(self, index: int) -> None:
        if index == self._chunk_index:
            return
        sealed = self._read_at(_HEADER_BYTES + index * _SEALED_CHUNK_BYTES, _SEALED_CHUNK_BYTES)
        self._chunk = _decrypted(self._cipher, index, self._last, sealed, self._bound)
        self._chunk_index = index

    def _read_at(self, offset: int, length: int) -> bytes:
        self._stream.seek(offset)
        return self._stream.read(length)


def _opened(key: bytes, context: SealContext, header: bytes) -> tuple[AESGCM, bytes]:
    """The cipher of a sealed object, and the bytes that every chunk is bound to."""
    if len(header) != _HEADER_BYTES or not header.startswith(_MAGIC):
        raise _damaged()
    return _cipher(key, header[len(_MAGIC) :]), header + context.to_bytes()


def plain_bytes(sealed_bytes: int) -> int:
    """The size of what is in a sealed object, by the object's size. Raises Damaged if none has that size."""
    last, last_bytes = _last_chunk(sealed_bytes - _HEADER_BYTES)
    return last * CHUNK_BYTES + last_bytes


def _last_chunk(sealed_bytes: int) -> tuple[int, int]:
    """The index of the last chunk of an object without its header, and the number of its plain bytes."""
    last = max(0, -(-sealed_bytes // _SEALED_CHUNK_BYTES) - 1)
    last_bytes = sealed_bytes - last * _SEALED_CHUNK_BYTES - _TAG_BYTES
    # Only an empty object may end in an empty chunk; otherwise one content would have two sealed forms.
    if last_bytes < 0 or (last_bytes == 0 and last):
        raise _damaged()
    return last, last_bytes


def _decrypted(cipher: AESGCM, index: int, last: int, sealed: bytes | memoryview, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(_nonce(index, last), sealed, bound)
    except (InvalidTag, ValueError) as error:
        raise _damaged() from error


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=salt, info=b"reviewer sealed object 1").derive(key))


def _nonce(index: int, last: int) -> bytes:
    return index.to_bytes(11) + (b"\x01" if index == last else b"\x00")


def _last_index(length: int) -> int:
    return max(0, -(-length // CHUNK_BYTES) - 1)


def _damaged() -> Damaged:
    return Damaged("SEALED_OBJECT_DAMAGED")
