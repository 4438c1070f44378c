"""The pedal in the whole window: a locked one does nothing, and a foot counts as somebody there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from reviewer.app import start
from reviewer.model.people import Role
from reviewer.pedal.report import Pedal
from reviewer.pedal.status import PedalState
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.main_window import MainWindow
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.services import Services
from reviewer.ui.theme import Theme
from tests.fakes.clock import FakeClock
from tests.fakes.pedal import INFINITY, MIDDLE, NONE, UNPLUG, FakeHidBackend
from tests.fakes.player import FakePlayer
from tests.fakes.work_session import FakeDesk, a_lease, an_open_clip
from tests.fakes.workspace_gateway import PASSPHRASE, FakeWorkspaceGateway, somebody

NAME = "Ana Kowalska"


class Room:
    """A contractor's window, signed in, with a clip on the desk and feet under it."""

    def __init__(self, qtbot: QtBot, jobs: Jobs, theme: Theme, settle: Callable[[], None]) -> None:
        self.settle = settle
        self.player, self.clock = FakePlayer(), FakeClock()
        desk = FakeDesk(an_open_clip(a_lease(1)))
        gateway = FakeWorkspaceGateway((somebody(NAME, Role.CONTRACTOR),), signed={NAME}, desk=desk)
        gateway.project = replace(gateway.project, lock_minutes=5)
        services = Services(gateway, jobs, self.clock, lambda: self.player, Preferences())
        self.window = MainWindow(services, theme)
        self.port = FakeHidBackend(INFINITY, waits=True)
        self.window.listen_to_pedals(self.port)
        qtbot.addWidget(self.window)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    def sign_in(self) -> None:
        page = self.window.sign_in_flow.sign_in_page
        page.name.setText(NAME)
        page.passphrase.setText(PASSPHRASE)
        page.button.click()
        self.settle()
        assert self.window.signed_in is not None
        self.desk = self.window.signed_in.page
        assert isinstance(self.desk, DeskPage)
        self.desk.workspace.presenter.take_next()
        self.settle()

    @property
    def pedals(self) -> PedalReader:
        assert self.window.pedals is not None
        return self.window.pedals

    def press(self, pedal: Pedal = Pedal.MIDDLE) -> None:
        self.pedals.pressed.emit(pedal)

    def release(self, pedal: Pedal = Pedal.MIDDLE) -> None:
        self.pedals.released.emit(pedal)


@pytest.fixture
def room(qtbot: QtBot, jobs: Jobs, themed, settle, tmp_path: Path) -> Iterator[Room]:
    theme = Theme(themed, QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat))
    made = Room(qtbot, jobs, theme, settle)
    yield made
    made.window.close_pedals()
    made.window.lock()
    settle()


def test_a_held_pedal_plays_on_the_desk(room: Room):
    room.sign_in()
    room.press()
    assert room.player.is_playing
    room.release()
    assert not room.player.is_playing


def test_before_sign_in_a_pedal_does_nothing(room: Room):
    for pedal in Pedal:
        room.press(pedal)
        room.release(pedal)
    assert not room.window.is_at_work(timedelta(minutes=5))


def test_a_locked_window_does_nothing_under_a_foot(room: Room):
    room.sign_in()
    room.window.lock()
    for pedal in Pedal:
        room.press(pedal)
    assert not room.player.is_playing
    room.settle()
    room.press()
    assert not room.player.is_playing


def test_locking_under_a_held_pedal_stops_and_letting_go_does_nothing(room: Room):
    room.sign_in()
    room.press()
    room.window.lock()
    assert not room.player.is_playing
    room.release()
    room.settle()
    assert not room.player.is_playing


def test_on_another_screen_a_pedal_does_nothing(room: Room):
    room.sign_in()
    assert room.window.signed_in is not None
    room.window.signed_in.go_to("mine")
    room.settle()
    room.press()
    assert not room.player.is_playing


def test_under_the_table_of_keys_a_pedal_does_nothing(room: Room):
    room.sign_in()
    room.window.show_keys()
    room.press()
    assert not room.player.is_playing


def test_a_foot_counts_as_somebody_there(room: Room, qtbot: QtBot):
    room.sign_in()
    room.clock.advance(4 * 60)
    room.press(Pedal.LEFT)
    room.release(Pedal.LEFT)
    room.clock.advance(4 * 60)
    with qtbot.assertNotEmitted(room.window.auto_lock.timed_out, wait=0):
        room.window.auto_lock.look()


def test_a_foot_does_not_save_a_window_whose_time_was_up(room: Room, qtbot: QtBot):
    room.sign_in()
    room.clock.advance(6 * 60)
    room.press(Pedal.LEFT)
    with qtbot.waitSignal(room.window.auto_lock.timed_out, timeout=1000):
        room.window.auto_lock.look()


def test_a_real_report_reaches_the_sound(room: Room, qtbot: QtBot):
    room.sign_in()
    room.port.send(MIDDLE)
    qtbot.waitUntil(lambda: room.player.is_playing)
    room.port.send(NONE)
    qtbot.waitUntil(lambda: not room.player.is_playing)


def test_a_pedal_pulled_out_under_the_foot_pauses(room: Room, qtbot: QtBot):
    room.sign_in()
    room.port.send(MIDDLE)
    qtbot.waitUntil(lambda: room.player.is_playing)
    room.port.send(UNPLUG)
    qtbot.waitUntil(lambda: not room.player.is_playing)


def test_the_program_brings_pedals_behind_the_first_paint(
    jobs: Jobs, themed, qtbot: QtBot, settle, tmp_path: Path
):
    theme = Theme(themed, QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat))
    window = MainWindow(Services(FakeWorkspaceGateway(), jobs, FakeClock(), FakePlayer, Preferences()), theme)
    qtbot.addWidget(window)
    start._load_pedals(window, jobs)
    settle()
    pedals = window.pedals
    assert pedals is not None
    qtbot.waitUntil(lambda: pedals.status.state is not PedalState.OFF)
    window.close_pedals()


def test_a_window_without_pedals_closes_them_too(jobs: Jobs, themed, qtbot: QtBot, tmp_path: Path):
    theme = Theme(themed, QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat))
    window = MainWindow(Services(FakeWorkspaceGateway(), jobs, FakeClock(), FakePlayer, Preferences()), theme)
    qtbot.addWidget(window)
    window.close_pedals()
    assert window.pedals is None
