"""People with folders of their own, and what they get from the server of the queue."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from reviewer.access.signing import public_key_of
from reviewer.access.team_policy import TeamPolicy
from reviewer.errors import Refused, Unavailable
from reviewer.lead import own_folders
from reviewer.lead.joining import read_invitation
from reviewer.model.event import Action
from reviewer.model.people import Person, PersonState, Role
from reviewer.queue.api import DatabaseOwner
from reviewer.session.joining import join_workspace
from reviewer.session.queue_login import login_name, login_request, verifier_of_request
from reviewer.session.team_files import ANSWER_FILE, POLICY_FILE
from reviewer.transcript.lexicon import LEXICON_FOLDER
from tests.benches.own_folders import CHEAP, Office, make_office, office_elsewhere
from tests.benches.shared_queue import new_database
from tests.benches.workspace import LEAD, PASSPHRASE

pytest.importorskip("obstore")
RULES = "[limits]\nopens_per_hour = "
_numbers = count(70)


@pytest.fixture(scope="module")
def one_office(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Each test admits people of its own."""
    with office_elsewhere(tmp_path_factory.mktemp("office"), postgres) as made:
        yield made
        made.close_verified()


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


def test_words_that_a_lead_adds_reach_own_folders_with_the_policy(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lexicon = office.folder / "lead" / LEXICON_FOLDER
    lexicon.mkdir(exist_ok=True)
    (lexicon / "en.txt").write_text("Reykjavik\n", encoding="utf-8")
    ana = office.admit("Iris Lang", Role.CONTRACTOR)
    ana.agree("Iris Lang")
    assert "Reykjavik" in ana.person("Iris Lang").desk.work.known_words.of("en-US")
    ana.sign_out("Iris Lang")
    own = office.own_folder("Iris Lang") / LEXICON_FOLDER
    (own / "en.txt").write_text("Rejkyavik\n", encoding="utf-8")
    (lexicon / "en.txt").unlink()
    (lexicon / "de-AT.txt").write_text("Jause  # a meal\n", encoding="utf-8")
    publish = office.lead.workspace.own_folders(office.lead.person(LEAD).identity).publish
    publish()
    publish()  # the same words are no later policy
    assert [event.detail["files"] for event in office.lead.events(Action.LEXICON_PUBLISHED)][-1:] == [
        ["de-AT.txt"]
    ]
    work = ana.person("Iris Lang").desk.work  # files that decide are as they were: nobody has to open it anew
    assert {path.name: path.read_text("utf-8") for path in own.iterdir()} == {
        "de-AT.txt": "Jause  # a meal\n"
    }
    assert work.known_words.of("de-AT") == {"Jause"}
    (lexicon / "de-AT.txt").write_text("Wort\n" * 60_000, encoding="utf-8")
    with pytest.raises(Refused, match="LEXICON_TOO_LARGE"):
        publish()
    with monkeypatch.context() as patch:
        patch.setattr(own_folders, "lexicon_texts", lambda *_: {"../en.txt": "Jause"})
        with pytest.raises(Refused, match="TEAM_POLICY_UNREADABLE"):
            publish()
    (lexicon / "de-AT.txt").unlink()


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


def put_on_the_server(office: Office, *policies: tuple[int, str]) -> None:
    """As the owner of the server could do it: these and no others, each a serial and a text."""
    office.sql("DELETE FROM reviewer_data.team_policy")
    query = "INSERT INTO reviewer_data.team_policy (serial, signed, person_id, at) VALUES (%s, %s, %s, 1)"
    for number, (serial, text) in enumerate(policies):
        office.sql(query, serial, text, f"p{number}")


def test_policy_that_no_known_lead_signed_or_that_is_older_is_not_taken(
    office: Office, postgres: str, tmp_path: Path
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
    put_on_the_server(office, (serial + 1, text))
    ana.person("Chidi Okoro")
    ana.sign_out("Chidi Okoro")
    assert (office.own_folder("Chidi Okoro") / "project.toml").read_bytes() == followed
    assert f"{RULES}{number}".encode() in followed
    assert ana.workspace._unit.team_folder.serial() == serial
    with closing(make_office(tmp_path, new_database(postgres), office.clock)) as other:
        forged = other.lead.workspace.own_folders(other.lead.person(LEAD).identity).team_policy()
    put_on_the_server(office, (serial + 2, forged.text))
    with pytest.raises(Refused, match="TEAM_POLICY_NOT_SIGNED"):
        ana.person("Chidi Okoro")
    assert ana.workspace._unit.team_folder.serial() == serial
    put_on_the_server(office, (1, text))


def test_policy_that_does_not_verify_keeps_out_none_that_does(office: Office) -> None:
    ana = office.admit("Farid Haddad", Role.CONTRACTOR)
    number = change_rule(office)
    good = office.lead.workspace._unit.queue.team_policies()[0]
    put_on_the_server(office, (2**63 - 1, "{}"), (2**62, good[:-9]), (7, good))
    with pytest.raises(Refused, match="POLICY_OPENED_BEFORE"):
        ana.person("Farid Haddad")
    ana = office.reopen("Farid Haddad")
    ana.person("Farid Haddad")
    assert ana.workspace.project.limits.opens_per_hour == number
    put_on_the_server(office)


def test_policy_of_a_lead_whom_only_another_policy_names_is_taken_after_it(office: Office) -> None:
    ana, unit = office.admit("Greta Weiss", Role.CONTRACTOR), office.lead.workspace._unit
    change_rule(office)
    unit, identity = office.lead.workspace._unit, office.lead.person(LEAD).identity
    key = secrets.token_bytes(32)
    second = Person("p-second", "Sam Second", Role.LEAD, PersonState.ACTIVE, public_key_of(key))
    first = office.lead.workspace.own_folders(identity).team_policy()
    leads, row = [*first.leads, second], office.lead.workspace.policy.signed_row()
    assert row is not None
    signing = replace(identity, person=second, keyring=replace(identity.keyring, signing_key=key))
    names, later = (
        TeamPolicy.signed(
            by,
            unit.workspace_id,
            row=row,
            log_public_key=unit.log.keys().at(row.seq),
            serial=first.serial + more,
            folder=unit.folder,
            leads=leads,
            lexicon={},
        )
        for more, by in enumerate((identity, signing))
    )
    put_on_the_server(office, (later.serial, later.text), (names.serial, names.text))
    with pytest.raises(Refused, match="POLICY_OPENED_BEFORE"):
        ana.person("Greta Weiss")
    assert ana.workspace._unit.team_folder.serial() == later.serial
    put_on_the_server(office)


def test_policy_that_would_reach_nobody_is_said_by_who_publishes_it(office: Office) -> None:
    """After a backup was restored the lead's log is shorter than the policy on the server says."""
    change_rule(office)
    folders = office.lead.workspace.own_folders(office.lead.person(LEAD).identity)
    present = folders.team_policy()
    row, unit = office.lead.workspace.policy.signed_row(), office.lead.workspace._unit
    assert row is not None
    lost = TeamPolicy.signed(
        office.lead.person(LEAD).identity,
        unit.workspace_id,
        row=row,
        log_public_key=unit.log.keys().at(row.seq),
        serial=present.serial + 1000,
        folder=unit.folder,
        leads=[*present.leads, Person("p-lost", "Lou Lost", Role.LEAD, PersonState.ACTIVE, b"k" * 32)],
        lexicon={},
    )
    put_on_the_server(office, (lost.serial, lost.text), (2**63 - 1, "{}"))
    with pytest.raises(Refused) as refused:
        folders.publish()
    assert refused.value.code == "POLICY_BEHIND_SERVER"
    assert (refused.value.parameters["there"], lost.text in unit.queue.team_policies()) == (lost.serial, True)
    put_on_the_server(office)
    folders.publish()


def test_new_code_and_revocation_end_the_login_that_was_there_for_good(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hiro = office.admit("Hiro Tanaka", Role.CONTRACTOR)
    identity, lead = hiro.person("Hiro Tanaka").identity, office.lead.person(LEAD)
    request = login_request(identity, hiro.workspace.workspace_id).decode()
    hiro.workspace._unit.queue.team_policies()
    office.lead.workspace.own_folders(lead.identity).invite_again("Hiro Tanaka")
    with pytest.raises(Refused, match="NO_LOGIN"):
        hiro.workspace._unit.queue.team_policies()
    unit = office.lead.workspace._unit
    server = office.lead.workspace.queue_administration(lead.identity)

    def admit() -> None:
        person = unit.people.by_name("Hiro Tanaka")
        assert person is not None
        verifier = verifier_of_request(request, person, unit.workspace_id)
        server.add_login(login_name(person), person, verifier)

    with pytest.raises(Refused, match="NO_ACCOUNT"):
        admit()  # by the request from before, which is in the lead's mail

    def away(_person_id: str) -> None:
        raise Unavailable("QUEUE_UNREACHABLE")

    office.sql("UPDATE reviewer_data.person_login SET is_blocked = false")
    with monkeypatch.context() as patch:
        patch.setattr(unit.queue, "block", away)
        with pytest.raises(Unavailable):
            lead.lead.revoke("Hiro Tanaka")
    blocked = "SELECT is_blocked FROM reviewer_data.person_login WHERE person_id = %s"
    assert office.sql(blocked, identity.person.id) == [(False,)]
    lead.lead.revoke("Hiro Tanaka")
    assert office.sql(blocked, identity.person.id) == [(True,)]
    office.sql("UPDATE reviewer_data.person_login SET is_blocked = false")
    office.lead.workspace.own_folders(lead.identity).publish()
    assert office.sql(blocked, identity.person.id) == [(True,)]
    with pytest.raises(Refused, match="NO_ACCOUNT"):
        admit()


def test_own_folder_of_somebody_who_was_revoked_says_so_at_sign_in(office: Office) -> None:
    ana = office.admit("Dana Novak", Role.CONTRACTOR)
    ana.person("Dana Novak")
    ana.sign_out("Dana Novak")
    office.lead.person(LEAD).lead.revoke("Dana Novak")
    with pytest.raises(Refused, match="NO_LOGIN"):
        office.reopen("Dana Novak").workspace.sign_in("Dana Novak", PASSPHRASE)


def test_own_folder_opens_while_the_server_is_away(office: Office) -> None:
    office.admit("Edda Larsen", Role.CONTRACTOR)
    office.sql("REVOKE USAGE ON SCHEMA reviewer FROM reviewer_contractor")
    assert office.reopen("Edda Larsen").person("Edda Larsen").identity.person.name == "Edda Larsen"
    office.sql("GRANT USAGE ON SCHEMA reviewer TO reviewer_contractor")
