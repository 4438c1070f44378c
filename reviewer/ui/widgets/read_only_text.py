"""Read-only text: a reviewer's comment, and the training text."""

import math

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from reviewer.ui.private_clipboard import copied
from reviewer.ui.widgets.text_direction import direct_document
from reviewer.ui.widgets.widget_ids import named

_MOST_LINES = 3
_BORDER_PX = 2
_STOP = Qt.FocusPolicy.StrongFocus
_HEIGHT_PX = 40


class CommentText(QTextEdit):
    """Plain text that can be selected; it grows to three lines, then scrolls."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setProperty("kind", "remark")
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self._fit()

    def show_text(self, text: str) -> None:
        self.setPlainText(text)
        direct_document(self.document(), text)
        self.setAccessibleDescription(text)
        self._fit()

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing()
        needed, most = math.ceil(self.document().size().height()) + 1, _MOST_LINES * line
        # Scrolling needs the focus; a text that is fully visible is no tab stop.
        self.setFocusPolicy(_STOP if needed > most else Qt.FocusPolicy.ClickFocus)
        bars = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(bars.ScrollBarAsNeeded if needed > most else bars.ScrollBarAlwaysOff)
        height = max(min(needed, most), line) + 2 * _BORDER_PX
        if height != self.height():
            self.setFixedHeight(height)

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied(self, self.textCursor().selectedText())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().lineSpacing() + 2 * _BORDER_PX)


class Preview(QTextEdit):
    """Two dim lines that wrap anywhere; longer text scrolls."""

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

    def set_low(self, *, is_low: bool) -> None:
        """Shows one line, where there is little room."""
        self.setFixedHeight(_HEIGHT_PX // 2 if is_low else _HEIGHT_PX)

    def show_text(self, text: str, profile: str) -> None:
        """Shows a text; the tooltip names the text profile that produced it."""
        if text != self.toPlainText():
            self.setPlainText(text)
            direct_document(self.document(), text)
        self.setToolTip(
            self.tr("Derived from your text with the profile %s; this is what models are trained on.")
            % profile
        )

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied(self, self.textCursor().selectedText())
