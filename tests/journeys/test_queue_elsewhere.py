"""A queue on another machine that cannot be reached: nothing is lost, nothing comes twice, nobody waits."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file
from reviewer.errors import LeaseLost, NotLeased, Unavailable
from reviewer.lead.intake_report import IntakeOptions
from reviewer.model.event import Action
from reviewer.model.task import SkipReason, VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.session.acts import HandIn
from reviewer.session.work_session import WorkSession
from tests.benches.workspace import (
    ANA,
    BEN,
    LEAD,
    QUINN,
    Bench,
    annotation,
    claim_and_hear,
    hear,
    make_bench,
    write_clips,
)
from tests.fakes.remote_queue import Fault, Network

DONE = annotation("hello there")


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


@pytest.fixture
def bench(tmp_path: Path, network: Network) -> Iterator[Bench]:
    made = make_bench(tmp_path, drafts=["", "", "", "", ""], make_queue=network)
    made.agree(ANA, BEN, QUINN)
    yield made
    made.workspace.close()
    assert verify_file(made.workspace.path / DATABASE_FILE).ok


@pytest.fixture
def work(bench: Bench) -> WorkSession:
    return bench.work(ANA)


def rows(bench: Bench, query: str) -> list[object]:
    with bench.database() as database:
        return [next(iter(row.values())) for row in database.rows(query)]


def queued(network: Network, query: str) -> list[object]:
    return [next(iter(row.values())) for row in network.rows(query)]


def submitted(network: Network) -> list[object]:
    return queued(network, "SELECT id FROM annotation")


def test_work_is_kept_and_sent_once_the_queue_answers(
    bench: Bench, work: WorkSession, network: Network
) -> None:
    lease = claim_and_hear(work)
    work.save_draft(lease, DONE, 1)
    network.is_down = True
    receipt = work.submit(lease, DONE)
    assert receipt.is_pending
    assert submitted(network) == []
    assert len(bench.events(Action.SUBMITTED)) == 1
    with pytest.raises(NotLeased):
        work.save_draft(lease, annotation("a straggler"), 2)
    with pytest.raises(Unavailable):
        work.claim()
    network.is_down = False
    following = work.claim()
    assert following is not None
    assert following.task_id != lease.task_id
    assert submitted(network) == [receipt.annotation_id]
    assert len(bench.events(Action.SUBMITTED)) == 1


def test_pending_work_is_sent_by_the_next_window_after_a_crash(
    bench: Bench, work: WorkSession, network: Network
) -> None:
    lease = claim_and_hear(work)
    network.is_down = True
    receipt = work.submit(lease, DONE)
    network.is_down = False
    after = bench.another_window()
    with after.workspace:
        after.work(ANA).deliver()
    assert submitted(network) == [receipt.annotation_id]
    assert rows(bench, "SELECT kind FROM outbox") == []


def test_a_hand_over_shows_the_prefetched_clip_without_waiting(
    bench: Bench, work: WorkSession, network: Network
) -> None:
    lease = claim_and_hear(work)
    assert work.prefetch() is not None
    network.is_down = True
    clip = work.hand_over(HandIn(lease, DONE))
    assert clip is not None
    assert bench.events()[-1].action is Action.CLIP_OPENED
    work.save_draft(clip.lease, annotation("typed meanwhile"), 1)
    with pytest.raises(Unavailable):
        work.beat(clip.lease)
    network.is_down = False
    renewed = work.beat(clip.lease)
    assert (renewed.task_id, renewed.token) == (clip.lease.task_id, clip.lease.token)
    assert len(submitted(network)) == 1
    hear(work, renewed)
    assert not work.submit(renewed, annotation("typed meanwhile and to the end")).is_pending


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.SENT_TWICE])
def test_a_submission_is_taken_back_once_whatever_becomes_of_the_answer(
    bench: Bench, work: WorkSession, network: Network, fault: Fault
) -> None:
    lease = claim_and_hear(work)
    work.submit(lease, DONE)
    work.close(lease)
    network.faults = [Fault.NONE, fault]  # the submissions are listed first
    if fault is Fault.ANSWER_LOST:
        with pytest.raises(Unavailable):
            work.take_back()
        work.deliver()
    else:
        work.take_back()
    taken = work.resume()
    assert (taken.task_id, taken.token) == (lease.task_id, lease.token + 1)
    assert len(bench.events(Action.TAKEN_BACK)) == 1
    opened = hear(work, taken)
    assert opened.draft == DONE
    work.submit(taken, DONE.with_text("better"))
    work.close(taken)
    assert len(submitted(network)) == 2


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.SENT_TWICE])
@pytest.mark.parametrize("act", ["submit", "skip", "release", "claim"])
def test_a_lost_or_repeated_answer_changes_nothing(
    bench: Bench, work: WorkSession, network: Network, fault: Fault, act: str
) -> None:
    if act == "claim":
        network.faults = [Fault.NONE, fault]  # the first call asks what is held
        try:
            lease = work.claim()
        except Unavailable:
            lease = work.claim()
        assert lease is not None
        assert len(queued(network, "SELECT id FROM task WHERE state = 'leased'")) == 1
        assert [event.object for event in bench.events(Action.TASK_CLAIMED)] == [lease.clip_id]
        return
    lease = claim_and_hear(work)
    network.faults = [fault]
    acts = {
        "submit": lambda: work.submit(lease, DONE),
        "skip": lambda: work.skip(lease, SkipReason.CANNOT_UNDERSTAND),
        "release": lambda: work.release(lease),
    }
    acts[act]()
    work.deliver()
    assert len(submitted(network)) == (act == "submit")
    assert len(queued(network, "SELECT task_id FROM task_refusal")) == (act == "skip")
    assert rows(bench, "SELECT kind FROM outbox") == []
    assert work.resume() is None


def test_work_that_the_queue_refuses_later_is_kept_as_a_late_draft(
    bench: Bench, work: WorkSession, network: Network
) -> None:
    lease = claim_and_hear(work)
    network.is_down = True
    assert work.submit(lease, DONE).is_pending
    network.is_down = False
    bench.clock.advance(31 * 60)
    assert bench.work(BEN).claim().task_id == lease.task_id
    work.deliver()
    work.deliver()
    (refused,) = bench.events(Action.SUBMISSION_REFUSED)
    assert (refused.object, refused.reason) == (lease.clip_id, "LEASE_LOST")
    assert len(bench.events(Action.LATE_DRAFT)) == 1
    (late,) = bench.person(LEAD).lead.overview().late_drafts
    assert (late.task_id, late.person_id) == (lease.task_id, work.identity.person.id)
    assert submitted(network) == []
    assert work.claim() is not None


def test_work_that_is_too_late_at_once_says_so_and_is_kept(bench: Bench, work: WorkSession) -> None:
    lease = claim_and_hear(work)
    bench.clock.advance(31 * 60)
    assert bench.work(BEN).claim().task_id == lease.task_id
    with pytest.raises(LeaseLost):
        work.submit(lease, DONE)
    work.deliver()
    assert len(bench.person(LEAD).lead.overview().late_drafts) == 1


@pytest.mark.parametrize("is_down_for_the_verdict", [True, False])
def test_a_verdict_waits_for_the_blind_version_before_it(
    bench: Bench, network: Network, *, is_down_for_the_verdict: bool
) -> None:
    bench.submitted(ANA, "hello there")
    qa = bench.person(QUINN).qa
    qa.draw()
    lease = claim_and_hear(qa.work)
    network.is_down = True
    receipt = qa.work.submit(lease, annotation("hello"))
    assert receipt.is_pending
    typed = replace(lease, blind_annotation=receipt.annotation_id)
    with pytest.raises(Unavailable):
        qa.compare(typed)
    network.is_down = is_down_for_the_verdict
    qa.decide(typed, VerdictKind.ACCEPTED)
    network.is_down = False
    if is_down_for_the_verdict:
        network.faults = [Fault.UNREACHABLE]  # for the blind version alone: the verdict must not overtake it
        with pytest.raises(Unavailable):
            qa.work.deliver()
    qa.work.deliver()
    assert queued(network, "SELECT kind FROM verdict") == ["accepted"]
    assert len(submitted(network)) == 2
    assert qa.waiting() == 0


def test_languages_set_while_the_queue_cannot_be_reached_are_sent_with_the_next_change(
    bench: Bench, network: Network
) -> None:
    lead = bench.person(LEAD).lead
    network.is_down = True
    with pytest.raises(Unavailable):
        lead.set_languages(ANA, ["cs"])
    assert len(bench.events(Action.PERSON_LANGUAGES)) == 1
    network.is_down = False
    network.faults = [Fault.NONE, Fault.SENT_TWICE]
    lead.set_languages(BEN, ["en"])
    ids = {person.name: person.id for person in lead.people()}
    assert lead.languages() == {ids[ANA]: ("cs",), ids[BEN]: ("en",)}


def test_distressing_mark_reaches_the_queue_with_the_next_act(
    bench: Bench, work: WorkSession, network: Network
) -> None:
    lease = claim_and_hear(work)
    network.is_down = True
    work.skip(lease, SkipReason.DISTRESSING)
    work.close(lease)
    network.is_down = False
    network.faults = [Fault.ANSWER_LOST] * 2
    for _ in range(3):
        with suppress(Unavailable):
            work.deliver()
    other = bench.work(BEN).claim()
    assert other is not None
    assert (other.clip_id, other.is_distressing) == (lease.clip_id, True)
    bench.work(BEN).open(other)
    bench.work(BEN).skip(other, SkipReason.TECHNICAL)


def test_clip_imported_while_the_queue_cannot_be_reached_is_queued_by_the_next_import(
    bench: Bench, network: Network, tmp_path: Path
) -> None:
    lead = bench.person(LEAD).lead
    manifest = write_clips(tmp_path / "more", bench.clock, [""] * 6)
    network.is_down = True
    assert lead.import_manifest(manifest, IntakeOptions()).accepted == 1
    assert len(queued(network, "SELECT clip_id FROM queue_clip")) == 5
    network.is_down = False
    assert lead.import_manifest(manifest, IntakeOptions()).accepted == 0
    assert len(queued(network, "SELECT clip_id FROM queue_clip")) == 6


def test_act_after_the_end_is_stored_and_nobody_is_woken_to_send_it(bench: Bench, work: WorkSession) -> None:
    def wake() -> None:
        raise RuntimeError("Signal source has been deleted")  # as Qt says of a window's signal

    lease = work.claim()
    assert lease is not None
    work.sending.begin(wake)
    work.sending.end()
    work.release(lease)
    assert rows(bench, "SELECT kind FROM outbox") == ["Release"]
