"""A lead invites somebody to a folder of their own; they join, and the lead admits them."""

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partialmethod
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reviewer.access.invitation import InvitationFile, JoinAnswer
from reviewer.access.log_chain import canonical, link_hash, parse
from reviewer.access.signed_json import write_signed
from reviewer.access.signing import sign
from reviewer.access.team_policy import TeamPolicy
from reviewer.access.verification import verify_file
from reviewer.broker.client import BrokerClient
from reviewer.clips.keys import KdfParameters, open_keyring
from reviewer.errors import Refused, WrongPassphrase
from reviewer.lead.joining import read_invitation
from reviewer.lead.people import Invitation
from reviewer.lead.project_file import parse_project
from reviewer.model.event import Action
from reviewer.model.people import Person, PersonState, Role
from reviewer.places import DATABASE_FILE
from reviewer.session.joining import join_workspace
from reviewer.session.sign_in import normal_code
from reviewer.session.team_files import ANSWER_FILE
from reviewer.workspace import make_workspace, open_workspace
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, Bench
from tests.fakes.clock import FakeClock

TEAM = """[queue]
url = "postgresql://127.0.0.1:1/none"
[clips]
url = "s3://bucket/sealed"
[broker]
url = "https://127.0.0.1:1"
public_key = "{key}"
"""
CHEAP = KdfParameters.cheap()
CHANGED = "Jonas Vogel"


@dataclass
class Office:
    """The lead's folder, of a team whose servers are elsewhere."""

    folder: Path
    clock: FakeClock
    bench: Bench

    def invite(self, name: str, role: Role) -> tuple[Invitation, str]:
        return self.bench.workspace.own_folders(self.bench.person(LEAD).identity).invite(name, role)

    def invite_again(self, name: str) -> tuple[Invitation, str]:
        return self.bench.workspace.own_folders(self.bench.person(LEAD).identity).invite_again(name)

    def admit(self, folder: Path) -> None:
        folders = self.bench.workspace.own_folders(self.bench.person(LEAD).identity)
        assert folders.admit((folder / ANSWER_FILE).read_text("utf-8")) is not None

    def join(self, text: str, code: str, folder: Path) -> None:
        invitation = InvitationFile.read(text)
        join_workspace(folder, invitation, code, PASSPHRASE, clock=self.clock, parameters=CHEAP)


