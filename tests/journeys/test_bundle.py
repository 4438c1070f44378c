"""Clips that are taken along: work goes on while the queue is away, and is reconciled when it is back."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from reviewer.access.activity import Counted
from reviewer.access.verification import verify_file
from reviewer.clips.keys import KdfParameters
from reviewer.errors import Refused, Unavailable
from reviewer.lead.project_file import parse_project
from reviewer.model.event import Action
from reviewer.model.hold import HoldReason
from reviewer.model.project import QueueRules
from reviewer.model.task import Lease
from reviewer.places import DATABASE_FILE
from reviewer.queue.sqlite import SqliteQueue
from reviewer.session import window
from reviewer.session.acts import HandIn
from reviewer.session.open_clip import OpenClip
from reviewer.session.work_session import WorkSession
from reviewer.ui.clip.sender import Sender
from reviewer.ui.clip.states import ClipState
from reviewer.workspace import open_workspace
from tests.benches.network_desk import NOBODY_LISTENS, NetworkDesk, network_desk
from tests.benches.workspace import ANA, BEN, LEAD, Bench, annotation, make_bench
from tests.fakes.clock import FakeClock
from tests.fakes.remote_queue import Network

CLIPS = 8
TEXTS = ("hello there", "hello again", "and once more", "and a last one")
RULES = "[queue]\nbundle_clips = 3\nbundle_hours = 1\nlease_minutes = 120\n"
PROJECT = NOBODY_LISTENS.replace("[queue]\n", RULES)


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace and the file of its queue, that each test copies: importing clips takes long."""
    folder, network = tmp_path_factory.mktemp("pattern"), Network()
    made = make_bench(folder, drafts=[""] * CLIPS, make_queue=network, project=PROJECT)
    made.agree(ANA, BEN)
    for name in (ANA, BEN, LEAD):
        made.sign_out(name)
    made.workspace.close()
    network.close()
    return folder


@pytest.fixture
def bench(tmp_path: Path, pattern: Path, network: Network) -> Iterator[Bench]:
    shutil.copytree(pattern, tmp_path, dirs_exist_ok=True)
    clock = FakeClock()
    clock.advance(3600)  # after what the people of the pattern did
    made = opened(tmp_path / "ws", clock, network)
    made.person(LEAD)
    yield made
    network.is_down = False
    made.workspace.close()
    found = verify_file(made.workspace.path / DATABASE_FILE)
    assert found.ok, found


def opened(path: Path, clock: FakeClock, network: Network) -> Bench:
    workspace = open_workspace(path, clock=clock, parameters=KdfParameters.cheap(), make_queue=network)
    return Bench(workspace, clock, make_queue=network)


class Person:
    """A contractor at work, without a window, whose acts are sent when ``work.deliver`` is called."""

    def __init__(self, bench: Bench, name: str) -> None:
        self.bench, self.work = bench, bench.work(name)
        self.work.sending.begin(lambda: None)
        self.open: OpenClip | None = None

    def take(self) -> None:
        lease = self.work.claim()
        assert lease is not None
        self.open = self.work.open(lease)
        self.look_ahead()

    def look_ahead(self) -> None:
        with suppress(Unavailable):
            self.work.prefetch()
            self.work.take_along()

    def submit(self, text: str) -> None:
        assert self.open is not None
        act = HandIn(self.open.lease, annotation(text, frames=self.open.clip.frames))
        self.open = self.work.hand_over(act)
        self.look_ahead()

    @property
    def at_hand(self) -> int:
        at_hand = self.work.sending.unsent().at_hand
        assert at_hand is not None
        return at_hand.count


@pytest.fixture
def ana(bench: Bench) -> Person:
    person = Person(bench, ANA)
    person.take()
    return person


@pytest.fixture
def desk(
    qapp: QApplication, qtbot: QtBot, bench: Bench, network: Network, tmp_path: Path
) -> Iterator[NetworkDesk]:
    with network_desk(qapp, qtbot, bench, network, tmp_path) as made:
        made.sign_in(ANA)
        made.take_next()
        yield made


def leased(network: Network) -> int:
    return len(network.rows("SELECT id FROM task WHERE state = 'leased'"))


def send(desk: NetworkDesk) -> None:
    sender = desk.page.findChild(Sender)
    assert sender is not None
    sender.send_now()
    desk.settle()


def at_hand(desk: NetworkDesk) -> QLabel:
    assert desk.window.signed_in is not None
    label = desk.window.signed_in.status_bar.findChild(QLabel, "status_at_hand")
    assert label is not None
    return label


