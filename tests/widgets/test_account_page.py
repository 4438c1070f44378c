"""The settings page that changes one's own passphrase."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.ui.jobs import Jobs
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.account_page import AccountPage
from reviewer.ui.settings.dialog import settings_dialog
from tests.fakes.workspace_gateway import PASSPHRASE, FakeWorkspaceGateway, an_identity

NEW = "another long passphrase"


@pytest.fixture
def gateway() -> FakeWorkspaceGateway:
    return FakeWorkspaceGateway()


@pytest.fixture
def page(qtbot: QtBot, jobs: Jobs, gateway: FakeWorkspaceGateway) -> AccountPage:
    made = AccountPage(an_identity(), gateway, jobs)
    qtbot.addWidget(made)
    return made


def typed(page: AccountPage, old: str, new: str, again: str) -> None:
    for field, text in ((page.old, old), (page.new, new), (page.again, again)):
        field.setText(text)


def test_the_passphrase_is_changed_and_the_fields_are_cleared(
    page: AccountPage, gateway: FakeWorkspaceGateway, settle: Callable[[], None]
) -> None:
    typed(page, PASSPHRASE, NEW, NEW)
    page.button.click()
    assert not page.button.isEnabled()
    settle()
    assert gateway.sign_in.calls == ["change_passphrase"]
    assert "was changed" in page.message.text
    assert [field.text() for field in (page.old, page.new, page.again)] == ["", "", ""]


def test_a_wrong_one_is_said_and_can_be_tried_again(page: AccountPage, settle: Callable[[], None]) -> None:
    typed(page, "wrong", NEW, NEW)
    page.button.click()
    settle()
    assert page.message.text
    assert "was changed" not in page.message.text
    typed(page, PASSPHRASE, NEW, NEW)
    assert page.button.isEnabled()


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("", NEW, NEW), (PASSPHRASE, "short", "short"), (PASSPHRASE, NEW, f"{NEW}!"), (PASSPHRASE, "", "")],
)
def test_an_incomplete_form_cannot_be_sent(page: AccountPage, old: str, new: str, again: str) -> None:
    typed(page, old, new, again)
    assert not page.button.isEnabled()


def test_the_settings_have_the_page_only_for_somebody(
    qtbot: QtBot, jobs: Jobs, gateway: FakeWorkspaceGateway
) -> None:
    def page(parent: QWidget) -> QWidget:
        return AccountPage(an_identity(), gateway, jobs, parent)

    for account, is_there in (([page], True), ([], False)):
        dialog = settings_dialog(Preferences(), [], account=account)
        qtbot.addWidget(dialog)
        assert (dialog.findChild(AccountPage) is not None) is is_there


def test_the_keychain_is_turned_on_and_off_with_the_passphrase(
    page: AccountPage, gateway: FakeWorkspaceGateway, settle: Callable[[], None]
) -> None:
    form = page.keychain
    settle()
    assert "alone opens your account" in form.state.text()
    assert not form.button.isEnabled()
    for is_on, said in ((True, "Turned on"), (False, "Turned off")):
        form.passphrase.setText(PASSPHRASE)
        form.button.click()
        assert not form.button.isEnabled()
        assert form.passphrase.text() == ""
        settle()
        assert gateway.sign_in.keychain_is_on is is_on
        assert said in form.message.text


def test_a_keychain_that_is_not_there_is_said_and_nothing_is_changed(
    page: AccountPage, gateway: FakeWorkspaceGateway, settle: Callable[[], None]
) -> None:
    form = page.keychain
    settle()
    gateway.sign_in.fails_with = Unavailable("KEYCHAIN_NO_ANSWER", seconds="30")
    for passphrase, said in ((PASSPHRASE, "did not answer"), ("wrong", "do not belong together")):
        form.passphrase.setText(passphrase)
        form.button.click()
        settle()
        assert said in form.message.text
        assert "alone opens your account" in form.state.text()
        assert form.passphrase.isEnabled()


def test_the_page_knows_that_the_keychain_is_on(
    qtbot: QtBot, jobs: Jobs, gateway: FakeWorkspaceGateway, settle: Callable[[], None]
) -> None:
    gateway.sign_in.keychain_is_on = True
    page = AccountPage(an_identity(), gateway, jobs)
    qtbot.addWidget(page)
    settle()
    assert "a secret in the keychain" in page.keychain.state.text()
    assert page.keychain.button.text() == "Turn the keychain off"
