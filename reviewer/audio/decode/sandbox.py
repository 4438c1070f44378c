"""Restricts the decoding process before it opens an untrusted file: resources, privileges, system calls.

On Linux a seccomp filter allows reading and writing open descriptors, taking further ones from a socket that
is open, memory, time and exit. Opening a file,
starting a process, creating a socket, mapping memory to be executed, or sending a signal, even to itself,
fails with EPERM: ``abort`` then ends in an illegal instruction. Its format and numbers are from
``include/uapi/linux/filter.h``, ``seccomp.h``, ``audit.h`` and the two machines' call tables.
"""

import contextlib
import ctypes
import math
import platform
import struct
import sys
from collections.abc import Mapping

from reviewer.audio.limits import MAX_DESCRIPTORS, MAX_VIEW_BYTES

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_EPERM = 0x00050001
_KILL = 0x80000000
_LOAD_WORD = 0x20
_JUMP_IF_EQUAL = 0x15
_JUMP_IF_ANY_BIT = 0x45
_RETURN = 0x06
_OFFSET_OF_CALL, _OFFSET_OF_MACHINE, _OFFSET_OF_PROTECTION = 0, 4, 32
_PROT_EXEC = 4
_MAPPING_CALLS = ("mmap", "mprotect")  # their third argument is the protection

_X86_64 = {
    "read": 0,
    "write": 1,
    "close": 3,
    "fstat": 5,
    "lseek": 8,
    "mmap": 9,
    "mprotect": 10,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "pread64": 17,
    "sched_yield": 24,
    "mremap": 25,
    "madvise": 28,
    "getpid": 39,
    "recvmsg": 47,
    "exit": 60,
    "ftruncate": 77,
    "gettimeofday": 96,
    "gettid": 186,
    "futex": 202,
    "clock_gettime": 228,
    "exit_group": 231,
    "getrandom": 318,
}
_AARCH64 = {
    "ftruncate": 46,
    "close": 57,
    "lseek": 62,
    "read": 63,
    "write": 64,
    "pread64": 67,
    "fstat": 80,
    "exit": 93,
    "exit_group": 94,
    "futex": 98,
    "clock_gettime": 113,
    "sched_yield": 124,
    "rt_sigaction": 134,
    "rt_sigprocmask": 135,
    "rt_sigreturn": 139,
    "gettimeofday": 169,
    "getpid": 172,
    "recvmsg": 212,
    "gettid": 178,
    "brk": 214,
    "munmap": 215,
    "mremap": 216,
    "mmap": 222,
    "mprotect": 226,
    "madvise": 233,
    "getrandom": 278,
}
ALLOWED_CALLS = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}
"""By machine: its number in ``audit.h``, and the numbers of its calls."""


def restrict_process(seconds: float, memory_bytes: int) -> None:
    """Restrict this process permanently, where the platform can: time, memory, files, privileges, calls.

    Args:
        seconds: processor time, rounded up.
        memory_bytes: the whole address space, including the interpreter's.
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
        (resource.RLIMIT_FSIZE, MAX_VIEW_BYTES, MAX_VIEW_BYTES),
        (resource.RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS defines RLIMIT_AS but refuses it
            resource.setrlimit(what, (soft, hard))


def _limit_on_linux() -> None:
    """No core dump or debugger, no new privileges, no survival of the host's end, filtered calls."""
    library = ctypes.CDLL(None)
    library.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    filter_system_calls()


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def filter_system_calls() -> bool:
    """Forbid all other calls permanently; False where the platform or kernel has no such filter.

    ``PR_SET_NO_NEW_PRIVS`` must be set before.
    """
    known = ALLOWED_CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    content = filter_program(*known)
    program = _Program(len(content) // 8, content)
    library = ctypes.CDLL(None)
    result: int = library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return result == 0


def filter_program(machine: int, calls: Mapping[str, int]) -> bytes:
    """The filter as classic BPF: another machine's call kills, one of ``calls`` passes, any other fails.

    Both machines are little-endian, so the low word of an argument comes first.
    """
    mapping = [calls[name] for name in _MAPPING_CALLS]
    plain = [number for name, number in calls.items() if name not in _MAPPING_CALLS]
    count = len(plain) + len(mapping)
    steps = [
        (_LOAD_WORD, 0, 0, _OFFSET_OF_MACHINE),
        (_JUMP_IF_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD_WORD, 0, 0, _OFFSET_OF_CALL),
        *((_JUMP_IF_EQUAL, count - index + 2, 0, call) for index, call in enumerate(plain)),
        *((_JUMP_IF_EQUAL, count - index, 0, call) for index, call in enumerate(mapping, len(plain))),
        (_RETURN, 0, 0, _EPERM),
        (_LOAD_WORD, 0, 0, _OFFSET_OF_PROTECTION),
        (_JUMP_IF_ANY_BIT, 1, 0, _PROT_EXEC),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _EPERM),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
