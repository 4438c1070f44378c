"""Logs which parts of the clip were heard; what could not be logged is kept for the next attempt."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.model.event import HeardRange
from reviewer.model.task import Lease
from reviewer.ui.clip.serial_executor import SerialExecutor


class HeardLog(QObject):
    """``log`` runs on the pool, in order."""

    failed = Signal(object)
    """Carries the error: no log row, no playback."""

    def __init__(
        self,
        log: Callable[[Lease, Sequence[HeardRange]], None],
        executor: SerialExecutor,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._log = log
        self._executor = executor
        self._lease: Lease | None = None
        self._waiting: list[HeardRange] = []

    def begin_clip(self, lease: Lease) -> None:
        """Starts logging for this lease's clip."""
        self._lease = lease
        self._waiting = []

    def end_clip(self) -> None:
        """The clip is closed; ranges that could not be logged are tried a last time."""
        self.note(())
        self._lease = None
        self._waiting = []

    @Slot(object)
    def note(self, ranges: Sequence[HeardRange]) -> None:
        """Logs ranges, after those that are waiting."""
        lease, due = self._lease, [*self._waiting, *ranges]
        if lease is None or not due:
            return
        self._waiting = []
        self._executor.run(
            lambda: self._log(lease, due), failed=lambda error: self._on_failed(lease, due, error)
        )

    @Slot()
    def retry(self) -> None:
        """Logs the ranges that are waiting."""
        self.note(())

    def _on_failed(self, lease: Lease, ranges: list[HeardRange], error: Exception) -> None:
        if lease is self._lease:
            self._waiting = [*ranges, *self._waiting]
            self.failed.emit(error)
