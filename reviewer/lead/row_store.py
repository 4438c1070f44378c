"""Keeps the rows of an export out of memory: in a temporary file, under a key of this process alone."""

import io
import pickle
import weakref
from array import array
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import overload

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reviewer.errors import Unavailable
from reviewer.formats.dataset import Utterance
from reviewer.formats.tags import in_format
from reviewer.lead.export_rows import Row
from reviewer.transcript.conventions import Conventions

_MOST_BYTES_IN_MEMORY = 4 << 20
_NONCE_BYTES = 12


class RowStore(Sequence[Row]):
    """Rows in the order in which they were added, until they are put in that of their ids.

    Nothing of a row is ever in the clear outside memory: the file has no name, and its key dies with it.
    May raise Unavailable when the disk fails.
    """

    def __init__(self, folder: Path) -> None:
        """``folder``: where the temporary file lies, on a disk rather than in memory."""
        file = SpooledTemporaryFile(max_size=_MOST_BYTES_IN_MEMORY, dir=str(folder))  # noqa: SIM115
        self._file = file
        weakref.finalize(self, file.close)
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._starts = array("Q", [0])
        self._order = array("Q")
        self._ids: list[str] = []
        self._conventions: dict[str, Conventions] = {}

    def add(self, row: Row) -> None:
        """Adds a row."""
        number = len(self._order)
        plain = io.BytesIO()
        _Pickler(plain, self._conventions).dump(row)
        sealed = self._cipher.encrypt(_nonce(number), plain.getvalue(), None)
        try:
            self._file.seek(self._starts[-1])
            self._file.write(sealed)
        except OSError as error:
            raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error
        self._starts.append(self._starts[-1] + len(sealed))
        self._order.append(number)
        self._ids.append(row.utterance.id)

    def sort(self) -> None:
        """Puts the rows in the order of their ids; none is added afterwards."""
        self._order = array("Q", sorted(self._order, key=self._ids.__getitem__))
        self._ids.clear()

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self._row(number) for number in self._order[index]]
        return self._row(self._order[index])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self._order)

    def _row(self, number: int) -> Row:
        start, end = self._starts[number], self._starts[number + 1]
        try:
            self._file.seek(start)
            sealed = self._file.read(end - start)
        except OSError as error:
            raise Unavailable("SET_NOT_WRITTEN", problem=error.strerror or "") from error
        plain = io.BytesIO(self._cipher.decrypt(_nonce(number), sealed, None))
        row: Row = _Unpickler(plain, self._conventions).load()
        return row


class _Pickler(pickle.Pickler):
    """Leaves out the conventions, which many rows share."""

    def __init__(self, file: io.BytesIO, conventions: dict[str, Conventions]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._conventions = conventions

    def persistent_id(self, value: object) -> str | None:
        if not isinstance(value, Conventions):
            return None
        self._conventions[value.id] = value
        return value.id


class _Unpickler(pickle.Unpickler):  # only of what this process encrypted
    def __init__(self, file: io.BytesIO, conventions: dict[str, Conventions]) -> None:
        super().__init__(file)
        self._conventions = conventions

    def persistent_load(self, name: str) -> Conventions:
        return self._conventions[name]


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
        utterance = replace(self._rows[number].utterance, flac=partial(self._audio, number))
        return in_format(self._format, utterance) if self._format else utterance


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE_BYTES, "big")
