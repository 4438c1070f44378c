"""The decoding process, which opens untrusted files: ``python -m reviewer.audio.decode.child``.

It imports numpy and soundfile once, and forks; the fork restricts itself. Its parent gets a socket and a pipe
to the fork: it sends one open file after another, and gets plain integer samples for each. Where a platform
cannot fork, the process is started for each file with ``--once``.
"""

import contextlib
import os
import signal
import socket
import sys
import time
from typing import NoReturn

from reviewer.audio.decode import sandbox
from reviewer.audio.decode.decoding import is_prepared, prepare, scratch_file, send_sound
from reviewer.audio.decode.wire import BEGIN, ENDED, KILLED, READY, REQUEST, UNPREPARED, VERDICT, Sender
from reviewer.process_guard import harden_process

_FILES_A_FORK = 64
_SMALL_BYTES = 4 << 20
_SPENT_SECONDS = 1.0
_PIPE_BYTES = 1 << 20


def main(arguments: list[str]) -> None:
    """Serve the parent on standard input until it closes; with ``--once``, serve one file only."""
    harden_process()
    if arguments[:1] == ["--once"]:
        _serve_once(float(arguments[1]), int(arguments[2]), float(arguments[3]))
    with socket.socket(fileno=0) as parent:
        forks = _Forks(parent)
        while True:
            message, descriptors, _, _ = socket.recv_fds(parent, REQUEST.size, 1)
            if len(message) < REQUEST.size:
                forks.end()
                return
            if message[:1] == BEGIN and descriptors:
                forks.begin(message, *descriptors)
            else:
                parent.sendall(VERDICT.pack(*forks.end()))


class _Forks:
    """The one fork that there is, which decodes files until it has ended or the parent wants another.

    A fork serves files that take little, so that each may still use its limits nearly whole; the last one is
    the first that fails, is large, or comes when some time was spent.
    """

    def __init__(self, parent: socket.socket) -> None:
        self._parent = parent
        self._pid = 0

    def begin(self, request: bytes, source: int) -> None:
        """Makes a fork whose first file will be ``source``; the parent gets a socket and a pipe to it."""
        self.end()
        with contextlib.suppress(OSError):
            prepare(source)
        os.close(source)
        (ours, theirs), (reading, writing) = socket.socketpair(), _pipe()
        self._pid = os.fork()
        if self._pid == 0:
            ours.close()
            os.close(reading)
            _decode_and_leave(self._parent, theirs, writing, request)
        theirs.close()
        os.close(writing)
        with ours:
            socket.send_fds(self._parent, [BEGIN], [ours.fileno(), reading])
        os.close(reading)

    def end(self) -> tuple[int, int]:
        """Ends the fork, if there is one and it has not; returns ENDED or KILLED, and status or signal."""
        if not self._pid:
            return ENDED, 0
        pid, self._pid = self._pid, 0
        # A descriptor closes just before its process ends: whoever was told by that is to see how it ended.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        return (KILLED, os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (ENDED, os.WEXITSTATUS(status))


def _decode_and_leave(parent: socket.socket, files: socket.socket, out: int, request: bytes) -> NoReturn:
    """In the fork: drop privileges, decode what comes, and exit without running any clean-up."""
    status = 1
    with contextlib.suppress(BaseException):
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        parent.detach()
        _, cpu_seconds, memory_bytes, audio_seconds = REQUEST.unpack(request)
        scratch, sender = scratch_file(), Sender(out)
        sandbox.restrict_process(cpu_seconds + _SPENT_SECONDS, memory_bytes)
        for left in reversed(range(_FILES_A_FORK)):
            _, descriptors, _, _ = socket.recv_fds(files, 1, 1)
            (source,) = descriptors
            if left + 1 < _FILES_A_FORK and not is_prepared(source):
                sender.send_between_files(UNPREPARED)
                break
            is_small = os.lseek(source, 0, os.SEEK_END) <= _SMALL_BYTES
            is_whole = send_sound(source, sender, audio_seconds, scratch)
            os.close(source)
            if not (is_whole and is_small and left) or time.process_time() > _SPENT_SECONDS:
                break
            sender.send_between_files(READY)
            sender.flush()
        sender.flush()
        status = 0
    os._exit(status)


def _pipe() -> tuple[int, int]:
    """A pipe that holds most clips whole, where the system allows it: neither side waits for the other."""
    reading, writing = os.pipe()
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on every platform

        with contextlib.suppress(OSError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return reading, writing


def _serve_once(seconds: float, memory_bytes: int, audio_seconds: float) -> NoReturn:
    """Serve one file named on standard input; samples go to the original standard output."""
    path = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    source = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    prepare(source)
    scratch = scratch_file()
    sandbox.restrict_process(seconds, memory_bytes)
    sender = Sender(out)
    send_sound(source, sender, audio_seconds, scratch)
    sender.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
