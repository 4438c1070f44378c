"""What a confined process can still do, tried from inside one."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

_ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")
_FILTERED = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="no filter for this machine",
)


def _inside(act: str, *, seconds: float = 5.0, memory_bytes: int = 1 << 30) -> str:
    """What the confined process says about ``act``: "done", or the name of what stopped it."""
    code = f"""
import ctypes, mmap, os, resource, signal, socket, subprocess, sys, threading, numpy
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) == -1:
        raise OSError(ctypes.get_errno(), "")
from reviewer.audio.decode import sandbox
sandbox.restrict_process({seconds}, {memory_bytes})
try:
    {act}
    said = "done"
except BaseException as error:
    said = type(error).__name__
os.write(1, said.encode())
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    return done.stdout.decode() or f"ended by signal {-done.returncode}"


def test_ordinary_work_goes_on() -> None:
    assert _inside("numpy.arange(1_000_000).sum()") == "done"


@_FILTERED
@pytest.mark.parametrize(
    "act",
    [
        "open('/etc/passwd')",
        "os.listdir('/')",
        "socket.socket()",
        "os.fork()",
        "os.execv(sys.executable, [sys.executable, '-c', ''])",
        "os.kill(os.getppid(), 0)",
        "os.kill(os.getpid(), 0)",
        "os.killpg(0, 0)",
        "signal.pthread_kill(threading.get_ident(), 0)",
        "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
        "os.memfd_create('a')",
        "signal.pidfd_send_signal(0, 0)",
        "os.chmod('/tmp', 0o777)",
        "os.symlink('/a', '/tmp/reviewer-should-not-be')",
        "os.unlink('/tmp/reviewer-should-not-be')",
    ],
)
def test_what_reaches_outside_is_refused(act: str) -> None:
    assert _inside(act) == "PermissionError"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of this machine's calls")
@pytest.mark.parametrize(
    "call",
    [
        "234, os.getppid(), os.getppid(), 10",  # tgkill
        "200, os.getppid(), 10",  # tkill
        "62, -1, 0",  # kill
        "129, os.getppid(), 10, 0",  # rt_sigqueueinfo
        "0x40000002, b'/etc/passwd', 0",  # open of the x32 table
        "435, 0, 0",  # clone3
        "425, 1, 0",  # io_uring_setup
        "101, 16, os.getppid(), 0, 0",  # ptrace
        "310, os.getppid(), 0, 0, 0, 0, 0",  # process_vm_readv
    ],
)
def test_raw_system_calls_are_refused(call: str) -> None:
    assert _inside(f"call({call})") == "PermissionError"


@_FILTERED
def test_memory_in_use_cannot_become_executable() -> None:
    act = "call(10 if os.uname().machine == 'x86_64' else 226, 0x10000, 4096, 7)"
    assert _inside(act) == "PermissionError"


@_FILTERED
def test_an_abort_still_ends_the_process() -> None:
    assert _inside("os.abort()").startswith("ended by signal")


@_ON_LINUX
def test_no_file_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "written"
    assert _inside(f"open({str(path)!r}, 'wb').write(b'sound')") in ("PermissionError", "OSError")
    assert not path.exists()


@_ON_LINUX
def test_memory_ends_at_the_limit() -> None:
    said = _inside("numpy.ones(1 << 30, numpy.uint8)", memory_bytes=1 << 29)
    assert said in ("MemoryError", "_ArrayMemoryError")


@_ON_LINUX
def test_processor_time_ends_at_the_limit() -> None:
    assert _inside("exec('while True: pass')", seconds=1.0) == "ended by signal 24"


@_FILTERED
def test_limits_cannot_be_raised_again() -> None:
    assert _inside("resource.setrlimit(resource.RLIMIT_CPU, (99, 99))") != "done"
