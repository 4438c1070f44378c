"""What a superuser of the queue's server may try with the facts of clips and with work, and cannot."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from reviewer.access.clip_facts import signed_facts
from reviewer.access.signed_work import sign_late_draft
from reviewer.errors import Damaged, LeaseLost, Refused
from reviewer.lead.intake_report import IntakeOptions
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.lead.withdrawals import Withdrawal
from reviewer.model.annotation import storable_json
from reviewer.model.clip import ClipFacts, ContentKind
from reviewer.model.event import Action
from reviewer.model.hold import HoldReason
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.people import Role
from reviewer.model.serialization import from_json, to_json
from reviewer.model.task import Lease, SealedAnnotation
from reviewer.queue.postgres import PostgresQueue
from tests.benches.own_folders import Office, office_elsewhere
from tests.benches.workspace import LEAD, Bench, annotation, hear, write_clips

pytest.importorskip("obstore")
CLIPS = 15
AMARA = "Amara Diallo"
WITH_A_NUMBER = "call me at 0151 23456789 tomorrow"
YEAR = 365 * 24 * 3600 * 10**6
_hours = count(100, -1)
CHANGES: dict[str, Any] = {
    "product": "navigation",
    "locale": "de-DE",
    "rate_hz": 16000,
    "channels": 2,
    "frames": 1,
    "recorded_at": YEAR * 40,
    "consent_granted_at": YEAR * 40,
    "consent_withdrawn_at": YEAR * 90,
    "purge_at": YEAR * 90,
    "imported_at": YEAR * 40,
    "drafts": [],
    "serial": 10**9,
}


@pytest.fixture(scope="module")
def one_office(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Some clips, one of them in quarantine; each test admits people of its own."""
    folder = tmp_path_factory.mktemp("office")
    with office_elsewhere(folder, postgres) as made:
        manifest = write_clips(folder / "in", made.clock, [WITH_A_NUMBER] + [""] * (CLIPS - 1))  # type: ignore[arg-type]
        report = made.lead.person(LEAD).lead.import_manifest(manifest, IntakeOptions())
        assert (report.accepted, report.quarantined) == (CLIPS - 1, 1)
        made.start_broker()
        yield made
        made.close_verified()


def facts_on_the_server(office: Office, clip_id: str) -> dict[str, Any]:
    ((stored_as, facts),) = office.sql(
        "SELECT stored_as, facts FROM reviewer_data.clip_facts WHERE clip_id = %s", clip_id
    )
    return {"stored_as": stored_as, **facts}


def put_facts(office: Office, clip_id: str, facts: dict[str, Any]) -> None:
    rest = json.dumps({name: value for name, value in facts.items() if name != "stored_as"})
    office.sql(
        "UPDATE reviewer_data.clip_facts SET stored_as = %s, facts = %s WHERE clip_id = %s",
        facts["stored_as"],
        rest,
        clip_id,
    )


@contextmanager
def with_facts(office: Office, clip_id: str, facts: dict[str, Any]) -> Iterator[None]:
    """Other facts of a clip, which stay whatever leads put there; then those that were there last."""
    before = facts_on_the_server(office, clip_id)
    put_facts(office, clip_id, facts)
    office.sql(
        "CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';"
        " CREATE TRIGGER keep BEFORE UPDATE ON reviewer_data.clip_facts"
        " FOR EACH ROW EXECUTE FUNCTION public.keep()",
    )
    try:
        yield
    finally:
        office.sql("DROP FUNCTION public.keep() CASCADE")
        put_facts(office, clip_id, before)


@pytest.fixture(scope="module")
def desk(one_office: Office) -> tuple[Bench, Lease]:
    """Somebody who has typed into a clip; each test leaves its facts as they were."""
    return at_work(one_office, AMARA)


def at_work(office: Office, name: str) -> tuple[Bench, Lease]:
    """Somebody who has typed into a clip and closed it."""
    window = office.admit(name, Role.CONTRACTOR)
    window.agree(name)
    work = window.work(name)
    lease = work.claim()
    assert lease is not None
    hear(work, lease)
    work.save_draft(lease, annotation("half a sentence"), 1)
    work.close(lease)
    return window, lease


def refused(window: Bench, name: str, lease: Lease) -> str:
    """By which code the clip does not open: without sound, without a row of an opening."""
    heard = len(window.events(Action.CLIP_OPENED, Action.CLIP_HEARD))
    with pytest.raises((Damaged, Refused)) as raised:
        window.work(name).open(lease)
    assert len(window.events(Action.CLIP_OPENED, Action.CLIP_HEARD)) == heard
    assert window.workspace._access.opened(window.person(name).identity, lease.clip_id) is None
    return raised.value.code


