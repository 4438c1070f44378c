"""Disables widgets while an operation takes longer than 150 ms."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

DISABLE_AFTER_MS = 150


class DelayedDisable(QObject):
    """``is_on`` follows an operation at once, the widgets' appearance a little later.

    Disabling the form for the short time that submitting usually takes would flicker and paint it twice.
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
        """Sets whether an operation is running."""
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
    """Disables buttons at once; the focus returns to the one that had it, if it is still visible."""

    def __init__(self, *buttons: QWidget) -> None:
        self._buttons = buttons
        self._focused: QWidget | None = None

    def show(self, *, is_busy: bool) -> None:
        """Sets whether an operation is running."""
        if is_busy:
            self._focused = next((button for button in self._buttons if button.hasFocus()), None)
        _enable(self._buttons, is_on=not is_busy)
        if not is_busy and self._focused is not None and self._focused.isVisible():
            self._focused.setFocus()


def _enable(widgets: Sequence[QWidget], *, is_on: bool) -> None:
    for widget in widgets:
        widget.setEnabled(is_on)
