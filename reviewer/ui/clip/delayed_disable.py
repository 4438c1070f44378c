"""Disables widgets while an operation takes longer than 150 ms."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

DISABLE_AFTER_MS = 150


class DelayedDisable(QObject):
    """Whether an operation is under way: ``is_on`` at once, seen on the widgets a little later.

    Disabling a form for the moment that submitting mostly takes would flicker, and be painted twice.
    """

    def __init__(self, widgets: Sequence[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self.is_on = False
        self._widgets = widgets
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DISABLE_AFTER_MS)
        self._timer.timeout.connect(self._disable)

    def show(self, *, is_busy: bool) -> None:
        """An operation begins, or is over."""
        self.is_on = is_busy
        if is_busy:
            self._timer.start()
        else:
            self._timer.stop()
            _enable(self._widgets, is_on=True)

    @Slot()
    def _disable(self) -> None:
        _enable(self._widgets, is_on=False)


class DisableWhileBusy:
    """Disables buttons at once; the one that had the keyboard has it again, if it can still be seen."""

    def __init__(self, *buttons: QWidget) -> None:
        self._buttons = buttons
        self._focused: QWidget | None = None

    def show(self, *, is_busy: bool) -> None:
        """An operation begins, or is over."""
        if is_busy:
            self._focused = next((button for button in self._buttons if button.hasFocus()), None)
        _enable(self._buttons, is_on=not is_busy)
        if not is_busy and self._focused is not None and self._focused.isVisible():
            self._focused.setFocus()


def _enable(widgets: Sequence[QWidget], *, is_on: bool) -> None:
    for widget in widgets:
        widget.setEnabled(is_on)
