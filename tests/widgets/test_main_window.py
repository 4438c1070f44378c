"""In, out, and what is left behind a lock."""

from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtWidgets import QLabel, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from reviewer.errors import NdaRequired
from reviewer.model.people import Role
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import MainWindow, initial_size
from reviewer.ui.preferences import Preferences
from reviewer.ui.services import Services
from reviewer.ui.shortcuts_dialog import ShortcutsDialog
from reviewer.ui.signed_in_view import SignedInView
from reviewer.ui.theme import Choice, Theme, current_scheme
from tests.fakes.clock import FakeClock
from tests.fakes.lead import FakeLead
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import FakeDesk, FakeQa, an_open_clip
from tests.fakes.workspace_gateway import PASSPHRASE, FakeWorkspaceGateway, somebody

NAME = "Ana Kowalska"


class Stage:
    """A window with everything behind it."""

    def __init__(
        self, role: Role, jobs: Jobs, theme: Theme, *, signed: bool = True, minutes: int = 5
    ) -> None:
        self.lead, self.qa = FakeLead(), FakeQa("turn left")
        self.desk = FakeDesk(an_open_clip())
        self.gateway = FakeWorkspaceGateway(
            (somebody(NAME, role),),
            signed={NAME} if signed else None,
            desk=self.desk,
            qa=self.qa,
            lead=self.lead,
        )
        self.gateway.project = replace(self.gateway.project, lock_minutes=minutes)
        self.players: list[FakePlayer] = []
        self.clock = FakeClock()
        self.window = MainWindow(Services(self.gateway, jobs, self.clock, self._player, Preferences()), theme)

    @property
    def signed_in(self) -> SignedInView:
        assert self.window.signed_in is not None
        return self.window.signed_in

    def sign_in(self) -> None:
        page = self.window.sign_in_flow.sign_in_page
        page.name.setText(NAME)
        page.passphrase.setText(PASSPHRASE)
        page.button.click()

    def _player(self) -> FakePlayer:
        self.players.append(FakePlayer())
        return self.players[-1]


@pytest.fixture
def theme(themed, tmp_path: Path) -> Theme:
    settings = QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat)
    settings.setValue("theme", Choice.DARK.value)
    return Theme(themed, settings)


@pytest.fixture
def stage(qtbot: QtBot, jobs: Jobs, theme: Theme, settle):
    def make(role: Role = Role.LEAD, *, signed: bool = True, width: int = 1280) -> Stage:
        made = Stage(role, jobs, theme, signed=signed)
        qtbot.addWidget(made.window)
        made.window.resize(width, 800)
        made.window.show()
        made.sign_in()
        settle()
        return made

    return make


def _sidebar_ids(stage: Stage) -> list[str]:
    buttons = stage.signed_in.sidebar.findChildren(QToolButton)
    return [button.objectName().removeprefix("sidebar_") for button in buttons]


def test_before_sign_in_there_is_nothing_but_the_page(qtbot: QtBot, jobs: Jobs, theme: Theme):
    made = Stage(Role.LEAD, jobs, theme)
    qtbot.addWidget(made.window)
    made.window.show()
    assert made.window.signed_in is None
    assert made.window.sign_in_flow.isVisible()


@pytest.mark.parametrize(
    ("role", "screens"),
    [
        (Role.CONTRACTOR, ["desk", "mine"]),
        (Role.QA, ["qa"]),
        (Role.LEAD, ["overview", "people", "import", "export", "log"]),
    ],
)
def test_the_sidebar_has_only_the_screens_of_the_role(stage, role: Role, screens: list[str]):
    assert _sidebar_ids(stage(role)) == screens


def test_the_bar_says_where_and_who(stage):
    signed_in = stage(Role.QA).signed_in
    assert signed_in.findChild(QLabel, "project").text() == "Translator, autumn · en-US"
    assert NAME in signed_in.findChild(QLabel, "locked_to").text()


