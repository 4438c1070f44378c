"""Decodes untrusted audio files in a sandboxed process."""

import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self, TypeAlias

import numpy as np
import soundfile

from reviewer.audio.decode.host import DecodeHost, ForkingHost, ProcessPerFileHost, can_fork
from reviewer.audio.decode.input_file import open_bytes, open_source
from reviewer.audio.decode.plain_wav import PlainWav, plain_wav, read_plain_wav
from reviewer.audio.decode.signatures import CONTAINERS
from reviewer.audio.decode.wire import (
    ENDED,
    INCOMPLETE,
    KILLED,
    TIMED_OUT,
    Failure,
    Head,
    InvalidRecord,
    Tail,
    received_records,
)
from reviewer.audio.dsp import quality_warnings, speech_detection
from reviewer.audio.io.flac import FlacOutput, FlacWriter, close_sound, is_decoded_whole, open_sound
from reviewer.audio.limits import MAX_SOUND_BYTES, refuse_unsupported
from reviewer.audio.samples import AudioFormat, IntSamples, SampleDigest
from reviewer.audio.view.peaks import PEAK_BLOCK_FRAMES, PeakWriter
from reviewer.errors import Notice, Refused
from reviewer.model.project import DecodeLimits

_INCOMPLETE_CODES = {
    "cut_short": "INCOMPLETE_CUT_SHORT",
    "more_follows": "INCOMPLETE_MORE_FOLLOWS",
    "damaged": "INCOMPLETE_DAMAGED",
    "not_decoded": "INCOMPLETE_NOT_DECODED",
    "parts_differ": "INCOMPLETE_PARTS_DIFFER",
    "no_end": "INCOMPLETE_NO_END",
}
_FAILURE_CODES = {
    "too_long": "TOO_LONG_SECONDS",
    "memory": "UNDECODABLE_MEMORY",
    "broken_off": "INCOMPLETE_DAMAGED",
    "codec": "UNDECODABLE_CODEC",
    "streams": "EMPTY_AUDIO_NO_STREAM",
}
_NO_DATA_CHUNK = 71
_NOT_SOUND = (1, 7)
_SEARCHED_AT_FIRST_OPENING_SECONDS = 30
_AHEAD = 4
_Records: TypeAlias = Iterator[Head | bytes | Tail | Failure]
_LIMIT_SIGNALS = (9, 24)  # SIGKILL, SIGXCPU: the limits on memory and processor time


class SoundOutput(FlacOutput, Protocol):
    """Where the canonical FLAC is written, and read again for what must be heard twice."""

    def reread(self) -> BinaryIO:
        """All that was written."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What is known of one file's sound, beside the FLAC that was written.

    ``peaks`` are the parts of the peaks' bytes, to be used once, and ``speech`` the passages of speech, of a
    long sound: those of a short one are found when it is opened, in less time than anybody notices;
    ``frames`` counts decoded frames, whatever the header said; ``notes`` are warnings for the import report.
    """

    peaks: Iterable[bytes] | None
    speech: bytes | None
    rate_hz: int
    channels: int
    frames: int
    samples_sha256: bytes
    notes: tuple[Notice, ...]


