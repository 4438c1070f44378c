"""Files that lose samples in programs that believe headers, and how long the sound of each is."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from reviewer.audio.decode.mpeg_audio import parse_frame
from tests.encodings import (
    ID3_V1,
    SECONDS,
    ape,
    flac_of_a_pipe,
    id3,
    media_file,
    mp3,
    ogg_again,
    speech_like,
    without_info_frame,
    written,
)
from tests.sounds import a_wav

_HZ = 16_000


@dataclass(frozen=True)
class Odd:
    """A file, and how long its sound is; infinitely long is what must be refused.

    ``refusals`` are the codes with which it may be refused. ``ffmpeg_differs`` says why ffmpeg's command
    makes more of the file than it holds.
    """

    make: Callable[[], bytes]
    seconds: float = SECONDS
    refusals: tuple[str, ...] = ()
    ffmpeg_differs: str = ""


def _refused(make: Callable[[], bytes], *codes: str) -> Odd:
    return Odd(make, float("inf"), codes)


# RIFF and its kin


def _chunk(
    name: bytes, body: bytes, *, claimed: int | None = None, pads: bool = True, order: str = "<"
) -> bytes:
    size = len(body) if claimed is None else claimed
    return name + struct.pack(f"{order}I", size) + body + bytes(len(body) % 2 * pads)


@cache
def _pcm(rate_hz: int = _HZ, channels: int = 1) -> bytes:
    return bytes(speech_like(rate_hz, channels).astype("<i2").tobytes())


def _fmt(rate_hz: int = _HZ, channels: int = 1, bits: int = 16, tag: int = 1) -> bytes:
    block = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * block, block, bits)


def _riff(*chunks: bytes, name: bytes = b"RIFF", claimed: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(body) if claimed is None else claimed) + body


def _ds64(data_bytes: int) -> bytes:
    return _chunk(b"ds64", struct.pack("<QQQI", data_bytes % (1 << 63), data_bytes, data_bytes // 2, 0))


def _rf64(data_bytes: int, *, name: bytes = b"RF64", first: bytes = b"", claimed: int = 0xFFFFFFFF) -> bytes:
    data = _chunk(b"data", _pcm(), claimed=claimed)
    return _riff(first, _ds64(data_bytes), _chunk(b"fmt ", _fmt()), data, name=name, claimed=0xFFFFFFFF)


@cache
def _w64(claimed: int | None = None) -> bytes:
    content = bytearray(written("W64", "PCM_16"))
    place = content.index(b"data\xf3\xac\xd3\x11") + 16
    if claimed is not None:
        content[place : place + 8] = struct.pack("<Q", claimed)
    return bytes(content)


def _half_wav(rest: bytes = b"") -> bytes:
    data = _pcm()
    return _riff(_chunk(b"fmt ", _fmt()), _chunk(b"data", data[: len(data) // 2]), rest)


_JUNK = _chunk(b"JUNK", bytes(27))
_ODD = _chunk(b"LIST", b"INFOICMTx\x00\x00\x00abc", pads=False)
RIFF: dict[str, Odd] = {
    "wav, size 0": Odd(lambda: _riff(_chunk(b"fmt ", _fmt()), _chunk(b"data", _pcm(), claimed=0), claimed=0)),
    "wav, size -1": Odd(
        lambda: _riff(
            _chunk(b"fmt ", _fmt()), _chunk(b"data", _pcm(), claimed=0xFFFFFFFF), claimed=0xFFFFFFFF
        )
    ),
    "wav, size 2 GiB": Odd(
        lambda: _riff(
            _chunk(b"fmt ", _fmt()), _chunk(b"data", _pcm(), claimed=0x7FFFFFFE), claimed=0x7FFFFFFF
        )
    ),
    "wav, RIFF size 0": Odd(lambda: _riff(_chunk(b"fmt ", _fmt()), _chunk(b"data", _pcm()), claimed=0)),
    "wav, RIFF size too small": Odd(
        lambda: _riff(_chunk(b"fmt ", _fmt()), _chunk(b"data", _pcm()), claimed=10_000)
    ),
    "wav, size never brought up to date": _refused(
        lambda: _riff(_chunk(b"fmt ", _fmt()), _chunk(b"data", _pcm(), claimed=20_000)),
        "INCOMPLETE_MORE_FOLLOWS",
    ),
    "wav, odd chunks with pads": Odd(
        lambda: _riff(_chunk(b"fmt ", _fmt()), _JUNK, _chunk(b"data", _pcm()), _JUNK)
    ),
    "wav, odd chunk without a pad": Odd(
        lambda: _riff(_chunk(b"fmt ", _fmt()), _ODD, _chunk(b"data", _pcm())),
        refusals=("INCOMPLETE_DAMAGED",),
    ),
    "wav, odd chunk without a pad after": Odd(
        lambda: _riff(_chunk(b"fmt ", _fmt()), _chunk(b"data", _pcm()), _ODD, _JUNK)
    ),
    "wav, fmt of 18 and 40 bytes": Odd(
        lambda: _riff(_chunk(b"fmt ", _fmt() + bytes(2)), _chunk(b"fact", bytes(4)), _chunk(b"data", _pcm()))
    ),
    "wav, fact says less": Odd(
        lambda: _riff(
            _chunk(b"fmt ", _fmt()), _chunk(b"fact", struct.pack("<I", 900)), _chunk(b"data", _pcm())
        )
    ),
    "wav, stray byte in the data": Odd(
        lambda: _riff(_chunk(b"fmt ", _fmt()), _chunk(b"data", _pcm() + b"x"))
    ),
    "wav, two data chunks": _refused(lambda: _half_wav(_chunk(b"data", _pcm())), "INCOMPLETE_MORE_FOLLOWS"),
    "wav, JUNK between two data chunks": _refused(
        lambda: _half_wav(_JUNK + _chunk(b"data", _pcm())), "INCOMPLETE_MORE_FOLLOWS"
    ),
    "wav, an empty data chunk before the data": _refused(
        lambda: _riff(_chunk(b"fmt ", _fmt()), _chunk(b"data", b""), _JUNK, _chunk(b"data", _pcm())),
        "INCOMPLETE_MORE_FOLLOWS",
    ),
    "wav, two headers": _refused(lambda: a_wav(speech_like(_HZ)) * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "wav, data in a list": _refused(
        lambda: _riff(
            _chunk(b"fmt ", _fmt()),
            _chunk(b"LIST", b"wavl" + _chunk(b"data", _pcm()[:9000]) + _chunk(b"slnt", bytes(4))),
        ),
        "INCOMPLETE_DAMAGED",
    ),
    "wav, data before fmt": Odd(
        lambda: _riff(_chunk(b"data", _pcm()), _chunk(b"fmt ", _fmt())),
        refusals=("INCOMPLETE_DAMAGED",),
    ),
    "wav behind an ID3 tag": Odd(lambda: id3() + a_wav(speech_like(_HZ), rate_hz=_HZ)),
    "wav behind zeros": Odd(
        lambda: bytes(64) + a_wav(speech_like(_HZ), rate_hz=_HZ),
        refusals=("UNDECODABLE_FORMAT", "INCOMPLETE_DAMAGED"),
    ),
    "wav before an ID3 tag": Odd(lambda: a_wav(speech_like(_HZ), rate_hz=_HZ) + id3() + ID3_V1),
    "wav with frames of MP3 and a wrong fact": Odd(lambda: _mp3_in_wav(fact=100)),
    "wav with frames of MP3, size -1": Odd(lambda: _mp3_in_wav(claimed=0xFFFFFFFF)),
    "wav with two MP3s": Odd(lambda: _mp3_in_wav(times=2), 2 * SECONDS),
    "wav stereo of 8 bits": Odd(lambda: written("WAV", "PCM_U8", 44_100, 2)),
    "rf64": Odd(lambda: _rf64(len(_pcm()))),
    "rf64 after JUNK": Odd(
        lambda: _rf64(len(_pcm()), first=_JUNK), refusals=("UNDECODABLE_LIBRARY", "UNDECODABLE_FORMAT")
    ),
    "rf64, size -1": Odd(lambda: _rf64(0xFFFFFFFFFFFFFFFF)),
    "rf64, size 0": Odd(lambda: _rf64(0)),
    "rf64, both sizes 0": Odd(lambda: _rf64(0, claimed=0)),
    "rf64, size too small": _refused(lambda: _rf64(20_000), "INCOMPLETE_MORE_FOLLOWS"),
    "rf64, size too large": _refused(lambda: _rf64(60_000), "INCOMPLETE_CUT_SHORT"),
    "rf64, size in data alone": Odd(
        lambda: _rf64(0, claimed=len(_pcm())), refusals=("INCOMPLETE_NOT_DECODED",)
    ),
    "bw64": Odd(
        lambda: _rf64(len(_pcm()), name=b"BW64"), refusals=("UNDECODABLE_LIBRARY", "UNDECODABLE_FORMAT")
    ),
    "w64, size 0": Odd(lambda: _w64(0), refusals=("INCOMPLETE_MORE_FOLLOWS", "EMPTY_AUDIO_SAMPLES")),
    "w64, size of its head alone": Odd(
        lambda: _w64(24), refusals=("INCOMPLETE_MORE_FOLLOWS", "EMPTY_AUDIO_SAMPLES")
    ),
    "w64, size -1": Odd(lambda: _w64(0xFFFFFFFFFFFFFFFF)),
    "w64, size 2^63": Odd(lambda: _w64(0x7FFFFFFFFFFFFFFF)),
    "w64, size too small": _refused(lambda: _w64(20_000), "INCOMPLETE_MORE_FOLLOWS"),
    "w64 twice": _refused(lambda: _w64() * 2, "INCOMPLETE_MORE_FOLLOWS"),
}


def _mp3_in_wav(*, fact: int = 24_000, claimed: int | None = None, times: int = 1) -> bytes:
    head = struct.pack("<HHIIHHH", 0x55, 1, _HZ, 4000, 1, 0, 12) + struct.pack("<HIHHH", 1, 2, 144, 1, 1393)
    data = _chunk(b"data", without_info_frame(mp3()) * times, claimed=claimed)
    return _riff(_chunk(b"fmt ", head), _chunk(b"fact", struct.pack("<I", fact)), data)


# AIFF, AU, CAF, NIST


def _aiff(
    *,
    codec: bytes = b"",
    frames: int | None = None,
    claimed: int | None = None,
    offset: int = 0,
    rest: bytes = b"",
) -> bytes:
    data = _pcm() if codec == b"sowt" else speech_like(_HZ).astype(">i2").tobytes()
    count = len(data) // 2 if frames is None else frames
    rate = struct.pack(">HQ", 16383 + 13, _HZ << 50)
    common = struct.pack(">hIh", 1, count, 16) + rate + codec + (b"\0\0" if codec else b"")
    sound = struct.pack(">II", offset, 0) + bytes(offset) + data
    version = _chunk(b"FVER", bytes.fromhex("a2805140"), order=">") if codec else b""
    body = (
        (b"AIFC" if codec else b"AIFF")
        + version
        + _chunk(b"COMM", common, order=">")
        + _chunk(b"SSND", sound, claimed=claimed, order=">")
        + rest
    )
    return b"FORM" + struct.pack(">I", len(body)) + body


def _au(*, length: int | None = None, encoding: int = 3, order: str = ">", rest: bytes = b"") -> bytes:
    data = speech_like(_HZ).astype(f"{order}i2").tobytes()
    head = struct.pack(f"{order}IIIII", 28, len(data) if length is None else length, encoding, _HZ, 1)
    return (b".snd" if order == ">" else b"dns.") + head + b"note" + data + rest


def _caf(*, claimed: int | None = None, rest: bytes = b"") -> bytes:
    data = bytes(4) + speech_like(_HZ).astype(">i2").tobytes()
    form = struct.pack(">d4sIIIII", float(_HZ), b"lpcm", 0, 2, 1, 1, 16)
    size = len(data) if claimed is None else claimed
    return (
        b"caff" + struct.pack(">HH", 1, 0) + b"desc" + struct.pack(">q", 32) + form
        + b"free" + struct.pack(">q", 3) + bytes(3) + b"data" + struct.pack(">q", size) + data + rest
    )  # fmt: skip


def _nist(count: str) -> bytes:
    lines = f"NIST_1A\n   1024\nchannel_count -i 1\nsample_rate -i {_HZ}\nsample_n_bytes -i 2\n{count}"
    lines += "sample_byte_format -s2 01\nsample_coding -s3 pcm\nend_head\n"
    return lines.encode().ljust(1024) + _pcm()


_COUNT = int(SECONDS * _HZ)
AIFF_AND_OTHERS: dict[str, Odd] = {
    "aiff": Odd(_aiff),
    "aifc sowt": Odd(lambda: _aiff(codec=b"sowt")),
    "aifc twos": Odd(lambda: _aiff(codec=b"twos")),
    "aifc ulaw": Odd(lambda: written("AIFF", "ULAW", 8_000)),
    "aifc alaw": Odd(lambda: written("AIFF", "ALAW", 8_000)),
    "aifc ima4": Odd(lambda: written("AIFF", "IMA_ADPCM", 44_100)),
    "aiff, samples later in the chunk": Odd(lambda: _aiff(offset=40)),
    "aiff, counts 0": Odd(lambda: _aiff(frames=0, claimed=0)),
    "aiff, counts no frames": Odd(lambda: _aiff(frames=0)),
    "aiff, counts fewer frames": Odd(
        lambda: _aiff(frames=_COUNT // 2), refusals=("INCOMPLETE_MORE_FOLLOWS",)
    ),
    "aiff, counts more frames": _refused(lambda: _aiff(frames=_COUNT * 2), "INCOMPLETE_NOT_DECODED"),
    "aiff, size -1": Odd(lambda: _aiff(claimed=0xFFFFFFFF)),
    "aiff, chunk of samples too small": _refused(lambda: _aiff(claimed=9_008), "INCOMPLETE_MORE_FOLLOWS"),
    "aiff, two chunks of samples": _refused(
        lambda: _aiff(rest=_chunk(b"SSND", bytes(9000), order=">")), "INCOMPLETE_MORE_FOLLOWS"
    ),
    "aiff with notes after": Odd(lambda: _aiff(rest=_chunk(b"ANNO", b"abc", order=">"))),
    "aiff twice": _refused(lambda: _aiff() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "au, unknown length": Odd(lambda: _au(length=0xFFFFFFFF)),
    "au, little-endian": Odd(lambda: _au(order="<")),
    "au, little-endian, unknown length": Odd(lambda: _au(order="<", length=0xFFFFFFFF)),
    "au, length 0": Odd(lambda: _au(length=0), refusals=("INCOMPLETE_MORE_FOLLOWS",)),
    "au, length too small": _refused(lambda: _au(length=9000), "INCOMPLETE_MORE_FOLLOWS"),
    "au, length too large": _refused(lambda: _au(length=90_000), "INCOMPLETE_CUT_SHORT"),
    "au alaw": Odd(lambda: written("AU", "ALAW", 8_000)),
    "au twice": _refused(lambda: _au() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "au, unknown length, twice": Odd(lambda: _au(length=0xFFFFFFFF) * 2, 2 * SECONDS),
    "caf, size -1": Odd(lambda: _caf(claimed=-1)),
    "caf, size 0": Odd(lambda: _caf(claimed=0), refusals=("INCOMPLETE_MORE_FOLLOWS",)),
    "caf, size too small": _refused(lambda: _caf(claimed=9000), "INCOMPLETE_MORE_FOLLOWS"),
    "caf with a chunk after": Odd(lambda: _caf(rest=b"info" + struct.pack(">q", 5) + b"\0\0\0\0\0")),
    "caf twice": _refused(lambda: _caf() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "caf ulaw": Odd(lambda: written("CAF", "ULAW", 8_000)),
    "nist": Odd(lambda: _nist(f"sample_count -i {_COUNT}\n")),
    "nist, no count": Odd(lambda: _nist(""), refusals=("UNDECODABLE_LIBRARY", "INCOMPLETE_MORE_FOLLOWS")),
    "nist, counts fewer": _refused(lambda: _nist("sample_count -i 9000\n"), "INCOMPLETE_MORE_FOLLOWS"),
    "nist, counts more": _refused(lambda: _nist("sample_count -i 90000\n"), "INCOMPLETE_CUT_SHORT"),
    "nist twice": _refused(lambda: _nist(f"sample_count -i {_COUNT}\n") * 2, "INCOMPLETE_MORE_FOLLOWS"),
}


# FLAC


@cache
def _flac(rate_hz: int = _HZ) -> bytes:
    return written("FLAC", "PCM_16", rate_hz)


def _counting(frames: int) -> bytes:
    content = bytearray(flac_of_a_pipe(_flac()))
    content[22:26] = struct.pack(">I", frames)
    return bytes(content)


def _flac_from(frame: int) -> bytes:
    """A FLAC cut out of another: its frames keep their numbers, its first block the count of the other."""
    content = _flac()
    place = first = content.index(b"\xff\xf8")
    for number in range(1, frame + 1):
        place = content.index(b"\xff\xf8" + content[first + 2 : first + 4] + bytes([number]), place)
    return content[:first] + content[place:]


def _with_md5(content: bytes, md5: bytes) -> bytes:
    """A FLAC with another digest of its samples in the first block."""
    return content[:26] + md5 + content[42:]


_BLOCK_SECONDS = 4096 / _HZ
FLAC: dict[str, Odd] = {
    "flac cut out of another": Odd(lambda: _flac_from(2), SECONDS - 2 * _BLOCK_SECONDS),
    "flac cut out of another, cut short": _refused(
        lambda: _flac_from(2)[:-8_000], "INCOMPLETE_DAMAGED", "INCOMPLETE_CUT_SHORT", "INCOMPLETE_NOT_DECODED"
    ),
    "flac cut out of one of a pipe": Odd(lambda: flac_of_a_pipe(_flac_from(2)), SECONDS - 2 * _BLOCK_SECONDS),
    "flac cut out of another, with a frame gone": _refused(
        lambda: _flac_from(1)[:12_000] + _flac_from(1)[16_000:],
        "INCOMPLETE_DAMAGED",
        "INCOMPLETE_NOT_DECODED",
    ),
    "flac with a wrong checksum": _refused(lambda: _with_md5(_flac(), b"0" * 16), "INCOMPLETE_DAMAGED"),
    "flac of 24 bits with a wrong checksum": _refused(
        lambda: _with_md5(written("FLAC", "PCM_24", _HZ, 2), b"0" * 16), "INCOMPLETE_DAMAGED"
    ),
    "flac of 8 bits with a wrong checksum": _refused(
        lambda: _with_md5(written("FLAC", "PCM_S8", _HZ), b"0" * 16), "INCOMPLETE_DAMAGED"
    ),
    "flac of 24 bits": Odd(lambda: written("FLAC", "PCM_24", _HZ, 2)),
    "flac of 8 bits": Odd(lambda: written("FLAC", "PCM_S8", _HZ)),
    "flac without a checksum": Odd(lambda: _with_md5(_flac(), bytes(16))),
    "flac of a pipe with a wrong checksum": _refused(
        lambda: _with_md5(flac_of_a_pipe(_flac()), b"0" * 16), "INCOMPLETE_DAMAGED"
    ),
    "flac twice, the second with a wrong checksum": _refused(
        lambda: _flac() + _with_md5(_flac(), b"0" * 16), "INCOMPLETE_DAMAGED"
    ),
    "flac, counts 0": Odd(lambda: flac_of_a_pipe(_flac())),
    "flac twice": Odd(lambda: _flac() * 2, 2 * SECONDS),
    "flac of a pipe twice": Odd(lambda: flac_of_a_pipe(_flac()) * 2, 2 * SECONDS),
    "flac twice with tags between": Odd(
        lambda: _flac() + ID3_V1 + id3() + _flac(), 2 * SECONDS, ("INCOMPLETE_DAMAGED",)
    ),
    "flac of a pipe twice with tags": Odd(
        lambda: (id3() + flac_of_a_pipe(_flac()) + ID3_V1) * 2,
        2 * SECONDS,
        ("INCOMPLETE_DAMAGED", "INCOMPLETE_CUT_SHORT"),
    ),
    "flac between an ID3v2 and an ID3v1": Odd(lambda: id3() + _flac() + ID3_V1),
    "flac of a pipe before an ID3v1": Odd(lambda: flac_of_a_pipe(_flac()) + ID3_V1),
    "flac of a pipe before an APE tag": Odd(
        lambda: flac_of_a_pipe(_flac()) + ape() + ID3_V1, refusals=("INCOMPLETE_CUT_SHORT",)
    ),
    "flac before an APE tag": Odd(lambda: _flac() + ape() + ID3_V1),
    "flac before zeros": Odd(lambda: _flac() + bytes(5000)),
    "flac of a pipe before zeros": Odd(
        lambda: flac_of_a_pipe(_flac()) + bytes(5000), refusals=("INCOMPLETE_CUT_SHORT",)
    ),
    "flac, other rates one after the other": _refused(
        lambda: _flac() + _flac(22_050), "INCOMPLETE_PARTS_DIFFER"
    ),
    "flac that counts some frames of its first blocks": Odd(lambda: _counting(3 * 4096)),
    "flac that counts a part of a block": Odd(lambda: _counting(3 * 4096 - 7)),
    "flac that counts more": _refused(lambda: _counting(60_000), "INCOMPLETE_CUT_SHORT"),
    "flac before an MP3": _refused(lambda: _flac() + mp3(), "INCOMPLETE_DAMAGED"),
    "flac with a frame gone": Odd(
        lambda: _flac()[:12_000] + _flac()[16_000:], refusals=("INCOMPLETE_DAMAGED", "INCOMPLETE_NOT_DECODED")
    ),
    "flac before a wav": _refused(
        lambda: _flac() + a_wav(speech_like(_HZ)), "INCOMPLETE_MORE_FOLLOWS", "INCOMPLETE_DAMAGED"
    ),
    "flac of a pipe before a wav": _refused(
        lambda: flac_of_a_pipe(_flac()) + a_wav(speech_like(_HZ)),
        "INCOMPLETE_MORE_FOLLOWS",
        "INCOMPLETE_DAMAGED",
        "INCOMPLETE_CUT_SHORT",
    ),
}


# Ogg


def _pages(content: bytes) -> list[bytes]:
    starts = [place for place in range(len(content)) if content.startswith(b"OggS\0", place)]
    return [content[a:b] for a, b in zip(starts, [*starts[1:], len(content)], strict=True)]


def _repaged(pages: list[bytes], change: Callable[[int, int], int]) -> bytes:
    """Pages with other granule positions: ``change`` gets the number of the page and its position."""
    made = []
    for number, page in enumerate(pages):
        granule = struct.unpack("<q", page[6:14])[0]
        made.append(page[:6] + struct.pack("<q", change(number, granule)) + page[14:])
    return ogg_again(b"".join(made), struct.unpack("<I", pages[0][14:18])[0])


def _from(content: bytes, first: int, last: int | None = None) -> bytes:
    return b"".join(_pages(content)[first:last])


def _skeleton(content: bytes) -> bytes:
    """A stream with an index beside it, as some programs write it."""
    pages = _pages(content)
    body = b"fishead\0" + struct.pack("<HH", 4, 0) + bytes(52)
    head = b"OggS\0\x02" + bytes(8) + struct.pack("<III", 77, 0, 0) + bytes([1, len(body)]) + body
    end = b"OggS\0\x04" + bytes(8) + struct.pack("<III", 77, 1, 0) + bytes([1, 0])
    return ogg_again(head, 77) + pages[0] + pages[1] + ogg_again(end, 77) + b"".join(pages[2:])


@cache
def _vorbis(rate_hz: int = 44_100) -> bytes:
    return written("OGG", "VORBIS", rate_hz)


@cache
def _opus() -> bytes:
    return written("OGG", "OPUS", 48_000)


OGG: dict[str, Odd] = {
    "vorbis chain": Odd(lambda: b"".join(ogg_again(_vorbis(), each) for each in (1, 2, 3)), 3 * SECONDS),
    "vorbis chain of one number": Odd(lambda: _vorbis() * 2, 2 * SECONDS, ("INCOMPLETE_DAMAGED",)),
    "opus chain": Odd(lambda: b"".join(ogg_again(_opus(), each) for each in (1, 2)), 2 * SECONDS),
    "opus after vorbis": Odd(lambda: ogg_again(_vorbis(48_000), 1) + ogg_again(_opus(), 2), 2 * SECONDS),
    "vorbis with an index": Odd(lambda: _skeleton(_vorbis())),
    "opus with an index": Odd(lambda: _skeleton(_opus())),
    "vorbis in a page that is cut": _refused(lambda: _vorbis()[:-30], "INCOMPLETE_CUT_SHORT"),
    "vorbis without its last page": _refused(lambda: _from(_vorbis(), 0, -1), "INCOMPLETE_NO_END"),
    "opus without its last page": _refused(lambda: _from(_opus(), 0, -1), "INCOMPLETE_NO_END"),
    "vorbis without its first pages": _refused(
        lambda: _from(_vorbis(), 2), "INCOMPLETE_DAMAGED", "UNDECODABLE_CODEC"
    ),
    "vorbis that began earlier": Odd(
        lambda: _repaged(_pages(_vorbis()), lambda n, g: g + 44_100 * 60 if g > 0 else g),
        refusals=("INCOMPLETE_NOT_DECODED",),
    ),
    "vorbis that began a second earlier": Odd(
        lambda: _repaged(_pages(_vorbis()), lambda n, g: g + 44_100 if g > 0 else g),
        refusals=("INCOMPLETE_NOT_DECODED",),
    ),
    "opus that began earlier": Odd(
        lambda: _repaged(_pages(_opus()), lambda n, g: g + 48_000 * 60 if g > 0 else g)
    ),
    "opus that began a second earlier": Odd(
        lambda: _repaged(_pages(_opus()), lambda n, g: g + 48_000 if g > 0 else g)
    ),
    "opus that began earlier, with a bigger end": _refused(
        lambda: _repaged(_pages(_opus()), lambda n, g: g + 48_000 * (1 + (n == len(_pages(_opus())) - 1))),
        "INCOMPLETE_NOT_DECODED",
    ),
    "opus with a bigger end": Odd(
        lambda: _repaged(_pages(_opus()), lambda n, g: g + 48_000 * (n == len(_pages(_opus())) - 1)),
        refusals=("INCOMPLETE_NOT_DECODED",),
    ),
    "opus cut at its end by the position": Odd(
        lambda: _repaged(_pages(_opus()), lambda n, g: g - 4_800 * (n == len(_pages(_opus())) - 1)),
        SECONDS - 0.1,
        ("INCOMPLETE_NOT_DECODED",),
    ),
    "opus whose last position is small": Odd(
        lambda: _repaged(_pages(_opus()), lambda n, g: 4_800 if n == len(_pages(_opus())) - 1 else g),
        refusals=("INCOMPLETE_NOT_DECODED", "INCOMPLETE_DAMAGED"),
    ),
    "vorbis whose last position is small": Odd(
        lambda: _repaged(_pages(_vorbis()), lambda n, g: 4_800 if n == len(_pages(_vorbis())) - 1 else g),
        refusals=("INCOMPLETE_NOT_DECODED", "INCOMPLETE_DAMAGED"),
    ),
    "vorbis behind an ID3 tag": Odd(lambda: id3() + _vorbis()),
    "vorbis before tags": Odd(lambda: _vorbis() + ape() + ID3_V1, refusals=("INCOMPLETE_MORE_FOLLOWS",)),
    "vorbis behind other bytes": Odd(
        lambda: b"x" * 100 + _vorbis(), refusals=("UNDECODABLE_FORMAT", "INCOMPLETE_DAMAGED")
    ),
    "vorbis with bytes between": Odd(
        lambda: _from(_vorbis(), 0, 3) + b"x" * 100 + _from(_vorbis(), 3), refusals=("INCOMPLETE_DAMAGED",)
    ),
    "vorbis before a FLAC": _refused(lambda: _vorbis() + _flac(), "INCOMPLETE_MORE_FOLLOWS"),
    "vorbis before an MP3": _refused(lambda: _vorbis() + id3() + mp3(), "INCOMPLETE_MORE_FOLLOWS"),
}


# MPEG audio


def _frames(content: bytes) -> list[bytes]:
    """The frames of an MP3 without its header."""
    frames, place = [], 0
    while (frame := parse_frame(content[place : place + 4])) is not None:
        frames.append(content[place : place + frame.bytes])
        place += frame.bytes
    return frames


@cache
def _bare(rate_hz: int = _HZ, channels: int = 1, mode: str = "VARIABLE") -> bytes:
    return without_info_frame(mp3(rate_hz, channels, mode))


def _free_format() -> bytes:
    """Frames of one size whose bit rate is not named."""
    frames = _frames(_bare(mode="CONSTANT"))
    return b"".join(frame[:2] + bytes([frame[2] & 0x0F]) + frame[3:] for frame in frames)


def _vbri(frames: int) -> bytes:
    """A header as Fraunhofer's encoder writes it, in a frame of its own, before frames without one."""
    bare = _bare()
    head = bytearray(_frames(mp3())[0])
    head[4:] = bytes(len(head) - 4)
    body = b"VBRI" + struct.pack(">HHHIIHHHH", 1, 0, 75, len(bare), frames, 1, 1, 2, 10)
    assert len(head) >= 36 + len(body)
    head[36 : 36 + len(body)] = body
    return bytes(head) + bare


