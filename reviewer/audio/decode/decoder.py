"""Decodes untrusted audio files in a sandboxed process."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

import numpy as np
import soundfile

from reviewer.audio.decode.host import DecodeHost, ForkingHost, ProcessPerFileHost, can_fork
from reviewer.audio.decode.wire import (
    ENDED,
    KILLED,
    TIMED_OUT,
    Failure,
    Head,
    InvalidRecord,
    Tail,
    received_records,
)
from reviewer.audio.dsp import quality_warnings, speech_detection
from reviewer.audio.io.flac import encode_flac
from reviewer.audio.limits import refuse_unsupported
from reviewer.audio.samples import IntSamples, Samples
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Notice, Refused
from reviewer.model.project import DecodeLimits

_NO_DATA_CHUNK = 71
_NOT_SOUND = (1, 7)
_LIMIT_SIGNALS = (9, 24)  # SIGKILL, SIGXCPU: the limits on memory and processor time


@dataclass(frozen=True, slots=True)
class Decoded:
    """One file's sound in our own formats.

    ``flac`` and ``peaks`` contain only samples, ``speech`` the passages of speech; ``frames`` counts decoded
    frames, whatever the header said; ``notes`` are warnings for the import report.
    """

    flac: bytes
    peaks: bytes
    speech: bytes
    rate_hz: int
    channels: int
    frames: int
    samples_sha256: bytes
    notes: tuple[Notice, ...]


class Decoder:
    """Decodes files one after another in a separate process; a context manager.

    The process gets an open file, limits, and a pipe, and returns integer samples whose count and size are
    checked. FLAC, peaks, passages of speech, hash and notes are made here. So this process never parses the
    file's format, and no metadata or name is kept.
    """

    def __init__(self, host: DecodeHost | None = None) -> None:
        self._host = host or (ForkingHost() if can_fork() else ProcessPerFileHost())
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the decoding process."""
        self._host.close()

    def decode(self, path: Path, limits: DecodeLimits) -> Decoded:
        """Decode one file.

        Raises:
            Refused: ``UNDECODABLE``, ``EMPTY_AUDIO`` or ``TOO_LONG``, with a sentence and a hint.
            Unavailable: no decoding process can be started here.
        """
        with self._lock:
            head, samples, notes = self._decoded(path, limits)
        return Decoded(
            flac=encode_flac(samples),
            peaks=PeakPyramid.from_samples(samples.data).to_bytes(),
            speech=speech_detection.to_bytes(speech_detection.detect_speech(samples), samples.frames),
            rate_hz=samples.rate_hz,
            channels=samples.channels,
            frames=samples.frames,
            samples_sha256=_hash_as_it_came(head, samples),
            notes=quality_warnings.warn_about_name(path.suffix, head.container)
            + notes
            + quality_warnings.warn_about_sound(samples),
        )

    def _decoded(self, path: Path, limits: DecodeLimits) -> tuple[Head, Samples, tuple[Notice, ...]]:
        with (
            open_untrusted(path, limits.input_bytes) as source,
            self._host.start_decoding(path, source, limits) as job,
        ):
            try:
                return _samples(received_records(job.stream), limits)
            except InvalidRecord as error:
                raise _died(*job.verdict()) from error


