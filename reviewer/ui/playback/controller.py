"""Playing a clip: transport, steps, speeds, loops, segments, and what was heard."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.model.clock import Clock, SystemClock
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span, merge
from reviewer.session.coverage import Coverage
from reviewer.ui.messages import message_of
from reviewer.ui.playback.listening_preferences import ListeningPreferences
from reviewer.ui.playback.player_clock import REPORT_EVERY_MS, PlayerClock, next_part, still_to_hear
from reviewer.ui.playback.segment_navigation import SegmentCursor, SegmentList
from reviewer.ui.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.audio.play.player import Player
    from reviewer.audio.samples import Sound

LOOP_LEAST_MS = 20  # a loop of a few samples buzzes, and hundreds of rounds a block cost processor time
PREVIOUS_AFTER_MS = 1000
UNHEARD_LEAST_MS = 250  # anything shorter is only a click


SPEEDS = (25, 50, 75, 90, 100, 110, 125, 150, 175, 200, 250, 300)
"""In per cent of the recorded speed; all at the recorded pitch."""


class PlaybackAction(StrEnum):
    """The value is the action's name in the shortcut table."""

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
    PREVIOUS_SEGMENT = "previous_segment"
    NEXT_SEGMENT = "next_segment"
    NEXT_UNHEARD = "next_unheard"


class _Again(NamedTuple):
    """A slow replay up to ``end``, then at ``percent``; ``start`` is where it last began."""

    end: int
    percent: int
    start: int


