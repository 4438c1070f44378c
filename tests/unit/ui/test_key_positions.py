"""A digit that is typed without Ctrl or Alt, on keyboards that type signs with the unshifted digit row."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from reviewer.ui.keymap.key_positions import typed_digit

NO_KEY, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
SECOND_KEY = 11


def pressed(
    text: str, code: int = SECOND_KEY, held: Qt.KeyboardModifier = NO_KEY, key: Qt.Key = Qt.Key.Key_unknown
) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, held, code, 0, 0, text)


@pytest.mark.parametrize(
    ("event", "platform", "digit"),
    [
        (pressed("é"), "xcb", "2"),
        (pressed("2", held=SHIFT), "xcb", "2"),
        (pressed("2", held=SHIFT), "offscreen", "2"),
        (pressed("7", code=79), "xcb", "7"),
        (pressed("2", held=CTRL), "xcb", ""),
        (pressed("é"), "offscreen", ""),
        (pressed("q", code=24), "xcb", ""),
        (pressed("\N{SUPERSCRIPT TWO}", code=49), "xcb", ""),
        (pressed("", code=50), "xcb", ""),
    ],
    ids=[
        "AZERTY",
        "AZERTY with Shift",
        "codes unknown",
        "the keypad",
        "with Ctrl",
        "a letter, codes unknown",
        "a letter",
        "a digit that is none",
        "Shift alone",
    ],
)
def test_digit_is_the_key_s_place_or_what_it_types(event: QKeyEvent, platform: str, digit: str) -> None:
    assert typed_digit(event, platform) == digit