def open_bench(folder: Path, clock: FakeClock) -> Bench:
    return Bench(open_workspace(folder, clock=clock, parameters=CHEAP), clock)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One for all: each test invites people of its own."""
    pytest.importorskip("psycopg")
    pytest.importorskip("obstore")
    tmp_path = tmp_path_factory.mktemp("office")
    clock, project = FakeClock(), tmp_path / "project.toml"
    project.write_text(TEAM.format(key="0" * 64), "utf-8")
    folder = tmp_path / "lead"
    make_workspace(folder, LEAD, PASSPHRASE, project, clock=clock, parameters=CHEAP)
    bench = open_bench(folder, clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.workspace._unit.queue, "block", lambda _person_id: None)  # no server to tell
        yield from _with_somebody_invited(Office(folder, clock, bench))


def _with_somebody_invited(office: Office) -> Iterator[Office]:
    office.invite(CHANGED, Role.CONTRACTOR)
    yield office
    office.bench.workspace.close()


def test_whoever_joins_has_an_own_log_and_own_keys_and_nothing_of_the_leads(
    office: Office, tmp_path: Path
) -> None:
    invitation, text = office.invite("Ana Kowalska", Role.CONTRACTOR)
    office.join(text, invitation.code, tmp_path / "ana")
    ana = open_bench(tmp_path / "ana", office.clock)
    lead_unit, unit = office.bench.workspace._unit, ana.workspace._unit
    lead, keyring = office.bench.person(LEAD).identity.keyring, ana.person("Ana Kowalska").identity.keyring
    log_public_key = unit.log.keys().first
    assert unit.workspace_id == lead_unit.workspace_id
    assert unit.log.log_id != lead_unit.log.log_id
    assert not keyring.opens_every_clip
    theirs = {keyring.signing_key, keyring.log_key, keyring.hash_key}
    leads = {lead.workspace_key, lead.signing_key, lead.log_key, lead.hash_key, lead.qa_secret}
    assert not theirs & leads
    assert keyring.qa_secret is None
    ana.agree("Ana Kowalska")
    ana.workspace.close()
    assert verify_file(tmp_path / "ana" / DATABASE_FILE).ok
    office.admit(tmp_path / "ana")
    office.admit(tmp_path / "ana")  # the same answer again changes nothing
    person = lead_unit.people.by_name("Ana Kowalska")
    assert person is not None
    assert (person.state, person.public_key) == (
        PersonState.ACTIVE,
        ana.person("Ana Kowalska").identity.person.public_key,
    )
    assert lead_unit.own_logs.keys()[unit.log.log_id] == (person.id, log_public_key)
    joined = [row for row in office.bench.events(Action.PERSON_JOINED) if row.object == person.id]
    assert [row.detail["log_id"] for row in joined] == [unit.log.log_id]
    with pytest.raises(Refused, match="WORKSPACE_FOLDER_NOT_EMPTY"):
        office.join(text, invitation.code, tmp_path / "ana")
    lead_unit.people.revoke(person.id)
    with pytest.raises(Refused, match="JOIN_ANSWER_NOT_INVITED"):
        office.admit(tmp_path / "ana")
    assert verify_file(office.folder / DATABASE_FILE).ok


def test_file_of_an_invitation_holds_no_secret_without_the_code(office: Office, tmp_path: Path) -> None:
    invitation, text = office.invite("Quinn Reyes", Role.QA)
    lead = office.bench.person(LEAD).identity.keyring
    secrets = (lead.workspace_key, lead.signing_key, lead.log_key, lead.hash_key, lead.qa_secret)
    assert lead.qa_secret is not None
    for secret in secrets:
        assert secret is not None
        for form in (secret.hex(), base64.b64encode(secret).decode()):
            assert form not in text
    assert invitation.code not in text
    with pytest.raises(Refused, match="INVITATION_CODE_WRONG"):
        office.join(text, "2222-3333-4444-5555", tmp_path / "quinn")
    assert not (tmp_path / "quinn").exists()
    office.join(text, invitation.code.lower(), tmp_path / "quinn")
    quinn = open_bench(tmp_path / "quinn", office.clock)
    assert quinn.person("Quinn Reyes").identity.keyring.qa_secret == lead.qa_secret
    quinn.workspace.close()


def _with_file(name: str) -> Callable[[dict[str, Any]], None]:
    def edit(policy: dict[str, Any]) -> None:
        policy["files"][name] = base64.b64encode(b"[queue]\n").decode()

    return edit


def _with_row(policy: dict[str, Any]) -> None:
    policy["row"]["signature"] = "00" * 64


def _with_lead(policy: dict[str, Any]) -> None:
    policy["leads"][0][2] = "11" * 32


@pytest.mark.parametrize(
    ("edit", "code", "file"),
    [
        (_with_file("project.toml"), "TEAM_POLICY_FILE", "project.toml"),
        (_with_file("conventions/en-US.toml"), "TEAM_POLICY_FILE", "conventions/en-US.toml"),
        (_with_file("../outside.toml"), "TEAM_POLICY_FILE", "../outside.toml"),
        (_with_row, "TEAM_POLICY_ROW", None),
        (_with_lead, "TEAM_POLICY_NOT_SIGNED", None),
    ],
)
def test_what_was_changed_in_an_invitation_is_refused_by_name(
    office: Office, edit: Callable[[dict[str, Any]], None], code: str, file: str | None
) -> None:
    _, text = office.invite_again(CHANGED)
    outer = json.loads(text)
    body = parse(outer["signed"].encode())
    policy_outer = json.loads(body["policy"])
    policy = parse(policy_outer["signed"].encode())
    edit(policy)
    body["policy"] = json.dumps(policy_outer | {"signed": canonical(policy).decode()})
    with pytest.raises(Refused) as refused:
        InvitationFile.read(json.dumps(outer | {"signed": canonical(body).decode()}))
    assert (refused.value.code, refused.value.parameters.get("file")) == (code, file)


def test_role_in_an_invitation_cannot_be_changed(office: Office) -> None:
    _, text = office.invite("Bruno Keller", Role.CONTRACTOR)
    outer = json.loads(text)
    body = parse(outer["signed"].encode())
    body["person"][2] = "qa"
    with pytest.raises(Refused, match="INVITATION_CHANGED"):
        InvitationFile.read(json.dumps(outer | {"signed": canonical(body).decode()}))


def test_invitation_under_another_leads_key_does_not_open_with_the_code(
    office: Office, tmp_path: Path
) -> None:
    """Who carries the file could put a policy of their own around the sealed keyring."""
    invitation, text = office.invite("Chidi Okoro", Role.CONTRACTOR)
    other = tmp_path / "other"
    make_workspace(
        other, LEAD, PASSPHRASE, office.folder / "project.toml", clock=office.clock, parameters=CHEAP
    )
    forger = open_bench(other, office.clock)
    identity = forger.person(LEAD).identity
    policy = forger.workspace.own_folders(identity).team_policy()
    body = parse(json.loads(text)["signed"].encode()) | {"policy": policy.text}
    forger.workspace.close()
    forged = write_signed(body, identity.keyring.signing_key)
    with pytest.raises(Refused, match="INVITATION_CODE_WRONG"):
        office.join(forged, invitation.code, tmp_path / "ana")


def test_answer_of_somebody_who_had_no_invitation_is_refused(office: Office, tmp_path: Path) -> None:
    for name, folder in (("Dana Novak", "ana"), ("Edda Larsen", "ben")):
        invitation, text = office.invite(name, Role.CONTRACTOR)
        office.join(text, invitation.code, tmp_path / folder)
    folders = office.bench.workspace.own_folders(office.bench.person(LEAD).identity)
    ana, ben = ((tmp_path / folder / ANSWER_FILE).read_text("utf-8") for folder in ("ana", "ben"))
    exchanged = json.loads(ana) | {"invitation_signature": json.loads(ben)["invitation_signature"]}
    with pytest.raises(Refused, match="JOIN_ANSWER_NOT_INVITED"):
        folders.admit(json.dumps(exchanged))
    with pytest.raises(Refused, match="JOIN_ANSWER_CHANGED"):
        folders.admit(ana.replace("SCRAM", "scram"))
    invited_again, _ = folders.invite_again("Dana Novak")
    with pytest.raises(Refused, match="JOIN_ANSWER_NOT_INVITED"):
        folders.admit(ana)  # the answer to the invitation before
    office.bench.person(LEAD).lead.issue_code("Edda Larsen")
    with pytest.raises(Refused, match="JOIN_ANSWER_NOT_INVITED"):
        folders.admit(ben)  # the newest code is for the lead's folder
    folders.invite_again("Edda Larsen")
    with pytest.raises(Refused, match="NO_ACCOUNT"):
        folders.invite_again("Nobody")
    unfinished = {"v": 1, "kind": "reviewer-joined"}
    with pytest.raises(Refused, match="JOIN_ANSWER_CHANGED"):
        folders.admit(write_signed(unfinished, b"k" * 32, invitation_signature="00"))
    assert folders.admit("{}") is None
    with pytest.raises(WrongPassphrase):
        office.bench.workspace.enrol(
            "Dana Novak", invited_again.code, PASSPHRASE
        )  # the code is for a folder of theirs


def test_answer_for_a_log_that_is_not_ones_own_or_with_other_forms_is_refused(
    office: Office, tmp_path: Path
) -> None:
    """Whoever joins writes the answer with a program of their own, and signs what they like."""
    invitation, text = office.invite("Ines Duarte", Role.CONTRACTOR)
    read, unit = InvitationFile.read(text), office.bench.workspace._unit
    by_code = open_keyring(
        read.keyring, read.own_secret(normal_code(invitation.code)), read.person.id, read.person.role
    )
    office.join(text, invitation.code, tmp_path / "ines")
    ines = open_bench(tmp_path / "ines", office.clock)
    own = ines.person("Ines Duarte").identity.keyring
    ines.workspace.close()
    signed = JoinAnswer.read((tmp_path / "ines" / ANSWER_FILE).read_text("utf-8"))
    assert signed is not None
    folders, others = office.bench.workspace.own_folders(office.bench.person(LEAD).identity), "l" + "0" * 16
    with unit.transaction():
        unit.own_logs.add(others, office.bench.person(LEAD).identity.person.id, b"k" * 32)
    for change, code in (
        ({"log_id": others}, "JOIN_ANSWER_NOT_INVITED"),
        ({"log_id": unit.log.log_id}, "JOIN_ANSWER_"),
        ({"log_id": "l\x1b[2J"}, "JOIN_ANSWER_CHANGED"),
        ({"log_public_key": b"k" * 31}, "JOIN_ANSWER_CHANGED"),
        ({"verifier": "SCRAM-SHA-256$\0"}, "JOIN_ANSWER_CHANGED"),
        ({"verifier": "SCRAM-SHA-256$a password that the server would store"}, "JOIN_ANSWER_CHANGED"),
    ):
        answer = replace(signed.answer, **change)  # type: ignore[arg-type]
        with pytest.raises(Refused, match=code):
            folders.admit(answer.text(own.signing_key, by_code.signing_key))
    person = unit.people.by_name("Ines Duarte")
    assert person is not None
    assert person.state is PersonState.INVITED
    office.admit(tmp_path / "ines")


def test_old_invitation_and_a_leads_are_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="JOIN_NOT_LEAD"):
        office.invite("Another Lead", Role.LEAD)
    invitation, text = office.invite("Farid Haddad", Role.CONTRACTOR)
    office.clock.advance(73 * 3600)
    with pytest.raises(Refused, match="INVITATION_OVER"):
        office.join(text, invitation.code, tmp_path / "ana")


def test_project_without_servers_invites_nobody_to_a_folder_of_their_own(tmp_path: Path) -> None:
    clock = FakeClock()
    make_workspace(tmp_path / "ws", LEAD, PASSPHRASE, clock=clock, parameters=CHEAP)
    bench = open_bench(tmp_path / "ws", clock)
    with pytest.raises(Refused, match="JOIN_NEEDS"):
        bench.workspace.own_folders(bench.person(LEAD).identity).invite(ANA, Role.CONTRACTOR)
    bench.workspace.close()


def test_revocation_gives_the_new_keys_of_the_leads_file_to_nobody_with_an_own_folder(
    office: Office, tmp_path: Path
) -> None:
    for name, folder in (("Greta Weiss", "ana"), ("Hiro Tanaka", "ben")):
        invitation, text = office.invite(name, Role.CONTRACTOR)
        office.join(text, invitation.code, tmp_path / folder)
        office.admit(tmp_path / folder)
    from reviewer.lead.key_rotation import recipients

    unit = office.bench.workspace._unit
    cards, without = recipients(unit)
    lead = unit.people.by_name(LEAD)
    assert lead is not None
    assert (set(cards), without) == ({lead.id, "recovery"}, [])


def test_login_of_who_is_revoked_ends_before_the_commit(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two, the lead's program would leave a login of an account that is closed."""
    invitation, text = office.invite("Katja Braun", Role.CONTRACTOR)
    office.join(text, invitation.code, tmp_path / "katja")
    office.admit(tmp_path / "katja")
    unit, seen = office.bench.workspace._unit, list[PersonState]()

    def block(person_id: str) -> None:
        person = unit.people.by_id(person_id)
        assert person is not None
        seen.append(person.state)

    monkeypatch.setattr(unit.queue, "block", block)
    monkeypatch.setattr(unit.queue, "leases", list)
    office.bench.person(LEAD).lead.revoke("Katja Braun")
    assert seen == [PersonState.ACTIVE, PersonState.REVOKED]


