"""Keys are released clip by clip: to whom, when no more, and never without a row."""

import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.verification import verify_file
from reviewer.broker.log import BrokerLog
from reviewer.broker.release import WINDOW
from reviewer.clips.content import ClipFiles
from reviewer.clips.key_delivery import delivery_card, is_card_of
from reviewer.errors import Damaged, Refused
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.event import Action
from reviewer.model.hold import HoldReason
from reviewer.model.redaction import Redaction, RedactionSource, RedactionState
from reviewer.model.task import SkipReason, VerdictKind
from tests.benches.broker import BrokerBench, make_broker_bench
from tests.benches.workspace import ANA, BEN, LEAD, QUINN


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[BrokerBench]:
    made = make_broker_bench(tmp_path)
    yield made
    made.close()


def row_of(rig: BrokerBench) -> tuple[str, str]:
    event = rig.events()[-1]
    return event.action, event.reason


def test_key_of_a_leased_clip_is_released_after_a_row(rig: BrokerBench) -> None:
    lease = rig.claimed()
    assert rig.key(ANA, lease) == rig.true_key(lease.clip_id)
    event = rig.events(Action.KEY_RELEASED)[0]
    assert (event.actor, event.role, event.object) == (lease.person_id, "contractor", lease.clip_id)
    assert (event.detail["task"], event.detail["token"], event.detail["generation"]) == (
        lease.task_id,
        lease.token,
        1,
    )
    assert event.detail["stored_as"] == lease.clip_id


def test_released_key_opens_the_files_that_the_answer_names(rig: BrokerBench) -> None:
    lease, content = rig.claimed(), rig.bench.workspace._unit.content
    released = rig.released(ANA, lease)
    with content.audio(rig.identity(LEAD).keyring, lease.clip_id) as stream:
        assert content.audio_under(released.key, released.stored_as, lease.clip_id) == stream.read()


def test_key_that_was_kept_does_not_open_the_sound_that_replaces_the_old_one(rig: BrokerBench) -> None:
    lease, content = rig.claimed(), rig.bench.workspace._unit.content
    kept = rig.released(ANA, lease)
    content.replace(
        rig.identity(LEAD).keyring,
        lease.clip_id,
        instead_of=kept.stored_as,
        files=ClipFiles(b"redacted", b"peaks"),
        in_transaction=lambda _: None,
    )
    present = rig.released(ANA, lease)
    assert present.key != kept.key
    assert content.audio_under(present.key, present.stored_as, lease.clip_id) == b"redacted"
    with pytest.raises(Damaged):
        content.audio_under(kept.key, present.stored_as, lease.clip_id)


def test_row_shows_who_asked_by_their_signature(rig: BrokerBench) -> None:
    lease = rig.claimed()
    signed = rig.signed(ANA, lease)
    rig.broker.answer(signed.to_bytes())
    event = rig.events(Action.KEY_RELEASED)[0]
    assert event.detail["signature"] == signed.signature.hex()
    assert (event.session, event.detail["at"], event.detail["broker"]) == (
        signed.request.nonce.hex(),
        signed.request.fields()["at"],
        rig.broker.public_key.hex(),
    )


def test_reopening_is_released_again_with_a_row_of_its_own(rig: BrokerBench) -> None:
    lease = rig.claimed()
    assert rig.key(ANA, lease) == rig.key(ANA, lease)
    assert len(rig.events(Action.KEY_RELEASED)) == 2


def test_prefetch_lease_releases_a_key_for_a_prefetch(rig: BrokerBench) -> None:
    rig.claimed()
    ahead = rig.bench.workspace._unit.queue.claim_prefetch(
        rig.identity(ANA).person.id, frozenset({rig.claimed().kind}), key="prefetch-1"
    )
    assert ahead is not None
    assert rig.code(ANA, replace(ahead, is_prefetch=False)) == "NOT_LEASED"
    assert rig.code(ANA, ahead) == ""
    assert rig.events(Action.KEY_RELEASED)[0].detail["purpose"] == "prefetch"


