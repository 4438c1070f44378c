"""The formats of labelled sets: the one list that the command, the window and the guide read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from reviewer.errors import Notice
from reviewer.formats import csv_table, nemo
from reviewer.formats.dataset import Utterance


class Format(Protocol):
    """A labelled-set format: writes a set's tables, and validates them by the format's rules."""

    TITLE: str
    VERSION: str

    def write(self, folder: Path, utterances: Sequence[Utterance]) -> None: ...
    def validate(self, folder: Path) -> list[Notice]: ...


FORMATS: Mapping[str, Format] = MappingProxyType({"nemo": nemo, "csv": csv_table})
"""By the name that ``--format`` takes."""
