"""Keeps the lease of the clip on the desk alive."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from reviewer.errors import LeaseLost, NotLeased
from reviewer.model.task import Lease
from reviewer.ui.clip.serial_executor import SerialExecutor

RENEW_EVERY_MS = 60_000


class LeaseRenewal(QObject):
    """Renews once a minute; a store that cannot be reached for a while is no reason to disturb anybody."""

    lost = Signal(object)
    """Carries the error: the lease is gone."""

    def __init__(
        self, renew: Callable[[Lease], Lease], executor: SerialExecutor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._renew = renew
        self._executor = executor
        self._lease: Lease | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(RENEW_EVERY_MS)
        self._timer.timeout.connect(self.beat)

    def start(self, lease: Lease) -> None:
        """Begins with a lease."""
        self._lease = lease
        self._timer.start()

    def stop(self) -> None:
        """The lease was handed in, given back, or is gone."""
        self._lease = None
        self._timer.stop()

    @Slot()
    def beat(self) -> None:
        """Renews now."""
        if self._lease is not None:
            lease = self._lease
            self._executor.run(partial(self._renew, lease), self._on_renewed, partial(self._on_failed, lease))

    def _on_renewed(self, lease: Lease) -> None:
        if self._lease is not None and self._lease.task_id == lease.task_id:
            self._lease = lease

    def _on_failed(self, lease: Lease, error: Exception) -> None:
        is_mine = self._lease is not None and self._lease.task_id == lease.task_id
        if is_mine and isinstance(error, LeaseLost | NotLeased):
            self.lost.emit(error)
