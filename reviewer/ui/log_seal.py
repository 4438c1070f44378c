"""Seals the access log while a window is open, also when nobody does anything."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.errors import ReviewerError

if TYPE_CHECKING:
    from reviewer.ui.services import Services

_EVERY_MS = 60_000


class LogSealTimer(QObject):
    """Asks every minute; a checkpoint is made only when the newest one is five minutes old.

    A failure is not shown: the next act of the person fails in the same way, and says so.
    """

    def __init__(self, services: "Services", parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._timer = QTimer(self)
        self._timer.setObjectName("log_seal")
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.seal)
        self._timer.start()

    @Slot()
    def seal(self) -> None:
        """Seals on the job pool."""
        sign_in = self._services.gateway.sign_in
        self._services.jobs.run(
            lambda _token: sign_in.seal_log(), lambda _nothing: None, _ignore_known, owner=self
        )


def _ignore_known(error: Exception) -> None:
    if not isinstance(error, ReviewerError):
        raise error
