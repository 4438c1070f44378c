"""Which keys an action may have: none that types text, and none that the editor or the desktop needs."""

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from reviewer.errors import Notice, Refused

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_META = Qt.KeyboardModifier.MetaModifier
_FIRST_THAT_TYPES_NOTHING = Qt.Key.Key_Escape.value
_TABS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
_JUMPS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End}
_ERASERS = {Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Insert}
_EDITING = {*_JUMPS, *_ERASERS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_NOT_KEYS = {
    Qt.Key.Key_unknown,
    Qt.Key.Key_Multi_key,
    Qt.Key.Key_Menu,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_ScrollLock,
}
MODIFIERS = frozenset(
    {
        Qt.Key.Key_Control,
        Qt.Key.Key_Shift,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_Super_L,
        Qt.Key.Key_Super_R,
        Qt.Key.Key_Hyper_L,
        Qt.Key.Key_Hyper_R,
    }
)
"""Modifier keys, which do nothing on their own."""
EDITOR_KEYS = {
    "Ctrl+C": "KEY_COPIES",
    "Ctrl+V": "KEY_PASTES",
    "Ctrl+X": "KEY_CUTS",
    "Ctrl+A": "KEY_SELECTS_ALL",
    "Ctrl+Z": "KEY_UNDOES",
    "Ctrl+Y": "KEY_REDOES",
    "Ctrl+Shift+Z": "KEY_REDOES",
}


def to_portable_text(text: str) -> str:
    """A key in Qt's portable text; raises Refused for anything but exactly one key."""
    sequence = QKeySequence.fromString(text, _PORTABLE)
    if sequence.count() > 1:
        raise Refused("KEY_SEQUENCE", key=text)
    if sequence.isEmpty() or _pressed(sequence).key() in _NOT_KEYS | MODIFIERS:
        raise Refused("KEY_UNREADABLE", key=text)
    return sequence.toString(_PORTABLE)


def to_native_text(key: str) -> str:
    """A key in portable text, as this platform writes it."""
    return QKeySequence.fromString(key, _PORTABLE).toString(_NATIVE)


def reason_not_allowed(key: str) -> Notice | None:
    """Why this key may not be used; None if it may.

    Args:
        key: One key in Qt's portable text, as ``to_portable_text`` gives it.
    """
    combination = _pressed(QKeySequence.fromString(key, _PORTABLE))
    pressed, with_keys = combination.key(), combination.keyboardModifiers()
    code = _typing(pressed, with_keys) or _editing(pressed, with_keys) or EDITOR_KEYS.get(key)
    return Notice(code, {"key": to_native_text(key)}) if code else None


def _pressed(sequence: QKeySequence) -> QKeyCombination:
    """The first key of a sequence."""
    return sequence[0]  # type: ignore[index, no-any-return]  # PySide's stubs leave it out


def _typing(pressed: Qt.Key, with_keys: Qt.KeyboardModifier) -> str:
    """The reason against keys that type text, as a code; empty for none."""
    if with_keys & _META:
        return "KEY_OF_THE_DESKTOP"
    if pressed.value >= _FIRST_THAT_TYPES_NOTHING:
        return ""
    if with_keys & ~_SHIFT == _NONE:
        return "KEY_TYPES_TEXT"
    if with_keys & _CTRL and with_keys & _ALT:
        return "KEY_TYPES_TEXT_WITH_ALTGR"
    return ""


def _editing(pressed: Qt.Key, with_keys: Qt.KeyboardModifier) -> str:
    """The reason against keys that move the cursor, delete or close, as a code; empty for none."""
    is_bare = with_keys & ~_SHIFT == _NONE
    if pressed in _TABS:
        return "KEY_MOVES_BETWEEN_FIELDS"
    if pressed == Qt.Key.Key_Escape:
        return "KEY_CLOSES_WHAT_IS_OPEN"
    if pressed == Qt.Key.Key_F4 and with_keys & _ALT:
        return "KEY_CLOSES_THE_WINDOW"
    if (pressed in _EDITING and is_bare) or (pressed in _JUMPS | _ERASERS and with_keys & _CTRL):
        return "KEY_EDITS_TEXT"
    return ""
