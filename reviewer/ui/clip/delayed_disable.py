"""Greying what cannot be used for a moment, once the moment is a long one."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

GREY_AFTER_MS = 150


class DelayedDisable(QObject):
    """Whether work is under way; ``is_on`` at once, seen on the widgets a little later.

    Greying a form for the moment that handing in mostly takes would flicker, and be painted twice.
    """

    def __init__(self, widgets: Sequence[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self.is_on = False
        self._widgets = widgets
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(GREY_AFTER_MS)
        self._soon.timeout.connect(self._grey)

    def show(self, *, is_busy: bool) -> None:
        """Work begins, or is over."""
        self.is_on = is_busy
        if is_busy:
            self._soon.start()
        else:
            self._soon.stop()
            _enable(self._widgets, is_on=True)

    @Slot()
    def _grey(self) -> None:
        _enable(self._widgets, is_on=False)


class Waiting:
    """Greys buttons at once; the one that had the keyboard has it again, if it is still there to be seen."""

    def __init__(self, *buttons: QWidget) -> None:
        self._buttons = buttons
        self._focused: QWidget | None = None

    def show(self, *, is_busy: bool) -> None:
        """Work begins, or is over."""
        if is_busy:
            self._focused = next((button for button in self._buttons if button.hasFocus()), None)
        _enable(self._buttons, is_on=not is_busy)
        if not is_busy and self._focused is not None and self._focused.isVisible():
            self._focused.setFocus()


def _enable(widgets: Sequence[QWidget], *, is_on: bool) -> None:
    for widget in widgets:
        widget.setEnabled(is_on)
