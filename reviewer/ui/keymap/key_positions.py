"""Which shortcuts go by a key's position, whatever the keyboard layout types there."""

import sys
import unicodedata
from collections.abc import Callable

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from reviewer.ui.focus_windows import FocusWindowFilter
from reviewer.ui.keymap.shortcuts_in_use import shortcut_in_use

_DIGITS = "1234567890"
# The codes that a platform gives the keys of the digit row: evdev's plus 8 (X11, Wayland), set 1 (Windows).
_FIRST_CODE = {"xcb": 10, "wayland": 10, "windows": 2}
_US_ROWS = {0: "1234567890-=", 14: "QWERTYUIOP", 28: "ASDFGHJKL", 42: "ZXCVBNM,."}
"""The characters of a US keyboard, by the distance of their key from that of the 1."""
_MAC_CODES = (18, 19, 20, 21, 23, 22, 26, 28, 25, 29)  # kVK_ANSI_1 to kVK_ANSI_0
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_KEYS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
_HELD = _CTRL | _ALT | Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.MetaModifier
_STOPS = ",."
_LAST_ASCII, _LAST_CHARACTER = 0x7F, 0x00FF_FFFF


def us_character_at(event: QKeyEvent, platform: str) -> str:
    """The digit, letter, ``-``, ``=``, comma or full stop that a US keyboard has at this key.

    Empty for other keys, where codes are unknown, and on macOS for all but digits: it types Latin letters
    while Command is held.
    """
    if platform == "cocoa":
        code = event.nativeVirtualKey()
        return _DIGITS[_MAC_CODES.index(code)] if code in _MAC_CODES and event.text() else ""
    place = event.nativeScanCode() - _FIRST_CODE.get(platform, sys.maxsize)
    for first, row in _US_ROWS.items():
        if first <= place < first + len(row):
            return row[place - first]
    return ""


def digit_at(event: QKeyEvent, platform: str) -> str:
    """The digit that a US keyboard has at this key; empty for other keys, and where codes are unknown."""
    found = us_character_at(event, platform)
    return found if found and found in _DIGITS else ""


def typed_digit(event: QKeyEvent, platform: str) -> str:
    """The digit of a key without Ctrl, Alt or Meta: by its place in the digit row, or by what it types."""
    if event.modifiers() & (_HELD & ~Qt.KeyboardModifier.ShiftModifier):
        return ""
    digit = digit_at(event, platform) or event.text()
    return digit if len(digit) == 1 and digit in _DIGITS else ""


class KeyPositions(FocusWindowFilter):
    """Lets Ctrl or Alt with a key of the digit row act as that digit, as on AZERTY or Czech keyboards.

    Where a layout types other letters than Latin ones, Ctrl with a key acts as the letter, comma or full stop
    that a US keyboard has there, also where Shift makes an ASCII sign of it, as on Arabic ones. The two keys
    behind the digits act as ``-`` and ``=`` if they have no shortcut of their own. A key with Alt that no
    shortcut has never types its character.

    Filters the windows that have had the focus; made after ``KeyPrecedence``, because a digit's position
    comes before what the key types. Before Qt looks for a shortcut it asks the window (``ShortcutOverride``),
    and a key that this takes comes back as a key press.
    """

    def __init__(self, parent: QObject, platform: Callable[[], str] = QGuiApplication.platformName) -> None:
        super().__init__(parent)
        self._platform = platform
        self._is_other_script = False
        self.watch_windows()

    def _before_qt(self, event: QKeyEvent) -> QShortcut | None:
        """A digit's shortcut, and that of a key such as a Japanese ``-``, which Shift makes ``=``."""
        character = us_character_at(event, self._platform())
        if not character or _goes_by_script(character) or not _is_shortcut_key(event):
            return None
        found = _shortcut(event, character)
        return found if character in _DIGITS or _is_ambiguous(event) else None

    def _act_by_position(self, event: QKeyEvent) -> bool:
        """Does what a US keyboard's key there does, for a key that no shortcut has; whether it did."""
        character = us_character_at(event, self._platform())
        if not character or character in _DIGITS or not _is_shortcut_key(event):
            return False
        if _goes_by_script(character) and self._is_latin(event):
            return False
        shortcut = _shortcut(event, character)
        if shortcut is not None:
            _trigger(shortcut, event)
        return shortcut is not None or (character.isalpha() and _pass_on(event, character))

    def _is_latin(self, event: QKeyEvent) -> bool:
        """Whether a key types what a Latin layout has: not a sign on a keyboard that typed other letters."""
        if event.key() <= _LAST_ASCII and not chr(event.key()).isalpha():
            return not self._is_other_script
        return event.key() <= _LAST_ASCII or event.key() > _LAST_CHARACTER

    def _note_script(self, event: QKeyEvent) -> None:
        """Remembers of which script the last letter was: a layout can be changed at any time."""
        letter = chr(event.key()) if 0 < event.key() <= _LAST_CHARACTER else ""
        if letter.isalpha():
            self._is_other_script = not unicodedata.name(letter, "").startswith("LATIN")

    def _types_a_character(self, event: QKeyEvent) -> bool:
        """Whether Alt alone is held with a key that types one; on macOS that is how people type."""
        is_alt_alone = event.modifiers() & (_CTRL | _ALT | Qt.KeyboardModifier.GroupSwitchModifier) == _ALT
        text = event.text()
        return is_alt_alone and self._platform() != "cocoa" and bool(text) and text.isprintable()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in _KEYS or not isinstance(event, QKeyEvent):
            return False
        self._note_script(event)
        shortcut = self._before_qt(event)
        if kind == QEvent.Type.ShortcutOverride:
            if shortcut is not None:
                event.accept()
            return shortcut is not None
        if shortcut is None:
            return self._act_by_position(event) or self._types_a_character(event)
        _trigger(shortcut, event)
        return True


def _goes_by_script(character: str) -> bool:
    return character.isalpha() or character in _STOPS


def _is_shortcut_key(event: QKeyEvent) -> bool:
    held = event.modifiers() & _HELD
    return bool(held & _CTRL) != bool(held & _ALT)  # both together are AltGr


def _shortcut(event: QKeyEvent, character: str) -> QShortcut | None:
    held = event.modifiers() & _HELD
    return shortcut_in_use(QKeySequence(QKeyCombination(held, Qt.Key(ord(character)))))


def _is_ambiguous(event: QKeyEvent) -> bool:
    """Whether Qt would also find the shortcut of what Shift types with this key."""
    held = event.modifiers() & _HELD
    without = held & ~Qt.KeyboardModifier.ShiftModifier
    return (
        held != without
        and shortcut_in_use(QKeySequence(QKeyCombination(without, Qt.Key(event.key())))) is not None
    )


def _trigger(shortcut: QShortcut, event: QKeyEvent) -> None:
    if not event.isAutoRepeat():
        shortcut.activated.emit()


def _pass_on(event: QKeyEvent, letter: str) -> bool:
    """Gives the field with the focus Ctrl with a Latin letter, which copies, pastes or selects all."""
    focused = QApplication.focusWidget()
    if focused is None or not event.modifiers() & _CTRL:
        return False
    latin = QKeyEvent(event.type(), Qt.Key(ord(letter)), event.modifiers(), "", event.isAutoRepeat())
    QApplication.sendEvent(focused, latin)
    return True