def opens_with_draft(window: Bench, name: str, lease: Lease) -> bool:
    work = window.work(name)
    opened = work.open(lease)
    work.close(lease)
    return opened.draft is not None and opened.draft.text_verbatim == "half a sentence"


def test_each_fact_of_a_clip_that_is_changed_is_refused_and_the_draft_is_kept(
    office: Office, desk: tuple[Bench, Lease]
) -> None:
    (window, lease), name = desk, AMARA
    made = Hypothesis("h1", lease.clip_id, "vosk", "1", "good morning")
    office.lead.workspace._unit.hypotheses.add(office.lead.person(LEAD).identity.keyring, made)
    office.lead.workspace._unit.publish_facts(office.lead.person(LEAD).identity, [lease.clip_id])
    true = facts_on_the_server(office, lease.clip_id)
    assert len(true["drafts"]) == 1
    draft = {**true["drafts"][0], "version": "2"}
    tried = [{**true, field: value} for field, value in CHANGES.items()]
    tried += [{**true, "stored_as": "c0"}, {**true, "id": "c0"}, {**true, "drafts": [draft]}]
    fields = {"id", "stored_as", *CHANGES, "signed_by", "signature"}
    assert fields == true.keys()  # each is tried, here or below
    for changed in tried:
        put_facts(office, lease.clip_id, changed)
        assert refused(window, name, lease) == "CLIP_FACTS_CHANGED"
    put_facts(office, lease.clip_id, true)
    assert opens_with_draft(window, name, lease)


def test_facts_that_no_known_lead_signed_are_refused(office: Office, desk: tuple[Bench, Lease]) -> None:
    (window, lease), name = desk, AMARA
    true, identity = facts_on_the_server(office, lease.clip_id), window.person(name).identity
    (own,) = signed_facts(
        identity,
        office.lead.workspace.workspace_id,
        10**6,
        [from_json(ClipFacts, json.dumps({**true, "locale": "de-DE"}))],
    )
    by_a_contractor = json.loads(to_json(own))
    for changed in (
        {**true, "signature": ""},
        {**true, "signed_by": ""},
        {name: value for name, value in true.items() if name not in ("serial", "signed_by", "signature")},
        by_a_contractor,
    ):
        put_facts(office, lease.clip_id, changed)
        assert refused(window, name, lease) == "CLIP_FACTS_NOT_SIGNED"
    for changed in ({**by_a_contractor, "signed_by": true["signed_by"]}, {**true, "signature": "AAAA"}):
        put_facts(office, lease.clip_id, changed)
        assert refused(window, name, lease) == "CLIP_FACTS_CHANGED"
    office.lead.workspace.own_folders(office.lead.person(LEAD).identity).publish()  # as the commands do
    assert opens_with_draft(window, name, lease)


def test_facts_of_another_clip_are_refused(office: Office, desk: tuple[Bench, Lease]) -> None:
    (window, lease), name = desk, AMARA
    other = next(each for each in office.lead.imported() if each != lease.clip_id)
    true = facts_on_the_server(office, lease.clip_id)
    put_facts(office, lease.clip_id, facts_on_the_server(office, other))
    assert refused(window, name, lease) == "CLIP_FACTS_CHANGED"
    put_facts(office, lease.clip_id, true)
    assert opens_with_draft(window, name, lease)


def withdraw_later(office: Office, clip_id: str) -> None:
    """Consent to a clip ends some day, sooner each time: other facts, signed and put on the server."""
    lead, clips = office.lead.person(LEAD), office.lead.workspace._unit.clips
    hashes = KeyedHashes(lead.identity.keyring)
    sources = [f"source-{number:04d}" for number in range(CLIPS)]
    (source,) = [each for each in sources if clips.of_source(hashes.of_source_id(each)) == clip_id]
    lead.lead.withdraw([Withdrawal(source, office.clock.now() + timedelta(hours=next(_hours)))])


def test_folder_that_knows_later_facts_refuses_earlier_ones(
    office: Office, desk: tuple[Bench, Lease]
) -> None:
    (window, lease), name = desk, AMARA
    before = facts_on_the_server(office, lease.clip_id)
    withdraw_later(office, lease.clip_id)
    assert opens_with_draft(window, name, lease)
    with with_facts(office, lease.clip_id, before):
        assert refused(window, name, lease) == "CLIP_FACTS_OLD"
    assert opens_with_draft(window, name, lease)


