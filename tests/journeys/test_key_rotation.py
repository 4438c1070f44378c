"""Revoking somebody replaces the workspace key; everybody else goes on with everything."""

import pytest

from reviewer.access.audit_log import AuditLog
from reviewer.clips.key_delivery import RECOVERY_ID
from reviewer.clips.keys import KdfParameters, unwrap_clip_key
from reviewer.errors import Damaged, Refused
from reviewer.lead.intake_report import IntakeOptions
from reviewer.lead.key_rotation import KeyRotation
from reviewer.lead.people import People
from reviewer.model.event import Action, Event
from reviewer.model.people import Role
from reviewer.model.task import VerdictKind
from tests.benches.lead import LeadBench
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE, QUINN, Bench, write_clips

NEW = "another long passphrase"


def wrapped(bench: Bench) -> dict[str, bytes]:
    with bench.database() as database:
        rows = database.rows("SELECT id, wrapped_key FROM clip WHERE wrapped_key IS NOT NULL")
    return {row["id"]: row["wrapped_key"] for row in rows}


def test_what_the_revoked_person_knew_opens_no_clip(bench: Bench) -> None:
    known = bench.person(BEN).identity.keyring
    assert all(unwrap_clip_key(known.workspace_key, clip, key) for clip, key in wrapped(bench).items())
    bench.person(LEAD).lead.revoke(BEN)
    assert len(wrapped(bench)) == 3
    for clip, key in wrapped(bench).items():
        with pytest.raises(Damaged):
            unwrap_clip_key(known.workspace_key, clip, key)


def test_what_the_revoked_person_knew_signs_no_row(bench: Bench) -> None:
    known = bench.person(BEN).identity.keyring
    bench.person(LEAD).lead.revoke(BEN)
    with bench.database() as database:
        log = AuditLog(database, bench.clock, bench.workspace._unit.log.log_id)
        log.unlock(known.log_key)
        with pytest.raises(Refused, match="KEYS_REPLACED"):
            log.record(Event(Action.CLIP_HEARD))


def test_everybody_else_goes_on_in_open_windows_and_new_ones(bench: Bench) -> None:
    bench.agree(LEAD, ANA, QUINN)
    other = bench.another_window()
    other.signed_in[ANA] = other.workspace.sign_in(ANA, PASSPHRASE)
    bench.person(LEAD).lead.revoke(BEN)
    assert other.submitted(ANA, "in a window that was open")
    bench.sign_out(ANA)
    assert bench.submitted(ANA, "in a new one")
    assert bench.reviewed(QUINN, "in a new one", VerdictKind.ACCEPTED).task_id
    other.workspace.close()


def test_a_keyring_is_renewed_at_the_next_sign_in(bench: Bench) -> None:
    before = bench.person(ANA).identity.keyring
    bench.person(LEAD).lead.revoke(BEN)
    after = bench.workspace.sign_in(ANA, PASSPHRASE).identity.keyring
    assert (before.generation, after.generation) == (1, 2)
    assert after.workspace_key != before.workspace_key
    assert after.log_key != before.log_key
    assert (after.hash_key, after.signing_key) == (before.hash_key, before.signing_key)
    with bench.database() as database:
        database.execute("DELETE FROM key_delivery")
    assert bench.workspace.sign_in(ANA, PASSPHRASE).identity.keyring == after


def test_a_contractor_is_sent_no_secret_of_the_draw(bench: Bench) -> None:
    bench.person(LEAD).lead.revoke(BEN)
    assert bench.workspace.sign_in(ANA, PASSPHRASE).identity.keyring.qa_secret is None
    assert bench.workspace.sign_in(QUINN, PASSPHRASE).identity.keyring.qa_secret is not None


