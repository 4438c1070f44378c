"""Reads plain WAV files, which need no decoder: their samples stand in them as they are.

Any other file is for the decoding process: one whose header is longer, unusual or contradicts itself, with
other than 16-bit integers, or that ends early. So this is short, and strict: no byte but those of a few
headers means anything here, and no library is called. Format: Multimedia Programming Interface 1.0 (RIFF).
"""

import os
import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.audio.decode.wire import Head, Tail
from reviewer.audio.view.peaks import PEAK_BLOCK_FRAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 4 << 20
"""Two minutes of one channel at 16 kHz. Longer files are read in the decoding process, a part at a time."""
_FILE = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_FORM = struct.Struct("<HHIIHH")
_PCM, _SAMPLE_BYTES = 1, 2
_BESIDE_SOUND = (b"LIST", b"JUNK", b"bext", b"id3 ")
"""Chunks that say something about the sound, or nothing, and are not kept."""


@dataclass(frozen=True, slots=True)
class PlainWav:
    """A file's samples: 16-bit integers, channels in turn, little-endian."""

    rate_hz: int
    channels: int
    samples: bytes

    def records(self) -> "Iterator[Head | bytes | Tail]":
        """What the decoding process would send for this file."""
        frame_bytes = _SAMPLE_BYTES * self.channels
        yield Head(self.rate_hz, self.channels, _SAMPLE_BYTES, "WAV")
        block_bytes = PEAK_BLOCK_FRAMES * frame_bytes
        for start in range(0, len(self.samples), block_bytes):
            yield self.samples[start : start + block_bytes]
        yield Tail(len(self.samples) // frame_bytes, 0, is_short=False)


def read_plain_wav(descriptor: int) -> PlainWav | None:
    """The samples of an open file; None if it is for the decoding process, or cannot be read."""
    try:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return plain_wav(os.read(descriptor, size)) if size <= MOST_BYTES else None
    except OSError:
        return None


def plain_wav(content: bytes) -> PlainWav | None:
    """The samples of a whole file; None if it is for the decoding process."""
    if not _FILE.size <= len(content) <= MOST_BYTES or sys.byteorder != "little":
        return None
    mark, length, kind = _FILE.unpack_from(content)
    if (mark, kind) != (b"RIFF", b"WAVE") or length != len(content) - _CHUNK.size:
        return None
    return _samples(content)


def _samples(content: bytes) -> PlainWav | None:
    """Each chunk in turn: one form, then one of samples, with others before, between and behind."""
    form, found, place = None, None, _FILE.size
    while place < len(content):
        if place + _CHUNK.size > len(content):
            return None
        name, length = _CHUNK.unpack_from(content, place)
        start, place = place + _CHUNK.size, place + _CHUNK.size + length
        if place > len(content):
            return None
        if name == b"fmt " and form is None and length == _FORM.size:
            form = _FORM.unpack_from(content, start)
        elif name == b"data" and form is not None and found is None:
            found = _found(form, content[start:place])
            if found is None:
                return None
        elif name not in _BESIDE_SOUND:
            return None
        place += length % 2
    return found if place == len(content) else None


def _found(form: tuple[int, ...], samples: bytes) -> PlainWav | None:
    tag, channels, rate_hz, bytes_a_second, frame_bytes, bits = form
    is_plain = (tag, bits) == (_PCM, 8 * _SAMPLE_BYTES) and channels > 0 and rate_hz > 0
    agrees = frame_bytes == _SAMPLE_BYTES * channels and bytes_a_second == rate_hz * frame_bytes
    is_whole = is_plain and agrees and len(samples) > 0 and len(samples) % frame_bytes == 0
    return PlainWav(rate_hz, channels, samples) if is_whole else None
