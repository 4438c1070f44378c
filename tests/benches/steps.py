"""Kills a process at one of its steps: each time that it changes a file, commits, or asks a server.

``Forks`` is a process that has everything imported, and forks a child for each attempt: a hundred attempts
take seconds. Only for systems with ``fork``.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any, Self

_WRITES = os.O_WRONLY | os.O_RDWR
_CHANGES = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.symlink"})
DONE = "done"


class Steps:
    """Counts steps in this process from ``begin`` on; before the one with number ``last`` it dies."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last

    def begin(self) -> None:
        """From now on: files opened for writing, renamed, removed, synced; commits; calls of a server."""
        from reviewer.db.connection import Database
        from reviewer.queue.administration import QueueAdministration
        from reviewer.queue.postgres_connection import QueueServer

        sys.addaudithook(self._on_event)
        for holder, name in (
            (os, "fsync"),
            (Database, "_commit"),
            (QueueServer, "_answer"),
            (QueueAdministration, "add_login"),
        ):
            setattr(holder, name, self._counted(getattr(holder, name)))

    def _counted(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self._step()
            result = act(*given, **named)
            self._step()
            return result

        return counted

    def _on_event(self, event: str, given: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and isinstance(given[2], int) and given[2] & _WRITES):
            self._step()

    def _step(self) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


class Forks:
    """Runs ``module:function(steps, *arguments)`` in a new process, which dies before a step of it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, function: str, *arguments: str, last: int = 0) -> int | None:
        """How many steps there were; None if it died. Raises AssertionError when it failed otherwise."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([function, arguments, last]), file=self._process.stdin, flush=True)
        said = json.loads(self._process.stdout.readline())
        if said == -signal.SIGKILL:
            return None
        assert isinstance(said, list), said
        return int(said[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _serve() -> None:
    for line in sys.stdin:
        function, arguments, last = json.loads(line)
        module, name = function.split(":")
        act = getattr(importlib.import_module(module), name)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _attempt(act, arguments, last, writing)
        os.close(writing)
        with os.fdopen(reading) as said:
            result = said.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        # What it said; without a word it was killed.
        sys.stdout.write((result or json.dumps(code)) + "\n")
        sys.stdout.flush()


def _attempt(act: Callable[..., Any], arguments: list[str], last: int, writing: int) -> None:
    steps = Steps(last)
    try:
        act(steps, *arguments)
        said, code = json.dumps([steps.count]), 0
    except Exception:  # noqa: BLE001 - whatever it is, the test says it
        said, code = json.dumps(traceback.format_exc()), 1
    os.write(writing, said.encode())
    os._exit(code)


if __name__ == "__main__":
    _serve()
