"""A clip's whole way from a lead's folder through two people's own, over a server, a bucket and a broker."""

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO

import pytest

from reviewer.access.release_comparison import Lack, compare
from reviewer.clips.store import LocalClipStore
from reviewer.db.connection import Database
from reviewer.errors import (
    ClipWithdrawn,
    Damaged,
    LeaseLapsed,
    NotLeased,
    Refused,
    SubmissionConflict,
    Unavailable,
)
from reviewer.lead.keyed_hashes import KeyedHashes
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action
from reviewer.model.held_back import HeldCode, HeldFind
from reviewer.model.hypothesis import Hypothesis
from reviewer.model.intervals import Span
from reviewer.model.people import Role
from reviewer.model.redaction import RedactionSource
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.queue.postgres_connection import QueueServer
from reviewer.session.acts import Release
from reviewer.session.draft_measurement import DraftMeasurement
from reviewer.session.redactions import Redactions, propose
from reviewer.session.work_session import WorkSession
from reviewer.workspace import open_workspace
from tests.benches.broker_team import DirectKeys
from tests.benches.own_folders import CHEAP, Office, office_elsewhere
from tests.benches.workspace import LEAD, Bench, annotation, hear

pytest.importorskip("obstore")
CLIPS = 20


@pytest.fixture(scope="module")
def one_office(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Some clips; each test admits people of its own."""
    with office_elsewhere(tmp_path_factory.mktemp("office"), postgres) as made:
        made.import_clips(CLIPS)
        made.start_broker()
        yield made
        made.close_verified()


def purge(office: Office, clip_id: str) -> None:
    """The lead purges the source of a clip."""
    hashes = KeyedHashes(office.lead.person(LEAD).identity.keyring)
    sources = [f"source-{number:04d}" for number in range(CLIPS)]
    clips = office.lead.workspace._unit.clips
    (source,) = [each for each in sources if clips.of_source(hashes.of_source_id(each)) == clip_id]
    office.lead.person(LEAD).lead.purge([source])


def rows(office: Office, name: str, query: str) -> list[dict[str, object]]:
    with closing(Database(office.own_folder(name) / DATABASE_FILE)) as opened:
        return opened.rows(query)


def test_clip_goes_from_the_leads_folder_through_two_own_folders_into_a_set(office: Office) -> None:
    ana, quinn = office.admit("Amara Diallo", Role.CONTRACTOR), office.admit("Bruno Keller", Role.QA)
    ana.agree("Amara Diallo")
    quinn.agree("Bruno Keller")
    ana.submitted("Amara Diallo", "hello there")
    quinn.reviewed("Bruno Keller", "hello there", VerdictKind.ACCEPTED)
    qa = quinn.person("Bruno Keller")
    assert not qa.qa.work.redactions.may_decide
    with pytest.raises(Refused, match="REDACTION_OWN_FOLDER"):
        Redactions(quinn.workspace._unit, quinn.workspace._access).reject(qa.identity, "r1")
    office.lead.agree(LEAD)
    lead = office.lead.person(LEAD).lead
    lead.export(office.folder / "set", ["nemo"])
    (found,) = (office.folder / "set").rglob("*.jsonl")
    assert "hello there" in found.read_text(encoding="utf-8")
    for name, window in office.windows.items():
        window.sign_out(name)
        window.person(name)
        window.workspace.sessions.seal_log()
        window.workspace.sessions.show_log()
    seen = {each.person_id: (each.log_id, each.state.value) for each in lead.server_watch.seen_logs()}
    people = {each.id: each.name for each in lead.people()}
    wanted = {name: (window.workspace._unit.log.log_id, "seen") for name, window in office.windows.items()}
    assert {people[each]: what for each, what in seen.items() if people[each] in wanted} == wanted
    assert len({log_id for log_id, _ in seen.values()}) == len(wanted) + 1


def test_own_folder_holds_no_wrapped_key_and_no_facts_of_clips_of_others(office: Office) -> None:
    ana, ben = office.admit("Chidi Okoro", Role.CONTRACTOR), office.admit("Dana Novak", Role.CONTRACTOR)
    for name, window in (("Chidi Okoro", ana), ("Dana Novak", ben)):
        window.agree(name)
    anas, bens = ana.work("Chidi Okoro").claim(), ben.work("Dana Novak").claim()
    hear(ana.work("Chidi Okoro"), anas)
    assert rows(office, "Chidi Okoro", "SELECT id, wrapped_key FROM clip") == [
        {"id": anas.clip_id, "wrapped_key": b""}
    ]
    (row,) = rows(office, "Chidi Okoro", "SELECT source_hash, speaker_hash, samples_hash FROM clip")
    assert set(row.values()) == {f"elsewhere {anas.clip_id}"}
    lead = office.lead.person(LEAD).identity.keyring
    keys = [lead.workspace_key, lead.signing_key, lead.log_key, lead.hash_key, lead.qa_secret]
    held = b"".join(
        file.read_bytes() for file in office.own_folder("Chidi Okoro").rglob("*") if file.is_file()
    )
    assert not [key for key in keys if key in held]
    assert bens.clip_id.encode() not in held
    with pytest.raises(NotLeased):
        ana.workspace._unit.queue.clip_facts(bens.clip_id)
    for act in (
        lambda queue: queue.put_clip_facts([]),
        lambda queue: queue.put_team_policy(10**9, "{}"),
        lambda queue: queue.agreements_of(bens.person_id),
    ):
        with pytest.raises(Refused, match="NOT_ALLOWED"):
            act(ana.workspace._unit.queue)
    assert ana.workspace._unit.queue.purged_among([bens.clip_id]) == []
    office.sql("UPDATE reviewer_data.task SET lease_until = 1 WHERE id = %s", anas.task_id)
    with pytest.raises(LeaseLapsed):
        ana.workspace._unit.queue.clip_facts(anas.clip_id)


def test_recognisers_drafts_come_sealed_with_the_lease_and_none_in_which_something_was_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DraftMeasurement, "is_hidden", lambda *_: False)  # one task in twenty shows none
    ines = office.admit("Ines Silva", Role.CONTRACTOR)
    ines.agree("Ines Silva")
    work = ines.work("Ines Silva")
    lease = work.claim()
    unit, identity = office.lead.workspace._unit, office.lead.person(LEAD).identity
    for number, said in enumerate(("good morning", "good evening")):
        made = Hypothesis(f"h{number}", lease.clip_id, "vosk", "1", said)
        unit.hypotheses.add(identity.keyring, made)
    lead = office.lead.person(LEAD).lead
    lead.admission.publish()
    opened = hear(work, lease)
    assert [one.text for one in opened.hypotheses] == ["good morning", "good evening"]
    query = "SELECT facts::text FROM reviewer_data.clip_facts WHERE clip_id = %s"
    ((facts,),) = office.sql(query, lease.clip_id)
    assert "vosk" in facts
    assert "good" not in facts
    find = HeldFind(lease.clip_id, "", HeldCode.DRAFT, "phone", None, None, unit.clock.now())
    unit.held_finds.replace(lease.clip_id, "", [find])
    lead.admission.publish()
    work.close(lease)
    assert work.open(lease).hypotheses == ()
    assert rows(office, "Ines Silva", "SELECT id FROM hypothesis") == []
    work.close(lease)


def test_purge_reaches_an_own_folder_with_the_next_answer(office: Office) -> None:
    ana = office.admit("Edda Larsen", Role.CONTRACTOR)
    ana.agree("Edda Larsen")
    work = ana.work("Edda Larsen")
    first = work.claim()
    hear(work, first)
    work.save_draft(first, annotation("hello"), 1)
    purge(office, first.clip_id)
    with pytest.raises(ClipWithdrawn):
        work.open(first)
    (row,) = rows(office, "Edda Larsen", "SELECT product, wrapped_key, purge_at FROM clip")
    assert row == {"product": "", "wrapped_key": None, "purge_at": 0}
    assert rows(office, "Edda Larsen", "SELECT 1 FROM draft") == []
    (purged,) = ana.events(Action.PURGED)
    assert (purged.object, purged.reason) == (first.clip_id, "team")


def test_purge_reaches_a_folder_whose_person_does_not_ask_for_the_clip(office: Office) -> None:
    ana = office.admit("Farid Haddad", Role.CONTRACTOR)
    ana.agree("Farid Haddad")
    ana.submitted("Farid Haddad", "hello there")
    (row,) = rows(office, "Farid Haddad", "SELECT id FROM clip")
    purge(office, str(row["id"]))
    assert ana.workspace.purge_due(ana.person("Farid Haddad").identity) == (row["id"],)
    assert rows(office, "Farid Haddad", "SELECT id FROM clip WHERE wrapped_key IS NOT NULL") == []
    store = office.lead.workspace._store
    assert store.clip_ids() == office.lead.workspace._unit.clips.all_stored_as()


def test_clip_whose_time_is_over_goes_from_an_own_folder_by_itself(office: Office) -> None:
    ana = office.admit("Lena Vogel", Role.CONTRACTOR)
    ana.agree("Lena Vogel")
    ana.submitted("Lena Vogel", "hello there")
    unit, identity = ana.workspace._unit, ana.person("Lena Vogel").identity
    (clip_id,) = unit.clips.ids()
    unit.clips.keep_until(clip_id, unit.clock.now())
    assert ana.workspace.purge_due(identity) == (clip_id,)
    assert rows(office, "Lena Vogel", "SELECT id FROM clip WHERE wrapped_key IS NOT NULL") == []
    (purged,) = ana.events(Action.PURGED)
    assert (purged.object, purged.reason) == (clip_id, "retention")


def test_clip_of_a_queue_whose_facts_are_not_on_the_server_is_said_and_not_skipped(office: Office) -> None:
    office.sql("DELETE FROM reviewer_data.clip_facts")
    ana = office.admit("Greta Weiss", Role.CONTRACTOR)
    ana.agree("Greta Weiss")
    with pytest.raises(Unavailable, match="CLIP_FACTS_MISSING"):
        ana.work("Greta Weiss").claim()
    office.lead.workspace.own_folders(office.lead.person(LEAD).identity).publish()
    hear(ana.work("Greta Weiss"), ana.work("Greta Weiss").claim())


def test_broker_refuses_somebody_whose_own_folder_showed_no_agreement(office: Office) -> None:
    ana = office.admit("Hiro Tanaka", Role.CONTRACTOR)
    ana.agree("Hiro Tanaka")
    lease = ana.work("Hiro Tanaka").claim()
    office.sql("UPDATE reviewer_data.agreement_signed SET evidence = set_byte(evidence, 9, 0)")
    with pytest.raises(Refused, match="NDA_REQUIRED"):
        ana.work("Hiro Tanaka").open(lease)


def test_clip_with_a_part_that_a_draft_muted_opens_in_no_own_folder(office: Office) -> None:
    """An own folder knows of no redactions but its person's own marks, so its program would mute nothing."""
    ana = office.admit("Kofi Mensah", Role.CONTRACTOR)
    ana.agree("Kofi Mensah")
    work = ana.work("Kofi Mensah")
    lease = work.claim()
    assert lease is not None
    unit, lead = office.lead.workspace._unit, office.lead.person(LEAD).identity
    with unit.transaction():
        span, clip = Span(0, 800), unit.clips.get(lease.clip_id)
        propose(unit, lead, clip, span, PersonalDataKind.NAME, RedactionSource.DRAFT)
    with pytest.raises(Refused, match="CLIP_BEING_REDACTED"):
        work.open(lease)


def lacks(office: Office, name: str) -> list[Lack]:
    """What the logs of the broker and of somebody's own folder tell differently about them."""
    person_id = office.windows[name].person(name).identity.person.id
    found = compare([office.folder / "broker"], [office.own_folder(name)])
    return [each.lack for each in found.differences if each.person_id == person_id]


def test_clips_taken_along_in_an_own_folder_open_while_queue_broker_and_bucket_are_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Mina Sato"
    ana = office.admit(name, Role.CONTRACTOR)
    project = ana.workspace.project
    ana.workspace.project = replace(project, queue=replace(project.queue, bundle_clips=2))
    ana.agree(name)
    work = ana.work(name)
    work.sending.begin(lambda: None)
    store, opens = type(ana.workspace._store), type(ana.workspace._store).open

    def read(self: LocalClipStore, clip_id: str, kind: ContentKind) -> BinaryIO:
        try:
            return opens(self, clip_id, kind)
        except Damaged as missing:
            raise Unavailable("CLIP_NOT_READ", problem="denied") from missing

    def has(*_given: object) -> bool:
        raise Unavailable("CLIP_NOT_READ", problem="denied")

    monkeypatch.setattr(store, "open", read)  # as credentials that may only read have it
    monkeypatch.setattr(store, "has", has)
    first = work.claim()
    assert first is not None
    work.open(first)
    work.prefetch()
    work.take_along()
    opened = [first.clip_id]
    assert Lack.NO_OPENING not in lacks(office, name)
    taken, unsealing = work._bundle._taken[0].lease, ana.workspace._access._unsealing
    unsealing._source(work.identity).clip_key(taken, unsealing._facts_here(taken.clip_id))
    assert Lack.NO_OPENING in lacks(office, name)  # own code that asks once more than its rows say

    def away(*_arguments: object, **_named: object) -> None:
        raise Unavailable("QUEUE_UNREACHABLE")

    with monkeypatch.context() as patch:
        patch.setattr(QueueServer, "_call", away)
        patch.setattr(DirectKeys, "reach", away)
        patch.setattr(type(ana.workspace._store), "open", away)
        lease = first
        for _ in range(2):
            found = work.hand_over(Release(lease))
            assert found is not None
            assert found.samples.frames == found.clip.frames
            lease = found.lease
            opened.append(lease.clip_id)
            with suppress(Unavailable):
                work.prefetch()
        assert work.hand_over(Release(lease)) is None
    work.sending.send()
    work.drop_prefetched()
    work.sending.send()
    assert [event.object for event in ana.events(Action.CLIP_OPENED)] == opened
    assert work.resume() is None


def test_work_of_a_copied_folder_is_kept_for_the_lead_when_the_other_was_first(office: Office) -> None:
    """One folder on two machines: both resume the same lease, and hand different texts in under its key."""
    name = "Nadia Rahman"
    first = office.admit(name, Role.CONTRACTOR)
    first.agree(name)
    begun = first.work(name).claim()
    hear(first.work(name), begun)
    first.work(name).save_draft(begun, annotation("said before"), 1)
    first.sign_out(name)
    first.workspace.close()
    copy = office.own_folder(name).with_name("copy")
    shutil.copytree(office.own_folder(name), copy)
    first, second = office.reopen(name), Bench(open_workspace(copy, parameters=CHEAP), office.clock)  # type: ignore[arg-type]
    office._lend_keys(second)
    desks = [window.work(name) for window in (first, second)]
    opened = [work.open(work.resume()) for work in desks]
    for work, one, text in zip(desks, opened, ("said here", "said there"), strict=True):
        with suppress(SubmissionConflict):
            work.submit(one.lease, annotation(text, frames=one.clip.frames))
    second.work(name).deliver()
    for window in (first, second):
        window.workspace.sessions.seal_log()
    first.workspace.sessions.show_log()
    with pytest.raises(Refused, match="WITNESS_LOG_"):
        second.workspace.sessions.show_log()
    second.workspace.close()
    person = first.person(name).identity.person.id
    late = [each for each in office.lead.person(LEAD).lead.overview().late_drafts if each.person_id == person]
    assert len(late) == 1
    purge(office, begun.clip_id)  # no QA person of another test gets it


def takes_along(office: Office, name: str) -> WorkSession:
    """Somebody's work in a window that takes two clips along."""
    workspace = office.windows[name].workspace
    workspace.project = replace(workspace.project, queue=replace(workspace.project.queue, bundle_clips=2))
    work = office.windows[name].work(name)
    work.sending.begin(lambda: None)
    return work


def test_after_a_crash_each_key_of_what_was_taken_along_is_asked_for_again_after_a_row(
    office: Office,
) -> None:
    name = "Ravi Patel"
    office.admit(name, Role.CONTRACTOR)
    work = takes_along(office, name)
    office.windows[name].agree(name)
    first = work.claim()
    assert first is not None
    work.open(first)
    work.take_along()
    crashed, taken = office.windows.pop(name), [each.lease for each in work._bundle._taken]
    assert len(taken) == 2
    for lease in (first, *taken):  # seen last an hour ago
        at = office.clock.now() - timedelta(hours=1)
        crashed.workspace._unit.open_tasks.seen(lease.task_id, lease.person_id, lease.clip_id, "a.1.b", at)
    again = office.reopen(name)
    work = takes_along(office, name)
    resumed = work.resume()
    assert resumed is not None
    assert resumed.clip_id == first.clip_id
    work.open(resumed)
    work.take_along()
    assert [each.lease.clip_id for each in work._bundle._taken] == [lease.clip_id for lease in taken]
    rows = [event.object for event in again.events(Action.CLIP_PREFETCHED)]
    assert rows == [lease.clip_id for lease in taken] * 2
    assert Lack.NO_OPENING not in lacks(office, name)
    work.give_back_along()
    work.release(resumed)
    work.sending.send()
    assert work.resume() is None
    crashed.workspace.close()
