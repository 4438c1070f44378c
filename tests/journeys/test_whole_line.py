"""A clip's whole journey through the rooms: claimed, opened, handed in, checked, returned, accepted."""

from dataclasses import replace

import pytest

from reviewer.desk.completeness import Incomplete
from reviewer.errors import (
    Damaged,
    LeaseLost,
    NdaRequired,
    NotAllowed,
    NotLeased,
    Refused,
    SubmissionConflict,
    TooManyFailures,
    WrongPassphrase,
)
from reviewer.model.annotation import Flag
from reviewer.model.event import Action, HeardRange
from reviewer.model.people import Role
from reviewer.model.task import Lease, SkipReason, TaskState
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, annotation, hear, hear_check


def actions(bench: Bench) -> list[Action]:
    return [row.event().action for row in bench.workspace.ledger.rows()]


def claimed(bench: Bench, name: str = ANA) -> Lease:
    lease = bench.person(name).desk.claim()
    assert lease is not None
    return lease


def heard(bench: Bench, name: str = ANA) -> Lease:
    """A clip that was claimed, opened and heard."""
    return hear(bench.person(name).desk, claimed(bench, name))


def test_work_goes_from_the_queue_to_accepted(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    desk, qa = bench.person(ANA).desk, bench.person(QUINN).qa
    lease = claimed(bench)
    opened = desk.open(lease)
    assert opened.samples.frames == opened.clip.frames == 8000
    desk.heard(lease.clip_id, [HeardRange(0, 4000), HeardRange(4000, 8000)])
    desk.submit(lease, annotation("hello there"))
    drawn = qa.draw()
    check = qa.claim()
    assert check is not None
    assert drawn.drawn == [check.submission.id]
    hear_check(qa, check)
    comparison = qa.hand_in_blind(check, annotation("hello their"))
    assert comparison.theirs.text_verbatim == "hello there"
    qa.accept(comparison.check)
    assert [s.id for s in bench.workspace.queue.accepted()] == [check.submission.id]
    assert desk.history()[0].state is TaskState.ACCEPTED
    assert desk.history()[0].text == "hello there"


def test_returned_work_comes_back_to_its_author_with_the_comment(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    desk, qa = bench.person(ANA).desk, bench.person(QUINN).qa
    lease = heard(bench)
    desk.submit(lease, annotation("hello there"))
    qa.draw()
    check = qa.claim()
    assert check is not None
    hear_check(qa, check)
    comparison = qa.hand_in_blind(check, annotation("hello you there"))
    qa.send_back(comparison.check, "A word is missing after hello.")
    assert desk.today().returned == 1
    again = claimed(bench)
    opened = desk.open(again)
    assert again.clip_id == lease.clip_id
    assert opened.returned is not None
    assert opened.returned.comment == "A word is missing after hello."
    assert opened.returned.annotation.text_verbatim == "hello there"
    desk.submit(again, annotation("hello you there"))
    assert [done.state for done in desk.history()] == [TaskState.SUBMITTED, TaskState.RETURNED]


def test_no_clip_is_claimed_before_the_agreement(bench: Bench) -> None:
    with pytest.raises(NdaRequired):
        bench.person(ANA).desk.claim()
    assert Action.CLIP_OPENED not in actions(bench)


def test_a_lease_of_somebody_else_opens_nothing(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    lease = claimed(bench)
    with pytest.raises(NotLeased):
        bench.person(BEN).desk.open(lease)
    assert Action.CLIP_OPENED not in actions(bench)


def test_an_altered_lease_opens_no_other_clip(bench: Bench) -> None:
    bench.agree(ANA)
    lease = claimed(bench)
    other = next(clip for clip in bench.workspace.catalogue.ids() if clip != lease.clip_id)
    forged = replace(lease, clip_id=other)
    for attempt in (
        lambda: bench.person(ANA).desk.open(forged),
        lambda: bench.person(ANA).desk.save_draft(forged, annotation("typed")),
        lambda: bench.person(ANA).desk.submit(forged, annotation("typed")),
    ):
        with pytest.raises(NotLeased):
            attempt()
    assert Action.CLIP_OPENED not in actions(bench)


def test_an_altered_check_opens_no_other_clip_and_decides_nothing(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    bench.person(ANA).desk.submit(heard(bench), annotation("hello there"))
    qa = bench.person(QUINN).qa
    qa.draw()
    check = qa.claim()
    assert check is not None
    other = next(clip for clip in bench.workspace.catalogue.ids() if clip != check.submission.clip_id)
    forged = replace(check, submission=replace(check.submission, clip_id=other))
    with pytest.raises(NotLeased):
        qa.open(forged)
    with pytest.raises(Damaged):
        qa.accept(replace(check, blind=b"never handed in"))
    assert Action.QA_OPENED not in actions(bench)
    assert Action.QA_VERDICT not in actions(bench)


def test_a_lead_and_qa_cannot_transcribe(bench: Bench) -> None:
    bench.agree(LEAD, QUINN)
    for name in (LEAD, QUINN):
        with pytest.raises(NotAllowed):
            bench.person(name).desk.claim()


def test_a_contractor_can_neither_check_nor_lead(bench: Bench) -> None:
    bench.agree(ANA)
    ana = bench.person(ANA)
    for forbidden in (
        ana.qa.draw,
        ana.qa.claim,
        ana.lead.overview,
        ana.lead.people,
        ana.lead.log_rows,
        lambda: ana.lead.add_person("Mallory", Role.LEAD),
    ):
        with pytest.raises(NotAllowed):
            forbidden()


@pytest.mark.parametrize("name", [ANA, QUINN])
def test_only_a_lead_releases_or_assigns_a_task(bench: Bench, name: str) -> None:
    bench.agree(ANA)
    lease = claimed(bench)
    work = bench.person(name).lead
    for forbidden in (lambda: work.release(lease.task_id), lambda: work.assign(lease.task_id, BEN)):
        with pytest.raises(NotAllowed, match="may not release or assign tasks"):
            forbidden()
    assert [held.task_id for held in bench.workspace.queue.leases()] == [lease.task_id]


def test_a_lead_releases_a_task_and_assigns_it(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    lease = claimed(bench)
    lead = bench.person(LEAD).lead
    lead.release(lease.task_id)
    assert lead.assign(lease.task_id, BEN).name == BEN
    assert claimed(bench, BEN).task_id == lease.task_id


def test_nothing_can_be_done_after_signing_out(bench: Bench) -> None:
    bench.agree(ANA)
    desk = bench.person(ANA).desk
    lease = claimed(bench)
    bench.workspace.sign_out(bench.person(ANA))
    with pytest.raises(Refused, match="signed out"):
        desk.open(lease)
    with pytest.raises(Refused, match="signed out"):
        desk.save_draft(lease, annotation("typed"))


def test_a_revoked_person_loses_the_open_window_too(bench: Bench) -> None:
    bench.agree(ANA)
    lease = claimed(bench)
    bench.person(LEAD).lead.revoke(ANA)
    with pytest.raises(Refused):
        bench.person(ANA).desk.open(lease)
    assert bench.workspace.queue.leases() == []


def test_a_draft_comes_back_after_a_new_sign_in(bench: Bench) -> None:
    bench.agree(ANA)
    lease = claimed(bench)
    saved_at = bench.person(ANA).desk.save_draft(lease, annotation("half a sent"))
    assert saved_at == bench.clock.now()
    bench.workspace.sign_out(bench.signed_in.pop(ANA))
    again = claimed(bench)
    draft = bench.person(ANA).desk.open(again).draft
    assert again.task_id == lease.task_id
    assert draft is not None
    assert draft.text_verbatim == "half a sent"


def test_the_same_work_twice_is_one_submission(bench: Bench) -> None:
    bench.agree(ANA)
    desk, lease = bench.person(ANA).desk, heard(bench)
    first = desk.submit(lease, annotation("hello"))
    second = desk.submit(lease, annotation("hello"))
    assert second.submission_id == first.submission_id
    assert second.repeated
    with pytest.raises(SubmissionConflict):
        desk.submit(lease, annotation("something else"))


def test_work_that_comes_too_late_is_kept(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    lease = claimed(bench)
    bench.clock.advance(31 * 60)
    taken = claimed(bench, BEN)
    assert taken.task_id == lease.task_id
    with pytest.raises(LeaseLost):
        bench.person(ANA).desk.submit(lease, annotation("typed by ana"))
    kept = bench.workspace.queue.late_drafts()
    assert [late.person_id for late in kept] == [bench.person(ANA).identity.person.id]
    assert actions(bench).count(Action.LATE_DRAFT) == 1
    assert Action.SUBMITTED not in actions(bench)


def test_a_draft_saved_too_late_is_kept(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    lease = claimed(bench)
    bench.clock.advance(31 * 60)
    claimed(bench, BEN)
    with pytest.raises(LeaseLost):
        bench.person(ANA).desk.save_draft(lease, annotation("typed by ana"))
    assert len(bench.workspace.queue.late_drafts()) == 1


def test_a_draft_is_still_saved_on_a_lapsed_lease_that_nobody_took(bench: Bench) -> None:
    bench.agree(ANA)
    lease = claimed(bench)
    bench.clock.advance(31 * 60)
    bench.person(ANA).desk.save_draft(lease, annotation("still mine"))
    assert bench.workspace.queue.late_drafts() == []


def test_a_skipped_clip_goes_to_somebody_else(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    lease = heard(bench)
    bench.person(ANA).desk.skip(lease, SkipReason.NOT_MY_LANGUAGE)
    assert claimed(bench).clip_id != lease.clip_id
    assert claimed(bench, BEN).clip_id == lease.clip_id


def test_incomplete_work_is_not_handed_in(bench: Bench) -> None:
    bench.agree(ANA)
    desk, lease = bench.person(ANA).desk, heard(bench)
    with pytest.raises(Incomplete) as caught:
        desk.submit(lease, annotation(""))
    assert "no speech" in caught.value.sentence
    with pytest.raises(Incomplete):
        desk.submit(lease, annotation("words", speakers="two"))
    with pytest.raises(Incomplete, match="no speech is set, but"):
        desk.submit(lease, annotation("words", Flag.NO_SPEECH))
    desk.submit(lease, annotation("", Flag.NO_SPEECH))


def test_qa_sees_nothing_of_the_work_before_handing_in_their_own(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    bench.person(ANA).desk.submit(heard(bench), annotation("hello there"))
    qa = bench.person(QUINN).qa
    qa.draw()
    check = qa.claim()
    assert check is not None
    assert qa.open(check).blind is None
    for peek in (lambda: qa.compare(check), lambda: qa.accept(check), lambda: qa.send_back(check, "no")):
        with pytest.raises(Refused, match="own version comes first"):
            peek()


def test_qa_cannot_hand_in_a_second_version_after_seeing_both(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    bench.person(ANA).desk.submit(heard(bench), annotation("hello there"))
    qa = bench.person(QUINN).qa
    qa.draw()
    check = qa.claim()
    assert check is not None
    comparison = qa.hand_in_blind(check, annotation("hello"))
    with pytest.raises(Refused, match="already"):
        qa.hand_in_blind(comparison.check, annotation("hello there"))


def test_work_goes_back_only_with_a_comment(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    bench.person(ANA).desk.submit(heard(bench), annotation("hello there"))
    qa = bench.person(QUINN).qa
    qa.draw()
    check = qa.claim()
    assert check is not None
    comparison = qa.hand_in_blind(check, annotation("hello"))
    with pytest.raises(Refused, match="comment"):
        qa.send_back(comparison.check, "  ")


def test_heard_ranges_are_written_down_and_merged(bench: Bench) -> None:
    bench.agree(ANA)
    desk, lease = bench.person(ANA).desk, claimed(bench)
    desk.open(lease)
    desk.heard(lease.clip_id, [HeardRange(0, 100), HeardRange(100, 300), HeardRange(500, 600, 150)])
    rows = [row.event() for row in bench.workspace.ledger.rows()]
    heard = next(event for event in rows if event.action is Action.CLIP_HEARD)
    assert heard.detail["ranges"] == [[0, 300, 100], [500, 600, 150]]
    assert heard.object == lease.clip_id


def test_ranges_of_a_clip_that_is_not_open_are_refused(bench: Bench) -> None:
    bench.agree(ANA)
    lease = claimed(bench)
    with pytest.raises(Refused, match="not open"):
        bench.person(ANA).desk.heard(lease.clip_id, [HeardRange(0, 100)])


def test_the_row_is_there_before_a_clip_is_read(bench: Bench) -> None:
    bench.agree(ANA)
    desk, lease = bench.person(ANA).desk, claimed(bench)
    for file in (bench.workspace.path / "clips").rglob("*"):
        if file.is_file():
            file.unlink()
    with pytest.raises(Damaged):
        desk.open(lease)
    assert actions(bench)[-1] is Action.CLIP_OPENED


def test_a_wrong_name_answers_like_a_wrong_passphrase(bench: Bench) -> None:
    with pytest.raises(WrongPassphrase) as unknown:
        bench.workspace.sign_in("Nobody Here", PASSPHRASE)
    with pytest.raises(WrongPassphrase) as wrong:
        bench.workspace.sign_in(ANA, "not the passphrase")
    assert (unknown.value.sentence, unknown.value.hint) == (wrong.value.sentence, wrong.value.hint)


@pytest.mark.parametrize("name", [ANA, "Nobody Here"])
def test_five_failures_wait_and_the_wait_doubles(bench: Bench, name: str) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassphrase):
            bench.workspace.sign_in(name, "wrong")
    with pytest.raises(TooManyFailures) as first:
        bench.workspace.sign_in(name, PASSPHRASE)
    bench.clock.advance(first.value.wait_seconds)
    with pytest.raises(WrongPassphrase):
        bench.workspace.sign_in(name, "wrong")
    with pytest.raises(TooManyFailures) as second:
        bench.workspace.sign_in(name, PASSPHRASE)
    assert second.value.wait_seconds == 2 * first.value.wait_seconds
    assert actions(bench).count(Action.SIGN_IN_FAILED) == 8


def test_an_enrolment_code_works_once(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    invitation = lead.add_person("New Person", Role.CONTRACTOR)
    bench.workspace.enrol("New Person", invitation.code.lower(), "first passphrase")
    with pytest.raises(WrongPassphrase):
        bench.workspace.enrol("New Person", invitation.code, "other passphrase")
    assert bench.workspace.sign_in("new  person", "first passphrase").identity.person.name == "New Person"


def test_an_enrolment_code_runs_out(bench: Bench) -> None:
    invitation = bench.person(LEAD).lead.add_person("New Person", Role.CONTRACTOR)
    bench.clock.advance(73 * 3600)
    with pytest.raises(WrongPassphrase):
        bench.workspace.enrol("New Person", invitation.code, "first passphrase")


def test_the_last_lead_stays(bench: Bench) -> None:
    with pytest.raises(Refused, match="last lead"):
        bench.person(LEAD).lead.revoke(LEAD)


def test_the_log_of_a_journey_verifies(bench: Bench) -> None:
    bench.agree(ANA)
    bench.person(ANA).desk.submit(heard(bench), annotation("hello there"))
    finding = bench.person(LEAD).lead.verify_log()
    assert finding.ok, finding
    assert finding.rows == len(actions(bench))
