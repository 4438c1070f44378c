"""Finds how many samples a FLAC file holds, whatever its first block says; see RFC 9639.

libsndfile decodes as many samples as STREAMINFO promises: none of a file that was written to a pipe, and only
the first of several that are joined together.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.decode.source import Source, View
from reviewer.audio.decode.tags import after_tags
from reviewer.audio.decode.wire import Incomplete

_TAIL_BYTES = 1 << 17
_WINDOW_BYTES = 1 << 16
_STREAM_INFO = (b"fLaC\x00\x00\x00\x22", b"fLaC\x80\x00\x00\x22")
_INFO_END = 42
_BITS_COMPARED = (7, 15, 23)
_BLOCK_SIZES = {
    1: 192,
    **{code: 144 << code for code in range(2, 6)},
    **{code: 1 << code for code in range(8, 16)},
}


@dataclass(frozen=True, slots=True)
class FlacPart:
    """One FLAC stream in a file; ``frames`` counts samples a channel, and is 0 if that cannot be found.

    ``first`` is the number of its first sample, above 0 if it was cut out of another without being encoded
    anew. Its first block promises still what the other held.
    """

    start: int
    end: int
    frames: int
    promised: int
    rate_hz: int
    first: int = 0
    md5: bytes = bytes(16)
    """Of the samples, as the encoder computed it; zeros if it did not."""

    @property
    def is_plain(self) -> bool:
        """Whether its first block and its frames say the same of how many samples there are."""
        return self.promised == self.frames and not self.first

    @property
    def missing(self) -> int:
        """How many samples less there are than the first block promises; those before a cut do not count."""
        reaches_end = self.first and self.first + self.frames == self.promised
        return 0 if reaches_end else self.promised - self.frames

    @property
    def checksum(self) -> bytes:
        """The MD5 that the samples must have; empty if the first block has none, or is of a longer stream."""
        return self.md5 if any(self.md5) and not self.first and self.promised in (0, self.frames) else b""

    def view(self, source: Source) -> View:
        """The stream with the right count in its first block."""
        info = bytearray(source.at(self.start, _INFO_END))
        count = int.from_bytes(info[21:26], "big") & ~((1 << 36) - 1) | self.frames
        info[21:26] = count.to_bytes(5, "big")
        return View(source, [bytes(info), (self.start + _INFO_END, self.end)])


class SampleDigest:
    """The MD5 over a stream's samples (section 8.2): interleaved, signed, little-endian."""

    _BYTES: ClassVar = {"PCM_S8": 1, "PCM_16": 2, "PCM_24": 3}

    def __init__(self, subtype: str) -> None:
        """``subtype``: as libsndfile names the width of the samples."""
        self._bytes = self._BYTES.get(subtype, 0)
        self._md5 = hashlib.md5(usedforsecurity=False)

    def add(self, block: NDArray[Any]) -> None:
        """Samples of shape ``(frames, channels)``: int16, or int32 for 24 bits, with zeros below."""
        if self._bytes:
            octets = (
                block.astype(f"<i{block.dtype.itemsize}").view(np.uint8).reshape(-1, block.dtype.itemsize)
            )
            self._md5.update(octets[:, -self._bytes :].tobytes())

    def matches(self, md5: bytes) -> bool:
        """Whether this is the digest of all samples; True for a width that is not compared."""
        return not self._bytes or self._md5.digest() == md5


def walk_parts(source: Source, start: int) -> list[FlacPart]:
    """The FLAC streams from ``start`` to the end of the file."""
    starts = [start]
    while (place := _next_stream(source, _after_metadata(source, starts[-1]))) > 0:
        starts.append(place)
    ends = [*starts[1:], source.size]
    return [_part(source, begin, end) for begin, end in zip(starts, ends, strict=True)]


def _part(source: Source, start: int, end: int) -> FlacPart:
    info = source.at(start, _INFO_END)
    promised = int.from_bytes(info[21:26], "big") & ((1 << 36) - 1)
    rate_hz = int.from_bytes(info[18:21], "big") >> 4
    block_frames = int.from_bytes(info[10:12], "big")  # the field before it may be the size of the last block
    longest = int.from_bytes(info[15:18], "big") or block_frames * ((info[20] >> 1 & 7) + 1) * 5
    first = _after_metadata(source, start)
    begins, after = _frame_span(source.at(first, 16), block_frames)
    begins = begins if after else 0
    _refuse_second_run(source, first, end, block_frames, begins)
    claim = (promised, block_frames, longest)
    frames = max(0, _end_of_last_frame(source, first, end, claim) - begins)
    bits = (info[20] & 1) << 4 | info[21] >> 4  # of a sample, less one
    md5 = info[26:_INFO_END] if bits in _BITS_COMPARED else bytes(16)
    return FlacPart(start, end, frames, promised, rate_hz, begins, md5)


