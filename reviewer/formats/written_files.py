"""What an export has written: the digest of each file, and what tells later that nobody has touched it."""

import os
import pickle
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, Protocol, Self

_PATH = itemgetter(0)
_FILES_A_RUN = 4096
_FILES_A_BLOCK = 256
_Entry = tuple[str, bytes, int, int, int, int, int]
"""A path, and the fields of its ``WrittenFile``."""


class Blocks(Protocol):
    """Byte strings in the order in which they were added."""

    def add(self, content: bytes) -> None:
        """Adds one at the end."""
        ...

    def read(self, number: int) -> bytes:
        """One of them, counted from 0."""
        ...

    def __len__(self) -> int: ...


class _InMemory(list[bytes]):
    add, read = list.append, list.__getitem__


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

    A few thousand are in memory, and all others in blocks: runs in the order of paths, which are merged
    when files are looked at. Whoever asks for one usually asks for the next one afterwards.
    """

    def __init__(self, blocks: Blocks | None = None) -> None:
        """``blocks`` keeps them; what it raises when a disk fails, all methods may raise."""
        self._blocks: Blocks = _InMemory() if blocks is None else blocks
        self._added: list[_Entry] = []
        self._runs: list[tuple[int, list[str]]] = []
        """Each is in the order of paths: its first block, and the first path of each block."""
        self._counts: Counter[str] = Counter()
        """Files by the folder they are in."""
        self._block: list[_Entry] = []
        self._next = 0

    def add(self, path: str, written: WrittenFile) -> None:
        """Adds a file that is not there yet."""
        self._counts[path.rpartition("/")[0]] += 1
        self._added.append((path, *written))
        if len(self._added) == _FILES_A_RUN:
            self._end_run()

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
        start, end = f"{place}/", f"{place}0"
        for entry in self._from(start):
            if entry[0] >= end:
                return
            yield entry[0], WrittenFile._make(entry[1:])

    def __len__(self) -> int:
        return self._counts.total()

    def __iter__(self) -> Iterator[str]:
        return map(_PATH, self._from(""))

    def __getitem__(self, path: str) -> WrittenFile:
        place = self._next
        if not (place < len(self._block) and self._block[place][0] == path):
            self._block = next(self._blocks_from(path), [])
            place = bisect_left(self._block, path, key=_PATH)
            if place == len(self._block) or self._block[place][0] != path:
                raise KeyError(path)
        self._next = place + 1
        return WrittenFile._make(self._block[place][1:])

    def _from(self, path: str) -> Iterator[_Entry]:
        """All entries from a path on."""
        entries = chain.from_iterable(self._blocks_from(path))
        return (entry for entry in entries if entry[0] >= path)

    def _blocks_from(self, path: str) -> Iterator[list[_Entry]]:
        """The blocks of all files in order, from the one on that would hold a path."""
        self._merge()
        for start, firsts in self._runs:
            yield from self._read(start, firsts, max(0, bisect_right(firsts, path) - 1))

    def _read(self, start: int, firsts: Sequence[str], skipped: int = 0) -> Iterator[list[_Entry]]:
        """The blocks of a run, without the first ones."""
        for number in range(start + skipped, start + len(firsts)):
            yield pickle.loads(self._blocks.read(number))  # noqa: S301 - what this process has put there

    def _merge(self) -> None:
        """Makes one run of all."""
        if self._added:
            self._end_run()
        if len(self._runs) > 1:
            runs = [chain.from_iterable(self._read(*run)) for run in self._runs]
            self._runs = [self._run(merge(*runs, key=_PATH))]
            self._block = []

    def _end_run(self) -> None:
        self._added.sort(key=_PATH)
        self._runs.append(self._run(self._added))
        self._added, self._block = [], []

    def _run(self, entries: Iterable[_Entry]) -> tuple[int, list[str]]:
        start, firsts, rest = len(self._blocks), list[str](), iter(entries)
        while block := list(islice(rest, _FILES_A_BLOCK)):
            self._blocks.add(pickle.dumps(block, pickle.HIGHEST_PROTOCOL))
            firsts.append(block[0][0])
        return start, firsts
