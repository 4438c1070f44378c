"""What every validator asks of a set's files: the text rules, and clips that are what is said of them."""

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import soundfile

from reviewer.formats.dataset import CLIPS
from reviewer.transcript.invisible import stray_places

_BOM = b"\xef\xbb\xbf"
_ID = re.compile(r"[a-z0-9]+-[a-z0-9]+-[0-9]{7,}-[0-9]{7,}")
_BLOCK_FRAMES = 1 << 16
# RFC 9639 section 8: STREAMINFO, PADDING and SEEKTABLE say nothing about anybody.
_HARMLESS_BLOCKS = frozenset({0, 1, 3})


def read_text(path: Path, problems: list[str]) -> str:
    """A text file's content, or nothing with a sentence why."""
    try:
        data = path.read_bytes()
        text = data.decode()
    except OSError:
        problems.append(f"{path.name} is missing or cannot be read.")
        return ""
    except UnicodeDecodeError:
        problems.append(f"{path.name} is not UTF-8.")
        return ""
    if data.startswith(_BOM):
        problems.append(f"{path.name} begins with a byte order mark.")
    if b"\r" in data:
        problems.append(f"{path.name} has line ends other than LF.")
    if data and not data.endswith(b"\n"):
        problems.append(f"{path.name} does not end with a line end.")
    return text


def text_sentence(text: str) -> str:
    """What is wrong with a text field (never what it says), or nothing."""
    if not unicodedata.is_normalized("NFC", text):
        return "is not NFC"
    if any(unicodedata.category(c) == "Cc" for c in text) or list(stray_places(text)):
        return "has invisible or control characters"
    if text != " ".join(text.split()) or any(c.isspace() and c != " " for c in text):
        return "has other white space than single spaces between words"
    return ""


@dataclass(slots=True)
class Rows:
    """Checks rows as they are read: ids unique and in order, clips there and as long as said."""

    folder: Path
    problems: list[str]
    _last: str = ""
    _seen: set[str] = field(default_factory=set)

    def begin_file(self) -> None:
        """Order is kept within a file, uniqueness over the whole set."""
        self._last = ""

    def check(self, where: str, identity: str, path: str, duration: float) -> None:
        """Judges one row; ``where`` names its file and line."""
        if not _ID.fullmatch(identity):
            self.problems.append(f"{where}: the id is not speaker-clip-start-end.")
        if identity in self._seen:
            self.problems.append(f"{where}: the id {identity} was there before.")
        if identity <= self._last:
            self.problems.append(f"{where}: the rows are not sorted by id.")
        self._seen.add(identity)
        self._last = identity
        if path != f"{CLIPS}/{identity}.flac":
            self.problems.append(f"{where}: the clip's path is not {CLIPS}/<id>.flac.")
        else:
            self._check_clip(where, path, duration)

    def _check_clip(self, where: str, path: str, duration: float) -> None:
        try:
            frames, rate_hz = decoded_length(self.folder / path)
        except (OSError, soundfile.LibsndfileError):
            self.problems.append(f"{where}: its clip is missing or does not decode.")
            return
        if abs(duration * rate_hz - frames) >= 0.5:
            self.problems.append(f"{where}: the duration is not that of the clip's {frames} samples.")
        if not has_only_samples(self.folder / path):
            self.problems.append(f"{where}: its clip carries metadata.")


def decoded_length(path: Path) -> tuple[int, int]:
    """Frames that really decode, whatever the header says, and the rate in Hz.

    Raises OSError or soundfile's error.
    """
    with path.open("rb") as file, soundfile.SoundFile(file) as sound:
        frames = sum(len(block) for block in sound.blocks(_BLOCK_FRAMES, dtype="int32"))
        return frames, int(sound.samplerate)


def has_only_samples(path: Path) -> bool:
    """Whether a FLAC file has no metadata block that could say anything about anybody."""
    with path.open("rb") as file:
        if file.read(4) != b"fLaC":
            return False
        is_last = False
        while not is_last:
            header = file.read(4)
            if len(header) < 4 or header[0] & 0x7F not in _HARMLESS_BLOCKS:
                return False
            is_last = bool(header[0] & 0x80)
            file.seek(int.from_bytes(header[1:], "big"), 1)
    return True
