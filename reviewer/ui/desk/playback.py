"""Listening: the player, and what the picture and the log are told of it."""

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from reviewer.audio.heard import heard_frames, merged
from reviewer.audio.samples import Sound
from reviewer.model.event import HeardRange
from reviewer.ui.desk.plays import Plays

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_MS = 16
STRIP_EVERY_TICKS = 15
LOG_EVERY_MS = 5000
STEP_SECONDS = 2
AGAIN_PERCENT = 75
EDGE_SECONDS = 0.5
LOOP_LEAST_SECONDS = (
    0.02  # a handful of samples is a buzz, and hundreds of rounds a block are work for the card
)
BACKSTEPS_MS = (0, 250, 500, 1000)
SPEEDS = (25, 50, 75, 90, 100, 110, 125, 150, 175, 200, 250, 300)


class Act(StrEnum):
    """What a listener can ask for; the value is the key's name in the table of keys."""

    PLAY = "play"
    BACK = "back"
    FORWARD = "forward"
    START = "start"
    AGAIN = "again"
    SLOWER = "slower"
    NORMAL_SPEED = "normal_speed"
    FASTER = "faster"
    LOOP = "loop"
    IN_EDGE = "in_edge"
    OUT_EDGE = "out_edge"
    BACKSTEP = "backstep"


