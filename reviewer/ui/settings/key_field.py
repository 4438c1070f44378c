"""A field that captures the next key pressed, whatever the key does elsewhere."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from reviewer.ui.keymap.key_rules import MODIFIERS
from reviewer.ui.widgets.widget_ids import named

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_SAYS_NOTHING = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier
_MODIFIERS = {key.value for key in MODIFIERS}
# The digit row by scan code, as X11 and Windows number them.
_DIGITS_BY_SCAN_CODE = {
    "xcb": dict(zip(range(10, 20), "1234567890", strict=True)),
    "wayland": dict(zip(range(10, 20), "1234567890", strict=True)),
    "windows": dict(zip(range(2, 12), "1234567890", strict=True)),
}


class KeyField(QLineEdit):
    """Inactive until ``listen``; Esc or a click elsewhere cancels."""

    key_pressed = Signal(str)
    """Carries the key in Qt's portable text."""
    given_up = Signal()

    def __init__(self, platform: str, parent: QWidget | None = None) -> None:
        """``platform`` is Qt's name of the platform, as ``QGuiApplication.platformName`` gives it."""
        super().__init__(parent)
        named(self, "key_field", self.tr("New shortcut")).setToolTip("")
        self._digits = _DIGITS_BY_SCAN_CODE.get(platform, {})
        self.setReadOnly(True)
        self.setPlaceholderText(self.tr("Press Enter on an action, then its new shortcut"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.rest()

    @property
    def is_listening(self) -> bool:
        return self.isEnabled()

    def listen(self, words: str) -> None:
        """Starts capturing; ``words`` say for which action."""
        self.setEnabled(True)
        self.setText(words)
        self.setAccessibleDescription(words)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def rest(self) -> None:
        """Stops capturing."""
        self.setEnabled(False)
        self.clear()
        self.setAccessibleDescription("")

    def event(self, event: QEvent) -> bool:
        """While capturing, every key arrives here first: neither Tab nor a shortcut takes it."""
        if self.is_listening and isinstance(event, QKeyEvent):
            event.accept()
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._take(event)
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.is_listening and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.given_up.emit()

    def _take(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.given_up.emit()
        elif event.key() not in _MODIFIERS:
            self.key_pressed.emit(self._written(event))

    def _written(self, event: QKeyEvent) -> str:
        """The key in portable text; Shift with a digit is written as such, not as the character it types."""
        modifiers = event.modifiers() & ~_SAYS_NOTHING
        digit = self._digits.get(event.nativeScanCode()) if modifiers & _SHIFT else None
        pressed = ord(digit) if digit else event.key()
        return QKeySequence(pressed | modifiers.value).toString(_PORTABLE)
