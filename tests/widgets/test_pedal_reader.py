"""The pedal's own thread: what it reads is told on the GUI thread, and it leaves nothing behind."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.pedal.report import CalibratedPedal, Pedal, ReportBit, ReportLayout
from reviewer.pedal.status import PedalState
from reviewer.ui.pedal_reader import CALIBRATED, PedalReader
from reviewer.ui.preferences import Preferences
from tests.fakes.pedal import INFINITY, LEFT, MIDDLE, NONE, STRANGER, UNPLUG, FakeHidBackend

LEARNT = CalibratedPedal(STRANGER.vendor, STRANGER.product, ReportLayout({Pedal.RIGHT: ReportBit(0, 1)})).line


class Bench:
    """A reader over a port that waits for the test, and what it told."""

    def __init__(self, port: FakeHidBackend, preferences: Preferences) -> None:
        self.port, self.preferences = port, preferences
        self.reader = PedalReader(port, preferences)
        self.told: list[tuple[str, Pedal]] = []
        self.threads: set[threading.Thread] = set()
        self.reader.pressed.connect(lambda pedal: self._hear("down", pedal))
        self.reader.released.connect(lambda pedal: self._hear("up", pedal))

    def _hear(self, what: str, pedal: Pedal) -> None:
        self.told.append((what, pedal))
        self.threads.add(threading.current_thread())

    @property
    def state(self) -> PedalState:
        return self.reader.status.state


@pytest.fixture
def bench(qapp, qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(FakeHidBackend(INFINITY, waits=True), Preferences())
    yield made
    made.reader.close()


def pedal_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "pedal"]


def test_presses_and_releases_are_told_on_the_gui_thread(bench: Bench, qtbot: QtBot):
    bench.reader.start()
    bench.port.send(MIDDLE, NONE)
    qtbot.waitUntil(lambda: len(bench.told) == 2)
    assert bench.told == [("down", Pedal.MIDDLE), ("up", Pedal.MIDDLE)]
    assert bench.threads == {threading.main_thread()}


def test_what_is_plugged_in_is_told(bench: Bench, qtbot: QtBot):
    with qtbot.waitSignal(bench.reader.status_changed) as told:
        bench.reader.start()
    assert told.args[0].name == "Infinity foot control"
    assert bench.state is PedalState.READY


def test_a_pedal_that_is_pulled_out_while_held_is_released(bench: Bench, qtbot: QtBot):
    bench.reader.start()
    bench.port.send(LEFT, UNPLUG)
    qtbot.waitUntil(lambda: bench.state is PedalState.NONE)
    assert bench.told == [("down", Pedal.LEFT), ("up", Pedal.LEFT)]


def test_before_it_is_started_there_is_no_thread_and_started_twice_it_has_one(bench: Bench):
    assert pedal_threads() == []
    assert bench.state is PedalState.OFF
    bench.reader.start()
    bench.reader.start()
    assert len(pedal_threads()) == 1


def test_closed_it_leaves_no_thread_lets_the_device_go_and_does_not_start_again(bench: Bench, qtbot: QtBot):
    bench.reader.start()
    qtbot.waitUntil(lambda: bench.port.open_now == [INFINITY])
    bench.reader.close()
    bench.reader.start()
    assert pedal_threads() == []
    assert bench.port.open_now == []


def test_closed_it_tells_nothing_any_more(bench: Bench, qapp: QApplication, qtbot: QtBot):
    bench.reader.start()
    bench.port.send(MIDDLE)
    qtbot.waitUntil(lambda: bool(bench.told))
    bench.port.send(NONE, NONE)
    while not bench.port.sent.empty():  # once the second is taken the first is on its way
        pedal_threads()[0].join(0.001)
    bench.reader.close()
    qapp.processEvents()
    assert bench.told == [("down", Pedal.MIDDLE)]


def test_without_the_library_there_is_no_thread_and_it_says_so(qapp):
    reader = PedalReader(FakeHidBackend(INFINITY, is_installed=False), Preferences())
    reader.start()
    assert reader.status.state is PedalState.NOT_INSTALLED
    assert pedal_threads() == []
    reader.close()


def test_what_was_taught_is_known_after_a_restart(qapp, qtbot: QtBot):
    preferences = Preferences()
    preferences.put(CALIBRATED, LEARNT)
    reader = PedalReader(FakeHidBackend(STRANGER, waits=True), preferences)
    with qtbot.waitSignal(reader.status_changed):
        reader.start()
    assert reader.status.state is PedalState.READY
    reader.close()


def test_a_device_that_is_taught_tells_its_reports(bench: Bench, qtbot: QtBot):
    bench.reader.start()
    qtbot.waitUntil(lambda: bench.state is PedalState.READY)
    bench.reader.calibrate(INFINITY)
    qtbot.waitUntil(lambda: bench.state is PedalState.CALIBRATING)
    with qtbot.waitSignal(bench.reader.heard) as told:
        bench.port.send(LEFT)
    assert told.args == [LEFT]
    assert bench.told == []


def test_what_is_taught_is_used_without_a_restart(bench: Bench, qtbot: QtBot):
    bench.port.devices[:] = [STRANGER]
    bench.reader.start()
    qtbot.waitUntil(lambda: bench.state is PedalState.NONE)
    bench.preferences.put(CALIBRATED, LEARNT)
    bench.port.send(LEFT)
    qtbot.waitUntil(lambda: bool(bench.told))
    assert bench.told == [("down", Pedal.RIGHT)]


def test_any_other_preference_leaves_the_pedal_alone(bench: Bench, qtbot: QtBot):
    bench.reader.start()
    bench.port.send(MIDDLE)
    qtbot.waitUntil(lambda: bool(bench.told))
    bench.preferences.put("pedal.left", "again")
    bench.port.send(NONE, LEFT)
    qtbot.waitUntil(lambda: ("down", Pedal.LEFT) in bench.told)
    assert len(bench.port.opened) == 1
