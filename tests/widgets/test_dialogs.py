"""Questions, keys and crashes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.ui.messages import crash_report
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from reviewer.ui.widgets.crash_dialog import CrashDialog

TYPED = "my number is 555 0100"


@pytest.fixture
def question(themed, qtbot: QtBot) -> ConfirmDialog:
    made = ConfirmDialog("Revoke Ada?", "Her keys are destroyed.", "Revoke")
    qtbot.addWidget(made)
    made.open()
    return made


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_enter_and_escape_change_nothing(question: ConfirmDialog, qtbot: QtBot, key: Qt.Key):
    qtbot.keyClick(question, key)
    assert question.result() == QDialog.DialogCode.Rejected
    assert not question.isVisible()


def test_what_it_will_do_is_said_and_the_verb_does_it(question: ConfirmDialog, qtbot: QtBot):
    assert question.findChild(QLabel, "confirm_text").text() == "Her keys are destroyed."
    button = question.findChild(QPushButton, "confirm_act")
    assert button.text() == "Revoke"
    with qtbot.waitSignal(question.accepted):
        button.click()


def test_a_crash_shows_no_word_of_what_was_typed_its_places_behind_a_button_and_one_goes_on(
    themed, qtbot: QtBot
):
    try:
        raise ValueError(TYPED)
    except ValueError as error:
        crash = CrashDialog(crash_report(error))
    qtbot.addWidget(crash)
    crash.open()
    details = crash.findChild(QPlainTextEdit, "crash_details")
    assert not details.isVisible()
    crash.findChild(QPushButton, "crash_show").click()
    assert details.isVisible()
    shown = [label.text() for label in crash.findChildren(QLabel)]
    assert details.toPlainText()
    assert TYPED not in f"{shown} {details.toPlainText()}"
    with qtbot.waitSignal(crash.accepted):
        crash.findChild(QPushButton, "crash_close").click()
