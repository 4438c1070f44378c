"""Which keys an action may have: none that types text, and none that the editor or the desktop needs."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from reviewer.errors import Refused

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
_EDITOR_KEYS = {
    "Ctrl+C": QT_TRANSLATE_NOOP("keys", "{0} copies in the editor."),
    "Ctrl+V": QT_TRANSLATE_NOOP("keys", "{0} pastes in the editor."),
    "Ctrl+X": QT_TRANSLATE_NOOP("keys", "{0} cuts in the editor."),
    "Ctrl+A": QT_TRANSLATE_NOOP("keys", "{0} selects the whole text in the editor."),
    "Ctrl+Z": QT_TRANSLATE_NOOP("keys", "{0} undoes in the editor."),
    "Ctrl+Y": QT_TRANSLATE_NOOP("keys", "{0} redoes in the editor."),
    "Ctrl+Shift+Z": QT_TRANSLATE_NOOP("keys", "{0} redoes in the editor."),
}


def to_portable_text(text: str) -> str:
    """A key in Qt's portable text; raises Refused for anything but exactly one key."""
    sequence = QKeySequence.fromString(text, _PORTABLE)
    if sequence.count() > 1:
        raise Refused(
            _tr("{0} is more than one key.").format(text),
            _tr("Enter one key; alternatives are separate entries."),
        )
    if sequence.isEmpty() or _pressed(sequence).key() in _NOT_KEYS | MODIFIERS:
        raise Refused(_tr("{0} is not a key.").format(text), _tr("Keys are written like Ctrl+Shift+F2."))
    return sequence.toString(_PORTABLE)


def to_native_text(key: str) -> str:
    """A key in portable text, as this platform writes it."""
    return QKeySequence.fromString(key, _PORTABLE).toString(_NATIVE)


def reason_not_allowed(key: str) -> str:
    """A sentence saying why this key may not be used; empty if it may.

    Args:
        key: One key in Qt's portable text, as ``to_portable_text`` gives it.
    """
    combination = _pressed(QKeySequence.fromString(key, _PORTABLE))
    pressed, with_keys = combination.key(), combination.keyboardModifiers()
    reason = _typing(pressed, with_keys) or _editing(pressed, with_keys) or _used_by_editor(key)
    return reason.format(to_native_text(key)) if reason else ""


def _pressed(sequence: QKeySequence) -> QKeyCombination:
    """The first key of a sequence."""
    return sequence[0]  # type: ignore[index, no-any-return]  # PySide's stubs leave it out


def _typing(pressed: Qt.Key, with_keys: Qt.KeyboardModifier) -> str:
    """The reason for keys that type text; {0} stands for the key."""
    if with_keys & _META:
        return _tr("{0} is reserved for the desktop.")
    if pressed.value >= _FIRST_THAT_TYPES_NOTHING:
        return ""
    if with_keys & ~_SHIFT == _NONE:
        return _tr("{0} types text.")
    if with_keys & _CTRL and with_keys & _ALT:
        return _tr("{0} types text on keyboards where Ctrl and Alt together are AltGr.")
    return ""


def _editing(pressed: Qt.Key, with_keys: Qt.KeyboardModifier) -> str:
    """The reason for keys that move the cursor, delete or close; {0} stands for the key."""
    is_bare = with_keys & ~_SHIFT == _NONE
    if pressed in _TABS:
        return _tr("{0} moves between fields.")
    if pressed == Qt.Key.Key_Escape:
        return _tr("{0} closes what is open.")
    if pressed == Qt.Key.Key_F4 and with_keys & _ALT:
        return _tr("{0} closes the window.")
    if (pressed in _EDITING and is_bare) or (pressed in _JUMPS | _ERASERS and with_keys & _CTRL):
        return _tr("{0} is needed for editing text.")
    return ""


def _used_by_editor(key: str) -> str:
    sentence = _EDITOR_KEYS.get(key)
    return _tr(str(sentence)) if sentence else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("keys", text)
