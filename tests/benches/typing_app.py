"""The whole window in a process of its own: somebody types and hands in, one clip after the other, until
the process is killed.

``run`` takes WORKSPACE NOW SETTINGS NUMBER; what happened is printed, a line each:
``opened MOMENT NUMBER CHARACTERS``, ``typed MOMENT NUMBER CHARACTERS``, ``submitted MOMENT NUMBER``.
"""

import sys
import time
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from reviewer.app.driver import Driver
from reviewer.app.tour_desk import has_clip
from reviewer.app.window import application, make_window
from reviewer.app.workspace_gateway import OpenWorkspaceGateway
from reviewer.audio.io.device import VirtualDevice
from reviewer.audio.play.player import Player
from reviewer.clips.keys import KdfParameters
from reviewer.ui.main_window import MainWindow
from reviewer.ui.transcript.text_edit import TextField
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, PASSPHRASE
from tests.fakes.clock import FakeClock

MARK = "kanari"
WORDS = 60
EVERY_KEY_MS = 4
PAUSE_AFTER_WORDS = 20
PAUSE_MS = 600
SUBMIT_EVERY_MS = 150
ANSWERS = ("field_speech_quality_clear", "field_speakers_one")


def script(number: int) -> str:
    """What is typed for the clip after so many submissions: no two words of all scripts are the same."""
    return " ".join(MARK + _letters(number) + _letters(word) for word in range(WORDS))


def _letters(number: int) -> str:
    return "".join("bcdfghjklm"[int(digit)] for digit in f"{number:04d}")


class Typist(QObject):
    """Types a script, answers, listens, and submits, with the keys and the mouse that a person has."""

    def __init__(self, window: MainWindow, driver: Driver, number: int) -> None:
        super().__init__()
        self._number = number
        self._page = window.signed_in.page_of("desk")
        self._field = driver.find(TextField, "transcript_text")
        self._typed = 0
        self._keys = QTimer(self)
        self._keys.timeout.connect(self._type_on)
        presenter = self._page.workspace.presenter
        presenter.clip_opened.connect(self._on_opened)
        presenter.handed_over.connect(self._on_handed_over)
        self._on_opened()

    @Slot()
    def _on_opened(self) -> None:
        self._typed = len(self._field.text)
        self._say("opened", self._number, self._typed)
        QTest.keyClick(self._field, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(self._field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
        self._keys.start(EVERY_KEY_MS)

    @Slot()
    def _on_handed_over(self) -> None:
        self._say("submitted", self._number)
        self._number += 1

    @Slot()
    def _type_on(self) -> None:
        text = script(self._number)
        if self._typed == len(text):
            self._submit()
            return
        QTest.keyClicks(self._field, text[self._typed])
        self._typed += 1
        if self._typed == len(text) or text[self._typed] == " ":
            self._say("typed", self._number, self._typed)
            is_pause = text[: self._typed].count(" ") % PAUSE_AFTER_WORDS == PAUSE_AFTER_WORDS - 1
            self._keys.start(PAUSE_MS if is_pause else EVERY_KEY_MS)

    def _submit(self) -> None:
        """As often as it takes: the clip may not be heard to its end yet."""
        self._keys.start(SUBMIT_EVERY_MS)
        for name in ANSWERS:
            button = self._page.findChild(QPushButton, name)
            if not button.isChecked():
                button.click()
        QTest.keyClick(self._field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def _say(self, what: str, *facts: int) -> None:
        print(what, time.monotonic(), *facts, flush=True)  # noqa: T201 - read by the test


def main(folder: Path, now: datetime, settings: str, number: int) -> None:
    """Signs in, takes a clip, and types until the end."""
    app = application()
    workspace = open_workspace(folder, clock=FakeClock(now), parameters=KdfParameters.cheap())
    window, jobs = make_window(
        app,
        OpenWorkspaceGateway(workspace),
        workspace.clock,
        QSettings(settings, QSettings.Format.IniFormat),
        lambda: Player(VirtualDevice(real_time=True, keeps=False)),
    )
    window.show()
    driver = Driver(window, window.theme, folder.parent, workspace.clock)
    driver.wait_for_part("sign_in_page")
    driver.retype("sign_in_name", ANA)
    driver.type_into("sign_in_passphrase", PASSPHRASE)
    driver.press("Return")
    driver.wait_for("a clip or a free desk", lambda: has_clip(driver) or driver.sees("claim"))
    if driver.sees("claim"):
        driver.click("claim")
    driver.wait_for("a clip is open", lambda: has_clip(driver))
    typist = Typist(window, driver, number)
    app.exec()
    del typist, jobs


def run() -> None:
    """As the arguments of this process say."""
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
