"""What the owner of a queue's database needs on its server, and who else gets in."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from reviewer.model.people import Role
from reviewer.places import resource
from reviewer.queue.postgres_schema import ServerRules, add_login, set_up, tells_too_much
from tests.contracts.queue_contract import RULES
from tests.fakes.postgres_server import NO_LIMITS, PASSWORD

ROLES = {Role.CONTRACTOR: "ana", Role.QA: "quinn", Role.LEAD: "lee"}


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """A database of its own, whose owner may make roles and nothing else; gives the address for its owner."""
    with psycopg.connect(postgres, autocommit=True) as server:
        groups = ("reviewer_contractor", "reviewer_qa", "reviewer_lead")
        made = {row[0] for row in server.execute("SELECT rolname FROM pg_roles").fetchall()}
        server.execute(f"CREATE ROLE plain_owner LOGIN CREATEROLE PASSWORD '{PASSWORD}'".encode())
        for group in groups:  # another test of this server may have made them
            if group not in made:
                server.execute(f"CREATE ROLE {group} NOLOGIN".encode())
            if server.info.server_version >= 160000:
                server.execute(f"GRANT {group} TO plain_owner WITH ADMIN TRUE, INHERIT FALSE".encode())
        server.execute("CREATE DATABASE plain OWNER plain_owner")
        server.execute(f"CREATE ROLE stranger LOGIN PASSWORD '{PASSWORD}'".encode())
        yield make_conninfo(postgres, dbname="plain", user="plain_owner", password=PASSWORD)
        server.execute("DROP DATABASE plain WITH (FORCE)")
        logins = server.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'person_plain_%'").fetchall()
        for name in (*(row[0] for row in logins), "plain_owner", "stranger"):
            server.execute(f"DROP OWNED BY {name}".encode())
            server.execute(f"DROP ROLE {name}".encode())


def test_owner_that_may_only_make_roles_sets_up_and_admits_as_often_as_it_likes(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as owner:
        for _ in range(2):
            set_up(owner, "workspace", ServerRules(RULES, NO_LIMITS))
            for role, name in ROLES.items():
                add_login(owner, f"person_plain_{name}", name, role, PASSWORD)
    for name in ROLES.values():
        with psycopg.connect(database, user=f"person_plain_{name}", autocommit=True) as own:
            assert own.execute("SELECT workspace_id FROM reviewer.versions()").fetchone() == ("workspace",)


def test_nobody_else_connects_and_no_person_makes_tables(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as owner:
        set_up(owner, "workspace", ServerRules(RULES, NO_LIMITS))
        add_login(owner, "person_plain_ana", "ana", Role.CONTRACTOR, PASSWORD)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database, user="stranger")
    with psycopg.connect(database, user="person_plain_ana", autocommit=True) as ana:
        for table in ("CREATE TABLE reviewer.mine (a int)", "CREATE TEMPORARY TABLE mine (a int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ana.execute(table.encode())


def test_owner_is_told_until_a_superuser_has_run_the_file(database: str, postgres: str) -> None:
    file = resource("queue", "00_superuser.sql").read_bytes()
    with psycopg.connect(database, autocommit=True) as owner:
        set_up(owner, "workspace", ServerRules(RULES, NO_LIMITS))
        assert tells_too_much(owner)
        with psycopg.connect(make_conninfo(postgres, dbname="plain"), autocommit=True) as superuser:
            for _ in range(2):
                superuser.execute(file)
        assert not tells_too_much(owner)
        set_up(owner, "workspace", ServerRules(RULES, NO_LIMITS))
        assert not tells_too_much(owner)
        with psycopg.connect(make_conninfo(postgres, dbname="plain"), autocommit=True) as superuser:
            superuser.execute("GRANT EXECUTE ON FUNCTION pg_try_advisory_lock(bigint) TO PUBLIC")
        assert tells_too_much(owner)  # as it was after an earlier version of the file
