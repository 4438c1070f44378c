"""A text in which the words that the other text lacks are marked."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from reviewer.stats.wer import DiffWord
from reviewer.ui.theme import interface_font, tokens
from reviewer.ui.widgets.text_direction import direct_document
from reviewer.ui.widgets.widget_ids import named

_TEXT_PX = 16


class Side(StrEnum):
    """Which of the two texts; theirs is on the left of a DiffWord."""

    THEIRS = "theirs"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters [start, end) of a text."""

    start: int
    end: int


def marks_of(text: str, words: Iterable[DiffWord], side: Side) -> tuple[Mark, ...]:
    """The positions of the differing words in a text (in NFC), each found after the one before."""
    marks: list[Mark] = []
    place = 0
    for step in words:
        word = step.left if side is Side.THEIRS else step.right
        if not word:
            continue
        start = text.find(word, place)
        if start < 0:
            continue
        place = start + len(word)
        if step.op != "equal":
            marks.append(Mark(start, place))
    return tuple(marks)


class MarkedText(QPlainTextEdit):
    """Read-only. Theirs are struck through, mine are underlined: colour is never the only sign."""

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

    def _draw(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.setCharFormat(QTextCharFormat())
        text = self.toPlainText()
        for mark in self._marks:
            # Qt counts UTF-16 units.
            cursor.setPosition(_units(text[: mark.start]))
            cursor.setPosition(_units(text[: mark.end]), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(self._format())

    def _format(self) -> QTextCharFormat:
        made = QTextCharFormat()
        if self._side is Side.THEIRS:
            made.setForeground(QColor(tokens().error))
            made.setFontStrikeOut(True)
        else:
            made.setForeground(QColor(tokens().ok))
            made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            made.setUnderlineColor(QColor(tokens().ok))
        return made

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._marks:
            self._draw()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
