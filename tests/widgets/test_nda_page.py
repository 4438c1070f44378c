"""The agreement is read to its end before it is signed, and never by accident."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from reviewer.access.nda import STATEMENT
from reviewer.errors import WrongPassphrase
from reviewer.ui.signin.nda_page import NdaAnswer, NdaPage
from tests.benches.agreement import SIGNER, answer, read_to_the_end, scroll_to_the_end
from tests.benches.clip_page import NO_KEY
from tests.fakes.workspace_gateway import NDA_BODY, PASSPHRASE, an_agreement_text


def shown_page(qtbot: QtBot, text: str = NDA_BODY) -> NdaPage:
    made = NdaPage()
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    made.show_agreement(an_agreement_text(text), SIGNER)
    return made


@pytest.fixture
def page(themed, qtbot: QtBot) -> NdaPage:
    made = shown_page(qtbot)
    made.end_reached.connect(lambda _text: made.show_reading_time(0.0))  # as the access log says
    return made


@pytest.fixture
def fulfilled(page: NdaPage, qtbot: QtBot) -> NdaPage:
    """Read to its end and answered."""
    read_to_the_end(page, qtbot)
    answer(page)
    return page


def test_the_whole_text_is_on_the_page_with_its_facts_and_cannot_be_changed(page: NdaPage, qtbot: QtBot):
    qtbot.keyClicks(page.view, "x")
    assert page.view.toPlainText() == NDA_BODY
    assert page.tick.text() == STATEMENT
    text = an_agreement_text()
    shown = page.findChild(QLabel, "nda_facts").text()
    assert [part in shown for part in (text.version, text.locale, text.sha256[:16])] == [True] * 3


@pytest.mark.parametrize("is_second", [False, True])
def test_nothing_is_answered_beforehand_at_a_second_reading_either(
    page: NdaPage, qtbot: QtBot, is_second: bool
):
    if is_second:
        read_to_the_end(page, qtbot)
        answer(page)
        page.show_agreement(an_agreement_text(), SIGNER)
    assert not page.tick.isChecked()
    assert (page.name.text(), page.passphrase.text()) == ("", "")
    assert not page.gate.is_end_reached
    assert not page.agree.isEnabled()


@pytest.mark.parametrize(
    "undo",
    [
        lambda page: page.tick.setChecked(False),
        lambda page: page.name.setText("Somebody Else"),
        lambda page: page.passphrase.clear(),
    ],
    ids=["unticked", "with another name", "without the passphrase"],
)
def test_only_all_four_together_wake_the_button(fulfilled: NdaPage, undo: Callable[[NdaPage], None]):
    assert fulfilled.agree.isEnabled()
    undo(fulfilled)
    assert not fulfilled.agree.isEnabled()


def test_enter_says_what_is_missing_and_signs_nothing(page: NdaPage, qtbot: QtBot):
    asked: list[NdaAnswer] = []
    page.accept_requested.connect(asked.append)
    answer(page)
    qtbot.keyClick(page.passphrase, Qt.Key.Key_Return)
    assert page.message.text == "Read to the end first."
    read_to_the_end(page, qtbot)
    assert page.agree.isEnabled()
    assert page.message.text == ""
    qtbot.keyClick(page.passphrase, Qt.Key.Key_Return)
    assert page.focusWidget() is page.agree
    page.tick.setChecked(False)
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    assert page.message.text.startswith("Tick the box")
    assert asked == []


def test_half_way_down_is_not_the_end(page: NdaPage, qapp: QApplication):
    bar = page.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    qapp.processEvents()
    assert not page.gate.is_end_reached


def test_a_few_very_long_paragraphs_are_not_taken_for_a_few_lines(themed, qtbot: QtBot):
    page = shown_page(qtbot, "\n".join(["You tell nobody what you hear. " * 400] * 5 + ["The end."]))
    for _ in range(3):
        themed.processEvents()
    assert not page.gate.is_end_reached


def test_the_end_is_seen_at_once_however_far_down_it_is(page: NdaPage, qapp: QApplication):
    page.show_agreement(an_agreement_text("\n".join(f"Line {number}" for number in range(5000))), SIGNER)
    qapp.processEvents()
    scroll_to_the_end(page)
    qapp.processEvents()
    assert page.gate.is_end_reached


@pytest.mark.parametrize("height", range(600, 900, 23))
def test_the_end_can_be_reached_at_every_height(page: NdaPage, qapp: QApplication, height: int):
    page.resize(1000, height)
    qapp.processEvents()
    scroll_to_the_end(page)
    qapp.processEvents()
    assert page.gate.is_end_reached


@pytest.mark.parametrize(
    ("key", "modifiers", "times"),
    [(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier, 1), (Qt.Key.Key_PageDown, NO_KEY, 40)],
)
def test_the_end_can_be_reached_with_the_keyboard(page: NdaPage, qtbot: QtBot, key, modifiers, times: int):
    with qtbot.waitSignal(page.view.end_reached):
        for _ in range(times):
            qtbot.keyClick(page.view, key, modifiers)


@pytest.mark.parametrize("is_on_screen", [True, False])
def test_a_text_that_fits_is_read_when_it_is_on_the_screen_and_not_before(
    themed, qtbot: QtBot, is_on_screen: bool
):
    page, reached = NdaPage(), []
    qtbot.addWidget(page)
    page.view.end_reached.connect(lambda: reached.append(True))
    if is_on_screen:
        page.show()
    page.show_agreement(an_agreement_text("Keep silent."), SIGNER)
    if is_on_screen:
        qtbot.waitUntil(lambda: bool(reached))
    themed.processEvents()
    assert bool(reached) is is_on_screen


def test_the_answer_holds_text_name_and_passphrase(fulfilled: NdaPage, qtbot: QtBot):
    with qtbot.waitSignal(fulfilled.accept_requested) as asked:
        fulfilled.agree.click()
    given: NdaAnswer = asked.args[0]
    assert (given.typed_name, given.passphrase, given.text) == (SIGNER, PASSPHRASE, an_agreement_text())


def test_who_went_through_it_too_fast_waits_until_the_log_says_enough(themed, qtbot: QtBot):
    page = shown_page(qtbot)
    left = iter([12.3, 0.001, 0.0])
    page.end_reached.connect(lambda _text: page.show_reading_time(next(left)))
    page.show_reading_time(None)
    read_to_the_end(page, qtbot)
    answer(page)
    assert not page.agree.isEnabled()
    assert "13 s left" in page.message.text
    page.show_reading_time(next(left))
    qtbot.waitUntil(page.agree.isEnabled)
    assert page.message.text == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("place", ["view", "tick", "name", "passphrase", "agree", "decline"])
def test_enter_accepts_nothing_wherever_the_focus_is(
    fulfilled: NdaPage, qtbot: QtBot, place: str, key: Qt.Key
):
    widget = getattr(fulfilled, place)
    widget.setFocus()
    with (
        qtbot.assertNotEmitted(fulfilled.accept_requested),
        qtbot.assertNotEmitted(fulfilled.decline_requested),
    ):
        qtbot.keyClick(widget, key)


@pytest.mark.parametrize("is_read", [True, False])
def test_the_key_of_the_button_accepts_only_when_it_is_awake(page: NdaPage, qtbot: QtBot, is_read: bool):
    if is_read:
        read_to_the_end(page, qtbot)
    answer(page)
    assert page.agree.isEnabled() is is_read
    asked: list[object] = []
    page.accept_requested.connect(asked.append)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page, Qt.Key.Key_A, modifiers)
    assert bool(asked) is is_read


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
    page.show_agreement(an_agreement_text(sha256="0" * 64), SIGNER)
    read_to_the_end(page, qtbot)
    answer(page)
    assert not page.agree.isEnabled()
    assert page.message.text


CHANGED = ("line\rline", "line\r\nline", "a\u2029b")
KEPT = ("no\u00a0break", "tab\there", "שלום עולם", "今天\n\n", "e\u0301", "😀")


@pytest.mark.parametrize("letters", CHANGED + KEPT)
def test_only_a_text_that_the_widget_shows_letter_by_letter_can_be_signed(page: NdaPage, letters: str):
    page.show_agreement(an_agreement_text(letters), SIGNER)
    assert page.gate.is_exact is (letters in KEPT)


def test_a_wrong_passphrase_asks_for_it_again(fulfilled: NdaPage):
    fulfilled.agree.click()
    fulfilled.show_error(WrongPassphrase())
    assert fulfilled.message.text
    assert fulfilled.passphrase.text() == ""
    assert not fulfilled.agree.isEnabled()
