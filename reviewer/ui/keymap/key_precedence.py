"""Which keys act before the widget with the focus sees them: shortcuts, Enter on a button, Alt codes."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QRadioButton

from reviewer.ui.focus_windows import FocusWindowFilter
from reviewer.ui.keymap.key_rules import EDITOR_KEYS
from reviewer.ui.keymap.shortcuts_in_use import shortcut_in_use

IGNORES_ENTER = "ignores_enter"
"""Set on a button that Enter must not press, because it answers for good."""
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_HELD = _CTRL | _ALT | Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.MetaModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DIGITS = range(Qt.Key.Key_0.value, Qt.Key.Key_9.value + 1)
_WITHOUT_NUM_LOCK = (
    Qt.Key.Key_Insert,
    Qt.Key.Key_End,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Left,
    Qt.Key.Key_Clear,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_Up,
    Qt.Key.Key_PageUp,
)
_LIGATURES = {
    "\N{ARABIC LETTER LAM}\N{ARABIC LETTER ALEF}": "B",
    "\N{ARABIC LETTER LAM}\N{ARABIC LETTER ALEF WITH MADDA ABOVE}": "Shift+B",
    "\N{ARABIC LETTER LAM}\N{ARABIC LETTER ALEF WITH HAMZA ABOVE}": "Shift+G",
    "\N{ARABIC LETTER LAM}\N{ARABIC LETTER ALEF WITH HAMZA BELOW}": "Shift+T",
}
"""What X11 composes from one key of an Arabic keyboard, also while Ctrl is held: its key in shortcuts."""
_HAS_CTRL = "has_ctrl"
"""Set on a window while Ctrl is held; Qt's own note is one key late on X11."""


class KeyPrecedence(FocusWindowFilter):
    """Filters the keys of the windows that have had the focus.

    Qt lets a text field take keys such as Ctrl+E and Ctrl+N on some systems before it looks for a shortcut;
    here a shortcut that is in use comes first. Enter presses the button with the focus, also where the page
    has a shortcut on Enter. Alt with the number pad belongs to the system, which composes a character.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.watch_windows()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        _note_ctrl(watched, event)
        if not isinstance(event, QKeyEvent) or QApplication.activePopupWidget() is not None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            return _override(event)
        return event.type() == QEvent.Type.KeyPress and _press(event)


def takes_composed(text: str) -> bool:
    """Whether a text was composed from a key with Ctrl, which is no typing; its shortcut is triggered."""
    window = QGuiApplication.focusWindow()
    has_ctrl = window is not None and window.property(_HAS_CTRL)
    held = QGuiApplication.queryKeyboardModifiers()  # where the key of Ctrl is still on its way to the window
    if not (has_ctrl or held & _CTRL) or held & _ALT or text not in _LIGATURES:
        return False
    shortcut = shortcut_in_use(QKeySequence(f"Ctrl+{_LIGATURES[text]}"))
    if shortcut is not None:
        shortcut.activated.emit()
    return True


def _note_ctrl(window: QObject, event: QEvent) -> None:
    is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Control
    if is_key and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        window.setProperty(_HAS_CTRL, event.type() == QEvent.Type.KeyPress)
    elif event.type() == QEvent.Type.FocusOut:  # the release goes to another window
        window.setProperty(_HAS_CTRL, False)


def is_alt_code(event: QKeyEvent, platform: str = "") -> bool:
    """Whether the system may compose a character from this key: Alt with the number pad."""
    if event.modifiers() & (_HELD | _KEYPAD) != _ALT | _KEYPAD:
        return False
    # On macOS arrow keys count as keys of the number pad.
    is_mac = (platform or QGuiApplication.platformName()) == "cocoa"
    return event.key() in _DIGITS or (not is_mac and event.key() in _WITHOUT_NUM_LOCK)


def _override(event: QKeyEvent) -> bool:
    """Accepted: the key comes back as a key press. Ignored: Qt looks for a shortcut at once."""
    if is_alt_code(event) or _button_for(event) is not None:
        event.accept()
        return True
    shortcut = _shortcut_for(event)
    if shortcut is None:
        return False
    event.setAccepted(_is_letter(event))
    return True


def _press(event: QKeyEvent) -> bool:
    button = _button_for(event)
    if button is not None and not event.isAutoRepeat():
        button.click()
    if button is not None or is_alt_code(event):
        return True
    shortcut = _shortcut_for(event) if _is_letter(event) else None
    if shortcut is not None and not event.isAutoRepeat():
        shortcut.activated.emit()
    return shortcut is not None


def _button_for(event: QKeyEvent) -> QAbstractButton | None:
    """The button that Enter presses. A choice in a dialog leaves Enter to the dialog's default button."""
    if event.key() not in _ENTER or event.modifiers() & _HELD:
        return None
    focused = QApplication.focusWidget()
    is_choice = isinstance(focused, QRadioButton | QCheckBox)
    if not isinstance(focused, QAbstractButton) or (is_choice and focused.window().isModal()):
        return None
    return focused if focused.isEnabled() and not focused.property(IGNORES_ENTER) else None


def _is_letter(event: QKeyEvent) -> bool:
    """Latin letters are not left to Qt: where Shift types them, as on a Hebrew keyboard, it takes
    Ctrl+Shift+K for Ctrl+K as well, and then does neither.
    """
    return Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z


def _shortcut_for(event: QKeyEvent) -> QShortcut | None:
    """The shortcut in use that Ctrl with this key is; the keys of the editor stay its own.

    Digits are left to ``KeyPositions``: where Shift types them, as on AZERTY, Qt takes Ctrl+Shift+1 for
    Ctrl+1.
    """
    held = event.modifiers() & _HELD
    if not held & _CTRL or held & _ALT or event.key() in _DIGITS:
        return None
    wanted = QKeySequence(event.keyCombination())
    if wanted.toString(QKeySequence.SequenceFormat.PortableText) in EDITOR_KEYS:
        return None
    return shortcut_in_use(wanted)
