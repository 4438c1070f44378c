"""Shows texts in their own base direction: in text fields, labels and cells."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument

from reviewer.transcript.direction import Direction, text_direction

_ISOLATE, _END = "\N{RIGHT-TO-LEFT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_QT = {
    None: Qt.LayoutDirection.LayoutDirectionAuto,
    Direction.LEFT_TO_RIGHT: Qt.LayoutDirection.LeftToRight,
    Direction.RIGHT_TO_LEFT: Qt.LayoutDirection.RightToLeft,
}


def direct_document(document: QTextDocument, text: str) -> None:
    """Gives a document the base direction of its text; it aligns to that side, in all its paragraphs."""
    wanted, option = _QT[text_direction(text)], document.defaultTextOption()
    if option.textDirection() != wanted:
        option.setTextDirection(wanted)
        # A rich-text layout mirrors the alignment itself, a plain one does not.
        is_right = wanted == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
        document.setDefaultTextOption(option)


def is_right_to_left(text: str) -> bool:
    """Whether a text is read from the right."""
    return text_direction(text) is Direction.RIGHT_TO_LEFT


def isolated(text: str) -> str:
    """The text for a cell or label, which Qt lays out in the direction of the window.

    Isolates (UAX 9) go around a right-to-left text; they are shown, never stored.
    """
    return f"{_ISOLATE}{text}{_END}" if is_right_to_left(text) else text
