"""The parent's side of the decoding process: starts it, passes files, ends it."""

import contextlib
import io
import os
import select
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO, Protocol

from reviewer.audio.decode.wire import (
    BEGIN,
    END,
    ENDED,
    KILLED,
    READY,
    REQUEST,
    TIMED_OUT,
    UNPREPARED,
    VERDICT,
)
from reviewer.audio.limits import cpu_seconds, wall_seconds
from reviewer.errors import Refused, Unavailable
from reviewer.model.project import DecodeLimits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_GRACE_SECONDS = 2.0
_READ_AT_ONCE_BYTES = 1 << 18
_KEPT_MEMORY_BYTES = str(4 << 20)
"""glibc keeps freed blocks up to this size: fetching memory anew for a clip costs as much as decoding it."""
_MODULE = "reviewer.audio.decode.child"
_PACKAGE_PARENT = Path(__file__).resolve().parents[3]


class DecodeJob(Protocol):
    """One file being decoded."""

    @property
    def stream(self) -> BinaryIO:
        """The data from the decoding process; see ``decode.wire``."""

    def verdict(self) -> tuple[int, int]:
        """After the end of the stream: how the process ended, and its status or signal."""


class DecodeHost(Protocol):
    """A decoding process or a series of them."""

    needs_name: bool
    """Whether it opens a file by its name: the platform cannot pass a descriptor to a process."""

    def start_decoding(
        self, path: Path, source: int, limits: DecodeLimits
    ) -> contextlib.AbstractContextManager[DecodeJob]:
        """Decode the open file ``source``; ``path`` is used where a descriptor cannot be passed."""

    def give_ahead(self, source: int) -> None:
        """Inside of ``start_decoding``: an open file that a later call will have; in their order."""

    def drop_ahead(self) -> None:
        """Those that were given ahead are closed now, and will not be asked for."""

    def close(self) -> None:
        """End every process."""