def test_broker_gives_no_key_to_a_folder_that_was_given_facts_from_before_a_withdrawal(
    office: Office,
) -> None:
    name = "Edda Larsen"
    window = office.admit(name, Role.CONTRACTOR)
    window.agree(name)
    lease = window.work(name).claim()
    assert lease is not None
    before = facts_on_the_server(office, lease.clip_id)
    withdraw_later(office, lease.clip_id)
    with with_facts(office, lease.clip_id, before):
        with pytest.raises(Refused, match="CLIP_FACTS_OLD"):
            window.work(name).open(lease)
        (put_away,) = window.events(Action.CLIP_PUT_AWAY)
        assert (put_away.object, put_away.reason) == (lease.clip_id, "CLIP_FACTS_OLD")
        assert not window.events(Action.CLIP_HEARD)
        assert not window.workspace._unit.content.released._held
        put_facts(office, lease.clip_id, before)
    window.work(name).open(lease)
    assert window.workspace._unit.clips.get(lease.clip_id).consent_withdrawn_at is not None


def test_facts_that_did_not_reach_the_server_are_put_there_by_the_broker(
    office: Office, desk: tuple[Bench, Lease]
) -> None:
    (window, lease), name = desk, AMARA
    before = facts_on_the_server(office, lease.clip_id)
    withdraw_later(office, lease.clip_id)
    put_facts(office, lease.clip_id, before)
    assert opens_with_draft(window, name, lease)
    assert facts_on_the_server(office, lease.clip_id)["consent_withdrawn_at"] is not None


def test_clip_on_hold_gets_no_key_when_the_hold_is_taken_off_the_server(
    office: Office, desk: tuple[Bench, Lease]
) -> None:
    (window, lease), name = desk, AMARA
    identity, clip_list = office.lead.person(LEAD).identity, office.lead.person(LEAD).lead.clip_list
    clip_list.hold(identity, lease.clip_id, HoldReason.TECHNICAL)
    assert refused(window, name, lease) == "CLIP_ON_HOLD"
    office.sql("UPDATE reviewer_data.queue_clip SET hold = '' WHERE clip_id = %s", lease.clip_id)
    heard = len(window.events(Action.CLIP_HEARD))
    with pytest.raises(Refused, match="CLIP_ON_HOLD"):
        window.work(name).open(lease)
    assert len(window.events(Action.CLIP_HEARD)) == heard
    office.sql("UPDATE reviewer_data.queue_clip SET hold = 'technical' WHERE clip_id = %s", lease.clip_id)
    clip_list.release(identity, lease.clip_id)
    assert opens_with_draft(window, name, lease)


def test_clip_in_quarantine_gets_no_key_when_the_server_hands_it_out(office: Office) -> None:
    name = "Hiro Tanaka"
    window = office.admit(name, Role.CONTRACTOR)
    window.agree(name)
    ((clip_id,),) = office.sql(
        "UPDATE reviewer_data.queue_clip SET state = 'ready' WHERE state = 'quarantined' RETURNING clip_id",
    )
    office.sql("UPDATE reviewer_data.task SET priority = 99 WHERE clip_id = %s", clip_id)
    lease = window.work(name).claim()
    assert lease is not None
    assert lease.clip_id == clip_id
    with pytest.raises(Refused, match="CLIP_QUARANTINED"):
        window.work(name).open(lease)
    assert not window.events(Action.CLIP_HEARD)


def test_draft_is_kept_where_the_server_alone_says_that_its_clip_was_purged(
    office: Office, desk: tuple[Bench, Lease]
) -> None:
    (window, lease), name = desk, AMARA
    query = "UPDATE reviewer_data.queue_clip SET state = %s WHERE clip_id = %s"
    office.sql(query, "purged", lease.clip_id)
    assert refused(window, name, lease) == "CLIP_WITHDRAWN"
    assert window.workspace.purge_due(window.person(name).identity) == ()
    assert not window.events(Action.PURGED)
    office.sql(query, "in_review", lease.clip_id)
    assert opens_with_draft(window, name, lease)


def on_annotation(office: Office, clip_id: str, changes: str, *values: object) -> None:
    """Changes columns of the work on a clip, past the trigger that keeps them."""
    query = f"UPDATE reviewer_data.annotation SET {changes} WHERE clip_id = %s"
    office.sql_past_triggers(query, *values, clip_id)


def accepted(office: Office, name: str, text: str) -> str:
    """The clip of a submission that the draw passed without a review."""
    window = office.admit(name, Role.CONTRACTOR)
    window.agree(name)
    made = window.submitted(name, text)
    office.pass_undrawn()
    ((clip_id,),) = office.sql("SELECT clip_id FROM reviewer_data.annotation WHERE id = %s", made)
    return str(clip_id)


