"""What the validators of all formats check: text files, text fields, and the FLAC file of each row."""

import io
import json
import os
import re
import struct
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import soundfile

from reviewer.errors import Notice, Parameter, Refused
from reviewer.formats.dataset import CLIPS, Utterance
from reviewer.formats.times import milliseconds
from reviewer.formats.written_files import SoundLengths, WrittenFile
from reviewer.transcript.invisible_characters import stray_positions
from reviewer.untrusted_files import open_untrusted

_BOM = b"\xef\xbb\xbf"
_ID = re.compile(r"[a-z0-9]+-[a-z0-9]+-[0-9]{7,}-[0-9]{7,}")
_FORMAT = struct.Struct("<HHIIHH")
_INTEGERS = 1
_CLIP_SUFFIXES = (".flac", ".wav", ".opus")
_BLOCK_FRAMES = 1 << 16
# RFC 9639 section 8: STREAMINFO, PADDING and SEEKTABLE cannot identify anybody.
_HARMLESS_BLOCKS = frozenset({0, 1, 3})
_HARMLESS_CHUNKS = frozenset({b"fmt ", b"fact", b"data"})
# RFC 7845 section 5.2: a comment header of the encoder's name, and of no other comment or of its own tag.
_OPUS_COMMENT = re.compile(
    rb"OpusTags.{4}lib(?:opus|sndfile)[^\x00=]*(?:\x00{4}|\x01\x00{3}.{4}ENCODER=)", re.DOTALL
)
_OGG_HEADER_BYTES = 1 << 10
_FLAC_BITS_AT = 20
MOST_TEXT_BYTES = 1 << 30
MOST_LINE_BYTES = 64 << 20
"""More than the row of any clip that can be imported; a longer line may have no end."""


class MeasureSound(Protocol):
    """Frames and rate in Hz that a sound decodes to, whatever its header says."""

    def __call__(self, sound: Path | bytes) -> tuple[int, int]:
        """Raises Refused, OSError or ``soundfile.LibsndfileError`` if it does not."""
        ...


class FormatReader(Protocol):
    """Takes what a validator finds in a set from elsewhere."""

    def measure(self, sound: Path | bytes) -> tuple[int, int]:
        """As ``MeasureSound``."""
        ...

    def add_id(self, utterance_id: str) -> None:
        """An id that is no row's for the second time."""
        ...

    def add_row(self, row: Utterance) -> None:
        """A row, as far as a format tells it, with its text as the format shows it."""
        ...


_reader: ContextVar[FormatReader | None] = ContextVar("who reads a set from elsewhere", default=None)


