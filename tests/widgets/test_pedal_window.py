"""The pedal in the whole window: a locked one does nothing, and a foot counts as somebody there."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from reviewer.model.people import Role
from reviewer.pedal.report import Pedal
from reviewer.ui.jobs import Jobs
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.theme import Theme
from tests.benches.main_window import MainWindowBench
from tests.fakes.pedal import INFINITY, MIDDLE, NONE, UNPLUG, FakeHidBackend


class Room:
    """A contractor's window with feet under it; after ``sign_in`` with a clip on the desk."""

    def __init__(self, made: MainWindowBench) -> None:
        self.window, self.player, self.clock, self.settle = made.window, made.player, made.clock, made.settle
        self._made = made
        self.port = FakeHidBackend(INFINITY, waits=True)
        self.window.listen_to_pedals(self.port)

    def sign_in(self) -> None:
        self._made.sign_in()
        self._made.take_next()

    @property
    def pedals(self) -> PedalReader:
        assert self.window.pedals is not None
        return self.window.pedals

    def press(self, pedal: Pedal = Pedal.MIDDLE) -> None:
        self.pedals.pressed.emit(pedal)

    def release(self, pedal: Pedal = Pedal.MIDDLE) -> None:
        self.pedals.released.emit(pedal)


@pytest.fixture
def room(qtbot: QtBot, jobs: Jobs, settle, dark: Theme) -> Iterator[Room]:
    made = MainWindowBench(qtbot, jobs, settle, dark, Role.CONTRACTOR)
    yield Room(made)
    made.window.close_pedals()
    made.lock()


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


@pytest.mark.parametrize("place", ["another screen", "the table of keys"])
def test_on_another_screen_and_under_the_table_of_keys_a_pedal_does_nothing(room: Room, place: str):
    room.sign_in()
    assert room.window.signed_in is not None
    if place == "another screen":
        room.window.signed_in.go_to("mine")
        room.settle()
    else:
        room.window.show_keys()
    room.press()
    assert not room.player.is_playing


@pytest.mark.parametrize(("minutes", "is_up"), [(4, False), (6, True)])
def test_a_foot_counts_as_somebody_there_and_does_not_save_a_window_whose_time_was_up(
    room: Room, minutes: int, is_up: bool
):
    told: list[bool] = []
    room.sign_in()
    room.window.auto_lock.timed_out.connect(lambda: told.append(True))
    room.clock.advance(minutes * 60)
    room.press(Pedal.LEFT)
    room.release(Pedal.LEFT)
    if not is_up:
        room.clock.advance(minutes * 60)
    room.window.auto_lock.look()
    assert bool(told) is is_up


@pytest.mark.parametrize("end", [NONE, UNPLUG])
def test_a_real_report_plays_until_the_pedal_is_let_go_or_pulled_out(
    room: Room, qtbot: QtBot, end: bytes | None
):
    room.sign_in()
    room.port.send(MIDDLE)
    qtbot.waitUntil(lambda: room.player.is_playing)
    room.port.send(end)
    qtbot.waitUntil(lambda: not room.player.is_playing)


def test_a_window_without_pedals_closes_them_too(qtbot: QtBot, jobs: Jobs, settle, dark: Theme):
    window = MainWindowBench(qtbot, jobs, settle, dark, Role.CONTRACTOR).window
    window.close_pedals()
    assert window.pedals is None
