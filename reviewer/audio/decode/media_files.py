"""Looks whether MPEG-4, Matroska, AMR, ADTS and ASF files are whole, before ffmpeg's demuxers read them.

A demuxer ends quietly where a file ends. Formats: ISO/IEC 14496-12 (boxes), RFC 8794 and 9559 (elements), RFC
4867, section 5 (AMR), ISO/IEC 14496-3, annex 1.A (ADTS), and Microsoft's ASF specification 01.20.03.
"""

from functools import partial
from typing import TYPE_CHECKING

from reviewer.audio.decode.chunked_files import find_data
from reviewer.audio.decode.source import Source
from reviewer.audio.decode.tags import after_tags
from reviewer.audio.decode.wire import DecodingStopped, Failure, Incomplete

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AMR_NARROW = (12, 13, 15, 17, 19, 20, 26, 31, 5)
_AMR_WIDE = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5)
_AMR_EMPTY = (14, 15)
_AMR_FRAME_SECONDS = 0.02
_ADTS_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_ASF_INDEXES = (
    bytes.fromhex("90080033b1e5cf1189f400a0c90349cb"),
    bytes.fromhex("d329e2d6da35d111903400a0c90349be"),
    bytes.fromhex("f803b1fead12644c840f2a1d2f7ad48c"),
    bytes.fromhex("d03fb73c4a0c03483d953df7b6228f0c"),
)
"""Simple, by time, by media object, by time code: all that may follow the packets."""
_SEGMENT, _CLUSTER, _CLUSTER_TIME, _CUES = 0x18538067, 0x1F43B675, 0xE7, 0x1C53BB6B
_CUE_POINT, _CUE_PLACES, _CUE_CLUSTER = 0xBB, 0xB7, 0xF1
_LATE_TICKS = 50  # of a cluster's time: milliseconds, unless the file says otherwise
_BOXES = (
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"moof", b"sidx", b"mfra",
    b"uuid", b"meta", b"emsg", b"prft", b"ssix", b"pnot", b"udta", b"pdin", b"PICT",
)  # fmt: skip


def check_whole(source: Source, container: str) -> float:
    """The length in seconds that follows from the file's own structure, or 0 if that says nothing about it.

    Raises:
        Incomplete: the file ends too early, or a second file follows the first.
    """
    checks: dict[str, Callable[[Source], float]] = {
        "mpeg4": _check_mpeg4,
        "matroska": _check_matroska,
        "amr": _check_amr,
        "adts": _check_adts,
        "asf": _check_asf,
        "cafcodec": partial(_check_chunks, "caf"),
        "wavcodec": partial(_check_chunks, "riff"),
    }
    return checks[container](source) if container in checks else 0.0


def _check_mpeg4(source: Source) -> float:
    """Boxes of the top level end where the file ends, and there is one film."""
    films = place = 0
    while place < source.size:
        head = source.at(place, 16)
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if kind not in _BOXES:
            if films and source.is_zero(place, source.size):
                break
            if len(head) < 8:
                raise Incomplete("cut_short")
            raise Incomplete("more_follows" if films else "damaged")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        elif size == 0:
            size = source.size - place
        films += kind == b"moov"
        if size < 8 or place + size > source.size:
            raise Incomplete("cut_short")
        place += size
    if films > 1:
        raise Incomplete("more_follows")
    if not films:
        raise Incomplete("cut_short")  # a recorder writes the index last
    return 0.0


def _check_matroska(source: Source) -> float:
    """Elements end where the file ends; those whose size was not known when they were written are entered."""
    place = segments = 0
    index = _MatroskaIndex(source)
    while place < source.size:
        element, after_id = _number(source, place, keeps_marker=True)
        size, body = _number(source, after_id)
        if not element or body > source.size:
            if source.is_zero(place, source.size):
                break
            raise Incomplete("cut_short" if source.size - place < 12 else "damaged")
        segments += element == _SEGMENT
        index.add(element, place, body, size)
        is_unknown = size == (1 << 7 * (body - after_id)) - 1
        if element in (_SEGMENT, _CLUSTER):
            if not is_unknown and body + size > source.size:
                raise Incomplete("cut_short")
            place = body
            continue
        if is_unknown or body + size > source.size:
            raise Incomplete("cut_short")
        place = body + size
    if segments != 1:
        raise Incomplete("more_follows" if segments else "cut_short")
    if index.is_beginning_gone():
        raise Incomplete("damaged")
    return 0.0


