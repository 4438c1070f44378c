"""Saves and restores the playback position of a clip."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

from reviewer.ui.playback.controller import PlaybackController

Keep = Callable[[int], object]
_COMES_TO_THE_FRONT = (QEvent.Type.Show, QEvent.Type.WindowActivate)


class PositionMemory(QObject):
    """Saves it whenever heard ranges are reported (every 5 s, at each stop) and on request.

    It also starts automatic playback, if the user chose that, once ``shown`` is visible: never behind another
    page or a dialog.
    """

    def __init__(self, playback: PlaybackController, shown: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._shown = shown
        self._keep: Keep | None = None
        self._kept = 0
        self._is_play_due = False
        playback.heard_due.connect(self.keep)
        shown.installEventFilter(self)

    def begin_clip(self, keep: Keep, frame: int) -> None:
        """A clip was shown; ``frame`` is its last position, ``keep`` saves later ones."""
        preferences = self._playback.preferences
        self._keep, self._kept = keep, frame
        if preferences.resumes and 0 < frame < self._playback.frames:
            self._playback.seek(frame)
        self._is_play_due = preferences.plays_on_open and not self._playback.is_held
        self._play_if_seen()

    @Slot()
    def keep(self) -> None:
        """Saves the position, if it has changed."""
        here = self._playback.position
        if self._keep is not None and self._playback.frames and here != self._kept:
            self._kept = here
            self._keep(here)

    def end_clip(self) -> None:
        """The clip was closed; no position is saved any more."""
        self._keep, self._is_play_due = None, False

    def _play_if_seen(self) -> None:
        is_covered = QApplication.activeModalWidget() is not None or self._shown.window().isMinimized()
        if self._is_play_due and self._shown.isVisible() and not is_covered:
            self._is_play_due = False
            if not self._playback.is_playing:
                self._playback.toggle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._is_play_due and event.type() in _COMES_TO_THE_FRONT:
            self._play_if_seen()
        return super().eventFilter(watched, event)
