"""A workspace with a broker: nobody but a lead holds the workspace key, and work goes on with single keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file
from reviewer.cli.broker import Keeping
from reviewer.cli.sign_in import CommandSession
from reviewer.clips import keys
from reviewer.clips.key_delivery import open_present_keys
from reviewer.errors import ClipKeyNotHeld, Damaged, Refused, Unavailable
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, Event
from reviewer.model.hold import HoldReason
from reviewer.model.intervals import Span
from reviewer.model.people import Keyring, Role
from reviewer.model.redaction import RedactionSource, RedactionState
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.session.acts import HandIn
from reviewer.session.redactions import Redactions, propose
from tests.benches.broker_team import URL, Team, make_team
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, annotation, hear
from tests.fakes.remote_queue import Network

NIA = "Nia Fox"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = make_team(tmp_path, drafts=("a draft", "the draft", "one draft"))
    yield made
    made.close()


def key_bytes(keyring: Keyring) -> list[bytes]:
    """Every stretch of 32 bytes in what somebody decrypted."""
    plain = keys.pack_keyring(keyring)
    return [plain[start : start + keys.KEY_BYTES] for start in range(len(plain) - keys.KEY_BYTES + 1)]


def opened_by(candidates: list[bytes], team: Team) -> list[str]:
    """The clips whose wrapped keys any of these bytes open, as a key or as what keys are derived from."""
    wrapped = team.office.workspace._unit.clips.wrapped_keys()
    found = []
    for candidate in dict.fromkeys(candidates):
        for clip_id, data in wrapped.items():
            try:
                keys.unwrap_clip_key(candidate, clip_id, data)
            except Damaged:
                continue
            found.append(clip_id)
    return found


@pytest.mark.parametrize("name", [ANA, QUINN])
def test_keyring_of_who_is_no_lead_has_the_logs_key_and_opens_no_clip(team: Team, name: str) -> None:
    mine, leads = team.keyring(name), team.keyring(LEAD)
    assert (mine.opens_every_clip, mine.log_key) == (False, leads.log_key)
    assert opened_by(key_bytes(mine), team) == []
    assert not {leads.workspace_key, leads.hash_key} & set(key_bytes(mine))
    assert mine.qa_secret == (leads.qa_secret if name == QUINN else None)
    assert sorted(set(opened_by([leads.workspace_key], team))) == sorted(team.bench.imported())


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.QA])
def test_code_for_somebody_new_opens_no_clip(team: Team, role: Role) -> None:
    code = team.office.person(LEAD).lead.add_person(NIA, role).code
    assert opened_by(key_bytes(team.keyring(NIA, code.replace("-", ""))), team) == []
    team.office.workspace.enrol(NIA, code, PASSPHRASE)
    assert opened_by(key_bytes(team.keyring(NIA)), team) == []


def test_code_for_a_lead_opens_every_clip(team: Team) -> None:
    code = team.office.person(LEAD).lead.add_person(NIA, Role.LEAD).code
    team.office.workspace.enrol(NIA, code, PASSPHRASE)
    assert team.keyring(NIA).workspace_key == team.keyring(LEAD).workspace_key


@pytest.mark.parametrize("name", [ANA, QUINN])
def test_keys_that_are_delivered_after_a_revocation_open_no_clip(team: Team, name: str) -> None:
    before = team.keyring(name)
    team.office.person(LEAD).lead.revoke(BEN)
    database = team.office.workspace._unit.database
    person = team.office.workspace._unit.people.by_name(name)
    sealed = database.value("SELECT sealed FROM key_delivery WHERE person_id = ?", (person.id,))
    assert opened_by(key_bytes(open_present_keys(before, sealed)), team) == []
    team.bench.sign_out(name)
    team.bench.person(name)
    mine, leads = team.keyring(name), team.office.person(LEAD).identity.keyring
    current = team.office.workspace._unit.key_deliveries.current(leads)
    assert (mine.log_key, mine.generation, mine.opens_every_clip) == (current.log_key, 2, False)
    assert sorted(set(opened_by([current.workspace_key], team))) == sorted(team.bench.imported())


def test_change_of_the_passphrase_leaves_the_keyring_without_the_workspace_key(team: Team) -> None:
    person = team.bench.person(ANA)
    team.bench.workspace.sessions.change_passphrase(person.identity, PASSPHRASE, "another horse battery")
    assert not team.keyring(ANA, "another horse battery").opens_every_clip


def test_lead_window_that_was_opened_before_the_broker_was_named_hands_out_no_workspace_key(
    team: Team,
) -> None:
    unit = team.office.workspace._unit
    object.__setattr__(unit, "names_broker", False)
    assert not unit.has_broker
    identity = team.office.person(LEAD).identity
    unit.log.record(Event.by(identity, Action.BROKER_NAMED))
    assert unit.has_broker


def test_clip_opens_with_the_key_that_was_released_after_its_row(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    assert (opened.samples.frames, opened.hypotheses[0].text[-5:]) == (8000, "draft")
    (event,) = team.released()
    assert (event.actor, event.object, event.detail["task"], event.detail["purpose"]) == (
        lease.person_id,
        lease.clip_id,
        lease.task_id,
        "open",
    )
    (own,) = team.bench.events(Action.CLIP_OPENED)
    assert (own.actor, own.object, own.detail["token"]) == (
        event.actor,
        event.object,
        event.detail["token"],
    )


def test_work_of_everybody_goes_from_claim_to_acceptance(team: Team) -> None:
    annotation_id = team.bench.submitted(ANA, "what was said")
    team.bench.reviewed(QUINN, "what was said", VerdictKind.ACCEPTED)
    work = team.office.workspace._unit.queue.annotation(annotation_id)
    lead = team.office.person(LEAD).identity.keyring
    content = team.office.workspace._unit.content
    plain = content.unseal(lead, work.clip_id, ContentKind.ANNOTATION, work.id, work.sealed)
    assert b"what was said" in plain
    assert content.digest(lead, work.clip_id, plain) == work.digest
    assert [event.actor for event in team.released()] == [
        team.bench.person(name).identity.person.id for name in (ANA, QUINN)
    ]
    assert team.held() == []
    for bench in (team.bench, team.office):
        for name in list(bench.signed_in):
            bench.sign_out(name)
    finding = verify_file(team.bench.workspace.path / DATABASE_FILE)
    assert finding.ok, finding


def test_returned_work_comes_back_with_its_text_and_comment(team: Team) -> None:
    team.bench.submitted(ANA, "wrong words")
    team.bench.reviewed(QUINN, "right words", VerdictKind.RETURNED, "listen again")
    work = team.bench.work(ANA)
    opened = work.open(work.claim())
    assert opened.returned is not None
    assert (opened.returned.comment, opened.returned.annotation.text_verbatim) == (
        "listen again",
        "wrong words",
    )


def test_draft_is_there_again_at_the_next_opening(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    work.save_draft(lease, annotation("half a sent"), 1)
    work.close(lease)
    opened = work.open(lease)
    assert opened.draft is not None
    assert opened.draft.text_verbatim == "half a sent"
    assert len(team.released()) == 2


def test_prefetched_clip_follows_without_asking_again(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    assert work.prefetch() is not None
    assert [event.detail["purpose"] for event in team.released()] == ["open", "prefetch"]
    following = work.hand_over(HandIn(lease, annotation("words", frames=opened.clip.frames)))
    assert following is not None
    assert len(team.released()) == 2
    assert team.held() == [following.clip.id]


def test_key_is_dropped_when_the_clip_closes(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    assert team.held() == [lease.clip_id]
    work.close(lease)
    assert team.held() == []


@pytest.mark.parametrize("is_lock", [False, True])
def test_keys_are_dropped_at_sign_out_and_lock(team: Team, is_lock: bool) -> None:
    work = team.bench.work(ANA)
    work.open(work.claim())
    work.prefetch()
    assert len(team.held()) == 2
    team.bench.workspace.sessions.sign_out(team.bench.person(ANA).identity, locked=is_lock)
    assert team.held() == []


def test_key_opens_nothing_once_the_lease_has_ended_and_goes_with_the_last_words(team: Team) -> None:
    work, keyring = team.bench.work(ANA), team.bench.person(ANA).identity.keyring
    lease = work.claim()
    work.open(lease)
    team.bench.clock.advance(31 * 60)
    assert team.bench.work(BEN).claim().clip_id != ""
    team.office.person(LEAD).lead.release(lease.task_id)
    with pytest.raises(Refused):
        work.beat(lease)
    with pytest.raises(ClipKeyNotHeld):
        team.bench.workspace._unit.content.audio(keyring, lease.clip_id)
    with pytest.raises(Refused):
        work.save_draft(lease, annotation("last words"), 1)
    work.close(lease)
    assert team.held() == []
    assert team.office.late_drafts() == [lease.person_id]


def test_prefetched_key_is_dropped_when_its_lease_has_ended(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    work.open(lease)
    work.prefetch()
    for _ in range(6):
        team.bench.clock.advance(10 * 60)
        lease = work.beat(lease)
    assert team.held() == [lease.clip_id]


def test_broker_away_leaves_the_clip_in_hand_and_no_rows_of_others(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    opened = hear(work, lease)
    team.is_away = True
    assert work.prefetch() is None
    work.beat(lease)
    work.save_draft(lease, annotation("words"), 1)
    assert work.hand_over(HandIn(lease, annotation("words", frames=opened.clip.frames))) is None
    following = work.claim()
    for _ in range(3):
        with pytest.raises(Unavailable, match="BROKER_AWAY"):
            work.open(following)
    assert len(team.bench.events(Action.CLIP_OPENED)) == 1
    assert team.held() == []
    team.is_away = False
    assert work.open(following).clip.id == following.clip_id


def test_opening_that_got_no_key_says_so_in_the_log(team: Team) -> None:
    work = team.bench.work(ANA)
    lease = work.claim()
    object.__setattr__(team.broker._facts, "_sign_in", team.bench.workspace.sessions)  # knows no such lead
    with pytest.raises(Refused, match="BROKER_LEAD_GONE"):
        work.open(lease)
    assert [event.reason for event in team.bench.events(Action.CLIP_PUT_AWAY)] == ["BROKER_LEAD_GONE"]
    assert team.held() == []


@pytest.mark.parametrize("how", ["revoked", "purged", "hold", "consent", "retention", "expired"])
def test_nobody_gets_the_key_of_what_they_may_not_have_any_more(team: Team, how: str) -> None:
    work, keys_of = team.bench.work(ANA), team.keys_of(team.bench.person(ANA).identity)
    lease = work.claim()
    work.open(lease)
    unit, lead = team.office.workspace._unit, team.office.person(LEAD).lead
    if how == "revoked":
        lead.revoke(ANA)
    elif how == "purged":
        lead.purge([source_of(team, lease.clip_id)])
    elif how == "hold":
        unit.queue.hold(lease.clip_id, next(iter(HoldReason)))
    elif how == "consent":
        unit.clips.withdraw(lease.clip_id, team.bench.clock.now())
    elif how == "retention":
        unit.clips.keep_until(lease.clip_id, team.bench.clock.now())
    else:
        team.bench.clock.advance(31 * 60)
    with pytest.raises(Refused):
        keys_of.clip_key(lease)
    assert len(team.released()) == 1
    if how == "expired":  # nobody took it, so the next beat renews it
        return
    with pytest.raises(Refused):
        work.beat(lease)
    with pytest.raises(Refused):
        team.bench.workspace._unit.content.audio(team.bench.person(ANA).identity.keyring, lease.clip_id)


def source_of(team: Team, clip_id: str) -> str:
    hashes = KeyedHashes(team.office.person(LEAD).identity.keyring)
    clips = team.office.workspace._unit.clips
    names = [f"source-{number:04d}" for number in range(3)]
    return next(name for name in names if clips.of_source(hashes.of_source_id(name)) == clip_id)


def test_redaction_that_qa_confirmed_is_applied_by_the_broker(team: Team) -> None:
    team.office.agree(LEAD)
    team.bench.submitted(ANA, "what was said")
    qa = team.bench.person(QUINN).qa
    qa.draw()
    lease = qa.work.claim()
    qa.work.open(lease)
    with team.bench.workspace._unit.transaction():
        marked = propose(
            team.bench.workspace._unit,
            team.bench.person(QUINN).identity,
            team.bench.workspace._unit.clips.get(lease.clip_id),
            Span(1000, 2000),
            next(iter(PersonalDataKind)),
            RedactionSource.LISTENER,
        )
    assert marked is not None
    qa.work.close(lease)
    redactions = team.bench.workspace._unit.redactions
    rules = Redactions(team.bench.workspace._unit, team.bench.workspace._access)
    decided = rules.confirm(team.bench.person(QUINN).identity, marked.id)
    assert decided.state is RedactionState.CONFIRMED
    with pytest.raises(Refused, match="CLIP_BEING_REDACTED"):
        qa.work.open(lease)
    lead = team.office.person(LEAD)
    Keeping(CommandSession(team.office.workspace, lead, PASSPHRASE), team.log)()
    assert redactions.get(marked.id).state is RedactionState.APPLIED
    assert qa.work.open(lease).clip.id == lease.clip_id


def test_work_that_a_queue_elsewhere_refuses_later_is_kept_though_its_key_is_gone(tmp_path: Path) -> None:
    network = Network()
    team = make_team(tmp_path, make_queue=network)
    work = team.bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    network.is_down = True
    assert work.submit(lease, annotation("last words")).is_pending
    work.close(lease)
    assert team.held() == []
    network.is_down = False
    team.bench.clock.advance(31 * 60)
    assert team.bench.work(BEN).claim().task_id == lease.task_id
    work.deliver()
    work.deliver()
    assert [event.reason for event in team.bench.events(Action.SUBMISSION_REFUSED)] == ["LEASE_LOST"]
    (late,) = team.office.workspace._unit.queue.late_drafts()
    lead = team.office.person(LEAD).identity
    assert team.office.workspace._access.texts.unseal_late(lead, late).text_verbatim == "last words"
    team.close()
    network.close()


def test_refused_work_of_an_earlier_session_holds_nothing_up(tmp_path: Path) -> None:
    network = Network()
    team = make_team(tmp_path, make_queue=network)
    work = team.bench.work(ANA)
    lease = work.claim()
    hear(work, lease)
    network.is_down = True
    work.submit(lease, annotation("last words"))
    work.close(lease)
    team.bench.sign_out(ANA)
    network.is_down = False
    team.bench.clock.advance(31 * 60)
    assert team.bench.work(BEN).claim().task_id == lease.task_id
    team.bench.work(ANA).deliver()
    assert [event.reason for event in team.bench.events(Action.SUBMISSION_REFUSED)] == ["LEASE_LOST"]
    assert team.bench.workspace._unit.outbox.pending(lease.person_id) == []
    assert team.bench.work(ANA).claim() is not None
    team.close()
    network.close()


def test_broker_goes_on_and_says_once_that_another_was_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    team = make_team(tmp_path)
    lead = team.office.person(LEAD)
    keeping = Keeping(CommandSession(team.office.workspace, lead, PASSPHRASE), team.log)
    keeping()
    assert capsys.readouterr().err == ""
    named = Event.by(lead.identity, Action.BROKER_NAMED, detail={"url": URL, "public_key": "ab" * 32})
    team.office.workspace._unit.log.record(named)
    keeping()
    keeping()
    said = capsys.readouterr().err
    assert said.count("A lead named another broker") == 1
    assert "ab" * 32 in said
    work = team.bench.work(ANA)
    work.open(work.claim())
    assert len(team.released()) == 1
    team.close()
