"""Listening: what keys and buttons ask of the player."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from reviewer.model.intervals import Span
from reviewer.ui.playback.listening_preferences import ListeningPreferences
from reviewer.ui.playback.player_clock import PlayerClock
from reviewer.ui.playback.player_port import Plays
from reviewer.ui.playback.segment_navigation import SegmentCursor, SegmentList, next_of
from reviewer.ui.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

LOOP_LEAST_MS = 20  # a handful of samples is a buzz, and hundreds of rounds a block are work for the card
PREVIOUS_AFTER_MS = 1000
UNHEARD_LEAST_MS = 250  # less is a click, and says nothing


SPEEDS = (25, 50, 75, 90, 100, 110, 125, 150, 175, 200, 250, 300)
"""In per cent of what was recorded; all at the recorded pitch."""


class PlaybackAction(StrEnum):
    """The value is the key's name in the table of keys."""

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
    """Slower up to ``end``, then on at ``percent``; ``start`` is where it began last."""

    end: int
    percent: int
    start: int


class PlaybackController(PlayerClock):
    """Steps, speeds, loops and segments of the clip that was loaded."""

    select_requested = Signal(int, int)
    """A segment was gone to: whoever keeps the selection marks it, and tells it to ``select``."""

    def __init__(
        self, player: Plays, parent: QObject | None = None, *, preferences: Preferences | None = None
    ) -> None:
        super().__init__(player, parent)
        self.choices = ListeningPreferences(preferences or Preferences(parent=self), self)
        self.choices.changed.connect(self.state_changed)
        self._segments = SegmentList()
        self._again: _Again | None = None
        self._selection: tuple[int, int] | None = None
        self._is_looping = False
        self._looped: tuple[int, int] | None = None
        self._is_all_heard_told = False

    @property
    def is_looping(self) -> bool:
        """Whether the selection, a segment or the whole clip is played round and round."""
        return self._is_looping

    @property
    def is_all_heard_told(self) -> bool:
        """Whether speech that nobody has heard was just asked for, and there is none."""
        return self._is_all_heard_told

    @property
    def has_segments(self) -> bool:
        """Whether there are segments to go to."""
        return bool(self._segments.spans)

    def show_segments(self, spans: Sequence[Span]) -> None:
        """These are the segments of the clip that was loaded; what was heard counts against them."""
        self._segments = SegmentList.of(spans, self.frames)
        self._so_far.count_in(self._segments.spans)
        self.state_changed.emit()

    @Slot(object)
    def do(self, act: PlaybackAction) -> None:
        """Does what a key or button of the play bar asks for."""
        if self.frames == 0:
            return
        acts: dict[PlaybackAction, Callable[[], None]] = {
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
            PlaybackAction.BACKSTEP: self.choices.next_backstep,
            PlaybackAction.PREVIOUS_SEGMENT: self._previous_segment,
            PlaybackAction.NEXT_SEGMENT: self._next_segment,
            PlaybackAction.NEXT_UNHEARD: self._next_unheard,
        }
        was_told, self._is_all_heard_told = self._is_all_heard_told, False
        acts[act]()
        if was_told:
            self.state_changed.emit()

    @Slot()
    def toggle(self) -> None:
        """Plays, or stops and goes back as far as was chosen."""
        if not self.is_playing:
            self._play()
            return
        self.pause()
        back = self._frames_of(self.choices.backstep_ms)
        if back:
            is_in_loop = self._looped is not None and self.position >= self._looped[0]
            least = self._looped[0] if self._looped is not None and is_in_loop else 0
            self.seek(max(self.position - back, least))

    @Slot(int, int)
    def select(self, start: int, end: int) -> None:
        """What a loop and the edges are of; the segment, or the clip, if these are equal."""
        self._selection = (start, end) if start < end else None
        self._looped = None
        if self._is_looping and self.is_playing:
            self._play()

    @Slot(int)
    def seek(self, frame: int) -> None:
        """Goes there; what plays goes on, a loop of no selection with the segment that is there."""
        super().seek(frame)
        if self._is_looping and self._selection is None and self.is_playing:
            self._play()

    def _moved(self) -> None:
        if self._again is not None and self.position >= self._again.end:
            self._again_over()
            if self._is_looping:
                self._play()
            self.state_changed.emit()

    def _ended(self) -> None:
        self._again_over()

    def _forget(self) -> None:
        self._segments = SegmentList()
        self._selection, self._looped, self._is_looping = None, None, False
        self._is_all_heard_told = False

    @property
    def _part(self) -> tuple[int, int]:
        """What was selected, else the segment under the cursor, else all."""
        under = self._segments.at(self.position)
        return self._selection or ((under.start, under.end) if under else (0, self.frames))

    @property
    def _rolls(self) -> tuple[int, int]:
        return self._frames_of(self.choices.pre_roll_ms), self._frames_of(self.choices.post_roll_ms)

    def _play(self, start: int | None = None, until: int | None = None) -> None:
        if self._is_looping and start is None:
            self._play_round()
        else:
            self._looped = None
            self._player.play(start, until)
        self._begun()

    def _play_round(self) -> None:
        """The part under the cursor round and round; one that was left in the middle is gone on with."""
        pre, post = self._rolls
        here, before = self.position, self._looped
        if before is None or not before[0] - pre <= here < before[1] + post:
            before = self._part
        self._looped = start, end = before
        lacks = max(0, self._frames_of(LOOP_LEAST_MS) - (end - start))
        self._player.play_loop(start, end, max(pre, lacks), max(post, lacks), here)

    def _step(self, times: int) -> None:
        self.seek(self.position + times * self._frames_of(self.choices.step_ms))

    def _play_again(self) -> None:
        """A step back once more, slower, each time another step; then on at the speed of before."""
        here = self.position
        end, percent, start = self._again or _Again(here, self.speed_percent, here)
        start = max(start - self._frames_of(self.choices.step_ms), 0)
        self._again = _Again(end, percent, start)
        self._player.set_speed(min(self.choices.again_percent, percent))
        self._play(start)

    def _again_over(self) -> None:
        if self._again is not None:
            self._player.set_speed(self._again.percent)
            self._again = None

    def _switch_loop(self) -> None:
        self._is_looping = not self._is_looping
        if self.is_playing:
            self._play(None if self._is_looping else self.position)
        self.state_changed.emit()

    def _play_edge(self, which: int) -> None:
        """A little on each side of where the selection, the segment or the clip begins or ends."""
        edge, reach = self._part[which], self._frames_of(self.choices.edge_ms)
        self._play(max(edge - reach, 0), min(edge + reach, self.frames))

    def _next_segment(self) -> None:
        self._go_to(self._whereabouts().next)

    def _previous_segment(self) -> None:
        self._go_to(self._whereabouts().previous(self._frames_of(PREVIOUS_AFTER_MS)))

    def _whereabouts(self) -> SegmentCursor:
        return SegmentCursor(self._segments, self.position, self._selection, *self._rolls)

    def _go_to(self, span: Span | None) -> None:
        """Puts the cursor at its start, has it selected, and plays it if that was chosen."""
        if span is None:
            return
        self._again_over()
        self.seek(span.start)
        self.select_requested.emit(span.start, span.end)
        if self.choices.plays_segments and self._is_looping:
            self._play()
        elif self.choices.plays_segments:
            pre, post = self._rolls
            self._play(max(span.start - pre, 0), span.end + post)

    def _next_unheard(self) -> None:
        self._take_heard()
        part = next_of(self._so_far.missing, self.position)
        if part is None:
            self._is_all_heard_told = True
            self.state_changed.emit()
            return
        self._again_over()
        (pre, post), least = self._rolls, part.start + self._frames_of(UNHEARD_LEAST_MS)
        self._play(max(part.start - pre, 0), max(part.end + post, least))

    def _change_speed(self, step: int) -> None:
        self._set_speed(next_speed(self.speed_percent, step))

    def _set_speed(self, percent: int) -> None:
        self._again = None
        self._player.set_speed(percent)
        self.state_changed.emit()


def next_speed(percent: int, step: int) -> int:
    """The next one of ``SPEEDS``, faster for a positive ``step``, else slower; at the end itself."""
    if step > 0:
        return next((speed for speed in SPEEDS if speed > percent), percent)
    return next((speed for speed in reversed(SPEEDS) if speed < percent), percent)
