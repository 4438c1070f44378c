"""The text field of the transcript: large plain text of any script, one wrapping line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QEvent, QKeyCombination, QMimeData, Qt
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QTextEdit, QToolTip, QWidget

from reviewer.ui import theme

LINE_HEIGHT = 1.5
UNDO_PAUSE_MS = 1000
_REDO = (
    QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Y),
    QKeyCombination(Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_Z),
)
_NO_SPACE_BEFORE = ".,?!"


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of the text."""

    start: int
    end: int


class TextField(QTextEdit):
    """Plain text of one line; offsets are code points.

    Return is a space between words, so that it never joins two. Undo goes back a word, or to the last pause.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tooltip_at: Callable[[int], str] = lambda _point: ""
        self._last_typed = QElapsedTimer()
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
        """The code point before which the cursor is."""
        return to_points(self.text, self.textCursor().position())

    def put_text(self, text: str) -> None:
        """Shows another clip's text and clears the undo history."""
        self.setUndoRedoEnabled(False)
        self.setPlainText(text)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        spacing = QTextBlockFormat()
        # Qt's 100 % is the font's line height, a third more than its size; ours is relative to the size.
        percent = 100 * LINE_HEIGHT * theme.TRANSCRIPT_PX / self.fontMetrics().lineSpacing()
        spacing.setLineHeight(percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(spacing)
        self.setUndoRedoEnabled(True)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def insert_tag(self, tag: str) -> None:
        """Inserts a tag at the cursor, replacing the selection, as one undo step."""
        cursor, text = self.textCursor(), self.text
        start = to_points(text, cursor.selectionStart())
        end = to_points(text, cursor.selectionEnd())
        made = tag_insertion(text[:start], text[end:], tag)
        first = cursor.selectionStart()
        cursor.beginEditBlock()  # otherwise undo would remove it together with earlier typing
        cursor.insertText(made.typed)
        cursor.endEditBlock()
        cursor.setPosition(first + made.select[0])
        cursor.setPosition(first + made.select[1], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def replace_all(self, text: str) -> None:
        """Replaces the whole text as one undo step."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def replace(self, span: Span, text: str) -> None:
        """Replaces a range as one undo step; the cursor goes behind it."""
        cursor, before = self.textCursor(), self.text
        cursor.setPosition(to_units(before, span.start))
        cursor.setPosition(to_units(before, span.end), QTextCursor.MoveMode.KeepAnchor)
        cursor.beginEditBlock()
        cursor.insertText(text)
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def select(self, span: Span) -> None:
        """Selects a range and scrolls to it."""
        cursor, text = self.textCursor(), self.text
        cursor.setPosition(to_units(text, span.start))
        cursor.setPosition(to_units(text, span.end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def mark(self, tags: Sequence[Span], wrong: Sequence[Span]) -> None:
        """Colours tags and underlines problems; the text itself has no format."""
        text, tag, problem = self.text, _tag_look(), _problem_look()
        marks = [(span, tag) for span in tags] + [(span, problem) for span in wrong]
        self.setExtraSelections([self._selection(text, span, look) for span, look in marks])

    def _mark_anew(self) -> None:
        """Reapplies the marks in the colours of the present theme."""
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
            self._separate_words()
        elif event.matches(QKeySequence.StandardKey.Redo) or event.keyCombination() in _REDO:
            self.redo()
        elif self._begins_undo_step(event):
            cursor = self.textCursor()
            cursor.beginEditBlock()
            super().keyPressEvent(event)
            cursor.endEditBlock()
        else:
            super().keyPressEvent(event)

    def _begins_undo_step(self, event: QKeyEvent) -> bool:
        """Whether a key types the first letter of a word, or the first one after a pause."""
        typed = event.text()
        if not typed or not typed.isprintable() or typed.isspace():
            return False
        is_after_pause = not self._last_typed.isValid() or self._last_typed.elapsed() > UNDO_PAUSE_MS
        self._last_typed.start()
        cursor = self.textCursor()
        is_at_word = cursor.atBlockStart() or self.document().characterAt(cursor.position() - 1).isspace()
        return is_after_pause or is_at_word

    def _separate_words(self) -> None:
        """Types a space, where the text before the cursor ends in a word."""
        cursor = self.textCursor()
        before = self.document().characterAt(cursor.selectionStart() - 1) if cursor.selectionStart() else " "
        if not self.isReadOnly() and not before.isspace():
            cursor.insertText(" ")
            self.setTextCursor(cursor)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            units = self.cursorForPosition(self.viewport().mapFrom(self, event.pos())).position()
            said = self.tooltip_at(to_points(self.text, units))
            if said:
                QToolTip.showText(event.globalPos(), said, self)
                return True
        return super().event(event)

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


def to_units(text: str, place: int) -> int:
    """The offset in UTF-16 code units of code point ``place``."""
    return place + sum(1 for c in text[:place] if ord(c) > 0xFFFF)


def to_points(text: str, units: int) -> int:
    """The code point at UTF-16 offset ``units``; inside a surrogate pair, the code point after it."""
    passed = 0
    for place, c in enumerate(text):
        if passed >= units:
            return place
        passed += 2 if ord(c) > 0xFFFF else 1
    return len(text)


@dataclass(frozen=True, slots=True)
class Insertion:
    """``typed`` replaces the selection; ``select``, a range of its code points, is selected afterwards."""

    typed: str
    select: tuple[int, int]


def tag_insertion(before: str, after: str, tag: str) -> Insertion:
    """Inserts a tag between ``before`` and ``after`` with exactly one space on each side.

    A tag's detail stays selected, to be overwritten; otherwise the cursor goes behind the space.
    """
    lead = " " if before and not before[-1].isspace() else ""
    trail = "" if after and (after[0].isspace() or after[0] in _NO_SPACE_BEFORE) else " "
    detail = re.search(r":([^\]]*)\]", tag)
    if detail is not None:
        return Insertion(lead + tag + trail, (len(lead) + detail.start(1), len(lead) + detail.end(1)))
    end = len(lead) + len(tag) + (1 if trail or after[:1].isspace() else 0)
    return Insertion(lead + tag + trail, (end, end))


def one_line(text: str) -> str:
    """Pasted text for a transcript: line breaks and tabs become single spaces."""
    return re.sub(r"\s*[\r\n\t\v\f\u2028\u2029]\s*", " ", text)
