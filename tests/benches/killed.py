"""Ends a process at a call of its own or at a moment by chance, killed outright or by an exception."""

import os
import random
import signal
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from tests.benches.forked_python import Child


class Killed(BaseException):
    """The process that made the call is gone."""


def killed_at(act: Callable[..., Any], *, is_after: bool) -> Callable[..., Any]:
    """An act that ends in ``Killed``, before or after it was done."""

    def call(*given: Any, **named: Any) -> Any:
        if is_after:
            act(*given, **named)
        raise Killed

    return call


def kill_at(owner: Any, name: str, *, before: bool = False, after: bool = False, number: int = 1) -> None:
    """From now on this process is killed outright before, or after, the ``number``-th call of a function."""
    act, calls = getattr(owner, name), []

    def call(*given: Any, **named: Any) -> Any:
        calls.append(name)
        is_it = len(calls) == number
        if is_it and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = act(*given, **named)
        if is_it and after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, call)


def kill_within(child: Child, seconds: float, chance: random.Random) -> float:
    """Kills a process that has said a line at a moment by chance, at most so many seconds later.

    With 0 seconds it runs to its own end. How long it ran on.
    """
    assert child.stdout.readline()
    begun = monotonic()
    timer = threading.Timer(chance.uniform(0.0, seconds) if seconds else 60.0, child.kill)
    timer.start()
    child.wait()
    timer.cancel()
    return monotonic() - begun
