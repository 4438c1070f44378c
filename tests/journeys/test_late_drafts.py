"""Work that came after its lease was lost: a lead adopts or dismisses it, and its author sees that."""

from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file
from reviewer.errors import LeaseLost, NdaRequired, NotAllowed, Refused
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action
from reviewer.model.task import LateDraft, LateReason, LateState, TaskState, VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.session.submission_checks import Incomplete
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, claim_and_hear, hear, make_bench
from tests.fakes.remote_queue import Fault, Network

OF_ANA, OF_BEN = "ana typed this", "ben typed this"


@pytest.fixture
def late(bench: Bench) -> LateDraft:
    """Ana's draft, while Ben has the task."""
    bench.agree(LEAD, ANA, BEN, QUINN)
    return come_late(bench, annotation(OF_ANA))


def come_late(bench: Bench, typed: Annotation) -> LateDraft:
    lease = claim_and_hear(bench.work(ANA))
    bench.clock.advance(31 * 60)
    hear(bench.work(BEN), bench.work(BEN).claim())
    with pytest.raises(LeaseLost):
        bench.work(ANA).submit(lease, typed)
    bench.work(ANA).deliver()
    lead = bench.person(LEAD).lead
    (draft, *_) = lead.late_drafts.waiting(lead.identity)
    assert draft.task_id == lease.task_id
    return draft


def hand_in(bench: Bench) -> str:
    work = bench.work(BEN)
    return work.submit(work.resume(), annotation(OF_BEN)).annotation_id


def adopt(bench: Bench, draft: LateDraft) -> str:
    lead = bench.person(LEAD).lead
    lead.late_drafts.open(lead.identity, draft.id)
    return lead.late_drafts.adopt(lead.identity, draft.id).annotation_id


def verified(bench: Bench) -> str:
    finding = verify_file(bench.workspace.path / DATABASE_FILE)
    return "" if finding.ok else finding.notice.code


def test_lead_reads_a_late_draft_beside_what_was_handed_in_after_a_row_that_names_both(
    bench: Bench, late: LateDraft
) -> None:
    other = hand_in(bench)
    lead = bench.person(LEAD).lead
    opened = lead.late_drafts.open(lead.identity, late.id)
    assert opened.annotation.text_verbatim == OF_ANA
    assert (opened.beside.theirs.text_verbatim, opened.beside.mine.text_verbatim) == (OF_BEN, OF_ANA)
    row = bench.events(Action.CLIP_OPENED)[-1]
    assert (row.object, row.detail["purpose"], row.detail["late_draft"]) == (late.clip_id, "late", late.id)
    assert (row.detail["annotations"], "nda" in row.detail) == ([other], True)
    lead.late_drafts.beat(lead.identity, late.clip_id)
    lead.late_drafts.close(lead.identity, late.clip_id)
    assert bench.events()[-1].action is Action.CLIP_CLOSED


def test_adopted_draft_is_its_authors_work_and_counts_only_once_qa_accepted_it(
    bench: Bench, late: LateDraft
) -> None:
    bench.person(LEAD).lead.release(late.task_id)
    adopted = adopt(bench, late)
    (row,) = bench.events(Action.LATE_ADOPTED)
    assert (row.actor, row.detail["author"]) == (bench.person(LEAD).identity.person.id, late.person_id)
    (past,) = bench.work(ANA).history()
    assert (past.annotation_id, past.text, past.late) == (adopted, OF_ANA, LateState.ADOPTED)
    assert (past.state, bench.late_drafts()) == (TaskState.QA_PENDING, [])
    bench.reviewed(QUINN, OF_ANA, VerdictKind.ACCEPTED)
    assert bench.work(ANA).history()[0].state is TaskState.ACCEPTED
    assert verified(bench) == ""


def test_adopted_beside_other_work_both_passes_are_compared_and_adjudicated(
    bench: Bench, late: LateDraft
) -> None:
    first = hand_in(bench)
    bench.reviewed(QUINN, OF_BEN, VerdictKind.ACCEPTED)
    lead = bench.person(LEAD).lead
    (late,) = lead.late_drafts.waiting(lead.identity)
    second = adopt(bench, late)
    assert {bench.workspace._unit.queue.state_of(each) for each in (first, second)} == {
        TaskState.ACCEPTED,
        TaskState.QA_PENDING,
    }
    assert bench.person(QUINN).qa.work.claim() is None  # nobody reviews two passes of one clip
    assert verified(bench) == ""