def signed_with_files(office: Office, files: dict[str, bytes]) -> TeamPolicy:
    """What a lead with a program of their own signs."""
    identity = office.bench.person(LEAD).identity
    policy = office.bench.workspace.own_folders(identity).team_policy()
    fields = parse(json.loads(policy.text)["signed"].encode())
    row = parse(bytes.fromhex(fields["row"]["body"]))
    row["detail"]["files"] = [f"{sha256(data).hexdigest()} {name}" for name, data in sorted(files.items())]
    body, prev = canonical(row), bytes.fromhex(fields["row"]["prev"])
    link = link_hash(prev, body)
    signed_row = {"body": body, "prev": prev, "hash": link, "signature": sign(identity.keyring.log_key, link)}
    fields["row"] = {name: data.hex() for name, data in signed_row.items()}
    fields["files"] = {name: base64.b64encode(data).decode() for name, data in files.items()}
    return TeamPolicy.read(write_signed(fields, identity.keyring.signing_key))


@pytest.mark.parametrize(
    "names",
    [
        ["nda/1/nul\0.md"],
        ["nda/1/\x1b[2J.md"],
        ["nda/1", "nda/1/en.md"],
        ["schemas/one.toml", "schemas/ONE.toml"],
        ["nda/../../outside.md"],
        ["nda/./en.md"],
        ["/nda.pem"],
        ["nda/..\\..\\outside.md"],
        ["C:outside.pem"],
        [".profile"],
        ["workspace.db"],
        ["schemas/one/two.toml"],
        ["schemas/one.py"],
        ["bin/one.toml"],
    ],
)
def test_names_that_are_no_files_of_a_policy_on_every_system_are_in_none(
    office: Office, names: list[str]
) -> None:
    files = {"project.toml": b"", **dict.fromkeys(names, b"text")}
    with pytest.raises(Refused, match="TEAM_POLICY_FILE"):
        signed_with_files(office, files)


