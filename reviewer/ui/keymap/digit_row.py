"""Digits in shortcuts work by position, whatever the keyboard layout types there."""

import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication

_DIGITS = "1234567890"
# The codes that a platform gives the keys of the digit row: evdev's plus 8 (X11, Wayland), set 1 (Windows).
_FIRST_CODE = {"xcb": 10, "wayland": 10, "windows": 2}
_MAC_CODES = (18, 19, 20, 21, 23, 22, 26, 28, 25, 29)  # kVK_ANSI_1 to kVK_ANSI_0
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_KEYS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
_HELD = _CTRL | _ALT | Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.MetaModifier


def digit_at(event: QKeyEvent, platform: str) -> str:
    """The digit that a US keyboard has at this key; empty for other keys, and where codes are unknown."""
    if platform == "cocoa":
        code = event.nativeVirtualKey()
        return _DIGITS[_MAC_CODES.index(code)] if code in _MAC_CODES and event.text() else ""
    place = event.nativeScanCode() - _FIRST_CODE.get(platform, sys.maxsize)
    return _DIGITS[place] if 0 <= place < len(_DIGITS) else ""


def typed_digit(event: QKeyEvent, platform: str) -> str:
    """The digit of a key without Ctrl, Alt or Meta: by its place in the digit row, or by what it types."""
    if event.modifiers() & (_HELD & ~Qt.KeyboardModifier.ShiftModifier):
        return ""
    digit = digit_at(event, platform) or event.text()
    return digit if len(digit) == 1 and digit in _DIGITS else ""


class DigitRow(QObject):
    """Lets Ctrl or Alt with a key of the digit row act as that digit, as on AZERTY or Czech keyboards.

    Filters the windows that have had the focus: before Qt looks for a shortcut it asks the window
    (``ShortcutOverride``), and a key that this takes comes back as a key press. A key with Alt that no
    shortcut has never types its character either.
    """

    def __init__(self, parent: QObject, platform: Callable[[], str] = QGuiApplication.platformName) -> None:
        super().__init__(parent)
        self._platform = platform
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_window_changed)
            self._on_window_changed(QGuiApplication.focusWindow())

    @Slot(QWindow)
    def _on_window_changed(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)

    def _shortcut(self, event: QKeyEvent) -> QShortcut | None:
        """The enabled shortcut in the active window that has this digit with these modifiers."""
        held = event.modifiers() & _HELD
        with_alt_or_ctrl = bool(held & _CTRL) != bool(held & _ALT)  # both together are AltGr
        digit = digit_at(event, self._platform())
        window = QApplication.activeWindow()
        if not (digit and with_alt_or_ctrl and window):
            return None
        wanted = QKeySequence(QKeyCombination(held, Qt.Key(ord(digit))))
        for each in window.findChildren(QShortcut):
            if each.isEnabled() and _is_in_use(each.parent()) and wanted in each.keys():  # noqa: SIM118
                return each
        return None

    def _types_a_character(self, event: QKeyEvent) -> bool:
        """Whether Alt alone is held with a key that types one; on macOS that is how people type."""
        is_alt_alone = event.modifiers() & (_CTRL | _ALT | Qt.KeyboardModifier.GroupSwitchModifier) == _ALT
        text = event.text()
        return is_alt_alone and self._platform() != "cocoa" and bool(text) and text.isprintable()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in _KEYS or not isinstance(event, QKeyEvent):
            return False
        shortcut = self._shortcut(event)
        if kind == QEvent.Type.ShortcutOverride:
            if shortcut is not None:
                event.accept()
            return shortcut is not None
        if shortcut is None:
            return self._types_a_character(event)
        if not event.isAutoRepeat():
            shortcut.activated.emit()
        return True


def _is_in_use(owner: QObject | None) -> bool:
    visible, enabled = getattr(owner, "isVisible", None), getattr(owner, "isEnabled", None)
    return bool(visible and enabled and visible() and enabled())
