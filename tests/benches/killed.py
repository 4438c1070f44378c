"""Ends a process at a call of its own: in an exception that nobody catches, or killed outright."""

import os
import signal
from collections.abc import Callable
from typing import Any


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