def test_policy_without_a_project_file_is_none(office: Office) -> None:
    with pytest.raises(Refused, match="TEAM_POLICY_UNREADABLE"):
        signed_with_files(office, {"schemas/one.toml": b"text"})


def test_project_file_of_an_invitation_that_is_no_text_is_refused(office: Office, tmp_path: Path) -> None:
    identity = office.bench.person(LEAD).identity
    policy = signed_with_files(office, {"project.toml": b"name = '\xff'"})
    person = Person("p1", "Lena Vogt", Role.CONTRACTOR, PersonState.INVITED)
    file = tmp_path / "lena.json"
    file.write_text(InvitationFile(policy, person, office.clock.now(), b"").text(identity), "utf-8")
    with pytest.raises(Refused, match="FILE_NOT_UTF8"):
        read_invitation(file)


@pytest.mark.parametrize(
    "change", [{"person": ["p1", "Lena Vogt", "lead"]}, {"until": 10**30}, {"until": []}, {"keyring": "z"}]
)
def test_what_a_lead_signed_otherwise_is_no_invitation(office: Office, change: dict[str, Any]) -> None:
    """Nor is one for a lead."""
    identity = office.bench.person(LEAD).identity
    policy = office.bench.workspace.own_folders(identity).team_policy()
    person = Person("p1", "Lena Vogt", Role.CONTRACTOR, PersonState.INVITED)
    text = InvitationFile(policy, person, office.clock.now(), b"").text(identity)
    assert InvitationFile.read(text).person == person
    fields = parse(json.loads(text)["signed"].encode()) | change
    with pytest.raises(Refused, match="NOT_AN_INVITATION"):
        InvitationFile.read(write_signed(fields, identity.keyring.signing_key))


