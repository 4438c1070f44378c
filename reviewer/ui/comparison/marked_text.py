"""A text in which the words that the other text lacks are marked."""

import unicodedata
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QMimeData
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from reviewer.session.differences import Mark, Side, marks_of
from reviewer.stats.wer import DiffWord
from reviewer.ui.private_clipboard import copied
from reviewer.ui.theme import interface_font, tokens
from reviewer.ui.widgets.text_direction import direct_document
from reviewer.ui.widgets.widget_ids import named

_TEXT_PX = 16


def mark_format(side: Side) -> QTextCharFormat:
    """A differing word: theirs struck through, mine underlined, because colour is never the only sign."""
    made = QTextCharFormat()
    if side is Side.THEIRS:
        made.setForeground(QColor(tokens().error))
        made.setFontStrikeOut(True)
    else:
        made.setForeground(QColor(tokens().ok))
        made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        made.setUnderlineColor(QColor(tokens().ok))
    return made


def utf16_units(text: str) -> int:
    """The length of a text as Qt counts it."""
    return len(text.encode("utf-16-le")) // 2


class MarkedText(QPlainTextEdit):
    """Read-only; one of the marked words can be selected."""

    def __init__(self, side: Side, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, spoken).setToolTip("")
        self.setFont(interface_font(_TEXT_PX))
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self._side = side
        self._marks: tuple[Mark, ...] = ()

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked words, in order."""
        text = self.toPlainText()
        return tuple(text[mark.start : mark.end] for mark in self._marks)

    def show_text(self, text: str, words: Iterable[DiffWord]) -> None:
        """Shows a text with the marks of its side."""
        normal = unicodedata.normalize("NFC", text)
        self._marks = marks_of(normal, words, self._side)
        self.setPlainText(normal)
        direct_document(self.document(), normal)
        self._draw()

    def select_mark(self, mark: Mark | None) -> None:
        """Selects a word and scrolls to it; None selects nothing."""
        cursor = self.textCursor()
        cursor.clearSelection()
        if mark is not None:
            text = self.toPlainText()
            cursor.setPosition(utf16_units(text[: mark.start]))
            cursor.setPosition(utf16_units(text[: mark.end]), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def _draw(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.setCharFormat(QTextCharFormat())
        text = self.toPlainText()
        for mark in self._marks:
            cursor.setPosition(utf16_units(text[: mark.start]))
            cursor.setPosition(utf16_units(text[: mark.end]), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(mark_format(self._side))

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied(self, self.textCursor().selectedText())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._marks:
            self._draw()