def _next_stream(source: Source, place: int) -> int:
    while (place := source.find(b"fLaC", place)) >= 0:
        if source.at(place, 8) in _STREAM_INFO:
            return place
        place += 4
    return -1


def _after_metadata(source: Source, start: int) -> int:
    place = start + 4
    while len(head := source.at(place, 4)) == 4:
        place += 4 + int.from_bytes(head[1:4], "big")
        if head[0] & 0x80:
            break
    return place


def _refuse_second_run(source: Source, first: int, end: int, block_frames: int, begins: int) -> None:
    """Refuses frames whose numbers begin again: a second recording whose own header is gone."""
    sync = source.at(first, 2)
    reached, again = begins, -1
    for begin in range(first, end, _WINDOW_BYTES):
        window = source.at(begin, min(_WINDOW_BYTES + 16, end - begin))
        place = -1
        while 0 <= (place := window.find(sync, place + 1)) < _WINDOW_BYTES:
            start, after = _frame_span(window[place : place + 16], block_frames)
            if not after:
                continue
            if start == reached:
                reached = after
            elif after <= reached:
                if start == again:
                    raise Incomplete("damaged")
                again = after


def _end_of_last_frame(source: Source, first: int, end: int, claim: tuple[int, int, int]) -> int:
    """Where the last frame ends, in samples; 0 if there is none whose checksums hold up to tags or the end.

    A header with the right number ends the search, if the frame is not longer than one can be: computing the
    checksum of a whole frame is slow.
    """
    promised, block_frames, longest = claim
    begin = max(first, end - _TAIL_BYTES)
    tail = source.at(begin, end - begin)
    ends = [len(tail), *_starts_of_tags(source, begin, end)]
    place = len(tail)
    while (place := tail.rfind(b"\xff", 0, place)) >= 0:
        if place + 1 == len(tail) or tail[place + 1] not in (0xF8, 0xF9):
            continue
        _, after = _frame_span(tail[place : place + 16], block_frames)
        for stop in ends if after else ():
            is_promised = after == promised and 0 < stop - place <= longest
            if is_promised or (stop - place > 8 and not _crc16(tail[place:stop])):
                return after
    return 0


def _starts_of_tags(source: Source, begin: int, end: int) -> list[int]:
    """Places from which on there is nothing but tags, counted from ``begin``."""
    tail, found = source.at(begin, end - begin), []
    for mark in (b"ID3", b"TAG", b"APETAGEX", b"LYRICSBEGIN"):
        place = -1
        while (place := tail.find(mark, place + 1)) >= 0:
            if after_tags(source, begin + place, end) == end:
                found.append(place)
    return found


def _frame_span(head: bytes, block_frames: int) -> tuple[int, int]:
    """Start and end of a frame in samples, by its header (section 9.1); zeros if it is not one."""
    if len(head) < 6:
        return 0, 0
    size_code, rate_code = head[2] >> 4, head[2] & 15
    number, used = _coded_number(head[4:])
    place = 4 + used
    if size_code == 6:
        size, place = int.from_bytes(head[place : place + 1], "big") + 1, place + 1
    elif size_code == 7:
        size, place = int.from_bytes(head[place : place + 2], "big") + 1, place + 2
    else:
        size = _BLOCK_SIZES.get(size_code, 0)
    place += {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if not used or not size or len(head) <= place or _crc8(head[:place]) != head[place]:
        return 0, 0
    start = number if head[1] & 1 else number * block_frames
    return start, start + size


def _coded_number(content: bytes) -> tuple[int, int]:
    """A number coded like UTF-8 (section 9.1.5) and its length in bytes; 0 bytes if it is not one."""
    first = content[0]
    if first < 0x80:
        return first, 1
    length = 8 - (first ^ 0xFF).bit_length()
    if not 2 <= length <= 7:
        return 0, 0
    number = first & (0x7F >> length)
    for byte in content[1:length]:
        number = number << 6 | byte & 0x3F
    return number, length


def _crc8(content: bytes) -> int:
    value = 0
    for byte in content:
        value = _CRC8[value ^ byte]
    return value


def _crc8_of_byte(value: int) -> int:
    for _ in range(8):
        value = (value << 1 ^ 0x07) & 0xFF if value & 0x80 else value << 1
    return value


def _crc16(content: bytes) -> int:
    value = 0
    for byte in content:
        value = (value << 8 & 0xFFFF) ^ _CRC16[value >> 8 ^ byte]
    return value


def _crc16_of_byte(byte: int) -> int:
    value = byte << 8
    for _ in range(8):
        value = (value << 1 ^ 0x8005) & 0xFFFF if value & 0x8000 else value << 1
    return value


_CRC8 = [_crc8_of_byte(byte) for byte in range(256)]
_CRC16 = [_crc16_of_byte(byte) for byte in range(256)]
