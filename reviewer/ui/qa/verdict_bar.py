"""The verdict buttons: accept, or return with a comment."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from reviewer.ui.icons import set_icon
from reviewer.ui.shortcuts import bind_shortcut
from reviewer.ui.theme import GAP_PX, GROUP_PX
from reviewer.ui.widgets.widget_ids import enable, named, shortcut_label


class VerdictBar(QWidget):
    """Emits the verdict; work can be returned only with a comment."""

    accept_requested = Signal()
    return_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("verdict_bar")
        self.return_button = named(
            QPushButton(self.tr("Return"), self),
            "qa_return",
            self.tr("Return to its author with the comment"),
            shortcut_id="qa.return",
        )
        self.accept = named(
            QPushButton(self.tr("Accept"), self),
            "qa_accept",
            self.tr("Accept as it was submitted"),
            shortcut_id="qa.accept",
            kind="primary",
        )
        set_icon(self.return_button, "return")
        set_icon(self.accept, "accept", "on_accent")
        self.accept.clicked.connect(self.accept_requested)
        self.return_button.clicked.connect(self.return_requested)
        bind_shortcut(self.accept, "qa.accept", self.accept.click)
        bind_shortcut(self.return_button, "qa.return", self.return_button.click)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        for button in (self.return_button, self.accept):
            button.setAutoDefault(False)
        row.addWidget(shortcut_label(self, "qa.return"))
        row.addWidget(self.return_button)
        row.addSpacing(GROUP_PX)
        row.addWidget(shortcut_label(self, "qa.accept"))
        row.addWidget(self.accept)
        self.set_has_comment(has_comment=False)

    def set_has_comment(self, *, has_comment: bool) -> None:
        """Sets whether there is a comment, which a return needs."""
        enable(self.return_button, has_comment, self.tr("Write a comment first."))