def test_work_goes_on_through_the_bundle_and_is_sent_once_when_the_server_is_back(
    desk: NetworkDesk, bench: Bench, network: Network
) -> None:
    assert leased(network) == 4  # the open one, and three at hand
    until = (bench.clock.now() + timedelta(hours=1)).astimezone()
    assert at_hand(desk).text() == f"3 clips at hand until {until:%H:%M}"
    network.is_down = True
    for text in TEXTS:
        assert desk.is_open, text
        desk.submit(text)
        desk.settle()
    assert desk.presenter.state is ClipState.FAILED
    assert desk.awaited.startswith("Waiting for the work queue")
    assert desk.sending.text().startswith("4 saved here, not sent since")
    assert at_hand(desk).text() == "No clips at hand"
    assert "used up" in at_hand(desk).toolTip()
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


@pytest.mark.parametrize("is_first", [True, False])
def test_lock_gives_back_at_once_what_was_not_begun_and_drops_it(
    desk: NetworkDesk, bench: Bench, network: Network, monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    """Whichever thread is first: that which drops the prefetched clip, or that which gives back."""
    gives_back, drops = WorkSession.give_back_along, WorkSession.drop_prefetched
    if is_first:

        def waits(self: WorkSession) -> None:
            drops(self)
            gives_back(self)

        monkeypatch.setattr(WorkSession, "give_back_along", waits)
    else:

        def after(self: WorkSession) -> None:
            gives_back(self)
            drops(self)

        monkeypatch.setattr(WorkSession, "drop_prefetched", after)
    desk.type("a word")
    desk.settle()
    desk.window.lock()
    desk.wait(lambda: not desk.window.is_anybody_here)
    assert len(bench.events(Action.TASK_RELEASED)) == 3
    desk.wait(lambda: leased(network) == 1)  # the clip that was typed into; it is told beside the lock
    desk.settle()
    assert bench.workspace._unit.content._copies == {}
    desk.sign_in(ANA)
    desk.settle()
    assert leased(network) == 4
    assert len(bench.events(Action.TASK_RELEASED)) == 3


def test_each_clip_has_a_row_before_it_is_taken_along_and_before_it_opens(
    ana: Person, bench: Bench, network: Network
) -> None:
    before = {event.object for event in bench.events(Action.CLIP_PREFETCHED)}
    assert len(before) == 3
    assert len(bench.events(Action.CLIP_OPENED)) == 1
    activity, hour_ago = bench.workspace._unit.activity, bench.clock.now() - timedelta(hours=1)
    assert activity.count(ana.work.identity.person.id, Counted.OPENED, hour_ago) == 4
    network.is_down = True
    for text in TEXTS[:3]:
        ana.submit(text)
    opened = [event.object for event in bench.events(Action.CLIP_OPENED)]
    assert len(opened) == 4
    assert set(opened[1:]) == before


def test_work_of_a_lease_that_ended_meanwhile_is_a_late_draft(
    ana: Person, bench: Bench, network: Network
) -> None:
    network.is_down = True
    ana.submit("words of the first")
    ana.submit("words of the second")
    assert ana.open is not None
    third = ana.open.lease
    ana.submit("words that come too late")
    network.connections[-1].execute("UPDATE task SET token = token + 1 WHERE id = ?", (third.task_id,))
    network.is_down = False
    ana.work.sending.send()
    ana.work.sending.send()  # the late draft, that the first answer made
    assert len(network.rows("SELECT id FROM annotation")) == 2
    assert len(bench.late_drafts()) == 1


def test_after_the_hours_of_the_policy_nothing_opens_and_no_key_is_in_memory(
    ana: Person, bench: Bench, network: Network
) -> None:
    network.is_down = True
    bench.clock.advance(61 * 60)  # the leases last for two hours
    assert ana.open is not None
    ana.work.beat(ana.open.lease)
    assert ana.at_hand == 0
    assert bench.workspace._unit.content._copies == {}
    ana.submit("words of the first")
    assert ana.open is None
    with pytest.raises(Unavailable):
        ana.work.claim()
    assert len(bench.events(Action.CLIP_OPENED)) == 1
    network.is_down = False
    ana.work.sending.send()
    assert network.rows("SELECT id FROM task WHERE state = 'leased' AND prefetch = 0") == []


def test_an_answer_of_the_queue_begins_the_hours_anew(ana: Person, bench: Bench, network: Network) -> None:
    bench.clock.advance(50 * 60)
    ana.work.sending.send()
    network.is_down = True
    bench.clock.advance(50 * 60)
    ana.submit("words of the first")
    assert ana.open is not None


def test_consent_that_ended_here_ends_what_is_at_hand(ana: Person, bench: Bench, network: Network) -> None:
    network.is_down = True
    clip_id = bench.events(Action.CLIP_PREFETCHED)[0].object
    with bench.database() as database:
        database.execute("UPDATE clip SET consent_withdrawn_at = 1 WHERE id = ?", (clip_id,))
    assert ana.open is not None
    ana.work.beat(ana.open.lease)
    assert ana.at_hand == 2
    assert clip_id not in bench.workspace._unit.content._copies
    ana.submit("words of the first")
    ana.take()
    assert len(bench.events(Action.CLIP_OPENED)) == 2
    assert clip_id not in {event.object for event in bench.events(Action.CLIP_OPENED)}
    with bench.database() as database:  # as the log says
        database.execute("UPDATE clip SET consent_withdrawn_at = NULL WHERE id = ?", (clip_id,))


def test_what_was_withdrawn_or_put_on_hold_meanwhile_is_dropped_when_the_server_is_back(
    ana: Person, bench: Bench, network: Network
) -> None:
    network.is_down = True
    assert ana.open is not None
    ana.work.beat(ana.open.lease)  # a renewal of the lease is due
    with pytest.raises(Unavailable):
        ana.work.sending.send()
    taken = list(dict.fromkeys(event.object for event in bench.events(Action.CLIP_PREFETCHED)))
    queue = SqliteQueue(network.connections[-1], bench.clock, QueueRules())
    queue.withdraw_clip(taken[0], "consent")
    queue.hold(taken[1], HoldReason.TECHNICAL)
    network.is_down = False
    ana.work.sending.send()
    assert ana.at_hand == 1
    assert list(bench.workspace._unit.content._copies) == [taken[2]]
    network.is_down = True
    ana.submit("words of the first")
    assert ana.open is None  # the one that was prefetched is withdrawn
    ana.take()
    assert ana.open.clip.id == taken[2]


def test_crash_with_a_bundle_loses_nothing_and_its_leases_end_with_their_time(
    ana: Person, bench: Bench, network: Network
) -> None:
    network.is_down = True
    ana.submit("words of the first")
    assert ana.open is not None
    ana.work.save_draft(ana.open.lease, annotation("words of a draft"), 1)
    network.is_down = False
    begun_first = (ana.open.lease.task_id,)  # as in life, where time passes between two of them
    network.connections[-1].execute("UPDATE task SET lease_started = 1 WHERE id = ?", begun_first)
    again = bench.another_window()  # nothing of the first was closed
    bench.clock.advance(125 * 60)
    work = again.work(ANA)
    work.deliver()
    assert len(network.rows("SELECT id FROM annotation")) == 1
    found = work.resume()
    assert found is not None
    draft = work.open(found).draft
    assert draft is not None
    assert [each.text for each in draft.segments] == ["words of a draft"]
    taken = {lease.clip_id for lease in leases_of(again.work(BEN))}
    along = {event.object for event in bench.events(Action.CLIP_PREFETCHED)}
    assert len(along) == 3
    assert along - {found.clip_id} <= taken
    again.workspace.close()


def along(bench: Bench) -> list[str]:
    """The clips that were taken along, in the order of the rows, also those of another window."""
    return list(dict.fromkeys(event.object for event in bench.events(Action.CLIP_PREFETCHED)))


@pytest.fixture
def crashed(ana: Person, bench: Bench, network: Network) -> Iterator[Bench]:
    """A new window after one with a clip open and three at hand was killed: nothing of it was closed."""
    assert ana.open is not None
    begun_first = (ana.open.lease.task_id,)  # as in life, where time passes between two of them
    network.connections[-1].execute("UPDATE task SET lease_started = 1 WHERE id = ?", begun_first)
    again = bench.another_window()
    bench.clock.advance(60)
    yield again
    again.workspace.close()


def test_after_a_crash_what_was_taken_along_is_taken_along_again(
    ana: Person, crashed: Bench, bench: Bench, network: Network
) -> None:
    before, rows = along(bench), len(bench.events(Action.CLIP_PREFETCHED))
    assert ana.open is not None
    person = Person(crashed, ANA)
    person.take()
    assert person.open is not None
    assert person.open.clip.id == ana.open.clip.id
    assert person.at_hand == 3
    assert leased(network) == 4
    assert {event.object for event in bench.events(Action.CLIP_PREFETCHED)[rows:]} == set(before)
    assert set(crashed.workspace._unit.content._copies) == set(before)
    network.is_down = True
    for text in TEXTS:
        assert person.open is not None
        person.submit(text)
    network.is_down = False
    person.work.sending.send()
    assert len(network.rows("SELECT id FROM annotation")) == 4
    assert bench.late_drafts() == []


def test_after_a_crash_what_was_handed_in_or_may_not_be_opened_is_not_taken_along_again(
    ana: Person, bench: Bench, network: Network
) -> None:
    taken = along(bench)
    network.is_down = True
    ana.submit("words of the first")  # it is only in the outbox
    again = bench.another_window()
    bench.clock.advance(60)
    queue = SqliteQueue(network.connections[-1], bench.clock, QueueRules())
    queue.withdraw_clip(taken[1], "consent")
    queue.hold(taken[2], HoldReason.TECHNICAL)
    network.is_down = False
    person = Person(again, ANA)
    person.take()
    assert person.open is not None
    assert person.open.clip.id == taken[0]
    assert set(again.workspace._unit.content._copies).isdisjoint(taken)
    again.workspace.close()


def test_after_a_crash_what_is_more_than_the_policy_allows_is_given_back(
    crashed: Bench, network: Network
) -> None:
    person = Person(crashed, ANA)
    person.work._bundle._most = 1
    person.take()
    person.work.sending.send()
    assert person.at_hand == 1
    assert leased(network) == 2


def test_lock_after_a_crash_gives_back_what_was_not_taken_along_again(
    crashed: Bench, network: Network
) -> None:
    person = Person(crashed, ANA)
    lease = person.work.claim()
    assert lease is not None
    person.work.open(lease)
    person.work.prefetch()
    assert leased(network) == 4
    person.work.give_back_along()
    person.work.sending.send()
    assert leased(network) == 1


@pytest.mark.parametrize("why", ["its window runs", "it was on another machine"])
def test_nothing_of_another_window_that_may_run_is_taken_along(
    why: str, ana: Person, bench: Bench, network: Network
) -> None:
    before = along(bench)
    again = bench.another_window()
    if why == "it was on another machine":
        bench.clock.advance(60)
        ana.work._unit.open_tasks.left_all(window.of_session(ana.work.identity.session_id))
    work = again.work(ANA)
    work.take_along()
    taken = set(again.workspace._unit.content._copies)
    assert taken.isdisjoint(before)
    assert leased(network) == 4 + len(taken)
    again.workspace.close()


def test_while_the_queue_is_away_no_more_than_one_claim_is_kept(
    ana: Person, bench: Bench, network: Network
) -> None:
    network.is_down = True
    ana.submit("words of the first")
    for _ in range(4):
        ana.look_ahead()
    with bench.database() as database:
        kinds = [row["kind"] for row in database.rows("SELECT kind FROM outbox")]
    assert kinds.count("ClaimPrefetch") <= 1
    ana.work.drop_prefetched()
    for _ in range(4):
        ana.look_ahead()
    with bench.database() as database:
        kinds = [row["kind"] for row in database.rows("SELECT kind FROM outbox")]
    assert kinds.count("ClaimPrefetch") <= 1


def leases_of(work: WorkSession) -> Iterator[Lease]:
    """Every lease that this person gets, one after the other."""
    while (lease := work.claim()) is not None:
        yield lease
        work.open(lease)
        work.submit(lease, annotation("words"))
        work.close(lease)


def test_clips_taken_along_leave_one_for_each_colleague_at_work(bench: Bench, network: Network) -> None:
    ben = bench.work(BEN)
    assert ben.claim() is not None
    network.connections[-1].execute(
        "UPDATE task SET state = 'accepted' WHERE id IN (SELECT id FROM task WHERE state = 'open' LIMIT 4)"
    )
    Person(bench, ANA).take()
    assert len(network.rows("SELECT id FROM task WHERE state = 'open'")) == 1


@pytest.mark.parametrize(
    "setting", ["bundle_clips = 51", "bundle_clips = -1", "bundle_hours = 9", "bundle_hours = 0"]
)
def test_settings_out_of_range_are_refused(setting: str) -> None:
    with pytest.raises(Refused):
        parse_project(f"[queue]\n{setting}\n")
