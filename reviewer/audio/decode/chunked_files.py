"""Looks whether WAV, RF64, W64, AIFF, CAF, AU and NIST files hold what their headers say, and nothing more.

libsndfile decodes the first data chunk as far as the file goes, and says nothing of what is missing or
follows. Formats: Multimedia Programming Interface 1.0 (RIFF), EBU Tech 3306 (RF64), Sony's paper on W64,
AIFF-C of 1991, Apple's Core Audio Format specification, NeXT's ``soundstruct.h``, and NIST's SPHERE manual.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from reviewer.audio.decode.source import Source, View
from reviewer.audio.decode.tags import after_tags
from reviewer.audio.decode.wire import Incomplete

_PLACEHOLDER = 0x7FFF0000
"""Programs that write to a pipe leave a size from here on; taken as "to the end of the file"."""
_NO_LENGTH_TIMES = 50
"""So many times more than there is, or than a second, was never a length: recorders write their longest."""
_UNKNOWN = {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
_TOLERATED_SECONDS = 0.05
_TOLERATED_BYTES = 16
_LOOKED_AT_BYTES, _FEWEST_LINE_ENDS = 1 << 16, 8
_MPEG_TAGS = (0x50, 0x55)
_PLAIN_TAGS = (1, 3, 6, 7)  # PCM, float, A-law, mu-law
_FLOAT = 3
_DECODED_TAGS = (*_PLAIN_TAGS, 2, 0x11, 0x31, 0x38, 0x40, *_MPEG_TAGS)
"""And MS and IMA ADPCM, GSM 6.10, NMS ADPCM, G.721, MPEG: what libsndfile decodes in a WAV."""
_EXTENSIBLE = 0xFFFE


@dataclass(frozen=True, slots=True)
class DataChunk:
    """Where the samples are.

    ``bytes_per_second``, ``frames`` and ``rate_hz`` are 0 where the header does not say. ``block_frames`` are
    coded together. ``is_counted``: the header counts frames apart from bytes. ``is_short``: there is a little
    less than the header says, or it has a placeholder. ``size_at`` and ``size_bytes``: which number must be
    replaced for libsndfile to see the samples; -1 for none. ``tag``: of a WAV, -1 for other files. ``form``:
    where the form is that libsndfile would misread, and how it is shown.
    """

    start: int
    end: int
    bytes_per_second: float = 0.0
    frames: int = 0
    rate_hz: float = 0.0
    block_frames: int = 1
    is_counted: bool = False
    is_short: bool = False
    size_at: int = -1
    size_bytes: int = 4
    tag: int = -1
    form: tuple[int, bytes] = (0, b"")

    @property
    def is_mpeg(self) -> bool:
        """Whether the samples are MPEG audio."""
        return self.tag in _MPEG_TAGS

    @property
    def is_known(self) -> bool:
        """Whether the samples have a codec that is decoded here."""
        return self.tag < 0 or self.tag in _DECODED_TAGS

    @property
    def needs_view(self) -> bool:
        """Whether libsndfile would not see all samples, or not as what they are."""
        return self.size_at >= 0 or bool(self.form[1])

    def view(self, source: Source) -> View:
        """The file up to the end of the samples, with the size that was never written and a plain form."""
        fixes = [self.form] if self.form[1] else []
        if self.size_at >= 0:
            is_big = source.at(0, 4) in (b"RIFX", b"caff")
            size = self.end - self.start + (4 if source.at(0, 4) == b"caff" else 0)
            fixes.append((self.size_at, size.to_bytes(self.size_bytes, "big" if is_big else "little")))
        parts: list[bytes | tuple[int, int]] = []
        place = 0
        for at, written in sorted(fixes):
            parts += [(place, at), written]
            place = at + len(written)
        return View(source, [*parts, (place, self.end)])


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a container writes its chunks: sizes of name and length, byte order, and where the first one is."""

    first: int
    length_bytes: int
    order: Literal["little", "big"]
    name_bytes: int = 4
    alignment: int = 2
    counts_head: bool = False

    @property
    def head_bytes(self) -> int:
        return self.name_bytes + self.length_bytes


_RIFF = _Layout(12, 4, "little")
_RIFX = _Layout(12, 4, "big")
_W64 = _Layout(40, 8, "little", name_bytes=16, alignment=8, counts_head=True)
_AIFF = _Layout(12, 4, "big")
_CAF = _Layout(8, 8, "big", alignment=1)