def test_reviewer_gets_the_key_of_a_review(rig: BrokerBench) -> None:
    rig.bench.submitted(ANA, "words")
    qa = rig.bench.person(QUINN).qa
    qa.draw()
    lease = qa.work.claim()
    assert rig.key(QUINN, lease) == rig.true_key(lease.clip_id)


def test_revoked_person_gets_no_key_any_more(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.key(ANA, lease)
    rig.bench.person(LEAD).lead.revoke(ANA)
    assert rig.code(ANA, lease) == "ACCOUNT_CHANGED"
    assert row_of(rig) == ("key.refused", "ACCOUNT_CHANGED")


def test_keys_go_on_under_a_new_workspace_key(rig: BrokerBench) -> None:
    lease = rig.claimed()
    before = rig.key(ANA, lease)
    rig.bench.person(LEAD).lead.revoke(BEN)
    assert rig.key(ANA, lease) == before
    assert [event.detail["generation"] for event in rig.events(Action.KEY_RELEASED)] == [1, 2]


def test_expired_lease_releases_nothing_twice(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.bench.clock.advance(3600)
    assert [rig.code(ANA, lease) for _ in range(2)] == ["LEASE_LAPSED", "LEASE_LAPSED"]
    assert len(rig.events(Action.KEY_REFUSED)) == 2


def test_colleague_who_took_an_expired_clip_ends_the_release(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.bench.clock.advance(3600)
    unit = rig.bench.workspace._unit
    for number in range(3):
        theirs = unit.queue.claim(rig.identity(BEN).person.id, frozenset({lease.kind}), key=f"claim-{number}")
        assert theirs is not None
        if theirs.clip_id == lease.clip_id:
            break
        rig.bench.clock.advance(3600)
        unit.queue.release(theirs, key=f"release-{number}")
    assert rig.code(ANA, lease) in {"NOT_LEASED", "LEASE_LAPSED"}


def test_purged_clip_has_no_key(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.bench.person(LEAD).lead.purge([f"source-{number:04d}" for number in range(3)])
    assert rig.code(ANA, lease) == "PURGED"


def test_withdrawn_consent_stops_the_release(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.bench.workspace._unit.clips.withdraw(lease.clip_id, rig.bench.clock.now())
    assert rig.code(ANA, lease) == "CONSENT_ENDED"


def test_end_of_retention_stops_the_release(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.bench.workspace._unit.clips.keep_until(lease.clip_id, rig.bench.clock.now())
    assert rig.code(ANA, lease) == "RETENTION_ENDED"


def test_hold_stops_the_release_until_it_ends(rig: BrokerBench) -> None:
    lease = rig.claimed()
    queue = rig.bench.workspace._unit.queue
    queue.hold(lease.clip_id, next(iter(HoldReason)))
    assert rig.code(ANA, lease) == "CLIP_ON_HOLD"
    queue.end_hold(lease.clip_id)
    assert rig.code(ANA, lease) == ""


def test_clip_in_quarantine_has_no_key_whatever_the_lease_says(rig: BrokerBench) -> None:
    lease = rig.claimed()
    with rig.bench.database() as database:
        database.execute("UPDATE queue_clip SET state = 'quarantined' WHERE clip_id = ?", (lease.clip_id,))
    assert rig.code(ANA, lease) == "CLIP_QUARANTINED"


def test_without_an_agreement_nothing_is_released(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.bench.clock.advance(800 * 86_400)
    assert rig.code(ANA, lease) == "NDA_REQUIRED"


@pytest.mark.parametrize(
    ("proposed_by", "state", "refused"),
    [
        ("", RedactionState.PROPOSED, "CLIP_BEING_REDACTED"),
        (ANA, RedactionState.PROPOSED, ""),
        (ANA, RedactionState.CONFIRMED, "CLIP_BEING_REDACTED"),
        ("", RedactionState.REJECTED, ""),
    ],
)
def test_muted_part_that_somebody_else_found_keeps_the_key_back(
    rig: BrokerBench, proposed_by: str, state: RedactionState, refused: str
) -> None:
    lease = rig.claimed()
    who = rig.identity(proposed_by).person.id if proposed_by else ""
    kind = next(iter(PersonalDataKind))
    redaction = Redaction(
        "r1",
        lease.clip_id,
        10,
        20,
        kind,
        RedactionSource.DRAFT,
        RedactionState.PROPOSED,
        who,
        rig.bench.clock.now(),
    )
    redactions = rig.bench.workspace._unit.redactions
    redactions.add(redaction)
    if state is not RedactionState.PROPOSED:
        redactions.decide("r1", state, rig.identity(QUINN).person.id, rig.bench.clock.now())
    assert rig.code(ANA, lease) == refused


def test_reviewer_who_decides_about_a_muted_part_gets_the_key(rig: BrokerBench) -> None:
    rig.bench.submitted(ANA, "words")
    qa = rig.bench.person(QUINN).qa
    qa.draw()
    lease = qa.work.claim()
    rig.bench.workspace._unit.redactions.add(
        Redaction(
            "r1",
            lease.clip_id,
            10,
            20,
            next(iter(PersonalDataKind)),
            RedactionSource.LISTENER,
            RedactionState.PROPOSED,
            rig.identity(ANA).person.id,
            rig.bench.clock.now(),
        )
    )
    assert rig.code(QUINN, lease) == ""


def test_ended_review_releases_nothing(rig: BrokerBench) -> None:
    rig.bench.submitted(ANA, "words")
    lease = rig.bench.reviewed(QUINN, "words", VerdictKind.ACCEPTED)
    assert rig.code(QUINN, lease) == "NOT_LEASED"


def test_released_and_submitted_leases_release_nothing(rig: BrokerBench) -> None:
    work = rig.bench.work(ANA)
    lease = rig.claimed()
    work.release(lease)
    assert rig.code(ANA, lease) == "NOT_LEASED"
    rig.bench.submitted(ANA, "words")
    assert rig.code(ANA, replace(lease, token=lease.token + 1)) == "NOT_LEASED"


@pytest.mark.parametrize("point", [bytes(32), bytes([1]) + bytes(31), (2**255 - 20).to_bytes(32, "little")])
def test_public_key_of_small_order_gets_no_key(rig: BrokerBench, point: bytes) -> None:
    lease, keyring = rig.claimed(), rig.identity(ANA).keyring
    public, message = signing.public_key_of(keyring.signing_key), b"reviewer delivery card\n" + point
    card = point + public + signing.sign(keyring.signing_key, message)
    assert is_card_of(card, public)
    rig.bench.workspace._unit.people.put_delivery_card(lease.person_id, card)
    assert rig.code(ANA, lease) == "DELIVERY_CARD_UNUSABLE"


def test_key_goes_to_no_public_key_that_somebody_else_put_there(rig: BrokerBench) -> None:
    lease = rig.claimed()
    theirs = delivery_card(rig.identity(BEN).keyring)
    rig.bench.workspace._unit.people.put_delivery_card(lease.person_id, theirs)
    assert rig.code(ANA, lease) == "DELIVERY_CARD_UNUSABLE"


def test_lead_who_signs_out_ends_the_broker(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.bench.sign_out(LEAD)
    assert rig.code(ANA, lease) == "BROKER_LEAD_GONE"


def test_key_that_was_replaced_after_the_row_stays_here(
    rig: BrokerBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = rig.claimed()
    facts = rig.broker._facts
    found = facts.clip_key(lease.clip_id)
    monkeypatch.setattr(facts, "clip_key", lambda _clip: replace(found, stored_as="another"))
    assert rig.code(ANA, lease) == "CLIP_CHANGED"
    assert [event.action for event in rig.events()[-2:]] == [Action.KEY_RELEASED, Action.KEY_REFUSED]


def test_request_is_answered_once_also_after_a_restart(rig: BrokerBench) -> None:
    body = rig.signed(ANA, rig.claimed()).to_bytes()
    assert rig.broker.answer(body).status == 200
    assert rig.broker.answer(body).code == "KEY_REQUEST_REPLAYED"
    rig.restart()
    assert rig.broker.answer(body).code == "KEY_REQUEST_REPLAYED"
    rig.bench.clock.advance(2 * WINDOW.total_seconds())
    assert rig.broker.answer(body).code == "KEY_REQUEST_TIME"


def test_request_that_is_sent_twice_at_once_is_answered_once(rig: BrokerBench) -> None:
    body = rig.signed(ANA, rig.claimed()).to_bytes()
    with ThreadPoolExecutor(8) as threads:
        codes = [answered.code for answered in threads.map(rig.broker.answer, [body] * 8)]
    assert sorted(codes) == ["", *["KEY_REQUEST_REPLAYED"] * 7]
    assert len(rig.events(Action.KEY_RELEASED)) == 1


def test_request_from_the_future_is_known_as_long_as_it_is_valid(rig: BrokerBench) -> None:
    lease = rig.claimed()
    body = rig.signed(ANA, lease, at=rig.bench.clock.now() + WINDOW).to_bytes()
    assert rig.broker.answer(body).status == 200
    rig.bench.clock.advance(2 * WINDOW.total_seconds())
    rig.bench.work(ANA).beat(lease)
    assert rig.broker.answer(body).code == "KEY_REQUEST_REPLAYED"


def test_refused_request_does_not_become_valid_later(rig: BrokerBench) -> None:
    lease = rig.claimed()
    queue = rig.bench.workspace._unit.queue
    queue.hold(lease.clip_id, next(iter(HoldReason)))
    body = rig.signed(ANA, lease).to_bytes()
    assert rig.broker.answer(body).code == "CLIP_ON_HOLD"
    queue.end_hold(lease.clip_id)
    assert rig.broker.answer(body).code == "KEY_REQUEST_REPLAYED"


def test_clock_that_is_set_back_opens_no_window_again(rig: BrokerBench) -> None:
    body = rig.signed(ANA, rig.claimed()).to_bytes()
    assert rig.broker.answer(body).status == 200
    rig.bench.clock.advance(600)
    rig.claimed(BEN)
    rig.ask(BEN, rig.bench.work(BEN).claim())
    rig.bench.clock.set_back(600)
    rig.restart()
    assert rig.broker.answer(body).status != 200


@pytest.mark.parametrize("is_restarted", [False, True])
def test_clock_that_was_hours_ahead_refuses_nobody_once_it_is_right(
    rig: BrokerBench, *, is_restarted: bool
) -> None:
    at = rig.bench.clock.now()
    rig.bench.clock.advance(5 * 3600)
    lease = rig.claimed()
    assert rig.code(ANA, lease, at=at) == "KEY_REQUEST_TIME"
    rig.bench.clock.set_back(5 * 3600)
    if is_restarted:
        rig.restart()
    body = rig.signed(ANA, lease).to_bytes()
    assert rig.broker.answer(body).status == 200
    assert rig.broker.answer(body).code == "KEY_REQUEST_REPLAYED"


def test_clock_that_falls_hours_behind_while_the_broker_runs_refuses_nobody(rig: BrokerBench) -> None:
    lease = rig.claimed()
    at = rig.bench.clock.now()
    assert rig.code(ANA, lease) == ""
    rig.bench.clock.set_back(5 * 3600)
    body = rig.signed(ANA, lease, at=at).to_bytes()
    assert rig.broker.answer(body).status == 200
    rig.restart()
    assert rig.broker.answer(body).code == "KEY_REQUEST_REPLAYED"


def test_full_disk_releases_no_key(rig: BrokerBench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "reviewer.broker")
    lease = rig.claimed()
    database = rig.log._database
    pages = database.value("PRAGMA page_count")
    database.rows(f"PRAGMA max_page_count = {pages}")
    answers = [rig.ask(ANA, lease) for _ in range(25)]
    failed = [each for each in answers if each.status == 503]
    assert failed
    assert {each.body for each in failed} == {b""}
    released = len([each for each in answers if each.status == 200])
    database.rows("PRAGMA max_page_count = 1000000")
    assert len(rig.events(Action.KEY_RELEASED)) == released
    assert rig.key(ANA, lease) == rig.true_key(lease.clip_id)
    first, last = caplog.messages  # said once, and once that it is over
    assert first.startswith("No keys are released. ")
    assert "database or disk is full" in first
    assert last == "Keys are released again."


def test_log_that_somebody_else_wrote_on_takes_no_row_and_releases_no_key(rig: BrokerBench) -> None:
    lease = rig.claimed()
    with sqlite3.connect(rig.log_file) as other:
        other.execute(
            "INSERT INTO log (seq, body, prev, hash) SELECT max(seq) + 1, x'7b7d', hash, x'00' FROM"
            " (SELECT seq, hash FROM log UNION ALL SELECT 0, zeroblob(32)) ORDER BY seq DESC LIMIT 1"
        )
    other.close()
    assert rig.ask(ANA, lease).status == 503


def test_log_verifies_and_shows_a_row_that_was_edited(rig: BrokerBench) -> None:
    lease = rig.claimed()
    rig.log.started(rig.identity(LEAD).person.id, rig.bench.workspace.workspace_id, "127.0.0.1:8443")
    rig.key(ANA, lease)
    rig.code(BEN, lease)
    rig.log.stopped(rig.identity(LEAD).person.id)
    finding = verify_file(rig.log_file)
    assert finding.ok, finding
    with sqlite3.connect(rig.log_file) as other:
        other.execute("DROP TRIGGER log_no_update")
        other.execute("UPDATE log SET body = CAST(replace(body, 'key.released', 'key.refused') AS BLOB)")
    other.close()
    assert not verify_file(rig.log_file).ok


def test_another_leads_broker_does_not_write_into_this_log(rig: BrokerBench) -> None:
    with pytest.raises(Refused) as refused:
        BrokerLog(rig.folder / "broker", rig.bench.clock, b"k" * 32)
    assert refused.value.code == "BROKER_LOG_OF_ANOTHER"


def test_server_that_lifts_every_limit_gets_nobody_more_clips_than_the_broker_allows(
    rig: BrokerBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever owns the queue's database gives a friend one lease after the other."""
    facts = rig.bench.workspace.release_facts(rig.identity(LEAD))
    limits = rig.bench.workspace.project.limits
    assert facts.most_clips_an_hour() == 2 * limits.opens_per_hour > 0
    monkeypatch.setattr(rig.broker._facts, "most_clips_an_hour", lambda: 1)
    first, theirs = rig.claimed(), rig.claimed(BEN)
    assert [rig.code(ANA, first) for _ in range(2)] == ["", ""]  # the same clip again
    rig.bench.work(ANA).skip(first, SkipReason.TECHNICAL)
    second = rig.claimed()
    assert second.clip_id != first.clip_id
    assert rig.code(ANA, second) == "KEY_REQUEST_CLIPS"
    assert row_of(rig) == (Action.KEY_REFUSED, "KEY_REQUEST_CLIPS")
    assert rig.code(BEN, theirs) == ""
    rig.bench.person(LEAD).lead.lift_limits(ANA)
    assert rig.code(ANA, second) == ""


def test_burst_is_refused_with_one_row_and_ends_after_a_minute(tmp_path: Path) -> None:
    rig = make_broker_bench(tmp_path, a_minute=3)
    lease, theirs = rig.claimed(), rig.claimed(BEN)
    codes = [rig.code(ANA, lease) for _ in range(6)]
    assert codes == ["", "", "", *["KEY_REQUEST_RATE"] * 3]
    assert [event.reason for event in rig.events(Action.KEY_REFUSED)] == ["KEY_REQUEST_RATE"]
    assert rig.code(BEN, theirs) == ""
    rig.bench.clock.advance(61)
    assert rig.code(ANA, lease) == ""
    rig.close()


def test_what_nobody_signed_cannot_fill_the_log(rig: BrokerBench) -> None:
    answers = [rig.broker.answer(b"{}").code for _ in range(40)]
    assert answers.count("KEY_REQUEST_MALFORMED") == 20
    assert len(rig.events(Action.KEY_REFUSED)) == 21
    assert rig.code(ANA, rig.claimed()) == ""
