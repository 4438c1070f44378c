"""A labelled set on disk: its utterances, their ids and splits, and one FLAC file for each."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from reviewer.files import sync_file
from reviewer.model.annotation import Flag, LabelValue

CLIPS = "clips"
SPLITS = ("train", "dev", "test")
_ID_PART = re.compile(r"[a-z0-9]+")
_DEV_FROM, _TEST_FROM = 80, 90


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
    flac: Callable[[], bytes] = field(default=lambda: b"", repr=False, compare=False)

    @property
    def duration(self) -> float:
        """Length in seconds, unrounded."""
        return self.frames / self.rate_hz

    @property
    def path(self) -> str:
        """The path of its FLAC file, relative to the set."""
        return f"{CLIPS}/{self.id}.flac"


def utterance_id(speaker: str, clip: str, start_ms: int, end_ms: int) -> str:
    """``<speaker>-<clip>-<start ms>-<end ms>``, times with at least seven digits.

    ``-`` sorts below every digit and letter, so Kaldi's sort orders by speaker and by utterance agree. Raises
    ValueError when a part is not ``[a-z0-9]+`` or a time is negative.
    """
    if not _ID_PART.fullmatch(speaker) or not _ID_PART.fullmatch(clip) or min(start_ms, end_ms) < 0:
        raise ValueError("an utterance id is made of [a-z0-9] and times from zero")
    return f"{speaker}-{clip}-{start_ms:07d}-{end_ms:07d}"


def split_of(speaker: str) -> str:
    """The split of all clips of a speaker: 80 % train, 10 % dev, 10 % test of the speakers.

    It depends on the speaker's id only, so it stays the same when the set grows.
    """
    bucket = int(hashlib.sha256(speaker.encode()).hexdigest()[:8], 16) % 100
    if bucket < _DEV_FROM:
        return "train"
    return "dev" if bucket < _TEST_FROM else "test"


def write_clips(folder: Path, utterances: Sequence[Utterance], progress: Callable[[int, int], None]) -> None:
    """Writes each utterance's own FLAC under ``clips/``; may raise OSError."""
    (folder / CLIPS).mkdir()
    for number, utterance in enumerate(utterances, start=1):
        write_bytes(folder / utterance.path, utterance.flac())
        progress(number, len(utterances))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """UTF-8 without BOM, LF, a final newline: as in every text file of a set."""
    write_bytes(path, "".join(f"{line}\n" for line in lines).encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a new file of a set and syncs it to disk."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        sync_file(file.fileno())
