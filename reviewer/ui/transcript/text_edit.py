"""The field that the transcript is typed into: large, one line that wraps, plain text of any script."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from reviewer.ui import theme
from reviewer.ui.transcript.tag_insertion import one_line, tag_insertion
from reviewer.ui.transcript.text_offsets import to_points, to_units

LINE_HEIGHT = 1.5


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of the text."""

    start: int
    end: int


class TextField(QTextEdit):
    """Plain text; places are code points. Return types nothing: a transcript is one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFont(theme.interface_font(theme.TRANSCRIPT_PX))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.put_text("")

    @property
    def text(self) -> str:
        return self.toPlainText()

    @property
    def caret(self) -> int:
        """The code point before which the cursor stands."""
        return to_points(self.text, self.textCursor().position())

    def put_text(self, text: str) -> None:
        """Another clip's text: nothing of what was there can be brought back by undo."""
        self.setUndoRedoEnabled(False)
        self.setPlainText(text)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        spacing = QTextBlockFormat()
        # Qt's 100 % is the font's own line, a third taller than the letters' size; ours is of the size.
        percent = 100 * LINE_HEIGHT * theme.TRANSCRIPT_PX / self.fontMetrics().lineSpacing()
        spacing.setLineHeight(percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(spacing)
        self.setUndoRedoEnabled(True)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def insert_tag(self, tag: str) -> None:
        """Types a tag at the cursor, over the selection, as one step of undo."""
        cursor, text = self.textCursor(), self.text
        start = to_points(text, cursor.selectionStart())
        end = to_points(text, cursor.selectionEnd())
        made = tag_insertion(text[:start], text[end:], tag)
        first = cursor.selectionStart()
        cursor.beginEditBlock()  # else undo would take it together with what was typed before
        cursor.insertText(made.typed)
        cursor.endEditBlock()
        cursor.setPosition(first + made.select[0])
        cursor.setPosition(first + made.select[1], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def replace_all(self, text: str) -> None:
        """Types a whole text in place of what is there; undo brings that back."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def select(self, span: Span) -> None:
        """Selects a part and brings it into view."""
        cursor, text = self.textCursor(), self.text
        cursor.setPosition(to_units(text, span.start))
        cursor.setPosition(to_units(text, span.end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def mark(self, tags: Sequence[Span], wrong: Sequence[Span]) -> None:
        """Colours tags and underlines what is wrong; the text itself has no format."""
        text, tag, problem = self.text, _tag_look(), _problem_look()
        marks = [(span, tag) for span in tags] + [(span, problem) for span in wrong]
        self.setExtraSelections([self._selection(text, span, look) for span, look in marks])

    def _mark_anew(self) -> None:
        """The same marks in the colours of the theme that is on now."""
        marks = self.extraSelections()
        wave = QTextCharFormat.UnderlineStyle.WaveUnderline
        for mark in marks:
            mark.format = _problem_look() if mark.format.underlineStyle() == wave else _tag_look()
        self.setExtraSelections(marks)

    def _selection(self, text: str, span: Span, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(to_units(text, span.start))
        cursor.setPosition(to_units(text, span.end), QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor
        made.format = look
        return made

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            return
        super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.textCursor().insertText(one_line(source.text()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._mark_anew()


def _tag_look() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(theme.tokens().accent))
    return made


def _problem_look() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    made.setUnderlineColor(QColor(theme.tokens().warn))
    return made
