"""The window over a queue on another machine: it never waits, says what is sent, and loses nothing."""

import os
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.access.verification import verify_file
from reviewer.model.event import Action
from reviewer.model.task import SkipReason
from reviewer.places import DATABASE_FILE
from reviewer.ui.clip.opening_retry import OpeningRetry
from reviewer.ui.clip.sender import Sender
from reviewer.ui.clip.states import ClipState
from tests.benches.network_desk import NOBODY_LISTENS, NetworkDesk, network_desk
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, make_bench
from tests.fakes.remote_queue import Fault, Network

FAULTS = int(os.environ.get("REVIEWER_FAULTS", "20"))
TURNS = 50
"""So often the event loop turns while the server hangs, or the test never ends."""


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


@pytest.fixture
def clip_count() -> int:
    return 6


@pytest.fixture
def bench(tmp_path: Path, network: Network, clip_count: int) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=[""] * clip_count, make_queue=network, project=NOBODY_LISTENS)
    made.agree(ANA, BEN, QUINN, LEAD)
    yield made
    made.workspace.close()
    assert verify_file(made.workspace.path / DATABASE_FILE).ok


@pytest.fixture
def desk(
    qapp: QApplication, qtbot: QtBot, bench: Bench, network: Network, tmp_path: Path
) -> Iterator[NetworkDesk]:
    with network_desk(qapp, qtbot, bench, network, tmp_path) as made:
        yield made


def submitted(network: Network) -> list[object]:
    return [row["id"] for row in network.rows("SELECT id FROM annotation")]


def send(desk: NetworkDesk) -> None:
    """As a retry does whose wait is over."""
    desk.page.findChild(Sender).send_now()
    desk.settle()


def test_handed_in_work_is_said_to_be_sent(desk: NetworkDesk, network: Network) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    desk.submit("hello there")
    desk.settle()
    assert desk.sending.text() == "All work sent"
    assert len(submitted(network)) == 1
    assert desk.is_open


def test_work_goes_on_while_the_server_is_away_and_is_sent_when_it_is_back(
    desk: NetworkDesk, network: Network
) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    network.is_down = True
    desk.submit("hello there")
    desk.settle()
    assert desk.is_open  # the prefetched clip
    assert desk.sending.text().startswith("1 saved here, not sent since ")
    assert "cannot be reached" in desk.sending.toolTip()
    assert submitted(network) == []
    network.is_down = False
    desk.submit("hello again")  # the act of a person tries again at once
    desk.settle()
    assert desk.sending.text() == "All work sent"
    assert len(submitted(network)) == 2


def test_claim_that_failed_comes_again_by_itself_when_the_server_is_back(
    desk: NetworkDesk, network: Network
) -> None:
    desk.sign_in(ANA)
    network.is_down = True
    desk.presenter.take_next()
    desk.wait(lambda: desk.presenter.state is ClipState.FAILED)
    desk.settle()
    assert desk.awaited == "Waiting for the work queue: the next clip opens by itself when it is back."
    retry = desk.page.findChild(OpeningRetry)
    retry.ask_now()  # as its timer does
    desk.settle()
    assert (desk.presenter.state, retry.is_waiting) == (ClipState.FAILED, True)
    network.is_down = False
    retry.ask_now()
    desk.wait(lambda: desk.is_open)


def test_after_one_success_all_that_waits_goes_at_once(desk: NetworkDesk, network: Network) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    network.is_down = True
    desk.submit("hello there")
    desk.submit("hello again")
    desk.settle()
    assert (desk.presenter.state, desk.sending.text()[:7]) == (ClipState.FAILED, "2 saved")
    network.is_down = False
    desk.page.findChild(Sender).send_now()  # as its timer does; the timer of the next clip does nothing
    desk.wait(lambda: desk.is_open)
    desk.settle()
    assert desk.sending.text() == "All work sent"
    assert len(submitted(network)) == 2


def test_next_clip_that_could_not_be_prefetched_is_when_the_server_is_back(
    desk: NetworkDesk, network: Network
) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    network.is_down = True
    desk.submit("hello there")
    desk.settle()
    network.is_down = False
    send(desk)
    desk.settle()
    network.is_down = True
    desk.submit("hello again")
    assert desk.is_open
    desk.settle()
    network.is_down = False


