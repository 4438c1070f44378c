"""What an export has written: the digest of each file, and what tells later that nobody has touched it."""

import os
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

from reviewer.formats.sorted_entries import KEY, Blocks, SortedEntries

_HASH_MASK = (1 << 64) - 1
_RATE_BITS = 20
"""RFC 9639 section 8.2: a FLAC has at most 20 bits for its rate, and 36 for its frames."""


class WrittenFile(NamedTuple):
    """A file of a set as it was written: the SHA-256 of what went in, and what tells later that it is it.

    ``frames`` and ``rate_hz`` are those of an audio file. A tuple: it is made several times for each file.
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
        return (found.st_ino, found.st_size, found.st_mtime_ns) == self[1:4]


class WrittenFiles(Mapping[str, WrittenFile]):
    """The written files by path relative to the set, in the order of paths.

    Whoever asks for one usually asks for the next one afterwards.
    """

    def __init__(self, blocks: Blocks | None = None) -> None:
        """``blocks`` keeps them; what it raises when a disk fails, all methods may raise."""
        self._entries = SortedEntries(blocks)
        self._counts: Counter[str] = Counter()
        """Files by the folder they are in."""

    def add(self, path: str, written: WrittenFile) -> None:
        """Adds a file that is not there yet."""
        self._counts[path.rpartition("/")[0]] += 1
        self._entries.add((path, *written))

    def add_all(self, written: Mapping[str, WrittenFile]) -> None:
        """Adds files that are not there yet."""
        for path, one in written.items():
            self.add(path, one)

    def count_in(self, place: str) -> int:
        """How many are below a folder."""
        inside = f"{place}/"
        return sum(n for folder, n in self._counts.items() if f"{folder}/".startswith(inside))

    def below(self, place: str) -> Iterator[tuple[str, WrittenFile]]:
        """Those below a folder, in the order of paths."""
        end = f"{place}0"
        for entry in self._entries.entries(f"{place}/"):
            if entry[0] >= end:
                return
            yield entry[0], WrittenFile._make(entry[1:])

    def __len__(self) -> int:
        return self._counts.total()

    def __iter__(self) -> Iterator[str]:
        return map(KEY, self._entries.entries())

    def __getitem__(self, path: str) -> WrittenFile:
        return WrittenFile._make(self._entries.find(path)[1:])


class SoundLengths:
    """Frames and rate in Hz of many sounds by the path that each has in a set, 16 bytes for each."""

    def __init__(self) -> None:
        self._hashes, self._lengths = array("Q"), array("Q")
        self._is_sorted = True

    def add(self, path: str, frames: int, rate_hz: int) -> None:
        """Adds a sound that is not there yet."""
        self._hashes.append(hash(path) & _HASH_MASK)
        self._lengths.append(frames << _RATE_BITS | rate_hz)
        self._is_sorted = False

    def get(self, path: str) -> tuple[int, int] | None:
        """Frames and rate of a sound, None if they are not known."""
        if not self._is_sorted:
            self._sort()
        hashed = hash(path) & _HASH_MASK
        place = bisect_left(self._hashes, hashed)
        if place == len(self._hashes) or self._hashes[place] != hashed:
            return None
        frames, rate_hz = divmod(self._lengths[place], 1 << _RATE_BITS)
        return frames, rate_hz

    def __len__(self) -> int:
        return len(self._hashes)

    def _sort(self) -> None:
        order = sorted(range(len(self._hashes)), key=self._hashes.__getitem__)
        self._hashes = array("Q", map(self._hashes.__getitem__, order))
        self._lengths = array("Q", map(self._lengths.__getitem__, order))
        self._is_sorted = True
