"""Keeps rows of an import or export out of memory: in a temporary file, under a key of this process alone."""

import io
import pickle
import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import Any, TypeVar, cast, overload

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reviewer.errors import Unavailable

T = TypeVar("T")
_MOST_BYTES_IN_MEMORY = 4 << 20
LIST_BYTES_IN_MEMORY = 1 << 20
"""Enough for a list of short entries, beside the rows of the same export."""
_NONCE_BYTES = 12


class SealedSpool:
    """Byte strings in the order in which they were added. Thread-safe.

    Nothing of them is ever in the clear outside memory: the file has no name, and its key dies with it.
    """

    def __init__(self, folder: Path, failure: str, in_memory: int = _MOST_BYTES_IN_MEMORY) -> None:
        """A spool in a file that is made once it has more bytes than may be ``in_memory``.

        ``folder``: where the file lies, on a disk rather than in memory; ``failure``: a message code.
        """
        file = SpooledTemporaryFile(max_size=in_memory, dir=str(folder))  # noqa: SIM115
        self._file = file
        weakref.finalize(self, file.close)
        self._failure = failure
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._starts = array("Q", [0])
        self._lock = Lock()
        self._has_failed = False

    def add(self, content: bytes) -> None:
        """Adds one at the end. Raises Unavailable when the disk fails, and from then on."""
        with self._lock:
            if self._has_failed:  # its number, and so its nonce, may be on the disk already
                raise Unavailable(self._failure, problem="")
            sealed = self._cipher.encrypt(_nonce(len(self)), content, None)
            try:
                self._file.seek(self._starts[-1])
                self._file.write(sealed)
            except OSError as error:
                self._has_failed = True
                raise Unavailable(self._failure, problem=error.strerror or "") from error
            self._starts.append(self._starts[-1] + len(sealed))

    def read(self, number: int) -> bytes:
        """One of them, counted from 0. Raises Unavailable when the disk fails."""
        with self._lock:
            start, end = self._starts[number], self._starts[number + 1]
            try:
                self._file.seek(start)
                sealed = self._file.read(end - start)
            except OSError as error:
                raise Unavailable(self._failure, problem=error.strerror or "") from error
        return self._cipher.decrypt(_nonce(number), sealed, None)

    def __len__(self) -> int:
        return len(self._starts) - 1


class Spooled(Sequence[T]):
    """Objects in a spool, in the order in which they were added; each is unpickled whenever it is read."""

    def __init__(self, folder: Path, failure: str, items: Iterable[T] = ()) -> None:
        self._spool = SealedSpool(folder, failure)
        self._order: Sequence[int] | None = None
        for item in items:
            self.append(item)

    def append(self, item: T) -> None:
        """Adds one at the end. Raises Unavailable when the disk fails."""
        pickled = io.BytesIO()
        _Pickler(pickled, pickle.HIGHEST_PROTOCOL).dump(item)
        self._spool.add(pickled.getvalue())

    def sort_by(self, keys: Sequence[int]) -> None:
        """Puts them in the order of the keys, one for each; none is added afterwards."""
        if any(before > after for before, after in pairwise(keys)):
            self._order = array("Q", sorted(range(len(keys)), key=keys.__getitem__))

    def __len__(self) -> int:
        return len(self._spool)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        numbers = self._order or range(len(self))
        if isinstance(index, slice):
            return [self._item(number) for number in numbers[index]]
        return self._item(numbers[index])

    def __iter__(self) -> Iterator[T]:
        return map(self._item, self._order or range(len(self)))

    def _item(self, number: int) -> T:
        return cast("T", pickle.loads(self._spool.read(number)))  # noqa: S301 - what this process encrypted


class _Pickler(pickle.Pickler):
    """Pickles a dataclass as a call with its fields: its own way looks for their names each time."""

    def reducer_override(self, value: Any) -> Any:
        kind: Any = type(value)
        names = _pickled_fields(kind)
        return (kind, tuple([getattr(value, name) for name in names])) if names else NotImplemented


@cache
def _pickled_fields(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass that does not say itself how it is pickled; empty for anything else."""
    if not is_dataclass(kind) or "__reduce__" in vars(kind):
        return ()
    return tuple(field.name for field in fields(kind))


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE_BYTES, "big")
