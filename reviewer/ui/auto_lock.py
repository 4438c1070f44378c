"""Locks the window after a time without input."""

import weakref
from datetime import timedelta
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot

from reviewer.model.clock import Clock
from reviewer.ui.focus_windows import FocusWindowFilter

_LOOK_EVERY_MS = 5000
_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.InputMethod,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
    }
)


class Lockable(Protocol):
    """The window that is locked; it makes the auto-lock, which so cannot import it."""

    @property
    def is_anybody_here(self) -> bool:
        """Whether somebody is signed in."""
        ...

    def is_at_work(self, within: timedelta) -> bool:
        """Whether something runs that a person started no longer than ``within`` ago, such as playback."""
        ...


class AutoLock(FocusWindowFilter):
    """Checks every few seconds how long ago the last input to any window of the application was.

    The event filter is on the windows that have had the focus. A filter on the application would run Python
    for every event of every object, including those that are half destroyed.

    Both clocks count: the monotonic one may stop while a computer sleeps, and the time of day may be set
    back. Once the time is over, a key does not prevent the lock: otherwise whoever wakes the computer would
    find the window unlocked.
    """

    timed_out = Signal()

    def __init__(
        self,
        guarded: Lockable,
        clock: Clock,
        minutes: int,
        parent: QObject,
        look_every_ms: int = _LOOK_EVERY_MS,
    ) -> None:
        """Starts watching; 0 ``minutes`` means never."""
        super().__init__(parent)
        self._clock = clock
        self._limit = timedelta(minutes=minutes)
        # Weak: a window in a reference cycle would be left to the collector, which may run on a job's thread.
        self._guarded = weakref.ref(guarded)
        self._begin_anew()
        self._timer = QTimer(self)
        self._timer.setInterval(look_every_ms)
        self._timer.timeout.connect(self.look)
        if minutes:
            self.watch_windows()
            self._timer.start()

    @property
    def is_watching(self) -> bool:
        return self._timer.isActive()

    @Slot()
    def look(self) -> None:
        """Emits ``timed_out`` if the time is over."""
        guarded = self._guarded()
        if guarded is None or not guarded.is_anybody_here:
            self._begin_anew()
        elif self._is_up():
            self.timed_out.emit()
        elif guarded.is_at_work(self._limit):
            self._begin_anew()

    @Slot()
    def feel(self) -> None:
        """Counts input that no window receives, such as a foot pedal's."""
        guarded = self._guarded()
        if guarded is None or not guarded.is_anybody_here or not self._is_up():
            self._begin_anew()

    def _is_up(self) -> bool:
        felt = timedelta(seconds=self._clock.monotonic() - self._last_felt)
        return max(felt, self._clock.now() - self._last_seen) >= self._limit

    def _begin_anew(self) -> None:
        self._last_felt, self._last_seen = self._clock.monotonic(), self._clock.now()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self.feel()
        return False
