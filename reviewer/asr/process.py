"""Runs one command with a sound on its standard input: bounded in time and output, nothing on disk."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from typing import IO

from reviewer.errors import Unavailable

AUDIO = "{audio}"
_CHUNK_BYTES = 1 << 16
_LOOK_SECONDS = 0.05
_LOWEST_PRIORITY = 19
_KEPT_FROM_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "OMP_NUM_THREADS")


def never() -> bool:
    """Nothing cancels the command."""
    return False


def run_command(
    command: Sequence[str],
    given: bytes,
    *,
    timeout_seconds: float,
    most_bytes: int,
    cancelled: Callable[[], bool] = never,
    in_background: bool = False,
) -> bytes:
    """Runs a command and returns what it prints.

    ``given`` goes to its standard input. Where an argument contains ``{audio}``, it becomes the path of an
    anonymous file in memory instead (memfd_create(2), Linux only). What the command writes to its standard
    error is not read: it may contain text. It gets a short list of environment variables.

    Args:
        cancelled: asked several times a second; once it is true, the command is killed.
        in_background: the command gets only the processor time that nothing else wants.

    Raises:
        Unavailable: ``RECOGNISER_MISSING``, ``RECOGNISER_NEEDS_FILE``, ``RECOGNISER_TIMEOUT``,
            ``RECOGNISER_TOO_MUCH``, ``RECOGNISER_FAILED`` or ``RECOGNISER_CANCELLED``.
    """
    with _arguments(command, given) as (arguments, descriptors, stdin):
        process = _started(arguments, descriptors, in_background=in_background)
        try:
            return _printed(process, stdin, timeout_seconds, most_bytes, cancelled)
        finally:
            _end(process)


@contextmanager
def _arguments(command: Sequence[str], given: bytes) -> Iterator[tuple[list[str], tuple[int, ...], bytes]]:
    if not any(AUDIO in argument for argument in command):
        yield list(command), (), given
        return
    if sys.platform != "linux":
        raise Unavailable("RECOGNISER_NEEDS_FILE")
    descriptor = os.memfd_create("audio")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(given)
        os.lseek(descriptor, 0, os.SEEK_SET)
        path = f"/proc/self/fd/{descriptor}"
        yield [argument.replace(AUDIO, path) for argument in command], (descriptor,), b""
    finally:
        os.close(descriptor)


def _started(
    arguments: list[str], descriptors: tuple[int, ...], *, in_background: bool
) -> "subprocess.Popen[bytes]":
    environment = {name: os.environ[name] for name in _KEPT_FROM_ENVIRONMENT if name in os.environ}
    flags = 0
    if sys.platform == "win32" and in_background:
        flags = subprocess.IDLE_PRIORITY_CLASS
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            pass_fds=descriptors,
            # Not a session of its own: Linux weighs priorities only within a session (sched(7), autogroup).
            process_group=None if sys.platform == "win32" else 0,
            creationflags=flags,
        )
    except (OSError, ValueError) as error:
        raise Unavailable("RECOGNISER_MISSING", program=arguments[0]) from error
    if sys.platform != "win32" and in_background:
        with suppress(OSError):  # it ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, _LOWEST_PRIORITY)
    return process


def _printed(
    process: "subprocess.Popen[bytes]",
    given: bytes,
    timeout_seconds: float,
    most_bytes: int,
    cancelled: Callable[[], bool],
) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    printed = bytearray()
    threads = (
        Thread(target=_write, args=(process.stdin, given), daemon=True),
        Thread(target=_read, args=(process.stdout, printed, most_bytes), daemon=True),
    )
    for thread in threads:
        thread.start()
    until = time.monotonic() + timeout_seconds
    while threads[1].is_alive() and time.monotonic() < until:
        if cancelled():
            raise Unavailable("RECOGNISER_CANCELLED")
        threads[1].join(_LOOK_SECONDS)
    if threads[1].is_alive():
        raise Unavailable("RECOGNISER_TIMEOUT", seconds=round(timeout_seconds))
    if len(printed) > most_bytes:
        raise Unavailable("RECOGNISER_TOO_MUCH", mebibytes=most_bytes >> 20)
    try:
        code = process.wait(timeout_seconds)
    except subprocess.TimeoutExpired as error:
        raise Unavailable("RECOGNISER_TIMEOUT", seconds=round(timeout_seconds)) from error
    if code != 0:
        raise Unavailable("RECOGNISER_FAILED", code=code)
    return bytes(printed)


def _write(stream: IO[bytes], data: bytes) -> None:
    with suppress(OSError, ValueError), stream:
        stream.write(data)


def _read(stream: IO[bytes], printed: bytearray, most_bytes: int) -> None:
    with suppress(OSError, ValueError):
        while len(printed) <= most_bytes and (chunk := stream.read(_CHUNK_BYTES)):
            printed += chunk


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kills the command and what it started, if they still run, and closes the pipes."""
    if process.poll() is None:
        with suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
