"""Decodes what libsndfile does not, with ffmpeg's libraries (PyAV, the extra ``containers``).

Only demuxers and decoders from closed lists are used, in the restricted process, without threads.
"""

import contextlib
import importlib
import pkgutil
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.audio.decode.signatures import CONTAINERS
from reviewer.audio.decode.sound_output import TOLERATED_SECONDS, SoundOutput
from reviewer.audio.decode.source import View
from reviewer.audio.decode.wire import DecodingStopped, Failure, Head, Incomplete

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEMUXERS = {
    "mpeg4": "mov",
    "matroska": "matroska",
    "amr": "amr",
    "adts": "aac",
    "asf": "asf",
    "cafcodec": "caf",
    "wavcodec": "wav",
    "oggflac": "ogg",
    "speex": "ogg",
}
"""ffmpeg's demuxer by container; what is not listed is refused by its name."""
_NAMES = {
    "mpeg4": "MPEG-4",
    "matroska": "WEBM",
    "amr": "AMR",
    "adts": "AAC",
    "asf": "WMA",
    "cafcodec": "CAF",
    "wavcodec": "WAV",
    "oggflac": "OGG",
    "speex": "OGG",
}
_LOSSY = (
    "aac", "opus", "libopus", "vorbis", "speex", "mp3", "mp3float", "mp2", "mp2float", "amrnb", "amrwb",
    "libopencore_amrnb", "libopencore_amrwb", "wmav1", "wmav2", "wmapro", "wmavoice", "pcm_alaw",
    "pcm_mulaw", "gsm", "gsm_ms", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms",
    "g722", "g723_1", "g726", "g729", "truespeech",
)  # fmt: skip
_LOSSLESS = (
    "alac", "flac", "wmalossless", "pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be",
    "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be",
)  # fmt: skip
_NOT_LOADED = ("av.__main__", "av.datasets")
_LONGEST_GAP_SECONDS = 1.0
_ATTACHED_PICTURE = 0x400
_HAS_OWN_TIMES = ("mpeg4", "matroska", "cafcodec")


def is_loaded() -> bool:
    """Whether PyAV can be used in this process, restricted or not."""
    return "av" in sys.modules


def load() -> None:
    """Load PyAV with all its modules, if it is installed: a restricted process can open no file."""
    with contextlib.suppress(ImportError):
        av = importlib.import_module("av")
        for module in pkgutil.walk_packages(av.__path__, "av."):
            if module.name not in _NOT_LOADED:
                importlib.import_module(module.name)


def decode(view: View, container: str, seconds: float, output: SoundOutput) -> None:
    """Decode the one audio stream of a file to its end, which should be ``seconds`` later, if that is not 0.

    Raises:
        DecodingStopped: the container or codec cannot be decoded here, or there are several audio streams.
        Incomplete: less came out than the file says it holds.
    """
    av = sys.modules.get("av")
    if container not in DEMUXERS or av is None:
        raise DecodingStopped(Failure("container", list(CONTAINERS).index(container)))
    options = {
        "codec_whitelist": ",".join((*_LOSSY, *_LOSSLESS)),
        "protocol_whitelist": "none",
        "threads": "1",
    }

    def opened() -> Any:
        view.seek(0)
        return av.open(view, format=DEMUXERS[container], options=options, metadata_errors="ignore")

    try:
        with opened() as media:
            if not _may_double_channel(media, view):
                _decode_stream(media, container, seconds, output)
                return
            is_mono = _is_channel_doubled(media)
        with opened() as media:
            _decode_stream(media, container, seconds, output, is_mono=is_mono)
    except av.FFmpegError as error:
        raise Incomplete("damaged") from error


def _may_double_channel(media: Any, view: View) -> bool:
    """Whether a stream of one channel is decoded to two.

    High-efficiency AAC may have parametric stereo that its header does not name, so ffmpeg makes two channels
    of all of it. ISO/IEC 14496-3, 1.6.2.1 (configuration) and annex 1.A (ADTS).
    """
    stream = _one_audio_stream(media)
    found = stream.codec_context
    if found.name != "aac" or len(found.layout.channels) != 2:
        return False
    bits = "".join(f"{byte:08b}" for byte in (found.extradata or b"")[:8])
    if not bits:
        place = view.tell()
        view.seek(0)
        head = view.read(4)
        view.seek(place)
        return len(head) == 4 and head[0] == 0xFF and (head[2] << 2 | head[3] >> 6) & 7 == 1
    rate = bits[5:9]
    channels = bits[33:37] if rate == "1111" else bits[9:13]
    return bits[:5] in ("00010", "00101") and channels == "0001"  # not 29, which names parametric stereo


