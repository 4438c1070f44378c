"""Decodes one untrusted file to its end, in the restricted process, or says what of it would be missing."""

import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile

from reviewer.audio.decode import chunked_files, flac_stream, media, media_files, mpeg_audio, ogg_pages
from reviewer.audio.decode.flac_stream import SampleDigest
from reviewer.audio.decode.signatures import CONTAINERS, id3_bytes, recognise
from reviewer.audio.decode.sound_output import BLOCK_VALUES, TOLERATED_SECONDS, SoundOutput
from reviewer.audio.decode.source import Source, View
from reviewer.audio.decode.wire import DecodingStopped, Failure, Head, Incomplete, Sender
from reviewer.audio.io.sequential_file import SequentialFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOSSY = ("VORBIS", "OPUS", "MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III")
_FLOATING = ("FLOAT", "DOUBLE")
_WIDE = ("PCM_24", "PCM_32", "DWVW_24", "ALAC_20", "ALAC_24", "ALAC_32")
_NOT_RECOGNISED = 1
_CHUNKED = ("riff", "w64", "aiff", "caf", "au", "nist")
_OGG = ("ogg", "oggflac", "speex")
_OGG_OF_FFMPEG = {"flac": "oggflac", "speex": "speex"}
_HEAD_BYTES = 512


def prepare(descriptor: int) -> None:
    """Before a process is restricted: load the library that this file needs, by its first bytes alone."""
    if not is_prepared(descriptor):
        media.load()


def is_prepared(descriptor: int) -> bool:
    """Whether the library that this file needs was loaded, or none is needed."""
    return media.is_loaded() or _recognised(Source(descriptor, window=_HEAD_BYTES))[0] not in media.DEMUXERS


def scratch_file() -> int:
    """Before the process is restricted: an empty file in memory for views, or -1 where there is none."""
    return os.memfd_create("view") if sys.platform == "linux" else -1


def send_sound(descriptor: int, sender: Sender, audio_seconds: float, scratch: int = -1) -> bool:
    """Decode one file and send it: head, blocks of samples, tail; or a failure. Returns whether it was whole.

    The end of it may still wait in ``sender``.

    Args:
        descriptor: the open file, not its name, so that the content alone decides.
        sender: the end of the pipe.
        audio_seconds: decoding stops after this much sound.
        scratch: what ``scratch_file`` returned.
    """
    output = SoundOutput(sender, audio_seconds)
    try:
        _FileDecoder(descriptor, output, scratch).decode()
        output.finish()
        return True
    except DecodingStopped as stop:
        sender.send_failure(stop.failure)
    except soundfile.LibsndfileError as error:
        why = "broken_off" if output.has_begun else "library"
        sender.send_failure(Failure(why, int(error.code)))
    except (MemoryError, OverflowError):
        sender.send_failure(Failure("memory"))
    except (RuntimeError, ValueError, TypeError, OSError, LookupError):
        sender.send_failure(Failure("library"))
    return False


