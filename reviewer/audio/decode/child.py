"""The decoding process, which opens untrusted files: ``python -m reviewer.audio.decode.child``.

It imports numpy and soundfile once and forks for each file; the fork restricts itself, decodes one file and
sends plain integer samples through a pipe. Where a platform cannot fork, the process is started for each
file with ``--once``.
"""

import contextlib
import os
import select
import signal
import socket
import sys
from typing import NoReturn

from reviewer.audio.decode import sandbox
from reviewer.audio.decode.decoding import prepare, scratch_file, send_sound
from reviewer.audio.decode.wire import ENDED, KILLED, REQUEST, TIMED_OUT, VERDICT, Sender
from reviewer.process_guard import harden_process


def main(arguments: list[str]) -> None:
    """Serve the parent on standard input until it closes; with ``--once``, serve one file only."""
    harden_process()
    if arguments[:1] == ["--once"]:
        _serve_once(float(arguments[1]), int(arguments[2]), float(arguments[3]))
    with socket.socket(fileno=0) as parent:
        while True:
            message, descriptors, _, _ = socket.recv_fds(parent, REQUEST.size, 2)
            if len(message) < REQUEST.size or len(descriptors) != 2:
                return
            parent.sendall(VERDICT.pack(*_fork_for_one_file(parent, message, *descriptors)))


def _fork_for_one_file(parent: socket.socket, message: bytes, source: int, out: int) -> tuple[int, int]:
    """Decode ``source`` into ``out`` in a fork; returns ENDED, KILLED or TIMED_OUT, and a detail."""
    wall_seconds, cpu_seconds, memory_bytes, audio_seconds = REQUEST.unpack(message)
    with contextlib.suppress(OSError):
        prepare(source)
    life, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        _decode_and_leave(parent, life, source, out, (cpu_seconds, memory_bytes, audio_seconds))
    for descriptor in (held, source, out):
        os.close(descriptor)
    is_over, _, _ = select.select([life], [], [], wall_seconds)  # readable once the fork has ended
    if not is_over:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(life)
    if not is_over:
        return TIMED_OUT, 0
    return (KILLED, os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (ENDED, os.WEXITSTATUS(status))


def _decode_and_leave(
    parent: socket.socket, life: int, source: int, out: int, limits: tuple[float, int, float]
) -> NoReturn:
    """In the fork: drop privileges, decode, and exit without running any clean-up."""
    status = 1
    with contextlib.suppress(BaseException):
        os.close(life)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        parent.detach()
        seconds, memory_bytes, audio_seconds = limits
        scratch = scratch_file()
        sandbox.restrict_process(seconds, memory_bytes)
        send_sound(source, Sender(out), audio_seconds, scratch)
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
