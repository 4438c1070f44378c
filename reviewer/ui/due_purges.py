"""Purges what is due while a window is open, whoever is signed in."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.errors import ReviewerError
from reviewer.model.people import Identity

if TYPE_CHECKING:
    from reviewer.ui.services import Services

_EVERY_MS = 15 * 60_000


class DuePurgeTimer(QObject):
    """Starts at once and again every quarter of an hour.

    A failure is not shown: the person at the desk can do nothing about it, nothing due can be opened, and the
    lead's overview counts what is still due.
    """

    def __init__(self, identity: Identity, services: "Services", parent: QObject) -> None:
        super().__init__(parent)
        self._identity = identity
        self._services = services
        self._timer = QTimer(self)
        self._timer.setObjectName("due_purges")
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.purge)
        self._timer.start()
        self.purge()

    @Slot()
    def purge(self) -> None:
        """Purges on the job pool."""
        gateway, identity = self._services.gateway, self._identity
        self._services.jobs.run(
            lambda _token: gateway.purge_due(identity), lambda _purged: None, _ignore_known, owner=self
        )


def _ignore_known(error: Exception) -> None:
    if not isinstance(error, ReviewerError):
        raise error
