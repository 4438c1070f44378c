"""A working desk whose queue, broker, bucket and disk fail in turn: nothing is lost, nothing comes twice.

The queue is a real PostgreSQL server behind a network that fails, the broker a process of its own, the
bucket a real service behind another such network. ``REVIEWER_FAULTS`` sets how many faults there are,
``REVIEWER_FAULT_SECONDS`` how long each lasts, and ``REVIEWER_SLOW_SECONDS`` how late a delayed answer is.
Written to standard error, for each kind and for none: the longest recovery, the longest time without a turn
of the event loop, and how often the work stopped. ``REVIEWER_FAULT_PAIRS`` sets how many pairs of faults
overlap, each in both orders of their ends; without it there are none.
"""

import gc
import itertools
import os
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.access.verification import verify_file
from reviewer.model.event import Action
from reviewer.places import DATABASE_FILE
from reviewer.ui.clip.opening_retry import OpeningRetry
from reviewer.ui.clip.states import ClipState
from tests.benches.network_desk import NOBODY_LISTENS, NetworkDesk, network_desk
from tests.benches.shared_queue import new_database
from tests.benches.whole_team import WholeTeam
from tests.benches.workspace import ANA
from tests.fakes.postgres_server import StoppableServer
from tests.fakes.s3_servers import KEY_ID, SECRET, Network
from tests.fakes.wire import Wire, WireFault

pytest.importorskip("obstore")
pytest.importorskip("moto")

FAULTS = int(os.environ.get("REVIEWER_FAULTS", "3"))
PAIRS = int(os.environ.get("REVIEWER_FAULT_PAIRS", "0"))
SLOW_SECONDS = float(os.environ.get("REVIEWER_SLOW_SECONDS", "0.3"))
FAULT_SECONDS = float(os.environ.get("REVIEWER_FAULT_SECONDS", "0.5"))
MOST_RECOVERY_SECONDS = 30.0
BIG_RUN = 100
"""From so many faults on the time of recovery is a condition; the ordinary suite measures no times."""
NEVER_LOCKS = "lock_minutes = 0\n"  # what a test types is no input of a person
NO_LIMITS = "[limits]\nopens_per_hour = 0\nopens_without_hand_in = 0\n"  # it works faster than a person
PROJECT = NEVER_LOCKS + NOBODY_LISTENS + NO_LIMITS
BUNDLE = PROJECT.replace("[queue]\n", "[queue]\nbundle_clips = 3\n")
EVERY_MS = 5
WIRE = {fault.value: fault for fault in WireFault if fault is not WireFault.NONE}
BUCKET_FAULTS = {"S3 403": "403", "S3 404": "404", "S3 truncated": "cut", "S3 wrong bytes": "other bytes"}
BUCKET_FAULTS |= {"S3 expired": "expired"}
SERVER_STOPPED, BROKER_KILLED, DISK_FULL = "server stopped at once", "broker killed", "disk full"
EXPIRED = "broker's certificate expired"
NO_FAULT = "none"
KINDS = [
    WireFault.CUT_AFTER_REQUEST.value, BROKER_KILLED, "S3 403", DISK_FULL, SERVER_STOPPED,
    WireFault.HALF_OPEN.value, "S3 404", WireFault.SLOW.value, "S3 truncated", WireFault.REFUSED.value,
    "S3 wrong bytes", "S3 expired",
]  # fmt: skip
OF_THE_QUEUE = [SERVER_STOPPED, *WIRE]
OF_THE_BROKER, OF_THE_BUCKET = [BROKER_KILLED, EXPIRED], ["S3 403", "S3 truncated", "S3 wrong bytes"]
OVERLAPS = [
    pair
    for one, other in itertools.combinations((OF_THE_QUEUE, OF_THE_BROKER, OF_THE_BUCKET, [DISK_FULL]), 2)
    for pair in itertools.product(one, other)
] + [(SERVER_STOPPED, wire) for wire in WIRE]
"""Two faults of different parts, or of the server and of the way to it."""
pytestmark = [pytest.mark.long, pytest.mark.timeout(300 + 10 * FAULTS + 60 * PAIRS)]


