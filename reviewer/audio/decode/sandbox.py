"""What a process that opens an untrusted file gives up before it does."""

import contextlib
import ctypes
import math
import sys

from reviewer.audio.decode.system_calls import allow_only_decoding

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9
_MAX_DESCRIPTORS = 16


def give_up(seconds: float, memory_bytes: int) -> None:
    """Limit this process for good, as far as the platform can: time, memory, files, privileges, system calls.

    Args:
        seconds: processor time, rounded up.
        memory_bytes: the whole address space, the interpreter's own included.
    """
    _limit_resources(math.ceil(seconds), memory_bytes)
    if sys.platform == "linux":
        _limit_on_linux()


def _limit_resources(cpu_seconds: int, memory_bytes: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, _MAX_DESCRIPTORS, _MAX_DESCRIPTORS),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and refuses it
            resource.setrlimit(what, (soft, hard))


def _limit_on_linux() -> None:
    """No core dump or debugger, no new privileges, no life after the host's, no call but for decoding."""
    library = ctypes.CDLL(None)
    library.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    allow_only_decoding()
