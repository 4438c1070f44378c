"""Runs jobs one after the other, in the order of the requests."""

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from reviewer.errors import Unavailable
from reviewer.ui.jobs import CancelToken, Jobs

T = TypeVar("T")
_POLL_SECONDS = 0.05
PATIENCE_SECONDS = 2.0
NETWORK_PATIENCE_SECONDS = 0.1
"""Where the request before may be one that hangs with a server."""


class SerialExecutor:
    """Ensures that a draft is saved before it is submitted, and heard ranges are logged before closing.

    All jobs are given to the pool at once, so the pool is not idle before they are done; each waits there
    for its predecessor.
    """

    def __init__(self, jobs: Jobs, owner: QObject, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._jobs = jobs
        self._owner = owner
        self._patience_seconds = patience_seconds
        self._may_go = threading.Condition()
        self._given = 0
        self._turn = 0

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Runs ``work`` after all earlier requests; the result comes on the GUI thread."""
        number = self._next_number()
        self._jobs.run(
            lambda token: self._in_turn(number, work, token),
            done or (lambda _result: None),
            failed or (lambda _error: None),
            owner=self._owner,
        )

    def run_here(self, work: Callable[[], T]) -> T:
        """Runs ``work`` on this thread, after all earlier requests; for lock and exit only.

        It waits two seconds at most (the pool was closed, a disk hangs); earlier requests may then run later,
        and ``work`` must tolerate that. A draft does, because of its revision.
        """
        number = self._next_number()
        with self._may_go:
            self._may_go.wait_for(lambda: self._turn >= number, self._patience_seconds)
        return self._run(number, work)

    def _next_number(self) -> int:
        number = self._given
        self._given += 1
        return number

    def _in_turn(self, number: int, work: Callable[[], T], token: CancelToken) -> T:
        with self._may_go:
            while self._turn < number:
                if token.is_cancelled:
                    raise Unavailable("PROGRAM_CLOSING")
                self._may_go.wait(_POLL_SECONDS)
        return self._run(number, work)

    def _run(self, number: int, work: Callable[[], T]) -> T:
        try:
            return work()
        finally:
            with self._may_go:
                self._turn = max(self._turn, number + 1)
                self._may_go.notify_all()
