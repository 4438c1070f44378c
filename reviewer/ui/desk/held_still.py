"""What cannot be used for a moment, and is shown so only if the moment lasts."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

SHOWN_AFTER_MS = 150


class HeldStill(QObject):
    """Disables widgets at once, and lets them look so a little later.

    Handing in takes some hundredths of a second. To paint the form grey in between and in colours again would
    take as long, and would only be seen as a flicker.
    """

    def __init__(self, widgets: Sequence[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._widgets = tuple(widgets)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_AFTER_MS)
        self._timer.timeout.connect(self._show)

    def hold(self, *, is_held: bool) -> None:
        """Whether they are to be kept from use from now on."""
        for widget in self._widgets:
            if is_held and widget.isEnabled():
                widget.setUpdatesEnabled(False)
            widget.setEnabled(not is_held)
        if is_held:
            self._timer.start()
        else:
            self._timer.stop()
            self._show()

    @Slot()
    def _show(self) -> None:
        for widget in self._widgets:
            widget.setUpdatesEnabled(True)
