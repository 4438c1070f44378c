"""The page that asks who is there."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from reviewer.errors import WrongPassphrase
from reviewer.ui.messages import Message
from reviewer.ui.signin.signin_page import SignInEntry, SignInPage
from tests.fakes.workspace_gateway import PASSPHRASE
from tests.refusals import shown_sentence_of


@pytest.fixture
def page(themed, qtbot: QtBot) -> SignInPage:
    made = SignInPage()
    made.show_project("Translator, autumn")
    qtbot.addWidget(made)
    made.show()
    return made


def _type(page: SignInPage, qtbot: QtBot, name: str = "Ana", passphrase: str = PASSPHRASE) -> None:
    qtbot.keyClicks(page.name, name)
    qtbot.keyClicks(page.passphrase, passphrase)


def test_the_name_is_asked_for_first(page: SignInPage, qtbot: QtBot):
    qtbot.waitUntil(page.name.hasFocus)


def test_enter_in_the_passphrase_signs_in(page: SignInPage, qtbot: QtBot):
    _type(page, qtbot)
    with qtbot.waitSignal(page.sign_in_requested) as asked:
        qtbot.keyClick(page.passphrase, Qt.Key.Key_Return)
    assert asked.args == [SignInEntry("Ana", PASSPHRASE)]


def test_the_button_sleeps_until_both_are_typed(page: SignInPage, qtbot: QtBot):
    assert not page.button.isEnabled()
    qtbot.keyClicks(page.name, "Ana")
    assert not page.button.isEnabled()
    qtbot.keyClicks(page.passphrase, "x")
    assert page.button.isEnabled()


def test_enter_does_nothing_while_something_is_missing(page: SignInPage, qtbot: QtBot):
    qtbot.keyClicks(page.name, "Ana")
    with qtbot.assertNotEmitted(page.sign_in_requested):
        qtbot.keyClick(page.passphrase, Qt.Key.Key_Return)


def test_the_passphrase_is_gone_from_the_page_once_it_was_handed_on(page: SignInPage, qtbot: QtBot):
    _type(page, qtbot)
    page.button.click()
    assert page.passphrase.text() == ""


def test_it_cannot_be_asked_twice_at_once(page: SignInPage, qtbot: QtBot):
    _type(page, qtbot)
    page.button.click()
    assert not page.button.isEnabled()
    assert not page.passphrase.isEnabled()


def test_an_error_stands_on_the_page_and_one_can_go_on_typing(page: SignInPage, qtbot: QtBot):
    _type(page, qtbot)
    page.button.click()
    page.show_error(WrongPassphrase())
    assert shown_sentence_of(WrongPassphrase()) in page.message.text
    assert page.name.text() == "Ana"
    qtbot.waitUntil(page.passphrase.hasFocus)


def test_nothing_moves_when_an_error_comes(page: SignInPage, qtbot: QtBot):
    before = page.button.geometry()
    page.show_error(WrongPassphrase())
    page.layout().activate()
    assert page.button.geometry() == before


def test_the_passphrase_is_hidden_until_one_asks(page: SignInPage):
    assert page.passphrase.echoMode() is QLineEdit.EchoMode.Password
    page.passphrase.actions()[0].trigger()
    assert page.passphrase.echoMode() is QLineEdit.EchoMode.Normal


def test_a_passphrase_that_was_shown_is_hidden_again_for_the_next_one(page: SignInPage, qtbot: QtBot):
    _type(page, qtbot)
    page.passphrase.actions()[0].trigger()
    page.button.click()
    assert page.passphrase.echoMode() is QLineEdit.EchoMode.Password


def test_the_passphrase_is_never_printed():
    assert PASSPHRASE not in repr(SignInEntry("Ana", PASSPHRASE))


def test_after_a_lock_the_name_stays_and_the_reason_is_said(page: SignInPage, qtbot: QtBot):
    _type(page, qtbot)
    page.reset(Message("Locked."))
    assert (page.name.text(), page.passphrase.text()) == ("Ana", "")
    assert page.message.text == "Locked."


def test_a_key_leads_to_the_first_sign_in(page: SignInPage, qtbot: QtBot):
    with qtbot.waitSignal(page.enrol_requested):
        qtbot.keyClick(page, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize("is_shown", [False, True])
def test_no_input_method_learns_the_passphrase(page: SignInPage, is_shown: bool):
    (show,) = page.passphrase.actions()
    show.setChecked(is_shown)
    hints = page.passphrase.inputMethodHints()
    secret = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
    assert hints & secret == secret
    assert bool(hints & Qt.InputMethodHint.ImhHiddenText) is not is_shown
