"""Reminds people of a break after a time of work; it never interrupts."""

from datetime import timedelta

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot

from reviewer.model.clock import Clock
from reviewer.ui.focus_windows import FocusWindowFilter
from reviewer.ui.preferences import Preferences

MINUTES = "care.break_minutes"
DEFAULT_MINUTES = 50
CHOICES_MINUTES = (0, 25, 50, 75, 100)
"""0 turns the reminder off."""
IDLE = timedelta(minutes=5)
_LOOK_EVERY_MS = 10_000
_INPUT = frozenset({QEvent.Type.KeyPress, QEvent.Type.InputMethod})


class WorkStretch:
    """How long somebody has been at work without a pause of ``IDLE``; knows no clock."""

    def __init__(self) -> None:
        self._began = self._last = 0.0
        self._has_begun = False

    def work(self, now_seconds: float) -> None:
        """Counts a key press or playback at this moment of a monotonic clock."""
        if not self._has_begun or now_seconds - self._last >= IDLE.total_seconds():
            self._began = now_seconds
            self._has_begun = True
        self._last = now_seconds

    def minutes(self, now_seconds: float) -> int:
        """Whole minutes of work; 0 after a pause."""
        if not self._has_begun or now_seconds - self._last >= IDLE.total_seconds():
            return 0
        return int(self._last - self._began) // 60


class BreakReminder(FocusWindowFilter):
    """Watches key presses and playback, and says when a break is due and when it is over."""

    due_changed = Signal(int)
    """Carries the minutes of work without a break; 0 when none is due."""

    def __init__(self, clock: Clock, preferences: Preferences, parent: QObject) -> None:
        super().__init__(parent)
        self._clock, self._preferences = clock, preferences
        self._stretch = WorkStretch()
        self._said = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.watch_windows()

    def count_work(self) -> None:
        """Counts this moment as work, such as playback."""
        self._stretch.work(self._clock.monotonic())

    @Slot()
    def look(self) -> None:
        """Emits ``due_changed`` if what is due has changed."""
        limit = self._preferences.number(MINUTES, DEFAULT_MINUTES)
        minutes = self._stretch.minutes(self._clock.monotonic())
        due = minutes if 0 < limit <= minutes else 0
        if due != self._said:
            self._said = due
            self.due_changed.emit(due)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self.count_work()
        return False
