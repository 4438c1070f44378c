"""Wire format between the decoding process and its parent: records of plain numbers, and samples.

A record is a tag byte, a 32-bit length, and that many bytes: ``H`` (head) once, then ``S`` (samples), then
``E`` (tail); or ``F`` (failure) anywhere. The sender is not trusted: the receiver checks every number against
the limits, and accepts no text but names from closed lists. Between files there is one byte: ``READY``, or
``UNPREPARED`` instead of the file that was given last.
"""

import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from reviewer.audio.limits import MAX_RECORD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REQUEST = struct.Struct("<cdQd")  # BEGIN or END, processor seconds, bytes of memory, seconds of audio
BEGIN, END = b"b", b"e"
VERDICT = struct.Struct("<Bi")  # how the fork ended, exit status or signal
ENDED, KILLED, TIMED_OUT = 0, 1, 2
READY = b"r"
"""After a file that was whole: another one can be decoded in this process."""
UNPREPARED = b"u"
"""A library is needed that a restricted process cannot load: the file is for another one."""

_WRITTEN_AT_ONCE_BYTES = 1 << 18
_RECORD = struct.Struct("<cI")
_HEAD = struct.Struct("<IHB?8s")
_TAIL = struct.Struct("<QQ???")
_FAILURE = struct.Struct("<12si")
FAILURES = ("library", "broken_off", "too_long", "memory", "incomplete", "container", "codec", "streams")
INCOMPLETE = ("cut_short", "more_follows", "damaged", "not_decoded", "parts_differ", "no_end")
"""Why a part of what a file holds would be lost; the number of such a failure is its place here."""


class InvalidRecord(Exception):
    """The decoding process sent something that the format does not allow."""


@dataclass(frozen=True, slots=True)
class Head:
    """The format of the samples: ``sample_bytes`` 2 or 4; ``container`` as libsndfile names the file format.

    ``is_floating``: the file held floating-point samples, which were rounded to 24 bits.
    """

    rate_hz: int
    channels: int
    sample_bytes: int
    container: str
    is_floating: bool = False


@dataclass(frozen=True, slots=True)
class Tail:
    """The end: frames sent, NaN or infinite samples, and what the report is to say.

    ``is_short``: the header had promised more; ``is_unbounded``: it gave no length; ``has_video``: beside it.
    """

    frames: int
    invalid: int
    is_short: bool
    is_unbounded: bool = False
    has_video: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure: ``why`` from ``FAILURES``, and a number.

    That is libsndfile's error number; or a place in ``INCOMPLETE`` or ``CONTAINERS``; or a count of streams.
    """

    why: str
    number: int = 0


class DecodingStopped(Exception):
    """Decoding a file ends here; the parent is told why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.why)
        self.failure = failure


class Incomplete(DecodingStopped):
    """Not everything that the file holds, or says it holds, can be decoded."""

    def __init__(self, why: str) -> None:
        super().__init__(Failure("incomplete", INCOMPLETE.index(why)))


class Sender:
    """The decoding process's end. What is sent waits for ``flush``: a short sound is one write."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: list[bytes | memoryview] = []
        self._waiting_bytes = 0

    def send_head(self, head: Head) -> None:
        container = head.container.encode()[:8]
        packed = _HEAD.pack(head.rate_hz, head.channels, head.sample_bytes, head.is_floating, container)
        self._record(b"H", packed)

    def send_block(self, samples: NDArray[Any]) -> None:
        """Samples of shape ``(frames, channels)``, at most 1 MiB; not to be changed before ``flush``."""
        self._record(b"S", np.ascontiguousarray(samples).data.cast("B"))

    def send_tail(self, tail: Tail) -> None:
        self._record(
            b"E", _TAIL.pack(tail.frames, tail.invalid, tail.is_short, tail.is_unbounded, tail.has_video)
        )

    def send_failure(self, failure: Failure) -> None:
        self._record(b"F", _FAILURE.pack(failure.why.encode(), failure.number))

    def send_between_files(self, byte: bytes) -> None:
        """READY or UNPREPARED."""
        self._waiting.append(byte)

    def flush(self) -> None:
        """Write what waits."""
        rest = memoryview(b"".join(self._waiting))
        self._waiting, self._waiting_bytes = [], 0
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _record(self, tag: bytes, content: bytes | memoryview) -> None:
        self._waiting += (_RECORD.pack(tag, len(content)), content)
        self._waiting_bytes += len(content)
        if self._waiting_bytes >= _WRITTEN_AT_ONCE_BYTES:
            self.flush()


def received_records(stream: BinaryIO) -> "Iterator[Head | bytes | Tail | Failure]":
    """The records of a stream: a head, samples as bytes, a tail; ends after a tail or a failure.

    Raises:
        InvalidRecord: the stream ends early, or contains anything else.
    """
    parse: dict[bytes, Callable[[bytes], Head | bytes | Tail | Failure]] = {
        b"H": _head,
        b"S": bytes,
        b"E": _tail,
        b"F": _failure,
    }
    allowed = b"HF"
    while True:
        tag, length = _RECORD.unpack(_exactly(stream, _RECORD.size))
        if tag not in allowed or length > MAX_RECORD_BYTES:
            raise InvalidRecord
        try:
            yield parse[tag](_exactly(stream, length))
        except (struct.error, UnicodeDecodeError) as error:
            raise InvalidRecord from error
        if tag in b"EF":
            return
        allowed = b"SEF"


def _exactly(stream: BinaryIO, length: int) -> bytes:
    content = stream.read(length)
    if len(content) != length:
        raise InvalidRecord
    return content


def _head(content: bytes) -> Head:
    rate_hz, channels, sample_bytes, is_floating, container = _HEAD.unpack(content)
    if rate_hz < 1 or channels < 1 or sample_bytes not in (2, 4):
        raise InvalidRecord
    return Head(rate_hz, channels, sample_bytes, container.rstrip(b"\0").decode("ascii"), is_floating)


def _tail(content: bytes) -> Tail:
    return Tail(*_TAIL.unpack(content))


def _failure(content: bytes) -> Failure:
    why, number = _FAILURE.unpack(content)
    name = why.rstrip(b"\0").decode("ascii")
    if name not in FAILURES:
        raise InvalidRecord
    return Failure(name, number)
