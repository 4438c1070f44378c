"""What QA types before handing it in survives locks and crashes, and belongs to one submission."""

import sqlite3
from pathlib import Path

import pytest

from reviewer.clips.keys import KdfParameters
from reviewer.errors import ClipWithdrawn, LeaseLost, NdaRequired, NotAllowed, NotLeased, Refused
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.task import Check
from reviewer.qa.session import QaSession
from reviewer.workspace import open_workspace
from tests.benches.workspace import (
    ANA,
    LEAD,
    PASSPHRASE,
    QUINN,
    Bench,
    annotation,
    hear,
    hear_check,
    make_bench,
)

RILEY = "Riley Novak"
HALF = annotation("turn left at")


def with_second_checker(bench: Bench) -> Bench:
    invitation = bench.person(LEAD).lead.add_person(RILEY, Role.QA)
    bench.workspace.enrol(RILEY, invitation.code, PASSPHRASE)
    bench.agree(RILEY)
    return bench


def hand_in(bench: Bench, text: str = "turn left at the light") -> None:
    desk = bench.person(ANA).desk
    lease = desk.claim()
    assert lease is not None
    desk.submit(hear(desk, lease), annotation(text))


def taken(bench: Bench, name: str = QUINN) -> tuple[QaSession, Check]:
    qa = bench.person(name).qa
    qa.draw()
    check = qa.claim()
    assert check is not None
    return qa, check


def drafts_on_disk(bench: Bench) -> int:
    return int(bench.workspace.database.value("SELECT count(*) FROM draft"))


@pytest.fixture
def checked(bench: Bench) -> Bench:
    """Ana's work is drawn and waits; everybody has agreed."""
    bench.agree(ANA, QUINN)
    hand_in(bench)
    return bench


def test_what_qa_typed_comes_back_after_a_new_sign_in(checked: Bench) -> None:
    qa, check = taken(checked)
    assert qa.open(check).draft is None
    assert qa.save_draft(check, HALF) == checked.clock.now()
    checked.workspace.sign_out(checked.signed_in.pop(QUINN))
    qa, check = taken(checked)
    assert qa.open(check).draft == HALF


def test_what_qa_typed_comes_back_after_a_crash(checked: Bench, tmp_path: Path) -> None:
    qa, check = taken(checked)
    qa.save_draft(check, annotation("older"))
    qa.save_draft(check, HALF)
    # Nothing is closed: another process sees only what was committed.
    with open_workspace(
        tmp_path / "ws", clock=checked.clock, parameters=KdfParameters.cheap()
    ) as after_the_crash:
        qa = after_the_crash.sign_in(QUINN, PASSPHRASE).qa
        again = qa.claim()
        assert again is not None
        assert qa.open(again).draft == HALF


def test_a_draft_of_qa_is_sealed_for_its_submission(checked: Bench, tmp_path: Path) -> None:
    qa, check = taken(checked)
    qa.save_draft(check, annotation("kanarienvogel"))
    with sqlite3.connect(tmp_path / "ws" / "workspace.db") as database:
        rows = database.execute("SELECT task_id, submission_key, sealed FROM draft").fetchall()
    database.close()
    ((task_id, key, sealed),) = rows
    assert (task_id, key) == (check.submission.task_id, check.submission.id)
    assert b"kanarienvogel" not in sealed


def test_handing_in_leaves_no_draft(checked: Bench) -> None:
    qa, check = taken(checked)
    qa.save_draft(check, HALF)
    kept = qa.hand_in_blind(check, annotation("turn left")).check
    assert drafts_on_disk(checked) == 0
    assert qa.open(kept).draft is None


def test_once_handed_in_nothing_more_is_saved(checked: Bench) -> None:
    qa, check = taken(checked)
    kept = qa.hand_in_blind(check, annotation("turn left")).check
    with pytest.raises(Refused, match="handed in already"):
        qa.save_draft(kept, HALF)
    assert drafts_on_disk(checked) == 0


def test_a_verdict_leaves_no_draft_of_a_save_that_came_late(checked: Bench) -> None:
    qa, check = taken(checked)
    kept = qa.hand_in_blind(check, annotation("turn left")).check
    qa.save_draft(check, HALF)
    hear_check(qa, kept)
    qa.accept(kept)
    assert drafts_on_disk(checked) == 0


