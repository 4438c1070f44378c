"""Hardens the process at its start, so that keys and plain text in its memory stay there."""

import ctypes
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PACKAGE_PARENT = str(Path(__file__).resolve().parents[1])


def harden_process() -> None:
    """New files are private to their owner; no core dumps and no debuggers, where the platform allows it.
    Exceptions that nobody catches write no messages: desktops keep what programs write to standard error.

    Source: prctl(2); RLIMIT_CORE alone does not stop a piped core pattern.
    """
    os.umask(0o077)
    threading.excepthook = lambda failed: _say_where(failed.exc_type, failed.exc_traceback)
    sys.unraisablehook = lambda failed: _say_where(failed.exc_type, failed.exc_traceback)
    if sys.excepthook is sys.__excepthook__:  # the window has one of its own
        sys.excepthook = lambda kind, _error, trace: _say_where(kind, trace)
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def python_command(code: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs Python code, which may import this program, as a process.

    Python would look for modules in the current folder first, where anybody may have put a ``reviewer``.
    """
    code = f"import sys; sys.path.insert(0, {_PACKAGE_PARENT!r})\n{code}"
    return (sys.executable, "-P", "-c", code, *arguments)


def module_command(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module of this program as a process."""
    run = f"import runpy; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    return python_command(run, *arguments)


def end_with_parent() -> None:
    """On Linux the process ends with the thread that started it; elsewhere its standard input tells."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def frames_of(trace: "TracebackType | None") -> tuple[str, ...]:
    """File, line and function of each frame of an exception, the outermost first; no values, no messages."""
    import traceback  # noqa: PLC0415 - only for a crash

    package = Path(__file__).parent

    def short(filename: str) -> str:
        path = Path(filename)
        return path.relative_to(package).as_posix() if path.is_relative_to(package) else path.name

    return tuple(f"{short(one.filename)}:{one.lineno} {one.name}" for one in traceback.extract_tb(trace))


def _say_where(kind: type[BaseException], trace: "TracebackType | None") -> None:
    """Says what kind of exception it was and where; its message may contain what somebody typed."""
    if sys.stderr is None or issubclass(kind, SystemExit):
        return
    with suppress(OSError, ValueError):  # standard error is full, or closed
        sys.stderr.write("\n  ".join((kind.__name__, *frames_of(trace))) + "\n")
