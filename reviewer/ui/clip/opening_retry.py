"""Opens the next clip by itself once the broker that releases its key is back."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.errors import Unavailable
from reviewer.session.backoff import Backoff
from reviewer.ui.clip.sender import NetworkExecutor
from reviewer.ui.jobs import Jobs

if TYPE_CHECKING:
    from reviewer.session.work_session import WorkSession


class OpeningRetry(QObject):
    """Asks ever later whether the broker is there, and only then asks for the clip again.

    The question leaves no row and changes nothing in the window, so the message can be read in peace.
    """

    def __init__(
        self,
        work: "WorkSession",
        jobs: Jobs,
        open_next: Callable[[], None],
        parent: QObject,
        *,
        backoff: Backoff | None = None,
        random_part: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(parent)
        self._reach = work.reach_keys
        self._open_next = open_next
        self._network = NetworkExecutor(jobs, self)
        self._backoff = backoff or Backoff()
        self._random_part = random_part
        self._failures = 0
        self._round = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.ask_now)

    @property
    def is_waiting(self) -> bool:
        """Whether a clip waits for the broker."""
        return self._failures > 0

    def begin(self, error: Exception) -> None:
        """A clip did not open; waits for the broker if it was that."""
        self.end()
        if isinstance(error, Unavailable) and error.code == "BROKER_AWAY":
            self._wait()

    def end(self) -> None:
        """Something else happens in the window."""
        self._timer.stop()
        self._failures = 0
        self._round += 1

    @Slot()
    def ask_now(self) -> None:
        """Asks whether the broker is there."""
        asked = self._round
        self._network.run(
            self._reach,
            lambda _none: self._on_answer(asked, is_there=True),
            lambda error: self._on_answer(asked, is_there=not isinstance(error, Unavailable)),
        )

    def _on_answer(self, asked: int, *, is_there: bool) -> None:
        """Any other answer than none is shown by the opening itself."""
        if asked != self._round:
            return
        if is_there:
            self.end()
            self._open_next()
        else:
            self._wait()

    def _wait(self) -> None:
        self._failures += 1
        self._timer.start(round(self._backoff.wait_seconds(self._failures, self._random_part) * 1000))
