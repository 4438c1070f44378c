"""The text of one hypothesis: a word that is clicked is played from, the one at the playhead is marked."""

import math

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from reviewer.model.hypothesis import Hypothesis
from reviewer.transcript.text_times import TextTimes
from reviewer.transcript.word_times import TimedWord
from reviewer.ui import theme
from reviewer.ui.private_clipboard import copied
from reviewer.ui.transcript.text_edit import to_points, to_units
from reviewer.ui.widgets.text_direction import direct_document

FONT_PX = 16
MOST_LINES = 5
_BORDER_PX = 2
_FRAME_PX = 8 + 2 * _BORDER_PX
_FLAGS = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class HypothesisText(QTextEdit):
    """Read-only; it grows with its text to five lines, then scrolls.

    Enter does for the word at the text cursor what a click does for the one below the pointer. Words of a
    hypothesis without times cannot be played: they are plain text.
    """

    seek_requested = Signal(int)
    """Carries the frame at which the word begins."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most_lines = MOST_LINES
        self.setObjectName(name)
        self.setProperty("kind", "remark")
        self.setReadOnly(True)
        self.setTextInteractionFlags(_FLAGS)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setFont(theme.interface_font(FONT_PX))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._times: TextTimes | None = None
        self._marked: TimedWord | None = None

    def show_hypothesis(self, hypothesis: Hypothesis, frames: int) -> None:
        """Shows a hypothesis for a clip of ``frames`` samples a channel."""
        self.setPlainText(hypothesis.text)
        direct_document(self.document(), hypothesis.text)
        self.setAccessibleDescription(hypothesis.text)
        self._times = TextTimes(self.toPlainText(), hypothesis.words, 0, frames) if hypothesis.words else None
        shape = Qt.CursorShape.IBeamCursor if self._times is None else Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)
        self._mark(None)
        self._fit()

    def show_position(self, frame: int) -> None:
        """Marks the word that is said at a frame."""
        word = self._times.word_at_frame(frame) if self._times is not None else None
        if word != self._marked:
            self._mark(word)

    def _request_at(self, units: int) -> None:
        if self._times is None:
            return
        word = self._times.word_at_caret(to_points(self._times.text, units))
        if word is not None:
            self.seek_requested.emit(word.from_frame)

    def _mark(self, word: TimedWord | None) -> None:
        self._marked = word
        if word is None:
            self.setExtraSelections([])
            return
        text = self.toPlainText()
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(to_units(text, word.start))
        cursor.setPosition(to_units(text, word.end), QTextCursor.MoveMode.KeepAnchor)
        made.cursor, made.format = cursor, _at_playhead()
        self.setExtraSelections([made])

    def set_most_lines(self, lines: int) -> None:
        """From how many lines on it scrolls."""
        self._most_lines = lines
        self._fit()

    def height_px(self, lines: int) -> int:
        """How high it is with so many lines."""
        return lines * self.fontMetrics().lineSpacing() + _FRAME_PX

    def _fit(self) -> None:
        needed = math.ceil(self.document().size().height()) + 2 * _BORDER_PX
        height = max(min(needed, self.height_px(self._most_lines)), self.height_px(1))
        bars = Qt.ScrollBarPolicy
        is_whole = needed <= height
        self.setVerticalScrollBarPolicy(bars.ScrollBarAlwaysOff if is_whole else bars.ScrollBarAsNeeded)
        if height != self.height():
            self.setFixedHeight(height)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        is_click = event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection()
        if is_click:
            point = event.position().toPoint()
            self._request_at(self.cursorForPosition(point).position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self._request_at(self.textCursor().position())
            event.accept()
        else:
            super().keyPressEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied(self, self.textCursor().selectedText())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._marked is not None:
            self._mark(self._marked)


def _at_playhead() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setBackground(QColor(theme.tokens().accent))
    made.setForeground(QColor(theme.tokens().on_accent))
    return made
