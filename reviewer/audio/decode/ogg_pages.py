"""Walks the pages of an Ogg file, so that every stream in it is decoded, or the file is refused.

libsndfile decodes the first stream of a chain and ends there. Page structure: RFC 3533, section 6; granule
positions: RFC 7845, section 4, and the Vorbis I specification, section A.2; order of channels: RFC 7845,
section 5.1.1.2, and the Vorbis I specification, section 4.3.9.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from reviewer.audio.decode.source import Source, View
from reviewer.audio.decode.tags import after_tags
from reviewer.audio.decode.wire import DecodingStopped, Failure, Incomplete

_PAGE = struct.Struct("<4sBBqIIIB")
_BEGIN, _END = 2, 4
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_OPUS_RATE_HZ = 48_000
_OF_LOUDSPEAKERS = 1
"""The channel mapping family of Opus with the channels of Vorbis; other families give them no roles."""
_ORDER_OF_WAV = {
    3: (0, 2, 1),
    5: (0, 2, 1, 3, 4),
    6: (0, 2, 1, 5, 3, 4),
    7: (0, 2, 1, 6, 5, 3, 4),
    8: (0, 2, 1, 7, 5, 6, 3, 4),
}
"""By their number, which channel comes when in a WAV: left, right, centre, low tones, the others."""
_MODE_BITS, _COUNT_BITS, _MOST_MODES = 41, 6, 64
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
    block_sizes: tuple[int, int] = (0, 0)
    header_end: int = 0
    uncounted: int = 0
    """Samples of its first page that the positions of a Vorbis stream do not count: it was cut, without being
    encoded anew. Below zero if the positions, also of Opus, count more: it was joined while it ran, or
    cut so."""
    channel_order: tuple[int, ...] = ()
    """Which channel comes when in a WAV; empty where the order is the same."""

    @property
    def seconds(self) -> float:
        """Its length by its granule positions, at least."""
        if self.uncounted:
            return max(0, self.last_granule + self.uncounted - self.pre_skip) / self.rate_hz
        is_late = self.first_granule > _STARTED_LATER_SECONDS * self.rate_hz
        start = self.first_granule if is_late else self.pre_skip
        return max(0, self.last_granule - start) / self.rate_hz

    def view(self, source: Source) -> View:
        """Its pages alone; those of a stream that was cut with positions from its first sample on.

        libsndfile decodes no more samples than the last position counts: of such a stream not the end.
        """
        if self.uncounted <= 0:
            return View(source, self.spans)
        parts = [part for span in self.spans for part in _moved_pages(source, span, self.uncounted)]
        return View(source, parts)


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
        if granule > 0 and not stream.first_granule and not flags & _END:
            stream.uncounted = _uncounted(source, stream, body, lacing, granule)
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
    if granule == 0:
        stream.header_end = span[1]
    if granule > 0:
        stream.first_granule = stream.first_granule or granule
        stream.last_granule = max(stream.last_granule, granule)


def _uncounted(source: Source, stream: OggStream, body: int, lacing: bytes, granule: int) -> int:
    if stream.codec == "opus":
        return min(0, _opus_samples(source, body, lacing) - granule)
    held = _vorbis_samples(source, stream, body, lacing)
    return held - granule if held else 0


def _opus_samples(source: Source, body: int, lacing: bytes) -> int:
    """The samples at 48 kHz that the packets of a first page hold (RFC 6716, section 3)."""
    samples, place, packet = 0, body, 0
    for length in lacing:
        packet += length
        if length < 255:
            head = source.at(place, 2)
            count = (1, 2, 2, head[1] & 63 if len(head) > 1 else 0)[head[0] & 3] if head and packet else 0
            samples += count * _opus_frame_samples(head[0] >> 3) if count else 0
            place, packet = place + packet, 0
    return samples


def _opus_frame_samples(configuration: int) -> int:
    if configuration < 12:  # SILK: 10, 20, 40 or 60 ms
        return (480, 960, 1920, 2880)[configuration & 3]
    if configuration < 16:  # hybrid: 10 or 20 ms
        return (480, 960)[configuration & 1]
    return 120 << (configuration & 3)  # CELT: 2.5 to 20 ms


def _vorbis_samples(source: Source, stream: OggStream, body: int, lacing: bytes) -> int:
    """The samples that the packets of a first page hold (section 4.3.8); 0 for another codec."""
    tail = source.at(max(0, stream.header_end - _MOST_MODES * 6), min(stream.header_end, _MOST_MODES * 6))
    modes = _block_flags(tail) if stream.block_sizes[0] else []
    quarters, place, is_start = list[int](), body, True
    for length in lacing if modes else b"":
        if is_start and length:
            mode = source.at(place, 1)[0] >> 1 & ((1 << (len(modes) - 1).bit_length()) - 1)
            quarters.append(stream.block_sizes[modes[mode % len(modes)]] // 4)
        is_start = length < 255
        place += length
    if not is_start:
        quarters = quarters[:-1]  # it ends on the next page
    return sum(before + here for before, here in pairwise(quarters))


def _block_flags(tail: bytes) -> list[bool]:
    """Which modes have long blocks, by the end of the setup header (section 4.2.4), read backwards.

    Each is a flag, 32 zero bits and a mapping below 64; before the first there is their number.
    """
    bits = int.from_bytes(tail, "little")
    place, flags, found = bits.bit_length() - 1, list[bool](), list[bool]()
    while place >= _MODE_BITS + _COUNT_BITS and len(flags) < _MOST_MODES:
        place -= _MODE_BITS
        mode = bits >> place & ((1 << _MODE_BITS) - 1)
        if mode >> 1 & 0xFFFFFFFF or mode >> 33 > 63:
            break
        flags.insert(0, bool(mode & 1))
        if bits >> (place - _COUNT_BITS) & 63 == len(flags) - 1:
            found = list(flags)
    return found


def _moved_pages(source: Source, span: tuple[int, int], samples: int) -> Iterator[bytes | tuple[int, int]]:
    """The pages of a span with later positions."""
    place, end = span
    while place < end:
        head = source.at(place, 27)
        _, _, _, granule, _, _, _, segments = _PAGE.unpack(head)
        after = place + 27 + segments + sum(source.at(place + 27, segments))
        if granule > 0:
            page = head[:6] + struct.pack("<q", granule + samples) + source.at(place, after - place)[14:]
            yield page[:22] + _checksum(page).to_bytes(4, "little") + page[26:27]
            yield place + 27, after
        else:
            yield place, after
        place = after


def _checksum(page: bytes) -> int:
    """The checksum of a page, whose own field counts as zero; zlib's has its bits the other way round."""
    content = (page[:22] + bytes(4) + page[26:]).translate(_REVERSED)
    value = zlib.crc32(content, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(value.to_bytes(4, "little").translate(_REVERSED), "big")


def _begin(packet: bytes, number: int) -> OggStream:
    codec, rate_hz, pre_skip, block_sizes = "", 1, 0, (0, 0)
    order: tuple[int, ...] = ()
    if packet[:7] == b"\x01vorbis" and len(packet) > 28:
        codec, rate_hz = "vorbis", int.from_bytes(packet[12:16], "little")
        block_sizes = 1 << (packet[28] & 15), 1 << (packet[28] >> 4)
        order = _ORDER_OF_WAV.get(packet[11], ())
    elif packet[:8] == b"OpusHead":
        codec, rate_hz, pre_skip = "opus", _OPUS_RATE_HZ, int.from_bytes(packet[10:12], "little")
        order = _ORDER_OF_WAV.get(packet[9], ()) if packet[18:19] == bytes([_OF_LOUDSPEAKERS]) else ()
    elif packet[:5] == b"\x7fFLAC":
        codec, rate_hz = "flac", int.from_bytes(packet[27:30], "big") >> 4
    elif packet[:8] == b"Speex   ":
        codec, rate_hz = "speex", int.from_bytes(packet[36:40], "little")
    return OggStream(codec, max(1, rate_hz), pre_skip, number, block_sizes=block_sizes, channel_order=order)


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
