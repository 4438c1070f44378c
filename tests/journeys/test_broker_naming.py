"""A workspace gets a broker: what contractors held before opens nothing, and nothing is lost."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.access.verification import verify_file
from reviewer.broker.log import public_broker_key
from reviewer.clips import keys
from reviewer.clips.keys import KdfParameters, open_keyring
from reviewer.clips.repository import ClipRepository
from reviewer.clips.seal import SealContext, unseal
from reviewer.clips.store import LocalClipStore
from reviewer.errors import Damaged, NotAllowed, Refused
from reviewer.lead.broker_naming import with_broker
from reviewer.lead.project_file import parse_project
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action
from reviewer.model.people import Keyring, Role
from reviewer.model.project import BrokerPlace
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.restore import RestoreOptions, restore_workspace
from reviewer.workspace import open_workspace
from tests.benches.broker_team import Team
from tests.benches.forked_python import ForkedPython
from tests.benches.workspace import (
    ANA,
    BEN,
    LEAD,
    PASSPHRASE,
    QUINN,
    Bench,
    annotation,
    hear,
    make_bench,
)
from tests.fakes.clock import FakeClock

URL = "https://broker.example:8443"
NIA = "Nia Fox"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Ana's work was accepted, Quinn's comment sent back Ben's, and Ben has begun another clip."""
    made = make_bench(tmp_path)
    made.agree(LEAD, ANA, BEN, QUINN)
    made.submitted(ANA, "accepted words")
    made.reviewed(QUINN, "accepted words", VerdictKind.ACCEPTED)
    made.submitted(BEN, "wrong words")
    made.reviewed(QUINN, "right words", VerdictKind.RETURNED, "listen again")
    work = made.work(ANA)
    lease = work.claim()
    hear(work, lease)
    work.save_draft(lease, annotation("half a sent"), 1)
    work.close(lease)
    yield made
    made.workspace.close()


def keyring_of(bench: Bench, name: str) -> Keyring:
    people = bench.workspace._unit.people
    person = people.by_name(name)
    return open_keyring(people.keyring(person.id), PASSPHRASE, person.id, person.role)


def named(bench: Bench, **how):
    identity = bench.person(LEAD).identity
    place = BrokerPlace(URL, public_broker_key(identity.keyring.signing_key).hex())
    return bench.workspace.broker_naming.name(identity, place, **how)


def reopened(bench: Bench) -> Bench:
    """The workspace as it is opened afterwards."""
    for name in list(bench.signed_in):
        bench.sign_out(name)
    bench.workspace.close()
    opened = open_workspace(bench.workspace.path, clock=bench.clock, parameters=KdfParameters.cheap())
    return Bench(opened, bench.clock)


def sealed_files(bench: Bench) -> dict[str, bytes]:
    """The sealed sound of each clip, as it lies in the folder."""
    unit = bench.workspace._unit
    store = LocalClipStore(bench.workspace.path / "clips")
    found = {}
    for clip_id in unit.clips.ids():
        with store.open(unit.clips.stored_as(clip_id), ContentKind.AUDIO) as stream:
            found[clip_id] = stream.read()
    return found


def test_keyrings_and_clip_keys_from_before_open_nothing(bench: Bench) -> None:
    unit = bench.workspace._unit
    before = {name: keyring_of(bench, name) for name in (ANA, BEN, QUINN)}
    assert len({each.workspace_key for each in before.values()}) == 1
    kept = keys.unwrap_clip_keys(before[ANA].workspace_key, unit.clips.wrapped_keys())
    assert len(kept) == 3
    for context, sealed in sealed_texts(bench):
        unseal(kept[context.clip_id], context, sealed)
    done = named(bench)
    assert (done.has_new_workspace_key, done.clips.done, done.clips.open, done.clips.damaged) == (
        True,
        3,
        0,
        0,
    )
    for clip_id, wrapped in unit.clips.wrapped_keys().items():
        with pytest.raises(Damaged):
            keys.unwrap_clip_key(before[ANA].workspace_key, clip_id, wrapped)
    for clip_id, sealed in sealed_files(bench).items():
        context = SealContext(bench.workspace.workspace_id, clip_id, ContentKind.AUDIO)
        with pytest.raises(Damaged):
            unseal(kept[clip_id], context, sealed)
    texts = list(sealed_texts(bench))
    assert {context.kind for context, _ in texts} == {
        ContentKind.ANNOTATION,
        ContentKind.COMMENT,
        ContentKind.DRAFT,
        ContentKind.DRAFT_VERSION,
    }
    for context, sealed in texts:
        with pytest.raises(Damaged):
            unseal(kept[context.clip_id], context, sealed)