def find_data(source: Source, container: str) -> DataChunk | None:
    """The samples of a file, or None if there is no data chunk or its header cannot be read.

    Raises:
        Incomplete: the file ends before its samples do, or more than tags follow them.
    """
    if container in _WITHOUT_CHUNKS:
        return _WITHOUT_CHUNKS[container](source)
    layout = {"w64": _W64, "aiff": _AIFF, "caf": _CAF}.get(container, _RIFF)
    if source.at(0, 4) == b"RIFX":
        layout = _RIFX
    form: dict[bytes, tuple[int, int]] = {}
    for name, start, length in _chunks(source, layout, layout.first):
        if name not in (b"data", b"SSND"):
            form.setdefault(name, (start, length))
            continue
        size = length
        if name == b"data" and length in (0, 0xFFFFFFFF) and b"ds64" in form:
            size = int.from_bytes(source.at(form[b"ds64"][0] + 8, 8), "little")
        if container in ("riff", "w64") and b"fmt " not in form:
            raise Incomplete("damaged")
        chunk = _checked(source, layout, _described(source, layout, form, (start, size)), size)
        return _with_size(chunk, container, form, size)
    if source.find(b"data", layout.first) >= 0:
        raise Incomplete("damaged")
    return None


def _with_size(chunk: DataChunk, container: str, form: dict[bytes, tuple[int, int]], size: int) -> DataChunk:
    """The chunk with the place of the size that libsndfile needs and that was never written."""
    if b"ds64" in form and size in (0, *_UNKNOWN):
        return replace(chunk, size_at=form[b"ds64"][0] + 8, size_bytes=8)
    if container == "caf" and size in _UNKNOWN:
        return replace(chunk, size_at=chunk.start - 12, size_bytes=8)
    return chunk


