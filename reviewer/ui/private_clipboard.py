"""Copies of a clip's text: unless the project allows it, only this program can paste them."""

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QWidget

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


def _may_copy_out(widget: QWidget) -> bool:
    at: QObject | None = widget
    while at is not None:
        said = at.property(_MAY_COPY_OUT)
        if said is not None:
            return bool(said)
        at = at.parent()
    return False
