"""Decodes what libsndfile does not, with ffmpeg's libraries (PyAV, the extra ``containers``).

Only demuxers and decoders from closed lists are used, in the restricted process, without threads.
"""

import contextlib
import importlib
import pkgutil
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.decode.media_files import check_whole
from reviewer.audio.decode.signatures import CONTAINERS
from reviewer.audio.decode.sound_output import TOLERATED_SECONDS, SoundOutput
from reviewer.audio.decode.source import Source, View
from reviewer.audio.decode.wire import DecodingStopped, Failure, Head, Incomplete

DEMUXERS = {
    "mpeg4": "mov",
    "matroska": "matroska",
    "amr": "amr",
    "adts": "aac",
    "asf": "asf",
    "cafcodec": "caf",
}
"""ffmpeg's demuxer by container; what is not listed is refused by its name."""
_NAMES = {"mpeg4": "MPEG-4", "matroska": "WEBM", "amr": "AMR", "adts": "AAC", "asf": "WMA", "cafcodec": "CAF"}
_LOSSY = (
    "aac", "opus", "libopus", "vorbis", "mp3", "mp3float", "mp2", "mp2float", "amrnb", "amrwb", "libopencore_amrnb",
    "libopencore_amrwb", "wmav1", "wmav2", "wmapro", "wmavoice", "pcm_alaw", "pcm_mulaw", "gsm", "gsm_ms",
    "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "ac3", "eac3",
)  # fmt: skip
_LOSSLESS = (
    "alac", "flac", "wmalossless", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be",
    "pcm_u8", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be",
)  # fmt: skip
_NOT_LOADED = ("av.__main__", "av.datasets")
_HAS_OWN_TIMES = ("mpeg4", "matroska", "cafcodec")


def load() -> None:
    """Load PyAV with all its modules, if it is installed: a restricted process can open no file."""
    with contextlib.suppress(ImportError):
        av = importlib.import_module("av")
        for module in pkgutil.walk_packages(av.__path__, "av."):
            if module.name not in _NOT_LOADED:
                importlib.import_module(module.name)


def decode(source: Source, container: str, start: int, output: SoundOutput) -> None:
    """Decode the one audio stream of a file to its end.

    Raises:
        DecodingStopped: the container or codec cannot be decoded here, or several audio streams are in the file.
        Incomplete: less came out than the file says it holds.
    """
    av = sys.modules.get("av")
    if container not in DEMUXERS or av is None:
        raise DecodingStopped(Failure("container", list(CONTAINERS).index(container)))
    seconds = check_whole(source, container, start)
    options = {
        "codec_whitelist": ",".join((*_LOSSY, *_LOSSLESS)),
        "protocol_whitelist": "none",
        "threads": "1",
    }
    view = View(source, [(start, source.size)])
    try:
        with av.open(view, format=DEMUXERS[container], options=options, metadata_errors="ignore") as media:
            _decode_stream(media, container, seconds, output)
    except av.FFmpegError as error:
        raise Incomplete("damaged") from error


def _decode_stream(media: Any, container: str, seconds: float, output: SoundOutput) -> None:
    audio = media.streams.audio
    if len(audio) != 1:
        raise DecodingStopped(Failure("streams", len(audio)))
    stream = audio[0]
    codec = stream.codec_context.name
    if codec not in _LOSSY and codec not in _LOSSLESS:
        raise DecodingStopped(Failure("codec"))
    output.has_video = any(not each.disposition & 0x400 for each in media.streams.video)
    stream.codec_context.thread_count = 1
    packets, gaps, expected_pts = 0, 0.0, None
    rate_hz, before = 0, output.frames
    for packet in media.demux(stream):
        packets += packet.size > 0
        if packet.pts is not None and packet.size:
            if expected_pts is not None and packet.pts > expected_pts:
                gaps += float((packet.pts - expected_pts) * packet.time_base)
            expected_pts = packet.pts + (packet.duration or 0)
        for frame in packet.decode():
            if frame.is_corrupt:
                raise Incomplete("damaged")
            rate_hz = frame.sample_rate
            _add(frame, container, output, is_lossy=codec in _LOSSY)
    if not rate_hz:
        return
    if container in _HAS_OWN_TIMES:
        ticks = stream.duration * stream.time_base if stream.duration else (media.duration or 0) / 1e6
        seconds = float(ticks) - gaps
    if seconds - (output.frames - before) / rate_hz > TOLERATED_SECONDS or packets < _counted(stream, codec):
        raise Incomplete("not_decoded")


def _counted(stream: Any, codec: str) -> int:
    """Packets that the index of the file counts; demuxers join those of plain samples."""
    return 0 if codec.startswith(("pcm_", "adpcm_", "gsm")) else int(stream.frames or 0)


def _add(frame: Any, container: str, output: SoundOutput, *, is_lossy: bool) -> None:
    kind, channels = frame.format.name, len(frame.layout.channels)
    values: NDArray[Any] = frame.to_ndarray()
    values = values.T if kind.endswith("p") else values.reshape(-1, channels)
    if values.dtype == np.uint8:
        values = (values.astype(np.int16) - 128) << 8
    is_floating = values.dtype.kind == "f"
    width = 2 if is_lossy or values.dtype == np.int16 else 4
    if is_floating:
        values = values.astype(np.float64)
    elif width == 2 and values.dtype != np.int16:
        values = (values >> 16).astype(np.int16)
    output.begin(Head(frame.sample_rate, channels, width, _NAMES[container], is_floating and not is_lossy))
    output.add(values)
