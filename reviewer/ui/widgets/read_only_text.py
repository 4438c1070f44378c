"""Read-only text: a reviewer's comment, and the training text."""

import math

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextBlockFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from reviewer.ui.private_clipboard import copied
from reviewer.ui.widgets.text_direction import direct_document
from reviewer.ui.widgets.widget_ids import named

_MOST_LINES = 3
_BORDER_PX = 2
_STOP = Qt.FocusPolicy.StrongFocus
_PREVIEW_LINE_PX = 20


class CommentText(QTextEdit):
    """Plain text that can be selected; it grows to three lines, then scrolls."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most_lines = _MOST_LINES
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

    def height_px(self, lines: int) -> int:
        """How high it is with so many lines."""
        return lines * self.fontMetrics().lineSpacing() + 2 * _BORDER_PX

    def set_most_lines(self, lines: int) -> None:
        """From how many lines on it scrolls."""
        self._most_lines = lines
        self._fit()

    def show_text(self, text: str) -> None:
        self.setPlainText(text)
        direct_document(self.document(), text)
        self.setAccessibleDescription(text)
        self._fit()

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing()
        needed, most = math.ceil(self.document().size().height()) + 1, self._most_lines * line
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
    """A dim line or two that wrap anywhere; of a longer text those at the text cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "training_text", self.tr("Training text"), kind="preview")
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.set_lines(2)

    def set_lines(self, lines: int) -> None:
        """Shows so many lines."""
        self.setFixedHeight(self.height_px(lines))

    def height_px(self, lines: int) -> int:
        """How high it is with so many lines."""
        return lines * _PREVIEW_LINE_PX

    @property
    def baseline_px(self) -> int:
        """How far below its top the first line of text stands; Qt puts what a fixed height adds above it."""
        return _PREVIEW_LINE_PX - self.fontMetrics().descent()

    def show_text(self, text: str, profile: str, place: float = 0.0) -> None:
        """Shows a text, scrolled to ``place`` (0 to 1) in it; the tooltip names the profile that made it."""
        if text != self.toPlainText():
            self.setPlainText(text)
            direct_document(self.document(), text)
            self._space_lines()
        cursor = self.textCursor()
        cursor.setPosition(min(round(place * len(text)), len(text)))
        self.setTextCursor(cursor)
        bar = self.verticalScrollBar()
        at = bar.value() + self.cursorRect().center().y()
        bar.setValue(max((at + _PREVIEW_LINE_PX - self.height()) // _PREVIEW_LINE_PX, 0) * _PREVIEW_LINE_PX)
        self.setToolTip(
            self.tr("Derived from your text with the profile %s; this is what models are trained on.")
            % profile
        )

    def _space_lines(self) -> None:
        """Lines of one height, whatever the script: none is seen in part."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        spacing = QTextBlockFormat()
        spacing.setLineHeight(_PREVIEW_LINE_PX, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.mergeBlockFormat(spacing)

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied(self, self.textCursor().selectedText())
