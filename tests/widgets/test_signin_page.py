"""The page that asks who is there."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton
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


@pytest.fixture
def typed(page: SignInPage, qtbot: QtBot) -> SignInPage:
    """With name and passphrase in it."""
    qtbot.keyClicks(page.name, "Ana")
    qtbot.keyClicks(page.passphrase, PASSPHRASE)
    return page


def test_the_name_is_asked_for_first(page: SignInPage, qtbot: QtBot):
    qtbot.waitUntil(page.name.hasFocus)


def test_enter_in_the_passphrase_signs_in(typed: SignInPage, qtbot: QtBot):
    with qtbot.waitSignal(typed.sign_in_requested) as asked:
        qtbot.keyClick(typed.passphrase, Qt.Key.Key_Return)
    assert asked.args == [SignInEntry("Ana", PASSPHRASE)]


def test_button_and_enter_sleep_until_both_are_typed(page: SignInPage, qtbot: QtBot):
    assert not page.button.isEnabled()
    qtbot.keyClicks(page.name, "Ana")
    assert not page.button.isEnabled()
    with qtbot.assertNotEmitted(page.sign_in_requested):
        qtbot.keyClick(page.passphrase, Qt.Key.Key_Return)
    qtbot.keyClicks(page.passphrase, "x")
    assert page.button.isEnabled()


def test_once_it_was_handed_on_the_passphrase_is_gone_and_nothing_can_be_asked_a_second_time(
    typed: SignInPage,
):
    typed.button.click()
    assert typed.passphrase.text() == ""
    assert not typed.button.isEnabled()
    assert not typed.passphrase.isEnabled()


def test_an_error_stands_on_the_page_moves_nothing_and_one_can_go_on_typing(typed: SignInPage, qtbot: QtBot):
    before = typed.button.geometry()
    typed.button.click()
    typed.show_error(WrongPassphrase())
    typed.layout().activate()
    assert shown_sentence_of(WrongPassphrase()) in typed.message.text
    assert (typed.name.text(), typed.button.geometry()) == ("Ana", before)
    qtbot.waitUntil(typed.passphrase.hasFocus)


def test_the_passphrase_is_hidden_until_one_asks_and_again_for_the_next_one(typed: SignInPage):
    assert typed.passphrase.echoMode() is QLineEdit.EchoMode.Password
    typed.passphrase.actions()[0].trigger()
    assert typed.passphrase.echoMode() is QLineEdit.EchoMode.Normal
    typed.button.click()
    assert typed.passphrase.echoMode() is QLineEdit.EchoMode.Password


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # of menus
def test_the_menu_of_the_field_shows_the_passphrase_too_for_who_has_no_mouse(typed: SignInPage):
    field = typed.passphrase
    menu_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(field, menu_key)
    menu = field.findChild(QMenu)
    menu.actions()[-1].trigger()
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    menu.close()


def test_the_passphrase_is_never_printed():
    assert PASSPHRASE not in repr(SignInEntry("Ana", PASSPHRASE))


def test_after_a_lock_the_name_stays_and_the_reason_is_said(typed: SignInPage):
    typed.reset(Message("Locked."))
    assert (typed.name.text(), typed.passphrase.text()) == ("Ana", "")
    assert typed.message.text == "Locked."


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


def test_the_people_of_the_demo_fill_the_form_in(page: SignInPage, qtbot: QtBot):
    page.offer(
        "People", [("Ana: kettle", SignInEntry("Ana", "kettle")), ("Lee: boat", SignInEntry("Lee", "boat"))]
    )
    second = page.findChild(QPushButton, "sign_in_offer_2")
    second.click()
    assert page.button.isEnabled()
    with qtbot.waitSignal(page.sign_in_requested) as asked:
        page.button.click()
    assert asked.args == [SignInEntry("Lee", "boat")]


def test_another_workspace_can_be_asked_for_by_button_and_key(page: SignInPage, qtbot: QtBot):
    with qtbot.waitSignal(page.other_workspace_requested):
        page.other_button.click()
    with qtbot.waitSignal(page.other_workspace_requested):
        qtbot.keyClick(page.name, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
