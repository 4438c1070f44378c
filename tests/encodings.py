"""Sound in every container that is at hand, made at test time: whole, joined, cut, and with odd headers."""

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import soundfile

from reviewer.audio.decode.mpeg_audio import parse_frame

SECONDS = 1.5


def speech_like(rate_hz: int, channels: int = 1, seconds: float = SECONDS) -> Any:
    """A sweep, louder and softer in turn, so that variable rates vary; shape ``(frames, channels)``."""
    time = np.arange(int(rate_hz * seconds)) / rate_hz
    wave = np.sin(2 * np.pi * (200 + 400 * time) * time) * (0.05 + 0.4 * (np.sin(9 * time) > 0))
    noise = np.random.default_rng(5).normal(0, 0.02, time.size)
    return np.repeat(np.rint((wave + noise) * 32767).astype(np.int16)[:, None], channels, axis=1)


def written(
    container: str, subtype: str | None = None, rate_hz: int = 16_000, channels: int = 1, **how: Any
) -> bytes:
    """A file made by libsndfile."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate_hz, channels, format=container, subtype=subtype, **how) as sound:
        data = speech_like(rate_hz, channels)
        for start in range(0, len(data), rate_hz):
            sound.write(data[start : start + rate_hz])
    return out.getvalue()


def mp3(rate_hz: int = 16_000, channels: int = 1, mode: str = "VARIABLE", level: float = 0.5) -> bytes:
    """An MP3 with the header that LAME writes."""
    how = {"bitrate_mode": mode, "compression_level": level}
    return written("MP3", "MPEG_LAYER_III", rate_hz, channels, **how)


def without_info_frame(content: bytes) -> bytes:
    """An MP3 without its first frame, which holds no sound but says how much there is."""
    frame = parse_frame(content[:4])
    assert frame is not None
    assert b"Xing" in content[: frame.bytes] or b"Info" in content[: frame.bytes]
    return content[frame.bytes :]


def id3(size: int = 300) -> bytes:
    """An ID3v2.4 tag of spaces; what looks like a frame header inside is none."""
    body = b"TXXX" + bytes(6) + b"\xff\xfb\x90\x64" * (size // 4)
    return b"ID3\x04\x00\x00" + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + body


ID3_V1 = b"TAG" + bytes(125)


def ape(*, has_header: bool = True) -> bytes:
    """An APEv2 tag without items."""
    item = b"APE" * 40
    footer = struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(item) + 32, 0, 0x80000000)
    header = struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(item) + 32, 0, 0xA0000000)
    return (header if has_header else b"") + item + footer


def flac_of_a_pipe(content: bytes) -> bytes:
    """A FLAC whose first block does not say how many samples follow."""
    info = bytearray(content)
    info[21] &= 0xF0
    info[22:26] = bytes(4)
    return bytes(info)


def ogg_again(content: bytes, serial: int, *, earlier: int = 0) -> bytes:
    """An Ogg file with another serial number, as a chain needs it; with positions as a cut has them."""
    pages, place = bytearray(), 0
    while place < len(content):
        segments = content[place + 26]
        end = place + 27 + segments + sum(content[place + 27 : place + 27 + segments])
        page = bytearray(content[place:end])
        (granule,) = struct.unpack("<q", page[6:14])
        page[6:14] = struct.pack("<q", granule - earlier if granule > 0 else granule)
        page[14:18] = struct.pack("<I", serial)
        page[22:26] = bytes(4)
        page[22:26] = struct.pack("<I", _ogg_checksum(page))
        pages += page
        place = end
    return bytes(pages)


def _ogg_checksum(page: bytes) -> int:
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


def _table_entry(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if value >> 31 else value << 1
    return value


_TABLE = [_table_entry(byte) for byte in range(256)]

WHOLE: dict[str, Callable[[], bytes]] = {
    **{
        f"wav {subtype}": lambda subtype=subtype: written("WAV", subtype, 8_000)  # type: ignore[misc]
        for subtype in (
            "PCM_U8",
            "PCM_16",
            "PCM_24",
            "PCM_32",
            "FLOAT",
            "DOUBLE",
            "ULAW",
            "ALAW",
            "IMA_ADPCM",
            "MS_ADPCM",
            "GSM610",
        )
    },
    "wav extensible": lambda: written("WAVEX", "PCM_16", 44_100, 2),
    "rf64": lambda: written("RF64", "PCM_16"),
    "w64": lambda: written("W64", "PCM_16"),
    "wav big-endian": lambda: written("WAV", "PCM_16", endian="BIG"),
    "aiff": lambda: written("AIFF", "PCM_16"),
    "aiff-c": lambda: written("AIFF", "ULAW", 8_000),
    "aiff float": lambda: written("AIFF", "FLOAT"),
    "au": lambda: written("AU", "PCM_16"),
    "au ulaw": lambda: written("AU", "ULAW", 8_000),
    "caf": lambda: written("CAF", "PCM_16"),
    "caf alac": lambda: written("CAF", "ALAC_16"),
    "nist": lambda: written("NIST", "PCM_16"),
    "nist ulaw": lambda: written("NIST", "ULAW", 8_000),
    "nist stereo": lambda: written("NIST", "PCM_24", 8_000, 2),
    "flac": lambda: written("FLAC", "PCM_16", 22_050),
    "flac 24 stereo": lambda: written("FLAC", "PCM_24", 48_000, 2),
    "flac of a pipe": lambda: flac_of_a_pipe(written("FLAC", "PCM_16")),
    "flac with tags": lambda: id3() + written("FLAC", "PCM_16") + ID3_V1,
    "vorbis": lambda: written("OGG", "VORBIS"),
    "vorbis stereo": lambda: written("OGG", "VORBIS", 44_100, 2),
    "opus": lambda: written("OGG", "OPUS", 48_000),
    "opus 16 kHz": lambda: written("OGG", "OPUS", 16_000),
    "mp3 constant": lambda: mp3(mode="CONSTANT"),
    "mp3 average": lambda: mp3(mode="AVERAGE"),
    "mp3 variable": mp3,
    "mp3 8 kHz": lambda: mp3(8_000),
    "mp3 44.1 kHz stereo": lambda: mp3(44_100, 2),
    "mp3 constant without header": lambda: without_info_frame(mp3(mode="CONSTANT")),
    "mp3 variable without header": lambda: without_info_frame(mp3()),
    "mp3 8 kHz without header": lambda: without_info_frame(mp3(8_000)),
    "mp3 stereo without header": lambda: without_info_frame(mp3(44_100, 2)),
    "mp3 with tags": lambda: id3(4000) + mp3() + ape() + ID3_V1,
    "mp3 with tags, no header": lambda: id3() + without_info_frame(mp3()) + ape(has_header=True) + ID3_V1,
    "mp3 with two tags before": lambda: id3() + id3(20) + mp3(),
    "mp3 with zeros around": lambda: bytes(700) + mp3() + bytes(3000),
}
"""By name: files that must come in whole."""


def media_file(
    container: str,
    codec: str,
    rate_hz: int = 16_000,
    channels: int = 1,
    *,
    bits_per_second: int = 0,
    options: dict[str, str] | None = None,
    tracks: int = 1,
    has_video: bool = False,
    video: tuple[str, float] = ("mpeg4", SECONDS),
) -> bytes:
    """A file made by ffmpeg's libraries; PyAV must be installed."""
    import av

    out, layout = io.BytesIO(), {1: "mono", 2: "stereo"}[channels]
    with av.open(out, "w", format=container, options=options or {}) as media:
        if has_video:
            pictures = media.add_stream(video[0], rate=10)
            pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        streams = [media.add_stream(codec, rate=rate_hz, layout=layout) for _ in range(tracks)]
        for stream in streams:
            if bits_per_second:
                stream.bit_rate = bits_per_second
            stream.codec_context.options = {"strict": "-2"}
        if has_video:
            for _ in range(int(10 * video[1])):
                media.mux(pictures.encode(av.VideoFrame(64, 64, "yuv420p")))
            media.mux(pictures.encode(None))
        for stream in streams:
            _encode(av, media, stream, layout)
    return out.getvalue()


