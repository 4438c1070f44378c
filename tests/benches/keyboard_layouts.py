"""Run under an X server: presses keys under many keyboard layouts and prints the results as JSON."""

import ctypes
import json
import subprocess
import sys

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from reviewer.ui.keymap.key_positions import KeyPositions
from reviewer.ui.keymap.key_precedence import KeyPrecedence
from reviewer.ui.transcript.text_edit import TextField

_CODES = {
    "Ctrl": 37,
    "Shift": 50,
    "Alt": 64,
    "B": 56,
    "D": 40,
    "M": 58,
    "Q": 24,
    "K": 45,
    "-": 20,
    **{d: 10 + n for n, d in enumerate("1234567890")},
}
COMBINATIONS = (
    "Ctrl+Shift+2", "Ctrl+2", "Ctrl+Shift+7", "Ctrl+7", "Ctrl+6", "Alt+1", "Alt+2", "Alt+0",
    "Ctrl+K", "Ctrl+Shift+K", "Ctrl+B", "Ctrl+Shift+B", "Ctrl+Shift+D",
)  # fmt: skip


def main() -> None:
    x11, xtst = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(None))

    def press(combination: str) -> None:
        codes = [_CODES[name] for name in combination.split("+")]
        for code, is_down in [(c, 1) for c in codes] + [(c, 0) for c in reversed(codes)]:
            xtst.XTestFakeKeyEvent(display, code, is_down, 0)
            x11.XSync(display, 0)
            QTest.qWait(1)  # a hand is slower still; X11 composes before a key that waits is delivered
        QTest.qWait(40)

    app = QApplication([])
    window = QWidget()
    text = TextField(window)
    QVBoxLayout(window).addWidget(text)
    pressed: list[str] = []
    for combination in (*COMBINATIONS, "Ctrl+-", "Ctrl+="):
        shortcut = QShortcut(QKeySequence(combination), window)
        shortcut.activated.connect(lambda keys=combination: pressed.append(keys))
    filters = KeyPrecedence(app), KeyPositions(app)
    window.show()
    window.activateWindow()
    text.setFocus()
    assert QTest.qWaitForWindowActive(window)
    found = {}
    for layout in sys.argv[1:]:
        subprocess.run(["setxkbmap", layout], check=True)
        QTest.qWait(150)
        pressed.clear()
        text.clear()
        for combination in (*COMBINATIONS, "Alt+Q"):
            press(combination)
        acted, typed = list(pressed), text.toPlainText()
        press("Q")
        press("Ctrl+2")
        press("B")  # some layouts compose two letters from it, which Ctrl is not held with any more
        found[layout] = [acted, typed, text.toPlainText()]
    sys.stdout.write(json.dumps(found))
    for each in filters:
        each.deleteLater()


if __name__ == "__main__":
    main()
