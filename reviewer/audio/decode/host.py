"""The parent's side of the decoding process: starts it, passes files, ends it."""

import contextlib
import io
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO, Protocol

from reviewer.audio.decode.wire import KILLED, REQUEST, TIMED_OUT, VERDICT
from reviewer.audio.limits import cpu_seconds, wall_seconds
from reviewer.errors import Unavailable
from reviewer.model.project import DecodeLimits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_GRACE_SECONDS = 2.0
_PIPE_BYTES = 1 << 20
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

    @contextmanager
    def start_decoding(self, path: Path, source: int, limits: DecodeLimits) -> Iterator[DecodeJob]:  # noqa: ARG002
        line = self._started()
        seconds = wall_seconds(limits)
        request = REQUEST.pack(seconds, cpu_seconds(limits), limits.memory_bytes, limits.audio_seconds)
        reading, writing = _pipe()
        ends_at = monotonic() + seconds + _GRACE_SECONDS
        line.settimeout(seconds + 2 * _GRACE_SECONDS)
        with io.BufferedReader(_TimedPipe(reading, ends_at)) as stream:
            try:
                socket.send_fds(line, [request], [source, writing])
            except OSError as error:
                self.close()
                raise Unavailable("DECODER_ENDED") from error
            finally:
                os.close(writing)
            job = _ForkedJob(stream, line)
            try:
                yield job
            finally:
                stream.close()  # a fork that is still decoding cannot write any more, and ends
                if not job.wait_for_verdict():
                    self.close()

    def close(self) -> None:
        line, process, self._line, self._process = self._line, self._process, None, None
        if line is not None:
            line.close()
        if process is not None:
            _kill_group(process)
            process.wait()

    def _started(self) -> socket.socket:
        if self._line is not None and self._process is not None and self._process.poll() is None:
            return self._line
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = start_python(_MODULE, [], stdin=theirs.fileno(), stdout=subprocess.DEVNULL)
        self._line = ours
        return ours


class _TimedPipe(io.RawIOBase):
    """The reading end of a pipe, which seems to end when its time is up: the process may hang."""

    def __init__(self, descriptor: int, ends_at: float) -> None:
        self._descriptor = descriptor
        self._ends_at = ends_at
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        left_ms = max(0.0, self._ends_at - monotonic()) * 1000
        return os.readv(self._descriptor, [buffer]) if self._poll.poll(left_ms) else 0

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _pipe() -> tuple[int, int]:
    """A pipe that holds most clips whole, where the system allows it: neither side waits for the other."""
    reading, writing = os.pipe()
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on every platform

        with contextlib.suppress(OSError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return reading, writing


class _ForkedJob:
    """A file decoded by a fork; the child process reports its end once."""

    def __init__(self, stream: BinaryIO, line: socket.socket) -> None:
        self.stream = stream
        self._line = line
        self._verdict: tuple[int, int] | None = None
        self._is_host_alive = True

    def verdict(self) -> tuple[int, int]:
        if self._verdict is None:
            message = b""
            with contextlib.suppress(OSError):
                message = self._line.recv(VERDICT.size, socket.MSG_WAITALL)
            self._is_host_alive = len(message) == VERDICT.size
            how, detail = VERDICT.unpack(message) if self._is_host_alive else (TIMED_OUT, 0)
            self._verdict = (how, detail)
        return self._verdict

    def wait_for_verdict(self) -> bool:
        """Wait for the verdict; False if the host ended without one and must be replaced."""
        self.verdict()
        return self._is_host_alive


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
    environment = {"PYTHONPATH": str(_PACKAGE_PARENT), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
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