def _lyrics() -> bytes:
    body = b"LYRICSBEGININD0000200" + b"LYR00010a lot of it"
    return body + f"{len(body):06}".encode() + b"LYRICS200"


def _old_lyrics() -> bytes:
    return b"LYRICSBEGIN" + b"la la " * 50 + b"LYRICSEND"


def _id3_with_wrong_size() -> bytes:
    """A tag whose size is written with all eight bits, as some programs do."""
    body = b"TXXX" + bytes(596)
    return b"ID3\x03\x00\x00" + struct.pack(">I", len(body)) + body


def _id3_with_footer() -> bytes:
    body, size = bytes(200), bytes([0, 0, 1, 72])
    return b"ID3\x04\x00\x10" + size + body + b"3DI\x04\x00\x10" + size


def _hole(content: bytes, size: int, filled: bytes = b"") -> bytes:
    middle = len(content) // 2
    return content[:middle] + filled + content[middle + size :]


_PADDING = "it keeps the delay and padding of an encoder in all parts but the first"
_FRAME_SECONDS = 0.036
MPEG: dict[str, Odd] = {
    "mp3 in free format": Odd(_free_format, refusals=("UNDECODABLE_FORMAT",)),
    "mp3 in free format behind an ID3 tag": Odd(
        lambda: id3() + _free_format(), refusals=("UNDECODABLE_FORMAT",)
    ),
    "mp3, then free format": Odd(
        lambda: _bare() + _free_format(), 2 * SECONDS, ("INCOMPLETE_DAMAGED", "INCOMPLETE_PARTS_DIFFER")
    ),
    "mp3 of 24 kHz": Odd(lambda: _bare(24_000)),
    "mp3 of 11 kHz": Odd(lambda: _bare(11_025)),
    "mp3 of 12 kHz": Odd(lambda: _bare(12_000)),
    "mp3 of 48 kHz stereo": Odd(lambda: _bare(48_000, 2, "CONSTANT")),
    "mp3 of 32 kHz": Odd(lambda: _bare(32_000)),
    "mp3, mono then stereo": _refused(
        lambda: _bare(44_100) + _bare(44_100, 2), "INCOMPLETE_PARTS_DIFFER", "INCOMPLETE_DAMAGED"
    ),
    "mp3, another rate in the middle": _refused(
        lambda: _bare(44_100) + _bare(48_000), "INCOMPLETE_PARTS_DIFFER", "INCOMPLETE_DAMAGED"
    ),
    "mp3, two frames of another rate": Odd(
        lambda: _bare(44_100) + b"".join(_frames(_bare(48_000))[:2]) + _bare(44_100),
        2 * SECONDS,
        ("INCOMPLETE_PARTS_DIFFER", "INCOMPLETE_DAMAGED"),
    ),
    "mp3 of 44.1 kHz, then of 22.05 kHz": _refused(
        lambda: _bare(44_100) + _bare(22_050), "INCOMPLETE_PARTS_DIFFER"
    ),
    "mp3 with a VBRI header": Odd(lambda: _vbri(len(_frames(_bare())))),
    "mp3 with a VBRI header that counts fewer": Odd(lambda: _vbri(3)),
    "mp3 with a VBRI header that counts more": _refused(lambda: _vbri(3000), "INCOMPLETE_CUT_SHORT"),
    "mp3 with a header, then one without": Odd(lambda: mp3() + _bare(), 2 * SECONDS),
    "mp3 without a header, then one with": Odd(lambda: _bare() + mp3(), 2 * SECONDS, ffmpeg_differs=_PADDING),
    "mp3 twice with Lyrics3 between": Odd(lambda: _bare() + _lyrics() + ID3_V1 + _bare(), 2 * SECONDS),
    "mp3 twice with Lyrics3v1 between": Odd(
        lambda: mp3() + _old_lyrics() + ID3_V1 + mp3(), 2 * SECONDS, ffmpeg_differs=_PADDING
    ),
    "mp3 twice with APE between": Odd(lambda: mp3() + ape() + mp3(), 2 * SECONDS, ffmpeg_differs=_PADDING),
    "mp3 twice with APE's end between": Odd(
        lambda: _bare() + ape(has_header=False) + _bare(), 2 * SECONDS, ("INCOMPLETE_DAMAGED",)
    ),
    "mp3 twice with padding of ID3v2": Odd(
        lambda: mp3() + id3(4000) + bytes(2000) + mp3(), 2 * SECONDS, ffmpeg_differs=_PADDING
    ),
    "mp3 behind 200 kB of tags": Odd(lambda: id3(200_000) + mp3()),
    "mp3 behind 100 kB of zeros": Odd(lambda: bytes(100_000) + mp3(), refusals=("INCOMPLETE_DAMAGED",)),
    **{
        f"mp3 whose first {count} bytes are zeros": _refused(
            lambda count=count: bytes(count) + (_bare() * 20)[count:],  # type: ignore[misc]
            "INCOMPLETE_DAMAGED",
        )
        for count in (400, 1500, 70_000)
    },
    "mp3 behind a tag with a wrong size": Odd(
        lambda: _id3_with_wrong_size() + mp3(), ffmpeg_differs="it decodes a part of the tag"
    ),
    "mp3 behind a tag with a footer": Odd(lambda: _id3_with_footer() + mp3()),
    "mp3 behind a picture": Odd(
        lambda: b"\x89PNG\r\n" + bytes(range(254)) * 40 + mp3(),
        refusals=("UNDECODABLE_FORMAT", "INCOMPLETE_DAMAGED"),
    ),
    "mp3, first frames gone": Odd(lambda: b"".join(_frames(_bare())[5:]), SECONDS - 5 * _FRAME_SECONDS),
    "mp3, first frame cut": Odd(lambda: _bare()[20:], SECONDS - _FRAME_SECONDS, ("INCOMPLETE_DAMAGED",)),
    "mp3 with a hole of zeros": _refused(lambda: _hole(_bare(), 1500, bytes(1500)), "INCOMPLETE_DAMAGED"),
    "mp3 of 8 kHz with a hole of zeros": _refused(
        lambda: _hole(_bare(8_000), 1500, bytes(1500)), "INCOMPLETE_DAMAGED"
    ),
    "mp3 whose end is zeros": _refused(lambda: _bare()[:4000] + bytes(3000), "INCOMPLETE_CUT_SHORT"),
    "mp3 with bytes gone": _refused(lambda: _hole(_bare(), 500), "INCOMPLETE_DAMAGED"),
    "mp3 with a byte gone": _refused(lambda: _hole(_bare(), 1), "INCOMPLETE_DAMAGED"),
    "mp3 with bytes too many": _refused(lambda: _hole(_bare(), 0, b"x" * 9), "INCOMPLETE_DAMAGED"),
    "mp3 with a header, with bytes gone": _refused(
        lambda: _hole(mp3(), 500), "INCOMPLETE_DAMAGED", "INCOMPLETE_CUT_SHORT"
    ),
    "mp3 that ends in a frame": _refused(lambda: _bare()[:-20], "INCOMPLETE_CUT_SHORT"),
    **{
        f"mp3 that ends {count} bytes into a frame": _refused(
            lambda count=count: b"".join(_frames(_bare())[:-3]) + _frames(_bare())[-3][:count],  # type: ignore[misc]
            "INCOMPLETE_CUT_SHORT",
        )
        for count in (1, 2, 3, 4, 5)
    },
    "mp3 with a damaged frame header": Odd(
        lambda: b"".join(b"\0" + f[1:] if n == 9 else f for n, f in enumerate(_frames(_bare()))),
        refusals=("INCOMPLETE_DAMAGED",),
    ),
    "mp3 before a wav": _refused(lambda: _bare() + a_wav(speech_like(_HZ)), "INCOMPLETE_DAMAGED"),
    "mp3 before an Ogg": _refused(
        lambda: _bare() + _vorbis(), "INCOMPLETE_DAMAGED", "INCOMPLETE_MORE_FOLLOWS"
    ),
    "mp3 before a FLAC": _refused(lambda: _bare() + _flac(), "INCOMPLETE_DAMAGED", "INCOMPLETE_MORE_FOLLOWS"),
}


