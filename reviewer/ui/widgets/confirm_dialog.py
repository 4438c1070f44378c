"""Asks for confirmation before something that cannot be undone."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.widgets.widget_ids import named

_WIDTH_PX = 460


class ConfirmDialog(QDialog):
    """A question with its consequences; Cancel has the focus, and Enter and Esc mean Cancel.

    Args:
        title: The question.
        consequences: What confirming does, in sentences.
        verb: The text of the confirming button.
    """

    def __init__(self, title: str, consequences: str, verb: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "confirm_dialog", title).setToolTip("")
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH_PX)
        heading = QLabel(title, self)
        heading.setProperty("kind", "title")
        heading.setWordWrap(True)
        text = named(QLabel(consequences, self), "confirm_text", consequences)
        text.setToolTip("")
        text.setWordWrap(True)
        keep = named(
            QPushButton(self.tr("Cancel"), self), "confirm_cancel", self.tr("Cancel and change nothing")
        )
        keep.setDefault(True)
        keep.clicked.connect(self.reject)
        act = named(QPushButton(verb, self), "confirm_act", verb, kind="danger")
        act.setAutoDefault(False)
        act.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(act)
        row.addStretch()
        row.addWidget(keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GROUP_PX)
        column.addWidget(heading)
        column.addWidget(text)
        column.addLayout(row)
        keep.setFocus()
