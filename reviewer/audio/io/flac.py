"""Our canonical FLAC: encoding, decoding, and reading by range from a stream."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

import numpy as np
import soundfile

from reviewer.audio.block_cache import BlockCache
from reviewer.audio.io.muted_sound import MutedSound, muted_samples
from reviewer.audio.io.sequential_file import SequentialFile
from reviewer.audio.limits import refuse_unsupported
from reviewer.audio.samples import AudioFormat, IntSamples, Samples, Sound, format_of
from reviewer.errors import Damaged, Refused, ReviewerError, Unavailable
from reviewer.model.intervals import Span

BLOCK_FRAMES = 1 << 14
_WHOLE_SAMPLES = 1 << 21
"""Up to this many values (two minutes at 16 kHz, one channel) a clip is decoded at once."""
_CACHE_BYTES = 1 << 22
_LEAST_CACHED_BLOCKS = 16
_ENCODE_FRAMES = 1 << 16
_STREAMINFO_BYTES = 34
_WRITTEN_AT_ONCE_BYTES = 1 << 16


class FlacOutput(Protocol):
    """Where FLAC is written: from the beginning to the end, but for its header, which is written again."""

    def write(self, data: bytes, /) -> object: ...

    def rewrite_start(self, data: bytes, /) -> None: ...


class MemoryOutput(io.BytesIO):
    """FLAC in memory."""

    def rewrite_start(self, data: bytes, /) -> None:
        self.seek(0)
        self.write(data)
        self.seek(0, io.SEEK_END)


class FlacWriter:
    """Encodes samples a block at a time as FLAC (RFC 9639) with one metadata block, STREAMINFO.

    16-bit samples are kept as 16 bit, wider ones as 24 bit; rate and channels are unchanged. A context
    manager; what was written is a FLAC once it ends without an error.
    """

    def __init__(self, out: FlacOutput, form: AudioFormat) -> None:
        """Begin a FLAC.

        Raises:
            Refused: more channels, or a higher rate, than FLAC can hold (``UNDECODABLE_...``).
        """
        refuse_unsupported(form.rate_hz, form.channels)
        self._form, self._out = form, out
        self._flac = io.BytesIO()  # calls back to anything slower than this cost a tenth of encoding
        self._frames_at = 0
        """Where the metadata ends, which stays in ``_flac``; 0 while that is not complete."""
        subtype = "PCM_16" if form.bits == 16 else "PCM_24"
        with self._translated():
            self._file = SequentialFile(
                self._flac, "w", form.rate_hz, form.channels, subtype=subtype, format="FLAC"
            )

    def write(self, block: IntSamples) -> None:
        """The next samples, shape ``(frames, channels)``. Raises what the output raises."""
        with self._translated():
            contiguous = np.ascontiguousarray(block)
            self._file.buffer_write(contiguous, "int16" if contiguous.itemsize == 2 else "int32")
        if self._flac.tell() - self._frames_at >= _WRITTEN_AT_ONCE_BYTES:
            self._pass_on()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            with suppress(soundfile.LibsndfileError):
                self._file.close()
            return
        with self._translated():
            self._file.close()
        self._pass_on()
        self._out.rewrite_start(_streaminfo_only(self._flac.getvalue()))  # it has the number of frames now

    def _pass_on(self) -> None:
        """Writes the frames that wait; before the first ones, STREAMINFO and no other metadata."""
        if not self._frames_at:
            self._frames_at = _metadata_end(self._flac.getvalue())
            self._out.write(_streaminfo_only(self._flac.getvalue()))
        self._flac.seek(self._frames_at)
        self._out.write(self._flac.read())
        self._flac.seek(self._frames_at)
        self._flac.truncate()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (soundfile.LibsndfileError, AssertionError) as error:  # the latter for a short write
            form = self._form
            raise Refused("UNDECODABLE_AS_FLAC", rate_hz=form.rate_hz, channels=form.channels) from error


def _metadata_end(flac: bytes) -> int:
    """Where the metadata blocks end (RFC 9639, section 8)."""
    offset, is_last = 4, False
    while not is_last:
        is_last = bool(flac[offset] & 0x80)
        offset += 4 + int.from_bytes(flac[offset + 1 : offset + 4], "big")
    return offset


def _streaminfo_only(metadata: bytes) -> bytes:
    """STREAMINFO as the only metadata block, which is the first of every FLAC."""
    if metadata[:4] != b"fLaC" or metadata[4] & 0x7F != 0:
        raise ValueError("not a FLAC stream")
    head = bytes((0x80,)) + _STREAMINFO_BYTES.to_bytes(3, "big")
    return b"fLaC" + head + metadata[8 : 8 + _STREAMINFO_BYTES]


def encode_flac(samples: Samples) -> bytes:
    """The samples as FLAC (RFC 9639) with one metadata block, STREAMINFO.

    16-bit samples are kept as 16 bit, wider ones as 24 bit; rate and channels are unchanged.

    Raises:
        Refused: more channels, or a higher rate, than FLAC can hold (``UNDECODABLE_...``).
    """
    written = MemoryOutput()
    with FlacWriter(written, format_of(samples)) as flac:
        for start in range(0, samples.frames, _ENCODE_FRAMES):
            flac.write(samples.data[start : start + _ENCODE_FRAMES])
    return written.getvalue()


def read_canonical(stream: BinaryIO) -> Samples:
    """Decode a FLAC that ``encode_flac`` made; never for a file from outside.

    The stream is read whole first, so that its own errors (a seal that does not verify) are raised.

    Raises:
        Damaged: not a canonical FLAC, or fewer frames than its header says.
    """
    whole = stream.read()
    with translated_errors(), soundfile.SoundFile(io.BytesIO(whole)) as sound:
        _require_canonical(sound)
        dtype = "int16" if sound.subtype == "PCM_16" else "int32"
        data = sound.read(dtype=dtype, always_2d=True)
        if data.shape[0] != sound.frames:
            raise Damaged("AUDIO_TRUNCATED")
        return Samples(int(sound.samplerate), np.ascontiguousarray(data))


class ErrorKeepingStream:
    """A stream for libsndfile, whose callbacks swallow errors: ``raise_error`` raises them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._error: ReviewerError | None = None

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        try:
            part = self._stream.read(len(view))
        except ReviewerError as error:
            self._error = error
            return 0
        except OSError as error:
            self._error = Unavailable("CLIP_NOT_READ", problem=str(error.strerror))
            return 0
        view[: len(part)] = part
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        self._stream.close()

    def raise_error(self) -> None:
        """Raise the error that occurred since the last call, if any."""
        error, self._error = self._error, None
        if error is not None:
            raise error


