"""A late draft beside what was handed in since, with its sound: adopted, or dismissed for a reason."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.errors import Notice
from reviewer.model.task import LateReason, TaskKind
from reviewer.session.differences import Side
from reviewer.session.submission_checks import Incomplete
from reviewer.ui.comparison.comparison_panel import ComparisonPanel
from reviewer.ui.comparison.marked_text import MarkedText
from reviewer.ui.comparison.side_names import of_late_draft
from reviewer.ui.lead.opened_sound import OpenedSound
from reviewer.ui.messages import Message, message_of, term
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.time_format import day_and_time
from reviewer.ui.waveform.waveform_view import WaveformView
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from reviewer.lead.late_drafts import OpenedLateDraft
    from reviewer.lead.session import LeadSession
    from reviewer.queue.api import Receipt
    from reviewer.ui.clip.workspace import ClipTools

T = TypeVar("T")
_SIZE_PX = QSize(1080, 660)
_WAVES_PX = 150


class LateDraftDialog(QDialog):
    """Opened after the row of the opening; closes the clip, with its row, however it ends."""

    decided = Signal(str)
    """The draft was adopted or dismissed; carries the sentence that says so."""
    put_away = Signal(object)
    """The clip may not be open any more, and the dialog has ended; carries the refusal."""

    def __init__(
        self, opened: "OpenedLateDraft", author: str, lead: "LeadSession", tools: "ClipTools", parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("late_draft_dialog")
        self.setWindowTitle(self.tr("Late draft of {0}").format(author))
        self.resize(_SIZE_PX)
        self._opened, self._author, self._lead = opened, author, lead
        self._jobs = tools.jobs
        self.message = InlineMessage("late_message", lines=2, parent=self)
        self.waves = WaveformView(self)
        self.waves.setFixedHeight(_WAVES_PX)
        self._sound = OpenedSound(lead.late_drafts, lead.identity, tools, self.waves, self)
        self._sound.put_away.connect(self._on_put_away)
        self._sound.not_logged.connect(self.message.show_error)
        self.texts = self._make_texts()
        self._make_buttons()
        self._lay_out()
        self._sound.show(opened.sound)
        self._show_what_it_becomes()

    @Slot()
    def beat_now(self) -> None:
        """Checks that the clip may stay open; if not, sound and texts leave the screen."""
        self._sound.beat_now()

    def _make_texts(self) -> QWidget:
        if self._opened.beside is None:
            text = MarkedText(Side.MINE, "late_text", self.tr("The text of the late draft"), self)
            text.show_text(self._opened.annotation.text_verbatim, ())
            return text
        panel = ComparisonPanel(self._lead.late_drafts.schema, self)
        panel.show_comparison(self._opened.beside, names=of_late_draft())
        panel.sound_requested.connect(self._on_sound_requested)
        return panel

    def _make_buttons(self) -> None:
        self.play = self._button("late_play", self.tr("Play"), self.tr("Play or stop"), self._on_play)
        self.adopt = self._button(
            "late_adopt", self.tr("Adopt"),
            self.tr("Make it work of its author; QA reviews it"), self._on_adopt, kind="primary",
        )  # fmt: skip
        self.reasons = named(QComboBox(self), "late_reasons", self.tr("Why it does not count"))
        for reason in LateReason:
            self.reasons.addItem(term("LATE_REASON", reason), reason)
        self.dismiss = self._button(
            "late_dismiss",
            self.tr("Dismiss"),
            self.tr("It does not count, for this reason"),
            self._on_dismiss,
        )  # fmt: skip
        self.later = self._button("late_close", self.tr("Close"), self.tr("Decide later"), self.reject)

    def _button(
        self, name: str, text: str, hint: str, slot: Callable[[], object], *, kind: str = ""
    ) -> QPushButton:
        made = named(QPushButton(text, self), name, hint, kind=kind)
        made.setAutoDefault(False)
        made.clicked.connect(slot)
        return made

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        draft = self._opened.draft
        kept = QLabel(self.tr("Kept {0}").format(day_and_time(draft.kept_at)), self)
        kept.setProperty("kind", "label")
        column.addWidget(kept)
        column.addWidget(self.message)
        column.addWidget(self.waves)
        column.addWidget(self.texts, 1)
        row = QHBoxLayout()
        row.setSpacing(GROUP_PX)
        row.addWidget(self.play)
        row.addStretch()
        row.addWidget(self.reasons)
        row.addWidget(self.dismiss)
        row.addSpacing(GROUP_PX)
        row.addWidget(self.adopt)
        row.addWidget(self.later)
        column.addLayout(row)
        tab_through(self.play, self.reasons, self.dismiss, self.adopt, self.later)

    def _show_what_it_becomes(self) -> None:
        draft = self._opened.draft
        is_pass = draft.kind is TaskKind.TRANSCRIBE
        enable(self.adopt, is_pass, self.tr("Only a transcription can be adopted."))
        if not is_pass:
            sentence = self.tr("A draft of a review or an adjudication can be read and dismissed.")
        elif draft.takes_pass:
            sentence = self.tr("Nobody has the task now: adopted, the draft is its work, and QA reviews it.")
        else:
            sentence = self.tr("Adopted, the draft is another pass of the clip, and QA reviews it.")
        self.message.show_message(Message(sentence))

    @Slot()
    def _on_play(self) -> None:
        if self._sound.clip_id:
            self._sound.playback.toggle()

    @Slot(int, int)
    def _on_sound_requested(self, start: int, end: int) -> None:
        if self._sound.clip_id:
            self._sound.playback.play_span(start, end)

    @Slot()
    def _on_adopt(self) -> None:
        lead, draft = self._lead, self._opened.draft
        self._run(lambda: lead.late_drafts.adopt(lead.identity, draft.id), self._on_adopted)

    def _on_adopted(self, receipt: "Receipt") -> None:
        code = "LATE_ADOPTED_LATER" if receipt.is_pending else "LATE_ADOPTED"
        self._end(message_of(Notice(code, {"name": self._author})).sentence)

    @Slot()
    def _on_dismiss(self) -> None:
        lead, draft, reason = self._lead, self._opened.draft, LateReason(self.reasons.currentData())
        self._run(
            lambda: lead.late_drafts.dismiss(lead.identity, draft.id, reason),
            lambda _none: self._end(message_of(Notice("LATE_DISMISSED")).sentence),
        )

    def _run(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._jobs.run(lambda _token: work(), done, self._show_error, owner=self)

    def _show_error(self, error: Exception) -> None:
        """Work that is not complete says what is missing, as a contractor would see it."""
        if not isinstance(error, Incomplete):
            self.message.show_error(error)
            return
        missing = " ".join(message_of(notice).sentence for notice in error.missing)
        self.message.show_message(Message(self.tr("It cannot be adopted as it is."), missing), "warn")

    @Slot(object)
    def _on_put_away(self, error: Exception) -> None:
        self.put_away.emit(error)
        self.reject()

    def _end(self, sentence: str) -> None:
        self.decided.emit(sentence)
        self.accept()

    def done(self, result: int) -> None:
        self._sound.close_down()
        super().done(result)
