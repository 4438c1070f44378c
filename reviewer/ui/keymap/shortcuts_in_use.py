"""Finds the shortcut that a key triggers at this moment."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget


def shortcut_in_use(keys: QKeySequence) -> QShortcut | None:
    """The enabled shortcut with these keys in the active window, whose widget is shown and enabled."""
    window = QApplication.activeWindow()
    for each in window.findChildren(QShortcut) if window is not None else ():
        if each.isEnabled() and _is_in_use(each) and keys in each.keys():  # noqa: SIM118
            return each
    return None


def _is_in_use(shortcut: QShortcut) -> bool:
    owner = shortcut.parent()
    if not (isinstance(owner, QWidget) and owner.isVisible() and owner.isEnabled()):
        return False
    if shortcut.context() is Qt.ShortcutContext.WindowShortcut:
        return True
    focused = QApplication.focusWidget()
    return focused is not None and (owner is focused or owner.isAncestorOf(focused))
