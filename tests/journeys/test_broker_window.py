"""A contractor's window and a broker in a process of its own, over TLS."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.access.verification import verify_file
from reviewer.broker.log import public_broker_key
from reviewer.clips.keys import KdfParameters
from reviewer.model.clock import SystemClock
from reviewer.model.event import Action
from reviewer.model.project import BrokerPlace
from reviewer.places import DATABASE_FILE
from reviewer.ui.clip.opening_retry import OpeningRetry
from reviewer.ui.clip.states import ClipState
from reviewer.workspace import open_workspace
from tests.benches.broker_process import BrokerProcess
from tests.benches.certificates import make_certificates
from tests.benches.network_desk import NetworkDesk, network_desk
from tests.benches.workspace import ANA, LEAD, PROJECT, QUINN, Bench, make_bench
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import free_port


@pytest.fixture
def team(tmp_path: Path) -> Iterator[tuple[Bench, BrokerProcess]]:
    """Four clips; the broker was named by the lead and runs."""
    certificates, port = make_certificates(tmp_path / "tls"), free_port()
    clock = FakeClock(datetime.now(UTC) - timedelta(hours=1))  # everything below goes by the real clock
    made = make_bench(tmp_path, drafts=[""] * 4, clock=clock, project=PROJECT)
    made.agree(ANA, QUINN, LEAD)
    lead = made.person(LEAD).identity
    place = BrokerPlace(f"https://127.0.0.1:{port}", public_broker_key(lead.keyring.signing_key).hex())
    made.workspace.broker_naming.name(lead, place, certificates.authority.read_bytes())
    for name in list(made.signed_in):
        made.sign_out(name)
    made.workspace.close()
    broker = BrokerProcess(made.workspace.path, port, certificates)
    opened = open_workspace(made.workspace.path, clock=SystemClock(), parameters=KdfParameters.cheap())
    try:
        broker.start()
        yield Bench(opened, SystemClock()), broker  # type: ignore[arg-type]
    finally:
        opened.close()
        broker.kill()


def listen_and_submit(desk: NetworkDesk, text: str) -> None:
    desk.player.play()
    desk.player.listen(desk.player.frames)
    desk.submit(text)
    desk.settle()


def test_work_goes_on_with_the_clip_in_hand_and_by_itself_when_the_broker_is_back(
    qapp: QApplication, qtbot: QtBot, team: tuple[Bench, BrokerProcess], tmp_path: Path
) -> None:
    bench, broker = team
    released = bench.workspace._unit.content.released
    with network_desk(qapp, qtbot, bench, None, tmp_path) as desk:
        desk.sign_in(ANA)
        desk.take_next()
        listen_and_submit(desk, "first words")
        assert desk.is_open
        purposes = [event.detail["purpose"] for event in broker.events(Action.KEY_RELEASED)]
        assert purposes == ["open", "prefetch", "prefetch"]
        broker.kill()
        listen_and_submit(desk, "second words")  # in hand, and the next one was prefetched
        assert desk.is_open
        listen_and_submit(desk, "third words")
        assert desk.presenter.state is ClipState.FAILED
        assert desk.message.startswith("New clips wait: the broker")
        assert bench.workspace._unit.queue.work_by_person()[0].submitted == 3
        assert not released._held
        retry = desk.page.findChild(OpeningRetry)
        retry.ask_now()
        desk.settle()
        assert (desk.presenter.state, retry.is_waiting) == (ClipState.FAILED, True)
        broker.start()
        retry.ask_now()  # as its timer does
        desk.wait(lambda: desk.is_open)
        desk.settle()
        listen_and_submit(desk, "fourth words")
        assert desk.presenter.state is ClipState.IDLE
    broker.kill(signal.SIGTERM)
    assert not released._held
    opened = {
        (event.actor, event.object, event.detail["task"], event.detail["token"])
        for event in bench.events(Action.CLIP_OPENED)
    }
    left = {
        (event.actor, event.object, event.detail["task"], event.detail["token"])
        for event in broker.events(Action.KEY_RELEASED)
    }
    assert opened == left
    assert len(opened) == 4
    for folder in (bench.workspace.path, broker.folder):
        finding = verify_file(folder / DATABASE_FILE)
        assert finding.ok, finding