def test_a_lapsed_check_that_nobody_took_still_saves_and_comes_back(checked: Bench) -> None:
    qa, check = taken(checked)
    checked.clock.advance(31 * 60)
    qa.save_draft(check, HALF)
    assert checked.workspace.queue.late_drafts() == []
    assert qa.open(taken(checked)[1]).draft == HALF


def test_a_lost_check_keeps_what_was_typed_as_a_late_draft(checked: Bench) -> None:
    with_second_checker(checked)
    qa, check = taken(checked)
    qa.save_draft(check, annotation("turn"))
    checked.clock.advance(31 * 60)
    taken(checked, RILEY)
    with pytest.raises(LeaseLost):
        qa.save_draft(check, HALF)
    (late,) = checked.workspace.queue.late_drafts()
    assert late.person_id == checked.person(QUINN).identity.person.id
    assert drafts_on_disk(checked) == 0
    assert [row.event().action for row in checked.workspace.ledger.rows()][-1] is Action.LATE_DRAFT


def test_a_version_handed_in_too_late_is_kept(checked: Bench) -> None:
    with_second_checker(checked)
    qa, check = taken(checked)
    checked.clock.advance(31 * 60)
    taken(checked, RILEY)
    with pytest.raises(LeaseLost):
        qa.hand_in_blind(check, HALF)
    assert len(checked.workspace.queue.late_drafts()) == 1
    actions = [row.event().action for row in checked.workspace.ledger.rows()]
    assert Action.QA_BLIND not in actions


def test_nobody_sees_the_draft_of_the_checker_before(checked: Bench) -> None:
    with_second_checker(checked)
    qa, check = taken(checked)
    qa.save_draft(check, HALF)
    checked.clock.advance(31 * 60)
    other, same = taken(checked, RILEY)
    assert same.submission.id == check.submission.id
    assert other.open(same).draft is None


def test_a_check_that_comes_back_still_has_its_draft(checked: Bench) -> None:
    with_second_checker(checked)
    qa, check = taken(checked)
    qa.save_draft(check, HALF)
    checked.clock.advance(31 * 60)
    taken(checked, RILEY)
    checked.clock.advance(31 * 60)
    qa, again = taken(checked)
    assert again.token > check.token
    assert qa.open(again).draft == HALF


def test_the_next_version_of_the_same_work_begins_empty(tmp_path: Path) -> None:
    bench = with_second_checker(make_bench(tmp_path, drafts=[""]))
    bench.agree(ANA, QUINN)
    hand_in(bench)
    qa, check = taken(bench)
    qa.save_draft(check, HALF)
    bench.clock.advance(31 * 60)
    other, lost = taken(bench, RILEY)
    hear_check(other, lost)
    other.send_back(other.hand_in_blind(lost, annotation("turn")).check, "Listen again.")
    hand_in(bench, "turn left at the lights")
    qa, new = taken(bench)
    assert new.submission.task_id == check.submission.task_id
    assert qa.open(new).draft is None
    bench.workspace.close()


def test_nothing_is_saved_of_a_clip_that_was_withdrawn(checked: Bench) -> None:
    qa, check = taken(checked)
    qa.save_draft(check, HALF)
    checked.workspace.queue.withdraw_clip(check.submission.clip_id, "consent")
    with pytest.raises(ClipWithdrawn):
        qa.save_draft(check, annotation("more"))
    assert drafts_on_disk(checked) == 0


def test_only_who_holds_the_check_saves(checked: Bench) -> None:
    with_second_checker(checked)
    _, check = taken(checked)
    with pytest.raises(NotLeased):
        checked.person(RILEY).qa.save_draft(check, HALF)
    with pytest.raises(NotAllowed):
        checked.person(ANA).qa.save_draft(check, HALF)
    assert drafts_on_disk(checked) == 0


def test_without_a_live_agreement_nothing_is_saved(checked: Bench) -> None:
    qa, check = taken(checked)
    checked.clock.advance(400 * 24 * 3600)
    with pytest.raises(NdaRequired):
        qa.save_draft(check, HALF)
    assert drafts_on_disk(checked) == 0


def test_an_empty_text_is_a_draft_too(checked: Bench) -> None:
    qa, check = taken(checked)
    qa.save_draft(check, HALF)
    qa.save_draft(check, Annotation())
    assert qa.open(check).draft == Annotation()
