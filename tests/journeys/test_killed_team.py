"""Joining, admitting, policies and revocations that are killed before each of their steps.

A step is a file that is opened for writing, synced, renamed or removed, a commit, or a call of the server.
``REVIEWER_KILLS`` has to be set: each attempt begins with a fresh copy of folders and database.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from reviewer import backends
from reviewer.access.audit_log import AuditLog
from reviewer.access.verification import verify_file
from reviewer.clips.store import LocalClipStore
from reviewer.db.connection import Database
from reviewer.db.workspace_meta import read_meta
from reviewer.errors import Refused, ReviewerError
from reviewer.lead.joining import read_invitation
from reviewer.model.event import Action, Event
from reviewer.model.people import PersonState, Role
from reviewer.places import DATABASE_FILE, resource
from reviewer.session.joining import join_workspace
from reviewer.session.team_files import ANSWER_FILE
from tests.benches.own_folders import CHEAP, Office, make_office
from tests.benches.shared_queue import new_database
from tests.benches.steps import Forks
from tests.benches.team_steps import opened
from tests.benches.workspace import ANA, BEN, LEAD, PASSPHRASE
from tests.fakes.clock import FakeClock

pytest.importorskip("obstore")
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    pytest.mark.skipif(not os.environ.get("REVIEWER_KILLS"), reason="set REVIEWER_KILLS"),
    pytest.mark.timeout(900),
]
CYRUS = "Cyrus Pahlavi"
_LOGINS = "FROM pg_authid WHERE rolname LIKE 'person%'"


@dataclass
class World:
    """A lead's folder, Ana's own and Ben's, who is not admitted, as they were before each attempt."""

    place: Path
    server: str
    url: str
    forks: Forks

    def __post_init__(self) -> None:
        self.database = self.url.split("/")[3].partition("?")[0]
        self.lead, self.ana, self.ben = (self.place / "now" / name for name in ("lead", "ana", "ben"))

    def keep(self) -> None:
        """From now on everything begins as it is now."""
        shutil.copytree(self.place / "now", self.place / "before")
        with psycopg.connect(self.server, autocommit=True) as owner:
            owner.execute(f"CREATE DATABASE {self.database}_before TEMPLATE {self.database}".encode())
            self._logins = owner.execute(f"SELECT rolname, rolpassword {_LOGINS}".encode()).fetchall()
            self._groups = owner.execute(
                "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members"
                " WHERE member::regrole::text LIKE '%person%'"
            ).fetchall()

    def begin_anew(self) -> None:
        shutil.rmtree(self.place / "now")
        shutil.copytree(self.place / "before", self.place / "now")
        with psycopg.connect(self.server, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {self.database} WITH (FORCE)".encode())
            owner.execute(f"CREATE DATABASE {self.database} TEMPLATE {self.database}_before".encode())
            for name, password in self._logins:
                owner.execute(f"ALTER ROLE \"{name}\" LOGIN PASSWORD '{password}'".encode())
            for group, member in self._groups:
                owner.execute(f"GRANT {group} TO {member}".encode())

    def kill_at_each_step(self, what: str, given: tuple[object, ...], check: Callable[[], None]) -> None:
        function, texts, last = f"tests.benches.team_steps:{what}", [str(each) for each in given], 0
        found: list[tuple[int, str]] = []
        while True:
            last += 1
            self.begin_anew()
            if self.forks.run(function, *texts, last=last) is not None:
                break
            try:
                check()
            except (AssertionError, ReviewerError) as error:
                found.append((last, repr(error)))
        print(f"{what}: {last - 1} steps")  # noqa: T201 - shown when the test fails
        assert last > 3
        assert not found

    def run(self, what: str, *given: object) -> None:
        self.forks.run(f"tests.benches.team_steps:{what}", *map(str, given))

    def state(self, name: str) -> PersonState | None:
        window = opened(self.lead)
        person = window.workspace._unit.people.by_name(name)
        window.workspace.close()
        return None if person is None else person.state

    def has_login(self, name: str) -> bool:
        window = opened(self.lead)
        person = window.workspace._unit.people.by_name(name)
        window.workspace.close()
        assert person is not None
        with psycopg.connect(self.url, autocommit=True) as owner:
            rows = owner.execute(
                "SELECT l.is_blocked, r.rolcanlogin FROM reviewer_data.person_login l"
                " JOIN pg_roles r ON r.rolname = l.login WHERE person_id = %s",
                (person.id,),
            ).fetchall()
        return rows == [(False, True)]

    def sign_in(self, folder: Path, name: str) -> str:
        """Opens a folder, signs in, and gives the code of a refusal."""
        window = opened(folder)
        try:
            window.person(name)
        except Refused as refused:
            return refused.code
        finally:
            window.workspace.close()
        assert verify_file(folder / DATABASE_FILE).ok
        return ""


@pytest.fixture
def world(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, repository: Path
) -> Iterator[World]:
    for name, value in (
        ("PGUSER", "postgres"), ("PYTHONPATH", str(repository)),
        ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    (tmp_path / "now").mkdir()
    with Forks() as forks:
        yield World(tmp_path, postgres, new_database(postgres), forks)


def _office(world: World) -> Office:
    """Ana is admitted, Ben has joined."""
    office = make_office(world.place / "now", world.url, FakeClock(datetime.now(UTC)))
    office.admit(ANA, Role.CONTRACTOR).person(ANA)
    office.reopen(ANA).workspace.close()
    file = world.place / "ben.json"
    invitation = office.lead.person(LEAD).lead.admission.invite(BEN, Role.CONTRACTOR, file)
    read = read_invitation(file)[0]
    join_workspace(world.ben, read, invitation.code, PASSPHRASE, clock=office.clock, parameters=CHEAP)
    return office


def test_killed_join_leaves_a_whole_folder_or_none(world: World) -> None:
    office, file, own = _office(world), world.place / "cyrus.json", world.place / "now" / "cyrus"
    invitation = office.lead.person(LEAD).lead.admission.invite(CYRUS, Role.CONTRACTOR, file)
    office.close()
    world.keep()
    given = (file, invitation.code, own)

    def check() -> None:
        if not own.exists():
            world.run("join", *given)
        assert {each.name for each in own.parent.iterdir()} == {"lead", "ana", "ben", "cyrus", "project.toml"}
        assert (own / ANSWER_FILE).is_file()
        assert world.sign_in(own, CYRUS) == "WAITS_FOR_ADMISSION"
        assert verify_file(own / DATABASE_FILE).ok

    world.kill_at_each_step("join", given, check)


def test_own_folder_opens_after_a_kill_while_a_policy_is_taken_up(world: World) -> None:
    """The later policy has another schema, and the one of before is gone: with or without the server."""
    office = make_office(world.place / "now", world.url, FakeClock(datetime.now(UTC)))
    settings = (world.lead / "project.toml").read_text("utf-8")
    schema = next(resource("schemas").glob("*.toml")).read_text("utf-8")

    def sign(name: str) -> None:
        shutil.rmtree(world.lead / "schemas", ignore_errors=True)
        (world.lead / "schemas").mkdir()
        (world.lead / "schemas" / f"{name}.toml").write_text(schema, "utf-8")
        (world.lead / "project.toml").write_text(f'schema = "{name}"\n{settings}', "utf-8")
        office.apply_policy()

    sign("first")
    office.admit(ANA, Role.CONTRACTOR).person(ANA)
    office.reopen(ANA).workspace.close()
    sign("second")
    office.close()
    world.keep()

    def check() -> None:
        with psycopg.connect(world.server, autocommit=True) as owner:
            owner.execute(f"ALTER DATABASE {world.database} RENAME TO {world.database}_away".encode())
            try:
                assert world.sign_in(world.ana, ANA) == ""
            finally:
                owner.execute(f"ALTER DATABASE {world.database}_away RENAME TO {world.database}".encode())
        assert world.sign_in(world.ana, ANA) in ("", "POLICY_OPENED_BEFORE")
        assert world.sign_in(world.ana, ANA) == ""
        window = opened(world.ana)
        assert window.workspace.project.schema == "second"
        window.workspace.close()

    world.kill_at_each_step("sign_in", (world.ana, ANA), check)


def test_killed_admission_is_finished_by_the_same_file(world: World) -> None:
    _office(world).close()
    world.keep()
    given = (world.lead, world.ben / ANSWER_FILE)

    def check() -> None:
        assert not world.has_login(BEN) or world.state(BEN) is PersonState.ACTIVE
        world.run("admit", *given)
        assert world.sign_in(world.ben, BEN) == ""
        assert verify_file(world.lead / DATABASE_FILE).ok

    world.kill_at_each_step("admit", given, check)


@pytest.mark.parametrize("name", [ANA, CYRUS])
def test_killed_invitation_leaves_no_login_of_before(world: World, name: str) -> None:
    """For somebody new, or again for somebody with an account: then what they had ends, or goes on."""
    _office(world).close()
    world.keep()
    given = (world.lead, name, world.place / "again.json")

    def check() -> None:
        if world.state(name) is PersonState.ACTIVE:
            world.run("admit", world.lead, world.ana / ANSWER_FILE)  # the login of before may be ended
            assert world.sign_in(world.ana, ANA) == ""
        elif name == ANA:
            assert not world.has_login(ANA)
        world.run("invite", *given)
        assert world.state(name) is PersonState.INVITED
        assert verify_file(world.lead / DATABASE_FILE).ok

    world.kill_at_each_step("invite", given, check)


def test_killed_revocation_leaves_no_login(world: World) -> None:
    _office(world).close()
    world.keep()
    given = (world.lead, ANA)

    def check() -> None:
        assert world.state(ANA) is PersonState.ACTIVE or not world.has_login(ANA)
        world.run("revoke", *given)
        assert world.state(ANA) is PersonState.REVOKED
        assert not world.has_login(ANA)
        assert verify_file(world.lead / DATABASE_FILE).ok

    world.kill_at_each_step("revoke", given, check)


def test_killed_sign_out_keeps_nobody_out(world: World) -> None:
    _office(world).close()
    world.keep()

    def check() -> None:
        assert world.sign_in(world.ana, ANA) == ""

    world.kill_at_each_step("sign_out", (world.ana, ANA), check)


def _rows(file: Path, *actions: Action) -> list[Event]:
    with closing(Database(file)) as database:
        log = AuditLog(database, FakeClock(), read_meta(database).log_id)
        return [event for row in log.rows() if (event := row.event()).action in actions]


def test_killed_work_is_handed_in_once_and_no_key_left_without_a_row(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the claim to the sign-out, with two clips taken along, which the sign-out gives back."""
    shared = world.lead / backends.CLIPS_FOLDER
    monkeypatch.setattr(backends, "clip_store", lambda *_place: LocalClipStore(shared))
    office = make_office(world.place / "now", world.url, FakeClock(datetime.now(UTC)))
    office.import_clips(6)
    office.admit(ANA, Role.CONTRACTOR).agree(ANA)
    office.reopen(ANA).workspace.close()
    office.close()
    world.keep()

    def check() -> None:
        log = next((world.place / "now" / "broker").glob("*.db"))
        released = len(_rows(log, Action.KEY_RELEASED))
        begun = len(_rows(world.ana / DATABASE_FILE, Action.CLIP_OPENED, Action.CLIP_PREFETCHED))
        assert released <= begun
        handed_in = len(_rows(world.ana / DATABASE_FILE, Action.SUBMITTED))
        world.run("deliver", world.place / "now")
        with psycopg.connect(world.url, autocommit=True) as owner:
            count = owner.execute("SELECT count(*) FROM reviewer_data.annotation").fetchone()
        assert count == (handed_in,)
        for file in (log, world.ana / DATABASE_FILE, world.lead / DATABASE_FILE):
            assert verify_file(file).ok

    world.kill_at_each_step("work", (world.place / "now",), check)
