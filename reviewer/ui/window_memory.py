"""Remembers a window's size, position and whether it is maximised."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QTimer, Slot

from reviewer.ui.preferences import Preferences

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

PLACE = "window.place"
MAXIMISED = "window.maximised"
_STORE_AFTER_MS = 500
_TITLE_PX = (120, 32)
"""So much of the title bar must be on a screen, or the window could not be moved."""
_CHANGES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowStateChange, QEvent.Type.Close)


class WindowMemory(QObject):
    """Stores the place of a window half a second after it changed; ``restore`` before it is shown."""

    def __init__(self, window: "QMainWindow", preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._preferences = window, preferences
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_STORE_AFTER_MS)
        self._timer.timeout.connect(self._store)
        window.installEventFilter(self)

    def restore(self, screens: Sequence[QRect]) -> bool:
        """Moves the window to its last place, or as near as these screens allow; False if none is stored.

        Args:
            screens: The available areas, the main screen's first.
        """
        place = _read(self._preferences.text(PLACE))
        if place is None or not screens:
            return False
        self._window.setGeometry(on_a_screen(place, screens))
        if self._preferences.is_on(MAXIMISED, default=False):
            from PySide6.QtCore import Qt  # noqa: PLC0415 - see ``docs/decisions/014``

            self._window.setWindowState(Qt.WindowState.WindowMaximized)
        return True

    @Slot()
    def _store(self) -> None:
        window = self._window
        if window.isMinimized() or window.isFullScreen():
            return
        self._preferences.put(MAXIMISED, window.isMaximized())
        place = window.normalGeometry() if window.isMaximized() else window.geometry()
        if place.isValid():
            written = " ".join(str(part) for part in (place.x(), place.y(), place.width(), place.height()))
            self._preferences.put(PLACE, written)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _CHANGES and watched is self._window and self._window.isVisible():
            if event.type() == QEvent.Type.Close:
                self._timer.stop()
                self._store()
            else:
                self._timer.start()
        return False


def on_a_screen(place: QRect, screens: Sequence[QRect]) -> QRect:
    """The same place if its title bar can be reached on a screen; otherwise the middle of the main screen.

    It is made no larger than that screen.
    """
    for screen in screens:
        width = min(screen.right(), place.right()) - max(screen.left(), place.left())
        below = screen.bottom() - place.top()
        if width >= _TITLE_PX[0] and _TITLE_PX[1] <= below <= screen.height():
            # A larger scale leaves less room than when the place was remembered.
            return QRect(place.topLeft(), place.size().boundedTo(screen.size()))
    inside = QRect(place)
    inside.setSize(place.size().boundedTo(screens[0].size()))
    inside.moveCenter(screens[0].center())
    return inside


def _read(stored: str) -> QRect | None:
    try:
        x, y, width, height = (int(part) for part in stored.split())
    except ValueError:
        return None
    return QRect(x, y, width, height) if width > 0 and height > 0 else None
