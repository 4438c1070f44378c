"""Many small entries in the order of their keys, of which only a few are in memory."""

import pickle
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Protocol

Entry = tuple[Any, ...]
"""Its first item is a text: its key."""
KEY = itemgetter(0)
_ENTRIES_A_RUN = 4096
_ENTRIES_A_BLOCK = 256


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


class SortedEntries:
    """Entries in blocks: runs in the order of keys, which are merged when entries are looked at.

    Whoever looks for one usually looks for the next one afterwards.
    """

    def __init__(self, blocks: Blocks | None = None) -> None:
        """``blocks`` keeps them; what it raises when a disk fails, all methods may raise."""
        self._blocks: Blocks = _InMemory() if blocks is None else blocks
        self._added: list[Entry] = []
        self._runs: list[tuple[int, list[str]]] = []
        """Each is in the order of keys: its first block, and the first key of each block."""
        self._block: list[Entry] = []
        self._next = 0

    def add(self, entry: Entry) -> None:
        """Adds an entry whose key is not there yet."""
        self._added.append(entry)
        if len(self._added) == _ENTRIES_A_RUN:
            self._end_run()

    def find(self, key: str) -> Entry:
        """The entry of a key. Raises KeyError."""
        place = self._next
        if not (place < len(self._block) and self._block[place][0] == key):
            self._block = next(self._blocks_from(key), [])
            place = bisect_left(self._block, key, key=KEY)
            if place == len(self._block) or self._block[place][0] != key:
                raise KeyError(key)
        self._next = place + 1
        return self._block[place]

    def entries(self, start: str = "") -> Iterator[Entry]:
        """All entries in the order of keys, from a key on."""
        found = chain.from_iterable(self._blocks_from(start))
        return (entry for entry in found if entry[0] >= start)

    def _blocks_from(self, key: str) -> Iterator[list[Entry]]:
        """The blocks of all entries in order, from the one on that would hold a key."""
        self._merge()
        for start, firsts in self._runs:
            yield from self._read(start, firsts, max(0, bisect_right(firsts, key) - 1))

    def _read(self, start: int, firsts: Sequence[str], skipped: int = 0) -> Iterator[list[Entry]]:
        """The blocks of a run, without the first ones."""
        for number in range(start + skipped, start + len(firsts)):
            yield pickle.loads(self._blocks.read(number))  # noqa: S301 - what this process has put there

    def _merge(self) -> None:
        """Makes one run of all."""
        if self._added:
            self._end_run()
        if len(self._runs) > 1:
            runs = [chain.from_iterable(self._read(*run)) for run in self._runs]
            self._runs = [self._run(merge(*runs, key=KEY))]
            self._block = []

    def _end_run(self) -> None:
        self._added.sort(key=KEY)
        self._runs.append(self._run(self._added))
        self._added, self._block = [], []

    def _run(self, entries: Iterable[Entry]) -> tuple[int, list[str]]:
        start, firsts, rest = len(self._blocks), list[str](), iter(entries)
        while block := list(islice(rest, _ENTRIES_A_BLOCK)):
            self._blocks.add(pickle.dumps(block, pickle.HIGHEST_PROTOCOL))
            firsts.append(block[0][0])
        return start, firsts