@contextmanager
def translated_errors(stream: ErrorKeepingStream | None = None) -> Iterator[None]:
    """Raises what the stream raised inside libsndfile, else Damaged where that does not decode."""
    try:
        yield
    except soundfile.LibsndfileError as error:
        if stream is not None:
            stream.raise_error()
        raise Damaged("AUDIO_NOT_DECODABLE") from error
    if stream is not None:
        stream.raise_error()


class FlacStream:
    """A ``Sound`` over a stream of canonical FLAC, which caches the blocks used last.

    Thread-safe; reading an uncached block takes about a millisecond, and blocks other threads. It owns the
    stream. After ``close`` it reads as silence, so that playback and drawing can finish.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Open a seekable stream; only its beginning and its end are read now.

        Raises:
            Damaged: not a canonical FLAC, or the stream's own seal does not verify.
        """
        self._stream = ErrorKeepingStream(stream)
        self._lock = Lock()
        self._file: soundfile.SoundFile | None = self._opened()
        self.rate_hz = int(self._file.samplerate)
        self.frames = int(self._file.frames)
        self.channels = int(self._file.channels)
        self.bits = 16 if self._file.subtype == "PCM_16" else 24
        self._dtype = np.dtype(np.int16 if self.bits == 16 else np.int32)
        block_bytes = BLOCK_FRAMES * self.channels * self._dtype.itemsize
        self._cache: BlockCache[int, IntSamples] = BlockCache(
            max(_CACHE_BYTES // block_bytes, _LEAST_CACHED_BLOCKS)
        )
        self._is_closed = False

    def read(self, start: int, end: int) -> IntSamples:
        """Frames ``[start, end)``, limited to those there are; see ``Sound``. Silence after ``close``.

        Raises:
            Damaged: a part of the stream that is needed does not verify, or does not decode.
        """
        start = min(max(start, 0), self.frames)
        end = min(max(end, start), self.frames)
        if start == end:
            return np.empty((0, self.channels), dtype=self._dtype)
        first, last = start // BLOCK_FRAMES, (end - 1) // BLOCK_FRAMES
        if first == last:
            return self._block(first)[start - first * BLOCK_FRAMES : end - first * BLOCK_FRAMES]
        out: IntSamples = np.empty((end - start, self.channels), dtype=self._dtype)
        for number in range(first, last + 1):
            low, high = max(start, number * BLOCK_FRAMES), min(end, (number + 1) * BLOCK_FRAMES)
            offset = number * BLOCK_FRAMES
            out[low - start : high - start] = self._block(number)[low - offset : high - offset]
        return out

    def close(self) -> None:
        """Close the stream."""
        with self._lock:
            self._is_closed = True
            self._cache.clear()
            if self._file is not None:
                self._file.close()
                self._file = None
            self._stream.close()

    def _block(self, number: int) -> IntSamples:
        with self._lock:
            block = self._cache.get(number)
            if block is None:
                block = self._decoded(number)
                block.flags.writeable = False
                self._cache.put(number, block)
            return block

    def _decoded(self, number: int) -> IntSamples:
        start = number * BLOCK_FRAMES
        frames = min(BLOCK_FRAMES, self.frames - start)
        if self._is_closed:
            silence: IntSamples = np.zeros((frames, self.channels), dtype=self._dtype)
            return silence
        file = self._file or self._opened()
        self._file = None  # after an error the decoder's position cannot be trusted: it is opened again
        with translated_errors(self._stream):
            if file.tell() != start:
                file.seek(start)
            block: IntSamples = file.read(frames, dtype=self._dtype.name, always_2d=True)
        if block.shape[0] != frames:
            raise Damaged("AUDIO_TRUNCATED")
        self._file = file
        return block

    def _opened(self) -> soundfile.SoundFile:
        with translated_errors(self._stream):
            self._stream.seek(0)
            file = soundfile.SoundFile(self._stream)
        try:
            _require_canonical(file)
        except Damaged:
            file.close()
            raise
        return file


def is_decoded_whole(frames: int, channels: int) -> bool:
    """Whether a sound is in memory while it is open: its peaks are made there, and not kept in a file."""
    return frames * channels <= _WHOLE_SAMPLES


def open_sound(stream: BinaryIO) -> Sound:
    """A clip's sound: decoded at once if it is short (two minutes at 16 kHz, one channel), else on demand.

    The stream is closed with the sound, or by this.

    Raises:
        Damaged: not a canonical FLAC, or the stream's own seal does not verify.
    """
    try:
        sound = FlacStream(stream)
        if not is_decoded_whole(sound.frames, sound.channels):
            return sound
        stream.seek(0)
        samples = read_canonical(stream)
    except BaseException:
        stream.close()
        raise
    sound.close()
    return samples


def muted(sound: Sound, spans: Sequence[Span]) -> Sound:
    """The sound with silence in the spans, instead of the one that was muted before or not at all.

    What is muted in samples in memory cannot be heard again; a stream can be muted otherwise later.
    """
    if isinstance(sound, Samples):
        return muted_samples(sound, spans) if spans else sound
    if isinstance(sound, MutedSound):
        return sound.with_spans(spans)
    assert isinstance(sound, FlacStream)
    return MutedSound(sound, spans) if spans else sound


def close_sound(sound: Sound) -> None:
    """Close the stream of a sound, which reads as silence afterwards."""
    if isinstance(sound, FlacStream | MutedSound):
        sound.close()


def _require_canonical(file: soundfile.SoundFile) -> None:
    if file.format != "FLAC" or file.subtype not in ("PCM_16", "PCM_24"):
        raise Damaged("AUDIO_OTHER_FORMAT")