def test_folder_opens_wherever_the_writing_of_a_policy_ends(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later policy names another schema, and does without the one of before."""
    first, second = (
        signed_with_files(
            office, {"project.toml": f'schema = "{name}"'.encode(), f"schemas/{name}.toml": b"text"}
        )
        for name in ("first", "second")
    )
    for last in range(5):
        folder = tmp_path / str(last)
        folder.mkdir()
        first.write_to(folder)
        steps = count()

        def step(
            path: Path, *given: Any, _act: Any, _steps: Any = steps, _last: int = last, **named: Any
        ) -> Any:
            if next(_steps) == _last:
                raise OSError
            return _act(path, *given, **named)

        with monkeypatch.context() as patch, suppress(OSError):
            for name in ("replace", "unlink"):
                patch.setattr(Path, name, partialmethod(step, _act=getattr(Path, name)))
            second.write_to(folder)
        name = parse_project((folder / "project.toml").read_text("utf-8")).schema
        assert (folder / "schemas" / f"{name}.toml").is_file()
    assert name == "second"
    assert [each.name for each in (folder / "schemas").iterdir()] == ["second.toml"]


def test_links_in_an_own_folder_are_replaced_and_what_they_lead_to_is_left(
    office: Office, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.mkdir()
    for name in ("one.toml", "two.toml", "project.toml"):
        (elsewhere / name).write_text("of somebody else")
    for name in ("schemas", "conventions", "nda"):
        (folder / name).symlink_to(elsewhere)
    (folder / "project.toml").symlink_to(elsewhere / "project.toml")
    files = {"project.toml": b"", "schemas/one.toml": b"ours"}
    signed_with_files(office, files).write_to(folder)
    assert {each.read_text() for each in elsewhere.iterdir()} == {"of somebody else"}
    assert sorted(each.name for each in folder.iterdir()) == ["lexicon", "project.toml", "schemas"]
    assert (folder / "schemas" / "one.toml").read_bytes() == b"ours"


def test_own_folder_whose_project_file_was_cut_opens(office: Office, tmp_path: Path) -> None:
    invitation, text = office.invite("Marek Dvorak", Role.CONTRACTOR)
    office.join(text, invitation.code, tmp_path / "marek")
    project = tmp_path / "marek" / "project.toml"
    signed = project.read_bytes()
    for content in (b"", signed[:30]):
        project.write_bytes(content)
        open_bench(tmp_path / "marek", office.clock).workspace.close()
        assert project.read_bytes() == signed
    if not hasattr(os, "mkfifo"):
        return
    project.unlink()
    os.mkfifo(project)
    open_bench(tmp_path / "marek", office.clock).workspace.close()
    assert project.read_bytes() == signed


def test_broker_is_asked_by_the_machines_clock_once_that_was_put_right(
    office: Office, tmp_path: Path
) -> None:
    """The log's clock never runs back, so a folder whose machine was a day ahead for a moment stays ahead."""
    name = "Olga Petrova"
    invitation, text = office.invite(name, Role.CONTRACTOR)
    office.join(text, invitation.code, tmp_path / "olga")
    clock = FakeClock(office.clock.now() + timedelta(days=1))
    olga = open_bench(tmp_path / "olga", clock)
    identity = olga.person(name).identity
    clock.set_back(24 * 3600)
    assert olga.workspace.clock.now() > clock.now()
    source = olga.workspace._access._unsealing._source(identity)
    assert isinstance(source, BrokerClient)
    assert source.clock.now() == clock.now()
    olga.workspace.close()