# What ffmpeg's libraries decode


@cache
def _m4a(**how: str) -> bytes:
    return media_file("ipod", "aac", 44_100, options=how)


def _index_first(content: bytes) -> bytes:
    """A file as it is made for the web: its index is before the samples."""
    index = content.rindex(b"moov") - 4
    samples = content.index(b"mdat") - 4
    moov = bytearray(content[index:])
    place = moov.index(b"stco") + 8
    (count,) = struct.unpack_from(">I", moov, place)
    for entry in range(place + 4, place + 4 + 4 * count, 4):
        struct.pack_into(">I", moov, entry, struct.unpack_from(">I", moov, entry)[0] + len(moov))
    return content[:samples] + bytes(moov) + content[samples:index]


def _with_boxes_at_the_end(content: bytes) -> bytes:
    return content + struct.pack(">I4s", 16, b"free") + bytes(8)


def _last_box_open(content: bytes) -> bytes:
    """The index first, and the samples in a box whose size is 0: "to the end of the file"."""
    place = content.rindex(b"mdat") - 4
    return content[:place] + bytes(4) + content[place + 4 :]


def _amr_wide(frames: int = 75) -> bytes:
    noise = np.random.default_rng(4).integers(0, 256, (frames, 17), np.uint8)
    return b"#!AMR-WB\n" + b"".join(b"\x04" + row.tobytes() for row in noise)