def test_keys_are_replaced_again_and_again_for_somebody_who_was_away(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    for number in range(3):
        lead.add_person(f"Passing {number}", Role.CONTRACTOR)
        lead.revoke(f"Passing {number}")
    assert bench.workspace.sign_in(ANA, PASSPHRASE).identity.keyring.generation == 4
    bench.agree(ANA)
    assert bench.submitted(ANA, "words")


def test_somebody_invited_before_enrols_with_the_keys_of_now(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    code = lead.add_person("New Person", Role.CONTRACTOR).code
    lead.revoke(BEN)
    bench.workspace.enrol("New Person", code, PASSPHRASE)
    bench.agree("New Person")
    assert bench.submitted("New Person", "words")


def test_clips_come_in_and_sources_are_found_as_before(bench: Bench, tmp_path) -> None:
    lead = bench.person(LEAD).lead
    lead.revoke(BEN)
    report = lead.import_manifest(
        write_clips(tmp_path / "more", bench.clock, ["", "", "", "new"]), IntakeOptions()
    )
    assert (report.accepted, report.refused) == (1, 3)
    assert lead.purge(["source-0000"]).purged


def test_the_log_says_what_was_replaced_and_verifies(bench: Bench) -> None:
    bench.person(LEAD).lead.revoke(BEN)
    told = bench.events(Action.KEYS_REPLACED)[-1]
    assert told.detail.items() >= {"generation": 2, "clips": 3, "damaged": 0, "without": []}.items()
    assert told.detail["log_key"] == bench.workspace._unit.log.keys().current.hex()
    assert bench.person(LEAD).lead.verify_log().ok


def test_a_clip_key_that_does_not_open_stops_nobody_from_being_revoked(bench: Bench) -> None:
    with bench.database() as database:
        clip = database.value("SELECT id FROM clip")
        database.execute("UPDATE clip SET wrapped_key = x'01' WHERE id = ?", (clip,))
    bench.person(LEAD).lead.revoke(BEN)
    assert bench.events(Action.KEYS_REPLACED)[-1].detail["damaged"] == 1


def test_keys_go_to_no_card_that_the_log_does_not_have(bench: Bench) -> None:
    """An account that was written into the file gets nothing, nor does a card put in a person's place."""
    mallory = bench.person(BEN).identity
    ana = bench.person(ANA).identity.person.id
    with bench.database() as database:
        card = database.value("SELECT delivery_card FROM person WHERE id = ?", (mallory.person.id,))
        database.execute(
            "UPDATE person SET delivery_card = ?, public_key = ? WHERE id = ?",
            (card, mallory.person.public_key, ana),
        )
    bench.person(LEAD).lead.revoke(BEN)
    with bench.database() as database:
        sent = {row["person_id"] for row in database.rows("SELECT person_id FROM key_delivery")}
    assert ana not in sent
    assert RECOVERY_ID in sent
    assert bench.events(Action.KEYS_REPLACED)[-1].detail["without"] == [ana]


def test_keys_that_no_lead_sent_are_damage(bench: Bench) -> None:
    bench.person(LEAD).lead.revoke(BEN)
    with bench.database() as database:
        database.execute("UPDATE key_delivery SET signature = zeroblob(64)")
    with pytest.raises(Damaged, match="KEY_DELIVERY_DAMAGED"):
        bench.workspace.sign_in(ANA, PASSPHRASE)


def test_who_was_sent_nothing_gets_in_again_by_a_code(bench: Bench) -> None:
    bench.person(LEAD).lead.revoke(BEN)
    with bench.database() as database:
        database.execute("DELETE FROM key_delivery")
        database.execute("UPDATE person SET delivery_card = x'' WHERE name = ?", (ANA,))
    with pytest.raises(Refused, match="KEYS_REPLACED"):
        bench.workspace.sign_in(ANA, PASSPHRASE)
    bench.workspace.sign_out(bench.signed_in.pop(LEAD))
    with pytest.raises(Refused, match="KEYS_REPLACED"):
        bench.person(LEAD)


def test_a_lead_with_a_new_signing_key_still_counts_as_the_sender(bench: Bench) -> None:
    lead = bench.person(LEAD).lead
    code = lead.add_person("Sam Second", Role.LEAD).code
    bench.workspace.enrol("Sam Second", code, PASSPHRASE)
    bench.person("Sam Second").lead.revoke(BEN)
    code = lead.issue_code("Sam Second").code
    bench.workspace.enrol("Sam Second", code, NEW)
    assert bench.workspace.sign_in(ANA, PASSPHRASE).identity.keyring.generation == 2


def test_a_clip_that_comes_in_while_keys_are_wrapped_is_not_lost(tmp_path) -> None:
    bench = LeadBench(tmp_path / "ws")
    bench.add_clip("c1")
    rotation = KeyRotation(bench.unit)
    prepared = rotation.prepare(bench.lead.keyring)
    bench.add_clip("c2")
    with bench.unit.transaction():
        rotation.commit(bench.lead, prepared)
    for clip in ("c1", "c2"):
        with bench.unit.content.audio(bench.lead.keyring, clip) as stream:
            assert stream.read(4)
    bench.close()


def test_two_leads_who_revoke_at_once_lose_no_key(tmp_path) -> None:
    bench = LeadBench(tmp_path / "ws")
    bench.add_clip("c1")
    rotation = KeyRotation(bench.unit)
    prepared = rotation.prepare(bench.lead.keyring)
    People(bench.unit, KdfParameters.cheap()).revoke(bench.lead, BEN)
    with bench.unit.transaction():
        rotation.commit(bench.lead, prepared)
    assert bench.unit.key_deliveries.generation() == 3
    with bench.unit.content.audio(bench.lead.keyring, "c1") as stream:
        assert stream.read(4)
    bench.close()
