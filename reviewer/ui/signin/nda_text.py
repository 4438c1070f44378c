"""Shows the agreement exactly, character by character."""

import hashlib

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from reviewer.ui.widgets.widget_ids import named

_PARAGRAPH = "\u2029"


class NdaTextView(QPlainTextEdit):
    """Read-only text that emits once its last line was visible, by scrolling or by caret."""

    end_reached = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "nda_text", self.tr("The agreement"))
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self._was_reached = False
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._on_look)
        self.verticalScrollBar().valueChanged.connect(self._look_soon)
        self.cursorPositionChanged.connect(self._look_soon)

    def show_text(self, text: str) -> None:
        """Shows a text from its beginning."""
        self._was_reached = False
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._look.start()

    def is_exactly(self, text: str, sha256: str) -> bool:
        """Whether the text shown is this text, and its UTF-8 bytes have this SHA-256 (hex)."""
        shown = self._raw()
        return shown == text and hashlib.sha256(shown.encode()).hexdigest() == sha256

    def _raw(self) -> str:
        """Like ``toPlainText``, but keeps no-break spaces."""
        raw = self.document().toRawText()
        return raw.replace(_PARAGRAPH, "\n")

    @Slot()
    def _on_look(self) -> None:
        if not self.isVisible() or self.document().isEmpty():
            return
        self._lay_out_all()
        if not self._was_reached and self._is_last_line_in_view():
            self._was_reached = True
            self.end_reached.emit()

    @Slot()
    def _look_soon(self) -> None:
        """Not connected to ``start`` directly, which would take the scroll bar's value as milliseconds."""
        self._look.start()

    def _is_last_line_in_view(self) -> bool:
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        place = self.cursorRect(end)
        return place.top() >= 0 and place.bottom() <= self.viewport().height()

    def _lay_out_all(self) -> None:
        """Qt counts a paragraph that was never visible as one line until its size is asked for."""
        layout, block = self.document().documentLayout(), self.document().begin()
        while block.isValid():
            layout.blockBoundingRect(block)
            block = block.next()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._look.start()
