"""The workspace without a clip: what is waiting, and what to do next."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.model.task import DailyCounts
from reviewer.ui.clip.delayed_disable import DisableWhileBusy
from reviewer.ui.messages import Message
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.widgets.inline_message import InlineMessage
from reviewer.ui.widgets.widget_ids import named, put_value, shortcut_label

_WIDTH_PX = 480
_MESSAGE_LINES = 5
"""The broker is away: two lines each of what happened and what to do, beside the button."""


@dataclass(frozen=True, slots=True)
class EmptyPageWords:
    """What differs from role to role; each pair is a title and what to do."""

    claim: str
    """On the button."""
    claim_key: str
    """The row of the key table that does the same."""
    ready: tuple[str, str]
    nothing_waits: tuple[str, str]
    failed: tuple[str, str]
    give_back: str = ""
    """On the button that gives back a clip that does not open; empty for no button."""
    give_back_hint: str = ""


class EmptyPage(QWidget):
    """Values in, two intents out. ``counts_line`` puts the counts into words."""

    claim_requested = Signal()
    give_back_requested = Signal()

    def __init__(
        self,
        words: EmptyPageWords,
        counts_line: Callable[[DailyCounts], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("empty_page")
        self._words = words
        self._counts_line = counts_line
        self._title = named(QLabel(self), "empty_title", self.tr("State of this page"), kind="title")
        self._sentence = named(QLabel(self), "empty_sentence", self.tr("What to do"), kind="dim")
        self._sentence.setWordWrap(True)
        self.claim = named(
            QPushButton(words.claim, self), "claim", words.claim, shortcut_id=words.claim_key, kind="primary"
        )
        self.claim.clicked.connect(self.claim_requested)
        bind_shortcut(self, words.claim_key, self.claim.click)
        self._give_back = self._give_back_button(words)
        self._busy = DisableWhileBusy(self.claim, *self._give_back)
        self._counts = named(QLabel(self), "empty_counts", self.tr("Waiting and finished work"), kind="label")
        self.message = InlineMessage("empty_message", lines=_MESSAGE_LINES, parent=self)
        self.message.retry_requested.connect(self.claim_requested)
        self._lay_out()
        self.show_ready()

    def show_ready(self) -> None:
        """No clip is leased, and none was requested."""
        self._show_state(self._words.ready)

    def show_nothing_waits(self) -> None:
        """The queue has nothing for this person."""
        self._show_state(self._words.nothing_waits)

    def show_failure(self, message: Message, *, awaited: str = "", may_give_back: bool = False) -> None:
        """Shows why there is no clip; ``awaited`` says what it waits for, if it comes by itself."""
        title, sentence = self._words.failed
        self._show_state((title, awaited or sentence))
        for button in self._give_back:
            button.setVisible(may_give_back)
        self.message.show_message(message, "warn")

    def show_busy(self, *, is_busy: bool) -> None:
        """Disables the buttons while an operation runs."""
        self._busy.show(is_busy=is_busy)

    def show_counts(self, counts: DailyCounts) -> None:
        put_value(self._counts, self._counts_line(counts))

    def take_focus(self) -> None:
        self.claim.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_state(self, title_and_sentence: tuple[str, str]) -> None:
        title, sentence = title_and_sentence
        self._title.setText(title)
        self._sentence.setText(sentence)
        for button in self._give_back:
            button.hide()
        self.message.clear()

    def _give_back_button(self, words: EmptyPageWords) -> tuple[QPushButton, ...]:
        """The button that gives a clip back, if there is one."""
        if not words.give_back:
            return ()
        button = QPushButton(words.give_back, self)
        named(button, "give_back", words.give_back, hint=words.give_back_hint)
        button.clicked.connect(self.give_back_requested)
        return (button,)

    def _lay_out(self) -> None:
        card = QWidget(self)
        card.setFixedWidth(_WIDTH_PX)
        hint = shortcut_label(card, self._words.claim_key)
        row = QHBoxLayout()
        row.setSpacing(GROUP_PX)
        for part in (self.claim, hint, *self._give_back):
            row.addWidget(part)
        row.addStretch()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(self._title)
        column.addWidget(self._sentence)
        column.addSpacing(GAP_PX)
        column.addLayout(row)
        column.addSpacing(GAP_PX)
        column.addWidget(self._counts)
        column.addSpacing(GAP_PX)
        column.addWidget(self.message)
        middle = QVBoxLayout(self)
        middle.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        middle.addStretch(2)
        middle.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(3)