def test_sign_out_with_unsent_work_says_so_and_the_next_sign_in_sends_it(
    desk: NetworkDesk, network: Network
) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    network.is_down = True
    desk.submit("hello there")
    desk.settle()
    desk.window.lock()
    desk.wait(lambda: not desk.window.is_anybody_here)
    said = desk.window.sign_in_flow.sign_in_page.message.text
    assert "saved on this machine and not sent yet: 1" in said
    network.is_down = False
    desk.sign_in(ANA)
    desk.settle()
    assert desk.sending.text() == "All work sent"
    assert len(submitted(network)) == 1


def test_clip_whose_lease_the_queue_refuses_later_is_put_away_and_the_text_kept(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    network.is_down = True
    desk.submit("hello there")
    desk.settle()
    assert desk.presenter.lease is not None
    task = desk.presenter.lease.task_id
    desk.type("typed to a clip that is gone")
    network.connections[-1].execute("UPDATE task SET token = token + 1 WHERE id = ?", (task,))
    network.is_down = False
    send(desk)
    desk.wait(lambda: desk.presenter.state is ClipState.FAILED)
    desk.settle()
    assert "went to a colleague" in desk.message
    send(desk)
    desk.settle()
    assert len(bench.late_drafts()) == 1
    assert len(submitted(network)) == 1


def test_submission_that_arrives_too_late_is_said_and_kept(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    assert desk.presenter.lease is not None
    task = desk.presenter.lease.task_id
    network.is_down = True
    desk.submit("hello there")
    desk.settle()
    network.connections[-1].execute("UPDATE task SET token = token + 1 WHERE id = ?", (task,))
    network.is_down = False
    send(desk)
    assert "arrived too late" in desk.message
    assert desk.sending.text() == "All work sent"
    assert desk.is_open
    assert len(bench.late_drafts()) == 1
    assert submitted(network) == []


@pytest.mark.parametrize(
    "act", ["sign in", "claim", "submit", "skip", "renew", "take back", "sign out", "another page"]
)
def test_window_never_waits_for_a_server_that_hangs(
    desk: NetworkDesk, bench: Bench, network: Network, act: str
) -> None:
    if act != "sign in":
        desk.sign_in(ANA)
    if act not in ("sign in", "claim"):
        desk.take_next()
    network.calls.clear()
    network.on_main_thread.clear()
    network.hangs_until = threading.Event()
    acts: dict[str, Callable[[], object]] = {
        "sign in": lambda: desk.ask_to_sign_in(ANA),
        "claim": desk.ask_for_clip,
        "submit": lambda: desk.submit("hello there"),
        "skip": lambda: desk.presenter.skip(SkipReason.TECHNICAL),
        "renew": lambda: (bench.clock.advance(90), desk.presenter._renewal.beat_now()),
        "take back": desk.take_back,
        "sign out": desk.window.lock,
        "another page": lambda: desk.window.signed_in.go_to("mine"),
    }
    before = None if act == "sign in" else desk.presenter.lease
    acts[act]()
    if act in ("submit", "skip"):  # the next clip is there although nothing was answered
        desk.wait(lambda: desk.is_open and desk.presenter.lease != before)
    if act == "sign out":
        desk.wait(lambda: not desk.window.is_anybody_here)
    else:
        desk.wait(lambda: bool(network.calls))
    assert desk.turns(TURNS) >= TURNS
    assert network.on_main_thread == []
    network.hangs_until.set()


@pytest.mark.parametrize("bundle_clips", [0, 1])
def test_next_clip_whose_lease_is_answered_after_a_lock_leaves_nothing_behind(
    desk: NetworkDesk, bench: Bench, network: Network, bundle_clips: int
) -> None:
    project = bench.workspace.project
    bench.workspace.project = replace(project, queue=replace(project.queue, bundle_clips=bundle_clips))
    desk.sign_in(ANA)
    desk.take_next()
    desk.presenter._prefetch.drop()
    desk.settle()
    network.calls.clear()
    network.hangs_until, network.hangs_at = threading.Event(), "check_lease"
    desk.presenter._prefetch.begin_clip()
    desk.wait(lambda: "check_lease" in network.calls)
    desk.window.lock()
    desk.wait(lambda: not desk.window.is_anybody_here)
    hanging, network.hangs_until = network.hangs_until, None
    desk.ask_to_sign_in(ANA)
    desk.wait(lambda: desk.window.signed_in is not None)
    network.calls.clear()
    hanging.set()
    desk.settle()
    with bench.database() as database:
        windows = [str(row["window"]) for row in database.rows("SELECT window FROM open_task")]
    ended = {event.session for event in bench.events(Action.LOCK)}
    assert not [name for name in windows if name.split(".")[0] in ended]
    assert "release_prefetched" not in network.calls  # the prefetched clip may be the next session's
    if not desk.is_open:
        desk.take_next()


def test_lock_while_the_next_clip_is_asked_for_keeps_the_work(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    desk.presenter._prefetch.drop()
    desk.settle()
    network.calls.clear()
    network.on_main_thread.clear()
    network.hangs_until = threading.Event()
    desk.ask_to_submit("hello there")
    desk.wait(lambda: bool(network.calls))
    desk.wait(lambda: len(bench.events(Action.SUBMITTED)) == 1)
    desk.window.lock()
    assert desk.turns(TURNS) >= TURNS
    assert network.on_main_thread == []
    network.hangs_until.set()
    desk.wait(lambda: not desk.window.is_anybody_here)
    network.hangs_until = None
    desk.sign_in(ANA)
    send(desk)
    assert len(submitted(network)) == 1
    assert bench.events(Action.LATE_DRAFT) == []


def test_pages_of_a_lead_never_wait_for_a_server_that_hangs(desk: NetworkDesk, network: Network) -> None:
    desk.sign_in(LEAD)
    signed_in = desk.window.signed_in
    assert signed_in is not None
    network.on_main_thread.clear()
    network.hangs_until = threading.Event()
    for page_id in signed_in._role_pages:
        signed_in.go_to(page_id)
        assert desk.turns(5) >= 5
    assert network.calls
    assert network.on_main_thread == []
    network.hangs_until.set()


def test_qa_page_never_waits_for_a_server_that_hangs(desk: NetworkDesk, network: Network) -> None:
    desk.sign_in(QUINN)
    network.on_main_thread.clear()
    network.calls.clear()
    network.hangs_until = threading.Event()
    desk.presenter.take_next()
    desk.wait(lambda: bool(network.calls))
    assert desk.turns(TURNS) >= TURNS
    assert network.on_main_thread == []
    network.hangs_until.set()


def test_draft_is_saved_while_the_server_hangs(desk: NetworkDesk, network: Network) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    network.calls.clear()
    network.hangs_until = threading.Event()
    desk.presenter.refresh_counts()
    desk.wait(lambda: bool(network.calls))
    desk.type("typed while nothing answers")
    desk.wait(lambda: desk.presenter.is_all_saved)
    network.hangs_until.set()


@pytest.mark.parametrize("clip_count", [FAULTS + 6])
def test_desk_on_a_bad_network_loses_nothing_and_sends_nothing_twice(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    """Each clip meets one fault, at a random moment of its work."""
    chance = random.Random(11)
    desk.sign_in(ANA)
    for _ in range(FAULTS):
        if not desk.is_open:
            desk.take_next()
        fault = chance.choice([*Fault, "down"])
        if fault == "down":
            network.is_down = True
        else:
            network.faults = [Fault.NONE] * chance.randrange(4) + [fault]  # type: ignore[list-item]
        desk.submit("hello there")
        desk.settle()
        network.is_down, network.faults = False, []
        send(desk)
    assert desk.sending.text() == "All work sent"
    logged = [event.detail["annotation"] for event in bench.events(Action.SUBMITTED)]
    assert len(logged) == len(set(logged)) == FAULTS
    assert sorted(map(str, submitted(network))) == sorted(map(str, logged))
    assert bench.events(Action.SUBMISSION_REFUSED) == []
