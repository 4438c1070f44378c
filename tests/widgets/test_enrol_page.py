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


@pytest.mark.parametrize(
    ("passphrase", "again", "is_enough", "said"),
    [
        ("elevenchars", "elevenchars", False, "Too short"),
        ("twelvecharsx", "twelvecharsx", True, "Fair"),
        (PASSPHRASE, PASSPHRASE + "x", False, "differ"),
    ],
)
def test_a_passphrase_is_taken_from_twelve_characters_on_if_it_was_typed_twice_the_same(
    page: EnrolPage, passphrase: str, again: str, is_enough: bool, said: str
):
    _fill(page, passphrase, again)
    assert page.button.isEnabled() is is_enough
    assert said in page.strength.text()


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
