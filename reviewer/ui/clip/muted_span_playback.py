"""Plays a muted span once to somebody who decides about it, after they said why."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from reviewer.model.event import HeardRange
from reviewer.model.redaction import HearingReason
from reviewer.ui.messages import term
from reviewer.ui.playback.controller import PlaybackController

if TYPE_CHECKING:
    from reviewer.audio.play.player import Player
    from reviewer.session.muted_span import MutedSpan


class MutedSpanPlayback(QObject):
    """Has a player of its own while it plays, so that the clip keeps its place and its coverage.

    It stops when its page is hidden: another page is shown, or the window is locked.
    """

    heard_due = Signal(str, object)
    """Carries the redaction's id, and the HeardRanges of the clip to log."""

    def __init__(self, player_factory: "Callable[[], Player]", page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._player_factory = player_factory
        self._playback: PlaybackController | None = None
        self._span: MutedSpan | None = None
        page.installEventFilter(self)

    @property
    def playback(self) -> PlaybackController | None:
        """What plays; None while nothing does."""
        return self._playback

    def ask(self, beside: QWidget, chosen: Callable[[HearingReason], None]) -> None:
        """Asks why the span must be heard, in a menu; the numbers are keys."""
        menu = QMenu(self._page)
        menu.setObjectName("hearing_reasons")
        for number, reason in enumerate(HearingReason, 1):
            action = menu.addAction(f"&{number}  {term('HEARING_REASON', reason)}")
            action.triggered.connect(partial(_choose, chosen, reason))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
        menu.setActiveAction(menu.actions()[0])

    def play(self, span: "MutedSpan") -> None:
        """Plays the span from its beginning to its end, once; not on a page that is hidden by now."""
        self.stop()
        if not self._page.isVisible():
            return
        playback = PlaybackController(self._player_factory(), self)
        playback.load(span.samples)
        self._span, self._playback = span, playback
        playback.heard_due.connect(self._on_heard)
        playback.state_changed.connect(self._on_state_changed)
        playback.play_part(0, span.samples.frames)

    @Slot()
    def stop(self) -> None:
        """Stops, reports what was heard, and drops the samples."""
        playback, self._playback = self._playback, None
        if playback is not None:
            playback.close()
            playback.deleteLater()
        self._span = None

    @Slot()
    def _on_state_changed(self) -> None:
        if self._playback is not None and not self._playback.is_playing:
            self.stop()

    @Slot(object)
    def _on_heard(self, ranges: Sequence[HeardRange]) -> None:
        span = self._span
        if span is not None:
            moved = [
                HeardRange(one.start + span.first, one.end + span.first, one.speed_percent) for one in ranges
            ]
            self.heard_due.emit(span.redaction.id, moved)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and watched is self._page:
            self.stop()
        return super().eventFilter(watched, event)


def _choose(chosen: Callable[[HearingReason], None], reason: HearingReason, *_triggered: object) -> None:
    chosen(reason)
