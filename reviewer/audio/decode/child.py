"""The decoding process, which opens untrusted files: ``python -m reviewer.audio.decode.child``.

It imports numpy and soundfile once, and forks; the fork restricts itself, decodes one file after another and
sends plain integer samples through a pipe for each. Where a platform cannot fork, the process is started
for each file with ``--once``.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import time
from typing import NoReturn

from reviewer.audio.decode import sandbox
from reviewer.audio.decode.decoding import prepare, scratch_file, send_sound
from reviewer.audio.decode.wire import ENDED, KILLED, REQUEST, TIMED_OUT, VERDICT, Sender
from reviewer.process_guard import harden_process

_FILES_A_FORK = 64
_SMALL_BYTES = 4 << 20
_SPENT_SECONDS = 1.0
_NEXT = b"n"


def main(arguments: list[str]) -> None:
    """Serve the parent on standard input until it closes; with ``--once``, serve one file only."""
    harden_process()
    if arguments[:1] == ["--once"]:
        _serve_once(float(arguments[1]), int(arguments[2]), float(arguments[3]))
    with socket.socket(fileno=0) as parent:
        forks = _Forks(parent)
        while True:
            message, descriptors, _, _ = socket.recv_fds(parent, REQUEST.size, 2)
            if len(message) < REQUEST.size or len(descriptors) != 2:
                forks.end()
                return
            parent.sendall(VERDICT.pack(*forks.decode(message, *descriptors)))


class _Forks:
    """Decodes files in a fork, which is replaced when it has ended or the next file needs another.

    A fork serves files that take little, so that each may still use its limits nearly whole; the last one is
    the first that fails, is large, or comes when some time was spent.
    """

    def __init__(self, parent: socket.socket) -> None:
        self._parent = parent
        self._request = b""
        self._fork: tuple[int, socket.socket] | None = None

    def decode(self, request: bytes, source: int, out: int) -> tuple[int, int]:
        """Decodes ``source`` into ``out``; returns ENDED, KILLED or TIMED_OUT, and a detail."""
        has_loaded = False
        with contextlib.suppress(OSError):
            has_loaded = prepare(source)
        if has_loaded or request != self._request:
            self.end()
        _, line = self._fork = self._fork or self._begun(request)
        with contextlib.suppress(OSError):  # it has ended just now
            socket.send_fds(line, [b"f"], [source, out])
        os.close(source)
        os.close(out)
        wall_seconds, *_ = REQUEST.unpack(request)
        is_told, _, _ = select.select([line], [], [], wall_seconds)
        told = b""
        with contextlib.suppress(OSError):  # it ended before it took the file
            told = line.recv(1) if is_told else b""
        if told == _NEXT:
            return ENDED, 0
        status = self.end(is_over=bool(is_told))
        if not is_told:
            return TIMED_OUT, 0
        return (KILLED, os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (ENDED, os.WEXITSTATUS(status))

    def end(self, *, is_over: bool = False) -> int:
        """Ends the fork, if there is one; returns its status."""
        if self._fork is None:
            return 0
        (pid, line), self._fork = self._fork, None
        if not is_over:
            os.kill(pid, signal.SIGKILL)
        line.close()
        _, status = os.waitpid(pid, 0)
        return status

    def _begun(self, request: bytes) -> tuple[int, socket.socket]:
        ours, theirs = socket.socketpair()
        self._request = request
        pid = os.fork()
        if pid == 0:
            ours.close()
            _decode_and_leave(self._parent, theirs, request)
        theirs.close()
        return pid, ours


def _decode_and_leave(parent: socket.socket, line: socket.socket, request: bytes) -> NoReturn:
    """In the fork: drop privileges, decode what comes, and exit without running any clean-up."""
    status = 1
    with contextlib.suppress(BaseException):
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        parent.detach()
        _, cpu_seconds, memory_bytes, audio_seconds = REQUEST.unpack(request)
        scratch = scratch_file()
        sandbox.restrict_process(cpu_seconds + _SPENT_SECONDS, memory_bytes)
        for left in reversed(range(_FILES_A_FORK)):
            _, descriptors, _, _ = socket.recv_fds(line, 1, 2)
            source, out = descriptors
            is_small = os.lseek(source, 0, os.SEEK_END) <= _SMALL_BYTES
            is_whole = send_sound(source, Sender(out), audio_seconds, scratch)
            os.close(source)
            os.close(out)
            if not (is_whole and is_small and left) or time.process_time() > _SPENT_SECONDS:
                break
            os.write(line.fileno(), _NEXT)
        status = 0
    os._exit(status)


def _serve_once(seconds: float, memory_bytes: int, audio_seconds: float) -> NoReturn:
    """Serve one file named on standard input; samples go to the original standard output."""
    path = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    source = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    prepare(source)
    scratch = scratch_file()
    sandbox.restrict_process(seconds, memory_bytes)
    send_sound(source, Sender(out), audio_seconds, scratch)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
