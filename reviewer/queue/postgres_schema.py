"""Sets up a queue's PostgreSQL server, for the owner of its database: tables, functions, logins."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from reviewer.errors import Refused
from reviewer.model.people import Role
from reviewer.model.project import AccessLimits, QueueRules
from reviewer.model.task import TaskKind
from reviewer.places import resource

TABLES_VERSION = 9
"""The number of steps that made the tables; it grows by one with each."""
PREFETCH_MINUTES = 5
_TABLES = (
    "01_tables.sql", "01_fewer_indexes.sql", "01_own_folders.sql", "01_unsent_work.sql",
    "01_routes.sql", "01_policy_of_each_lead.sql", "01_redactions.sql",
    "01_signed_verdicts.sql", "01_limits_lifted.sql",
)  # fmt: skip
_FUNCTIONS = (
    "02_rules.sql",
    "03_claims.sql",
    "04_work.sql",
    "05_lead.sql",
    "05_own_folders.sql",
    "05_redactions.sql",
    "05_witness.sql",
    "06_queries.sql",
    "07_privileges.sql",
)
_GROUPS = {Role.CONTRACTOR: "reviewer_contractor", Role.QA: "reviewer_qa", Role.LEAD: "reviewer_lead"}
_KINDS = {
    Role.CONTRACTOR: (TaskKind.TRANSCRIBE,),
    Role.QA: (TaskKind.REVIEW, TaskKind.ADJUDICATE),
    Role.LEAD: (),
}
_SUPERUSER = "00_superuser.sql"


@cache
def functions_digest() -> str:
    """The SHA-256 of the functions that this program calls, in hex."""
    digest = hashlib.sha256()
    for name in _FUNCTIONS:
        digest.update(resource("queue", name).read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class ServerRules:
    """What the server holds everybody to. ``agreements`` are the SHA-256 of the texts that count, in hex; a
    signature counts ``agreement_days``. No agreements: none has to be signed."""

    queue: QueueRules
    limits: AccessLimits
    agreements: Sequence[str] = ()
    agreement_days: int = 365


def set_up(connection: psycopg.Connection[Any], workspace_id: str, rules: ServerRules) -> None:
    """Makes or updates tables, functions, groups and rules, in one transaction; nothing changes on an error.

    Raises: Refused when the database is another workspace's, or of a newer version.
    """
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        _make_groups(connection)
        _close_database(connection)
        present = _tables_version(connection)
        if present > TABLES_VERSION:
            raise Refused("QUEUE_SERVER_NEW")
        for name in _TABLES[present:]:
            connection.execute(resource("queue", name).read_text(encoding="utf-8").encode())
        _require_workspace(connection, workspace_id, is_new=present == 0)
        _drop_functions(connection)
        connection.execute("SET LOCAL search_path = reviewer_data, pg_temp")
        for name in _FUNCTIONS:
            connection.execute(resource("queue", name).read_text(encoding="utf-8").encode())
        connection.execute(
            "UPDATE reviewer_data.meta SET tables_version = %s, functions_digest = %s",
            (TABLES_VERSION, functions_digest()),
        )
        set_rules(connection, rules)


def set_rules(connection: psycopg.Connection[Any], rules: ServerRules) -> None:
    """Writes the rules of a project file into the database, which holds everybody to them."""
    minute = timedelta(minutes=1) // timedelta(microseconds=1)
    connection.execute(
        "SELECT reviewer.set_rules(%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            rules.queue.lease_minutes * minute,
            rules.queue.lease_cap_minutes * minute,
            PREFETCH_MINUTES * minute,
            rules.queue.skips_to_lead,
            rules.limits.opens_per_hour,
            rules.limits.opens_without_hand_in,
            list(rules.agreements),
            rules.agreement_days * 24 * 60 * minute,
        ),
    )


def add_login(
    connection: psycopg.Connection[Any], login: str, person_id: str, role: Role, verifier: str
) -> None:
    """Makes, or makes anew, the database login of a person; ``verifier`` is a SCRAM verifier or a password.

    A person has one login: an earlier one of theirs is blocked from now on.
    """
    name, group = sql.Identifier(login), sql.Identifier(_GROUPS[role])
    with connection.transaction():
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,)).fetchone()
        making = sql.SQL(
            "ALTER ROLE {} {}" if known else "CREATE ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE {}"
        )
        # Only a superuser may say NOSUPERUSER of a role that is there, and the owner is none.
        plain = "LOGIN INHERIT CONNECTION LIMIT 12 PASSWORD {}"
        made = sql.SQL(plain).format(sql.Literal(verifier))
        connection.execute(making.format(name, made))
        _leave_groups(connection, login)
        connection.execute(sql.SQL("GRANT {} TO {}").format(group, name))
        former = connection.execute(
            "DELETE FROM reviewer_data.person_login WHERE person_id = %s RETURNING login", (person_id,)
        ).fetchone()
        if former is not None and former[0] != login:
            _leave_groups(connection, former[0])
            connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(former[0])))
        connection.execute(
            "INSERT INTO reviewer_data.person_login (login, person_id, kinds) VALUES (%s, %s, %s)"
            " ON CONFLICT (login) DO UPDATE SET person_id = excluded.person_id, kinds = excluded.kinds,"
            " is_blocked = false",
            (login, person_id, [kind.value for kind in _KINDS[role]]),
        )


def _close_database(connection: psycopg.Connection[Any]) -> None:
    """Lets nobody in but people's logins, who make nothing here, not even for a session.

    Only a superuser can take functions of PostgreSQL's own from them: the guide has the file for an owner
    who is none, and ``tells_too_much`` whether it was run.
    """
    row = connection.execute("SELECT current_database(), current_setting('is_superuser')").fetchone()
    assert row is not None
    groups = sql.SQL(", ").join(map(sql.Identifier, _GROUPS.values()))
    database = sql.Identifier(row[0])
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC, {}").format(database, groups))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, groups))
    if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'public'").fetchone():
        connection.execute(sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC, {}").format(groups))
    if row[1] == "on":
        connection.execute(resource("queue", _SUPERUSER).read_text(encoding="utf-8").encode())


def tells_too_much(connection: psycopg.Connection[Any]) -> bool:
    """Whether people's logins still learn from PostgreSQL itself who works when, and how long texts are, or
    can fill what all connections share: the superuser's file, as it is now, was not run."""
    row = connection.execute(
        "SELECT bool_or(has_function_privilege('reviewer_contractor', oid, 'EXECUTE')) FROM pg_proc"
        " WHERE pronamespace = 'pg_catalog'::regnamespace"
        " AND proname IN ('lo_create', 'pg_lock_status', 'pg_current_wal_lsn', 'pg_stat_get_activity',"
        " 'pg_try_advisory_lock', 'pg_terminate_backend')"
    ).fetchone()
    return row == (True,)


