"""Messages in their reserved place."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable, WrongPassphrase
from reviewer.ui.messages import Message
from reviewer.ui.widgets.inline_message import InlineMessage
from tests.refusals import shown_hint_of, shown_sentence_of


@pytest.fixture
def message(themed, qtbot: QtBot) -> InlineMessage:
    made = InlineMessage("m", lines=3)
    qtbot.addWidget(made)
    made.resize(400, made.minimumHeight())
    made.show()
    return made


def test_an_error_is_shown_as_sentence_and_hint(message: InlineMessage):
    error = WrongPassphrase()
    message.show_error(error)
    assert message.text == f"{shown_sentence_of(error)} {shown_hint_of(error)}"


def test_a_screen_reader_is_told(message: InlineMessage):
    message.show_message(Message("All is well.", "Go on."))
    assert message.accessibleDescription() == "All is well. Go on."


def test_nothing_moves_when_a_message_comes(message: InlineMessage):
    before = message.minimumSizeHint()
    message.show_error(WrongPassphrase())
    assert message.minimumSizeHint() == before


def test_what_may_be_tried_again_has_a_button_for_it(message: InlineMessage, qtbot: QtBot):
    message.show_error(Unavailable("The disk is full."))
    button = message.findChild(QPushButton, "m_retry")
    assert button.isVisible()
    with qtbot.waitSignal(message.retry_requested):
        button.click()


def test_what_a_rule_refused_has_no_such_button(message: InlineMessage):
    message.show_error(WrongPassphrase())
    assert not message.findChild(QPushButton, "m_retry").isVisible()


def test_a_cleared_message_says_nothing(message: InlineMessage):
    message.show_error(WrongPassphrase())
    message.clear()
    assert message.text == ""
    assert message.accessibleDescription() == ""


def test_text_is_never_read_as_markup(message: InlineMessage):
    message.show_message(Message("<b>bold</b>"))
    assert message.findChild(QLabel, "m_text").text() == "<b>bold</b>"
    assert message.text == "<b>bold</b>"
