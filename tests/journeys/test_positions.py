"""Where a clip was left is kept in the sealed draft, for the same person and task, and nowhere else."""

import json

import pytest

from reviewer.errors import Damaged, NotLeased
from reviewer.session.work_session import WorkSession
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, hear


@pytest.fixture
def work(bench: Bench) -> WorkSession:
    bench.agree(ANA, BEN, QUINN)
    return bench.work(ANA)


def sealed_drafts(bench: Bench) -> list[bytes]:
    with bench.database() as database:
        return [row["sealed"] for row in database.rows("SELECT sealed FROM draft")]


def test_a_clip_comes_back_where_it_was_left_after_a_new_sign_in(bench: Bench, work: WorkSession) -> None:
    lease = work.claim()
    assert work.open(lease).position == 0
    before = len(bench.events())
    work.save_position(lease, 4_321)
    assert len(bench.events()) == before
    bench.sign_out(ANA)
    work = bench.work(ANA)
    assert work.open(work.claim()).position == 4_321


def test_text_and_position_are_kept_beside_each_other_and_sealed(bench: Bench, work: WorkSession) -> None:
    lease, typed = work.claim(), annotation("half a sent")
    work.save_position(lease, 100)
    work.save_draft(lease, typed, 1)
    assert work.open(lease).position == 100
    work.save_position(lease, 200)
    opened = work.open(lease)
    assert (opened.draft, opened.position) == (typed, 200)
    (sealed,) = sealed_drafts(bench)
    assert b"position" not in sealed


def test_a_position_is_no_part_of_what_is_handed_in(bench: Bench, work: WorkSession) -> None:
    lease = work.claim()
    hear(work, lease)
    work.save_position(lease, 4_321)
    typed = annotation("hello")
    work.submit(lease, typed)
    assert sealed_drafts(bench) == []
    assert b"position" not in typed.to_bytes()
    assert json.loads(typed.to_bytes())["v"] == 2
    with pytest.raises(NotLeased):
        work.save_position(lease, 4_321)
    assert sealed_drafts(bench) == []


def test_a_position_is_no_late_draft(bench: Bench, work: WorkSession) -> None:
    lease = work.claim()
    bench.clock.advance(31 * 60)
    bench.work(BEN).claim()
    work.save_position(lease, 4_321)
    assert bench.person(LEAD).lead.overview().late_drafts == ()
    assert sealed_drafts(bench) == []


def test_a_damaged_draft_is_told_but_does_not_keep_new_text_from_being_saved(
    bench: Bench, work: WorkSession
) -> None:
    lease, again = work.claim(), annotation("typed again")
    work.save_draft(lease, annotation("half"), 1)
    work.close(lease)
    with bench.database() as database:
        database.execute("UPDATE draft SET sealed = ?", (b"nonsense" * 20,))
    with pytest.raises(Damaged):
        work.open(lease)
    with pytest.raises(Damaged):
        work.save_position(lease, 4_321)
    work.save_draft(lease, again, 2)
    assert work.open(lease).draft == again


def test_a_review_has_its_own_position_until_the_blind_version_was_handed_in(
    bench: Bench, work: WorkSession
) -> None:
    bench.submitted(ANA, "turn left")
    bench.person(QUINN).qa.draw()
    qa = bench.work(QUINN)
    lease = qa.claim()
    qa.save_position(lease, 777)
    opened = qa.open(lease)
    assert (opened.draft, opened.position) == (None, 777)
    qa.save_position(bench.blind(QUINN, "turn right"), 999)
    assert sealed_drafts(bench) == []