def in_a_set(office: Office) -> tuple[dict[str, int], set[str]]:
    """Which clips a set leaves out, and the texts that it has."""
    if not office.lead.workspace.agreement.is_live(office.lead.person(LEAD).identity):
        office.lead.agree(LEAD)
    found = office.lead.person(LEAD).lead.preview_export(["nemo"])
    assert found.row_count == len(found.rows)
    return found.left_out, {row.text for row in found.rows}


def test_work_that_was_changed_or_attributed_to_somebody_else_is_in_no_set(office: Office) -> None:
    clip_id = accepted(office, "Ines Silva", "the first words")
    other = accepted(office, "Kofi Mensah", "the second words")
    columns = "id, author, task_id, parent, schema_version, conventions_version"
    query = f"SELECT {columns} FROM reviewer_data.annotation WHERE clip_id = %s"
    (mine,), (theirs,) = office.sql(query, clip_id), office.sql(query, other)
    before, texts = in_a_set(office)
    assert "the first words" in texts
    assert "work_not_signed" not in before
    for changes, value, true in (
        ("author = %s", theirs[1], mine[1]),
        ("task_id = %s", theirs[2], mine[2]),
        ("parent = %s", theirs[0], mine[3]),
        ("schema_version = %s", "another", mine[4]),
        ("conventions_version = %s", "another", mine[5]),
    ):
        on_annotation(office, clip_id, changes, value)
        left_out, texts = in_a_set(office)
        assert left_out["work_not_signed"] == 1, changes
        assert "the first words" not in texts
        assert "the second words" in texts
        on_annotation(office, clip_id, changes, true)
    assert "the first words" in in_a_set(office)[1]


def test_text_that_somebody_with_the_clips_key_made_in_anothers_name_is_in_no_set(office: Office) -> None:
    """The owner of the server and somebody who had the clip on a lease, together."""
    clip_id = accepted(office, "Lena Fischer", "the third words")
    unit, identity = office.lead.workspace._unit, office.lead.person(LEAD).identity
    ((name, digest, sealed),) = office.sql(
        "SELECT id, digest, sealed FROM reviewer_data.annotation WHERE clip_id = %s", clip_id
    )
    content, keyring, kind = unit.content, identity.keyring, ContentKind.ANNOTATION
    signature = json.loads(content.unseal(keyring, clip_id, kind, name, sealed))["signed"]
    table = annotation("never said").to_table()
    for forged in (storable_json(table), storable_json({**table, "signed": signature})):
        on_annotation(
            office,
            clip_id,
            "digest = %s, sealed = %s",
            content.digest(keyring, clip_id, forged),
            content.seal(keyring, clip_id, kind, name, forged),
        )
        left_out, texts = in_a_set(office)
        assert left_out["verdict_not_signed"] == 1  # what was accepted is another text
        assert "never said" not in texts
    on_annotation(office, clip_id, "digest = %s, sealed = %s", digest, sealed)
    assert "the third words" in in_a_set(office)[1]


def test_one_text_that_was_changed_is_left_out_and_qa_types_it_anew(office: Office) -> None:
    clip_id = accepted(office, "Maren Holt", "the fourth words")
    accepted(office, "Tariq Aziz", "the fifth words")
    query = "SELECT digest, sealed FROM reviewer_data.annotation WHERE clip_id = %s"
    ((digest, sealed),) = office.sql(query, clip_id)
    assert {"the fourth words", "the fifth words"} <= in_a_set(office)[1]
    for reason, changes, value in (
        ("verdict_not_signed", "digest = %s", bytes(32)),  # the verdict has the digest of what was accepted
        ("verdict_not_signed", "digest = %s", b""),
        ("work_unreadable", "sealed = %s", b"x" * len(sealed)),
        ("work_unreadable", "sealed = %s", b"x"),
    ):
        on_annotation(office, clip_id, changes, value)
        left_out, texts = in_a_set(office)
        assert left_out[reason] == 1, changes
        assert "the fifth words" in texts
        assert "the fourth words" not in texts
        lead = office.lead.person(LEAD).lead
        words = list(
            lead.corpus._texts(lead.identity, "corpus", Counter[str](), lambda *_: None, lambda: False)
        )
        assert clip_id not in [each[0] for each in words]
        on_annotation(office, clip_id, "digest = %s, sealed = %s", digest, sealed)
    on_annotation(office, clip_id, "digest = %s", bytes(32))
    rows = [event for event in office.lead.events(Action.WORK_UNREADABLE) if event.object == clip_id]
    assert 1 <= len({str(event.detail) for event in rows}) == len(rows)  # once, however often it is met
    unit = office.lead.workspace._unit
    name = "Quentin Reyes"
    window = office.admit(name, Role.QA)
    window.agree(name)
    lead = office.lead.person(LEAD).lead
    lead.clip_list.assign(lead.identity, clip_id, name)
    work = window.work(name)
    lease = work.claim()
    assert lease is not None
    assert lease.clip_id == clip_id
    hear(work, lease)
    qa, whole = window.person(name).qa, PostgresQueue.accepted_passes
    assert qa.pass_versions(lease) == ()
    with pytest.MonkeyPatch.context() as patch:  # a clip of two passes, one of which was changed
        patch.setattr(
            PostgresQueue,
            "accepted_passes",
            lambda *given: [each for one in whole(*given) for each in (one, replace(one, digest=digest))],
        )
        (shown,) = qa.pass_versions(lease)
        assert shown.annotation.text_verbatim == "the fourth words"
    work.submit(lease, annotation("typed anew"))
    work.close(lease)
    assert unit.queue.final(clip_id) is not None
    left_out, texts = in_a_set(office)
    assert "work_unreadable" not in left_out
    assert {"typed anew", "the fifth words"} <= texts


