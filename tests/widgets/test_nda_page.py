"""The agreement is read to its end before it is signed, and never by accident."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from reviewer.access.nda import STATEMENT
from reviewer.errors import WrongPassphrase
from reviewer.ui.signin.nda_page import NdaAnswer, NdaPage
from tests.fakes.workspace_gateway import NDA_BODY, PASSPHRASE, an_agreement_text

NAME = "Ana Kowalska"


@pytest.fixture
def page(themed, qtbot: QtBot) -> NdaPage:
    made = NdaPage()
    made.end_reached.connect(lambda _text: made.show_reading_time(0.0))  # as the access log says
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    made.show_agreement(an_agreement_text(), NAME)
    return made


def _read_to_the_end(page: NdaPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.view.end_reached):
        bar = page.view.verticalScrollBar()
        bar.setValue(bar.maximum())


def _answer(page: NdaPage) -> None:
    page.tick.setChecked(True)
    page.name.setText(NAME)
    page.passphrase.setText(PASSPHRASE)


def _fulfil(page: NdaPage, qtbot: QtBot) -> None:
    _read_to_the_end(page, qtbot)
    _answer(page)


def test_the_whole_text_is_on_the_page(page: NdaPage):
    assert page.view.toPlainText() == NDA_BODY


def test_nothing_is_answered_beforehand(page: NdaPage):
    assert not page.tick.isChecked()
    assert page.name.text() == ""
    assert page.passphrase.text() == ""
    assert not page.agree.isEnabled()


def test_the_box_says_what_will_be_signed(page: NdaPage):
    assert page.tick.text() == STATEMENT


def test_all_four_together_wake_the_button(page: NdaPage, qtbot: QtBot):
    _fulfil(page, qtbot)
    assert page.agree.isEnabled()


def test_unread_it_stays_asleep(page: NdaPage):
    _answer(page)
    assert not page.agree.isEnabled()


def test_unticked_it_stays_asleep(page: NdaPage, qtbot: QtBot):
    _fulfil(page, qtbot)
    page.tick.setChecked(False)
    assert not page.agree.isEnabled()


def test_with_another_name_it_stays_asleep(page: NdaPage, qtbot: QtBot):
    _fulfil(page, qtbot)
    page.name.setText("Somebody Else")
    assert not page.agree.isEnabled()


def test_without_the_passphrase_it_stays_asleep(page: NdaPage, qtbot: QtBot):
    _fulfil(page, qtbot)
    page.passphrase.clear()
    assert not page.agree.isEnabled()


def test_half_way_down_is_not_the_end(page: NdaPage, qapp: QApplication):
    bar = page.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    qapp.processEvents()
    assert not page.gate.is_end_reached


def test_a_few_very_long_paragraphs_are_not_taken_for_a_few_lines(themed, qtbot: QtBot):
    page = NdaPage()
    qtbot.addWidget(page)
    page.resize(1280, 800)
    paragraphs = ["You tell nobody what you hear. " * 400] * 5
    page.show()
    page.show_agreement(an_agreement_text("\n".join([*paragraphs, "The end."])), NAME)
    for _ in range(3):
        themed.processEvents()
    assert not page.gate.is_end_reached


def test_the_end_is_seen_at_once_however_far_down_it_is(page: NdaPage, qapp: QApplication):
    text = "\n".join(f"Line {number}" for number in range(5000))
    page.show_agreement(an_agreement_text(text), NAME)
    qapp.processEvents()
    page.view.verticalScrollBar().setValue(page.view.verticalScrollBar().maximum())
    qapp.processEvents()
    assert page.gate.is_end_reached


@pytest.mark.parametrize("height", range(600, 900, 23))
def test_the_end_can_be_reached_at_every_height(page: NdaPage, qapp: QApplication, height: int):
    page.resize(1000, height)
    qapp.processEvents()
    page.view.verticalScrollBar().setValue(page.view.verticalScrollBar().maximum())
    qapp.processEvents()
    assert page.gate.is_end_reached


def test_the_end_can_be_reached_with_the_keyboard(page: NdaPage, qtbot: QtBot):
    with qtbot.waitSignal(page.view.end_reached):
        qtbot.keyClick(page.view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)


def test_page_down_reaches_the_end_too(page: NdaPage, qtbot: QtBot):
    with qtbot.waitSignal(page.view.end_reached):
        for _ in range(40):
            qtbot.keyClick(page.view, Qt.Key.Key_PageDown)


def test_a_text_that_fits_is_read_when_it_is_on_the_screen(themed, qtbot: QtBot):
    page = NdaPage()
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(page.view.end_reached):
        page.show_agreement(an_agreement_text("Keep silent."), NAME)


def test_a_page_that_is_not_on_the_screen_was_not_read(themed, qtbot: QtBot):
    page = NdaPage()
    qtbot.addWidget(page)
    page.show_agreement(an_agreement_text("Keep silent."), NAME)
    themed.processEvents()
    assert not page.gate.is_end_reached


def test_the_answer_holds_text_name_and_passphrase(page: NdaPage, qtbot: QtBot):
    _fulfil(page, qtbot)
    with qtbot.waitSignal(page.accept_requested) as asked:
        page.agree.click()
    answer: NdaAnswer = asked.args[0]
    assert (answer.typed_name, answer.passphrase, answer.text) == (NAME, PASSPHRASE, an_agreement_text())


def test_who_went_through_it_too_fast_waits_until_the_log_says_enough(themed, qtbot: QtBot):
    page = NdaPage()
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    page.show_agreement(an_agreement_text(), NAME)
    left = iter([12.3, 0.001, 0.0])
    page.end_reached.connect(lambda _text: page.show_reading_time(next(left)))
    page.show_reading_time(None)
    _fulfil(page, qtbot)
    assert not page.agree.isEnabled()
    assert "13 s left" in page.message.text
    page.show_reading_time(next(left))
    qtbot.waitUntil(page.agree.isEnabled)
    assert page.message.text == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("place", ["view", "tick", "name", "passphrase", "agree", "decline"])
def test_enter_accepts_nothing_wherever_the_focus_is(page: NdaPage, qtbot: QtBot, place: str, key: Qt.Key):
    _fulfil(page, qtbot)
    widget = getattr(page, place)
    widget.setFocus()
    with qtbot.assertNotEmitted(page.accept_requested), qtbot.assertNotEmitted(page.decline_requested):
        qtbot.keyClick(widget, key)


def test_the_key_of_the_button_accepts_when_it_is_awake(page: NdaPage, qtbot: QtBot):
    _fulfil(page, qtbot)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(page.accept_requested):
        qtbot.keyClick(page, Qt.Key.Key_A, modifiers)


def test_the_key_of_a_sleeping_button_does_nothing(page: NdaPage, qtbot: QtBot):
    _answer(page)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with qtbot.assertNotEmitted(page.accept_requested):
        qtbot.keyClick(page, Qt.Key.Key_A, modifiers)


def test_both_answers_weigh_the_same(page: NdaPage):
    assert page.agree.size() == page.decline.size()
    assert page.agree.property("kind") == page.decline.property("kind")
    assert page.agree.font() == page.decline.font()
    assert not page.agree.isDefault()
    assert not page.decline.isDefault()


def test_declining_needs_nothing_else(page: NdaPage, qtbot: QtBot):
    with qtbot.waitSignal(page.decline_requested):
        page.decline.click()


def test_a_text_with_another_fingerprint_cannot_be_signed(page: NdaPage, qtbot: QtBot):
    page.show_agreement(an_agreement_text(sha256="0" * 64), NAME)
    _fulfil(page, qtbot)
    assert not page.agree.isEnabled()
    assert page.message.text


@pytest.mark.parametrize("letters", ["line\rline", "line\r\nline", "a\u2029b"])
def test_a_text_that_the_widget_would_change_cannot_be_signed(page: NdaPage, qtbot: QtBot, letters: str):
    page.show_agreement(an_agreement_text(letters), NAME)
    _answer(page)
    shown_as_it_is = page.view.is_exactly(letters, an_agreement_text(letters).sha256)
    assert not shown_as_it_is
    assert not page.agree.isEnabled()


@pytest.mark.parametrize("letters", ["no\u00a0break", "tab\there", "שלום עולם", "今天\n\n", "e\u0301", "😀"])
def test_letters_of_every_script_come_back_as_they_are(page: NdaPage, letters: str):
    page.show_agreement(an_agreement_text(letters), NAME)
    assert page.view.is_exactly(letters, an_agreement_text(letters).sha256)


def test_a_second_reading_begins_from_nothing(page: NdaPage, qtbot: QtBot):
    _fulfil(page, qtbot)
    page.show_agreement(an_agreement_text(), NAME)
    assert not page.tick.isChecked()
    assert not page.gate.is_end_reached
    assert not page.agree.isEnabled()


def test_a_wrong_passphrase_asks_for_it_again(page: NdaPage, qtbot: QtBot):
    _fulfil(page, qtbot)
    page.agree.click()
    page.show_error(WrongPassphrase())
    assert page.message.text
    assert page.passphrase.text() == ""
    assert not page.agree.isEnabled()


def test_the_text_cannot_be_changed(page: NdaPage, qtbot: QtBot):
    qtbot.keyClicks(page.view, "x")
    assert page.view.toPlainText() == NDA_BODY


def test_version_language_and_fingerprint_are_shown(page: NdaPage):
    text = an_agreement_text()
    shown = page.findChild(QLabel, "nda_facts").text()
    assert [part in shown for part in (text.version, text.locale, text.sha256[:16])] == [True] * 3