class Frames(QObject):
    """The longest time in which the event loop did not turn, by what was done meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.longest: dict[str, float] = defaultdict(float)
        self._doing = ""
        self._last = time.monotonic()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)

    def begin(self, doing: str) -> None:
        self._doing = doing
        self._last = time.monotonic()
        self._timer.start(EVERY_MS)

    @Slot()
    def _turn(self) -> None:
        now = time.monotonic()
        self.longest[self._doing] = max(self.longest[self._doing], now - self._last)
        self._last = now


class Machinery:
    """What a desk needs, and how each part of it fails."""

    def __init__(self, server: StoppableServer, wire: Wire, network: Network, team: WholeTeam) -> None:
        self.server, self.wire, self.network, self.team = server, wire, network, team
        self._database = team.bench.workspace._database

    def begin(self, fault: str) -> None:
        if fault in WIRE:
            self.wire.fault = WIRE[fault]
            if WIRE[fault] is WireFault.REFUSED:
                self.wire.cut()
        elif fault in BUCKET_FAULTS:
            self.network.always = BUCKET_FAULTS[fault]
        elif fault == SERVER_STOPPED:
            self.server.stop()
        elif fault == BROKER_KILLED:
            self.team.broker.kill()
        elif fault == EXPIRED:
            self._restart_broker(valid_for=timedelta(seconds=-1))
        elif fault == DISK_FULL:
            self._limit_pages(self._database.rows("PRAGMA page_count")[0]["page_count"])

    def end(self, fault: str) -> None:
        if fault in WIRE:
            self.wire.fault = WireFault.NONE
        elif fault in BUCKET_FAULTS:
            self.network.always = ""
        elif fault == SERVER_STOPPED:
            self.server.start()
        elif fault == BROKER_KILLED:
            self.team.broker.start()
        elif fault == EXPIRED:
            self._restart_broker(valid_for=timedelta(days=2))
        elif fault == DISK_FULL:
            self._limit_pages(1 << 30)

    def _restart_broker(self, *, valid_for: timedelta) -> None:
        """It reads its certificate when it starts."""
        self.team.certificates.renew(valid_for=valid_for)
        self.team.broker.kill()
        self.team.broker.start()

    def _limit_pages(self, most: int) -> None:
        """SQLite answers as on a full disk as soon as its file would have to grow."""
        self._database.rows(f"PRAGMA max_page_count={most}")


@pytest.fixture
def project() -> str:
    return PROJECT


@pytest.fixture
def machinery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moto: str, project: str
) -> Iterator[Machinery]:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("PGUSER", "postgres"),
    ):
        monkeypatch.setenv(name, value)
    folder = tmp_path / "postgres"
    folder.mkdir()
    with ExitStack() as stack:
        server = StoppableServer(folder)
        stack.callback(server.close)
        wire = Wire(server.socket, SLOW_SECONDS)
        stack.callback(wire.close)
        network = Network(moto)
        bucket = stack.enter_context(network.open())
        name = str(conninfo_to_dict(new_database(server.address))["dbname"])
        url = f"postgresql://127.0.0.1:{wire.port}/{name}"
        team = WholeTeam(
            tmp_path / "team", url, bucket, network, 2 * len(turns()) + 4 * 2 * PAIRS + 3, project
        )
        stack.callback(team.close)
        yield Machinery(server, wire, network, team)
    for log in (team.bench.workspace.path, team.broker.folder):
        assert verify_file(log / DATABASE_FILE).ok


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, machinery: Machinery, tmp_path: Path) -> Iterator[NetworkDesk]:
    with network_desk(qapp, qtbot, machinery.team.bench, None, tmp_path) as made:
        gc.collect()
        gc.freeze()  # as the program does after its start
        yield made
        gc.unfreeze()


def test_desk_loses_nothing_and_sends_nothing_twice_whatever_fails(
    desk: NetworkDesk, machinery: Machinery, qtbot: QtBot
) -> None:
    chance = random.Random(23)
    frames, recoveries = Frames(), []
    stopped: Counter[str] = Counter()
    desk.sign_in(ANA)
    desk.take_next()
    for fault in turns():
        frames.begin(fault)
        qtbot.wait(chance.randrange(30))
        aside(desk, partial(machinery.begin, fault))
        work_under_a_fault(desk, qtbot)
        stopped[fault] += not is_well(desk)
        aside(desk, partial(machinery.end, fault))
        ended = time.monotonic()
        desk.wait(partial(goes_on, desk))
        recoveries.append((time.monotonic() - ended, fault))
    tell(frames, recoveries, stopped)
    if FAULTS >= BIG_RUN:
        assert max(recoveries)[0] <= MOST_RECOVERY_SECONDS
        assert all(stopped[fault] for fault in KINDS)
    assert sent_once(desk, machinery) >= FAULTS


@pytest.mark.skipif(not PAIRS, reason="takes half a minute for each pair")
@pytest.mark.parametrize("project", [PROJECT, BUNDLE], ids=["one clip", "bundle"])
def test_desk_loses_nothing_and_sends_nothing_twice_whatever_two_things_fail(
    desk: NetworkDesk, machinery: Machinery, qtbot: QtBot
) -> None:
    chance = random.Random(PAIRS)
    frames, recoveries = Frames(), []
    stopped: Counter[str] = Counter()
    desk.sign_in(ANA)
    desk.take_next()
    pairs = list(itertools.islice(itertools.cycle(chance.sample(OVERLAPS, len(OVERLAPS))), PAIRS))
    for pair, ends in itertools.product(pairs, (slice(None), slice(None, None, -1))):
        doing = f"{' + '.join(pair)}, {pair[ends][0]} ends first"
        frames.begin(doing)
        for fault in pair:
            aside(desk, partial(machinery.begin, fault))
            work_under_a_fault(desk, qtbot)
            qtbot.wait(chance.randrange(200))
        stopped[doing] += not is_well(desk)
        for fault in pair[ends]:
            qtbot.wait(chance.randrange(500))
            aside(desk, partial(machinery.end, fault))
        ended = time.monotonic()
        desk.wait(partial(goes_on, desk))
        recoveries.append((time.monotonic() - ended, doing))
    tell(frames, recoveries, stopped)
    assert max(recoveries)[0] <= MOST_RECOVERY_SECONDS
    assert sent_once(desk, machinery) >= PAIRS


@pytest.mark.skipif("REVIEWER_BUNDLE" not in os.environ, reason="takes ten seconds")
@pytest.mark.parametrize("project", [BUNDLE])
def test_bundle_is_worked_through_while_server_broker_and_bucket_are_away(
    desk: NetworkDesk, machinery: Machinery, qtbot: QtBot
) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    desk.settle()
    away = (WireFault.REFUSED.value, BROKER_KILLED, "S3 403")
    for fault in away:
        aside(desk, partial(machinery.begin, fault))
    for text in ("hello there", "hello again", "and once more", "and a last one"):
        assert desk.is_open, text
        desk.submit(text)
        desk.wait(lambda: desk.presenter.state is not ClipState.HANDING_OVER)
        qtbot.wait(100)
    assert desk.presenter.state is ClipState.FAILED
    assert len(desk.bench.events(Action.SUBMITTED)) == 4
    for fault in away:
        aside(desk, partial(machinery.end, fault))
    desk.wait(partial(goes_on, desk))
    with psycopg.connect(machinery.server.address, dbname=database_of(desk)) as owner:
        assert owner.execute("SELECT count(*) FROM reviewer_data.annotation").fetchone() == (4,)
    assert desk.bench.events(Action.LATE_DRAFT) == []


def sent_once(desk: NetworkDesk, machinery: Machinery) -> int:
    """How many submissions there were; the server has each of them once, and refused none."""
    bench = machinery.team.bench
    logged = [event.detail["annotation"] for event in bench.events(Action.SUBMITTED)]
    with psycopg.connect(machinery.server.address, dbname=database_of(desk)) as owner:
        rows = owner.execute("SELECT id FROM reviewer_data.annotation").fetchall()
    assert sorted(row[0] for row in rows) == sorted(set(logged)) == sorted(logged)
    assert bench.events(Action.SUBMISSION_REFUSED) == bench.events(Action.LATE_DRAFT) == []
    return len(logged)


def turns() -> list[str]:
    """``FAULTS`` of every kind in turn, and now and then none, to compare with."""
    every = list(itertools.islice(itertools.cycle(KINDS), FAULTS))
    return [each for at in range(0, FAULTS, len(KINDS)) for each in (NO_FAULT, *every[at : at + len(KINDS)])]


def work_under_a_fault(desk: NetworkDesk, qtbot: QtBot) -> None:
    """Hands in the clip at hand, and the prefetched one; then the desk is out of clips."""
    until = time.monotonic() + FAULT_SECONDS
    for text in ("hello there", "hello again"):
        lease = desk.presenter.lease
        if desk.is_open:
            desk.ask_to_submit(text)
        with_next = partial(lambda before: desk.is_open and desk.presenter.lease != before, lease)
        while time.monotonic() < until and not with_next():
            qtbot.wait(10)
    qtbot.wait(max(0, round(1000 * (until - time.monotonic()))))


def aside(desk: NetworkDesk, act: Callable[[], None]) -> None:
    """Does something beside the window, which goes on meanwhile."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised below, on the thread of the test
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    desk.wait(lambda: not thread.is_alive())
    if failed:
        raise failed[0]


