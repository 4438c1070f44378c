"""A clip's whole journey: claimed, opened, handed in, reviewed, returned, accepted; and who may do what."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.access.log_search import LogFilter
from reviewer.access.people import PersonRepository
from reviewer.access.signing import public_key_of
from reviewer.clips.keys import open_keyring
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
from reviewer.model.annotation import Flag, Segment
from reviewer.model.event import Action, HeardRange
from reviewer.model.people import Role
from reviewer.model.task import Lease, SkipReason, TaskKind, TaskState, VerdictKind
from reviewer.session.submission_checks import Incomplete
from tests.benches.workspace import (
    ANA,
    BEN,
    LEAD,
    PASSPHRASE,
    QUINN,
    Bench,
    annotation,
    claim_and_hear,
    make_bench,
)


def actions(bench: Bench) -> list[Action]:
    return [event.action for event in bench.events()]


def claimed(bench: Bench, name: str = ANA) -> Lease:
    return bench.work(name).claim()


def heard(bench: Bench) -> Lease:
    return claim_and_hear(bench.work(ANA))


# The line


def test_work_goes_from_the_queue_to_accepted(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    work, qa = bench.work(ANA), bench.person(QUINN).qa
    lease = claimed(bench)
    opened = work.open(lease)
    assert opened.samples.frames == opened.clip.frames == 8000
    work.heard(lease, [HeardRange(0, 4000), HeardRange(4000, 8000)])
    receipt = work.submit(lease, annotation("hello, there"))
    work.close(lease)
    drawn = qa.draw()
    assert (drawn.selected, qa.waiting()) == ([receipt.annotation_id], 1)
    review = bench.blind(QUINN, "Hello their")
    comparison = qa.compare(review)
    assert comparison.theirs.text_verbatim == "hello, there"
    assert comparison.mine.text_verbatim == "Hello their"
    assert [word.op for word in comparison.words] == ["replace", "replace"]
    assert (comparison.errors.errors, comparison.errors.reference_words) == (1, 2)
    qa.decide(review, VerdictKind.ACCEPTED)
    qa.work.close(review)
    (past,) = work.history()
    assert (past.state, past.text) == (TaskState.ACCEPTED, "hello, there")
    assert qa.waiting() == 0


def test_returned_work_comes_back_to_its_author_with_the_comment(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    first = bench.submitted(ANA, "hello there")
    bench.reviewed(QUINN, "hello you there", VerdictKind.RETURNED, "A word is missing after hello.")
    work = bench.work(ANA)
    assert work.daily_counts().returned == 1
    again = claimed(bench)
    assert again.returned_annotation == first
    returned = work.open(again).returned
    assert returned.comment == "A word is missing after hello."
    assert returned.annotation.text_verbatim == "hello there"
    second = work.submit(again, annotation("hello you there")).annotation_id
    assert [past.state for past in work.history()] == [TaskState.SUBMITTED, TaskState.RETURNED]
    with bench.database() as database:
        parents = database.rows("SELECT id, parent FROM annotation WHERE author = ?", (again.person_id,))
    assert {row["id"]: row["parent"] for row in parents} == {first: None, second: first}


def test_somebody_else_who_gets_returned_work_begins_blind(bench: Bench) -> None:
    bench.agree(ANA, BEN, QUINN)
    first = bench.submitted(ANA, "hello there")
    (row,) = bench.events(Action.SUBMITTED)
    bench.reviewed(QUINN, "hello you there", VerdictKind.RETURNED, "A word is missing.")
    lead = bench.person(LEAD).lead
    lead.release(str(row.detail["task"]))
    lead.assign(str(row.detail["task"]), BEN)
    lease = claimed(bench, BEN)
    assert lease.task_id == row.detail["task"]
    assert bench.work(BEN).open(lease).returned is None
    with pytest.raises(NotLeased):
        bench.work(BEN).open(replace(lease, returned_annotation=first))


def test_the_submission_row_names_the_annotation_its_digest_and_its_versions(bench: Bench) -> None:
    bench.agree(ANA)
    annotation_id = bench.submitted(ANA, "hello there")
    (row,) = bench.events(Action.SUBMITTED)
    assert row.detail["annotation"] == annotation_id
    assert len(str(row.detail["digest"])) == 64
    assert (row.detail["schema"], row.detail["conventions"]) == ("default@1", "en-US@2")
    assert {"task", "round", "token"} <= set(row.detail)


def test_heard_ranges_are_logged_and_merged(bench: Bench) -> None:
    bench.agree(ANA)
    work, lease = bench.work(ANA), claimed(bench)
    work.open(lease)
    work.heard(lease, [HeardRange(0, 100), HeardRange(100, 300), HeardRange(500, 600, 150)])
    (row,) = bench.events(Action.CLIP_HEARD)
    assert (row.object, row.detail["ranges"]) == (lease.clip_id, [[0, 300, 100], [500, 600, 150]])


def test_the_row_is_there_before_a_clip_is_read(bench: Bench) -> None:
    bench.agree(ANA)
    lease = claimed(bench)
    for file in (bench.workspace.path / "clips").rglob("*"):
        if file.is_file():
            file.unlink()
    with pytest.raises(Damaged):
        bench.work(ANA).open(lease)
    assert actions(bench)[-1] is Action.CLIP_OPENED


def test_the_log_of_a_journey_verifies(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    bench.submitted(ANA, "hello there")
    bench.reviewed(QUINN, "hello", VerdictKind.RETURNED, "A word is missing.")
    bench.submitted(ANA, "hello there, you")
    bench.reviewed(QUINN, "hello there you", VerdictKind.ACCEPTED)
    finding = bench.person(LEAD).lead.verify_log()
    assert finding.ok, finding
    assert finding.rows == len(actions(bench))


# Agreements, leases, roles


def test_no_clip_is_claimed_before_the_agreement(bench: Bench) -> None:
    with pytest.raises(NdaRequired):
        bench.work(ANA).claim()
    assert Action.CLIP_OPENED not in actions(bench)


@pytest.mark.parametrize("name", [ANA, QUINN])
def test_nothing_opens_or_ends_when_the_agreement_ran_out_after_the_claim(bench: Bench, name: str) -> None:
    bench.agree(ANA, QUINN)
    if name == QUINN:
        bench.submitted(ANA, "hello there")
        bench.person(QUINN).qa.draw()
    lease = claimed(bench, name)
    before = actions(bench).count(Action.CLIP_OPENED)
    bench.clock.advance(366 * 24 * 3600)
    work = bench.work(name)
    for attempt in (
        lambda: work.open(lease),
        lambda: work.save_draft(lease, annotation("typed"), 1),
        lambda: work.submit(lease, annotation("typed")),
        lambda: work.skip(lease, SkipReason.TECHNICAL),
        lambda: work.release(lease),
    ):
        with pytest.raises(NdaRequired):
            attempt()
    assert actions(bench).count(Action.CLIP_OPENED) == before
    bench.agree(name)
    lease = claimed(bench, name)
    bench.work(name).open(lease)
    opened, accepted = bench.events(Action.CLIP_OPENED)[-1], bench.events(Action.NDA_ACCEPTED)[-1]
    assert (opened.detail["nda"], opened.detail["purpose"]) == (accepted.object, lease.kind)


@pytest.mark.parametrize("kind", [TaskKind.TRANSCRIBE, TaskKind.REVIEW])
def test_an_altered_lease_opens_and_changes_nothing(bench: Bench, kind: TaskKind) -> None:
    bench.agree(ANA, BEN, QUINN)
    bench.submitted(BEN, "somebody else's words")
    bench.submitted(BEN, "more of them")
    bench.person(QUINN).qa.draw()
    name, other_name = (ANA, BEN) if kind is TaskKind.TRANSCRIBE else (QUINN, ANA)
    work, lease = bench.work(name), claimed(bench, name)
    clips = bench.imported() - {lease.clip_id}
    before = len(bench.events(Action.CLIP_OPENED, Action.TEXT_OPENED))
    forged = [
        *(replace(lease, clip_id=clip) for clip in clips),
        replace(lease, token=lease.token + 1),
        replace(lease, is_prefetch=True),
        replace(lease, returned_annotation=bench.events(Action.SUBMITTED)[0].detail["annotation"]),
        replace(lease, blind_annotation=bench.events(Action.SUBMITTED)[0].detail["annotation"]),
    ]
    for each in forged:
        with pytest.raises(NotLeased):
            work.open(each)
    for attempt in (
        lambda: work.save_draft(forged[0], annotation("typed"), 1),
        lambda: work.submit(forged[0], annotation("typed")),
        lambda: bench.work(other_name).open(lease),
        lambda: bench.work(other_name).save_draft(lease, annotation("typed"), 1),
        lambda: bench.work(other_name).release(lease),
    ):
        with pytest.raises(NotLeased):
            attempt()
    assert len(bench.events(Action.CLIP_OPENED, Action.TEXT_OPENED)) == before
    assert work.claim() == lease


def test_roles_do_their_own_work_and_no_other(bench: Bench) -> None:
    bench.agree(ANA, QUINN, LEAD)
    ana, quinn, lead = (bench.person(name) for name in (ANA, QUINN, LEAD))
    lease, checkpoint = claimed(bench), lead.lead.checkpoint()
    for forbidden in (
        lead.desk.work.claim,
        quinn.desk.work.claim,
        lead.qa.work.claim,
        ana.qa.draw,
        ana.qa.waiting,
        ana.qa.scorecards,
        ana.qa.work.claim,
        ana.lead.overview,
        ana.lead.people,
        lambda: ana.lead.find_log_rows(LogFilter()),
        ana.lead.verify_log,
        ana.lead.checkpoint,
        lambda: ana.lead.witnessed(checkpoint),
        lambda: ana.lead.add_person("Mallory", Role.LEAD),
        *(lambda person=person: person.lead.release(lease.task_id) for person in (ana, quinn)),
        *(lambda person=person: person.lead.assign(lease.task_id, BEN) for person in (ana, quinn)),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    assert claimed(bench) == lease


def test_a_lead_releases_a_task_and_assigns_it(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    lease = claimed(bench)
    lead = bench.person(LEAD).lead
    lead.release(lease.task_id)
    assert lead.assign(lease.task_id, BEN).name == BEN
    assert claimed(bench, BEN).task_id == lease.task_id
    (told,) = bench.events(Action.TASK_ASSIGNED)
    assert told.detail == {"task": lease.task_id, "to": bench.person(BEN).identity.person.id}


def test_an_identity_made_by_hand_is_nobody(bench: Bench) -> None:
    bench.agree(ANA)
    forged = replace(bench.person(ANA).identity)
    for attempt in (bench.workspace.desk(forged).work.claim, bench.workspace.lead(forged).overview):
        with pytest.raises(Refused, match="SIGNED_OUT"):
            attempt()


# Work that comes twice, too late, or not complete


def test_the_same_work_twice_is_one_submission(bench: Bench) -> None:
    bench.agree(ANA)
    work, lease, typed = bench.work(ANA), heard(bench), annotation("hello")
    first, second = work.submit(lease, typed), work.submit(lease, typed)
    assert (second.annotation_id, second.is_repeated) == (first.annotation_id, True)
    assert actions(bench).count(Action.SUBMITTED) == 1
    with pytest.raises(SubmissionConflict):
        work.submit(lease, annotation("something else"))


def test_work_that_comes_too_late_is_kept(bench: Bench) -> None:
    bench.agree(ANA, BEN)
    lease = claimed(bench)
    bench.work(ANA).save_draft(lease, annotation("typed"), 1)
    bench.clock.advance(31 * 60)
    assert claimed(bench, BEN).task_id == lease.task_id
    for attempt in (
        lambda: bench.work(ANA).submit(lease, annotation("typed by ana")),
        lambda: bench.work(ANA).save_draft(lease, annotation("typed by ana"), 2),
    ):
        with pytest.raises(LeaseLost):
            attempt()
    assert set(bench.late_drafts()) == {bench.person(ANA).identity.person.id}
    assert actions(bench).count(Action.LATE_DRAFT) == 2
    assert Action.SUBMITTED not in actions(bench)


def test_incomplete_work_is_not_handed_in(bench: Bench) -> None:
    bench.agree(ANA)
    work, lease = bench.work(ANA), heard(bench)
    segments = (Segment("s1", 0, 4000, "words"), Segment("s2", 4000, 8000, "[zzz]"))
    for typed, code in (
        (annotation(""), "NOTHING_TYPED"),
        (annotation("", Flag.PERSONAL_DATA), "NOTHING_TYPED"),
        (replace(annotation("words"), segments=segments), "TAG_UNKNOWN"),
        (annotation("words", speakers="two"), "FIELD_NOT_ANSWERED"),
        (annotation("words", Flag.NO_SPEECH), "NO_SPEECH_BUT_WORDS"),
    ):
        with pytest.raises(Incomplete) as caught:
            work.submit(lease, typed)
        assert code in [notice.code for notice in caught.value.missing]
    work.submit(lease, annotation("", Flag.NO_SPEECH))


# Reviews are blind


def test_qa_sees_nothing_of_the_work_before_handing_in_their_own(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, drafts=["the recogniser's text"])
    with bench.workspace:
        bench.agree(ANA, QUINN)
        bench.submitted(ANA, "hello there")
        qa = bench.person(QUINN).qa
        qa.draw()
        lease = claimed(bench, QUINN)
        opened = qa.work.open(lease)
        assert (opened.blind, opened.draft, opened.returned, opened.hypotheses) == (None, None, None, ())
        for blind in (None, lease.reviewed_annotation):
            peeked = replace(lease, blind_annotation=blind)
            for peek in (
                lambda peeked=peeked: qa.compare(peeked),
                lambda peeked=peeked: qa.decide(peeked, VerdictKind.ACCEPTED),
                lambda peeked=peeked: qa.decide(peeked, VerdictKind.RETURNED, "no"),
            ):
                with pytest.raises(Refused):
                    peek()
        assert not bench.events(Action.TEXT_OPENED, Action.VERDICT)


def test_qa_cannot_hand_in_a_second_version_after_seeing_both(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    bench.submitted(ANA, "hello there")
    lease = bench.blind(QUINN, "hello")
    work = bench.work(QUINN)
    bench.person(QUINN).qa.compare(lease)
    for again in (
        lambda: work.submit(lease, annotation("hello there")),
        lambda: work.save_draft(lease, annotation("hello there"), 1),
    ):
        with pytest.raises(Refused):
            again()
    assert bench.person(QUINN).qa.compare(lease).mine.text_verbatim == "hello"
    with pytest.raises(NotLeased):
        bench.person(QUINN).qa.compare(replace(lease, reviewed_annotation=lease.blind_annotation))
    bench.clock.advance(366 * 24 * 3600)
    with pytest.raises(NdaRequired):
        bench.person(QUINN).qa.compare(lease)


def test_an_unhelpful_return_is_refused(bench: Bench) -> None:
    bench.agree(ANA, QUINN)
    bench.submitted(ANA, "hello there")
    lease = bench.blind(QUINN, "hello")
    with pytest.raises(Refused, match="RETURN_NEEDS_COMMENT"):
        bench.person(QUINN).qa.decide(lease, VerdictKind.RETURNED, "  ")


# Signing in


def test_a_wrong_name_answers_like_a_wrong_passphrase(bench: Bench) -> None:
    with pytest.raises(WrongPassphrase) as unknown:
        bench.workspace.sign_in("Nobody Here", PASSPHRASE)
    with pytest.raises(WrongPassphrase) as wrong:
        bench.workspace.sign_in(ANA, "not the passphrase")
    assert unknown.value.notice == wrong.value.notice


def sign_agreement(bench: Bench, passphrase: str) -> object:
    agreement, identity = bench.workspace.agreement, bench.person(ANA).identity
    return agreement.accept(identity, agreement.text(), typed_name=ANA, passphrase=passphrase)


ATTEMPTS: dict[str, Callable[[Bench, str], object]] = {
    "sign-in": lambda bench, secret: bench.workspace.sign_in(ANA, secret),
    "unknown name": lambda bench, secret: bench.workspace.sign_in("Nobody Here", secret),
    "enrolment": lambda bench, secret: bench.workspace.enrol("Nobody Here", secret, PASSPHRASE),
    "agreement": sign_agreement,
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_five_failures_wait_and_the_wait_doubles(
    bench: Bench, attempt: Callable[[Bench, str], object]
) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassphrase):
            attempt(bench, "wrong")
    with pytest.raises(TooManyFailures) as first:
        attempt(bench, PASSPHRASE)
    bench.clock.advance(first.value.parameters["seconds"])
    with pytest.raises(WrongPassphrase):
        attempt(bench, "wrong")
    with pytest.raises(TooManyFailures) as second:
        attempt(bench, PASSPHRASE)
    assert second.value.parameters["seconds"] == 2 * first.value.parameters["seconds"]
    assert len(bench.events(Action.SIGN_IN_FAILED, Action.ENROL_FAILED)) == 8


def test_an_enrolment_code_works_once_and_for_three_days(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    code = lead.add_person("New Person", Role.CONTRACTOR).code
    with pytest.raises(Refused, match="PASSPHRASE_WEAK"):
        bench.workspace.enrol("New Person", code, "first")
    with pytest.raises(WrongPassphrase):
        bench.workspace.sign_in("New Person", code.replace("-", ""))
    enrolled = bench.workspace.enrol("New Person", code.lower(), "first passphrase")
    assert [event.object for event in bench.events(Action.PERSON_ENROLLED)][-1] == enrolled.id
    with pytest.raises(WrongPassphrase):
        bench.workspace.enrol("New Person", code, "other passphrase")
    assert bench.workspace.sign_in("new  person", "first passphrase").identity.person.name == "New Person"
    late = lead.add_person("Late Person", Role.CONTRACTOR).code
    bench.clock.advance(73 * 3600)
    with pytest.raises(WrongPassphrase):
        bench.workspace.enrol("Late Person", late, "first passphrase")


def test_the_key_that_signs_is_not_the_one_that_the_lead_made(bench: Bench) -> None:
    invitation = bench.person(LEAD).lead.add_person("New Person", Role.QA)
    person, code = invitation.person, invitation.code
    with bench.database() as database:
        blob = PersonRepository(database, bench.clock).keyring(person.id)
    assert blob is not None
    offered = open_keyring(blob, code.replace("-", ""), person.id, person.role).signing_key
    public_key = bench.workspace.enrol("New Person", code, PASSPHRASE).public_key
    own = bench.person("New Person").identity.keyring.signing_key
    assert own != offered
    assert public_key == public_key_of(own)


def test_the_last_lead_stays_and_one_who_is_only_invited_does_not(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    lead.add_person("Nina Invited", Role.LEAD)
    with pytest.raises(Refused, match="LAST_LEAD"):
        lead.revoke(LEAD)
    revoked = lead.revoke("Nina Invited")
    told = bench.events(Action.PERSON_ADDED, Action.PERSON_REVOKED)[-2:]
    assert [(event.action, event.object) for event in told] == [
        (Action.PERSON_ADDED, revoked.id),
        (Action.PERSON_REVOKED, revoked.id),
    ]


def test_skill_is_logged_and_decides_what_comes(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    clips = [row.id for row in lead.clip_list.rows(lead.identity)]
    lead.clip_list.route(lead.identity, clips, skill="medical", priority=2)
    (routed,) = bench.events(Action.CLIPS_ROUTED)
    assert routed.detail == {"skill": "medical", "priority": 2, "clip_ids": clips}
    bench.agree(ANA)
    assert bench.work(ANA).claim() is None
    assert lead.set_skills(ANA, ["Medical"]) == ("medical",)
    (told,) = bench.events(Action.PERSON_SKILLS)
    assert told.detail["skills"] == ["medical"]
    assert bench.work(ANA).claim() is not None


def test_change_of_languages_is_logged_and_decides_what_comes(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    ana = next(person.id for person in lead.people() if person.name == ANA)
    assert lead.set_languages(ANA, ["CS-cz"]) == ("cs-CZ",)
    (told,) = bench.events(Action.PERSON_LANGUAGES)
    assert (told.object, told.detail["languages"]) == (ana, ["cs-CZ"])
    for name, code in (("Nobody Known", "NO_ACCOUNT"), (ANA, "NOT_A_LANGUAGE")):
        with pytest.raises(Refused, match=code):
            lead.set_languages(name, ["czech"] if name == ANA else ["cs"])
    assert len(bench.events(Action.PERSON_LANGUAGES)) == 1
    assert lead.languages() == {ana: ("cs-CZ",)}
    bench.agree(ANA)
    assert bench.work(ANA).claim() is None
    lead.set_languages(ANA, ["en"])
    assert bench.work(ANA).claim() is not None
