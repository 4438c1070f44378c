"""The text field of the transcript: large plain text of any script, one wrapping line."""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QEvent, QKeyCombination, QMimeData, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocumentFragment,
    QTextOption,
)
from PySide6.QtWidgets import QTextEdit, QToolTip, QWidget

from reviewer.transcript.pasted_text import PastedText
from reviewer.ui import theme
from reviewer.ui.keymap.key_precedence import takes_composed
from reviewer.ui.private_clipboard import ask_not_to_learn, can_be_pasted, copied, pasted
from reviewer.ui.widgets.text_direction import direct_document

LINE_HEIGHT = 1.5
UNDO_PAUSE_MS = 1000
REDO_KEYS = (
    QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Y),
    QKeyCombination(Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_Z),
)
_TYPING, _DELETING, _OTHER = "typing", "deleting", "other"
_PARAGRAPH = 800
_FRAME_PX = 12
"""Border and padding, above and below."""
_BREAK = "\n"
_MOVE, _SELECT = QTextCursor.MoveMode.MoveAnchor, QTextCursor.MoveMode.KeepAnchor
_NO_SPACE_BEFORE = ".,?!"
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of the text."""

    start: int
    end: int


class Range(Protocol):
    """Anything with a start and an end in the text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class TextField(QTextEdit):
    """Plain text of one line; offsets are code points. The owner keeps the undo history.

    Return asks for the next segment where there are several, else it is a space between words, so that it
    never joins two. Long text is shown in paragraphs, because Qt lays out a whole paragraph after each key.
    """

    edited = Signal(bool)
    """The text changed; carries whether an undo step begins with it."""
    paste_cleaned = Signal(object)
    """Carries what was changed in a pasted text, a tuple of PasteChange."""
    next_requested = Signal()
    previous_requested = Signal()
    undo_requested = Signal()
    redo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.take_key: Callable[[QKeyEvent], bool] = lambda _event: False
        self.tooltip_at: Callable[[int], str] = lambda _point: ""
        self.clean: Callable[[str], PastedText] = lambda text: PastedText(one_line(text))
        self.is_one_of_several = False
        self._steps = UndoSteps()
        self._tags: Sequence[Range] = ()
        self._wrong: Sequence[Range] = ()
        self._is_breaking = self._has_preedit = False
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        ask_not_to_learn(self)
        self.setTabChangesFocus(True)
        self._text_px = theme.TRANSCRIPT_PX
        self.setFont(theme.interface_font(self._text_px))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDefaultCursorMoveStyle(Qt.CursorMoveStyle.VisualMoveStyle)
        self.put_text("")
        self.textChanged.connect(self._on_text_changed)
        self.verticalScrollBar().valueChanged.connect(self._show_marks)

    @property
    def text(self) -> str:
        return self.toPlainText().replace(_BREAK, " ")

    @property
    def caret(self) -> int:
        """The code point before which the cursor is."""
        return to_points(self.text, self.textCursor().position())

    @property
    def selected(self) -> Span:
        """The selection; empty at the cursor without one."""
        text, cursor = self.text, self.textCursor()
        return Span(to_points(text, cursor.selectionStart()), to_points(text, cursor.selectionEnd()))

    def put_text(self, text: str, caret: int | None = None) -> None:
        """Shows another text, without a signal; the cursor is at its end unless ``caret`` is given."""
        was_blocked = self.blockSignals(True)
        self._tags = self._wrong = ()
        self.setExtraSelections([])
        self.setPlainText(in_paragraphs(text))
        direct_document(self.document(), text)
        self._space_lines()
        cursor = QTextCursor(self.document())
        cursor.setPosition(to_units(text, len(text) if caret is None else min(caret, len(text))))
        self.setTextCursor(cursor)
        self._steps.begin_text(cursor.position())
        self.blockSignals(was_blocked)

    def set_text_px(self, pixels: int) -> None:
        """Sets the size of the text, without a signal; the cursor stays."""
        was_blocked = self.blockSignals(True)
        self._text_px = pixels
        self.setFont(theme.interface_font(pixels))
        self._space_lines()
        self.blockSignals(was_blocked)
        self.ensureCursorVisible()

    def height_px(self, lines: int) -> int:
        """How high it is with so many lines."""
        return (
            math.ceil(lines * LINE_HEIGHT * self._text_px + 2 * self.document().documentMargin()) + _FRAME_PX
        )

    def _space_lines(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        spacing = QTextBlockFormat()
        # Qt's 100 % is the font's line height, a third more than its size; ours is relative to the size.
        percent = 100 * LINE_HEIGHT * self._text_px / self.fontMetrics().lineSpacing()
        spacing.setLineHeight(percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(spacing)

    def insert_tag(self, tag: str) -> None:
        """Inserts a tag at the cursor, replacing the selection, as one undo step."""
        cursor, text = self.textCursor(), self.text
        start = to_points(text, cursor.selectionStart())
        end = to_points(text, cursor.selectionEnd())
        made = tag_insertion(text[:start], text[end:], tag)
        first = cursor.selectionStart()
        cursor.insertText(made.typed)
        cursor.setPosition(first + made.select[0])
        cursor.setPosition(first + made.select[1], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def replace_all(self, text: str) -> None:
        """Replaces the whole text as one undo step."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(in_paragraphs(text))
        self.setTextCursor(cursor)

    def replace(self, span: Span, text: str) -> None:
        """Replaces a range as one undo step; the cursor goes behind it."""
        cursor, before = self.textCursor(), self.text
        cursor.setPosition(to_units(before, span.start))
        cursor.setPosition(to_units(before, span.end), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(in_paragraphs(text))
        self.setTextCursor(cursor)

    def replace_tag(self, span: Span, tag: str) -> None:
        """Replaces a tag as one undo step; the cursor goes behind it and the space after it."""
        after = self.text[span.end :]
        needs_space = not after or not (after[0].isspace() or after[0] in _NO_SPACE_BEFORE)
        self.replace(span, tag + (" " if needs_space else ""))
        if after[:1].isspace():
            end = span.start + len(tag) + 1
            self.select(Span(end, end))

    @Slot()
    def paste_as_it_is(self) -> None:
        """Pastes the clipboard's text without cleaning; line breaks become spaces all the same."""
        source = QGuiApplication.clipboard().mimeData()
        if source is not None and not self.isReadOnly():
            self._insert(one_line(_plain(source)))

    def _insert(self, text: str) -> None:
        self.textCursor().insertText(in_paragraphs(text))
        self.ensureCursorVisible()

    def select(self, span: Span) -> None:
        """Selects a range and scrolls to it."""
        cursor, text = self.textCursor(), self.text
        cursor.setPosition(to_units(text, span.start))
        cursor.setPosition(to_units(text, span.end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def mark(self, tags: Sequence[Range], wrong: Sequence[Range]) -> None:
        """Colours tags and underlines problems; the text itself has no format."""
        self._tags, self._wrong = tags, wrong
        self._show_marks()

    @Slot()
    def _show_marks(self) -> None:
        """Draws the marks in view: thousands would be moved with each key."""
        area, text = self.viewport().rect(), self.text
        first = to_points(text, self.cursorForPosition(area.topLeft()).position())
        last = to_points(text, self.cursorForPosition(area.bottomRight()).position())
        self.setExtraSelections(
            [
                self._selection(text, each, look)
                for marks, look in ((self._tags, _tag_look()), (self._wrong, _problem_look()))
                for each in marks
                if each.end >= first and each.start <= last
            ]
        )

    def _selection(self, text: str, span: Range, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(to_units(text, span.start))
        cursor.setPosition(to_units(text, span.end), QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor
        made.format = look
        return made

    @Slot()
    def _on_text_changed(self) -> None:
        if self._is_breaking:
            return
        self._compose()
        self._break_paragraph()
        direct_document(self.document(), self.text)
        self.edited.emit(self._steps.begins_step(self.textCursor().position()))

    def _compose(self) -> None:
        """Shows the text in NFC, as it is stored: else offsets in one would not be offsets in the other."""
        if self._has_preedit or unicodedata.is_normalized("NFC", self.text):
            return  # Qt would keep the old place of the preedit text; its commit comes here again
        self._is_breaking = True
        block, cursor = self.document().begin(), QTextCursor(self.document())
        while block.isValid():
            text, composed = block.text(), unicodedata.normalize("NFC", block.text())
            if text != composed:
                before = _alike(text, composed)
                after = _alike(text[before:][::-1], composed[before:][::-1])
                for end, move in ((before, _MOVE), (len(text) - after, _SELECT)):
                    cursor.setPosition(block.position() + to_units(text, end), move)
                cursor.insertText(composed[before : len(composed) - after])
            block = block.next()
        self._is_breaking = False

    def _break_paragraph(self) -> None:
        """Breaks the paragraph with the cursor where it has become too long."""
        block = self.textCursor().block()
        if block.length() <= 2 * _PARAGRAPH:
            return
        self._is_breaking = True
        text, cursor = block.text(), QTextCursor(block)
        start, broken = block.position(), in_paragraphs(text)
        for place in [place for place, c in enumerate(broken) if c == _BREAK]:
            cursor.setPosition(start + to_units(text, place))
            cursor.deleteChar()
            cursor.insertBlock()
        self._is_breaking = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.isReadOnly() and self.take_key(event):
            event.accept()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self._on_return(event.modifiers())
            return
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
            return
        if event.matches(QKeySequence.StandardKey.Redo) or event.keyCombination() in REDO_KEYS:
            self.redo_requested.emit()
            return
        self._steps.begin_key(event.text(), self.textCursor())
        super().keyPressEvent(event)
        self._steps.end_key()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if takes_composed(event.commitString()):
            return
        self._steps.begin_key(event.commitString(), self.textCursor())
        self._has_preedit = bool(event.preeditString())
        super().inputMethodEvent(event)
        self._steps.end_key()

    def _on_return(self, modifiers: Qt.KeyboardModifier) -> None:
        if not self.is_one_of_several:
            self._separate_words()
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.previous_requested.emit()
        else:
            self.next_requested.emit()

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
        cleaned = self.clean(_plain(source))
        self._insert(cleaned.text)
        if cleaned.changes:
            self.paste_cleaned.emit(cleaned.changes)

    def createMimeDataFromSelection(self) -> QMimeData:
        return copied(self, self.textCursor().selectedText().replace("\u2029", " "))

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return can_be_pasted(source) or source.hasHtml()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Selects a tag with its brackets, and a word with the apostrophe at which Qt ends it."""
        super().mouseDoubleClickEvent(event)
        chosen = self.selected
        if chosen.start == chosen.end:
            return
        tags = (tag for tag in self._tags if tag.start <= chosen.start and chosen.end <= tag.end)
        tag = next(tags, None)
        self.select(Span(tag.start, tag.end) if tag is not None else with_apostrophes(self.text, chosen))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_marks()
        # A style sheet that is applied anew brings back the font of the first time.
        if event.type() == QEvent.Type.FontChange and self.font().pixelSize() != self._text_px:
            self.setFont(theme.interface_font(self._text_px))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.hasFocus():
            self.ensureCursorVisible()
        self._show_marks()


class UndoSteps:
    """Decides which edits begin an undo step: words, and edits after a pause, elsewhere, of another kind."""

    def __init__(self) -> None:
        self._last = QElapsedTimer()
        self._kind = self._last_kind = _OTHER
        self._is_at_word = False
        self._position = 0

    def begin_text(self, position: int) -> None:
        """Another text is shown: the next edit begins a step."""
        self._last_kind, self._position = _OTHER, position

    def begin_key(self, typed: str, cursor: QTextCursor) -> None:
        """A key is about to edit the text, with ``typed`` or by deleting."""
        is_typing = bool(typed) and typed.isprintable()
        self._kind = _OTHER if cursor.hasSelection() else _TYPING if is_typing else _DELETING
        if cursor.position() != self._position:
            self._last_kind = _OTHER
        before = cursor.document().characterAt(cursor.position() - 1) if cursor.position() else " "
        self._is_at_word = is_typing and not typed.isspace() and before.isspace()

    def end_key(self) -> None:
        """What changes from now on does not come from a key."""
        self._kind, self._is_at_word = _OTHER, False

    def begins_step(self, position: int) -> bool:
        """Whether the edit that was just made begins a step; ``position`` is the cursor's after it."""
        is_after_pause = not self._last.isValid() or self._last.elapsed() > UNDO_PAUSE_MS
        begins = self._kind == _OTHER or self._kind != self._last_kind or self._is_at_word or is_after_pause
        self._last.start()
        self._last_kind, self._position = self._kind, position
        return begins


def _plain(source: QMimeData) -> str:
    """The text of a paste; of a page that offers HTML alone, what it reads."""
    if can_be_pasted(source) or not source.hasHtml():
        return pasted(source)
    return QTextDocumentFragment.fromHtml(source.html()).toPlainText()


def _tag_look() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(theme.tokens().accent))
    return made


def _problem_look() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    made.setUnderlineColor(QColor(theme.tokens().warn))
    return made


def _alike(text: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(text, other, strict=False))
    return next((place for place, (one, two) in pairs if one != two), min(len(text), len(other)))


def to_units(text: str, place: int) -> int:
    """The offset in UTF-16 code units of code point ``place``."""
    return place if text.isascii() else len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def to_points(text: str, units: int) -> int:
    """The code point at UTF-16 offset ``units``; inside a surrogate pair, the code point after it."""
    if text.isascii():
        return min(units, len(text))
    before = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    place = len(before.decode("utf-16-le", "ignore"))
    return place if to_units(text, place) >= units else min(place + 1, len(text))


def in_paragraphs(text: str) -> str:
    """The text with some spaces as line breaks, where it is long: after a sentence if there is one near."""
    if len(text) <= 2 * _PARAGRAPH:
        return text
    parts, start = [], 0
    while len(text) - start > 2 * _PARAGRAPH:
        near = text[start + _PARAGRAPH // 2 : start + 2 * _PARAGRAPH]
        sentence = max(near.rfind(". ", 0, _PARAGRAPH), near.rfind("? ", 0, _PARAGRAPH)) + 1
        space = sentence or near.find(" ", _PARAGRAPH // 2)
        if space < 0:
            break
        end = start + _PARAGRAPH // 2 + space
        parts.append(text[start:end])
        start = end + 1
    return _BREAK.join([*parts, text[start:]])


@dataclass(frozen=True, slots=True)
class Insertion:
    """``typed`` replaces the selection; ``select``, a range of its code points, is selected afterwards."""

    typed: str
    select: tuple[int, int]


def tag_insertion(before: str, after: str, tag: str) -> Insertion:
    """Inserts a tag between ``before`` and ``after`` with exactly one space on each side.

    A tag's detail stays selected, to be overwritten; otherwise the cursor goes behind the space.
    """
    is_mark = tag[:1] in _NO_SPACE_BEFORE
    lead = " " if before and not before[-1].isspace() and not is_mark else ""
    trail = "" if after and (after[0].isspace() or after[0] in _NO_SPACE_BEFORE) else " "
    detail = re.search(r":([^\]]*)\]", tag)
    if detail is not None:
        return Insertion(lead + tag + trail, (len(lead) + detail.start(1), len(lead) + detail.end(1)))
    end = len(lead) + len(tag) + (1 if trail or after[:1].isspace() else 0)
    return Insertion(lead + tag + trail, (end, end))


def one_line(text: str) -> str:
    """Pasted text for a transcript: line breaks and tabs become single spaces."""
    return re.sub(r"\s*[\r\n\t\v\f\u2028\u2029]\s*", " ", text)


def with_apostrophes(text: str, word: Span) -> Span:
    """The part of a word as Qt knows it, with what belongs to it beyond apostrophes between letters."""
    start, end = word.start, word.end
    while start > 1 and text[start - 1] in _APOSTROPHES and text[start - 2].isalpha():
        start -= 2
        while start and text[start - 1].isalpha():
            start -= 1
    while end + 1 < len(text) and text[end] in _APOSTROPHES and text[end + 1].isalpha():
        end += 2
        while end < len(text) and text[end].isalpha():
            end += 1
    return Span(start, end)