def test_the_sidebar_shows_words_when_there_is_room(stage):
    button = stage(width=1280).signed_in.findChild(QToolButton, "sidebar_people")
    assert button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def test_the_sidebar_folds_to_icons_when_there_is_none(stage):
    button = stage(width=1000).signed_in.findChild(QToolButton, "sidebar_people")
    assert button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
    assert button.accessibleName() == "People"


def test_a_click_in_the_sidebar_brings_the_screen(stage, settle):
    made = stage()
    made.signed_in.findChild(QToolButton, "sidebar_people").click()
    settle()
    assert made.signed_in.page.objectName() == "people_page"
    assert made.signed_in.findChild(QToolButton, "sidebar_people").isChecked()


def test_a_key_brings_the_screen(stage, qtbot: QtBot, settle):
    made = stage()
    qtbot.keyClick(made.window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert made.signed_in.page.objectName() == "log_page"


def test_facts_of_a_page_stand_in_the_status_bar(stage):
    signed_in = stage().signed_in
    assert signed_in.findChild(QLabel, "status_waiting").text() == "96 waiting"
    assert signed_in.findChild(QLabel, "status_unwitnessed").text() == "12 rows not witnessed"


def test_a_lock_signs_out_and_throws_the_pages_away(stage, settle, qtbot: QtBot):
    made = stage()
    signed_in = made.signed_in
    made.window.lock()
    settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]
    assert made.window.signed_in is None
    qtbot.waitUntil(lambda: not shiboken6.isValid(signed_in))


def test_a_lock_blanks_at_once(stage):
    made = stage()
    signed_in = made.signed_in
    made.window.lock()
    assert not signed_in.isVisible()
    assert made.window.sign_in_flow.isVisible()


def test_a_lock_stops_the_sound_and_lets_the_player_go(stage, settle):
    made = stage(Role.QA)
    page = made.signed_in.page
    page.workspace.presenter.take_next()
    settle()
    page.workspace.playback.toggle()
    assert made.players[0].is_playing
    made.window.lock()
    assert not made.players[0].is_playing
    assert made.players[0].is_closed


def test_drafts_are_written_before_the_sign_out(stage, settle):
    made = stage(Role.QA)
    made.signed_in.page.workspace.presenter.take_next()
    settle()
    made.window.lock()
    settle()
    assert "close" in made.qa.work.calls
    assert made.gateway.sign_in.calls[-1] == "lock"


def test_after_a_lock_one_can_come_in_again(stage, settle):
    made = stage()
    made.window.lock()
    settle()
    made.sign_in()
    settle()
    assert made.signed_in.page.objectName() == "overview_page"


def test_a_key_locks(stage, settle, qtbot: QtBot):
    made = stage()
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(made.window, Qt.Key.Key_L, modifiers)
    settle()
    assert made.window.signed_in is None


def test_a_lock_shuts_open_questions(stage, settle, qtbot: QtBot):
    made = stage()
    made.window.show_keys()
    dialog = made.window.findChild(ShortcutsDialog)
    assert dialog.isVisible()
    made.window.lock()
    assert not dialog.isVisible()
    settle()


def test_a_lock_at_the_agreement_signs_out_too(stage, settle):
    made = stage(Role.CONTRACTOR, signed=False)
    assert made.window.sign_in_flow.currentWidget() is made.window.sign_in_flow.nda_page
    made.window.lock()
    settle()
    assert made.gateway.sign_in.calls == ["sign_in", "lock"]


def test_closing_the_window_signs_out_first(stage, settle, qtbot: QtBot):
    made = stage()
    made.window.close()
    assert made.window.isVisible()
    qtbot.waitUntil(lambda: not made.window.isVisible())
    assert made.gateway.sign_in.calls == ["sign_in", "sign_out"]


def test_a_window_that_nobody_is_in_closes_at_once(qtbot: QtBot, jobs: Jobs, theme: Theme):
    made = Stage(Role.LEAD, jobs, theme)
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.close()
    assert not made.window.isVisible()


