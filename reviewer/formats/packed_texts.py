"""Many short texts in one buffer: an object for each takes twice the memory."""

from array import array
from collections.abc import Sequence
from typing import overload


class PackedTexts(Sequence[str]):
    """Texts in the order in which they were added."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._starts = array("Q", [0])

    def append(self, text: str) -> None:
        """Adds a text."""
        self._data += text.encode()
        self._starts.append(len(self._data))

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        return self._data[self._starts[index] : self._starts[index + 1]].decode()
