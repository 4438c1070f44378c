"""The player as the one clock: what is heard now, whether it plays, what was heard so far."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from reviewer.ui.playback.heard_coverage import HeardCoverage
from reviewer.ui.playback.player_port import Plays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.audio.samples import Sound
    from reviewer.model.event import HeardRange

TICK_MS = 16
STRIP_EVERY_TICKS = 15
LOG_EVERY_MS = 5000


class PlayerClock(QObject):
    """The player's position is the one clock; it is read 60 times a second, and only while it plays."""

    position_changed = Signal(int)
    state_changed = Signal()
    """Playing, speed, loop, choices, what was heard, or the reason why there is no sound."""
    strip_changed = Signal(object)
    """Carries all that was heard of this clip, merged HeardRanges."""
    heard_due = Signal(object)
    """Carries what was heard and is not logged yet: every 5 s while playing, and at each stop."""

    def __init__(self, player: Plays, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._rate_hz = 1
        self._so_far = HeardCoverage()
        self._ticks = 0
        self._tick = QTimer(self)
        self._tick.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._log = QTimer(self)
        self._log.setInterval(LOG_EVERY_MS)
        self._log.timeout.connect(self.tell_heard)

    @property
    def is_playing(self) -> bool:
        return self._player.is_playing

    @property
    def position(self) -> int:
        return self._player.position

    @property
    def frames(self) -> int:
        return self._player.frames

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    @property
    def speed_percent(self) -> int:
        return self._player.speed_percent

    @property
    def problem(self) -> str:
        """Why there is no sound, in one sentence; empty while all is well."""
        return self._player.problem or ""

    @property
    def heard(self) -> "tuple[HeardRange, ...]":
        """All that was heard of this clip."""
        return self._so_far.ranges

    @property
    def so_far(self) -> HeardCoverage:
        """What was heard, counted against the speech of this clip."""
        return self._so_far

    @property
    def heard_percent(self) -> int:
        """How much of the speech, or the clip, was heard, in whole per cent; 100 only for all of it."""
        return self._so_far.percent

    def prepare(self, samples: "Sound") -> None:
        """Has the next clip worked out for the ear while the present one is typed."""
        self._player.prepare(samples)

    def forget_prepared(self) -> None:
        """Nothing comes next, or something else."""
        self._player.forget_prepared()

    def load(self, samples: "Sound") -> None:
        """Takes another clip, at its start, nothing of it heard; a device that is not there is no error."""
        self.make_way()
        self._rate_hz = samples.rate_hz
        self._player.load(samples)
        self._player.set_speed(self._player.speed_percent)  # has it stretched now, not at the first play
        self._so_far = HeardCoverage(self.frames)
        self._tell()

    def show_heard_before(self, ranges: "Sequence[HeardRange]") -> None:
        """What was heard of the clip for this work before it was opened now; it is in the log already."""
        if ranges:
            self._so_far.add_from_before(ranges)
            self._tell()

    def make_way(self) -> None:
        """Lets the clip go for one that is loaded at once, and of which all there is to see will be told."""
        self._let_go(keeps_device=True)

    def unload(self) -> None:
        """Stops and lets the clip go; the last of what was heard is told first."""
        self._let_go(keeps_device=False)
        self._tell()

    @Slot()
    def pause(self) -> None:
        """Stops where it is, and tells what was heard."""
        if self._tick.isActive():
            self._player.pause()
            self._stopped()

    @Slot(int)
    def seek(self, frame: int) -> None:
        """Goes there; what plays goes on."""
        self._player.seek(min(max(frame, 0), self.frames))
        self.position_changed.emit(self.position)

    @Slot()
    def tell_heard(self) -> None:
        """Gives away what was heard and not told yet."""
        self._take_heard()
        due = self._so_far.take_unlogged()
        if due:
            self.heard_due.emit(due)

    def close(self) -> None:
        """Lets clip and device go."""
        self.unload()
        self._player.close()

    def _let_go(self, *, keeps_device: bool) -> None:
        self.pause()
        self._player.unload(keeps_device=keeps_device)
        self.tell_heard()
        self._so_far = HeardCoverage()
        self._forget()

    @Slot()
    def _on_tick(self) -> None:
        if not self.is_playing:
            self._stopped()
            return
        self.position_changed.emit(self.position)
        self._moved()
        self._ticks += 1
        if self._ticks % STRIP_EVERY_TICKS == 0:
            self._take_heard()

    def _moved(self) -> None:
        """It plays, and the position is another one."""

    def _ended(self) -> None:
        """It does not play any more."""

    def _forget(self) -> None:
        """The clip is gone."""

    def _begun(self) -> None:
        """The player was asked to play; if it does, it is watched."""
        if self._player.is_playing:
            self._tick.start()
            self._log.start()
        self._tell()

    def _stopped(self) -> None:
        self._tick.stop()
        self._log.stop()
        self._ended()
        self.tell_heard()
        self._tell()

    def _frames_of(self, milliseconds: int) -> int:
        return milliseconds * self._rate_hz // 1000

    def _take_heard(self) -> None:
        fresh = self._player.take_heard()
        if fresh:
            self._so_far.add(fresh)
            self.strip_changed.emit(self.heard)

    def _tell(self) -> None:
        self.position_changed.emit(self.position)
        self.strip_changed.emit(self.heard)
        self.state_changed.emit()