def goes_on(desk: NetworkDesk) -> bool:
    """Whether all is sent and a clip is open.

    Nobody presses anything for that, but after a file that was missing or wrong: nothing is waited for then.
    """
    retry = desk.page.findChild(OpeningRetry)
    if desk.presenter.state is ClipState.FAILED and not retry.is_waiting:
        desk.presenter.take_next()
    return is_well(desk)


def is_well(desk: NetworkDesk) -> bool:
    return desk.is_open and desk.sending.text() == "All work sent"


def tell(frames: Frames, recoveries: list[tuple[float, str]], stopped: Counter[str]) -> None:
    slowest: dict[str, float] = defaultdict(float)
    for seconds, fault in recoveries:
        slowest[fault] = max(slowest[fault], seconds)
    for fault, seconds in slowest.items():
        gap = 1000 * frames.longest[fault]
        times = f"recovered within {seconds:.1f} s, longest frame gap {gap:.0f} ms"
        sys.stderr.write(f"{fault}: {times}, work stopped {stopped[fault]} times\n")
    sys.stderr.write(f"{len(recoveries)} turns; recovered within {max(recoveries)[0]:.1f} s;")
    sys.stderr.write(
        f" longest time in which the event loop did not turn {1000 * max(frames.longest.values()):.0f} ms\n"
    )


def database_of(desk: NetworkDesk) -> str:
    return desk.bench.workspace.project.queue.url.rpartition("/")[2]
