"""People with folders of their own, and what they get from the server of the queue."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from reviewer.access.verification import verify_file
from reviewer.errors import Refused
from reviewer.model.event import Action
from reviewer.model.people import Role
from reviewer.places import DATABASE_FILE
from reviewer.session.team_files import POLICY_FILE
from tests.benches.own_folders import Office, make_office
from tests.benches.shared_queue import new_database
from tests.benches.workspace import ANA, LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

pytest.importorskip("obstore")
NEW_RULE = "[limits]\nopens_per_hour = 77\n"


@pytest.fixture
def database(postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PGUSER", "postgres")
    return new_database(postgres)


@pytest.fixture
def office(tmp_path: Path, database: str) -> Iterator[Office]:
    made = make_office(tmp_path, database, FakeClock(datetime.now(UTC)))
    yield made
    made.close()
    for folder in (tmp_path / "lead", tmp_path / "ana"):
        if folder.exists():
            assert verify_file(folder / DATABASE_FILE).ok


def change_rule(office: Office) -> None:
    project = office.folder / "lead" / "project.toml"
    project.write_text(project.read_text("utf-8") + NEW_RULE, "utf-8")
    office.apply_policy()


def test_policy_that_a_lead_signs_reaches_an_own_folder_at_the_next_sign_in(office: Office) -> None:
    ana = office.admit(ANA, Role.CONTRACTOR)
    ana.person(ANA)
    ana.sign_out(ANA)
    change_rule(office)
    with pytest.raises(Refused, match="POLICY_OPENED_BEFORE"):
        ana.person(ANA)
    ana = office.reopen(ANA)
    ana.person(ANA)
    assert ana.workspace.project.limits.opens_per_hour == 77
    (row,) = ana.events(Action.POLICY_CHANGED)
    assert row.reason == "team"
    assert ana.workspace._unit.team_folder.serial() == row.detail["serial"]
    ana.sign_out(ANA)
    ana.person(ANA)  # the same policy again changes nothing
    assert len(ana.events(Action.POLICY_CHANGED)) == 1


def test_files_of_an_own_folder_that_somebody_changed_are_put_back(office: Office) -> None:
    ana = office.admit(ANA, Role.CONTRACTOR)
    project = office.folder / "ana" / "project.toml"
    signed = project.read_bytes()
    project.write_bytes(signed + NEW_RULE.encode())
    ana.person(ANA)
    assert project.read_bytes() == signed
    ana.sign_out(ANA)
    (office.folder / "ana" / POLICY_FILE).unlink()
    project.write_bytes(signed + NEW_RULE.encode())
    with pytest.raises(Refused, match="POLICY_DIFFERS"):
        ana.person(ANA)
    project.write_bytes(signed)


def put_on_the_server(office: Office, database: str, serial: int, text: str) -> None:
    """As the owner of the server could do it."""
    with closing(psycopg.connect(database, autocommit=True)) as owner:
        owner.execute("DELETE FROM reviewer_data.team_policy")
        owner.execute(
            "INSERT INTO reviewer_data.team_policy (serial, signed, person_id, at) VALUES (%s, %s, 'p', 1)",
            (serial, text),
        )


def test_policy_that_no_known_lead_signed_or_that_is_older_is_refused(
    office: Office, database: str, tmp_path: Path
) -> None:
    office.lead.workspace.own_folders(office.lead.person(LEAD).identity).publish()
    ana = office.admit(ANA, Role.CONTRACTOR)
    old = ana.workspace._unit
    text = (office.folder / "ana" / POLICY_FILE).read_text("utf-8")
    change_rule(office)
    with pytest.raises(Refused, match="POLICY_OPENED_BEFORE"):
        ana.person(ANA)
    serial = old.team_folder.serial()
    assert serial is not None
    ana = office.reopen(ANA)
    put_on_the_server(office, database, serial + 1, text)
    with pytest.raises(Refused, match="TEAM_POLICY_OLD"):
        ana.person(ANA)
    (tmp_path / "evil").mkdir()
    with closing(make_office(tmp_path / "evil", new_database(database), office.clock)) as other:
        forged = other.lead.workspace.own_folders(other.lead.person(LEAD).identity).team_policy()
    put_on_the_server(office, database, serial + 2, forged.text)
    with pytest.raises(Refused, match="TEAM_POLICY_NOT_SIGNED"):
        ana.person(ANA)
    assert ana.workspace._unit.team_folder.serial() == serial


def test_own_folder_of_somebody_who_was_revoked_says_so_at_sign_in(office: Office) -> None:
    ana = office.admit(ANA, Role.CONTRACTOR)
    ana.person(ANA)
    ana.sign_out(ANA)
    office.lead.person(LEAD).lead.revoke(ANA)
    with pytest.raises(Refused, match="NO_LOGIN"):
        office.reopen(ANA).workspace.sign_in(ANA, PASSPHRASE)


def test_own_folder_opens_while_the_server_is_away(office: Office, database: str) -> None:
    office.admit(ANA, Role.CONTRACTOR)
    with closing(psycopg.connect(database, autocommit=True)) as owner:
        owner.execute("REVOKE USAGE ON SCHEMA reviewer FROM reviewer_contractor")
    assert office.reopen(ANA).person(ANA).identity.person.name == ANA