@contextmanager
def open_untrusted(path: Path, most_bytes: int) -> Iterator[int]:
    """A read-only descriptor of a regular file of at most ``most_bytes``.

    Pipes and devices never block it. The decoding limits also apply to a file that grows later.

    Raises:
        Refused: no such file, not a regular one, unreadable (``UNDECODABLE``), empty (``EMPTY_AUDIO``), or
            too large (``TOO_LONG``).
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refused("UNDECODABLE_NOT_FOUND") from error
    except (OSError, ValueError) as error:
        raise Refused("UNDECODABLE_NOT_READABLE") from error
    try:
        _check_file(os.fstat(descriptor), most_bytes)
        yield descriptor
    finally:
        os.close(descriptor)


def _check_file(status: os.stat_result, most_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Refused("UNDECODABLE_NOT_A_FILE")
    if status.st_size == 0:
        raise Refused("EMPTY_AUDIO_FILE")
    if status.st_size > most_bytes:
        raise Refused("TOO_LONG_BYTES", mebibytes=most_bytes >> 20)


def _samples(
    records: Iterator[Head | bytes | Tail | Failure], limits: DecodeLimits
) -> tuple[Head, Samples, tuple[Notice, ...]]:
    """Head, samples and notes from the records; every number is checked against the limits."""
    content = bytearray()
    head = next(records)
    if not isinstance(head, Head):
        raise _failed(head)
    refuse_unsupported(head.rate_hz, head.channels)
    frame_bytes = head.channels * head.sample_bytes
    most_bytes = min(int(limits.audio_seconds * head.rate_hz) * frame_bytes, limits.memory_bytes)
    for record in records:
        if isinstance(record, bytes):
            content += record
            if len(content) > most_bytes:
                raise Refused("TOO_LONG_SECONDS")
            continue
        if not isinstance(record, Tail):
            raise _failed(record)
        if record.frames * frame_bytes != len(content):
            raise InvalidRecord
        return _finished(head, record, content)
    raise InvalidRecord


def _finished(head: Head, tail: Tail, content: bytearray) -> tuple[Head, Samples, tuple[Notice, ...]]:
    if not tail.frames:
        raise Refused("EMPTY_AUDIO_SAMPLES")
    dtype: np.dtype[Any] = np.dtype(np.int16 if head.sample_bytes == 2 else np.int32)
    data: IntSamples = np.frombuffer(content, dtype).reshape(tail.frames, head.channels)
    if head.sample_bytes == 4 and np.bitwise_and(data, 0xFF).any():
        raise InvalidRecord
    notes = []
    if tail.is_short:
        notes.append(Notice("AUDIO_SHORTER_THAN_HEADER"))
    if tail.invalid:
        notes.append(Notice("AUDIO_INVALID_SAMPLES", {"count": tail.invalid}))
    return head, Samples(head.rate_hz, data), tuple(notes)


def _hash_as_it_came(head: Head, samples: Samples) -> bytes:
    """Floating-point samples are hashed apart: being equal after our rounding does not prove a duplicate."""
    same = samples.sha256()
    return hashlib.sha256(b"floating point" + same).digest() if head.is_floating else same


def _failed(failure: "Head | bytes | Tail | Failure") -> Refused:
    """The error for the reason from the decoding process."""
    if not isinstance(failure, Failure):
        raise InvalidRecord
    if failure.why == "too_long":
        return Refused("TOO_LONG_SECONDS")
    if failure.why == "memory":
        return Refused("UNDECODABLE_MEMORY")
    if failure.why == "broken_off":
        return Refused("UNDECODABLE_CUT_OFF")
    if failure.number == _NO_DATA_CHUNK:
        return Refused("EMPTY_AUDIO_HEADER_ALONE")
    if failure.number in _NOT_SOUND:
        return Refused("UNDECODABLE_FORMAT")
    return Refused("UNDECODABLE_LIBRARY", reason=_library_reason(failure.number))


def _library_reason(number: int) -> str:
    """libsndfile's message for an error number: a constant of the library, not content of the file."""
    if number <= 0:
        return "no reason was given."
    reason = str(soundfile.LibsndfileError(number).error_string)
    return reason.strip().rstrip(".") + "."


def _died(how: int, detail: int) -> Refused:
    if how == TIMED_OUT or (how == KILLED and detail in _LIMIT_SIGNALS):
        return Refused("UNDECODABLE_LIMITS")
    if how == ENDED:
        return Refused("UNDECODABLE_NO_RESULT")
    return Refused("UNDECODABLE_CRASH", signal=detail)