def test_asked_a_second_time_the_window_closes_whatever_is_under_way(stage):
    made = stage()
    made.window.close()
    made.window.close()
    assert not made.window.isVisible()


def test_f1_shows_the_keys_of_the_page_and_its_screens_by_name(stage, qtbot: QtBot):
    made = stage()
    qtbot.keyClick(made.window, Qt.Key.Key_F1)
    table = made.window.findChild(ShortcutsDialog).findChild(QTableView, "keys_table")
    model = table.model()
    shown = {model.index(row, 0).data(): model.index(row, 1).data() for row in range(model.rowCount())}
    assert shown["F5"] == "Refresh"
    assert shown["Ctrl+2"] == "People"
    assert shown["F1"] == "Show the shortcuts"


def test_f1_leaves_out_places_that_the_sidebar_does_not_have(stage, qtbot: QtBot):
    rows = dict(stage(Role.QA).signed_in.keys())
    assert "Ctrl+1" in rows
    assert "Ctrl+2" not in rows


def test_the_theme_button_turns_the_light_on(stage, theme: Theme):
    made = stage()
    before = current_scheme()
    made.signed_in.findChild(QToolButton, "theme_button").click()
    assert current_scheme() is not before


def test_icons_follow_the_theme(stage, theme: Theme):
    made = stage()
    button = made.signed_in.findChild(QToolButton, "lock_button")
    before = button.icon().pixmap(16, 16).toImage()
    theme.toggle()
    assert button.icon().pixmap(16, 16).toImage() != before


def test_a_lead_who_needs_the_agreement_reads_it_and_comes_back(stage, settle, qtbot: QtBot):
    made = stage(signed=False)
    made.signed_in.go_to("export")
    made.lead.errors["export"] = [NdaRequired()]
    made.signed_in.page.out.setText("/nowhere/set")
    made.signed_in.page.run_button.click()
    settle()
    page = made.window.sign_in_flow.nda_page
    assert page.isVisible()
    with qtbot.waitSignal(page.view.end_reached):
        page.view.verticalScrollBar().setValue(page.view.verticalScrollBar().maximum())
    page.tick.setChecked(True)
    page.name.setText(NAME)
    page.passphrase.setText(PASSPHRASE)
    qtbot.waitUntil(page.agree.isEnabled)
    page.agree.click()
    settle()
    assert made.signed_in.page.objectName() == "export_page"
    assert made.signed_in.isVisible()
    assert made.gateway.agreement.signed == {NAME}


def test_a_lead_who_declines_comes_back_without_it(stage, settle):
    made = stage(signed=False)
    made.signed_in.page.agreement_requested.emit()
    settle()
    made.window.sign_in_flow.nda_page.decline.click()
    settle()
    assert made.signed_in.isVisible()
    assert made.gateway.sign_in.calls == ["sign_in"]


def test_a_contractor_who_declines_is_signed_out(stage, settle):
    made = stage(Role.CONTRACTOR, signed=False)
    made.window.sign_in_flow.nda_page.decline.click()
    settle()
    assert made.window.signed_in is None
    assert made.gateway.sign_in.calls == ["sign_in", "sign_out"]
    assert "declined" in made.window.sign_in_flow.sign_in_page.message.text


@pytest.mark.parametrize(
    ("room", "size", "fills"),
    [
        (QSize(2560, 1440), QSize(1280, 800), False),
        (QSize(1280, 800), QSize(1264, 752), True),
        (QSize(1280, 720), QSize(1264, 672), True),
        (QSize(1366, 728), QSize(1280, 680), True),
        (QSize(900, 600), QSize(900, 600), True),
        (QSize(800, 800), QSize(1280, 800), False),
    ],
)
def test_the_window_fills_a_screen_that_has_no_room_for_it(room: QSize, size: QSize, fills: bool) -> None:
    assert initial_size(room) == (size, fills)