def _chunks(source: Source, layout: _Layout, place: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and length of each chunk, up to the first that has no name of printable letters."""
    while len(head := source.at(place, layout.head_bytes)) == layout.head_bytes:
        name, length = head[:4], int.from_bytes(head[layout.name_bytes :], layout.order)
        if not all(0x20 <= value < 0x7F for value in name):
            return
        if layout.counts_head:
            length = max(0, length - layout.head_bytes)
        start = place + layout.head_bytes
        yield name, start, length
        place = start + -(-length // layout.alignment) * layout.alignment


def _described(
    source: Source, layout: _Layout, form: dict[bytes, tuple[int, int]], data: tuple[int, int]
) -> DataChunk:
    """The data chunk with its rate of bytes, as the chunks before it describe it."""
    start, length = data
    if b"fmt " in form:
        place = form[b"fmt "][0]
        fmt = source.at(place, 40)
        chunk = _wav_data(fmt, layout, start, length)
        return replace(chunk, form=(place, _plain_form(fmt, layout, chunk.tag)))
    if b"COMM" in form:
        head = source.at(form[b"COMM"][0], 22)
        channels, frames = int.from_bytes(head[:2], "big"), int.from_bytes(head[2:6], "big")
        rate = int.from_bytes(head[10:18], "big") * 2.0 ** (
            int.from_bytes(head[8:10], "big") % 0x8000 - 16446
        )
        frame_bytes = channels * -(-int.from_bytes(head[6:8], "big") // 8)
        codec = head[18:22] if form[b"COMM"][1] >= 22 else b"NONE"
        is_plain = codec in (b"NONE", b"sowt", b"twos", b"fl32", b"FL32", b"fl64")
        offset = int.from_bytes(source.at(start, 4), "big")
        return DataChunk(
            start + 8 + offset, start + length, rate * frame_bytes * is_plain, frames, rate, is_counted=True
        )
    if b"desc" in form:
        head = source.at(form[b"desc"][0], 32)
        packet_bytes, packet_frames = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
        rate_hz = _double(head[:8])
        per_second = rate_hz * packet_bytes / packet_frames if packet_frames else 0.0
        return DataChunk(start + 4, start + length, per_second)
    return DataChunk(start, start + length)


def _wav_data(fmt: bytes, layout: _Layout, start: int, length: int) -> DataChunk:
    def number(place: int, count: int) -> int:
        return int.from_bytes(fmt[place : place + count], layout.order)

    tag, rate_hz, block = number(0, 2), number(4, 4), number(12, 2)
    if tag == _EXTENSIBLE:
        tag = number(24, 2)
    block_frames = 1 if tag in _PLAIN_TAGS else number(18, 2) if tag in (2, 0x11, 0x31) else 0
    per_second = rate_hz * block / block_frames if block_frames else 0.0
    frames = length // block * block_frames if block else 0
    return DataChunk(start, start + length, per_second, frames, rate_hz, block_frames, tag=tag)


def _plain_form(fmt: bytes, layout: _Layout, tag: int) -> bytes:
    """The first 16 bytes of a form that libsndfile would misread, as it reads them right; else nothing.

    It takes each extensible form of a W64 for integers, and 24 bits in four bytes for 24 bits in three.

    Raises:
        Incomplete: the form contradicts itself on how long a floating-point number is.
    """

    def number(place: int) -> int:
        return int.from_bytes(fmt[place : place + 2], layout.order)

    given, channels, block, bits = number(0), number(2), number(12), number(14)
    if tag == _FLOAT and channels and block != channels * bits // 8:
        raise Incomplete("damaged")
    is_misread = given == _EXTENSIBLE and layout is _W64 and tag in _PLAIN_TAGS
    if tag == 1 and 16 < bits <= 24 and channels and block == 4 * channels:
        is_misread, bits = True, 32
    if not is_misread:
        return b""
    return tag.to_bytes(2, layout.order) + fmt[2:14] + bits.to_bytes(2, layout.order)


def _checked(source: Source, layout: _Layout, chunk: DataChunk, length: int) -> DataChunk:
    """The chunk as far as the file goes; refuses what is missing, and samples after it."""
    missing = chunk.end - source.size
    held = max(source.size - chunk.start, int(chunk.bytes_per_second))
    is_absurd = chunk.bytes_per_second > 0 and length >= _NO_LENGTH_TIMES * held
    is_open = length in _UNKNOWN or length >= _PLACEHOLDER or is_absurd
    if missing > 0:
        if not is_open and missing > _TOLERATED_SECONDS * chunk.bytes_per_second * (chunk.block_frames == 1):
            raise Incomplete("cut_short")
        return _ending(chunk, source.size, is_short=length not in _UNKNOWN)
    rest = _after_chunks(source, layout, chunk.end)
    tolerated = max(_TOLERATED_BYTES, _TOLERATED_SECONDS * chunk.bytes_per_second)
    unexplained = source.size - after_tags(source, rest, source.size)
    if unexplained > 0 and _has_text_line_ends(source, chunk):
        raise Incomplete("damaged")
    if unexplained <= tolerated:
        return chunk
    if length == 0 and layout in (_RIFF, _RIFX):
        return _ending(chunk, source.size, is_short=False, size_at=chunk.start - 4)
    raise Incomplete("more_follows")


def _has_text_line_ends(source: Source, chunk: DataChunk) -> bool:
    """Whether a carriage return is before each byte of a line end: somebody copied the file as text.

    By chance one of 256 has.
    """
    samples = source.at(chunk.start, min(_LOOKED_AT_BYTES, chunk.end - chunk.start))
    count = samples.count(b"\n")
    return count >= _FEWEST_LINE_ENDS and samples.count(b"\r\n") == count


def _after_chunks(source: Source, layout: _Layout, end: int) -> int:
    """The position behind all chunks that follow the samples, with or without the byte that pads them."""
    rest = end
    for begin in (-(-end // layout.alignment) * layout.alignment, end):
        for name, start, size in _chunks(source, layout, begin):
            if name in (b"RIFF", b"RIFX", b"RF64", b"FORM", b"data", b"SSND", b"riff", b"caff"):
                raise Incomplete("more_follows")
            rest = max(rest, start + size)
    return rest


def _ending(chunk: DataChunk, end: int, *, is_short: bool, size_at: int = -1) -> DataChunk:
    frames = chunk.frames if chunk.is_counted else 0
    return replace(chunk, end=end, frames=frames, is_short=is_short, size_at=size_at)


def _au_data(source: Source) -> DataChunk | None:
    head = source.at(0, 24)
    if len(head) < 24:
        return None
    order: Literal["little", "big"] = "big" if head[:4] == b".snd" else "little"
    start, length, encoding, rate_hz, channels = (
        int.from_bytes(head[place : place + 4], order) for place in range(4, 24, 4)
    )
    width = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}.get(encoding, 0)
    chunk = DataChunk(start, start + length, float(rate_hz * channels * width))
    if length in _UNKNOWN:
        return _ending(chunk, source.size, is_short=False)
    return _alone(source, chunk)


def _nist_data(source: Source) -> DataChunk | None:
    head = source.at(0, 1024)
    # libsndfile writes some numbers as strings: sample_n_bytes -s1 1
    values = {name: int(value) for name, value in re.findall(rb"(\w+) -(?:i|s\d) (\d{1,12})\s", head)}
    frame_bytes = values.get(b"channel_count", 1) * values.get(b"sample_n_bytes", 2)
    rate_hz, start = values.get(b"sample_rate", 0), int(head[8:16].strip() or b"0")
    if b"sample_count" not in values or not rate_hz or b"shorten" in head:
        return None
    end = start + values[b"sample_count"] * frame_bytes
    return _alone(
        source, DataChunk(start, end, float(rate_hz * frame_bytes), values[b"sample_count"], rate_hz)
    )


def _alone(source: Source, chunk: DataChunk) -> DataChunk:
    """The chunk of a format that has nothing else behind its header."""
    tolerated = _TOLERATED_SECONDS * chunk.bytes_per_second
    if chunk.end - source.size > tolerated:
        raise Incomplete("cut_short")
    if source.size - chunk.end > tolerated and not source.is_zero(chunk.end, source.size):
        raise Incomplete("more_follows")
    return chunk


def _double(content: bytes) -> float:
    return float(struct.unpack(">d", content)[0]) if len(content) == 8 else 0.0


_WITHOUT_CHUNKS = {"au": _au_data, "nist": _nist_data}