def test_lead_adopts_neither_their_own_text_nor_what_they_have_not_open(
    bench: Bench, late: LateDraft
) -> None:
    lead = bench.person(LEAD).lead
    with pytest.raises(Refused) as refused:
        lead.late_drafts.adopt(lead.identity, late.id)
    assert refused.value.code == "CLIP_NOT_OPEN"
    lead.release(late.task_id)
    opened = lead.late_drafts.open(lead.identity, lead.late_drafts.waiting(lead.identity)[0].id)
    own = replace(opened, draft=replace(opened.draft, person_id=lead.identity.person.id))
    lead.late_drafts._opened[lead.identity.session_id, late.clip_id] = own
    with pytest.raises(Refused) as refused:
        lead.late_drafts.adopt(lead.identity, late.id)
    assert refused.value.code == "LATE_IS_OWN"


def test_personal_data_and_missing_answers_are_refused_at_adoption_too(bench: Bench) -> None:
    bench.agree(LEAD, ANA, BEN)
    work = bench.work(ANA)
    lease = claim_and_hear(work)
    work.save_draft(lease, annotation("write to jane.doe@example.com"), 1)
    bench.clock.advance(31 * 60)
    bench.work(BEN).claim()
    with pytest.raises(LeaseLost):
        work.save_draft(lease, annotation("write to jane.doe@example.com"), 2)
    lead = bench.person(LEAD).lead
    lead.release(lease.task_id)
    (late,) = lead.late_drafts.waiting(lead.identity)
    with pytest.raises(Incomplete) as refused:
        adopt(bench, late)
    assert [notice.code for notice in refused.value.missing][:1] == ["PERSONAL_DATA_TYPED"]
    assert bench.events(Action.LATE_ADOPTED) == []


def test_dismissed_draft_stays_with_its_author_who_sees_why(bench: Bench, late: LateDraft) -> None:
    lead = bench.person(LEAD).lead
    lead.late_drafts.dismiss(lead.identity, late.id, LateReason.SUPERSEDED)
    (past,) = bench.work(ANA).history()
    assert (past.text, past.late, past.reason) == (OF_ANA, LateState.DISMISSED, "superseded")
    (row,) = bench.events(Action.LATE_DISMISSED)
    assert (row.object, row.reason, row.detail["late_draft"]) == (late.clip_id, "superseded", late.id)
    with pytest.raises(Refused):
        lead.late_drafts.open(lead.identity, late.id)
    assert verified(bench) == ""
    with bench.database() as database:
        database.execute("UPDATE late_draft SET reason = 'wrong'")
    assert verified(bench) == "LATE_DRAFT_DIFFERS"


def test_nobody_else_and_nobody_without_an_agreement_opens_a_late_draft(
    bench: Bench, late: LateDraft
) -> None:
    lead = bench.person(LEAD).lead
    for name in (ANA, QUINN):
        for attempt in (
            lambda name=name: lead.late_drafts.open(bench.person(name).identity, late.id),
            lambda name=name: lead.late_drafts.adopt(bench.person(name).identity, late.id),
            lambda name=name: lead.late_drafts.dismiss(
                bench.person(name).identity, late.id, LateReason.WRONG
            ),
        ):
            with pytest.raises(NotAllowed):
                attempt()


def test_late_draft_of_a_clip_whose_consent_ended_is_not_opened(bench: Bench, late: LateDraft) -> None:
    bench.clock.advance(400 * 24 * 3600)
    bench.sign_out(LEAD)
    lead = bench.person(LEAD).lead
    with pytest.raises((Refused, NdaRequired)):
        lead.late_drafts.open(lead.identity, late.id)


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.UNREACHABLE, Fault.SENT_TWICE])
def test_draft_is_adopted_once_whatever_the_network_does(tmp_path: Path, fault: Fault) -> None:
    network = Network()
    bench = make_bench(tmp_path, drafts=[""], make_queue=network)
    bench.agree(LEAD, ANA, BEN)
    late = come_late(bench, annotation(OF_ANA))
    lead = bench.person(LEAD).lead
    lead.release(late.task_id)
    (late,) = lead.late_drafts.waiting(lead.identity)
    lead.late_drafts.open(lead.identity, late.id)
    network.faults = [Fault.NONE, fault]  # the draft is looked for; then the queue is asked to adopt it
    receipt = lead.late_drafts.adopt(lead.identity, late.id)
    assert receipt.is_pending is (fault is not Fault.SENT_TWICE)
    lead.set_languages(ANA, ())  # sends what is pending before
    assert [row["author"] for row in network.rows("SELECT author FROM annotation")] == [late.person_id]
    assert len(bench.events(Action.LATE_ADOPTED)) == 1
    assert receipt.annotation_id == network.rows("SELECT id FROM annotation")[0]["id"]
    bench.workspace.close()
    network.close()
