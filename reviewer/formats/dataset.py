"""A labelled set on disk: its utterances, their ids, and one cut clip for each."""

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
class Utterance:
    """One row of a set. ``frames`` count samples per channel of its own clip; ``flac`` makes that when asked.

    ``text`` is derived by a profile, ``text_verbatim`` as typed but on one line; both are NFC. ``speaker`` is
    a keyed hash. ``split`` is empty when the set is not split.
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
    flac: Callable[[], bytes] = field(default=lambda: b"", repr=False, compare=False)

    @property
    def duration(self) -> float:
        """Seconds of the decoded samples, unrounded."""
        return self.frames / self.rate_hz

    @property
    def path(self) -> str:
        """Where its clip is, relative to the set."""
        return f"{CLIPS}/{self.id}.flac"


def utterance_id(speaker: str, clip: str, start_ms: int, end_ms: int) -> str:
    """``<speaker>-<clip>-<start ms>-<end ms>``, times in seven digits at least.

    ``-`` sorts below every digit and letter, so that Kaldi's sorts by speaker and by utterance agree. Raises
    ValueError when a part is not ``[a-z0-9]+`` or a time is negative.
    """
    if not _ID_PART.fullmatch(speaker) or not _ID_PART.fullmatch(clip) or min(start_ms, end_ms) < 0:
        raise ValueError("an utterance id is made of [a-z0-9] and times from zero")
    return f"{speaker}-{clip}-{start_ms:07d}-{end_ms:07d}"


def split_of(speaker: str) -> str:
    """The split all clips of a speaker go to: 80 % train, 10 % dev, 10 % test of the speakers.

    It hangs on the speaker's id alone, so that it stays the same however the set grows.
    """
    place = int(hashlib.sha256(speaker.encode()).hexdigest()[:8], 16) % 100
    if place < _DEV_FROM:
        return "train"
    return "dev" if place < _TEST_FROM else "test"


def write_clips(folder: Path, utterances: Sequence[Utterance], progress: Callable[[int, int], None]) -> None:
    """Writes each utterance's own FLAC under ``clips/``; raises OSError when the disk says no."""
    (folder / CLIPS).mkdir()
    for number, utterance in enumerate(utterances, start=1):
        write_bytes(folder / utterance.path, utterance.flac())
        progress(number, len(utterances))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """UTF-8 without BOM, LF, a final newline: the only kind of text file in a set."""
    write_bytes(path, "".join(f"{line}\n" for line in lines).encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a new file of a set and waits for the disk."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        sync_file(file.fileno())