def sealed_texts(bench: Bench) -> Iterator[tuple[SealContext, bytes]]:
    """Every sealed text of the file, with what its seal is bound to."""
    queries = {
        ContentKind.ANNOTATION: "SELECT clip_id, id AS name, sealed FROM annotation",
        ContentKind.COMMENT: "SELECT clip_id, id AS name, comment AS sealed FROM verdict"
        " WHERE comment IS NOT NULL",
        ContentKind.DRAFT: "SELECT clip_id, task_id || ':' || person_id AS name, sealed FROM draft",
        ContentKind.DRAFT_VERSION: "SELECT clip_id, id AS name, sealed FROM draft_version",
    }
    for kind, query in queries.items():
        for row in bench.workspace._unit.database.rows(query):
            yield SealContext(bench.workspace.workspace_id, row["clip_id"], kind, row["name"]), row["sealed"]


@pytest.mark.parametrize("name", [ANA, QUINN])
def test_those_who_are_no_leads_have_no_workspace_key_afterwards(bench: Bench, name: str) -> None:
    named(bench)
    after = reopened(bench)
    after.person(name)
    assert not keyring_of(after, name).opens_every_clip
    after.person(LEAD)
    assert keyring_of(after, LEAD).opens_every_clip
    after.workspace.close()


def test_code_that_was_issued_before_gives_no_workspace_key(bench: Bench) -> None:
    code = bench.person(LEAD).lead.add_person(NIA, Role.QA).code
    named(bench)
    after = reopened(bench)
    after.workspace.enrol(NIA, code, PASSPHRASE)
    assert not keyring_of(after, NIA).opens_every_clip
    after.workspace.close()


def test_session_from_before_opens_no_clip_any_more(bench: Bench) -> None:
    work = bench.work(ANA)
    lease = work.claim()
    named(bench)
    with pytest.raises(Refused, match="POLICY_OPENED_BEFORE"):
        work.open(lease)


def test_everything_is_there_with_the_keys_that_the_broker_releases(bench: Bench, tmp_path: Path) -> None:
    named(bench)
    work = reopened(bench)
    office = work.another_window()
    team = Team(work, office, tmp_path)
    opened = work.work(ANA).open(work.work(ANA).claim())
    assert opened.draft is not None
    assert opened.draft.text_verbatim == "half a sent"
    ben = work.work(BEN)
    returned = ben.open(ben.claim()).returned
    assert returned is not None
    assert (returned.comment, returned.annotation.text_verbatim) == ("listen again", "wrong words")
    exported = office.person(LEAD).lead.export(tmp_path / "out", ["csv"])
    assert exported is not None
    assert "accepted words" in "".join(path.read_text() for path in (tmp_path / "out").rglob("*.csv"))
    for each in (work, office):
        for name in list(each.signed_in):
            each.sign_out(name)
    finding = verify_file(work.workspace.path / DATABASE_FILE)
    assert finding.ok, finding
    team.close()


def test_open_clip_waits_for_another_run(bench: Bench) -> None:
    other = bench.another_window()
    work = other.work(ANA)
    lease = work.claim()
    work.open(lease)
    assert (named(bench).clips.done, bench.workspace.broker_naming.pending()) == (2, 1)
    work.close(lease)
    again = named(bench)
    assert (again.has_new_workspace_key, again.clips.done, bench.workspace.broker_naming.pending()) == (
        False,
        1,
        0,
    )
    assert len(bench.events(Action.BROKER_NAMED)) == 1
    other.workspace.close()


def test_clips_that_come_in_later_are_not_sealed_again(bench: Bench) -> None:
    named(bench)
    rows = len(bench.events(Action.CLIP_REKEYED))
    assert named(bench).clips.done == 0
    assert len(bench.events(Action.CLIP_REKEYED)) == rows == 3


def test_another_address_replaces_no_key(bench: Bench) -> None:
    named(bench)
    wrapped = bench.workspace._unit.clips.wrapped_keys()
    identity = bench.person(LEAD).identity
    bench.workspace.broker_naming.name(identity, BrokerPlace("https://other.example", "ab" * 32))
    assert bench.workspace._unit.clips.wrapped_keys() == wrapped
    assert bench.events(Action.BROKER_NAMED)[-1].detail["url"] == "https://other.example"


def test_nobody_but_a_lead_names_a_broker(bench: Bench) -> None:
    for name in (ANA, QUINN):
        with pytest.raises(NotAllowed):
            bench.workspace.broker_naming.name(bench.person(name).identity, BrokerPlace(URL, "ab" * 32))
    assert bench.events(Action.BROKER_NAMED) == []


def test_nothing_else_is_signed_with_it(bench: Bench) -> None:
    project = bench.workspace.path / "project.toml"
    project.write_text(project.read_text("utf-8") + "[limits]\nopens_per_hour = 0\n", "utf-8")
    with pytest.raises(Refused, match="POLICY_DIFFERS"):
        named(bench)
    assert "[broker]" not in project.read_text("utf-8")


