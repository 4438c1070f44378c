"""Reports an unexpected error without showing any content that was being worked on."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from reviewer.ui.messages import CrashReport, crash_message
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX, time_font
from reviewer.ui.widgets.widget_ids import named

_WIDTH_PX = 520
_DETAILS_PX = 160


class CrashDialog(QDialog):
    """Sentence, hint and report number; a button shows the stack trace."""

    def __init__(self, report: CrashReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "crash_dialog", self.tr("An unexpected error occurred"))
        self.setWindowTitle(self.tr("Reviewer"))
        message = crash_message(report)
        title = QLabel(self.tr("An unexpected error occurred"), self)
        title.setProperty("kind", "title")
        sentence = QLabel(f"{message.sentence}\n{message.hint}", self)
        sentence.setObjectName("crash_sentence")
        sentence.setWordWrap(True)
        self._details = named(QPlainTextEdit(self), "crash_details", self.tr("Stack trace"))
        self._details.setReadOnly(True)
        self._details.setFont(time_font())
        self._details.setPlainText(report.details)
        self._details.setFixedHeight(_DETAILS_PX)
        self._details.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        layout.setSpacing(GROUP_PX)
        layout.addWidget(title)
        layout.addWidget(sentence)
        layout.addWidget(self._details)
        layout.addLayout(self._buttons())
        self.setMinimumWidth(_WIDTH_PX)

    def _buttons(self) -> QHBoxLayout:
        show = named(QPushButton(self.tr("Details"), self), "crash_show", self.tr("Show the stack trace"))
        show.clicked.connect(self._details.show)
        close = named(
            QPushButton(self.tr("Continue"), self), "crash_close", self.tr("Continue working"), kind="primary"
        )
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(show)
        row.addStretch()
        row.addWidget(close)
        return row
