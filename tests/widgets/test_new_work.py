"""A page without work learns that there is some again: from the server at once, or within a minute."""

import socket
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from reviewer.errors import Unavailable
from reviewer.model.task import DailyCounts
from reviewer.ui.clip.new_work import NewWork
from reviewer.ui.jobs import Jobs
from tests.benches.clip_page import ClipPageBench
from tests.fakes.work_session import FakeDesk, a_lease, an_open_clip


class Server:
    """Satisfies ``WorkNotices``, and sends them."""

    def __init__(self) -> None:
        self._theirs, self._ours = socket.socketpair()
        self._ours.setblocking(False)
        self.closed = 0

    def tell(self) -> None:
        self._theirs.send(b"x")

    def go(self) -> None:
        self._theirs.close()

    def fileno(self) -> int:
        return self._ours.fileno()

    def has_come(self) -> bool:
        if not self._ours.recv(100):
            raise Unavailable("QUEUE_UNREACHABLE")
        return True

    def close(self) -> None:
        self.closed += 1

    def end(self) -> None:
        self._theirs.close()
        self._ours.close()


class Work:
    """What the watch asks of a session."""

    def __init__(self, server: Server | None) -> None:
        self.server, self.asked, self.listened = server, 0, 0
        self.waiting = self.undrawn = 0

    def daily_counts(self) -> DailyCounts:
        self.asked += 1
        return DailyCounts(self.waiting, 0, 0, self.undrawn)

    def new_work_notices(self) -> Server | None:
        self.listened += 1
        return self.server


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.end()


def watch_of(work: Work, jobs: Jobs, parent: QObject) -> NewWork:
    return NewWork(work, jobs, parent)  # type: ignore[arg-type]


def test_a_notice_makes_it_ask_once_however_many_come(qtbot: QtBot, jobs: Jobs, server: Server) -> None:
    parent, work = QObject(), Work(server)
    watch = watch_of(work, jobs, parent)
    watch.begin()
    qtbot.waitUntil(lambda: work.asked == 1)  # what came before it listened
    server.tell()
    qtbot.waitUntil(lambda: work.asked == 2)
    server.tell()
    assert watch._gap.isActive()
    assert watch._notifier is not None
    assert not watch._notifier.isEnabled()
    work.waiting = 1
    with qtbot.waitSignal(watch.found) as found:
        watch._gap.timeout.emit()
    assert found.args == [DailyCounts(1, 0, 0)]
    qtbot.waitUntil(lambda: server.closed == 1)
    assert not watch._timer.isActive()


def test_submissions_that_wait_for_a_draw_are_work_too(qtbot: QtBot, jobs: Jobs) -> None:
    parent, work = QObject(), Work(None)
    watch = watch_of(work, jobs, parent)
    watch.begin()
    work.undrawn = 3
    with qtbot.waitSignal(watch.found) as found:
        watch._timer.timeout.emit()
    assert found.args == [DailyCounts(0, 0, 0, undrawn=3)]


def test_without_notices_it_asks_every_minute(qtbot: QtBot, jobs: Jobs) -> None:
    parent, work = QObject(), Work(None)
    watch = watch_of(work, jobs, parent)
    watch.begin()
    assert watch._timer.interval() == 60_000
    work.waiting = 1
    with qtbot.waitSignal(watch.found):
        watch._timer.timeout.emit()


def test_a_server_that_went_is_listened_to_again(qtbot: QtBot, jobs: Jobs, server: Server) -> None:
    parent, work = QObject(), Work(server)
    watch = watch_of(work, jobs, parent)
    watch.begin()
    qtbot.waitUntil(lambda: work.asked == 1)
    server.go()
    qtbot.waitUntil(lambda: server.closed == 1)
    watch._timer.timeout.emit()
    qtbot.waitUntil(lambda: work.listened == 2)
    watch.end()
    qtbot.waitUntil(lambda: server.closed == 2)


def test_window_without_work_offers_the_next_clip_when_the_server_tells_of_it(
    bench: ClipPageBench, qtbot: QtBot, server: Server
) -> None:
    desk = FakeDesk()
    work = desk.work
    work.notices = server
    bench.open(desk)
    nothing = bench.text_of("empty_title")
    qtbot.waitUntil(lambda: work.calls.count("new_work_notices") == 1)
    clip = an_open_clip(a_lease(1))
    work.waiting[clip.lease.task_id] = clip
    server.tell()
    qtbot.waitUntil(lambda: bench.text_of("empty_title") != nothing)
    assert not bench.is_clip_shown
    assert "claim" not in work.calls[work.calls.index("new_work_notices") :]
