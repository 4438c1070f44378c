"""Greying what cannot be used for a moment, once the moment is a long one."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

GREY_AFTER_MS = 150


class Busy(QObject):
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
            self._enable(is_on=True)

    @Slot()
    def _grey(self) -> None:
        self._enable(is_on=False)

    def _enable(self, *, is_on: bool) -> None:
        for widget in self._widgets:
            widget.setEnabled(is_on)