class Decoder:
    """Decodes files one after another in a separate process; a context manager.

    The process gets an open file, limits, and a pipe, and returns integer samples whose count and size are
    checked. FLAC, peaks, hash and notes are made here, a block at a time: a long clip is
    never in memory. So this process parses no format but that of plain WAV files (``decode.plain_wav``), for
    which none is started, and no metadata or name is kept.
    """

    def __init__(self, host: DecodeHost | None = None) -> None:
        self._host = host or (ForkingHost() if can_fork() else ProcessPerFileHost())
        self._lock = Lock()
        self._announced = deque[Path]()
        self._ahead = deque[tuple[Path, int | PlainWav]]()
        """Files opened ahead: descriptors that the process was given too, or samples that do not need it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the decoding process."""
        self._drop_ahead()
        self._host.close()

    def announce(self, paths: Iterable[Path]) -> None:
        """Name the files that will be decoded next, in order: that begins while those before are written."""
        self._announced.extend(paths)

    def decode(self, path: Path, limits: DecodeLimits, out: SoundOutput) -> Decoded:
        """Decode one file, and write its canonical FLAC to ``out``; after an error that is to be thrown away.

        Raises:
            Refused: ``UNDECODABLE``, ``EMPTY_AUDIO`` or ``TOO_LONG``, with a sentence and a hint.
            Unavailable: no decoding process can be started here; or what ``out`` raises.
        """
        with self._lock, self._records(path, limits) as records:
            head, tail, measured = _write_sound(records, limits, out)
        is_long = tail.frames > _SEARCHED_AT_FIRST_OPENING_SECONDS * head.rate_hz
        return Decoded(
            peaks=measured.peaks.parts() if measured.peaks else None,
            speech=_passages(out, tail.frames) if is_long else None,
            rate_hz=head.rate_hz,
            channels=head.channels,
            frames=tail.frames,
            samples_sha256=_digest_as_it_came(head, measured.digest.digest()),
            notes=quality_warnings.warn_about_name(path.suffix, head.container)
            + _notes_of(tail)
            + measured.warnings.notices(),
        )

    def length(self, sound: Path | bytes, limits: DecodeLimits) -> tuple[int, int]:
        """Frames and rate in Hz that a file, or the content of one, decodes to; nothing of its sound is kept.

        Raises:
            Refused, Unavailable: as ``decode``.
        """
        with self._lock, self._records(sound, limits) as records:
            head, ends = _head(records), list[Tail]()
            for _ in _blocks(records, head, limits, ends):
                pass
        return ends[0].frames, head.rate_hz

    @contextmanager
    def _records(self, sound: Path | bytes, limits: DecodeLimits) -> Iterator[_Records]:
        """What is in a file, or in the content of one.

        Raises Refused for an ``InvalidRecord`` inside, with how the process died.
        """
        with ExitStack() as stack:
            path, source = self._opened_ahead(stack, sound) or self._opened(stack, sound, limits)
            if isinstance(source, PlainWav):
                yield source.records()
                return
            job = stack.enter_context(self._host.start_decoding(path, source, limits))
            self._give_ahead(sound, limits)
            try:
                yield received_records(job.stream)
            except InvalidRecord as error:
                raise _died(*job.verdict()) from error

    def _opened_ahead(self, stack: ExitStack, sound: Path | bytes) -> tuple[Path, int | PlainWav] | None:
        """What was opened ahead, if this file is the first of it."""
        if not self._ahead or self._ahead[0][0] != sound:
            return None
        path, source = self._ahead.popleft()
        if not isinstance(source, PlainWav):
            stack.callback(os.close, source)
        return path, source

    def _opened(
        self, stack: ExitStack, sound: Path | bytes, limits: DecodeLimits
    ) -> tuple[Path, int | PlainWav]:
        """Raises Refused, Unavailable."""
        if isinstance(sound, Path):
            source = open_source(sound, limits.input_bytes)
            stack.callback(os.close, source)
            found: tuple[Path, int | PlainWav] = sound, read_plain_wav(source) or source
        elif len(sound) <= limits.input_bytes and (plain := plain_wav(sound)) is not None:
            found = Path(), plain
        else:
            found = stack.enter_context(
                open_bytes(sound, limits.input_bytes, needs_name=self._host.needs_name)
            )
        if not isinstance(found[1], PlainWav):
            self._drop_ahead()
        return found

    def _give_ahead(self, now: Path | bytes, limits: DecodeLimits) -> None:
        """Some at a time, so that the process is not woken for each, once all were decoded that it had.

        Plain WAV files do not need it: they are read here, so that they are not read again.
        """
        announced = self._announced
        while announced and announced.popleft() != now:
            pass
        if self._ahead:
            return
        with suppress(Refused):  # it is opened again when it is asked for, and refused then
            for path in islice(announced, _AHEAD):
                source = open_source(path, limits.input_bytes)
                plain = read_plain_wav(source)
                if plain is not None:
                    os.close(source)
                    self._ahead.append((path, plain))
                    continue
                self._ahead.append((path, source))
                self._host.give_ahead(source)

    def _drop_ahead(self) -> None:
        if self._ahead:
            self._host.drop_ahead()
        while self._ahead:
            _, source = self._ahead.pop()
            if not isinstance(source, PlainWav):
                os.close(source)


def _passages(out: SoundOutput, frames: int) -> bytes:
    sound = open_sound(out.reread())
    try:
        return speech_detection.to_bytes(speech_detection.detect_speech(sound), frames)
    finally:
        close_sound(sound)


class _Measurements:
    """What is measured block by block while the sound is written."""

    def __init__(self, form: AudioFormat) -> None:
        self.peaks: PeakWriter | None = None
        """None while the sound may be one that is decoded whole whenever it is opened."""
        self._frames, self._channels, self._before_peaks = 0, form.channels, list[IntSamples]()
        self.digest = SampleDigest(form)
        self.warnings = quality_warnings.SoundWarnings(form.channels, bits=form.bits)

    def add(self, block: IntSamples) -> None:
        self.digest.add(block)
        self.warnings.add(block)
        self._frames += block.shape[0]
        self._before_peaks.append(block)
        if is_decoded_whole(self._frames, self._channels):
            return
        self.peaks = self.peaks or PeakWriter()
        for each in self._before_peaks:
            self.peaks.add(each)
        self._before_peaks.clear()


