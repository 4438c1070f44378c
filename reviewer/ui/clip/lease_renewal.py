"""The heartbeat of an open clip: checks every few seconds that it may stay open, and renews its lease."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from reviewer.model.task import Lease
from reviewer.ui.clip.autosave import is_lost
from reviewer.ui.clip.serial_executor import SerialExecutor

BEAT_EVERY_MS = 5_000


class LeaseRenewal(QObject):
    """A refusal by a rule is reported at once; a store that is briefly unavailable is not.

    The session's beat checks sign-in, role, agreement, lease, consent, retention and key.
    """

    refused = Signal(object)
    """Carries the error: the clip must be removed from the screen."""

    def __init__(
        self,
        beat: Callable[[Lease], Lease],
        executor: SerialExecutor,
        parent: QObject | None = None,
        *,
        every_ms: int = BEAT_EVERY_MS,
    ) -> None:
        super().__init__(parent)
        self._beat = beat
        self._executor = executor
        self._lease: Lease | None = None
        self._is_beating = False
        self._timer = QTimer(self)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self.beat_now)

    def begin_lease(self, lease: Lease) -> None:
        """Starts for the clip of this lease."""
        self._lease = lease
        self._timer.start()

    def end_lease(self) -> None:
        """Stops: the clip was handed over or closed."""
        self._lease = None
        self._timer.stop()

    @Slot()
    def beat_now(self) -> None:
        """Checks now, unless a check is running."""
        lease = self._lease
        if lease is None or self._is_beating:
            return
        self._is_beating = True
        self._executor.run(
            partial(self._beat, lease), partial(self._on_renewed, lease), partial(self._on_failed, lease)
        )

    def _on_renewed(self, asked: Lease, renewed: Lease) -> None:
        self._is_beating = False
        if self._is_current(asked):
            self._lease = renewed

    def _on_failed(self, asked: Lease, error: Exception) -> None:
        self._is_beating = False
        if self._is_current(asked) and is_lost(error):
            self.refused.emit(error)

    def _is_current(self, lease: Lease) -> bool:
        now = self._lease
        return now is not None and (now.task_id, now.token) == (lease.task_id, lease.token)