@cache
def _amr() -> bytes:
    return media_file("amr", "libopencore_amrnb", 8_000)


def _with_pauses(amr: bytes) -> bytes:
    """As a phone transmits it (DTX): for a pause one frame that describes the noise, and empty frames."""
    is_wide = amr.startswith(b"#!AMR-WB")
    start, pause = (9, b"\x4c") if is_wide else (6, b"\x44")
    size = 18 if is_wide else 1 + (12, 13, 15, 17, 19, 20, 26, 31)[amr[start] >> 3 & 15]
    frames = [amr[place : place + size] for place in range(start, len(amr), size)]
    frames[20:40] = [pause + bytes(range(5)), *[b"\x7c"] * 7, pause + bytes(5), *[b"\x7c"] * 11]
    return amr[:start] + b"".join(frames)


@cache
def _wma() -> bytes:
    return media_file("asf", "wmav2", 44_100, bits_per_second=64_000)


@cache
def _caf_with_mp3() -> bytes:
    """MPEG frames of one length each, as many samples in each as Layer III has at this rate."""
    frames = without_info_frame(mp3(_HZ, mode="CONSTANT"))
    first = parse_frame(frames[:4])
    assert first is not None
    desc = struct.pack(">d4sIIIII", _HZ, b".mp3", 0, first.bytes, 576, 1, 0)
    whole = frames[: len(frames) // first.bytes * first.bytes]
    data = bytes(4) + whole
    chunks = ((b"desc", desc), (b"data", data))
    return b"caff\x00\x01\x00\x00" + b"".join(n + struct.pack(">Q", len(c)) + c for n, c in chunks)


@cache
def _g726() -> bytes:
    return media_file("wav", "g726", 8_000, bits_per_second=32_000)


@cache
def _aac() -> bytes:
    return media_file("adts", "aac", 44_100)


@cache
def _webm(**how: str) -> bytes:
    return media_file("webm", "libopus", 48_000, options=how)


def _without_clusters(content: bytes, first: int, last: int) -> bytes:
    starts = [place for place in range(len(content)) if content.startswith(b"\x1f\x43\xb6\x75", place)]
    return content[: starts[first]] + content[starts[last] :]


def _without_beginning(content: bytes) -> bytes:
    """Nothing (an element Void) in place of the first clusters, which the index still names."""
    starts = [place for place in range(len(content)) if content.startswith(b"\x1f\x43\xb6\x75", place)]
    first, after = starts[0], starts[3]
    size = after - first - 9
    return content[:first] + b"\xec\x01" + size.to_bytes(7, "big") + bytes(size) + content[after:]


_FRAGMENTS = "frag_keyframe+empty_moov+default_base_moof"
MEDIA: dict[str, Odd] = {
    "m4a, index first": Odd(lambda: _index_first(_m4a())),
    "m4a, index last": Odd(_m4a),
    "m4a without an edit list": Odd(lambda: _m4a(use_editlist="0")),
    "m4a before a free box": Odd(lambda: _with_boxes_at_the_end(_m4a())),
    "m4a, samples to the end": Odd(lambda: _last_box_open(_index_first(_m4a()))),
    "m4a, samples to the end, cut": _refused(
        lambda: _last_box_open(_index_first(_m4a()))[:-4000],
        "INCOMPLETE_NOT_DECODED",
        "INCOMPLETE_DAMAGED",
        "INCOMPLETE_CUT_SHORT",
    ),
    "m4a twice": _refused(lambda: _m4a() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "m4a before an MP3": _refused(lambda: _m4a() + mp3(), "INCOMPLETE_MORE_FOLLOWS"),
    "m4a without its index": _refused(lambda: _m4a()[: _m4a().index(b"moov") - 4], "INCOMPLETE_CUT_SHORT"),
    "mp4 in fragments twice": _refused(
        lambda: media_file("mp4", "aac", 48_000, options={"movflags": _FRAGMENTS}) * 2,
        "INCOMPLETE_MORE_FOLLOWS",
    ),
    "mp4 in short fragments": Odd(
        lambda: media_file("mp4", "aac", 48_000, options={"movflags": _FRAGMENTS, "frag_duration": "100000"})
    ),
    "mp4 with two tracks": _refused(lambda: media_file("mp4", "aac", tracks=2), "UNDECODABLE_STREAMS"),
    "mkv with two tracks": _refused(lambda: media_file("matroska", "aac", tracks=2), "UNDECODABLE_STREAMS"),
    "mp4 with opus": Odd(lambda: media_file("mp4", "libopus", 48_000)),
    "mp4 with flac": Odd(lambda: media_file("mp4", "flac", 44_100)),
    "mp4 with AC-3": _refused(lambda: media_file("mp4", "ac3", 48_000), "UNDECODABLE_CODEC"),
    "mov with ulaw": Odd(lambda: media_file("mov", "pcm_mulaw", 8_000)),
    "mov with alaw": Odd(lambda: media_file("mov", "pcm_alaw", 8_000)),
    "3gp": Odd(lambda: media_file("3gp", "libopencore_amrnb", 8_000)),
    "amr twice": _refused(lambda: _amr() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "amr in a frame that is cut": _refused(lambda: _amr()[:-5], "INCOMPLETE_CUT_SHORT"),
    "amr wide-band": Odd(_amr_wide),
    "amr wide-band, cut": _refused(lambda: _amr_wide()[:-5], "INCOMPLETE_CUT_SHORT"),
    "amr with pauses": Odd(lambda: _with_pauses(_amr())),
    "amr wide-band with pauses": Odd(lambda: _with_pauses(_amr_wide())),
    "aac twice": Odd(lambda: _aac() * 2, 2 * SECONDS),
    "aac behind an ID3 tag": Odd(lambda: id3() + _aac()),
    "aac twice with tags between": Odd(
        lambda: _aac() + ID3_V1 + id3() + _aac(),
        2 * SECONDS,
        ("INCOMPLETE_MORE_FOLLOWS", "INCOMPLETE_DAMAGED"),
    ),
    "aac, another rate in the middle": _refused(
        lambda: _aac() + media_file("adts", "aac", 22_050), "INCOMPLETE_PARTS_DIFFER", "INCOMPLETE_DAMAGED"
    ),
    "aac before an MP3": _refused(lambda: _aac() + mp3(), "INCOMPLETE_DAMAGED", "INCOMPLETE_MORE_FOLLOWS"),
    "aac in a frame that is cut": _refused(lambda: _aac()[:-5], "INCOMPLETE_CUT_SHORT"),
    "webm whose pictures go on": Odd(
        lambda: media_file("webm", "libopus", 48_000, has_video=True, video=("libvpx", 2 * SECONDS))
    ),
    "webm without a duration": Odd(lambda: _webm(live="1")),
    "webm twice": _refused(lambda: _webm() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "webm without a duration, twice": _refused(lambda: _webm(live="1") * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "webm of short clusters": Odd(lambda: _webm(cluster_time_limit="100")),
    "webm, cut": _refused(lambda: _webm()[:-900], "INCOMPLETE_CUT_SHORT"),
    "webm with a cluster gone": Odd(
        lambda: _without_clusters(_webm(cluster_time_limit="100", live="1"), 5, 6), SECONDS
    ),
    "webm with many clusters gone": Odd(
        lambda: _without_clusters(_webm(cluster_time_limit="100", live="1"), 2, 14),
        refusals=("INCOMPLETE_DAMAGED",),
    ),
    "webm that begins late": Odd(lambda: _webm(output_ts_offset="3.2")),
    "webm that begins late, without a duration": Odd(lambda: _webm(output_ts_offset="3.2", live="1")),
    "mkv that begins late": Odd(
        lambda: media_file("matroska", "flac", 44_100, options={"output_ts_offset": "100"})
    ),
    "mp4 that begins late": Odd(
        lambda: media_file("mp4", "aac", 44_100, options={"output_ts_offset": "3.2"})
    ),
    "webm whose beginning was overwritten": _refused(
        lambda: _without_beginning(_webm(cluster_time_limit="100")), "INCOMPLETE_DAMAGED"
    ),
    "mkv with pcm": Odd(lambda: media_file("matroska", "pcm_s16le", _HZ)),
    "mkv with mp3": Odd(lambda: media_file("matroska", "libmp3lame", 44_100)),
    "ogg flac chain": Odd(
        lambda: b"".join(ogg_again(media_file("ogg", "flac", _HZ), each) for each in (1, 2)), 2 * SECONDS
    ),
    "wma twice": _refused(lambda: _wma() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "wma before an MP3": _refused(lambda: _wma() + mp3(), "INCOMPLETE_MORE_FOLLOWS"),
    "wma before a tag": Odd(lambda: _wma() + ID3_V1, 32 * 2048 / 44_100),  # all that its encoder wrote
    "wma, index cut": _refused(lambda: _wma()[:-5], "INCOMPLETE_CUT_SHORT"),
    "caf with mp3": Odd(_caf_with_mp3),
    "caf with mp3 twice": _refused(lambda: _caf_with_mp3() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "caf with mp3 before an MP3": _refused(lambda: _caf_with_mp3() + mp3(), "INCOMPLETE_MORE_FOLLOWS"),
    "wav with aac": _refused(lambda: media_file("wav", "aac", 44_100), "UNDECODABLE_CODEC"),
    "caf with alac of ffmpeg": Odd(lambda: media_file("caf", "alac", 44_100)),
    "caf with alac of ffmpeg, cut": _refused(
        lambda: media_file("caf", "alac", 44_100)[:-2_000], "INCOMPLETE_CUT_SHORT", "INCOMPLETE_DAMAGED"
    ),
    "mov with 8 bits": Odd(lambda: media_file("mov", "pcm_s8", 8_000)),
    "caf with ima4": Odd(lambda: media_file("caf", "adpcm_ima_qt", 44_100)),
    "wav with mp2": Odd(lambda: media_file("wav", "mp2", 44_100, bits_per_second=64_000)),
    "wav with g726": Odd(_g726),
    "wav with g726 behind an ID3 tag": Odd(lambda: id3() + _g726()),
    "wav with g726 behind other chunks": Odd(lambda: _g726()[:12] + _JUNK + _g726()[12:]),
    "wav with g726, cut": _refused(lambda: _g726()[:-900], "INCOMPLETE_CUT_SHORT"),
    "wav with g726 twice": _refused(lambda: _g726() * 2, "INCOMPLETE_MORE_FOLLOWS"),
    "wav with g722": Odd(lambda: media_file("wav", "g722", _HZ)),
    "wav with g723.1": Odd(lambda: media_file("wav", "g723_1", 8_000, bits_per_second=6_300)),
    "mp2 twice": Odd(lambda: media_file("mp2", "mp2", 44_100, bits_per_second=64_000) * 2, 2 * SECONDS),
    "mp2 stereo": Odd(lambda: media_file("mp2", "mp2", 48_000, 2, bits_per_second=192_000)),
    "mp3 in AVI": _refused(lambda: media_file("avi", "libmp3lame", 44_100), "UNDECODABLE_CONTAINER"),
    "mp2 in a transport stream": _refused(
        lambda: media_file("mpegts", "mp2", 44_100, bits_per_second=64_000), "UNDECODABLE_CONTAINER"
    ),
    "mp2 in a program stream": _refused(
        lambda: media_file("mpeg", "mp2", 44_100, bits_per_second=64_000), "UNDECODABLE_CONTAINER"
    ),
    "aac in Flash video": _refused(lambda: media_file("flv", "aac", 44_100), "UNDECODABLE_CONTAINER"),
    "WavPack": _refused(lambda: media_file("wv", "wavpack", 44_100), "UNDECODABLE_CONTAINER"),
    "True Audio": _refused(lambda: media_file("tta", "tta", 44_100), "UNDECODABLE_CONTAINER"),
    "AC-3": _refused(lambda: media_file("ac3", "ac3", 48_000), "UNDECODABLE_CONTAINER"),
    "E-AC-3": _refused(lambda: media_file("eac3", "eac3", 48_000), "UNDECODABLE_CONTAINER"),
    "Creative Voice": _refused(lambda: media_file("voc", "pcm_u8", 8_000), "UNDECODABLE_CONTAINER"),
    "Amiga IFF": _refused(lambda: written("SVX", "PCM_16"), "UNDECODABLE_CONTAINER"),
    "raw G.722": _refused(
        lambda: media_file("g722", "g722", _HZ), "UNDECODABLE_FORMAT", "INCOMPLETE_DAMAGED"
    ),
}

ODD: dict[str, Odd] = {**RIFF, **AIFF_AND_OTHERS, **FLAC, **OGG, **MPEG}
"""By name: what is made without ffmpeg's libraries."""