def _is_channel_doubled(media: Any) -> bool:
    """Whether both channels have the same samples throughout."""
    frames = (frame.to_ndarray() for frame in media.decode(_one_audio_stream(media)))
    return all(len(values) == 2 and np.array_equal(*values) for values in frames)


def _decode_stream(
    media: Any, container: str, seconds: float, output: SoundOutput, *, is_mono: bool = False
) -> None:
    """``is_mono``: of two channels the first is all."""
    stream = _one_audio_stream(media)
    decoder = _decoder(stream)
    codec = decoder.name
    decoder.thread_count = 1
    output.has_video = any(not each.disposition & _ATTACHED_PICTURE for each in media.streams.video)
    times = _Times(output)
    frame_seconds = last_seconds = 0.0
    for packet in media.demux(stream):
        times.begins = min(times.begins, packet.pts or 0)
        for frame in decoder.decode(packet):
            if frame.is_corrupt:
                raise Incomplete("damaged")
            last_seconds = frame.samples / frame.sample_rate
            frame_seconds = max(frame_seconds, last_seconds)
            if container in _HAS_OWN_TIMES:
                times.fill_gap(frame)
            times.rate_hz = frame.sample_rate
            _add(frame, container, output, is_lossy=codec in _LOSSY, is_mono=is_mono)
    if stream.duration and container in (*_HAS_OWN_TIMES, "wavcodec"):
        seconds = float(stream.duration * stream.time_base)
        if container == "cafcodec" and codec == "alac":  # as ffmpeg counts, its last frame is as long as all
            seconds -= frame_seconds - last_seconds
    elif container in _HAS_OWN_TIMES:
        whole = 0 if output.has_video else media.duration or 0  # pictures may go on
        # such a length counts what is before zero and not played, and the time before a late beginning
        seconds = whole / 1e6 + float(times.begins * stream.time_base) - times.late_seconds
    elif container == "asf":
        seconds -= frame_seconds  # its length counts the frame that only starts the decoder
    if seconds - times.decoded_seconds > TOLERATED_SECONDS:
        raise Incomplete("not_decoded")


class _Times:
    """How long a stream is so far, and when its frames begin by its own clock."""

    def __init__(self, output: SoundOutput) -> None:
        self._output, self._before = output, output.frames
        self._start: float | None = None
        self.begins = self.rate_hz = 0

    @property
    def late_seconds(self) -> float:
        """How late the first frame is: a recorder of a call begins when somebody joins it."""
        return max(0.0, self._start or 0.0)

    @property
    def decoded_seconds(self) -> float:
        return (self._output.frames - self._before) / self.rate_hz if self.rate_hz else 0.0

    def fill_gap(self, frame: Any) -> None:
        """Silence where packets are missing, as a browser leaves them out while nobody speaks.

        Raises:
            Incomplete: for longer than a recorder does.
        """
        if frame.time is None:
            return
        self._start = frame.time if self._start is None else self._start
        seconds = frame.time - self._start - self.decoded_seconds
        if seconds > _LONGEST_GAP_SECONDS:
            raise Incomplete("damaged")
        if seconds > TOLERATED_SECONDS:
            self._output.add_silence(seconds)


def _one_audio_stream(media: Any) -> Any:
    audio = media.streams.audio
    if len(audio) != 1:
        raise DecodingStopped(Failure("streams", len(audio)))
    if audio[0].codec_context.name not in (*_LOSSY, *_LOSSLESS):
        raise DecodingStopped(Failure("codec"))
    return audio[0]


def _decoder(stream: Any) -> Any:
    """The stream's own decoder; for AMR that of opencore, where it is there.

    ffmpeg's own stops at the first pause that a phone did not transmit (DTX).
    """
    av, found = sys.modules["av"], stream.codec_context
    name = f"libopencore_{found.name}"
    if found.name not in ("amrnb", "amrwb") or name not in av.codecs_available:
        return found
    decoder = av.CodecContext.create(name, "r")
    decoder.sample_rate, decoder.layout = found.sample_rate, "mono"
    return decoder


def _add(frame: Any, container: str, output: SoundOutput, *, is_lossy: bool, is_mono: bool) -> None:
    kind, channels = frame.format.name, len(frame.layout.channels)
    values: NDArray[Any] = frame.to_ndarray()
    values = values.T if kind.endswith("p") else values.reshape(-1, channels)
    if is_mono:
        values, channels = values[:, :1], 1
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