class _MatroskaIndex:
    """Where the first cluster is, when it begins, and where the file's index (Cues) has it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._segment = self._first = self._time = -1
        self._cues = (0, 0)

    def add(self, element: int, place: int, body: int, size: int) -> None:
        """An element at a place, with as many bytes from ``body`` on."""
        if element == _SEGMENT:
            self._segment = body
        elif element == _CLUSTER and self._first < 0:
            self._first = place
        elif element == _CLUSTER_TIME and self._time < 0:
            self._time = int.from_bytes(self._source.at(body, min(size, 8)), "big")
        elif element == _CUES:
            self._cues = (body, body + size)

    def is_beginning_gone(self) -> bool:
        """Whether the sound begins late because the clusters before are not there any more."""
        if self._time <= _LATE_TICKS:
            return False
        cued = [self._segment + place for place in self._cued()]
        return bool(cued) and min(cued) != self._first

    def _cued(self) -> "Iterator[int]":
        """The places of clusters in their segment, by the index."""
        place, end = self._cues
        while place < end:
            element, after_id = _number(self._source, place, keeps_marker=True)
            size, body = _number(self._source, after_id)
            if not element or body > end:
                return
            if element == _CUE_CLUSTER:
                yield int.from_bytes(self._source.at(body, min(size, 8)), "big")
            place = body if element in (_CUE_POINT, _CUE_PLACES) else body + size


def _number(source: Source, place: int, *, keeps_marker: bool = False) -> tuple[int, int]:
    """A variable-size integer (RFC 8794, section 4) and the position behind it."""
    head = source.at(place, 8)
    if not head or not head[0]:
        return 0, source.size + 1
    length = 9 - head[0].bit_length()
    value = int.from_bytes(head[:length], "big")
    if len(head) < length:
        return 0, source.size + 1
    return value if keeps_marker else value & ((1 << 7 * length) - 1), place + length


def _check_amr(source: Source) -> float:
    """Every frame is whole; each is 20 ms."""
    magic = source.at(0, 9)
    is_wide = magic == b"#!AMR-WB\n"
    if not is_wide and magic[:6] != b"#!AMR\n":
        raise DecodingStopped(Failure("codec"))  # several channels
    sizes = _AMR_WIDE if is_wide else _AMR_NARROW
    place, frames = 9 if is_wide else 6, 0
    while place < source.size:
        head = source.at(place, 1)[0]
        kind = head >> 3 & 15
        if head & 0x83 or (kind >= len(sizes) and kind not in _AMR_EMPTY):
            raise Incomplete("more_follows" if source.find(b"#!AMR", place) >= 0 else "damaged")
        place += 1 + (sizes[kind] if kind < len(sizes) else 0)
        frames += 1
    if place > source.size:
        raise Incomplete("cut_short")
    return frames * _AMR_FRAME_SECONDS


def _check_adts(source: Source) -> float:
    """Every frame is whole; each is 1,024 samples of its rate, or as many times more as it says."""
    place, seconds = 0, 0.0
    while place < source.size:
        head = source.at(place, 7)
        if len(head) == 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
            size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
            rate = head[2] >> 2 & 15
            if size < 7 or rate >= len(_ADTS_RATES_HZ):
                raise Incomplete("damaged")
            if place + size > source.size:
                raise Incomplete("cut_short")
            seconds += 1024 * ((head[6] & 3) + 1) / _ADTS_RATES_HZ[rate]
            place += size
        elif (after := after_tags(source, place, source.size)) >= source.size:
            break
        elif after > place:
            raise Incomplete("more_follows")
        else:
            raise Incomplete("cut_short" if source.size - place < 7 else "damaged")
    return seconds


def _check_chunks(kind: str, source: Source) -> float:
    """The samples end where the file ends, as in a file of that kind that libsndfile decodes."""
    find_data(source, kind)
    return 0.0


def _check_asf(source: Source) -> float:
    """The packets that the data object counts are there; the length that the header gives."""
    place, seconds = 30, 0.0
    packet_bytes = is_broadcast = 0
    while len(head := source.at(place, 50)) >= 24:
        size = int.from_bytes(head[16:24], "little")
        if head[:16] == _ASF_FILE_PROPERTIES:
            form = source.at(place, 104)
            is_broadcast = form[88] & 1
            packet_bytes = int.from_bytes(form[92:96], "little")
            preroll = int.from_bytes(form[80:88], "little") / 1e3
            if not is_broadcast:
                seconds = max(0.0, int.from_bytes(form[64:72], "little") / 1e7 - preroll)
        elif head[:16] == _ASF_DATA:
            packets = int.from_bytes(head[40:48], "little")
            place += max(size, 50 + packets * packet_bytes)
            if place > source.size:
                raise Incomplete("cut_short")
            if packets or not is_broadcast:
                _check_asf_end(source, place)
            elif source.find(_ASF_HEADER, place) >= 0:  # nobody went back to count the packets
                raise Incomplete("more_follows")
            return seconds
        if size < 24:
            raise Incomplete("damaged")
        place += size
    raise Incomplete("cut_short")


def _check_asf_end(source: Source, place: int) -> None:
    """Raises Incomplete if anything but whole indexes, tags and zeros follows the packets."""
    while (head := source.at(place, 24))[:16] in _ASF_INDEXES:
        place += max(24, int.from_bytes(head[16:24], "little"))
    if place > source.size:
        raise Incomplete("cut_short")
    if after_tags(source, place, source.size) < source.size:
        raise Incomplete("more_follows")
