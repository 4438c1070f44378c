"""Tells the access log which parts of the clip reached the ear."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.model.event import HeardRange
from reviewer.ui.clip.serial_executor import SerialExecutor


class HeardLog(QObject):
    """What could not be logged is kept and told again with the next; ``tell`` runs on the pool."""

    failed = Signal(object)
    """Carries the error: no log row, no playback."""

    def __init__(
        self,
        tell: Callable[[str, Sequence[HeardRange]], None],
        executor: SerialExecutor,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tell = tell
        self._executor = executor
        self._clip_id = ""
        self._waiting: list[HeardRange] = []

    def begin(self, clip_id: str) -> None:
        """From now on, what is heard is of this clip."""
        self._clip_id = clip_id
        self._waiting = []

    def end(self) -> None:
        """The clip is gone; nothing more is heard of it."""
        self.begin("")

    @Slot(object)
    def note(self, ranges: Sequence[HeardRange]) -> None:
        """Has ranges logged, after those that wait."""
        due, self._waiting = [*self._waiting, *ranges], []
        clip_id = self._clip_id
        if clip_id and due:
            self._executor.run(
                lambda: self._tell(clip_id, due),
                failed=lambda error: self._on_failed(clip_id, due, error),
            )

    @Slot()
    def retry(self) -> None:
        """Tells again what waits."""
        self.note(())

    def _on_failed(self, clip_id: str, ranges: list[HeardRange], error: Exception) -> None:
        if clip_id == self._clip_id:
            self._waiting = [*ranges, *self._waiting]
            self.failed.emit(error)