def _encode(av: Any, media: Any, stream: Any, layout: str) -> None:
    rate_hz, kind = stream.rate, stream.codec_context.codec.audio_formats[0].name
    data = speech_like(rate_hz, len(stream.layout.channels))
    resampler = av.AudioResampler(format=kind, layout=layout, rate=rate_hz)
    for start in range(0, len(data), 960):
        piece = np.ascontiguousarray(data[start : start + 960]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate_hz, start
        for made in resampler.resample(frame):
            media.mux(stream.encode(made))
    for made in resampler.resample(None):
        media.mux(stream.encode(made))
    media.mux(stream.encode(None))


_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "200000"}
MEDIA: dict[str, Callable[[], bytes]] = {
    "m4a of a phone": lambda: media_file("ipod", "aac", 44_100),
    "m4a 8 kHz": lambda: media_file("ipod", "aac", 8_000),
    "mp4 in fragments": lambda: media_file("mp4", "aac", 48_000, options=_FRAGMENTS),
    "mp4 with video": lambda: media_file("mp4", "aac", 44_100, has_video=True),
    "mov": lambda: media_file("mov", "pcm_s16le", 44_100, 2),
    "m4a alac": lambda: media_file("ipod", "alac", 44_100),
    "mp4 with mp3": lambda: media_file("mp4", "libmp3lame", 44_100),
    "3gp amr": lambda: media_file("3gp", "libopencore_amrnb", 8_000),
    "amr": lambda: media_file("amr", "libopencore_amrnb", 8_000),
    "webm opus": lambda: media_file("webm", "libopus", 48_000),
    "webm opus, live": lambda: media_file("webm", "libopus", 48_000, options={"live": "1"}),
    "webm vorbis": lambda: media_file("webm", "vorbis", 44_100, 2),
    "mkv aac": lambda: media_file("matroska", "aac", 8_000),
    "mkv flac": lambda: media_file("matroska", "flac", 44_100),
    "aac": lambda: media_file("adts", "aac", 44_100),
    "wma": lambda: media_file("asf", "wmav2", 44_100, bits_per_second=64_000),
    "wma 8 kHz": lambda: media_file("asf", "wmav2", 8_000, bits_per_second=24_000),
    "ogg flac": lambda: media_file("ogg", "flac", 16_000),
    "ogg opus of ffmpeg": lambda: media_file("ogg", "libopus", 48_000),
    "mp2": lambda: media_file("mp2", "mp2", 44_100, bits_per_second=64_000),
    "mp2 16 kHz": lambda: media_file("mp2", "mp2", 16_000, bits_per_second=64_000),
    "wav with mp3": lambda: media_file("wav", "libmp3lame", 16_000),
}