def can_fork() -> bool:
    """Whether a file can be decoded in a fork that gets its descriptors through a socket."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


class ForkingHost:
    """One process with the libraries imported; its forks decode the files (see ``decode.child``)."""

    needs_name = False

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._fork: _Fork | None = None

    @contextmanager
    def start_decoding(self, path: Path, source: int, limits: DecodeLimits) -> Iterator[DecodeJob]:  # noqa: ARG002
        fork = self._fork
        if fork is None or fork.limits != limits or not fork.takes(source):
            fork = self._begun(source, limits)
            fork.takes(source)
        job = _ForkedJob(fork.stream, self)
        try:
            yield job
        except BaseException:
            self._leave_fork()  # a fork that is still decoding cannot write any more, and ends
            raise
        if not fork.is_ready():
            self._leave_fork()

    def give_ahead(self, source: int) -> None:
        if self._fork is not None:
            self._fork.give_ahead(source)

    def drop_ahead(self) -> None:
        if self._fork is not None and self._fork.has_more:
            self._leave_fork()

    def verdict(self) -> tuple[int, int]:
        """Ends the fork that was decoding; how it ended, and its status or signal."""
        fork, line = self._fork, self._line
        if fork is None or line is None:
            return TIMED_OUT, 0
        message = b""
        with contextlib.suppress(OSError):
            line.sendall(REQUEST.pack(END, 0.0, 0, 0.0))
            message = line.recv(VERDICT.size, socket.MSG_WAITALL)
        if len(message) < VERDICT.size:
            self.close()
            return TIMED_OUT, 0
        how, detail = VERDICT.unpack(message)
        if fork.pipe.is_late:
            return TIMED_OUT, 0
        return (how, detail) if fork.pipe.has_ended else (ENDED, 0)  # what it sent made no sense

    def close(self) -> None:
        self._leave_fork()
        line, process, self._line, self._process = self._line, self._process, None, None
        if line is not None:
            line.close()
        if process is not None:
            _kill_group(process)
            process.wait()

    def _begun(self, source: int, limits: DecodeLimits) -> "_Fork":
        """A new fork that has the library for ``source``. Raises Unavailable, Refused."""
        self._leave_fork()
        line = self._started()
        line.settimeout(wall_seconds(limits) + 2 * _GRACE_SECONDS)
        request = REQUEST.pack(BEGIN, cpu_seconds(limits), limits.memory_bytes, limits.audio_seconds)
        descriptors: list[int] = []
        try:
            socket.send_fds(line, [request], [source])
            with contextlib.suppress(TimeoutError):
                _, descriptors, _, _ = socket.recv_fds(line, len(BEGIN), 2)
        except OSError as error:
            self.close()
            raise Unavailable("DECODER_ENDED") from error
        if len(descriptors) != 2:  # it hangs, or has ended: the next file gets another one
            self.close()
            raise Refused("UNDECODABLE_LIMITS")
        files, samples = descriptors
        self._fork = _Fork(files, samples, limits)
        return self._fork

    def _leave_fork(self) -> None:
        fork, self._fork = self._fork, None
        if fork is not None:
            fork.close()

    def _started(self) -> socket.socket:
        if self._line is not None and self._process is not None and self._process.poll() is None:
            return self._line
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = start_python(_MODULE, [], stdin=theirs.fileno(), stdout=subprocess.DEVNULL)
        self._line = ours
        return ours


class _Fork:
    """This side of a fork: a socket for open files, and a pipe with what comes of them."""

    def __init__(self, files: int, samples: int, limits: DecodeLimits) -> None:
        self.limits = limits
        self.pipe = _TimedPipe(samples)
        self.stream = io.BufferedReader(self.pipe, _READ_AT_ONCE_BYTES)
        self._files = socket.socket(fileno=files)
        self._ahead = deque[int]()

    def takes(self, source: int) -> bool:
        """Gives it an open file; False if it is for another fork, or this one has ended."""
        self.pipe.ends_at = monotonic() + wall_seconds(self.limits)
        if self._ahead:
            if self._ahead.popleft() != source:
                return False
        elif not self._is_given(source):
            return False
        return self.stream.peek(1)[:1] != UNPREPARED

    def give_ahead(self, source: int) -> None:
        """Gives it a file that it is to decode after those that it has; its time does not begin yet."""
        if self._is_given(source):
            self._ahead.append(source)

    @property
    def has_more(self) -> bool:
        """Whether it was given files that nobody has asked for yet."""
        return bool(self._ahead)

    def _is_given(self, source: int) -> bool:
        try:
            socket.send_fds(self._files, [b"f"], [source])
        except OSError:
            return False
        return True

    def is_ready(self) -> bool:
        """Whether it takes another file, after one that was read to its end."""
        return self.stream.read(len(READY)) == READY

    def close(self) -> None:
        self.stream.close()
        self._files.close()


class _TimedPipe(io.RawIOBase):
    """The reading end of a pipe, which seems to end when its time is up: the process may hang."""

    def __init__(self, descriptor: int) -> None:
        self.ends_at = 0.0
        self.is_late = self.has_ended = False
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        left_seconds = self.ends_at - monotonic()
        if left_seconds <= 0 or not self._poll.poll(left_seconds * 1000):
            self.is_late = True
            return 0
        count = os.readv(self._descriptor, [buffer])
        self.has_ended = not count
        return count

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


class _ForkedJob:
    """A file decoded by a fork."""

    def __init__(self, stream: BinaryIO, host: ForkingHost) -> None:
        self.stream = stream
        self._host = host

    def verdict(self) -> tuple[int, int]:
        return self._host.verdict()


class ProcessPerFileHost:
    """A new process for each file, where the platform cannot fork."""

    needs_name = True

    @contextmanager
    def start_decoding(self, path: Path, source: int, limits: DecodeLimits) -> Iterator[DecodeJob]:  # noqa: ARG002
        arguments = ["--once", str(cpu_seconds(limits)), str(limits.memory_bytes), str(limits.audio_seconds)]
        process = start_python(_MODULE, arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        job = _ProcessJob(process, wall_seconds(limits) + _GRACE_SECONDS)
        try:
            job.send_path(path)
            yield job
        finally:
            job.end()

    def give_ahead(self, source: int) -> None:  # noqa: ARG002
        return None

    def drop_ahead(self) -> None:
        return None

    def close(self) -> None:
        return None


class _ProcessJob:
    """A process of its own for one file, killed when its time is up."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        if process.stdout is None or process.stdin is None:
            raise ValueError("a process without pipes")
        self.stream: BinaryIO = process.stdout  # type: ignore[assignment]
        self._stdin = process.stdin
        self._process = process
        self._is_late = False
        self._watchdog = Timer(seconds, self._kill_late)
        self._watchdog.start()

    def send_path(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            self._stdin.write(os.fsencode(path.resolve()))
            self._stdin.close()

    def verdict(self) -> tuple[int, int]:
        status = self._process.wait()
        if self._is_late:
            return TIMED_OUT, 0
        return (KILLED, -status) if status < 0 else (0, status)

    def end(self) -> None:
        self._watchdog.cancel()
        self._watchdog.join()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.stream.close()
        with contextlib.suppress(OSError):
            self._stdin.close()

    def _kill_late(self) -> None:
        self._is_late = True
        self._process.kill()


def start_python(module: str, arguments: list[str], *, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
    """A module of ours as a process, with its own environment and process group, and no other descriptors."""
    environment = {
        "PYTHONPATH": str(_PACKAGE_PARENT),
        "OPENBLAS_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
        "MALLOC_MMAP_THRESHOLD_": _KEPT_MEMORY_BYTES,
        "MALLOC_TRIM_THRESHOLD_": _KEPT_MEMORY_BYTES,
    }
    if "SYSTEMROOT" in os.environ:
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", module, *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=_PACKAGE_PARENT.anchor,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable("DECODER_NOT_STARTED") from error


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
