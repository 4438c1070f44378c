"""From a one-time code to an account."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from reviewer.errors import WrongPassphrase
from reviewer.ui.signin.enrol_page import EnrolEntry, EnrolPage
from tests.fakes.workspace_gateway import CODE, PASSPHRASE


@pytest.fixture
def page(themed, qtbot: QtBot) -> EnrolPage:
    made = EnrolPage()
    qtbot.addWidget(made)
    made.show()
    return made


def _fill(page: EnrolPage, passphrase: str = PASSPHRASE, again: str = PASSPHRASE) -> None:
    page.name.setText("Ben")
    page.code.setText(CODE)
    page.passphrase.setText(passphrase)
    page.again.setText(again)


def test_it_hands_on_what_was_typed(page: EnrolPage, qtbot: QtBot):
    _fill(page)
    with qtbot.waitSignal(page.enrol_requested) as asked:
        page.button.click()
    assert asked.args == [EnrolEntry("Ben", CODE, PASSPHRASE)]


def test_eleven_characters_are_too_few(page: EnrolPage):
    _fill(page, "elevenchars", "elevenchars")
    assert not page.button.isEnabled()
    assert page.strength.text() == "Too short"


def test_twelve_characters_are_enough(page: EnrolPage):
    _fill(page, "twelvecharsx", "twelvecharsx")
    assert page.button.isEnabled()
    assert page.strength.text() == "Fair"


def test_two_different_passphrases_are_not_taken(page: EnrolPage):
    _fill(page, again=PASSPHRASE + "x")
    assert not page.button.isEnabled()
    assert "differ" in page.strength.text()


def test_without_a_code_nothing_is_sent(page: EnrolPage):
    _fill(page)
    page.code.clear()
    assert not page.button.isEnabled()


def test_a_wrong_code_leaves_what_was_typed(page: EnrolPage):
    _fill(page)
    page.button.click()
    page.show_error(WrongPassphrase())
    assert page.passphrase.text() == PASSPHRASE
    assert page.button.isEnabled()
    assert page.message.text


def test_escape_goes_back(page: EnrolPage, qtbot: QtBot):
    with qtbot.waitSignal(page.back_requested):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_a_reset_page_holds_no_secret(page: EnrolPage):
    _fill(page)
    page.reset()
    assert (page.code.text(), page.passphrase.text(), page.again.text()) == ("", "", "")


def test_secrets_are_never_printed():
    printed = repr(EnrolEntry("Ben", CODE, PASSPHRASE))
    assert CODE not in printed
    assert PASSPHRASE not in printed
