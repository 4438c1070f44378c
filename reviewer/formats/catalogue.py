"""The formats of labelled sets: the one list that the command, the window and the guide read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from reviewer.errors import Notice, Refused
from reviewer.formats import (
    audacity,
    audiofolder,
    azure,
    common_voice,
    csv_excel,
    csv_table,
    ctm,
    eaf,
    jsonl,
    kaldi,
    label_studio,
    lhotse,
    librispeech,
    nemo,
    parquet,
    rttm,
    srt,
    stm,
    textgrid,
    webdataset,
    webvtt,
)
from reviewer.formats.dataset import Utterance, UtteranceWord
from reviewer.formats.nist import is_transcript
from reviewer.formats.validation import text_problem
from reviewer.formats.written_files import WrittenFile
from reviewer.transcript.conventions import KEEP, LEAVE_OUT, Conventions


class Format(Protocol):
    """A labelled-set format: says which rows it cannot hold, writes a set, and validates it by its own rules.

    ``HAS_OWN_AUDIO``: its files hold the audio, in them or beside them, so that it needs no ``clips/``; where
    ``clips/`` is there, it takes the audio from it. What a format leaves out of every row stands in the
    messages as ``FORMAT_LEAVES_OUT_...``.
    """

    VERSION: str
    HAS_OWN_AUDIO: bool

    def problem(self, utterance: Utterance) -> str:
        """The reason why it cannot hold a row, one of ``LEFT_OUT_...``, or an empty string."""
        ...

    def write(self, folder: Path, utterances: Sequence[Utterance]) -> Mapping[str, WrittenFile] | None:
        """Writes rows that have no problem and are in the order of their ids. May raise OSError.

        Returns: the large files that it hashed while it wrote them, if any, by path relative to the set.
        """
        ...

    def validate(self, folder: Path) -> list[Notice]:
        """Reads the files back and returns every problem found."""
        ...


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "nemo": nemo,
        "csv": csv_table,
        "csv-excel": csv_excel,
        "jsonl": jsonl,
        "kaldi": kaldi,
        "audiofolder": audiofolder,
        "parquet": parquet,
        "lhotse": lhotse,
        "common-voice": common_voice,
        "webdataset": webdataset,
        "librispeech": librispeech,
        "azure": azure,
        "textgrid": textgrid,
        "eaf": eaf,
        "stm": stm,
        "ctm": ctm,
        "rttm": rttm,
        "webvtt": webvtt,
        "srt": srt,
        "audacity": audacity,
        "label-studio": label_studio,
    }
)
"""By the name that ``--format`` takes; ``titles.TITLES`` has the same names."""
LOOK_AT_SOUND = frozenset({"kaldi"})
"""Formats without audio of their own that look into the files of ``clips/``: they are written after these."""


def require_format_tags(conventions: Conventions) -> None:
    """Checks the marks that conventions have for formats, each as the text of a row of its format.

    Raises Refused (codes FORMAT_TAGS_UNKNOWN, FORMAT_TAG_REFUSED).
    """
    for name, marks in conventions.format_tags.items():
        if name not in FORMATS:
            raise Refused("FORMAT_TAGS_UNKNOWN", conventions=conventions.id, name=name)
        for key, mark in marks.items():
            if mark and mark not in {KEEP, LEAVE_OUT} and not _takes(name, mark):
                raise Refused("FORMAT_TAG_REFUSED", conventions=conventions.id, name=name, key=key, mark=mark)


def _takes(name: str, mark: str) -> bool:
    if name == "stm":
        return is_transcript(mark) and not text_problem(mark)
    word = UtteranceWord(0, 1, mark, "s")
    row = Utterance("s-c-0-1", "c", "s", "en-US", "", 8000, 8000, 1, mark, mark, words=(word,))
    return not FORMATS[name].problem(row)


def needs_clips(names: Sequence[str]) -> bool:
    """Whether ``clips/`` is written: unless the only format has audio of its own."""
    return len(names) != 1 or not FORMATS[names[0]].HAS_OWN_AUDIO