def _write_sound(
    records: _Records, limits: DecodeLimits, out: SoundOutput
) -> tuple[Head, Tail, _Measurements]:
    """Writes the samples of the records; every number is checked against the limits."""
    head = _head(records)
    form = AudioFormat(head.rate_hz, head.channels, 16 if head.sample_bytes == 2 else 24)
    measured, ends = _Measurements(form), list[Tail]()
    with FlacWriter(out, form) as flac:
        for block in _blocks(records, head, limits, ends):
            flac.write(block)
            measured.add(block)
        if not ends[0].frames:
            raise Refused("EMPTY_AUDIO_SAMPLES")
    return head, ends[0], measured


def _head(records: _Records) -> Head:
    head = next(records)
    if not isinstance(head, Head):
        raise _failed(head)
    refuse_unsupported(head.rate_hz, head.channels)
    return head


def _blocks(records: _Records, head: Head, limits: DecodeLimits, ends: list[Tail]) -> Iterator[IntSamples]:
    """The samples in blocks of ``PEAK_BLOCK_FRAMES``, the last one shorter; the tail goes to ``ends``."""
    frame_bytes = head.channels * head.sample_bytes
    most_bytes = min(int(limits.audio_seconds * head.rate_hz) * frame_bytes, MAX_SOUND_BYTES)
    block_bytes, total = PEAK_BLOCK_FRAMES * frame_bytes, 0
    waiting, waiting_bytes = list[bytes](), 0
    for record in records:
        if isinstance(record, Tail):
            if record.frames * frame_bytes != total:
                raise InvalidRecord
            if waiting_bytes:
                yield _samples(b"".join(waiting), head)
            ends.append(record)
            return
        if not isinstance(record, bytes):
            raise _failed(record)
        total += len(record)
        if total > most_bytes:
            raise Refused("TOO_LONG_SECONDS")
        waiting.append(record)
        waiting_bytes += len(record)
        if waiting_bytes < block_bytes:
            continue
        content = b"".join(waiting)  # mostly one record of one block, of which no copy is made
        for start in range(0, waiting_bytes - block_bytes + 1, block_bytes):
            yield _samples(content[start : start + block_bytes], head)
        waiting_bytes %= block_bytes
        waiting = [content[-waiting_bytes:]] if waiting_bytes else []
    raise InvalidRecord


def _samples(content: bytes, head: Head) -> IntSamples:
    dtype: np.dtype[Any] = np.dtype(np.int16 if head.sample_bytes == 2 else np.int32)
    data: IntSamples = np.frombuffer(content, dtype).reshape(-1, head.channels)
    if head.sample_bytes == 4 and np.bitwise_and(data, 0xFF).any():
        raise InvalidRecord
    return data


def _notes_of(tail: Tail) -> tuple[Notice, ...]:
    notes = []
    if tail.is_short:
        notes.append(Notice("AUDIO_SHORTER_THAN_HEADER"))
    if tail.is_unbounded:
        notes.append(Notice("AUDIO_LENGTH_UNKNOWN"))
    if tail.has_video:
        notes.append(Notice("AUDIO_OF_A_VIDEO"))
    if tail.invalid:
        notes.append(Notice("AUDIO_INVALID_SAMPLES", {"count": tail.invalid}))
    return tuple(notes)


def _digest_as_it_came(head: Head, digest: bytes) -> bytes:
    """Floating-point samples are hashed apart: being equal after our rounding does not prove a duplicate."""
    return hashlib.sha256(b"floating point" + digest).digest() if head.is_floating else digest


def _failed(failure: "Head | bytes | Tail | Failure") -> Refused:
    """The error for the reason from the decoding process."""
    if not isinstance(failure, Failure):
        raise InvalidRecord
    number = failure.number
    match failure.why:
        case "incomplete":
            return Refused(_INCOMPLETE_CODES[_named(INCOMPLETE, number)])
        case "container":
            return Refused("UNDECODABLE_CONTAINER", container=CONTAINERS[_named(list(CONTAINERS), number)])
        case "streams" if number:
            return Refused("UNDECODABLE_STREAMS", count=number)
        case "library":
            return _failed_in_library(number)
    return Refused(_FAILURE_CODES[failure.why])


def _failed_in_library(number: int) -> Refused:
    if number == _NO_DATA_CHUNK:
        return Refused("EMPTY_AUDIO_HEADER_ALONE")
    if number in _NOT_SOUND:
        return Refused("UNDECODABLE_FORMAT")
    return Refused("UNDECODABLE_LIBRARY", reason=_library_reason(number))


def _named(names: Sequence[str], number: int) -> str:
    if not 0 <= number < len(names):
        raise InvalidRecord
    return names[number]


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
