"""Keeps the rows of an export out of memory: in a temporary file, under a key of this process alone."""

import pickle
from array import array
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from functools import partial
from itertools import chain, groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import overload

from reviewer.formats.dataset import Utterance, UtteranceSegment, UtteranceWord, no_audio
from reviewer.formats.sorted_entries import SortedEntries
from reviewer.formats.tags import in_format
from reviewer.lead.export_rows import Row
from reviewer.lead.sealed_spool import LIST_BYTES_IN_MEMORY, SealedSpool
from reviewer.transcript.conventions import Conventions

_WORKS_A_BLOCK = 256


class RowStore(Sequence[Row]):
    """Rows in the order in which they were added, until they are put in that of their ids.

    May raise Unavailable when the disk fails.
    """

    def __init__(self, folder: Path) -> None:
        """``folder``: where the temporary file lies, on a disk rather than in memory."""
        self._spool = SealedSpool(folder, "SET_NOT_WRITTEN")
        self._order = array("Q")
        new_list = partial(SealedSpool, folder, "SET_NOT_WRITTEN", LIST_BYTES_IN_MEMORY)
        self._ids = SortedEntries(new_list())
        """Of each row, its id and its number."""
        self._is_ordered, self._last_id = True, ""
        self._works = new_list()
        """Blocks of the ids of clip and annotation of each row; the last rows are not in a block yet."""
        self._last_works: list[tuple[str, str]] = []
        self._last: tuple[int, Row] | None = None
        self._conventions = array("H")
        self._kinds: list[Conventions | None] = []  # few, and many rows share them

    def add(self, row: Row) -> None:
        """Adds a row."""
        number = len(self._order)
        self._spool.add(_packed(row))
        self._order.append(number)
        self._is_ordered &= row.utterance.id > self._last_id
        self._last_id = row.utterance.id
        self._ids.add((self._last_id, number))
        self._last_works.append((row.utterance.clip_id, row.annotation_id))
        if len(self._last_works) == _WORKS_A_BLOCK:
            self._works.add(pickle.dumps(self._last_works, pickle.HIGHEST_PROTOCOL))
            self._last_works = []
        self._conventions.append(self._number_of(row.utterance.conventions))

    def sort(self) -> None:
        """Puts the rows in the order of their ids, if they are not; none is added afterwards."""
        if not self._is_ordered:
            self._order = array("Q", (number for _, number in self._ids.entries()))
        self._ids = SortedEntries()

    def works(self, start: int, end: int) -> dict[str, str]:
        """The id of the annotation of each clip that has rows."""
        rows = map(self._row, self._order[start:end])
        return {row.utterance.clip_id: row.annotation_id for row in rows}

    def items(self, clips: int, start: int = 0) -> Iterator[dict[str, str]]:
        """The annotation of each clip, at most so many at a time, in the order in which they were added.

        ``start``: the first row, counted so.
        """
        of_clips = (next(rows) for _, rows in groupby(self._works_from(start)))
        while items := dict(islice(of_clips, clips)):
            yield items

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self._row(number) for number in self._order[index]]
        number = self._order[index]
        if self._last is not None and self._last[0] == number:  # its sound is asked for after itself
            return self._last[1]
        return self._row(number)

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self._order)

    def utterance(self, index: int, audio: Callable[[], bytes]) -> Utterance:
        """The utterance of a row, with what encodes its audio."""
        return self._row(self._order[index], audio).utterance

    def _works_from(self, start: int) -> Iterator[tuple[str, str]]:
        """Clip and annotation of each row from one on, in the order in which they were added."""
        first, skipped = divmod(start, _WORKS_A_BLOCK)
        blocks = (
            pickle.loads(self._works.read(number))  # noqa: S301 - what this process encrypted
            for number in range(first, len(self._works))
        )
        return islice(chain(chain.from_iterable(blocks), self._last_works), skipped, None)

    def _row(self, number: int, audio: Callable[[], bytes] = no_audio) -> Row:
        packed = self._spool.read(number)
        head, segments, words, tail, profile, place = pickle.loads(packed)  # noqa: S301 - what this process encrypted
        values = (
            *head,
            tuple(UtteranceSegment(*each) for each in segments),
            tuple(UtteranceWord(*each) for each in words),
            *tail,
            self._kinds[self._conventions[number]],
            profile,
            audio,
        )
        utterance = Utterance(*values)
        row = Row(utterance, *place)
        self._last = number, row
        return row

    def _number_of(self, conventions: Conventions | None) -> int:
        for number, one in enumerate(self._kinds):
            if one is conventions:
                return number
        self._kinds.append(conventions)
        return len(self._kinds) - 1


_NAMES = [each.name for each in fields(Utterance)]
_HEAD = attrgetter(*_NAMES[: _NAMES.index("segments")])
_TAIL = attrgetter("reference", "audio")
_SEGMENT = attrgetter(*(each.name for each in fields(UtteranceSegment)))
_WORD = attrgetter(*(each.name for each in fields(UtteranceWord)))
_PLACE = attrgetter("annotation_id", "start", "end", "is_whole", "keeps_samples")


def _packed(row: Row) -> bytes:
    """A row without its conventions and audio, as plain tuples: pickled in a fifth of the time of objects."""
    one = row.utterance
    segments, words = list(map(_SEGMENT, one.segments)), list(map(_WORD, one.words))
    return pickle.dumps(
        (_HEAD(one), segments, words, _TAIL(one), one.profile, _PLACE(row)), pickle.HIGHEST_PROTOCOL
    )


class Utterances(Sequence[Utterance]):
    """The utterances of stored rows, each with its audio, as a format shows them if one is named.

    Those whose id is ``left_out`` are none of them.
    """

    def __init__(
        self, rows: RowStore, audio: Callable[[int], bytes], format_name: str, left_out: AbstractSet[str]
    ) -> None:
        self._rows, self._audio, self._format = rows, audio, format_name
        kept = (
            (n for n, row in enumerate(rows) if row.utterance.id not in left_out)
            if left_out
            else range(len(rows))
        )
        self._numbers = array("Q", kept)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Utterance: ...
    @overload
    def __getitem__(self, index: slice) -> list[Utterance]: ...
    def __getitem__(self, index: int | slice) -> Utterance | list[Utterance]:
        if isinstance(index, slice):
            return [self._utterance(number) for number in self._numbers[index]]
        return self._utterance(self._numbers[index])

    def __iter__(self) -> Iterator[Utterance]:
        return map(self._utterance, self._numbers)

    def _utterance(self, number: int) -> Utterance:
        utterance = self._rows.utterance(number, partial(self._audio, number))
        return in_format(self._format, utterance) if self._format else utterance
