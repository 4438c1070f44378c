"""What an export has written: the digest of each file, and what tells later that nobody has touched it."""

import os
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Self

from reviewer.formats.packed_texts import PackedTexts

_RECORD = struct.Struct("<32sQQqQI")


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of a set as it was written: the SHA-256 of what went in, and what tells later that it is it.

    ``frames`` and ``rate_hz`` are those of an audio file.
    """

    digest: bytes
    inode: int
    size: int
    changed_ns: int
    frames: int = 0
    rate_hz: int = 0

    @classmethod
    def at(cls, path: Path, digest: bytes, frames: int = 0, rate_hz: int = 0) -> Self:
        """The file as it is now. May raise OSError."""
        found = path.stat()
        return cls(digest, found.st_ino, found.st_size, found.st_mtime_ns, frames, rate_hz)

    def is_at(self, found: os.stat_result) -> bool:
        """Whether nobody has written to the file since."""
        now = (found.st_ino, found.st_size, found.st_mtime_ns)
        return now == (self.inode, self.size, self.changed_ns)


_FIELDS = attrgetter(*(each.name for each in fields(WrittenFile)))


class WrittenFiles(Mapping[str, WrittenFile]):
    """The written files by path relative to the set, in the order of paths: about 130 bytes for each.

    Whoever asks for one usually asks for the next one afterwards.
    """

    def __init__(self) -> None:
        self._paths = PackedTexts()
        self._records = bytearray()
        self._order: Sequence[int] = range(0)
        self._is_ordered, self._last = True, ""
        self._next = 0

    def add(self, path: str, written: WrittenFile) -> None:
        """Adds a file that is not there yet."""
        self._is_ordered &= path > self._last
        self._last = path
        self._paths.append(path)
        self._records += _RECORD.pack(*_FIELDS(written))

    def add_all(self, written: Mapping[str, WrittenFile]) -> None:
        """Adds files that are not there yet."""
        for path, one in written.items():
            self.add(path, one)

    def in_folder(self, place: str) -> tuple[int, Iterator[str]]:
        """How many are below a folder, and their paths in order."""
        self._sort()
        start, end = (
            bisect_left(self._order, edge, key=self._paths.__getitem__) for edge in (f"{place}/", f"{place}0")
        )
        return end - start, (self._paths[self._order[number]] for number in range(start, end))

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[str]:
        self._sort()
        return (self._paths[number] for number in self._order)

    def __getitem__(self, path: str) -> WrittenFile:
        self._sort()
        place = self._next
        if not (place < len(self._order) and self._paths[self._order[place]] == path):
            place = bisect_left(self._order, path, key=self._paths.__getitem__)
            if place == len(self._order) or self._paths[self._order[place]] != path:
                raise KeyError(path)
        self._next = place + 1
        return WrittenFile(*_RECORD.unpack_from(self._records, self._order[place] * _RECORD.size))

    def _sort(self) -> None:
        if len(self._order) != len(self._paths):
            numbers = range(len(self._paths))
            self._order = (
                numbers if self._is_ordered else array("Q", sorted(numbers, key=self._paths.__getitem__))
            )