class Playback(QObject):
    """The player's position is the one clock; it is read 60 times a second, and only while it plays."""

    position_changed = Signal(int)
    state_changed = Signal()
    """Playing, speed, loop, backstep, or the reason why there is no sound."""
    strip_changed = Signal(object)
    """Carries all that was heard of this clip, merged HeardRanges."""
    heard_due = Signal(object)
    """Carries what was heard and is not logged yet: every 5 s while playing, and at each stop."""

    def __init__(self, player: Plays, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._rate_hz = 1
        self._heard: list[HeardRange] = []
        self._unlogged: list[HeardRange] = []
        self._again: tuple[int, int] | None = None
        self._selection: tuple[int, int] | None = None
        self._is_looping = False
        self._backstep_ms = 0
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
    def is_looping(self) -> bool:
        """Whether the selection, or the whole clip, is played round and round."""
        return self._is_looping

    @property
    def backstep_ms(self) -> int:
        """How far a pause goes back."""
        return self._backstep_ms

    @property
    def problem(self) -> str:
        """Why there is no sound, in one sentence; empty while all is well."""
        return self._player.problem or ""

    @property
    def heard(self) -> tuple[HeardRange, ...]:
        """All that was heard of this clip."""
        return tuple(self._heard)

    @property
    def heard_percent(self) -> int:
        """How much of the clip was heard, in whole per cent; 100 only for all of it."""
        return heard_frames(self._heard) * 100 // self.frames if self.frames else 0

    def load(self, samples: Sound) -> None:
        """Takes another clip, at its start, nothing of it heard; a device that is not there is no error."""
        self.unload()
        self._rate_hz = samples.rate_hz
        self._player.load(samples)
        self._tell()

    def unload(self) -> None:
        """Stops and lets the clip go; the last of what was heard is told first."""
        self.pause()
        self._player.unload()
        self.tell_heard()
        self._heard, self._unlogged = [], []
        self._selection, self._is_looping = None, False
        self._tell()

    @Slot(object)
    def do(self, act: Act) -> None:
        """Does what a key or button of the play bar asks for."""
        if self.frames == 0:
            return
        acts: dict[Act, Callable[[], None]] = {
            Act.PLAY: self.toggle,
            Act.BACK: partial(self._step, -STEP_SECONDS),
            Act.FORWARD: partial(self._step, STEP_SECONDS),
            Act.START: partial(self.seek, 0),
            Act.AGAIN: self._play_again,
            Act.SLOWER: partial(self._change_speed, -1),
            Act.NORMAL_SPEED: partial(self._set_speed, 100),
            Act.FASTER: partial(self._change_speed, 1),
            Act.LOOP: self._switch_loop,
            Act.IN_EDGE: partial(self._play_edge, 0),
            Act.OUT_EDGE: partial(self._play_edge, 1),
            Act.BACKSTEP: self._change_backstep,
        }
        acts[act]()

    @Slot()
    def toggle(self) -> None:
        if not self.is_playing:
            self._play()
            return
        self.pause()
        if self._backstep_ms:
            least = self._part[0] if self._is_looping and self.position >= self._part[0] else 0
            self.seek(max(self.position - self._backstep_ms * self._rate_hz // 1000, least))

    @Slot(int, int)
    def select(self, start: int, end: int) -> None:
        """What a loop and the edges are of; the whole clip if these are equal."""
        self._selection = (start, end) if start < end else None
        if self._is_looping and self.is_playing:
            self._play()

    @Slot()
    def pause(self) -> None:
        """Stops where it is, and tells what was heard."""
        if self._tick.isActive():
            self._player.pause()
            self._stopped()

    @Slot(int)
    def seek(self, frame: int) -> None:
        self._player.seek(min(max(frame, 0), self.frames))
        self.position_changed.emit(self.position)

    @Slot()
    def tell_heard(self) -> None:
        """Gives away what was heard and not told yet."""
        self._take_heard()
        if self._unlogged:
            due, self._unlogged = merged(self._unlogged), []
            self.heard_due.emit(due)

    def close(self) -> None:
        """Lets clip and device go."""
        self.unload()
        self._player.close()

    @Slot()
    def _on_tick(self) -> None:
        if not self.is_playing:
            self._stopped()
            return
        self.position_changed.emit(self.position)
        self._end_again()
        self._ticks += 1
        if self._ticks % STRIP_EVERY_TICKS == 0:
            self._take_heard()

    @property
    def _part(self) -> tuple[int, int]:
        return self._selection or (0, self.frames)

    def _play(self, start: int | None = None, until: int | None = None) -> None:
        if self._is_looping and start is None:
            start, end = self._part
            lacks = max(0, round(LOOP_LEAST_SECONDS * self._rate_hz) - (end - start))
            self._player.play_loop(start, end, lacks, lacks, self.position)
        else:
            self._player.play(start, until)
        if self._player.is_playing:
            self._tick.start()
            self._log.start()
        self._tell()

    def _stopped(self) -> None:
        self._tick.stop()
        self._log.stop()
        self._again_over()
        self.tell_heard()
        self._tell()

    def _step(self, seconds: int) -> None:
        self.seek(self.position + seconds * self._rate_hz)

    def _play_again(self) -> None:
        """The last two seconds once more, slower; then on at the speed of before."""
        here = self.position
        before = self._again[1] if self._again else self.speed_percent
        self._again = (here, before)
        self._player.set_speed(AGAIN_PERCENT)
        self._play(max(here - STEP_SECONDS * self._rate_hz, 0))

    def _end_again(self) -> None:
        if self._again is not None and self.position >= self._again[0]:
            self._again_over()
            if self._is_looping:
                self._play()
            self.state_changed.emit()

    def _switch_loop(self) -> None:
        self._is_looping = not self._is_looping
        if self.is_playing:
            self._play(None if self._is_looping else self.position)
        self.state_changed.emit()

    def _play_edge(self, which: int) -> None:
        """Half a second on each side of where the selection, or the clip, begins or ends."""
        edge, reach = self._part[which], round(EDGE_SECONDS * self._rate_hz)
        self._play(max(edge - reach, 0), min(edge + reach, self.frames))

    def _change_backstep(self) -> None:
        place = BACKSTEPS_MS.index(self._backstep_ms)
        self._backstep_ms = BACKSTEPS_MS[(place + 1) % len(BACKSTEPS_MS)]
        self.state_changed.emit()

    def _again_over(self) -> None:
        if self._again is not None:
            self._player.set_speed(self._again[1])
            self._again = None

    def _change_speed(self, step: int) -> None:
        now = self.speed_percent
        slower = [speed for speed in SPEEDS if speed < now]
        faster = [speed for speed in SPEEDS if speed > now]
        wanted = (faster or [now])[0] if step > 0 else (slower or [now])[-1]
        self._set_speed(wanted)

    def _set_speed(self, percent: int) -> None:
        self._again = None
        self._player.set_speed(percent)
        self.state_changed.emit()

    def _take_heard(self) -> None:
        fresh = self._player.take_heard()
        if fresh:
            self._heard = merged([*self._heard, *fresh])
            self._unlogged += fresh
            self.strip_changed.emit(self.heard)

    def _tell(self) -> None:
        self.position_changed.emit(self.position)
        self.strip_changed.emit(self.heard)
        self.state_changed.emit()
