"""Keys act by their position where the layout types something else there."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.keymap.key_positions import KeyPositions
from reviewer.ui.keymap.key_precedence import KeyPrecedence

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY_6, MINUS, EQUALS, KEY_M, KEY_A, KEY_K, COMMA = 15, 20, 21, 58, 38, 45, 59


class Bench:
    """A window with a text and shortcuts; ``done`` lists those that acted."""

    def __init__(self, qtbot: QtBot, show: Callable[[QWidget], None]) -> None:
        self.window, self.text, self.done = QWidget(), QTextEdit("hello"), list[str]()
        qtbot.addWidget(self.window)
        QVBoxLayout(self.window).addWidget(self.text)
        show(self.window)
        self.text.setFocus()
        self.filters = KeyPrecedence(self.window), KeyPositions(self.window, lambda: "xcb")

    def bind(self, *keys: str) -> None:
        for each in keys:
            QShortcut(QKeySequence(each), self.window).activated.connect(
                lambda key=each: self.done.append(key)
            )

    def press(self, code: int, typed: str, held: Qt.KeyboardModifier = CTRL) -> None:
        """As the platform does: asks whether a shortcut is overridden, then sends the key press."""
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            event = QKeyEvent(kind, Qt.Key(ord(typed.upper())), held, code, 0, 0, typed)
            QApplication.sendEvent(self.window.windowHandle(), event)


@pytest.fixture
def keys(themed, qtbot: QtBot, show: Callable[[QWidget], None]) -> Bench:
    return Bench(qtbot, show)


def test_key_6_is_a_digit_where_it_types_a_minus(keys: Bench) -> None:
    keys.bind("Ctrl+6", "Ctrl+-")
    keys.press(KEY_6, "-")
    assert keys.done == ["Ctrl+6"]


@pytest.mark.parametrize(("code", "typed", "acts"), [(MINUS, ")", "Ctrl+-"), (EQUALS, "´", "Ctrl+=")])
def test_the_keys_behind_the_digits_are_minus_and_equals_where_they_have_no_shortcut(
    keys: Bench, code: int, typed: str, acts: str
) -> None:
    keys.bind("Ctrl+-", "Ctrl+=")
    keys.press(code, typed)
    assert keys.done == [acts]


def test_shift_with_the_key_of_minus_is_its_shortcut_where_it_types_another(keys: Bench) -> None:
    keys.bind("Ctrl+=", "Ctrl+Shift+-")
    keys.press(MINUS, "=", CTRL | SHIFT)
    assert keys.done == ["Ctrl+Shift+-"]


def test_a_letter_of_another_script_is_the_letter_of_its_position(keys: Bench) -> None:
    keys.bind("Ctrl+K", "Ctrl+Shift+K")
    keys.press(KEY_K, "л")
    keys.press(KEY_K, "л", CTRL | SHIFT)
    assert keys.done == ["Ctrl+K", "Ctrl+Shift+K"]


def test_a_latin_letter_that_shift_types_is_its_own_shortcut_only(keys: Bench) -> None:
    keys.bind("Ctrl+K", "Ctrl+Shift+K")
    keys.press(KEY_K, "K", CTRL | SHIFT)
    assert keys.done == ["Ctrl+Shift+K"]


def test_a_latin_key_never_acts_by_its_position(keys: Bench) -> None:
    keys.bind("Ctrl+M", "Ctrl+A")
    keys.press(KEY_M, ",")
    keys.press(KEY_A, "q")
    assert keys.done == []


def test_shift_with_an_arabic_key_is_the_letter_of_its_position_though_it_types_an_ascii_sign(
    keys: Bench,
) -> None:
    keys.bind("Ctrl+Shift+M")
    keys.press(KEY_M, "'", CTRL | SHIFT)
    assert keys.done == [], "an AZERTY keyboard types signs on keys of letters too"
    keys.press(KEY_M, "ة", Qt.KeyboardModifier.NoModifier)
    keys.press(KEY_M, "'", CTRL | SHIFT)
    assert keys.done == ["Ctrl+Shift+M"]
    keys.press(KEY_A, "a", Qt.KeyboardModifier.NoModifier)
    keys.press(KEY_M, "'", CTRL | SHIFT)
    assert keys.done == ["Ctrl+Shift+M"], "the layout was changed"


def test_the_keys_of_comma_and_full_stop_go_by_their_position_on_a_keyboard_without_latin_letters(
    keys: Bench,
) -> None:
    keys.bind("Ctrl+,")
    keys.press(COMMA, ";")
    assert keys.done == []
    keys.press(COMMA, "و")
    assert keys.done == ["Ctrl+,"]


def test_ctrl_a_selects_the_text_on_a_keyboard_without_latin_letters(keys: Bench) -> None:
    keys.press(KEY_A, "ф")
    assert keys.text.textCursor().selectedText() == "hello"
    assert keys.text.toPlainText() == "hello"
