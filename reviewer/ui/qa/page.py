"""The spot check: take, listen, type blind, compare, decide."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from reviewer.desk.coverage import Lack
from reviewer.errors import NdaRequired
from reviewer.model.task import Verdict
from reviewer.ui.clip.autosave import GONE, not_saved, saved_at
from reviewer.ui.clip.coverage_tracker import CoverageTracker
from reviewer.ui.handles import named
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message
from reviewer.ui.page import Page, StatusFacts
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.playback.key_bindings import bind_playback_keys, bind_spectrogram_keys, connect_waveform
from reviewer.ui.playback.output_settings import OutputSettingsController
from reviewer.ui.playback.output_settings_panel import OutputSettingsButton, bind_output_keys
from reviewer.ui.playback.position_memory import PositionMemory
from reviewer.ui.preferences import Preferences
from reviewer.ui.qa.board import CheckBoard
from reviewer.ui.qa.checking import Checking, Taken, Waiting
from reviewer.ui.qa.empty_review import EmptyCheck
from reviewer.ui.shortcuts import Scope
from reviewer.ui.tab_order import tab_through
from reviewer.ui.waveform.choices import remember_choices

if TYPE_CHECKING:
    from datetime import datetime

    from reviewer.audio.play.player import Player
    from reviewer.qa.session import Comparison, QaSession


class QaPage(Page):
    """Composes the parts; what is done is the presenter's."""

    scope = Scope.QA

    def __init__(
        self,
        session: "QaSession",
        player_factory: "Callable[[], Player]",
        jobs: Jobs,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        named(self, "qa_page", self.tr("Spot check"), kind="page").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.checking = Checking(session, jobs, self)
        player = player_factory()
        self.playback = PlaybackController(player, self, preferences=preferences)
        self.ears = OutputSettingsController(player, self.playback, preferences, self)
        self.empty = EmptyCheck(self)
        self.board = CheckBoard(session.schema, session.conventions, jobs, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.board)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._to_hear = CoverageTracker(self.playback, session.listening_rules)
        self.board.play_bar.require_heard(session.listening_rules.heard_percent)
        self._lack_of: Callable[[], Lack | None] | None = None
        self._position_memory = PositionMemory(self.playback, self.board, self)
        self._is_closed = self._is_unsaved_shown = False
        self._connect()

    @property
    def stage(self) -> str:
        """``empty``, ``blind`` or ``compare``."""
        if self._stack.currentWidget() is self.empty:
            return "empty"
        return "blind" if self.board.is_blind else "compare"

    @property
    def is_at_work(self) -> bool:
        return self.playback.is_playing

    def enter(self) -> None:
        self.checking.look()
        self._on_sound_changed()
        if self.stage == "empty":
            self.empty.take.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        self.playback.pause()
        self._position_memory.keep()
        self.checking.keeper.save_now()

    def close_down(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._position_memory.keep()
            self._position_memory.end()
            self.playback.close()
            self.checking.close_down()
            self.board.clear()

    def more_keys(self) -> list[tuple[str, str]]:
        return self.board.blind.palette_of_tags.keys if self.stage == "blind" else []

    @Slot()
    def _on_take_requested(self) -> None:
        self.empty.message.clear()
        self.empty.show_busy(is_busy=True)
        self.checking.take()

    @Slot(object)
    def _on_taken(self, taken: Taken) -> None:
        self.empty.show_busy(is_busy=False)
        if taken.opened is None:
            self._say_nothing_left(taken)
            return
        self._stack.setCurrentWidget(self.board)
        opened = taken.opened
        self.playback.load(opened.samples, opened.speech, opened.heard)
        draft = taken.opened.draft
        typed = draft.text_verbatim if draft is not None else ""
        self.board.show_clip(taken.opened.samples, taken.opened.pyramid, typed)
        self.board.waves.show_speech(taken.opened.speech)
        self._position_memory.begin(self.checking.keep_place, taken.opened.position)
        if taken.comparison is not None:
            self._on_compared(taken.comparison)
            return
        self.board.message.show_message(
            Message(
                self.tr("Type what you hear; what was handed in stays hidden until then."),
                self.tr("What you had typed before is here.") if typed else _tally(self, taken),
            )
        )

    @Slot(object)
    def _on_compared(self, comparison: "Comparison") -> None:
        self._forget_saving()
        self.board.show_comparison(comparison)
        self.board.message.show_message(
            Message(self.tr("Compare, then accept the work or return it with a comment."))
        )

    @Slot(str)
    def _on_accept_requested(self, comment: str) -> None:
        self.playback.report_heard()  # the last second counts, and is in the log before the verdict
        if self._has_heard(self._to_hear.lack_of_speech):
            self.board.set_busy(busy=True)
            self.checking.accept(comment)

    @Slot(str)
    def _on_return_requested(self, comment: str) -> None:
        self.playback.report_heard()
        if self._has_heard(self._to_hear.lack_of_reason):
            self.board.set_busy(busy=True)
            self.checking.send_back(comment)

    @Slot()
    def _on_heard_more(self) -> None:
        """Hearing what was missing mends it."""
        if self._lack_of is not None and self._has_heard(self._lack_of):
            self.board.message.clear()

    @Slot(object)
    def _on_decided(self, verdict: Verdict) -> None:
        self._put_away()
        words = {
            Verdict.ACCEPTED: self.tr("Accepted."),
            Verdict.RETURNED: self.tr("Returned to its author with your comment."),
        }
        self.empty.message.show_message(Message(words[verdict]), "ok")
        self.empty.take.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self.checking.check is None and self.stage != "empty":
            self._put_away()
        message = self.empty.message if self.stage == "empty" else self.board.message
        message.show_error(error)
        self.board.set_busy(busy=False)
        self.empty.show_busy(is_busy=False)
        if isinstance(error, NdaRequired):
            self.agreement_requested.emit()

    @Slot(object)
    def _on_unheard(self, error: Exception) -> None:
        """What cannot be logged is not played."""
        self.playback.pause()
        self.board.message.show_error(error)

    @Slot(object)
    def _on_saved(self, moment: "datetime") -> None:
        self.status_changed.emit(saved_at(moment))
        if self._is_unsaved_shown:
            self._is_unsaved_shown = False
            self.board.message.clear()

    @Slot(object)
    def _on_save_failed(self, error: Exception) -> None:
        if not isinstance(error, GONE):
            self.board.message.show_message(not_saved(error), "error")
            self._is_unsaved_shown = True
            self.status_changed.emit(StatusFacts(saved=""))

    @Slot(object)
    def _on_waiting_changed(self, waiting: Waiting) -> None:
        self.empty.show_waiting(waiting.checks)
        self.status_changed.emit(StatusFacts(waiting=waiting.checks, unwitnessed=waiting.unwitnessed))

    @Slot()
    def _on_sound_changed(self) -> None:
        self.status_changed.emit(StatusFacts(sound=self.playback.problem))

    def _has_heard(self, lack_of: Callable[[], Lack | None]) -> bool:
        """Says and shows what is missing, if it is."""
        lack = lack_of()
        self._lack_of = lack_of if lack is not None else None
        self.board.show_unheard(lack)
        return lack is None

    def _put_away(self) -> None:
        """The clip leaves the screen."""
        self._lack_of = None
        self._forget_saving()
        self._position_memory.end()
        self.playback.unload()
        self.board.clear()
        self._stack.setCurrentWidget(self.empty)

    def _forget_saving(self) -> None:
        self._is_unsaved_shown = False
        self.status_changed.emit(StatusFacts(saved=""))

    def _say_nothing_left(self, taken: Taken) -> None:
        self.empty.message.show_message(
            Message(
                self.tr("Nothing waits for a check now."),
                _tally(self, taken) or self.tr("Submissions are drawn as they come in; ask again later."),
            )
        )

    def _connect(self) -> None:
        connect_waveform(self.board.waves, self.playback)
        self.board.unheard_changed.connect(self.board.waves.show_unheard)
        self.board.play_bar.follow(self.playback)
        self.board.play_bar.add_right(OutputSettingsButton(self.ears, self.scope, self.board.play_bar))
        tab_through(self.board.play_bar)
        bind_playback_keys(self.board, Scope.QA, self.playback, self.board.waves)
        bind_spectrogram_keys(self.board, Scope.QA, self.board.spectrogram)
        remember_choices(self.board, Scope.QA, self.board.waves, self._preferences)
        bind_output_keys(self.board, Scope.QA, self.ears)
        self.playback.heard_due.connect(self.checking.heard)
        self.playback.state_changed.connect(self._on_sound_changed)
        self.playback.coverage_changed.connect(self._on_heard_more)
        self.empty.take_requested.connect(self._on_take_requested)
        self.board.blind.hand_in_requested.connect(self.checking.hand_in)
        self.board.blind.editor.text_changed.connect(self.checking.note)
        self.checking.keeper.saved.connect(self._on_saved)
        self.checking.keeper.failed.connect(self._on_save_failed)
        self.board.compare.accept_requested.connect(self._on_accept_requested)
        self.board.compare.return_requested.connect(self._on_return_requested)
        self.checking.taken.connect(self._on_taken)
        self.checking.compared.connect(self._on_compared)
        self.checking.decided.connect(self._on_decided)
        self.checking.failed.connect(self._on_failed)
        self.checking.unheard.connect(self._on_unheard)
        self.checking.waiting_changed.connect(self._on_waiting_changed)


def _tally(page: QWidget, taken: Taken) -> str:
    """How the draw went, or nothing when there was nothing to draw from."""
    if not (taken.drawn or taken.passed):
        return ""
    return page.tr("{0} drawn for a check now, {1} passed without one.").format(taken.drawn, taken.passed)
