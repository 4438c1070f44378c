"""A level of a pyramid that stays in its stream, and is read where it is wanted."""

from collections import OrderedDict
from threading import Lock
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from reviewer.errors import Damaged, Unavailable

_BLOCK_BYTES = 1 << 16
_KEPT_BLOCKS = 32


class CachedStream:
    """CachedStream of bytes of a stream that it owns; the blocks used last are kept. For any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = Lock()
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._is_closed = False

    def read(self, start: int, end: int) -> bytes:
        """Bytes ``[start, end)``; zeros after ``close``.

        Raises:
            Damaged: they do not verify, or are not there.
            Unavailable: the disk does not give them.
        """
        if start >= end:
            return b""
        first, last = start // _BLOCK_BYTES, (end - 1) // _BLOCK_BYTES
        with self._lock:
            if self._is_closed:
                return bytes(end - start)
            blocks = b"".join(self._block(number) for number in range(first, last + 1))
        part = blocks[start - first * _BLOCK_BYTES : end - first * _BLOCK_BYTES]
        if len(part) != end - start:
            raise Damaged("The clip's picture is cut short.", "Ask your lead to import the clip again.")
        return part

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._kept.clear()
            self._stream.close()

    def _block(self, number: int) -> bytes:
        kept = self._kept.pop(number, None)
        if kept is None:
            try:
                self._stream.seek(number * _BLOCK_BYTES)
                kept = self._stream.read(_BLOCK_BYTES)
            except OSError as error:
                raise Unavailable(
                    "A clip's picture could not be read.", f"Check the disk ({error.strerror})."
                ) from error
        self._kept[number] = kept
        while len(self._kept) > _KEPT_BLOCKS:
            self._kept.popitem(last=False)
        return kept


class StoredPeakLevel:
    """Lowest and highest values, shape ``(channels, 2, bins)``, little-endian, at a place of a stream."""

    def __init__(
        self, stored: CachedStream, place: int, dtype: "np.dtype[Any]", shape: tuple[int, int, int]
    ) -> None:
        self.dtype = dtype
        self.shape = shape
        self._stored = stored
        self._place = place

    @property
    def nbytes(self) -> int:
        channels, two, bins = self.shape
        return channels * two * bins * self.dtype.itemsize

    def read(self, channel: int, first: int, after: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """The lowest and the highest values of bins ``[first, after)``. Raises Damaged, Unavailable."""
        lows, highs = (self._values((2 * channel + row) * self.shape[2], first, after) for row in (0, 1))
        return lows, highs

    def read_all(self) -> NDArray[Any]:
        """The whole level. Raises Damaged, Unavailable."""
        channels, two, bins = self.shape
        return self._values(0, 0, channels * two * bins).reshape(self.shape)

    def _values(self, row: int, first: int, after: int) -> NDArray[Any]:
        size = self.dtype.itemsize
        begin = self._place + (row + first) * size
        read = self._stored.read(begin, begin + (after - first) * size)
        values: NDArray[Any] = np.frombuffer(read, dtype=f"<i{size}").astype(self.dtype, copy=False)
        return values
