"""What may wait until the window can be seen."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class _FirstPaint(QObject):
    """Watches a window until it was painted once; then it goes."""

    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # The event is one of the whole picture's; its turn comes when all of it was painted.
            QTimer.singleShot(0, self._go)
        return False

    def _go(self) -> None:
        then, self._then = self._then, _nothing
        self.deleteLater()
        then()


def after_first_paint(window: QWidget, then: Callable[[], object]) -> None:
    """Calls ``then`` once, on the GUI thread, after ``window`` was painted for the first time."""
    _FirstPaint(window, then)


def _nothing() -> None:
    """For a call that was made already."""
