"""Runs something on the job pool at an interval, for as long as somebody is signed in."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.errors import Refused, ReviewerError
from reviewer.ui.jobs import Jobs


class PeriodicJob(QObject):
    """Housekeeping that nobody asked for and nobody waits for.

    An expected failure is not shown: the person at the desk can do nothing about it, and their next act fails
    in the same way and says so. ``refused`` gets a refusal all the same, and None once the work succeeds.
    ``is_on_network``: the work may hang with a server.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        jobs: Jobs,
        parent: QObject,
        *,
        every_seconds: int,
        refused: Callable[[Refused | None], None] | None = None,
        is_on_network: bool = False,
    ) -> None:
        super().__init__(parent)
        self._work, self._jobs = work, jobs
        self._refused = refused or (lambda _error: None)
        self._is_on_network = is_on_network
        self._timer = QTimer(self)
        self._timer.setObjectName(name)
        self._timer.setInterval(every_seconds * 1000)
        self._timer.timeout.connect(self.run)
        self._timer.start()

    @Slot()
    def run(self) -> None:
        """Runs it now."""
        work = self._work
        self._jobs.run(
            lambda _token: work(),
            lambda _result: self._refused(None),
            self._on_failed,
            owner=self,
            is_on_network=self._is_on_network,
        )

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, Refused):
            self._refused(error)
        elif not isinstance(error, ReviewerError):
            raise error