def test_failure_leaves_the_project_file_and_the_keys_as_they_were(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = bench.workspace.path / "project.toml"
    before, wrapped = project.read_text("utf-8"), bench.workspace._unit.clips.wrapped_keys()

    def fail(*_given: object) -> None:
        raise Refused("CLIP_CHANGED")

    monkeypatch.setattr(ClipRepository, "replace_wrapped_keys", fail)
    with pytest.raises(Refused):
        named(bench)
    assert (project.read_text("utf-8"), bench.workspace._unit.clips.wrapped_keys()) == (before, wrapped)
    assert bench.events(Action.BROKER_NAMED) == []


def test_restore_of_an_older_backup_purges_nothing_for_its_older_keys(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "older.rvb"
    bench.person(LEAD).lead.backup(file)
    named(bench)
    report = restore_workspace(
        file,
        tmp_path / "again",
        LEAD,
        PASSPHRASE,
        RestoreOptions(),
        clock=bench.clock,
        parameters=KdfParameters.cheap(),
    )
    assert report.purged == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        'name = "x"\n[queue]\npasses = 2\n',
        '[broker]\nurl = "https://old.example"\npublic_key = "00"\n\n[queue]\npasses = 2\n',
        '[queue]\npasses = 2\n[broker]  # old\nurl = "https://old.example"\n',
    ],
)
def test_broker_is_written_into_a_project_file_beside_all_else(text: str) -> None:
    place = BrokerPlace(URL, "ab" * 32, "broker-authority.pem")
    made = parse_project(with_broker(text, place))
    assert made.broker == place
    assert made.queue == parse_project(text).queue


CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from reviewer.broker.log import public_broker_key
from reviewer.clips.content import ClipContent
from reviewer.clips.key_delivery import KeyDeliveries
from reviewer.clips.keys import KdfParameters
from reviewer.clips.store import LocalClipStore
from reviewer.db.connection import Database
from reviewer.lead.broker_naming import BrokerNaming
from reviewer.model.project import BrokerPlace
from reviewer.queue.sqlite import SqliteQueue
from reviewer.workspace import open_workspace
from tests.benches.killed import kill_at
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

folder, now, moment = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3]
die = lambda: os.kill(os.getpid(), signal.SIGKILL)

def dying(owner, name, before="", after="", number=1):
    kill_at(owner, name, before=moment == before, after=moment == after, number=number)

dying(BrokerNaming, "_commit", before="after the file", after="after the commit")
dying(KeyDeliveries, "deliver", after="in the commit")
dying(SqliteQueue, "replace_seals", before="in the second clip", number=2)
dying(LocalClipStore, "remove", before="after the first clip")
dying(ClipContent, "sweep", before="before the sweep")

with open_workspace(folder, clock=FakeClock(now), parameters=KdfParameters.cheap()) as workspace:
    lead = workspace.sessions.sign_in(LEAD, PASSPHRASE, for_policy=True)
    place = BrokerPlace("https://broker.example:8443", public_broker_key(lead.keyring.signing_key).hex())
    workspace.broker_naming.name(lead, place)
    die()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize(
    "moment",
    [
        "after the file",
        "in the commit",
        "after the commit",
        "in the second clip",
        "after the first clip",
        "before the sweep",
    ],
)
def test_wherever_it_is_killed_the_same_command_ends_it(
    forked_python: ForkedPython, bench: Bench, moment: str
) -> None:
    path, old = bench.workspace.path, keyring_of(bench, ANA).workspace_key
    for name in list(bench.signed_in):
        bench.sign_out(name)
    bench.workspace.close()
    ran = forked_python.run(CHILD, path, bench.clock.now().isoformat(), moment)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    clock = FakeClock(bench.clock.now())
    with open_workspace(path, clock=clock, parameters=KdfParameters.cheap()) as workspace:
        lead = workspace.sessions.sign_in(LEAD, PASSPHRASE, for_policy=True)
        place = BrokerPlace(URL, public_broker_key(lead.keyring.signing_key).hex())
        workspace.broker_naming.name(lead, place)
        assert workspace.broker_naming.pending() == 0
        unit = workspace._unit
        names = unit.clips.all_stored_as()
        assert not names & unit.clips.ids()  # every clip has files of another name than at its import
        for clip_id in unit.clips.ids():
            with unit.content.audio(lead.keyring, clip_id) as stream:
                assert stream.read(4) == b"fLaC"
            with pytest.raises(Damaged):
                keys.unwrap_clip_key(old, clip_id, unit.clips.wrapped_key(clip_id))
        left = {file.name.split(".")[0] for file in (path / "clips").rglob("*") if file.is_file()}
        assert left <= names
        workspace.sessions.sign_out(lead)
    finding = verify_file(path / DATABASE_FILE)
    assert finding.ok, finding
