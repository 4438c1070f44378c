"""What is under way when a session ends: nothing of it is shown, and nobody stays signed in."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.people import Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.theme import Theme
from reviewer.ui.widgets.confirm_dialog import ConfirmDialog
from tests.benches.main_window import NAME, MainWindowBench
from tests.fakes.workspace_gateway import PASSPHRASE

LEAD_PAGES = (
    "overview", "progress", "clips", "import", "export", "held", "retention", "corpus", "people", "log"
)  # fmt: skip


@pytest.fixture
def made(main_window) -> MainWindowBench:
    """A lead's window."""
    return main_window()


@pytest.fixture
def nobody(qtbot: QtBot, jobs: Jobs, settle, dark: Theme) -> MainWindowBench:
    """A window in which nobody is signed in."""
    return MainWindowBench(qtbot, jobs, settle, dark, Role.LEAD)


def ask_to_sign_in(made: MainWindowBench) -> None:
    page = made.window.sign_in_flow.sign_in_page
    page.name.setText(NAME)
    page.passphrase.setText(PASSPHRASE)
    page.button.click()


class ShownDialogs(QObject):
    """Notes every dialog that comes on the screen."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self.names: list[str] = []
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QDialog):
            self.names.append(watched.objectName())
        return super().eventFilter(watched, event)


@pytest.mark.parametrize(
    ("page_id", "button"),
    [
        ("overview", "overview_activity"),
        ("people", "people_register"),
        ("log", "log_seen"),
    ],
)
def test_dialog_whose_content_comes_after_a_lock_is_not_shown(
    made: MainWindowBench, qapp: QApplication, page_id: str, button: str
):
    made.signed_in.go_to(page_id)
    made.settle()
    shown = ShownDialogs(qapp)
    found = made.page.findChild(QPushButton, button)
    found.setEnabled(True)
    found.click()
    made.lock()
    assert shown.names == []
    assert made.window.signed_in is None


def test_no_page_of_a_lead_shows_what_comes_after_a_lock(made: MainWindowBench):
    pages = [made.signed_in.page_of(page_id) for page_id in LEAD_PAGES]
    made.settle()
    shown: list[object] = []
    for page in pages:
        assert isinstance(page, LeadPage)
        page.run(lambda token: token.report(1), shown.append, progressed=shown.append)
        page.run(lambda _token: 1 // 0, shown.append, failed=shown.append)
    made.lock()
    assert shown == []


def test_page_that_cannot_be_closed_leaves_no_other_open_and_nothing_on_the_screen(
    made: MainWindowBench, monkeypatch: pytest.MonkeyPatch
):
    signed_in, first = made.signed_in, made.page
    made.signed_in.go_to("people")
    made.settle()
    monkeypatch.setattr(first, "close_down", lambda: 1 // 0)
    closed: list[QWidget] = []
    monkeypatch.setattr(made.page, "close_down", lambda: closed.append(made.page))
    with pytest.raises(ZeroDivisionError):
        made.window.lock()
    assert len(closed) == 1
    assert not signed_in.isVisible()
    made.settle()
    assert made.gateway.sign_in.calls[-1] == "lock"


class AskingDialog(QDialog):
    """Asks before it is closed."""

    def reject(self) -> None:
        ConfirmDialog("Discard?", "It is lost.", "Discard", self).open()


class WaitingDialog(QDialog):
    """Is not closed before an answer came."""

    def done(self, result: int) -> None:
        pass


@pytest.mark.parametrize("kind", [AskingDialog, WaitingDialog])
def test_lock_closes_a_dialog_that_asks_first_or_waits_for_an_answer(made: MainWindowBench, kind):
    dialog = kind(made.page)
    dialog.open()
    made.window.lock()
    assert not [each for each in made.window.findChildren(QDialog) if each.isVisible()]


def test_agreement_that_is_asked_for_during_a_lock_brings_no_page_back(made: MainWindowBench):
    made.gateway.agreement.signed = {NAME}
    page = made.page
    made.window.lock()
    page.agreement_requested.emit()
    made.window.sign_in_flow.declined.emit(made.window._identity)
    made.settle()
    assert made.window.signed_in is None
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]
    assert made.window.sign_in_flow.isVisible()


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.LEAD])
def test_who_cannot_be_shown_the_agreement_any_more_leaves_nothing_for_the_next_person(
    main_window, role: Role
):
    made = main_window(role)
    before = made.signed_in
    made.gateway.agreement.fails_with = Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")
    made.page.agreement_requested.emit()
    made.settle()
    assert made.window.signed_in is None
    assert made.gateway.sign_in.calls == ["sign_in", "sign_out"]
    assert "could not be read" in made.window.sign_in_flow.sign_in_page.message.text
    made.gateway.agreement.fails_with = None
    made.sign_in()
    assert made.signed_in is not before


def test_lock_while_a_passphrase_is_checked_lets_nobody_in(nobody: MainWindowBench):
    ask_to_sign_in(nobody)
    nobody.window.lock()
    nobody.settle()
    assert nobody.window.signed_in is None
    assert nobody.gateway.sign_in.calls == ["sign_in", "sign_out"]
    assert nobody.window.sign_in_flow.sign_in_page.message.text.startswith("Locked")
    nobody.sign_in()
    assert nobody.window.signed_in is not None


def test_wrong_passphrase_is_not_told_after_a_lock(nobody: MainWindowBench):
    nobody.gateway.sign_in.fails_with = Unavailable("WORKSPACE_FILE_FAILED", problem="disk full")
    ask_to_sign_in(nobody)
    nobody.window.lock()
    nobody.settle()
    assert nobody.window.sign_in_flow.sign_in_page.message.text.startswith("Locked")


def test_window_that_is_closed_while_a_passphrase_is_checked_signs_out_first(
    nobody: MainWindowBench, qtbot: QtBot
):
    ask_to_sign_in(nobody)
    nobody.window.close()
    qtbot.waitUntil(lambda: not nobody.window.isVisible())
    assert nobody.gateway.sign_in.calls == ["sign_in", "sign_out"]


def test_lock_stops_a_preview_of_an_export(made: MainWindowBench, monkeypatch: pytest.MonkeyPatch):
    is_asked, may_go_on = threading.Event(), threading.Event()
    stops: list[bool] = []

    def preview(*_arguments: object, is_cancelled: Callable[[], bool], **_options: object) -> None:
        is_asked.set()
        may_go_on.wait(30)
        stops.append(is_cancelled())

    monkeypatch.setattr(made.lead, "preview_export", preview)
    made.signed_in.go_to("export")
    made.settle()
    made.page.preview_button.click()
    assert is_asked.wait(30)
    made.window.lock()
    may_go_on.set()
    made.settle()
    assert stops == [True]
    assert made.gateway.sign_in.calls[-1] == "lock"
