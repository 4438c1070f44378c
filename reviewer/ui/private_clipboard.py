"""Copies of a clip's text: unless the project allows it, only this program can paste them."""

from PySide6.QtCore import QMimeData, QObject, Qt, Slot
from PySide6.QtGui import QClipboard, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

FORMAT = "application/x-reviewer-private-text"
_MAY_COPY_OUT = "may_copy_out"


class PrivateText(QMimeData):
    """Carries a text in this process; other programs find an empty format that they do not know.

    The clipboard, the selection of X11 and a drag hand the very object to a widget of this process.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.private_text = text
        self.setData(FORMAT, b"")


def allow_copying_out(window: QWidget, *, is_allowed: bool) -> None:
    """Says for all texts below a window whether other programs may have what is copied or dragged."""
    window.setProperty(_MAY_COPY_OUT, is_allowed)


def copied(widget: QWidget, text: str) -> QMimeData:
    """What a copy or a drag of a clip's text carries. Qt's paragraph marks become line ends."""
    text = text.replace("\u2029", "\n")
    if not _may_copy_out(widget):
        return PrivateText(text)
    made = QMimeData()
    made.setText(text)
    return made


def pasted(source: QMimeData) -> str:
    """The text of a paste or a drop, from this program or another."""
    return source.private_text if isinstance(source, PrivateText) else source.text()


def can_be_pasted(source: QMimeData) -> bool:
    """Whether there is a text."""
    return isinstance(source, PrivateText) or source.hasText()


def forget_copied() -> None:
    """Clears what was copied from clips, so that nobody pastes it after a lock."""
    clipboard = QGuiApplication.clipboard()
    for mode in (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection):
        if isinstance(clipboard.mimeData(mode), PrivateText):
            clipboard.clear(mode)


def ask_not_to_learn(field: QWidget) -> None:
    """Asks input methods to keep nothing that is typed here in a dictionary of theirs; whether they do is up
    to them."""
    field.setInputMethodHints(field.inputMethodHints() | Qt.InputMethodHint.ImhSensitiveData)


class PrivateLine(QLineEdit):
    """A line for words of clips: what is copied, cut or selected in it stays in this program, as in a text.

    ``QLineEdit`` offers its selection as plain text and lets nobody say otherwise. So what it has just put on
    the clipboard is taken off again at once: nobody is given it before the event loop runs.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        ask_not_to_learn(self)
        QGuiApplication.clipboard().changed.connect(self._on_clipboard_changed)

    @Slot(QClipboard.Mode)
    def _on_clipboard_changed(self, mode: QClipboard.Mode) -> None:
        selected, clipboard = self.selectedText(), QGuiApplication.clipboard()
        if not selected or _may_copy_out(self):
            return
        offered: QMimeData | None = clipboard.mimeData(mode)
        if offered is None:  # of a selection, where there is none; and while the application ends
            return
        # Another program's object is of a subclass, and would have to be asked for its text.
        is_of_a_line = offered.metaObject().className() == "QMimeData"
        if is_of_a_line and offered.text() == selected:
            clipboard.setMimeData(PrivateText(selected), mode)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        source = QGuiApplication.clipboard().mimeData()
        if event.matches(QKeySequence.StandardKey.Paste) and isinstance(source, PrivateText):
            if not self.isReadOnly():
                self.insert(source.private_text.replace("\n", " "))
            return
        super().keyPressEvent(event)


def _may_copy_out(widget: QWidget) -> bool:
    at: QObject | None = widget
    while at is not None:
        said = at.property(_MAY_COPY_OUT)
        if said is not None:
            return bool(said)
        at = at.parent()
    return False
