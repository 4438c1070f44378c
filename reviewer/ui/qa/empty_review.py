"""The spot check without a clip: what is waiting, and the one thing to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.ui.clip.delayed_disable import Waiting
from reviewer.ui.handles import named, put_key
from reviewer.ui.inline import InlineMessage
from reviewer.ui.shortcuts import bind
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX

_WIDTH_PX = 480


class EmptyCheck(QWidget):
    """Values in, one intent out."""

    take_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty_check")
        self.take = named(
            QPushButton(self.tr("Draw and take the next check"), self),
            "qa_draw",
            self.tr("Draw and take the next check"),
            key_id="qa.draw",
            kind="primary",
        )
        self.take.clicked.connect(self.take_requested)
        self._greyed = Waiting(self.take)
        bind(self.take, "qa.draw", self.take.click)
        self.waiting = named(QLabel(self), "qa_waiting", self.tr("What waits for a check"), kind="label")
        self.message = InlineMessage("qa_empty_message", lines=3, parent=self)
        self.message.retry_requested.connect(self.take.click)
        self._lay_out()

    def show_busy(self, *, is_busy: bool) -> None:
        """While a check is looked for the button waits."""
        self._greyed.show(is_busy=is_busy)

    def show_waiting(self, checks: int) -> None:
        self.waiting.setText(self.tr("{0} drawn and waiting").format(checks))

    def _lay_out(self) -> None:
        card = QWidget(self)
        card.setFixedWidth(_WIDTH_PX)
        title = QLabel(self.tr("No check in hand"), card)
        title.setProperty("kind", "title")
        sentence = QLabel(
            self.tr(
                "Some of what was handed in is drawn for a check. You hear the clip and type your own "
                "version first; then you see both, and accept the work or return it."
            ),
            card,
        )
        sentence.setProperty("kind", "dim")
        sentence.setWordWrap(True)
        hint = QLabel(card)
        put_key(hint, "qa.draw")
        hint.setProperty("kind", "label")
        row = QHBoxLayout()
        row.setSpacing(GROUP_PX)
        row.addWidget(self.take)
        row.addWidget(hint)
        row.addStretch()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(title)
        column.addWidget(sentence)
        column.addSpacing(GAP_PX)
        column.addLayout(row)
        column.addSpacing(GAP_PX)
        column.addWidget(self.waiting)
        column.addSpacing(GAP_PX)
        column.addWidget(self.message)
        middle = QVBoxLayout(self)
        middle.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        middle.addStretch(2)
        middle.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(3)
