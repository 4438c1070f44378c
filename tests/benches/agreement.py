"""Reading and signing the agreement on its page."""

from pytestqt.qtbot import QtBot

from reviewer.ui.signin.nda_page import NdaPage
from tests.fakes.workspace_gateway import PASSPHRASE

SIGNER = "Ana Kowalska"


def scroll_to_the_end(page: NdaPage) -> None:
    bar = page.view.verticalScrollBar()
    bar.setValue(bar.maximum())


def read_to_the_end(page: NdaPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.view.end_reached):
        scroll_to_the_end(page)


def answer(page: NdaPage) -> None:
    """Ticks the statement and types name and passphrase."""
    page.tick.setChecked(True)
    page.name.setText(SIGNER)
    page.passphrase.setText(PASSPHRASE)


def sign(page: NdaPage, qtbot: QtBot) -> None:
    """Reads all of it, answers and agrees."""
    read_to_the_end(page, qtbot)
    answer(page)
    qtbot.waitUntil(page.agree.isEnabled)
    page.agree.click()
