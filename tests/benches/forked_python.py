"""Runs texts of Python in processes of their own, forked from one that has imported what they import.

To start a process that imports the program takes a second of the processor, and dozens of tests kill one.
Only for systems with ``fork``.
"""

import ast
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, NoReturn, Self


class Child:
    """As much of a ``subprocess.Popen`` as tests of killed processes need."""

    def __init__(self, connection: socket.socket, stdout: IO[str]) -> None:
        self.stdout = stdout
        self.returncode: int | None = None
        self._said = connection.makefile(encoding="ascii")
        self.pid = int(self._said.readline())

    def kill(self) -> None:
        """Kills it outright, unless its end is known."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit code, or the signal that ended it as a negative number."""
        if self.returncode is None:
            self.returncode = int(self._said.readline())
        return self.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:
            self.kill()
        self.wait()
        self._said.close()
        self.stdout.close()


class ForkedPython:
    """The process that is forked; it runs no text itself, and ends when this is closed."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )

    def start(
        self, code: str, *arguments: object, stdin: int = 0, stderr: int = 2, **environment: str
    ) -> Child:
        """Begins a text as ``python -c`` does, with these arguments, and in addition to this environment."""
        reading, writing = os.pipe()
        ours, theirs = socket.socketpair()
        around = {**os.environ, **environment}
        request = {"code": code, "arguments": [*map(str, arguments)], "environment": around}
        with ours, theirs:
            socket.send_fds(self._control, [b"."], [theirs.fileno(), stdin, writing, stderr])
            os.close(writing)
            ours.sendall(json.dumps(request).encode() + b"\n")
            return Child(ours, os.fdopen(reading, encoding="utf-8"))

    def run(self, code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        """Runs a text to its end; what it printed, and how it ended."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
            with self.start(code, *arguments, stderr=errors.fileno()) as child:
                printed = child.stdout.read()
            errors.seek(0)
            return subprocess.CompletedProcess(arguments, child.wait(), printed, errors.read())

    def close(self) -> None:
        self._control.close()
        self._process.wait()


def _serve(control: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits for a child has nobody who waits for it
    while True:
        said, files, _, _ = socket.recv_fds(control, 1, 4)
        if not said:
            return
        theirs, *standard = files
        with socket.socket(fileno=theirs) as connection, connection.makefile(encoding="utf-8") as lines:
            request = json.loads(lines.readline())
            _import_for(request["code"])
            if os.fork() == 0:
                control.close()
                _attend(connection, standard, request)
        for each in standard:
            os.close(each)


def _import_for(code: str) -> None:
    """Imports the modules that a text imports, and those of the names that it takes from them."""
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.Import):
            for name in statement.names:
                importlib.import_module(name.name)
        elif isinstance(statement, ast.ImportFrom) and statement.module is not None:
            importlib.import_module(statement.module)
            for name in statement.names:
                with suppress(ModuleNotFoundError):  # most are no modules
                    importlib.import_module(f"{statement.module}.{name.name}")


def _attend(connection: socket.socket, standard: Sequence[int], request: dict[str, Any]) -> NoReturn:
    """Says the number of a new process, whose input, output and errors are these, and later how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        connection.close()
        for number, each in enumerate(standard):
            os.dup2(each, number)
            os.close(each)
        _run(request)
    for each in standard:
        os.close(each)
    with suppress(OSError):  # nobody asks any more
        connection.sendall(f"{child}\n".encode())
        _, status = os.waitpid(child, 0)
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _run(request: dict[str, Any]) -> NoReturn:
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["-c", *request["arguments"]]
    code = 0
    try:
        exec(compile(request["code"], "<text of a test>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it is, the test says it
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
