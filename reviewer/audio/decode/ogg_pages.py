"""Walks the pages of an Ogg file, so that every stream in it is decoded, or the file is refused.

libsndfile decodes the first stream of a chain and ends there. Page structure: RFC 3533, section 6; granule
positions: RFC 7845, section 4, and the Vorbis I specification, section A.2.
"""

import struct
import zlib
from dataclasses import dataclass, field

from reviewer.audio.decode.source import Source, View
from reviewer.audio.decode.tags import after_tags
from reviewer.audio.decode.wire import DecodingStopped, Failure, Incomplete

_PAGE = struct.Struct("<4sBBqIIIB")
_BEGIN, _END = 2, 4
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_NO_GRANULE = -1
_OPUS_RATE_HZ = 48_000
_STARTED_LATER_SECONDS = 5.0
"""A first granule position beyond this is that of a stream that was joined while it ran."""


@dataclass(slots=True)
class OggStream:
    """One logical stream: ``codec`` as in ``_codec_of``, its pages' spans, and its granule positions."""

    codec: str
    rate_hz: int
    pre_skip: int
    next_page: int
    spans: list[tuple[int, int]] = field(default_factory=list)
    first_granule: int = 0
    last_granule: int = 0
    has_end: bool = False

    @property
    def seconds(self) -> float:
        """Its length by its granule positions, at least."""
        is_late = self.first_granule > _STARTED_LATER_SECONDS * self.rate_hz
        start = self.first_granule if is_late else self.pre_skip
        return max(0, self.last_granule - start) / self.rate_hz

    def view(self, source: Source) -> View:
        """Its pages alone."""
        return View(source, self.spans)


def walk_streams(source: Source, start: int) -> list[OggStream]:
    """The audio streams of a file in the order of the chain; pictures and indices beside them are left out.

    Raises:
        Incomplete: pages are missing, the file ends within a page, or a stream ends without its end mark.
        DecodingStopped: several audio streams run at the same time, or one is of a codec that is not known.
    """
    links: list[dict[int, OggStream]] = []
    is_heading, place = False, start
    while place < source.size:
        head = source.at(place, 27)
        if head[:4] != b"OggS":
            _refuse_rest(source, place)
            break
        if len(head) < _PAGE.size:
            raise Incomplete("cut_short")
        _, _, flags, granule, serial, number, checksum, segments = _PAGE.unpack(head)
        lacing = source.at(place + 27, segments)
        body = place + 27 + segments
        after = body + sum(lacing)
        if len(lacing) < segments or after > source.size:
            raise Incomplete("cut_short")
        if flags & _BEGIN:
            if not is_heading:
                links.append({})
            links[-1][serial] = _begin(source.at(body, min(80, after - body)), number)
        is_heading = bool(flags & _BEGIN)
        stream = links[-1].get(serial) if links else None
        if stream is None or number != stream.next_page:
            raise Incomplete("damaged")
        if _checksum(source.at(place, after - place)) != checksum:
            raise Incomplete("damaged")  # libogg drops such a page and says nothing
        _add(stream, (place, after), granule, has_end=bool(flags & _END))
        place = after
    return [_one_audio_stream(link) for link in links]


def _add(stream: OggStream, span: tuple[int, int], granule: int, *, has_end: bool) -> None:
    stream.next_page = (stream.next_page + 1) & 0xFFFFFFFF
    if stream.spans and stream.spans[-1][1] == span[0]:
        stream.spans[-1] = (stream.spans[-1][0], span[1])
    else:
        stream.spans.append(span)
    stream.has_end = has_end
    if granule > 0:
        stream.first_granule = stream.first_granule or granule
        stream.last_granule = max(stream.last_granule, granule)


def _checksum(page: bytes) -> int:
    """The checksum of a page, whose own field counts as zero; zlib's has its bits the other way round."""
    content = (page[:22] + bytes(4) + page[26:]).translate(_REVERSED)
    value = zlib.crc32(content, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(value.to_bytes(4, "little").translate(_REVERSED), "big")


def _begin(packet: bytes, number: int) -> OggStream:
    codec, rate_hz, pre_skip = "", 1, 0
    if packet[:7] == b"\x01vorbis":
        codec, rate_hz = "vorbis", int.from_bytes(packet[12:16], "little")
    elif packet[:8] == b"OpusHead":
        codec, rate_hz, pre_skip = "opus", _OPUS_RATE_HZ, int.from_bytes(packet[10:12], "little")
    elif packet[:5] == b"\x7fFLAC":
        codec, rate_hz = "flac", int.from_bytes(packet[27:30], "big") >> 4
    elif packet[:8] == b"Speex   ":
        codec, rate_hz = "speex", int.from_bytes(packet[36:40], "little")
    return OggStream(codec, max(1, rate_hz), pre_skip, number)


def _one_audio_stream(link: dict[int, OggStream]) -> OggStream:
    audio = [stream for stream in link.values() if stream.codec]
    if len(audio) > 1:
        raise DecodingStopped(Failure("streams", len(audio)))
    if not audio:
        raise DecodingStopped(Failure("codec"))
    if not audio[0].has_end:
        raise Incomplete("no_end")
    return audio[0]


def _refuse_rest(source: Source, place: int) -> None:
    """Tags and zero bytes may follow the last page, but no page."""
    if source.find(b"OggS", place) >= 0:
        raise Incomplete("damaged")
    if after_tags(source, place, source.size) < source.size:
        raise Incomplete("more_follows")
