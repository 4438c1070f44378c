"""Watches the player while it plays: position, end, and which frames were heard."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from reviewer.model.intervals import Span, merge_heard, subtract
from reviewer.session.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.audio.play.player import Player
    from reviewer.model.event import HeardRange

TICK_MS = 16
COVERAGE_EVERY_TICKS = 15
REPORT_EVERY_MS = 5000
_NO_CLIP = Coverage(0, 1)


class PlayerClock(QObject):
    """Reads the player's position, the one clock, 60 times a second while it plays."""

    ticked = Signal()
    """The position has changed during playback."""
    ended = Signal()
    """Playback stopped by itself: at the end, or because the device was disconnected."""
    coverage_changed = Signal()
    heard_due = Signal(object)
    """Carries the HeardRanges to log: every 5 s while playing, and at each stop."""

    def __init__(
        self, player: "Player", parent: QObject | None = None, *, report_every_ms: int = REPORT_EVERY_MS
    ) -> None:
        super().__init__(parent)
        self._player = player
        self._coverage = _NO_CLIP
        self._unreported: list[HeardRange] = []
        self._ticks = 0
        self._tick = QTimer(self)
        self._tick.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._report = QTimer(self)
        self._report.setInterval(report_every_ms)
        self._report.timeout.connect(self.report_heard)

    @property
    def is_running(self) -> bool:
        """Whether the position is being read."""
        return self._tick.isActive()

    @property
    def coverage(self) -> Coverage:
        """How much of the loaded clip's speech was heard."""
        return self._coverage

    def begin_clip(self, coverage: Coverage) -> None:
        """Starts with another clip; what was heard of it before is logged already."""
        self._coverage = coverage
        self.coverage_changed.emit()

    def end_clip(self) -> None:
        """The clip was unloaded; what was heard was reported before."""
        self._coverage = _NO_CLIP

    def start(self) -> None:
        """Starts reading: the player plays."""
        self._tick.start()
        self._report.start()

    def stop(self) -> None:
        """Stops reading and reports what was heard."""
        self._tick.stop()
        self._report.stop()
        self.report_heard()

    @Slot()
    def report_heard(self) -> None:
        """Emits heard ranges that were not reported yet."""
        self.take_heard()
        due, self._unreported = merge_heard(self._unreported), []
        if due:
            self.heard_due.emit(due)

    def take_heard(self) -> None:
        """Takes from the player what it has played since the last call."""
        fresh = self._player.take_heard()
        if fresh:
            self._unreported += fresh
            self._coverage = self._coverage.after(fresh)
            self.coverage_changed.emit()

    @Slot()
    def _on_tick(self) -> None:
        if not self._player.is_playing:
            self.stop()
            self.ended.emit()
            return
        self.ticked.emit()
        self._ticks += 1
        if self._ticks % COVERAGE_EVERY_TICKS == 0:
            self.take_heard()


def still_to_hear(coverage: Coverage) -> tuple[Span, ...]:
    """The unheard speech; in a clip without speech, the unheard parts."""
    if coverage.speech:
        return coverage.unheard
    return subtract([Span(0, coverage.frames)], coverage.heard) if coverage.frames else ()


def next_part(parts: "Sequence[Span]", frame: int) -> Span | None:
    """The first part that ends after a frame, from that frame on; after the last, the first again."""
    ahead = [part for part in parts if part.end > frame]
    if not ahead:
        return parts[0] if parts else None
    return Span(max(ahead[0].start, frame), ahead[0].end)