def test_clip_that_the_server_made_up_is_left_out(office: Office) -> None:
    accepted(office, "Ulla Berg", "the sixth words")
    unit, whole = office.lead.workspace._unit, PostgresQueue.exportable_work

    def made_up(queue: PostgresQueue, clip_ids: Sequence[str]) -> list[SealedAnnotation]:
        works = whole(queue, clip_ids)
        return [*works, replace(works[0], id="a0", clip_id="c0")]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PostgresQueue, "exportable_work", made_up)
        left_out, texts = in_a_set(office)
    assert left_out["unknown_clip"] == 1
    assert "the sixth words" in texts
    assert unit.queue.final("c0") is None


def test_late_draft_that_somebody_with_the_clips_key_made_in_anothers_name_is_not_adopted(
    office: Office,
) -> None:
    """The owner of the server and somebody who had the clip, together."""
    names = ("Imani Okoro", "Jorge Silva")
    mine, other = (office.admit(name, Role.CONTRACTOR) for name in names)
    mine.agree(names[0])
    office.lead.agree(LEAD)
    work, lead = mine.work(names[0]), office.lead.person(LEAD)
    lease = work.claim()
    opened = hear(work, lease)
    lost = "UPDATE reviewer_data.task SET token = token + 1, state = 'open', person_id = NULL WHERE id = %s"
    office.sql(lost, lease.task_id)
    with pytest.raises(LeaseLost):
        work.submit(lease, annotation("the seventh words", frames=opened.clip.frames))
    work.deliver()
    (draft,) = [
        each for each in lead.lead.late_drafts.waiting(lead.identity) if each.clip_id == lease.clip_id
    ]
    author, victim = (window.person(name).identity for window, name in zip((mine, other), names, strict=True))
    content, workspace_id = office.lead.workspace._unit.content, office.lead.workspace.workspace_id
    plain = annotation("never said", frames=opened.clip.frames).to_bytes()
    named = (lease.task_id, lease.clip_id, victim.person.id, workspace_id)
    put = "UPDATE reviewer_data.late_draft SET person_id = %s, sealed = %s WHERE id = %s"

    def adopted() -> str:
        shown = lead.lead.late_drafts.open(lead.identity, draft.id)
        try:
            lead.lead.late_drafts.adopt(lead.identity, draft.id)
        except Refused as error:
            return f"{error.code} {shown.annotation.text_verbatim}"
        finally:
            lead.lead.late_drafts.close(lead.identity, draft.clip_id)
        return shown.annotation.text_verbatim

    for forged in (
        plain,
        sign_late_draft(plain, *named, author.keyring.signing_key),
        sign_late_draft(plain, "another", *named[1:], victim.keyring.signing_key),
        sign_late_draft(plain, named[0], "another", *named[2:], victim.keyring.signing_key),
    ):
        name = f"{lease.task_id}:{victim.person.id}"
        sealed = content.seal(lead.identity.keyring, lease.clip_id, ContentKind.LATE_DRAFT, name, forged)
        office.sql(put, victim.person.id, sealed, draft.id)
        assert adopted() == "LATE_NOT_SIGNED never said"
    office.sql(put, draft.person_id, draft.sealed, draft.id)
    assert adopted() == "the seventh words"
