"""A labelled set on disk: its utterances, their ids, and one audio file for each."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Self

from reviewer.files import write_whole
from reviewer.formats.times import milliseconds
from reviewer.model.annotation import Flag, LabelValue
from reviewer.transcript.conventions import Conventions

CLIPS = "clips"
SPLITS = ("train", "dev", "test")
_ID_PART = re.compile(r"[a-z0-9]+")


def no_audio() -> bytes:
    """The audio of a row that has none."""
    return b""


@dataclass(frozen=True, slots=True)
class UtteranceSegment:
    """Frames ``start`` to ``end`` (exclusive) of an utterance's own audio, who speaks there and what.

    ``speaker`` is ``[a-z0-9]+`` and never a name; ``text`` is derived by the set's profile.
    """

    start: int
    end: int
    speaker: str
    text: str
    text_verbatim: str
    labels: Mapping[str, LabelValue] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class UtteranceWord:
    """A word of ``text`` and its frames ``start`` to ``end`` (exclusive) of an utterance's own audio."""

    start: int
    end: int
    text: str
    speaker: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """One row of a set. ``frames`` counts samples per channel; ``flac`` encodes its audio when called.

    ``text`` is derived by a profile, ``text_verbatim`` as typed but on one line; both are NFC. ``speaker`` is
    a keyed hash. ``split`` is empty if the set is not split. ``segments`` are in the order of time and lie
    inside the audio; those of two speakers may overlap. ``words`` are empty where nothing is known of them.
    ``reference`` is the lead's own opaque key of the clip, as its manifest had it; empty if there was none.
    ``audio`` is the suffix of its audio file: ``flac``, ``wav`` or ``opus``. ``conventions`` and ``profile``
    say what the tags of its verbatim text are, and how its text was made; without them no tag is mapped.
    """

    id: str
    clip_id: str
    speaker: str
    locale: str
    product: str
    frames: int
    rate_hz: int
    channels: int
    text: str
    text_verbatim: str
    labels: Mapping[str, LabelValue] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[Flag] = frozenset()
    schema_version: str = ""
    conventions_version: str = ""
    split: str = ""
    segments: tuple[UtteranceSegment, ...] = ()
    words: tuple[UtteranceWord, ...] = ()
    reference: str = ""
    audio: str = "flac"
    conventions: Conventions | None = field(default=None, repr=False, compare=False)
    profile: str = "training"
    flac: Callable[[], bytes] = field(default=no_audio, repr=False, compare=False)

    @property
    def duration(self) -> float:
        """Length in seconds, unrounded."""
        return self.frames / self.rate_hz

    @property
    def path(self) -> str:
        """The path of its audio file, relative to the set."""
        return f"{CLIPS}/{self.id}.{self.audio}"


def utterance_id(speaker: str, clip: str, start_ms: int, end_ms: int) -> str:
    """``<speaker>-<clip>-<start ms>-<end ms>``, times with at least seven digits.

    ``-`` sorts below every digit and letter, so Kaldi's sort orders by speaker and by utterance agree. Raises
    ValueError when a part is not ``[a-z0-9]+`` or a time is negative.
    """
    if not _ID_PART.fullmatch(speaker) or not _ID_PART.fullmatch(clip) or min(start_ms, end_ms) < 0:
        raise ValueError("an utterance id is made of [a-z0-9] and times from zero")
    return f"{speaker}-{clip}-{start_ms:07d}-{end_ms:07d}"


def segments_of(utterance: Utterance) -> tuple[UtteranceSegment, ...]:
    """The segments of an utterance; if it has none, one over its whole audio."""
    if utterance.segments:
        return utterance.segments
    whole = UtteranceSegment(0, utterance.frames, utterance.speaker, utterance.text, utterance.text_verbatim)
    return (whole,)


def is_whole(utterance: Utterance) -> bool:
    """Whether a row says all that its segments say: one, of its speaker, from end to end."""
    first, *others = segments_of(utterance)
    whole = (0, utterance.frames, utterance.speaker, utterance.text, utterance.text_verbatim)
    return not others and (first.start, first.end, first.speaker, first.text, first.text_verbatim) == whole


def segment_id(utterance: Utterance, number: int) -> str:
    """The id of a segment, counted from 0: the utterance's own if it is whole.

    Else ``<the segment's speaker>-<utterance's id>-<start ms>-<end ms>``: it is unique (the second of two
    that would be equal ends in ``-2``), and sorts with its speaker.
    """
    if is_whole(utterance):
        return utterance.id
    names = []
    for one in segments_of(utterance)[: number + 1]:
        start, end = (milliseconds(frame, utterance.rate_hz) for frame in (one.start, one.end))
        names.append(f"{one.speaker}-{utterance.id}-{start:07d}-{end:07d}")
    count = names.count(names[-1])
    return names[-1] if count == 1 else f"{names[-1]}-{count}"


class TextFiles:
    """Writes text files of a set a line at a time, so that a large set needs no more memory than a small one.

    Each is UTF-8 without BOM, with LF line ends, and made at its first line.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._open = ExitStack()

    def add_line(self, name: str, line: str) -> None:
        """Adds a line to the file ``name``, whose folder is made too. May raise OSError."""
        self.begin(name).write(f"{line}\n".encode())

    def begin(self, name: str) -> BinaryIO:
        """The file ``name``, made now if it has no line yet. May raise OSError."""
        file = self._files.get(name)
        if file is None:
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            file = self._files[name] = self._open.enter_context(path.open("xb"))
        return file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        self._open.close()


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """UTF-8 without BOM, LF, a final newline: as in every text file of a set."""
    with path.open("xb") as file:
        file.writelines(f"{line}\n".encode() for line in lines)


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a new file of a set; all of them are synced to disk at once, before the set has its name."""
    with path.open("xb", buffering=0) as file:
        write_whole(file, data)


def audio_bytes(folder: Path, utterance: Utterance) -> bytes:
    """The audio file of an utterance: that of ``clips/`` if it was written, else encoded now."""
    try:
        return (folder / utterance.path).read_bytes()
    except FileNotFoundError:
        return utterance.flac()


def link_clip(folder: Path, utterance: Utterance, place: Path) -> None:
    """Puts an utterance's audio file at ``place`` too: a hard link, or a copy where links are impossible."""
    place.parent.mkdir(parents=True, exist_ok=True)
    source = folder / utterance.path
    if not source.exists():
        write_bytes(place, utterance.flac())
        return
    try:
        os.link(source, place)
    except FileExistsError:
        raise
    except OSError:
        shutil.copyfile(source, place)
