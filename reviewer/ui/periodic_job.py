"""Runs something on the job pool at an interval, for as long as somebody is signed in."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.errors import ReviewerError
from reviewer.ui.jobs import Jobs


class PeriodicJob(QObject):
    """Housekeeping that nobody asked for and nobody waits for.

    An expected failure is not shown: the person at the desk can do nothing about it, and their next act fails
    in the same way and says so.
    """

    def __init__(
        self, name: str, work: Callable[[], object], jobs: Jobs, parent: QObject, *, every_seconds: int
    ) -> None:
        super().__init__(parent)
        self._work, self._jobs = work, jobs
        self._timer = QTimer(self)
        self._timer.setObjectName(name)
        self._timer.setInterval(every_seconds * 1000)
        self._timer.timeout.connect(self.run)
        self._timer.start()

    @Slot()
    def run(self) -> None:
        """Runs it now."""
        work = self._work
        self._jobs.run(lambda _token: work(), lambda _result: None, _ignore_known, owner=self)


def _ignore_known(error: Exception) -> None:
    if not isinstance(error, ReviewerError):
        raise error