class PlaybackController(QObject):
    """Performs the actions of keys and buttons; ``position`` is the one clock of sound and display."""

    position_changed = Signal(int)
    state_changed = Signal()
    """Playing, speed, loop, preferences, coverage, or the reason for missing sound has changed."""
    coverage_changed = Signal(object)
    """Carries the Spans of this clip that were heard."""
    heard_due = Signal(object)
    """Carries the HeardRanges to log: every 5 s while playing, and at each stop."""
    play_held = Signal()
    """Somebody wanted to play a clip before which people are warned; the next time it plays."""
    select_requested = Signal(int, int)
    """A segment was reached: the owner of the selection marks it and calls ``select``."""

    def __init__(
        self,
        player: "Player",
        parent: QObject | None = None,
        *,
        preferences: Preferences | None = None,
        clock: Clock | None = None,
        report_every_ms: int = REPORT_EVERY_MS,
    ) -> None:
        super().__init__(parent)
        self._player = player
        self._wall_clock = clock or SystemClock()
        self._started_at = 0.0
        self._rate_hz = 1
        self.preferences = ListeningPreferences(preferences or Preferences(parent=self), self)
        self.preferences.changed.connect(self.state_changed)
        self._segments = SegmentList()
        self._speech = SegmentList()
        self._again: _Again | None = None
        self._selection: tuple[int, int] | None = None
        self._is_looping = self._is_held = False
        self._looped: tuple[int, int] | None = None
        self._is_all_heard_shown = False
        self._clock = PlayerClock(player, self, report_every_ms=report_every_ms)
        self._clock.ticked.connect(self._on_ticked)
        self._clock.ended.connect(self._on_ended)
        self._clock.coverage_changed.connect(self._on_coverage_changed)
        self._clock.heard_due.connect(self.heard_due)

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
        """Why there is no sound, and what helps, in the user's language; empty if there is sound."""
        notice = self._player.problem
        if notice is None:
            return ""
        message = message_of(notice)
        return f"{message.sentence} {message.hint}".strip()

    @property
    def coverage(self) -> Coverage:
        """How much of this clip's speech was heard."""
        return self._clock.coverage

    @property
    def is_looping(self) -> bool:
        """Whether the selection, a segment or the whole clip loops."""
        return self._is_looping

    @property
    def is_all_heard_shown(self) -> bool:
        """Whether unheard speech was just requested, and there is none."""
        return self._is_all_heard_shown

    @property
    def has_segments(self) -> bool:
        """Whether the clip has segments."""
        return bool(self._segments.spans)

    @property
    def is_held(self) -> bool:
        """Whether the next request to play will only warn."""
        return self._is_held

    def is_attended(self, within: timedelta) -> bool:
        """Whether playback runs that a person started no longer than ``within`` ago.

        A loop left alone must not keep the window unlocked.
        """
        seconds = self._wall_clock.monotonic() - self._started_at
        return self.is_playing and seconds < within.total_seconds()

    def prefetch(self, samples: "Sound") -> None:
        """Renders the next clip's sound while the present one is transcribed."""
        self._player.prepare(samples)

    def drop_prefetched(self) -> None:
        """Drops the prefetched sound: no clip comes next, or another one."""
        self._player.forget_prepared()

    def load(
        self,
        samples: "Sound",
        speech: Sequence[Span] = (),
        heard_before: Sequence[HeardRange] = (),
        *,
        is_held: bool = False,
    ) -> None:
        """Loads a clip, at its start; a missing device is no error.

        Args:
            samples: the clip.
            speech: its passages of speech: what must be heard, and the segments until there are others.
            heard_before: what was heard for this work earlier, and is logged already.
            is_held: the first request to play only emits ``play_held``, so that people are warned.
        """
        self.unload_for_next()
        self._is_held = is_held
        self._rate_hz = samples.rate_hz
        self._player.load(samples)
        self._player.set_speed(self._player.speed_percent)  # rendered now, not at the first play
        self._segments = self._speech = SegmentList.of(speech, self.frames)
        coverage = Coverage(self.frames, samples.rate_hz, merge(self._speech.spans))
        self._clock.begin_clip(coverage.after(heard_before))
        self._emit_all()

    def set_segments(self, spans: Sequence[Span]) -> None:
        """Goes by the annotation's segments from now on; by passages of speech if it has only one, or none.

        What plays or loops goes on unchanged.
        """
        if len(spans) > 1 and tuple(spans) == self._segments.spans:
            return  # the usual case, after each key
        segments = SegmentList.of(spans, self.frames) if len(spans) > 1 else self._speech
        if segments != self._segments:
            self._segments = segments
            self.state_changed.emit()

    @Slot(int, int)
    def play_span(self, start: int, end: int) -> None:
        """Plays a span once, from its pre-roll to the end of its post-roll, also while a loop is on."""
        if start < min(end, self.frames):
            self._end_again()
            pre, post = self._rolls
            self._play(max(start - pre, 0), min(end + post, self.frames))

    @Slot(int, int)
    def enter_segment(self, start: int, end: int) -> None:
        """Goes to a segment that has become the current one, and plays it if the user prefers that.

        While a loop is on, the segment is looped. The selection stays as it is.
        """
        if not start < min(end, self.frames):
            return
        self._end_again()
        if not self.preferences.plays_segments:
            self.seek(start)
        elif self._is_looping:
            self._player.seek(start)
            self._looped = start, min(end, self.frames)
            self._play()
        else:
            self.play_span(start, end)

    def unload_for_next(self) -> None:
        """Unloads the clip, and keeps the device for the next one."""
        self._let_go(keeps_device=True)

    def unload(self) -> None:
        """Reports what was heard, stops, and unloads the clip."""
        self._let_go(keeps_device=False)
        self._emit_all()

    def close(self) -> None:
        """Unloads the clip and closes the device."""
        self.unload()
        self._player.close()

    @Slot()
    def pause(self) -> None:
        """Stops at the position, and reports what was heard."""
        if self._clock.is_running:
            self._player.pause()
            self._clock.stop()
            self._end_again()
            self._emit_all()

    @Slot()
    def report_heard(self) -> None:
        """Reports heard ranges that were not reported yet."""
        self._clock.report_heard()

    @Slot(object)
    def perform(self, action: PlaybackAction) -> None:
        """Performs the action of a key or button."""
        if self.frames == 0:
            return
        steps: dict[PlaybackAction, Callable[[], None]] = {
            PlaybackAction.PLAY: self.toggle,
            PlaybackAction.BACK: partial(self._step, -1),
            PlaybackAction.FORWARD: partial(self._step, 1),
            PlaybackAction.START: partial(self.seek, 0),
            PlaybackAction.AGAIN: self._play_again,
            PlaybackAction.SLOWER: partial(self._change_speed, -1),
            PlaybackAction.NORMAL_SPEED: partial(self._set_speed, 100),
            PlaybackAction.FASTER: partial(self._change_speed, 1),
            PlaybackAction.LOOP: self._switch_loop,
            PlaybackAction.IN_EDGE: partial(self._play_edge, 0),
            PlaybackAction.OUT_EDGE: partial(self._play_edge, 1),
            PlaybackAction.BACKSTEP: self.preferences.choose_next_backstep,
            PlaybackAction.PREVIOUS_SEGMENT: self._previous_segment,
            PlaybackAction.NEXT_SEGMENT: self._next_segment,
            PlaybackAction.NEXT_UNHEARD: self._next_unheard,
        }
        was_shown, self._is_all_heard_shown = self._is_all_heard_shown, False
        steps[action]()
        if was_shown:
            self.state_changed.emit()

    @Slot()
    def toggle(self) -> None:
        """Plays, or stops and rewinds by the user's preference."""
        if not self.is_playing:
            self._play()
            return
        self.pause()
        back = self._frames_of(self.preferences.backstep_ms)
        if back:
            is_in_loop = self._looped is not None and self.position >= self._looped[0]
            least = self._looped[0] if self._looped is not None and is_in_loop else 0
            self.seek(max(self.position - back, least))

    @Slot(int, int)
    def select(self, start: int, end: int) -> None:
        """Sets the part for loops and edges; if empty, the segment or the clip is used."""
        self._selection = (start, end) if start < end else None
        self._looped = None
        if self._is_looping and self.is_playing:
            self._play()

    def play_part(self, start: int, end: int) -> None:
        """Plays the frames from start to end, with the user's pre-roll and post-roll, and stops."""
        pre, post = self._rolls
        self._end_again()
        self._play(max(start - pre, 0), min(end + post, self.frames))

    @Slot(int)
    def seek(self, frame: int) -> None:
        """Goes to a frame; playback continues. A loop without a selection moves to the segment there."""
        self._player.seek(min(max(frame, 0), self.frames))
        self.position_changed.emit(self.position)
        if self._is_looping and self._selection is None and self.is_playing:
            self._play()

    @Slot()
    def _on_ticked(self) -> None:
        self.position_changed.emit(self.position)
        if self._again is not None and self.position >= self._again.end:
            self._end_again()
            if self._is_looping:
                self._play_round()
            self.state_changed.emit()

    @Slot()
    def _on_ended(self) -> None:
        self._end_again()
        self._emit_all()

    @Slot()
    def _on_coverage_changed(self) -> None:
        self.coverage_changed.emit(self.coverage.heard)

    def _let_go(self, *, keeps_device: bool) -> None:
        self.pause()
        self._player.unload(keeps_device=keeps_device)
        self._clock.report_heard()
        self._clock.end_clip()
        self._segments = self._speech = SegmentList()
        self._selection, self._looped, self._is_looping = None, None, False
        self._is_all_heard_shown = False

    def _emit_all(self) -> None:
        self.position_changed.emit(self.position)
        self.coverage_changed.emit(self.coverage.heard)
        self.state_changed.emit()

    @property
    def _part(self) -> tuple[int, int]:
        """The selection, else the segment under the playhead, else the whole clip."""
        under = self._segments.at(self.position)
        return self._selection or ((under.start, under.end) if under else (0, self.frames))

    @property
    def _rolls(self) -> tuple[int, int]:
        return self._frames_of(self.preferences.pre_roll_ms), self._frames_of(self.preferences.post_roll_ms)

    def _play(self, start: int | None = None, until: int | None = None) -> None:
        if self._is_held:
            self._is_held = False
            self.play_held.emit()
            return
        if self._is_looping and start is None:
            self._play_round()
        else:
            self._looped = None
            self._player.play(start, until)
        self._started_at = self._wall_clock.monotonic()
        if self._player.is_playing:
            self._clock.start()
        self._emit_all()

    def _play_round(self) -> None:
        """Loops the part under the playhead, continuing inside it where it was paused."""
        pre, post = self._rolls
        here, before = self.position, self._looped
        if before is None or not before[0] - pre <= here < before[1] + post:
            before = self._part
        self._looped = start, end = before
        lacks = max(0, self._frames_of(LOOP_LEAST_MS) - (end - start))
        self._player.play_loop(start, end, max(pre, lacks), max(post, lacks), here)

    def _step(self, times: int) -> None:
        self.seek(self.position + times * self._frames_of(self.preferences.step_ms))

    def _play_again(self) -> None:
        """Replays slowly, one step further back each time; then continues at the earlier speed."""
        here = self.position
        end, percent, start = self._again or _Again(here, self.speed_percent, here)
        start = max(start - self._frames_of(self.preferences.step_ms), 0)
        self._again = _Again(end, percent, start)
        self._player.set_speed(min(self.preferences.again_percent, percent))
        self._play(start)

    def _end_again(self) -> None:
        if self._again is not None:
            self._player.set_speed(self._again.percent)
            self._again = None

    def _switch_loop(self) -> None:
        self._is_looping = not self._is_looping
        if self.is_playing:
            self._play(None if self._is_looping else self.position)
        self.state_changed.emit()

    def _play_edge(self, which: int) -> None:
        """Plays a little on each side of where the selection, the segment or the clip starts or ends."""
        edge, reach = self._part[which], self._frames_of(self.preferences.edge_ms)
        self._play(max(edge - reach, 0), min(edge + reach, self.frames))

    def _next_segment(self) -> None:
        self._go_to(self._whereabouts().next)

    def _previous_segment(self) -> None:
        self._go_to(self._whereabouts().previous(self._frames_of(PREVIOUS_AFTER_MS)))

    def _whereabouts(self) -> SegmentCursor:
        return SegmentCursor(self._segments, self.position, self._selection, *self._rolls)

    def _go_to(self, span: Span | None) -> None:
        """Moves the playhead to its start, selects it, and plays it if the user prefers that."""
        if span is None:
            return
        self._end_again()
        self.seek(span.start)
        self.select_requested.emit(span.start, span.end)
        if self.preferences.plays_segments and self._is_looping:
            self._play()
        elif self.preferences.plays_segments:
            pre, post = self._rolls
            self._play(max(span.start - pre, 0), span.end + post)

    def _next_unheard(self) -> None:
        self._clock.take_heard()
        part = next_part(still_to_hear(self.coverage), self.position)
        if part is None:
            self._is_all_heard_shown = True
            self.state_changed.emit()
            return
        self._end_again()
        (pre, post), least = self._rolls, part.start + self._frames_of(UNHEARD_LEAST_MS)
        self._play(max(part.start - pre, 0), max(part.end + post, least))

    def _frames_of(self, milliseconds: int) -> int:
        return milliseconds * self._rate_hz // 1000

    def _change_speed(self, step: int) -> None:
        self._set_speed(next_speed(self.speed_percent, step))

    def _set_speed(self, percent: int) -> None:
        self._again = None
        self._player.set_speed(percent)
        self.state_changed.emit()


def next_speed(percent: int, step: int) -> int:
    """The next of ``SPEEDS``, faster for a positive ``step``, else slower; the same at either end."""
    if step > 0:
        return next((speed for speed in SPEEDS if speed > percent), percent)
    return next((speed for speed in reversed(SPEEDS) if speed < percent), percent)
