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


def test_enter_changes_nothing(question: ConfirmDialog, qtbot: QtBot):
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert question.result() == QDialog.DialogCode.Rejected
    assert not question.isVisible()


def test_escape_changes_nothing(question: ConfirmDialog, qtbot: QtBot):
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert question.result() == QDialog.DialogCode.Rejected


def test_the_verb_does_it(question: ConfirmDialog, qtbot: QtBot):
    button = question.findChild(QPushButton, "confirm_act")
    assert button.text() == "Revoke"
    with qtbot.waitSignal(question.accepted):
        button.click()


def test_what_it_will_do_is_said(question: ConfirmDialog):
    assert question.findChild(QLabel, "confirm_text").text() == "Her keys are destroyed."


@pytest.fixture
def crash(themed, qtbot: QtBot) -> CrashDialog:
    try:
        raise ValueError(TYPED)
    except ValueError as error:
        made = CrashDialog(crash_report(error))
    qtbot.addWidget(made)
    made.open()
    return made


def test_a_crash_shows_no_word_of_what_was_typed(crash: CrashDialog):
    shown = [label.text() for label in crash.findChildren(QLabel)]
    details = crash.findChild(QPlainTextEdit, "crash_details").toPlainText()
    assert details
    assert TYPED not in f"{shown} {details}"


def test_the_places_of_a_crash_are_behind_a_button(crash: CrashDialog):
    details = crash.findChild(QPlainTextEdit, "crash_details")
    assert not details.isVisible()
    crash.findChild(QPushButton, "crash_show").click()
    assert details.isVisible()


def test_one_goes_on_after_a_crash(crash: CrashDialog, qtbot: QtBot):
    with qtbot.waitSignal(crash.accepted):
        crash.findChild(QPushButton, "crash_close").click()