class _FileDecoder:
    """Decodes one file, one part after another."""

    def __init__(self, descriptor: int, output: SoundOutput, scratch: int) -> None:
        self._descriptor = descriptor
        self._output = output
        self._scratch = scratch
        self._source = Source(descriptor)
        self._head = Source(descriptor, window=_HEAD_BYTES)
        """The same, for who looks at little of it."""

    def decode(self) -> None:
        """All of the file."""
        source = self._source
        container, start = _recognised(self._head)
        if container in _OGG:
            self._decode_ogg(start)
        elif container in CONTAINERS:
            source = Source(self._descriptor, start)
            seconds = media_files.check_whole(source, container)
            media.decode(View(source, [(0, source.size)]), container, seconds, self._output)
        elif container == "flac":
            self._decode_flac(start)
        elif container in _CHUNKED:
            self._decode_chunks(container, start)
        else:
            self._decode_other(start)

    def _decode_chunks(self, container: str, start: int) -> None:
        source = Source(self._descriptor, start) if start else self._head
        data = chunked_files.find_data(source, container)
        file: int | View = View(source, [(0, source.size)]) if start else self._descriptor
        if data is None:
            self._decode_part(file)
            return
        if data.is_mpeg:
            self._decode_mpeg(start + data.start, start + data.end)
            return
        if not data.is_known:
            raise DecodingStopped(Failure("codec"))
        self._output.is_unbounded |= data.size_at >= 0
        if data.needs_view:
            file = data.view(source)
        self._output.is_short |= data.is_short
        self._decode_part(file, data.frames / data.rate_hz if data.rate_hz else 0.0)

    def _decode_ogg(self, start: int) -> None:
        for stream in ogg_pages.walk_streams(self._source, start):
            view = stream.view(self._source)
            if stream.codec in _OGG_OF_FFMPEG:
                media.decode(view, _OGG_OF_FFMPEG[stream.codec], stream.seconds, self._output)
            else:
                self._decode_part(view, stream.seconds, order=stream.channel_order)

    def _decode_flac(self, start: int) -> None:
        parts = flac_stream.walk_parts(self._source, start)
        for part in parts:
            if not part.frames:
                raise Incomplete("damaged" if part.promised else "cut_short")
            if part.missing > TOLERATED_SECONDS * part.rate_hz:
                raise Incomplete("cut_short")
            is_plain = part.is_plain and len(parts) == 1 and not start
            self._decode_part(self._descriptor if is_plain else part.view(self._source), md5=part.checksum)

    def _decode_mpeg(self, start: int, end: int) -> None:
        for part in mpeg_audio.walk_parts(self._source, start, end):
            self._decode_part(part.view(self._source), part.samples / part.first.rate_hz)

    def _decode_other(self, start: int) -> None:
        """MPEG audio has no signature. libsndfile's rarer formats, whose end nobody checks, are refused."""
        source = self._source
        if mpeg_audio.first_frame(source, start, source.size) < 0:
            if mpeg_audio.is_behind_many_zeros(source, start, source.size):
                raise Incomplete("damaged")
            raise DecodingStopped(Failure("library", _NOT_RECOGNISED))
        self._decode_mpeg(start, source.size)

    def _decode_part(
        self,
        file: int | View,
        expected_seconds: float = 0.0,
        md5: bytes = b"",
        order: tuple[int, ...] = (),
    ) -> None:
        """One part, from its header to its end.

        Args:
            md5: the digest of the samples, as FLAC has it, if one is known.
            order: which of the channels comes when; as they are if empty.

        Raises:
            Incomplete: fewer samples came than expected, or others than were encoded.
        """
        output = self._output
        with self._opened(file) as sound:
            kind, before = str(sound.subtype), output.frames
            is_floating = kind in _LOSSY or kind in _FLOATING
            is_wide = kind in _WIDE or kind in _FLOATING
            channels, rate_hz = int(sound.channels), int(sound.samplerate)
            output.begin(Head(rate_hz, channels, 4 if is_wide else 2, str(sound.format), kind in _FLOATING))
            dtype = "float64" if is_floating else "int32" if is_wide else "int16"
            digest = SampleDigest(kind) if md5 else None
            rows, left = BLOCK_VALUES // channels or 1, int(sound.frames)  # what follows may be tags
            while left and (block := _block(sound, min(rows, left), dtype)).shape[0]:
                output.add(block[:, order] if order else block)
                if digest is not None:
                    digest.add(block)
                left -= block.shape[0]
            seconds = (output.frames - before) / rate_hz
            if not isinstance(file, View):
                expected_seconds = max(expected_seconds, int(sound.frames) / rate_hz)
        if expected_seconds - seconds > TOLERATED_SECONDS:
            raise Incomplete("not_decoded")
        if digest is not None and not digest.matches(md5):
            raise Incomplete("damaged")

    def _opened(self, file: int | View) -> Any:
        """The file; a view is written to memory, for libsndfile's calls back would need executable memory."""
        if isinstance(file, View) and self._scratch >= 0:
            file = file.write_to(self._scratch)
        if isinstance(file, int):
            os.lseek(file, 0, os.SEEK_SET)
        return SequentialFile(file, closefd=False)


def _block(sound: soundfile.SoundFile, frames: int, dtype: str) -> "NDArray[Any]":
    """Up to so many frames, shape ``(frames, channels)``; soundfile's ``read`` takes longer for the same."""
    block = np.empty((frames, sound.channels), dtype)
    return block[: sound.buffer_read_into(block, dtype)]


def _recognised(source: Source) -> tuple[str, int]:
    """The container and where it begins, behind any ID3 tags."""
    start = 0
    while size := id3_bytes(source.at(start, 10)):
        start += size
    return recognise(source.at(start, _HEAD_BYTES)), start
