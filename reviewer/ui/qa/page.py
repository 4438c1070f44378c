"""The spot check: take, listen, type blind, compare, decide."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from reviewer.errors import NdaRequired
from reviewer.model.task import Verdict
from reviewer.ui.assets import put_icon
from reviewer.ui.desk.listening_keys import bind_listening, join
from reviewer.ui.desk.play_bar import PlayBar
from reviewer.ui.desk.playback import Playback, Plays
from reviewer.ui.handles import named
from reviewer.ui.inline import InlineMessage
from reviewer.ui.jobs import Jobs
from reviewer.ui.messages import Message
from reviewer.ui.page import Page, StatusFacts
from reviewer.ui.qa.blind_panel import BlindPanel
from reviewer.ui.qa.checking import Checking, Taken, Waiting
from reviewer.ui.qa.compare_panel import ComparePanel
from reviewer.ui.shortcuts import Scope, bind
from reviewer.ui.theme import EDGE_PX, GAP_PX
from reviewer.ui.waveform.view import WaveformView
from reviewer.ui.waveform.zoom_buttons import ZoomButtons

if TYPE_CHECKING:
    from reviewer.qa.session import Comparison, QaSession

_WAVES_PX = 240


class QaPage(Page):
    """Composes the parts; what is done is the presenter's."""

    scope = Scope.QA

    def __init__(
        self,
        session: "QaSession",
        player_factory: Callable[[], Plays],
        jobs: Jobs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "qa_page", self.tr("Spot check"), kind="page").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.checking = Checking(session, jobs, self)
        self.playback = Playback(player_factory(), self)
        self.view = WaveformView(self)
        self.bar = PlayBar(Scope.QA, self)
        self.message = InlineMessage("qa_message", lines=2, parent=self)
        self.blind = BlindPanel(session.conventions, self)
        self.compare = ComparePanel(session.schema, self)
        self._empty = QWidget(self)
        self._stages = QStackedWidget(self)
        for stage in (self._empty, self.blind, self.compare):
            self._stages.addWidget(stage)
        self.take_button = self._take_button()
        self._is_closed = False
        self._lay_out()
        self._connect()
        self._rest(self.tr("The clip to be checked will be here."))

    @property
    def stage(self) -> str:
        """``empty``, ``blind`` or ``compare``."""
        return ("empty", "blind", "compare")[self._stages.currentIndex()]

    def enter(self) -> None:
        self.checking.look()
        self.status_changed.emit(StatusFacts(sound=self.playback.problem))

    def leave(self) -> None:
        self.playback.pause()

    def close_down(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.playback.close()
            self.checking.close_down()
            self._clear()

    def more_keys(self) -> list[tuple[str, str]]:
        return self.blind.palette_of_tags.keys if self.stage == "blind" else []

    @Slot()
    def _on_take(self) -> None:
        if self.stage == "empty" and self.take_button.isEnabled():
            self.message.clear()
            self.take_button.setEnabled(False)
            self.checking.take()

    @Slot(object)
    def _on_taken(self, taken: Taken) -> None:
        if taken.opened is None:
            self._say_nothing_left(taken)
            return
        self.playback.load(taken.opened.samples)
        self.view.show_clip(taken.opened.samples, taken.opened.pyramid)
        if taken.comparison is not None:
            self._on_compared(taken.comparison)
            return
        self._stages.setCurrentWidget(self.blind)
        self.blind.start()
        self.message.show_message(
            Message(
                self.tr("Type what you hear."),
                self.tr("{0} drawn for a check now, {1} passed without one.").format(
                    taken.drawn, taken.passed
                )
                if taken.drawn or taken.passed
                else "",
            )
        )

    @Slot(object)
    def _on_compared(self, comparison: "Comparison") -> None:
        self._stages.setCurrentWidget(self.compare)
        self.compare.show_comparison(comparison)
        self.message.show_message(Message(self.tr("Compare, then accept or return.")))

    @Slot(object)
    def _on_decided(self, verdict: Verdict) -> None:
        self._rest(self.tr("The clip to be checked will be here."))
        words = {
            Verdict.ACCEPTED: self.tr("Accepted."),
            Verdict.RETURNED: self.tr("Returned to its author with your comment."),
        }
        self.message.show_message(Message(words[verdict]), "ok")
        self.take_button.setFocus()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.message.show_error(error)
        self.blind.set_busy(busy=False)
        self.compare.set_busy(busy=False)
        self.take_button.setEnabled(self.stage == "empty")
        if isinstance(error, NdaRequired):
            self.agreement_requested.emit()

    @Slot(object)
    def _on_unheard(self, error: Exception) -> None:
        """What cannot be logged is not played."""
        self.playback.pause()
        self.message.show_error(error)

    @Slot(object)
    def _on_waiting_changed(self, waiting: Waiting) -> None:
        self._waiting.setText(self.tr("{0} drawn and waiting").format(waiting.checks))
        self.status_changed.emit(StatusFacts(waiting=waiting.checks, unwitnessed=waiting.unwitnessed))

    @Slot()
    def _on_sound_changed(self) -> None:
        self.status_changed.emit(StatusFacts(sound=self.playback.problem))

    def _say_nothing_left(self, taken: Taken) -> None:
        self.take_button.setEnabled(True)
        passed = self.tr("{0} passed without one.").format(taken.passed) if taken.passed else ""
        self.message.show_message(
            Message(
                self.tr("Nothing waits for a check now. {0}").format(passed).strip(),
                self.tr("Submissions are drawn as they come in; ask again later."),
            )
        )

    def _rest(self, sentence: str) -> None:
        self.playback.unload()
        self._clear()
        self.view.show_nothing(sentence)
        self._stages.setCurrentWidget(self._empty)
        self.take_button.setEnabled(True)

    def _clear(self) -> None:
        self.view.show_nothing()
        self.blind.editor.show_text("")
        self.compare.clear()

    def _connect(self) -> None:
        join(self.view, self.playback)
        self.bar.follow(self.playback)
        bind_listening(self, Scope.QA, self.playback, self.view)
        self.playback.heard_due.connect(self.checking.heard)
        self.playback.state_changed.connect(self._on_sound_changed)
        self.blind.hand_in_requested.connect(self.checking.hand_in)
        self.compare.accept_requested.connect(self.checking.accept)
        self.compare.return_requested.connect(self.checking.send_back)
        self.checking.taken.connect(self._on_taken)
        self.checking.compared.connect(self._on_compared)
        self.checking.decided.connect(self._on_decided)
        self.checking.failed.connect(self._on_failed)
        self.checking.unheard.connect(self._on_unheard)
        self.checking.waiting_changed.connect(self._on_waiting_changed)

    def _take_button(self) -> QPushButton:
        button = named(
            QPushButton(self.tr("Draw and take the next check"), self),
            "qa_draw",
            self.tr("Draw and take the next check"),
            key_id="qa.draw",
            kind="primary",
        )
        put_icon(button, "qa", "on_accent")
        button.clicked.connect(self._on_take)
        bind(button, "qa.draw", button.click)
        return button

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Spot check"), self)
        title.setProperty("kind", "title")
        self._waiting = named(QLabel(self), "qa_waiting", self.tr("Drawn and waiting"), kind="dim")
        top = QHBoxLayout()
        top.setSpacing(GAP_PX)
        top.addWidget(title)
        top.addSpacing(GAP_PX)
        top.addWidget(self._waiting, 0, Qt.AlignmentFlag.AlignBottom)
        top.addStretch()
        top.addWidget(self.take_button)
        self.bar.add_right(ZoomButtons(self.view, Scope.QA, self))
        self.view.setFixedHeight(_WAVES_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, GAP_PX, EDGE_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        column.addLayout(top)
        column.addWidget(self.message)
        column.addWidget(self.view)
        column.addWidget(self.bar)
        column.addWidget(self._stages, 1)
