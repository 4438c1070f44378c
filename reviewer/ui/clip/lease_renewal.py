"""Asks every few seconds whether the clip on the screen may still be open, and keeps its lease alive."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from reviewer.model.task import Lease
from reviewer.ui.clip.autosave import is_lost
from reviewer.ui.clip.serial_executor import SerialExecutor

BEAT_EVERY_MS = 5_000


class LeaseRenewal(QObject):
    """A rule that says no is told at once; a store that cannot be reached for a while disturbs nobody.

    The session's beat asks for sign-in, role, agreement, lease, consent, retention and key.
    """

    refused = Signal(object)
    """Carries the error: the clip must leave the screen."""

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
        """The clip of this lease is on the screen."""
        self._lease = lease
        self._timer.start()

    def end_lease(self) -> None:
        """The clip was handed over, or left the screen."""
        self._lease = None
        self._timer.stop()

    @Slot()
    def beat_now(self) -> None:
        """Asks now, unless an answer is still to come."""
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
