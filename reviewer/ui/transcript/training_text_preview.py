"""What a trainer will read: the derived text, to look at only."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from reviewer.ui.widgets.widget_ids import named

_HEIGHT_PX = 40


class Preview(QTextEdit):
    """Two dim lines, wrapped anywhere; longer texts scroll."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "training_text", self.tr("Training text"), kind="preview")
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.setFixedHeight(_HEIGHT_PX)

    def show_text(self, text: str, profile: str) -> None:
        """Shows a text and names, in the tooltip, the profile that made it."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self.setToolTip(self.tr("Made from your text by the profile %s: what training reads.") % profile)
