"""A clip's whole way from a lead's folder through two people's own, over a server, a bucket and a broker."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from reviewer.access.verification import verify_file
from reviewer.db.connection import Database
from reviewer.errors import ClipWithdrawn, NotLeased, Refused, Unavailable
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from tests.benches.own_folders import Office, make_office
from tests.benches.shared_queue import new_database
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, annotation, hear
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import BUCKET, KEY_ID, SECRET, moto_server

pytest.importorskip("obstore")
pytest.importorskip("moto")
SOURCES = ["source-0000", "source-0001"]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with moto_server() as address:
        yield address


@pytest.fixture
def database(postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PGUSER", "postgres")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return new_database(postgres)


@pytest.fixture
def office(endpoint: str, database: str, tmp_path: Path) -> Iterator[Office]:
    """Two clips, and Ana and Quinn with folders of their own."""
    bucket = f'[clips]\nurl = "s3://{BUCKET}/sealed"\nendpoint = "{endpoint}"\nregion = "eu-central-1"\n'
    made = make_office(tmp_path, database, FakeClock(datetime.now(UTC)), bucket)
    made.import_clips(2)
    made.start_broker()
    yield made
    made.close()
    for folder in (tmp_path / "lead", *(made.own_folder(name) for name in made.windows)):
        finding = verify_file(folder / DATABASE_FILE)
        assert finding.ok, (folder, finding.notice)


def rows(office: Office, name: str, query: str) -> list[dict[str, object]]:
    with closing(Database(office.own_folder(name) / DATABASE_FILE)) as opened:
        return opened.rows(query)


def test_clip_goes_from_the_leads_folder_through_two_own_folders_into_a_set(office: Office) -> None:
    ana, quinn = office.admit(ANA, Role.CONTRACTOR), office.admit(QUINN, Role.QA)
    ana.agree(ANA)
    quinn.agree(QUINN)
    ana.submitted(ANA, "hello there")
    quinn.reviewed(QUINN, "hello there", VerdictKind.ACCEPTED)
    office.lead.agree(LEAD)
    lead = office.lead.person(LEAD).lead
    lead.export(office.folder / "set", ["nemo"])
    (found,) = (office.folder / "set").rglob("*.jsonl")
    assert "hello there" in found.read_text(encoding="utf-8")
    for name, window in office.windows.items():
        window.sign_out(name)
        window.person(name)
        window.workspace.sessions.seal_log()
    seen = {each.person_id: (each.log_id, each.state.value) for each in lead.seen_logs()}
    people = {each.id: each.name for each in lead.people()}
    wanted = {name: (window.workspace._unit.log.log_id, "seen") for name, window in office.windows.items()}
    assert {people[each]: what for each, what in seen.items() if people[each] != LEAD} == wanted
    assert len({log_id for log_id, _ in seen.values()}) == 3


def test_own_folder_holds_no_wrapped_key_and_no_facts_of_clips_of_others(
    office: Office, database: str
) -> None:
    ana, ben = office.admit(ANA, Role.CONTRACTOR), office.admit(BEN, Role.CONTRACTOR)
    for name, window in ((ANA, ana), (BEN, ben)):
        window.agree(name)
    anas, bens = ana.work(ANA).claim(), ben.work(BEN).claim()
    hear(ana.work(ANA), anas)
    assert rows(office, ANA, "SELECT id, wrapped_key FROM clip") == [{"id": anas.clip_id, "wrapped_key": b""}]
    (row,) = rows(office, ANA, "SELECT source_hash, speaker_hash, samples_hash FROM clip")
    assert set(row.values()) == {f"elsewhere {anas.clip_id}"}
    lead = office.lead.person(LEAD).identity.keyring
    keys = [lead.workspace_key, lead.signing_key, lead.log_key, lead.hash_key, lead.qa_secret]
    held = b"".join(file.read_bytes() for file in office.own_folder(ANA).rglob("*") if file.is_file())
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


def test_purge_reaches_an_own_folder_with_the_next_answer(office: Office) -> None:
    ana = office.admit(ANA, Role.CONTRACTOR)
    ana.agree(ANA)
    work = ana.work(ANA)
    first = work.claim()
    hear(work, first)
    work.save_draft(first, annotation("hello"), 1)
    office.lead.person(LEAD).lead.purge(SOURCES)
    with pytest.raises(ClipWithdrawn):
        work.open(first)
    (row,) = rows(office, ANA, "SELECT product, wrapped_key, purge_at FROM clip")
    assert row == {"product": "", "wrapped_key": None, "purge_at": 0}
    assert rows(office, ANA, "SELECT 1 FROM draft") == []
    (purged,) = ana.events(Action.PURGED)
    assert (purged.object, purged.reason) == (first.clip_id, "team")


def test_purge_reaches_a_folder_whose_person_does_not_ask_for_the_clip(office: Office) -> None:
    ana = office.admit(ANA, Role.CONTRACTOR)
    ana.agree(ANA)
    ana.submitted(ANA, "hello there")
    (row,) = rows(office, ANA, "SELECT id FROM clip")
    office.lead.person(LEAD).lead.purge(SOURCES)
    assert ana.workspace.purge_due(ana.person(ANA).identity) == (row["id"],)
    assert rows(office, ANA, "SELECT id FROM clip WHERE wrapped_key IS NOT NULL") == []
    store = office.lead.workspace._store
    assert store.clip_ids() == office.lead.workspace._unit.clips.all_stored_as()


def test_clip_of_a_queue_whose_facts_are_not_on_the_server_is_said_and_not_skipped(
    office: Office, database: str
) -> None:
    with closing(psycopg.connect(database, autocommit=True)) as owner:
        owner.execute("DELETE FROM reviewer_data.clip_facts")
    ana = office.admit(ANA, Role.CONTRACTOR)
    ana.agree(ANA)
    with pytest.raises(Unavailable, match="CLIP_FACTS_MISSING"):
        ana.work(ANA).claim()
    office.lead.workspace.own_folders(office.lead.person(LEAD).identity).publish()
    hear(ana.work(ANA), ana.work(ANA).claim())


def test_broker_refuses_somebody_whose_own_folder_showed_no_agreement(office: Office, database: str) -> None:
    ana = office.admit(ANA, Role.CONTRACTOR)
    ana.agree(ANA)
    lease = ana.work(ANA).claim()
    with closing(psycopg.connect(database, autocommit=True)) as owner:
        owner.execute("UPDATE reviewer_data.agreement_signed SET evidence = set_byte(evidence, 9, 0)")
    with pytest.raises(Refused, match="NDA_REQUIRED"):
        ana.work(ANA).open(lease)
