"""A working desk over a real PostgreSQL server that stops, hangs and loses answers: nothing is lost or twice.

``REVIEWER_FAULTS`` sets how many faults there are, ``REVIEWER_FAULT_SECONDS`` how long each lasts, and
``REVIEWER_SLOW_SECONDS`` how late a delayed answer is. The longest recovery, and the longest time without a
turn of the event loop, are written to standard error.
"""

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from PySide6.QtCore import QObject, QSettings, QTimer, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.access.verification import verify_file
from reviewer.app.driver import AdvancingClock
from reviewer.model.event import Action
from reviewer.places import DATABASE_FILE
from reviewer.ui.jobs import Jobs
from reviewer.ui.theme import Choice, Theme
from tests.benches.network_desk import NOBODY_LISTENS, NetworkDesk
from tests.benches.shared_queue import make_team, new_database
from tests.benches.workspace import ANA, PASSPHRASE, Bench
from tests.fakes.postgres_server import StoppableServer
from tests.fakes.wire import Wire, WireFault

FAULTS = int(os.environ.get("REVIEWER_FAULTS", "5"))
SLOW_SECONDS = float(os.environ.get("REVIEWER_SLOW_SECONDS", "0.3"))

FAULT_SECONDS = float(os.environ.get("REVIEWER_FAULT_SECONDS", "0.5"))
STOPPED = "stopped"
NEVER_LOCKS = "lock_minutes = 0\n"  # what a test types is no input of a person
EVERY_MS = 5
pytestmark = pytest.mark.long


class Frames(QObject):
    """The longest time in which the event loop did not turn."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_seconds = 0.0
        self._last = time.monotonic()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        self._last = time.monotonic()
        self._timer.start(EVERY_MS)

    @Slot()
    def _turn(self) -> None:
        now = time.monotonic()
        self.longest_seconds = max(self.longest_seconds, now - self._last)
        self._last = now


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StoppableServer]:
    folder = tmp_path / "postgres"
    folder.mkdir()
    made = StoppableServer(folder)
    yield made
    made.close()


@pytest.fixture
def wire(server: StoppableServer) -> Iterator[Wire]:
    made = Wire(server.socket, SLOW_SECONDS)
    yield made
    made.close()


@pytest.fixture
def bench(
    tmp_path: Path, server: StoppableServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    monkeypatch.setenv("PGUSER", "postgres")
    name = str(conninfo_to_dict(new_database(server.address))["dbname"])
    url = f"postgresql://127.0.0.1:{wire.port}/{name}"
    clock = AdvancingClock()
    team = make_team(tmp_path, url, clock, clips=FAULTS + 3, project=NEVER_LOCKS + NOBODY_LISTENS)
    made = team.windows.pop(ANA)
    agreed(made, clock)
    team.close()
    yield made
    made.workspace.close()
    assert verify_file(made.workspace.path / DATABASE_FILE).ok


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, bench: Bench, tmp_path: Path) -> Iterator[NetworkDesk]:
    theme = Theme(qapp, QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat))
    theme.choose(Choice.DARK)
    jobs = Jobs()

    def wait(is_so: Callable[[], bool]) -> None:
        qtbot.waitUntil(is_so, timeout=90_000)

    made = NetworkDesk(bench, None, jobs, theme, wait)  # type: ignore[arg-type]
    yield made
    made.close()
    jobs.close()


def test_desk_loses_nothing_and_sends_nothing_twice_whatever_the_server_does(
    desk: NetworkDesk, bench: Bench, server: StoppableServer, wire: Wire, qtbot: QtBot
) -> None:
    chance = random.Random(23)
    frames, recoveries = Frames(), []
    desk.sign_in(ANA)
    desk.take_next()
    frames.start()
    for number in range(FAULTS):
        fault = [*list(WireFault)[1:], STOPPED][number % 5]
        qtbot.wait(chance.randrange(30))
        if fault == STOPPED:
            aside(desk, server.stop)
        else:
            wire.fault = fault
        if fault is WireFault.REFUSED:
            wire.cut()
        desk.ask_to_submit("hello there")
        qtbot.wait(int(1000 * FAULT_SECONDS))
        if fault == STOPPED:
            aside(desk, server.start)
        wire.fault = WireFault.NONE
        ended = time.monotonic()
        desk.wait(partial(goes_on, desk))
        recoveries.append((time.monotonic() - ended, str(fault)))
    slowest, fault_then = max(recoveries)
    without_frame = 1000 * frames.longest_seconds
    sys.stderr.write(
        f"{FAULTS} faults; recovered within {slowest:.1f} s ({fault_then});"
        f" longest time in which the event loop did not turn {without_frame:.0f} ms\n"
    )
    logged = [event.detail["annotation"] for event in bench.events(Action.SUBMITTED)]
    with psycopg.connect(server.address, dbname=database_of(bench)) as owner:
        rows = owner.execute("SELECT id FROM reviewer_data.annotation").fetchall()
    assert len(logged) == len(set(logged)) == FAULTS
    assert sorted(row[0] for row in rows) == sorted(logged)
    assert bench.events(Action.SUBMISSION_REFUSED) == []


def aside(desk: NetworkDesk, act: Callable[[], None]) -> None:
    """Does something beside the window, which goes on meanwhile."""
    thread = threading.Thread(target=act)
    thread.start()
    desk.wait(lambda: not thread.is_alive())


def goes_on(desk: NetworkDesk) -> bool:
    """Whether all is sent and a clip is open; nobody presses anything for that."""
    return desk.is_open and desk.sending.text() == "All work sent"


def database_of(bench: Bench) -> str:
    return bench.workspace.project.queue.url.rpartition("/")[2]


def agreed(bench: Bench, clock: AdvancingClock) -> None:
    """Ana reads and signs."""
    agreement, identity = bench.workspace.agreement, bench.person(ANA).identity
    text = agreement.shown(identity)
    agreement.end_reached(identity, text)
    clock.advance(agreement.reading_seconds_left(identity, text) or 0)
    agreement.accept(identity, text, typed_name=identity.person.name, passphrase=PASSPHRASE)
