"""Filters the events of every window that gets the focus."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication, QWindow


class FocusWindowFilter(QObject):
    """Its ``eventFilter`` sees what windows receive that have had the focus since ``watch_windows``.

    Of several such filters the one that watches last sees an event first.
    """

    def watch_windows(self) -> None:
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_window_changed)
            self._on_window_changed(QGuiApplication.focusWindow())

    @Slot(QWindow)
    def _on_window_changed(self, window: QWindow | None) -> None:
        """The main window or a dialog was activated; Qt installs a filter only once."""
        if window is not None:
            window.installEventFilter(self)
