"""Keeps the rows of an export out of memory: in a temporary file, under a key of this process alone."""

import pickle
from array import array
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from functools import partial
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import overload

from reviewer.formats.dataset import Utterance, UtteranceSegment, UtteranceWord, no_audio
from reviewer.formats.packed_texts import PackedTexts
from reviewer.formats.tags import in_format
from reviewer.lead.export_rows import Row
from reviewer.lead.sealed_spool import SealedSpool
from reviewer.transcript.conventions import Conventions

_BETWEEN = "\n"


class RowStore(Sequence[Row]):
    """Rows in the order in which they were added, until they are put in that of their ids.

    May raise Unavailable when the disk fails.
    """

    def __init__(self, folder: Path) -> None:
        """``folder``: where the temporary file lies, on a disk rather than in memory."""
        self._spool = SealedSpool(folder, "SET_NOT_WRITTEN")
        self._order = array("Q")
        self._ids = PackedTexts()
        self._is_ordered, self._last_id = True, ""
        self._works = PackedTexts()
        """Of each row, the ids of clip and annotation."""
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
        self._ids.append(self._last_id)
        self._works.append(f"{row.utterance.clip_id}{_BETWEEN}{row.annotation_id}")
        self._conventions.append(self._number_of(row.utterance.conventions))

    def sort(self) -> None:
        """Puts the rows in the order of their ids, if they are not; none is added afterwards."""
        if not self._is_ordered:
            self._order = array("Q", sorted(self._order, key=self._ids.__getitem__))
        self._ids = PackedTexts()

    def works(self, start: int, end: int) -> dict[str, str]:
        """The annotation of each clip of some rows; nothing is decrypted for it."""
        return dict(self._work(number) for number in self._order[start:end])

    def items(self, clips: int, start: int = 0) -> Iterator[dict[str, str]]:
        """The annotation of each clip, at most so many at a time, in the order in which they were added.

        ``start``: the first row, counted so.
        """
        of_clips = (next(rows) for _, rows in groupby(map(self._work, range(start, len(self)))))
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

    def _work(self, number: int) -> tuple[str, str]:
        clip_id, _, annotation_id = self._works[number].partition(_BETWEEN)
        return clip_id, annotation_id

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
