"""Which keys act before the widget with the focus sees them."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QPushButton,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from reviewer.ui.desk.skip_dialog import SkipDialog
from reviewer.ui.keymap.key_precedence import KeyPrecedence, is_alt_code
from reviewer.ui.shortcuts_dialog import ShortcutsDialog
from reviewer.ui.transcript.text_edit import TextField

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
KEYPAD, SHIFT = Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier


class Bench:
    """A window with a text field, a line and a button; ``done`` lists what keys did."""

    def __init__(self, qtbot: QtBot, show: Callable[[QWidget], None]) -> None:
        self.window, self.done = QWidget(), list[str]()
        qtbot.addWidget(self.window)
        column = QVBoxLayout(self.window)
        self.text, self.line, self.button = QTextEdit(), QLineEdit(), QToolButton()
        for widget in (self.text, self.line, self.button):
            widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            column.addWidget(widget)
        self.button.clicked.connect(lambda: self.done.append("button"))
        self.precedence = KeyPrecedence(self.window)
        show(self.window)

    def bind(self, key: str) -> None:
        QShortcut(QKeySequence(key), self.window).activated.connect(lambda: self.done.append(key))

    def press(self, at: QWidget, key: Qt.Key, held: Qt.KeyboardModifier = SHIFT & CTRL) -> None:
        at.setFocus()
        QTest.keyClick(self.window.windowHandle(), key, held)


@pytest.fixture
def keys(themed, qtbot: QtBot, show: Callable[[QWidget], None]) -> Bench:
    return Bench(qtbot, show)


@pytest.mark.parametrize("field", ["text", "line"])
@pytest.mark.parametrize("key", [Qt.Key.Key_E, Qt.Key.Key_N, Qt.Key.Key_K])
def test_a_shortcut_acts_although_the_text_field_knows_the_key(keys: Bench, field: str, key: Qt.Key):
    keys.bind(f"Ctrl+{chr(key)}")
    keys.press(getattr(keys, field), key, CTRL)
    assert keys.done == [f"Ctrl+{chr(key)}"]


@pytest.mark.parametrize(
    ("composed", "shortcut"), [("\u0644\u0627", "Ctrl+B"), ("\u0644\u0623", "Ctrl+Shift+G")]
)
def test_ctrl_with_a_key_that_composes_a_ligature_is_its_shortcut_and_types_nothing(
    keys: Bench, composed: str, shortcut: str
):
    keys.bind(shortcut)
    field = TextField(keys.window)
    keys.window.layout().addWidget(field)
    field.setFocus()
    typed = QInputMethodEvent()
    typed.setCommitString(composed)
    QTest.keyPress(keys.window.windowHandle(), Qt.Key.Key_Control, CTRL)
    QApplication.sendEvent(field, typed)
    assert (keys.done, field.text) == ([shortcut], "")
    QTest.keyRelease(keys.window.windowHandle(), Qt.Key.Key_Control)
    QApplication.sendEvent(field, typed)
    assert (keys.done, field.text) == ([shortcut], composed)


def test_keys_of_the_editor_stay_its_own(keys: Bench):
    keys.bind("Ctrl+A")
    keys.text.setPlainText("hello")
    keys.press(keys.text, Qt.Key.Key_A, CTRL)
    assert keys.text.textCursor().selectedText() == "hello"
    assert keys.done == []


def test_enter_presses_the_button_with_the_focus_before_a_shortcut_on_enter(keys: Bench):
    keys.bind("Return")
    keys.press(keys.button, Qt.Key.Key_Return)
    keys.press(keys.button, Qt.Key.Key_Enter, KEYPAD)
    assert keys.done == ["button", "button"]
    keys.press(keys.line, Qt.Key.Key_Return)
    assert keys.done[2:] == ["Return"]


def test_a_disabled_button_is_not_pressed(keys: Bench):
    keys.press(keys.button, Qt.Key.Key_A)
    keys.button.setEnabled(False)
    QTest.keyClick(keys.window.windowHandle(), Qt.Key.Key_Return)
    assert keys.done == []


def test_alt_with_the_number_pad_is_no_shortcut_and_types_nothing(keys: Bench):
    keys.bind("Alt+1")
    keys.press(keys.text, Qt.Key.Key_1, ALT | KEYPAD)
    assert (keys.done, keys.text.toPlainText()) == ([], "")
    keys.press(keys.text, Qt.Key.Key_1, ALT)
    assert keys.done == ["Alt+1"]


def test_an_alt_code_without_num_lock_is_one_except_where_arrows_are_of_the_number_pad():
    pressed = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_PageUp, ALT | KEYPAD)
    assert is_alt_code(pressed, "windows")
    assert not is_alt_code(pressed, "cocoa")
    assert not is_alt_code(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_PageUp, ALT), "windows")


def _opened(dialog: QDialog, qtbot: QtBot) -> None:
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.open()
        dialog.activateWindow()


def test_enter_skips_once_a_reason_is_chosen(themed, qtbot: QtBot):
    dialog, skipped = SkipDialog(), list[object]()
    dialog.skip_requested.connect(skipped.append)
    _opened(dialog, qtbot)
    KeyPrecedence(dialog)
    skip = dialog.findChild(QPushButton, "skip_confirm")
    assert skip.accessibleDescription() == "Choose a reason first."
    assert skip.toolTip() == "Skip this clip\nChoose a reason first."
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_2)
    assert (skip.accessibleDescription(), skip.toolTip()) == ("", "Skip this clip")
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Return)
    assert [str(reason) for reason in skipped] == ["not_my_language"]


def test_the_list_of_shortcuts_opens_in_its_search(themed, qtbot: QtBot):
    dialog = ShortcutsDialog([("F1", "Help"), ("F2", "Skip back")])
    _opened(dialog, qtbot)
    assert dialog.focusWidget().objectName() == "keys_find"
    QTest.keyClicks(dialog.focusWidget(), "back")
    assert dialog.findChild(QWidget, "keys_table").model().rowCount() == 1
