"""Walks the frames of MPEG audio (MP1, MP2, MP3), so that every one of them is decoded.

libsndfile takes the length of an MP3 from its Xing header, or estimates it from its first frames, and decodes
no more than that; what follows a second header is lost too. Here the frames are counted, and each part of
a file (it may be several recordings joined) is shown to libsndfile behind a Xing header that is right.

Frame headers: ISO/IEC 11172-3 and 13818-3, section 2.4. Xing and LAME headers: gabriel.mp3-tech.org,
``mp3infotag.html``.
"""

import struct
from dataclasses import dataclass, field
from functools import lru_cache

from reviewer.audio.decode.source import Source, View
from reviewer.audio.decode.tags import after_tags, tag_bytes
from reviewer.audio.decode.wire import Incomplete

_V1 = (
    (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
_V2 = (
    (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_RATES_HZ = (44_100, 48_000, 32_000)
_DECODER_DELAY = 529
"""Samples that a decoder's filter bank comes late: mpg123 drops them at the start, not at the end."""
_SYNC = tuple(bytes((0xFF, second)) for second in range(0xE0, 0x100))
_SEARCHED_BYTES = 1 << 16
_TOLERATED_SECONDS = 0.05
_RUN = 4
_INFO_FIELDS = ((1, 4), (2, 4), (4, 100), (8, 4))
"""By flag: the sizes of the frame count, byte count, table of contents and quality in a Xing header."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame's header: its bytes, samples a channel, and what must not change within a part."""

    bits: int
    bytes: int
    samples: int
    rate_hz: int

    @property
    def form(self) -> tuple[int, bool]:
        """Version, layer and rate, and whether it is mono."""
        return self.bits & 0xFFFE0C00, self.is_mono

    @property
    def is_mono(self) -> bool:
        return self.bits >> 6 & 3 == 3

    @property
    def info_offset(self) -> int:
        """Where a Xing header is: behind the side information of layer III."""
        is_first_version = self.bits >> 19 & 3 == 3
        return 4 + ((17 if self.is_mono else 32) if is_first_version else (9 if self.is_mono else 17))


@dataclass(slots=True)
class Part:
    """A run of frames of one form: one recording."""

    first: Frame
    spans: list[tuple[int, int]] = field(default_factory=list)
    frames: int = 0
    promised_frames: int = 0
    delay: int = 0
    padding: int = 0

    @property
    def samples(self) -> int:
        """Samples a channel, without the encoder's delay and padding."""
        return max(0, self.frames * self.first.samples - self.delay - self.padding)

    def add(self, start: int, frame: Frame) -> None:
        """The next frame."""
        self.frames += 1
        if self.spans and self.spans[-1][1] == start:
            self.spans[-1] = (self.spans[-1][0], start + frame.bytes)
        else:
            self.spans.append((start, start + frame.bytes))

    def view(self, source: Source) -> View:
        """The part behind a header that says how long it is (layer III; others have even frames)."""
        return View(source, [_header(self), *self.spans])


@lru_cache(1024)
def parse_frame(head: bytes) -> Frame | None:
    """The frame header in four bytes, or None; a bit rate that is not named ("free") is not supported."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    bits = int.from_bytes(head[:4], "big")
    version, layer = bits >> 19 & 3, 4 - (bits >> 17 & 3)
    rate, index = bits >> 12 & 15, bits >> 10 & 3
    if version == 1 or layer == 4 or rate in (0, 15) or index == 3:
        return None
    bits_per_second = (_V1 if version == 3 else _V2)[layer - 1][rate - 1] * 1000
    rate_hz = _RATES_HZ[index] >> {3: 0, 2: 1, 0: 2}[version]
    padding = bits >> 9 & 1
    if layer == 1:
        return Frame(bits, (12 * bits_per_second // rate_hz + padding) * 4, 384, rate_hz)
    samples = 1152 if layer == 2 or version == 3 else 576
    return Frame(bits, samples // 8 * bits_per_second // rate_hz + padding, samples, rate_hz)


def first_frame(source: Source, start: int, end: int) -> int:
    """Where the first frames that follow one another begin, or -1; what is before them is passed over.

    Behind other bytes it takes several of them: in other data one may seem to be there.
    """
    for place in range(start, min(end, start + _SEARCHED_BYTES)):
        if source.at(place, 1) == b"\xff" and _is_run(source, place, end, is_long=place > start):
            return place
    return -1


def is_behind_many_zeros(source: Source, start: int, end: int) -> bool:
    """Whether frames follow more zeros than ``first_frame`` passes over."""
    place = start
    while place < end and source.is_zero(place, min(end, place + _SEARCHED_BYTES)):
        place += _SEARCHED_BYTES
    return place > start and first_frame(source, place, end) >= 0


def walk_parts(source: Source, start: int, end: int) -> list[Part]:
    """All recordings between two positions of the file.

    Raises:
        Incomplete: the file ends within a frame, holds fewer frames than it says, or has other bytes between.
    """
    parts: list[Part] = []
    part: Part | None = None
    place = after_tags(source, start, end)
    lost = 0
    while place < end:
        frame = parse_frame(source.at(place, 4))
        if frame is not None and (part is None or frame.form != part.first.form):
            frame = frame if _is_run(source, place, end) else None
        if frame is None:
            part, after = None, after_tags(source, place, end)
            if after == place:
                after = _next_run(source, place + 1, end)
                _refuse_loss(source, parts, place, (after, end))
                lost += after - place
            place = after
            if place > end:
                raise Incomplete("cut_short")
            continue
        if place + frame.bytes > end:
            raise Incomplete("cut_short")
        info = _info(source, place, frame)
        if info is not None or part is None or frame.form != part.first.form:
            _refuse_continuation(source, parts, place, frame)
            part = info or Part(frame)
            _refuse_zeros_before(source, parts, place, part)
            parts.append(part)
        if info is None:
            part.add(place, frame)
        place += frame.bytes
    _compare_with_headers(parts, lost)
    if parts and not parts[-1].promised_frames:
        _refuse_empty_end(source, parts[-1], end)
    return [part for part in parts if part.frames]


def _refuse_loss(source: Source, parts: list[Part], place: int, after: tuple[int, int]) -> None:
    """Refuses what is neither frame nor tag, before other frames or behind zeros, and what begins a frame.

    How much is missing where such bytes are is not known.
    """
    next_place, end = after
    if parts and (next_place < end or _is_behind_zeros(source, parts, place)):
        raise Incomplete("damaged")
    if end - place < 4 and source.at(place, 2) in (b"\xff", *_SYNC):
        raise Incomplete("cut_short")


def _is_behind_zeros(source: Source, parts: list[Part], place: int) -> bool:
    last = parts[-1].spans[-1][1] if parts and parts[-1].spans else place
    return last < place and source.at(place - 1, 1) == b"\0"


def _refuse_continuation(source: Source, parts: list[Part], place: int, frame: Frame) -> None:
    """Refuses zeros before a frame that needs bytes of the frames before it (``main_data_begin``)."""
    if _is_behind_zeros(source, parts, place) and _needs_frames_before(source, place, frame):
        raise Incomplete("damaged")


def _refuse_zeros_before(source: Source, parts: list[Part], place: int, part: Part) -> None:
    """Refuses zeros from the beginning of the file where frames had room: a download that was stopped.

    A header that counts the frames, or a tag before the zeros, says that nothing was there.
    """
    if parts or part.promised_frames or source.at(0, 1) != b"\0" or not place:
        return
    if place >= part.first.bytes or _needs_frames_before(source, place, part.first):
        raise Incomplete("damaged")


def _needs_frames_before(source: Source, place: int, frame: Frame) -> bool:
    if frame.bits >> 17 & 3 != 1:
        return False
    side = source.at(place + (4 if frame.bits & 0x10000 else 6), 2)
    return int.from_bytes(side, "big") >> (7 if frame.bits >> 19 & 3 == 3 else 8) > 0


def _refuse_empty_end(source: Source, part: Part, end: int) -> None:
    """Refuses zeros where more frames had room: a download that was stopped, in a file made before it."""
    last = part.spans[-1][1] if part.spans else end
    if end - last >= part.first.bytes and source.is_zero(last, end):
        raise Incomplete("cut_short")


def _compare_with_headers(parts: list[Part], lost: int) -> None:
    seconds = sum(part.frames * part.first.samples / part.first.rate_hz for part in parts)
    held = sum(end - start for part in parts for start, end in part.spans)
    if lost and lost * seconds > _TOLERATED_SECONDS * held:
        raise Incomplete("damaged")
    for part in parts:
        missing = part.promised_frames - part.frames
        if part.promised_frames and missing:
            part.padding = 0  # it is that of another end
        if missing * part.first.samples > _TOLERATED_SECONDS * part.first.rate_hz:
            raise Incomplete("cut_short")


def _is_run(source: Source, place: int, end: int, *, is_long: bool = False) -> bool:
    """Whether several frames of one form follow one another here, or as many as there are before the end.

    With ``is_long`` there have to be ``_RUN`` of them.
    """
    form = None
    for count in range(_RUN):
        if place >= end:
            return not is_long and count > (place > end)
        frame = parse_frame(source.at(place, 4))
        if frame is None or (form is not None and frame.form != form):
            return not is_long and count > 0 and after_tags(source, place, end) > place
        form, place = frame.form, place + frame.bytes
    return True


def _next_run(source: Source, place: int, end: int) -> int:
    """Where frames or a tag go on after bytes that are neither."""
    while place < end:
        byte = source.at(place, 1)
        if byte == b"\xff" and _is_run(source, place, end):
            return place
        if byte in b"ITAL" and tag_bytes(source, place, end):
            return place
        place += 1
    return end


def _info(source: Source, place: int, frame: Frame) -> Part | None:
    """An empty part with what a Xing, Info or VBRI header says, if this frame is one; it holds no sound."""
    if frame.bits >> 17 & 3 != 1:  # layer III alone has such headers
        return None
    head = source.at(place, frame.bytes)
    if head[36:40] == b"VBRI" and len(head) >= 54:
        return Part(frame, promised_frames=int.from_bytes(head[50:54], "big"))
    info = head[frame.info_offset :]
    if info[:4] not in (b"Xing", b"Info") or len(info) < 12:
        return None
    flags = int.from_bytes(info[4:8], "big")
    part = Part(frame, promised_frames=int.from_bytes(info[8:12], "big") if flags & 1 else 0)
    lame = info[8 + sum(size for bit, size in _INFO_FIELDS if flags & bit) :]
    if len(lame) >= 24 and lame[:4].strip(b"\0"):
        both = int.from_bytes(lame[21:24], "big")
        part.delay, part.padding = both >> 12, both & 0xFFF
    return part


def _header(part: Part) -> bytes:
    """A Xing and LAME header for the part; without padding, a silent frame takes mpg123's own delay."""
    bits = part.first.bits & ~0xF200 | 14 << 12 | 0x10000  # the highest bit rate, no padding, no checksum
    frame = parse_frame(bits.to_bytes(4, "big"))
    if frame is None or frame.bits >> 17 & 3 != 1:
        return b""
    delay, padding, frames = min(part.delay, 3_000), part.padding, part.frames
    silence = b""
    if padding < _DECODER_DELAY:
        delay, padding, frames = delay + frame.samples - _DECODER_DELAY, _DECODER_DELAY + padding, frames + 1
        silence = bits.to_bytes(4, "big") + bytes(frame.bytes - 4)
    lame = b"LAME3.100" + bytes(12) + (delay << 12 | padding).to_bytes(3, "big") + bytes(12)
    info = b"Xing" + struct.pack(">II", 1, frames) + lame
    content = bits.to_bytes(4, "big") + bytes(frame.info_offset - 4) + info
    return content + bytes(frame.bytes - len(content)) + silence
