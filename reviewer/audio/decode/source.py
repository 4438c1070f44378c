"""Reads an untrusted file at any position, and shows a library only some parts of it.

A library that stops too early, or trusts a wrong header, is given a *view*: the parts of the file that it is
to decode, with header bytes of our own before them.
"""

import bisect
import os
from collections.abc import Sequence

from reviewer.audio.limits import MAX_VIEW_BYTES

_WINDOW_BYTES = 1 << 16


class Source:
    """An open file from ``origin`` on, read through one window; its size is that at the beginning."""

    def __init__(self, descriptor: int, origin: int = 0, *, window: int = _WINDOW_BYTES) -> None:
        """``window``: so many bytes are read at once."""
        self._descriptor, self._origin, self._window_bytes = descriptor, origin, window
        self.size = max(0, os.lseek(descriptor, 0, os.SEEK_END) - origin)
        self._start, self._window = 0, b""

    def at(self, offset: int, count: int) -> bytes:
        """Up to ``count`` bytes; fewer at the end of the file."""
        begin = offset - self._start
        if begin < 0 or begin + count > len(self._window):
            self._start, begin = offset, 0
            self._window = self._read(offset, max(count, self._window_bytes))
        return self._window[begin : begin + count]

    def find(self, pattern: bytes, start: int) -> int:
        """The first position of ``pattern`` from ``start`` on, or -1."""
        while start < self.size:
            found = self.at(start, _WINDOW_BYTES).find(pattern)
            if found >= 0:
                return start + found
            start += _WINDOW_BYTES - len(pattern) + 1
        return -1

    def is_zero(self, start: int, end: int) -> bool:
        """Whether the bytes from ``start`` to ``end`` are all zero."""
        return all(
            not any(self.at(place, min(_WINDOW_BYTES, end - place)))
            for place in range(start, end, _WINDOW_BYTES)
        )

    def _read(self, offset: int, count: int) -> bytes:
        os.lseek(self._descriptor, self._origin + offset, os.SEEK_SET)
        content = b""
        while len(content) < count and (more := os.read(self._descriptor, count - len(content))):
            content += more
        return content


class View:
    """A readable, seekable file that consists of bytes of ours and of spans of a source."""

    def __init__(self, source: Source, parts: Sequence[bytes | tuple[int, int]]) -> None:
        """``parts``: bytes, or start and end of a span of the source."""
        self._source, self._parts = source, parts
        self._starts, self._size, self._place = [], 0, 0
        for part in parts:
            self._starts.append(self._size)
            self._size += len(part) if isinstance(part, bytes) else part[1] - part[0]

    def read(self, count: int = -1) -> bytes:
        """Up to ``count`` bytes, fewer only at the end."""
        count = self._size - self._place if count < 0 else min(count, self._size - self._place)
        pieces = []
        while count > 0:
            index = bisect.bisect_right(self._starts, self._place) - 1
            piece = self._piece(self._parts[index], self._place - self._starts[index], count)
            if not piece:
                break
            pieces.append(piece)
            self._place += len(piece)
            count -= len(piece)
        return b"".join(pieces)

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer as far as the file goes; the number of bytes."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the position, inside the file, and return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = min(max(base + offset, 0), self._size)
        return self._place

    def tell(self) -> int:
        return self._place

    def write_to(self, descriptor: int) -> int:
        """Replace the content of an open file by the view; returns the descriptor. Raises MemoryError."""
        if self._size > MAX_VIEW_BYTES:
            raise MemoryError
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        self.seek(0)
        while piece := self.read(_WINDOW_BYTES):
            os.write(descriptor, piece)
        return descriptor

    def _piece(self, part: bytes | tuple[int, int], start: int, count: int) -> bytes:
        if isinstance(part, bytes):
            return part[start : start + count]
        return self._source.at(part[0] + start, min(count, part[1] - part[0] - start))
