"""Messages in their reserved place."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable, WrongPassphrase
from reviewer.ui.messages import Message
from reviewer.ui.widgets.inline_message import InlineMessage
from tests.fakes.screen_reader import listening
from tests.refusals import shown_hint_of, shown_sentence_of


@pytest.fixture
def message(themed, qtbot: QtBot) -> InlineMessage:
    made = InlineMessage("m", lines=3)
    qtbot.addWidget(made)
    made.resize(400, made.minimumHeight())
    made.show()
    return made


def test_an_error_is_shown_as_sentence_and_hint_told_to_a_screen_reader_and_moves_nothing(
    message: InlineMessage,
):
    before, error = message.minimumSizeHint(), WrongPassphrase()
    message.show_error(error)
    said = f"{shown_sentence_of(error)} {shown_hint_of(error)}"
    assert (message.text, message.accessibleDescription()) == (said, said)
    assert message.minimumSizeHint() == before
    message.clear()
    assert (message.text, message.accessibleDescription()) == ("", "")


def test_what_may_be_tried_again_has_a_button_for_it_and_what_a_rule_refused_has_none(
    message: InlineMessage, qtbot: QtBot
):
    button = message.findChild(QPushButton, "m_retry")
    message.show_error(Unavailable("WORKSPACE_FILE_FAILED", problem="disk full"))
    assert button.isVisible()
    with qtbot.waitSignal(message.retry_requested):
        button.click()
    message.show_error(WrongPassphrase())
    assert not button.isVisible()


def test_text_is_never_read_as_markup(message: InlineMessage):
    message.show_message(Message("<b>bold</b>"))
    assert message.findChild(QLabel, "m_text").text() == "<b>bold</b>"
    assert message.text == "<b>bold</b>"


def test_a_screen_reader_says_a_message_wherever_the_focus_is_and_a_problem_at_once(
    message: InlineMessage, monkeypatch: pytest.MonkeyPatch
):
    reader = listening(monkeypatch)
    message.show_message(Message("Accepted.", "This is the next clip."), "ok")
    message.show_message(Message("4 things are missing."), "warn")
    assert reader.said == [("Accepted. This is the next clip.", False), ("4 things are missing.", True)]
    message.clear()
    message.hide()
    message.show_message(Message("Not seen."), "warn")
    assert len(reader.said) == 2