def _leave_groups(connection: psycopg.Connection[Any], login: str) -> None:
    """Takes the right to call any function, which open connections notice at their next statement."""
    for group in _GROUPS.values():
        connection.execute(sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(group), sql.Identifier(login)))


def _make_groups(connection: psycopg.Connection[Any]) -> None:
    for group in _GROUPS.values():
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (group,)).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(group)))


def _tables_version(connection: psycopg.Connection[Any]) -> int:
    if connection.execute("SELECT to_regclass('reviewer_data.meta')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT tables_version FROM reviewer_data.meta").fetchone()
    return 0 if row is None else int(row[0])


def _require_workspace(connection: psycopg.Connection[Any], workspace_id: str, *, is_new: bool) -> None:
    if is_new:
        connection.execute(
            "INSERT INTO reviewer_data.meta (workspace_id, tables_version) VALUES (%s, %s)",
            (workspace_id, TABLES_VERSION),
        )
        return
    row = connection.execute("SELECT workspace_id FROM reviewer_data.meta").fetchone()
    if row != (workspace_id,):
        raise Refused("QUEUE_OTHER_WORKSPACE")


def _drop_functions(connection: psycopg.Connection[Any]) -> None:
    """Drops the functions, of which an update may change the arguments; what a trigger needs stays."""
    rows = connection.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname IN ('reviewer', 'reviewer_data') AND p.prorettype <> 'trigger'::regtype"
    ).fetchall()
    for (name,) in rows:
        connection.execute(f"DROP FUNCTION {name}".encode())
