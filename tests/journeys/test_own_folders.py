"""People with folders of their own, and what they get from the server of the queue."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest

from reviewer.access.verification import verify_file
from reviewer.errors import Refused
from reviewer.lead.joining import read_invitation
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.places import DATABASE_FILE
from reviewer.queue.api import DatabaseOwner
from reviewer.session.joining import join_workspace
from reviewer.session.team_files import ANSWER_FILE, POLICY_FILE
from tests.benches.own_folders import CHEAP, Office, make_office
from tests.benches.shared_queue import new_database
from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

pytest.importorskip("obstore")
RULES = "[limits]\nopens_per_hour = "
_numbers = count(70)


@pytest.fixture(scope="module")
def database(postgres: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGUSER", "postgres")
        yield new_database(postgres)


@pytest.fixture(scope="module")
def one_office(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    made = make_office(folder, database, FakeClock(datetime.now(UTC)))
    yield made
    made.close()
    for own in (folder / "lead", *(made.own_folder(name) for name in made.windows)):
        assert verify_file(own / DATABASE_FILE).ok


@pytest.fixture
def office(one_office: Office) -> Iterator[Office]:
    """Each test admits people of its own, and leaves no connection open."""
    yield one_office
    for window in (one_office.lead, *one_office.windows.values()):
        window.workspace._unit.queue.close()


def change_rule(office: Office) -> int:
    """The lead signs another limit and puts it on the server; gives the limit."""
    project, number = office.folder / "lead" / "project.toml", next(_numbers)
    before = project.read_text("utf-8").partition(RULES)[0]
    project.write_text(f"{before}{RULES}{number}\n", "utf-8")
    office.apply_policy()
    return number


def test_policy_that_a_lead_signs_reaches_an_own_folder_at_the_next_sign_in(office: Office) -> None:
    ana = office.admit("Amara Diallo", Role.CONTRACTOR)
    ana.person("Amara Diallo")
    ana.sign_out("Amara Diallo")
    number = change_rule(office)
    with pytest.raises(Refused, match="POLICY_OPENED_BEFORE"):
        ana.person("Amara Diallo")
    ana = office.reopen("Amara Diallo")
    ana.person("Amara Diallo")
    assert ana.workspace.project.limits.opens_per_hour == number
    (row,) = ana.events(Action.POLICY_CHANGED)
    assert row.reason == "team"
    assert ana.workspace._unit.team_folder.serial() == row.detail["serial"]
    ana.sign_out("Amara Diallo")
    ana.person("Amara Diallo")  # the same policy again changes nothing
    assert len(ana.events(Action.POLICY_CHANGED)) == 1


def test_owner_of_the_database_can_be_named_in_the_window_in_place_of_the_environment(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGUSER")
    admission = office.lead.person(LEAD).lead.admission
    file = office.folder / "noor.json"
    invitation = admission.invite("Noor Haddad", Role.CONTRACTOR, file)
    own = office.own_folder("Noor Haddad")
    read = read_invitation(file)[0]
    join_workspace(own, read, invitation.code, PASSPHRASE, clock=office.clock, parameters=CHEAP)
    answer = (own / ANSWER_FILE).read_text("utf-8")
    with pytest.raises(Refused, match="QUEUE_SIGN_IN"):
        admission.admit(answer, DatabaseOwner("nobody_of_this_name", "wrong"))
    noor = office.reopen("Noor Haddad")
    with pytest.raises(Refused, match="WAITS_FOR_ADMISSION"):
        noor.person("Noor Haddad")
    assert admission.admit(answer, DatabaseOwner("postgres")).name == "Noor Haddad"  # the same file again
    admission.publish()
    noor.person("Noor Haddad")


def test_files_of_an_own_folder_that_somebody_changed_are_put_back(office: Office) -> None:
    ana = office.admit("Bruno Keller", Role.CONTRACTOR)
    project = office.own_folder("Bruno Keller") / "project.toml"
    signed = project.read_bytes()
    changed = signed + b"\n[care]\nbreak_minutes = 7\n"
    project.write_bytes(changed)
    ana.person("Bruno Keller")
    assert project.read_bytes() == signed
    ana.sign_out("Bruno Keller")
    (office.own_folder("Bruno Keller") / POLICY_FILE).unlink()
    project.write_bytes(changed)
    with pytest.raises(Refused, match="POLICY_DIFFERS"):
        ana.person("Bruno Keller")
    project.write_bytes(signed)


def put_on_the_server(office: Office, database: str, serial: int, text: str) -> None:
    """As the owner of the server could do it."""
    with closing(psycopg.connect(database, autocommit=True)) as owner:
        owner.execute("DELETE FROM reviewer_data.team_policy")
        owner.execute(
            "INSERT INTO reviewer_data.team_policy (serial, signed, person_id, at) VALUES (%s, %s, 'p', 1)",
            (serial, text),
        )


def test_policy_that_no_known_lead_signed_or_that_is_older_is_not_taken(
    office: Office, database: str, tmp_path: Path
) -> None:
    office.lead.workspace.own_folders(office.lead.person(LEAD).identity).publish()
    ana = office.admit("Chidi Okoro", Role.CONTRACTOR)
    old = ana.workspace._unit
    text = (office.own_folder("Chidi Okoro") / POLICY_FILE).read_text("utf-8")
    number = change_rule(office)
    with pytest.raises(Refused, match="POLICY_OPENED_BEFORE"):
        ana.person("Chidi Okoro")
    serial = old.team_folder.serial()
    assert serial is not None
    ana = office.reopen("Chidi Okoro")
    followed = (office.own_folder("Chidi Okoro") / "project.toml").read_bytes()
    put_on_the_server(office, database, serial + 1, text)
    ana.person("Chidi Okoro")
    ana.sign_out("Chidi Okoro")
    assert (office.own_folder("Chidi Okoro") / "project.toml").read_bytes() == followed
    assert f"{RULES}{number}".encode() in followed
    assert ana.workspace._unit.team_folder.serial() == serial
    with closing(make_office(tmp_path, new_database(database), office.clock)) as other:
        forged = other.lead.workspace.own_folders(other.lead.person(LEAD).identity).team_policy()
    put_on_the_server(office, database, serial + 2, forged.text)
    with pytest.raises(Refused, match="TEAM_POLICY_NOT_SIGNED"):
        ana.person("Chidi Okoro")
    assert ana.workspace._unit.team_folder.serial() == serial
    put_on_the_server(office, database, 1, text)


def test_own_folder_of_somebody_who_was_revoked_says_so_at_sign_in(office: Office) -> None:
    ana = office.admit("Dana Novak", Role.CONTRACTOR)
    ana.person("Dana Novak")
    ana.sign_out("Dana Novak")
    office.lead.person(LEAD).lead.revoke("Dana Novak")
    with pytest.raises(Refused, match="NO_LOGIN"):
        office.reopen("Dana Novak").workspace.sign_in("Dana Novak", PASSPHRASE)


def test_own_folder_opens_while_the_server_is_away(office: Office, database: str) -> None:
    office.admit("Edda Larsen", Role.CONTRACTOR)
    with closing(psycopg.connect(database, autocommit=True)) as owner:
        owner.execute("REVOKE USAGE ON SCHEMA reviewer FROM reviewer_contractor")
        assert office.reopen("Edda Larsen").person("Edda Larsen").identity.person.name == "Edda Larsen"
        owner.execute("GRANT USAGE ON SCHEMA reviewer TO reviewer_contractor")
