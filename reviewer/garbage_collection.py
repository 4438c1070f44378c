"""Keeps the garbage collector away from threads that make many rows."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pauses = 0
_was_on = False


@contextmanager
def without_collection() -> Iterator[None]:
    """Pauses the garbage collector while tens of thousands of rows are made, on whatever threads.

    It would go through them again and again and stop every thread meanwhile, the window's too; and rows form
    no cycles. Whoever collects by hand asks ``is_paused`` first.
    """
    global _pauses, _was_on  # noqa: PLW0603 - there is one collector in a process
    with _lock:
        if not _pauses:
            _was_on = gc.isenabled()
            gc.disable()
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses and _was_on:
                gc.enable()


def is_paused() -> bool:
    """Whether some thread makes many rows now."""
    return _pauses > 0
