"""The desk without a clip: what is waiting, and the one thing to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.model.task import Today
from reviewer.ui.clip.delayed_disable import Waiting
from reviewer.ui.handles import named, put_key
from reviewer.ui.inline import InlineMessage
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX

_WIDTH_PX = 480


class EmptyDesk(QWidget):
    """Values in, two intents out."""

    next_requested = Signal()
    give_back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty_desk")
        self._title = named(QLabel(self), "empty_title", self.tr("State of the desk"), kind="title")
        self._sentence = named(QLabel(self), "empty_sentence", self.tr("What to do"), kind="dim")
        self._sentence.setWordWrap(True)
        self._next = named(
            QPushButton(self.tr("Take the next clip"), self),
            "next_clip",
            self.tr("Take the next clip"),
            key_id="desk.claim",
            kind="primary",
        )
        self._next.clicked.connect(self.next_requested)
        self._give_back = named(
            QPushButton(self.tr("Give this clip back"), self),
            "give_back",
            self.tr("Give this clip back"),
            hint=self.tr("Skips it as broken, so that your lead can look at it"),
        )
        self._give_back.clicked.connect(self.give_back_requested)
        self._greyed = Waiting(self._next, self._give_back)
        self._today = named(QLabel(self), "empty_today", self.tr("Your day"), kind="label")
        self.message = InlineMessage("empty_message", lines=3, parent=self)
        self.message.retry_requested.connect(self.next_requested)
        self._lay_out()
        self.show_state(self.tr("Your desk is empty"), "")

    def show_state(self, title: str, sentence: str, *, may_give_back: bool = False) -> None:
        """What there is, and what to do."""
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._give_back.setVisible(may_give_back)

    def show_busy(self, *, is_busy: bool) -> None:
        """While something is under way, the buttons wait."""
        self._greyed.show(is_busy=is_busy)

    def show_today(self, today: Today) -> None:
        parts = [
            self.tr("{0} waiting").format(today.waiting),
            self.tr("{0} handed in today").format(today.submitted),
            self.tr("{0} returned to you").format(today.returned),
        ]
        self._today.setText("  ·  ".join(parts))

    def take_focus(self) -> None:
        self._next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        card = QWidget(self)
        card.setFixedWidth(_WIDTH_PX)
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(self._title)
        column.addWidget(self._sentence)
        column.addSpacing(GAP_PX)
        row = QHBoxLayout()
        row.setSpacing(GROUP_PX)
        row.addWidget(self._next)
        hint = QLabel(card)
        put_key(hint, "desk.claim")
        hint.setProperty("kind", "label")
        row.addWidget(hint)
        row.addWidget(self._give_back)
        row.addStretch()
        column.addLayout(row)
        column.addSpacing(GAP_PX)
        column.addWidget(self._today)
        column.addSpacing(GAP_PX)
        column.addWidget(self.message)
        middle = QVBoxLayout(self)
        middle.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        middle.addStretch(2)
        middle.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(3)
