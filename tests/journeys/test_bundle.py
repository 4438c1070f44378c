"""Clips that are taken along: work goes on while the queue is away, and is reconciled when it is back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.access.verification import verify_file
from reviewer.errors import Refused
from reviewer.lead.project_file import parse_project
from reviewer.model.event import Action
from reviewer.places import DATABASE_FILE
from reviewer.ui.clip.sender import Sender
from reviewer.ui.clip.states import ClipState
from reviewer.ui.jobs import Jobs
from reviewer.ui.theme import Choice, Theme
from tests.benches.network_desk import NOBODY_LISTENS, NetworkDesk
from tests.benches.workspace import ANA, BEN, Bench, make_bench
from tests.fakes.remote_queue import Network

CLIPS = 8
TEXTS = ("hello there", "hello again", "and once more", "and a last one")
PROJECT = NOBODY_LISTENS.replace("[queue]\n", "[queue]\nbundle_clips = 3\nlease_minutes = 120\n")


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


@pytest.fixture
def bench(tmp_path: Path, network: Network) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=[""] * CLIPS, make_queue=network, project=PROJECT)
    made.agree(ANA, BEN)
    yield made
    made.workspace.close()
    found = verify_file(made.workspace.path / DATABASE_FILE)
    assert found.ok, found


@pytest.fixture
def desk(
    qapp: QApplication, qtbot: QtBot, bench: Bench, network: Network, tmp_path: Path
) -> Iterator[NetworkDesk]:
    theme = Theme(qapp, QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat))
    theme.choose(Choice.DARK)
    jobs = Jobs()

    def wait(is_so: Callable[[], bool]) -> None:
        qtbot.waitUntil(is_so, timeout=30_000)

    made = NetworkDesk(bench, network, jobs, theme, wait)
    made.sign_in(ANA)
    made.take_next()
    yield made
    network.is_down = False
    made.close()
    jobs.close()


def leased(network: Network) -> int:
    return len(network.rows("SELECT id FROM task WHERE state = 'leased'"))


def send(desk: NetworkDesk) -> None:
    desk.page.findChild(Sender).send_now()
    desk.settle()


def test_work_goes_on_through_the_bundle_and_is_sent_once_when_the_server_is_back(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    assert leased(network) == 4  # the open one, and three in hand
    network.is_down = True
    for text in TEXTS[:4]:
        assert desk.is_open, text
        desk.submit(text)
        desk.settle()
    assert desk.presenter.state is ClipState.FAILED
    assert desk.awaited.startswith("Waiting for the work queue")
    assert desk.sending.text().startswith("4 saved here, not sent since")
    network.is_down = False
    send(desk)
    desk.wait(lambda: desk.is_open)
    desk.settle()
    assert desk.sending.text() == "All work sent"
    handed_in = [event.detail["annotation"] for event in bench.events(Action.SUBMITTED)]
    kept = [row["id"] for row in network.rows("SELECT id FROM annotation")]
    assert sorted(kept) == sorted(handed_in)
    assert len(set(handed_in)) == 4
    assert bench.late_drafts() == []


def test_each_clip_has_a_row_before_it_is_taken_along_and_before_it_opens(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    before = {event.object for event in bench.events(Action.CLIP_PREFETCHED)}
    assert len(before) == 3
    assert len(bench.events(Action.CLIP_OPENED)) == 1
    network.is_down = True
    for text in TEXTS[:3]:
        desk.submit(text)
        desk.settle()
    opened = [event.object for event in bench.events(Action.CLIP_OPENED)]
    assert len(opened) == 4
    assert set(opened[1:]) == before


def test_work_of_a_lease_that_ended_meanwhile_is_a_late_draft(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    network.is_down = True
    desk.submit("words of the first")
    desk.settle()
    desk.submit("words of the second")
    desk.settle()
    third = desk.presenter.lease
    assert third is not None
    desk.submit("words that come too late")
    desk.settle()
    network.connections[-1].execute("UPDATE task SET token = token + 1 WHERE id = ?", (third.task_id,))
    network.is_down = False
    send(desk)
    assert len(network.rows("SELECT id FROM annotation")) == 2
    assert len(bench.late_drafts()) == 1


def test_no_clip_is_opened_after_its_lease(desk: NetworkDesk, bench: Bench, network: Network) -> None:
    network.is_down = True
    opened = len(bench.events(Action.CLIP_OPENED))
    bench.clock.advance(121 * 60)
    desk.submit("words of the first")
    desk.settle()
    assert desk.presenter.state is ClipState.FAILED
    assert len(bench.events(Action.CLIP_OPENED)) == opened


def test_lock_gives_back_what_was_not_begun_and_drops_it(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    desk.type("a word")
    desk.settle()
    desk.window.lock()
    desk.wait(lambda: not desk.window.is_anybody_here)
    desk.settle()
    assert bench.workspace._unit.content._copies == {}
    desk.sign_in(ANA)
    desk.settle()
    assert leased(network) <= 2 + 3 + 1


@pytest.mark.parametrize(
    "setting", ["bundle_clips = 51", "bundle_clips = -1", "bundle_hours = 9", "bundle_hours = 0"]
)
def test_settings_out_of_range_are_refused(setting: str) -> None:
    with pytest.raises(Refused):
        parse_project(f"[queue]\n{setting}\n")
