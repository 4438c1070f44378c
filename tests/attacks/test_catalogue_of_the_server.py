"""What PostgreSQL itself tells every login: with a superuser's file run, nothing of what a colleague does."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from reviewer.model.task import TaskKind
from tests.benches.postgres_attacker import AttackedTeam, attacked_team, send

# What is another at each question, and how many transactions the server had: any login can count these by
# changing a setting of its own role. It does not say whose they were.
_ALWAYS = "clock|now|timeofday|timestamp|random|uuid|xact_id|snapshot|txid|age"
_FUNCTIONS = """SELECT p.oid::regproc::text FROM pg_proc p WHERE pronamespace = 'pg_catalog'::regnamespace
    AND prokind = 'f' AND prorettype <> 'trigger'::regtype AND has_function_privilege(oid, 'EXECUTE')
    AND proname !~ %s AND {} ORDER BY 1"""
_OF_NOTHING = _FUNCTIONS.format("pronargs = 0")
_OF_TABLES = _FUNCTIONS.format("pronargs = 1 AND proargtypes[0] IN ('oid'::regtype, 'regclass'::regtype)")
_VIEWS = """SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
    AND relkind IN ('v', 'r') AND has_table_privilege(oid, 'SELECT') ORDER BY 1"""
_TABLES = """(SELECT oid FROM pg_class WHERE oid > 16384 AND relkind IN ('r', 't', 'i', 'S')
    AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^(reviewer|pg_toast)')) t"""


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedTeam]:
    with attacked_team(tmp_path_factory.mktemp("catalogue")) as team:
        team.superuser.execute("ALTER SYSTEM SET autovacuum = off")
        team.superuser.execute("SELECT pg_reload_conf()")
        yield team


@pytest.fixture
def mal(team: AttackedTeam) -> Iterator[psycopg.Connection[Any]]:
    with closing(team.connection("mal")) as connection:
        yield connection


def everything_told(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """What each function and each view of the catalogue says to this login."""

    def said(query: str) -> str:
        outcome = send(connection, query)
        return outcome.code if outcome.error else str(sorted(map(str, outcome.rows)))

    names = [row[0] for row in connection.execute(_OF_NOTHING, (_ALWAYS,)).fetchall()]
    told = {name: said(f"SELECT {name}()") for name in names}
    names = [row[0] for row in connection.execute(_OF_TABLES, (_ALWAYS,)).fetchall()]
    told |= {name: said(f"SELECT t.oid, {name}(t.oid) FROM {_TABLES}") for name in names}
    views = [row[0] for row in connection.execute(_VIEWS).fetchall()]
    return told | {name: said(f"SELECT * FROM {name}") for name in views}


def test_nothing_in_the_catalogue_changes_when_a_colleague_hands_in(
    team: AttackedTeam, mal: psycopg.Connection[Any]
) -> None:
    team.people["lee"].add_clip("clip-watched", passes=1, sort_key=9)
    everything_told(mal)  # fills what is cached
    before = everything_told(mal)
    ben = team.people["ben"]
    lease = ben.claim("ben", frozenset({TaskKind.TRANSCRIBE}), key="ben-watched")
    assert lease is not None
    team._submitted(lease)
    team.superuser.execute("SELECT pg_stat_force_next_flush()")
    after = everything_told(mal)
    assert len(before) > 150
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_current_wal_insert_lsn()",
        "SELECT pg_logical_emit_message(false, '', '')",
        "SELECT pg_export_snapshot()",
        "SELECT * FROM pg_locks",
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM pg_stat_user_tables",
        "SELECT * FROM pg_stat_database",
        "SELECT pg_blocking_pids(1)",
        "SELECT pg_total_relation_size(oid) FROM pg_class WHERE relname = 'annotation'",
        "SELECT pg_database_size('team')",
    ],
)
def test_question_about_colleagues_is_refused(mal: psycopg.Connection[Any], sql: str) -> None:
    assert send(mal, sql).code == "42501"


def test_owner_sees_connections_and_sizes(team: AttackedTeam) -> None:
    query = "SELECT count(*), pg_database_size(current_database()) > 0 FROM pg_stat_activity"
    assert team.team.owner.execute(query).fetchone()[1] is True