@contextmanager
def read_by(reader: FormatReader) -> Iterator[None]:
    """Inside, no sound is decoded here: the set comes from elsewhere, and may have been made to do harm."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def is_foreign() -> bool:
    """Whether the set that is validated comes from elsewhere, so that no header is believed."""
    return _reader.get() is not None


def add_read_row(row: Callable[[], Utterance]) -> None:
    """Makes a row of what a validator has read, for whoever reads the set; nobody does during an export."""
    if (reader := _reader.get()) is not None:
        reader.add_row(row())


@dataclass(frozen=True, slots=True)
class _Known:
    written: Mapping[str, WrittenFile]
    lengths: SoundLengths


_known: ContextVar[_Known | None] = ContextVar("known lengths", default=None)


@contextmanager
def lengths_known(written: Mapping[str, WrittenFile], lengths: SoundLengths) -> Iterator[None]:
    """Inside, audio files that this process has written are not decoded again, unless somebody touched them.

    Args:
        written: what was written, by its path relative to the set.
        lengths: frames and rate in Hz of the audio inside other files, by the path it would have in the set.
    """
    token = _known.set(_Known(written, lengths))
    try:
        yield
    finally:
        _known.reset(token)


@dataclass(slots=True)
class SetValidator:
    """Collects the problems of a set as its files are read; a problem never repeats any text of the set."""

    folder: Path
    problems: list[Notice] = field(default_factory=list)
    _last: str = ""
    _seen: set[int] = field(default_factory=set)
    """Hashes of ids: half of the memory, and two among fifty thousand are equal in one of 10^10 sets."""

    def add_problem(self, code: str, /, **parameters: Parameter) -> None:
        """Adds a problem."""
        self.problems.append(Notice(code, parameters))

    def lines(self, name: str, *, with_bom: bool = False) -> Iterator[tuple[str, str]]:
        """The lines of a text file with their places, one in memory at a time; ids must be sorted within it.

        Only a file ``with_bom`` begins with a byte order mark, which is no part of its first line.
        """
        self._last = ""
        last = b"\n"
        try:
            with open_untrusted(self.folder / name, MOST_TEXT_BYTES) as file:
                lines = iter(lambda: file.readline(MOST_LINE_BYTES), b"")
                for number, data in enumerate(lines, start=1):
                    if number == 1 and data.startswith(_BOM) is not with_bom:
                        self.add_problem("SET_FILE_BOM_MISSING" if with_bom else "SET_FILE_BOM", file=name)
                    if b"\r" in data:
                        self.add_problem("SET_FILE_LINE_ENDS", file=name)
                    text = data.decode("utf-8-sig" if number == 1 else "utf-8")
                    yield f"{name}:{number}", text.removesuffix("\n")
                    last = data
        except (OSError, Refused):
            self.add_problem("SET_FILE_UNREADABLE", file=name)
        except UnicodeDecodeError:
            self.add_problem("SET_FILE_NOT_UTF8", file=name)
        if not last.endswith(b"\n"):
            self.add_problem("SET_FILE_LAST_LINE_END", file=name)

    def side_files(self, place: str, suffix: str) -> Iterator[tuple[str, str]]:
        """The name of each file of a folder with one file a row, and the path of the row's clip."""
        names = sorted(path.name for path in (self.folder / place).glob(f"*{suffix}"))
        if not names:
            self.add_problem("SET_FILE_MISSING", file=place)
        for name in names:
            row = name.removesuffix(suffix)
            self.begin_rows()
            self.check_id(f"{place}/{name}", row)
            clip = next((path for path in _clip_paths(row) if (self.folder / path).is_file()), "")
            if not clip:
                self.add_problem("SET_CLIP_UNREADABLE", where=f"{place}/{name}")
            else:
                yield f"{place}/{name}", clip

    def begin_rows(self) -> None:
        """Ids must be sorted from here on, as within each file that ``lines`` reads."""
        self._last = ""

    def json_object(self, where: str, text: str) -> dict[str, Any] | None:
        """A JSON object; None, and a problem, for anything else."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            self.add_problem("SET_NOT_JSON", where=where)
            return None
        if isinstance(value, dict):
            return value
        self.add_problem("SET_NOT_JSON", where=where)
        return None

    def check_text(self, where: str, field_name: str, text: str) -> None:
        """Checks a text field: NFC, visible characters, single spaces."""
        if code := text_problem(text):
            self.add_problem(code, where=where, field=field_name)

    def check_row(self, where: str, utterance_id: str, path: str, duration_seconds: float) -> None:
        """Checks that ids are unique and sorted, and that the clip is there and as long as stated."""
        self.check_id(where, utterance_id)
        if path not in _clip_paths(utterance_id):
            self.add_problem("SET_CLIP_PATH", where=where, folder=CLIPS)
        else:
            self.check_clip(where, path, duration_seconds)

    def check_id(self, where: str, utterance_id: str) -> None:
        """Checks that an id is well-formed, unique in the set, and sorted within its file."""
        if not _ID.fullmatch(utterance_id):
            self.add_problem("SET_ID_MALFORMED", where=where)
        hashed = hash(utterance_id)
        if hashed in self._seen:
            self.add_problem("SET_ID_TWICE", where=where, id=utterance_id)
        if utterance_id <= self._last:
            self.add_problem("SET_NOT_SORTED", where=where)
        self._seen.add(hashed)
        self._last = utterance_id
        if (reader := _reader.get()) is not None:
            reader.add_id(utterance_id)

    def check_clip(self, where: str, path: str, duration_seconds: float) -> None:
        """Checks that an audio file of the set decodes to the stated length."""
        length = self.check_clip_decodes(where, path)
        if length is not None and abs(duration_seconds * length[1] - length[0]) >= 0.5:
            self.add_problem("SET_CLIP_DURATION", where=where, frames=length[0])

    def check_clip_milliseconds(self, where: str, path: str, duration_ms: int) -> None:
        """Checks that an audio file of the set decodes to a length that was rounded to milliseconds."""
        length = self.check_clip_decodes(where, path)
        if length is not None and milliseconds(*length) != duration_ms:
            self.add_problem("SET_CLIP_DURATION", where=where, frames=length[0])

    def check_clip_decodes(self, where: str, path: str) -> tuple[int, int] | None:
        """The frames that an audio file decodes to, and its rate; None, and a problem, if it does not."""
        known = _known.get()
        written = known.written.get(path) if known else None
        if path.startswith("/") or ".." in path.split("/"):
            self.add_problem("SET_CLIP_PATH", where=where, folder=CLIPS)
            return None
        try:
            if known and written and written.is_at(os.stat(f"{self.folder}/{path}")):  # noqa: PTH116 - for each row
                return written.frames, written.rate_hz
            length = _length(self.folder / path)
        except (OSError, Refused, soundfile.LibsndfileError):
            self.add_problem("SET_CLIP_UNREADABLE", where=where)
            return None
        if not has_only_samples(self.folder / path):
            self.add_problem("SET_CLIP_METADATA", where=where)
        return length

    def lengths_in(self, path: str) -> SoundLengths:
        """Frames and rate of the audio inside a file of the set, by its own path; empty if not known.

        Known are those in a file that this process has written and nobody has touched since.
        """
        known = _known.get()
        written = known.written.get(path) if known else None
        is_known = known and written and written.is_at((self.folder / path).stat())
        return known.lengths if known and is_known else SoundLengths()

    def check_audio(
        self, where: str, data: bytes, duration_seconds: float, length: tuple[int, int] | None = None
    ) -> None:
        """Checks that an audio file inside another file decodes to the stated length; ``length`` if known."""
        try:
            frames, rate_hz = length or _length(data)
        except (OSError, Refused, soundfile.LibsndfileError):
            self.add_problem("SET_CLIP_UNREADABLE", where=where)
            return
        if abs(duration_seconds * rate_hz - frames) >= 0.5:
            self.add_problem("SET_CLIP_DURATION", where=where, frames=frames)


def _length(sound: Path | bytes) -> tuple[int, int]:
    if (reader := _reader.get()) is not None:
        return reader.measure(sound)
    return _decoded(sound) if isinstance(sound, bytes) else decoded_length(sound)


def _decoded(data: bytes) -> tuple[int, int]:
    with soundfile.SoundFile(io.BytesIO(data)) as sound:
        frames = sum(len(block) for block in sound.blocks(_BLOCK_FRAMES, dtype="int32"))
        return frames, int(sound.samplerate)


def _clip_paths(row: str) -> Iterator[str]:
    yield from (f"{CLIPS}/{row}{suffix}" for suffix in _CLIP_SUFFIXES)


def text_problem(text: str) -> str:
    """The code of what is wrong with a text field, or an empty string."""
    if text.isascii() and text.isprintable() and "  " not in text and text == text.strip(" "):
        return ""
    if not unicodedata.is_normalized("NFC", text):
        return "SET_TEXT_NOT_NFC"
    if any(unicodedata.category(c) == "Cc" for c in text) or list(stray_positions(text)):
        return "SET_TEXT_INVISIBLE"
    if text != " ".join(text.split()) or any(c.isspace() and c != " " for c in text):
        return "SET_TEXT_SPACES"
    return ""


def decoded_length(path: Path) -> tuple[int, int]:
    """Frames that actually decode, whatever the header says, and the rate in Hz.

    Raises OSError or ``soundfile.LibsndfileError``.
    """
    with path.open("rb") as file, soundfile.SoundFile(file) as sound:
        frames = sum(len(block) for block in sound.blocks(_BLOCK_FRAMES, dtype="int32"))
        return frames, int(sound.samplerate)


def has_only_samples(path: Path) -> bool:
    """Whether an audio file of a set is free of metadata that could identify anybody."""
    with path.open("rb") as file:
        start = file.read(4)
        if start == b"RIFF":
            return _riff_chunks(file) <= _HARMLESS_CHUNKS
        if start == b"OggS":
            return _OPUS_COMMENT.search(start + file.read(_OGG_HEADER_BYTES)) is not None
        if start != b"fLaC":
            return False
        is_last = False
        while not is_last:
            header = file.read(4)
            if len(header) < 4 or header[0] & 0x7F not in _HARMLESS_BLOCKS:
                return False
            is_last = bool(header[0] & 0x80)
            file.seek(int.from_bytes(header[1:], "big"), 1)
    return True


def wav_form(path: Path) -> tuple[int, int, int, int]:
    """Channels, rate in Hz, bits and frames of a WAV file of integers by its header; zeros for any other."""
    with path.open("rb") as file:
        start = file.read(12)
        form, frames = (0, 0, 0), 0
        while start[:4] == b"RIFF" and start[8:] == b"WAVE" and len(header := file.read(8)) == 8:
            length = int.from_bytes(header[4:], "little")
            if header[:4] == b"fmt " and length >= _FORMAT.size:
                kind, channels, rate_hz, _, _, bits = _FORMAT.unpack(file.read(_FORMAT.size).ljust(16, b"\0"))
                form = (channels, rate_hz, bits) if kind == _INTEGERS else form
                length -= _FORMAT.size
            elif header[:4] == b"data":
                frame_bytes = form[0] * form[2] // 8
                frames = length // frame_bytes if frame_bytes else 0
                break
            file.seek(length + length % 2, 1)
    return *form, frames


def sound_bits(path: Path) -> int:
    """The bits of a sample in a FLAC or in a WAV of integers, by its header; 0 for any other file."""
    with path.open("rb") as file:
        start = file.read(_FLAC_BITS_AT + 2)
    if start[:4] == b"fLaC":  # RFC 9639 section 8.2: five bits, one less than the number
        return (int.from_bytes(start[_FLAC_BITS_AT:], "big") >> 4 & 0x1F) + 1
    return wav_form(path)[2]


def _riff_chunks(file: BinaryIO) -> set[bytes]:
    file.seek(12)
    found = set()
    while len(header := file.read(8)) == 8:
        found.add(header[:4])
        length = int.from_bytes(header[4:], "little")
        file.seek(length + length % 2, 1)
    return found
