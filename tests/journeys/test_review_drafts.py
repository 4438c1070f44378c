"""What a reviewer types before handing it in survives locks and crashes, and belongs to one review."""

from pathlib import Path

import pytest

from reviewer.errors import ClipWithdrawn, LeaseLost, NdaRequired, NotAllowed, NotLeased
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.task import Lease, VerdictKind
from reviewer.session.work_session import WorkSession
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, QUINN, Bench, annotation, hear, make_bench

RILEY = "Riley Novak"
HALF = annotation("turn left at")


def with_second_reviewer(bench: Bench) -> Bench:
    invitation = bench.person(LEAD).lead.add_person(RILEY, Role.QA)
    bench.workspace.enrol(RILEY, invitation.code, PASSPHRASE)
    bench.agree(RILEY)
    return bench


def taken(bench: Bench, name: str = QUINN) -> tuple[WorkSession, Lease]:
    bench.person(name).qa.draw()
    return bench.work(name), bench.work(name).claim()


def drafts_on_disk(bench: Bench) -> int:
    with bench.database() as database:
        return int(database.value("SELECT count(*) FROM draft"))


@pytest.fixture
def drawn(bench: Bench) -> Bench:
    """Ana's work is drawn and waits; everybody has agreed."""
    bench.agree(ANA, QUINN)
    bench.submitted(ANA, "turn left at the light")
    return bench


def test_what_was_typed_and_heard_comes_back_after_a_new_sign_in(drawn: Bench) -> None:
    work, lease = taken(drawn)
    assert hear(work, lease).draft is None
    assert work.save_draft(lease, HALF, 1) == drawn.clock.now()
    drawn.sign_out(QUINN)
    work, lease = taken(drawn)
    opened = work.open(lease)
    assert (opened.draft, [(each.start, each.end) for each in opened.heard]) == (HALF, [(0, 8000)])


@pytest.mark.parametrize("newest", [HALF, Annotation()])
def test_what_was_typed_last_comes_back_after_a_crash_though_it_is_empty(
    drawn: Bench, newest: Annotation
) -> None:
    work, lease = taken(drawn)
    work.save_draft(lease, annotation("older"), 1)
    work.save_draft(lease, newest, 2)
    # Nothing is closed: another process sees only what was committed.
    after = drawn.another_window()
    with after.workspace:
        assert after.work(QUINN).open(after.work(QUINN).claim()).draft == newest


def test_handing_in_leaves_no_draft_and_a_save_that_comes_late_goes_with_the_verdict(drawn: Bench) -> None:
    work, lease = taken(drawn)
    work.save_draft(lease, HALF, 1)
    reviewed = drawn.blind(QUINN, "turn left")
    assert drafts_on_disk(drawn) == 0
    work.save_draft(lease, HALF, 2)
    drawn.person(QUINN).qa.decide(reviewed, VerdictKind.ACCEPTED)
    assert drafts_on_disk(drawn) == 0


def test_a_lapsed_review_that_nobody_took_still_saves_and_comes_back(drawn: Bench) -> None:
    work, lease = taken(drawn)
    drawn.clock.advance(31 * 60)
    work.save_draft(lease, HALF, 1)
    assert drawn.late_drafts() == []
    assert work.open(taken(drawn)[1]).draft == HALF


@pytest.mark.parametrize("act", ["save_draft", "submit"])
def test_a_lost_review_keeps_what_was_typed_as_a_late_draft(drawn: Bench, act: str) -> None:
    with_second_reviewer(drawn)
    work, lease = taken(drawn)
    work.save_draft(lease, annotation("turn"), 1)
    drawn.clock.advance(31 * 60)
    taken(drawn, RILEY)
    acts = {"submit": lambda: work.submit(lease, HALF), "save_draft": lambda: work.save_draft(lease, HALF, 2)}
    with pytest.raises(LeaseLost):
        acts[act]()
    assert drawn.late_drafts() == [drawn.person(QUINN).identity.person.id]
    assert drafts_on_disk(drawn) == 0
    assert drawn.events()[-1].action is Action.LATE_DRAFT
    assert not drawn.events(Action.REVIEW_SUBMITTED)


def test_nobody_sees_the_draft_of_the_reviewer_before_and_it_comes_back_to_its_author(drawn: Bench) -> None:
    with_second_reviewer(drawn)
    work, lease = taken(drawn)
    work.save_draft(lease, HALF, 1)
    drawn.clock.advance(31 * 60)
    other, same = taken(drawn, RILEY)
    assert same.task_id == lease.task_id
    assert other.open(same).draft is None


def test_the_next_version_of_the_same_work_begins_empty(tmp_path: Path) -> None:
    bench = with_second_reviewer(make_bench(tmp_path, drafts=[""]))
    with bench.workspace:
        bench.agree(ANA, QUINN)
        bench.submitted(ANA, "turn left at the light")
        work, lease = taken(bench)
        work.save_draft(lease, HALF, 1)
        bench.clock.advance(31 * 60)
        bench.reviewed(RILEY, "turn", VerdictKind.RETURNED, "Listen again.")
        bench.submitted(ANA, "turn left at the lights")
        bench.person(RILEY).qa.draw()
        again = bench.work(RILEY).claim()
        assert again.task_id != lease.task_id
        opened = bench.work(RILEY).open(again)
        assert (opened.draft, opened.heard) == (None, ())


def test_only_who_holds_the_review_saves_and_only_with_a_live_agreement(drawn: Bench) -> None:
    with_second_reviewer(drawn)
    work, lease = taken(drawn)
    with pytest.raises(NotLeased):
        drawn.work(RILEY).save_draft(lease, HALF, 1)
    with pytest.raises(NotAllowed):
        drawn.person(ANA).qa.work.save_draft(lease, HALF, 1)
    drawn.clock.advance(400 * 24 * 3600)
    with pytest.raises(NdaRequired):
        work.save_draft(lease, HALF, 1)
    assert drafts_on_disk(drawn) == 0


def test_nothing_is_saved_of_a_clip_that_was_purged(drawn: Bench) -> None:
    drawn.agree(LEAD)
    work, lease = taken(drawn)
    work.save_draft(lease, HALF, 1)
    for source in range(3):
        drawn.person(LEAD).lead.purge([f"source-{source:04d}"], retention=False)
    with pytest.raises(ClipWithdrawn):
        work.save_draft(lease, annotation("more"), 2)
    assert drafts_on_disk(drawn) == 0
