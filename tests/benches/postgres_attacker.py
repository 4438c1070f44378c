"""A queue on a server that asks for passwords, with colleagues at work, and somebody who writes own SQL."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from reviewer.model.hold import HoldReason
from reviewer.model.people import Role
from reviewer.model.project import QueueRules
from reviewer.model.serialization import to_json
from reviewer.model.task import Lease, SealedAnnotation, TaskKind
from reviewer.places import resource
from reviewer.queue.postgres import PostgresQueue
from tests.fakes.postgres_server import PASSWORD, TeamServer, running_server

TRANSCRIBE = frozenset({TaskKind.TRANSCRIBE})
REVIEW = frozenset({TaskKind.REVIEW})
AGREEMENT = "agreement-1"
OWNER = "queue_owner"
BENS_WORDS = b"sealed words of Ben"
YEAR_MICROS = 365 * 86_400_000_000
# What the guide tells an administrator to write: people reach one database, and prove who they are.
HBA = """
local all postgres trust
local team all scram-sha-256
host team all 127.0.0.1/32 scram-sha-256
"""


@dataclass
class Outcome:
    """What came back: rows, or an error."""

    rows: list[Any]
    error: psycopg.Error | None = None

    @property
    def code(self) -> str:
        """The SQLSTATE; for a refusal of a rule also its code."""
        if self.error is None:
            return "no error"
        if self.error.sqlstate == "RV001":
            return f"RV001 {self.error.diag.message_primary}"
        return str(self.error.sqlstate)

    @property
    def text(self) -> str:
        """Everything that the server said, also notices' worth of context."""
        if self.error is None:
            return str(self.rows)
        fields = ("message_primary", "message_detail", "message_hint", "context", "constraint_name")
        return " ".join(str(getattr(self.error.diag, name)) for name in fields)


class AttackedTeam:
    """Mal, a contractor, and Quentin from QA attack; Ben and Quinn work; Nell signed nothing."""

    def __init__(self, superuser: str) -> None:
        self.superuser = psycopg.connect(superuser, autocommit=True)
        self.superuser.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD '{PASSWORD}'".encode())
        self.superuser.execute(f"CREATE DATABASE team OWNER {OWNER}".encode())
        self.uri = make_conninfo(superuser, dbname="team", user=OWNER, password=PASSWORD)
        self.team = TeamServer(self.uri, QueueRules())
        with psycopg.connect(make_conninfo(superuser, dbname="team"), autocommit=True) as connection:
            connection.execute(resource("queue", "00_superuser.sql").read_bytes())
        self.team.owner.execute(
            "UPDATE rules SET agreements = %s, agreement_micros = %s", ([AGREEMENT], YEAR_MICROS)
        )
        self.people: dict[str, PostgresQueue] = {"lee": self.team.queue("lee", Role.LEAD)}
        for name in ("mal", "ben", "rex", "pia", "nell"):
            self.people[name] = self.team.queue(name, Role.CONTRACTOR)
        for name in ("quentin", "quinn"):
            self.people[name] = self.team.queue(name, Role.QA)
        for name in self.people:
            if name != "nell":
                self.outcome(
                    name, "SELECT reviewer.sign_agreement(%(agreement)s, 'x', NULL)", agreement=AGREEMENT
                )
        self.values = self._work()

    def close(self) -> None:
        for queue in self.people.values():
            queue.close()
        self.team.close()
        self.superuser.close()

    def connection(self, login: str, **more: Any) -> psycopg.Connection[Any]:
        """A connection of a person with own code."""
        own = {"user": f"person_{login}", "password": PASSWORD, "connect_timeout": 5}
        return psycopg.connect(
            make_conninfo(self.uri, **(own | more)), autocommit=True, cursor_factory=psycopg.ClientCursor
        )

    def outcome(self, login: str, statement: str, **values: Any) -> Outcome:
        """Sends SQL, several statements if there are, over a new connection."""
        try:
            with self.connection(login) as connection:
                return send(connection, statement, **values)
        except psycopg.OperationalError as error:
            return Outcome([], error)

    def dump(self) -> dict[str, list[str]]:
        """Every row of every table, the rights, and whatever somebody could have made."""
        tables = self.team.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'reviewer_data'")
        queries = {row["name"]: f"SELECT * FROM reviewer_data.{row['name']}" for row in tables}
        queries |= {
            "roles": "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolcanlogin, rolconnlimit"
            " FROM pg_roles",
            "members": "SELECT roleid::regrole, member::regrole, admin_option FROM pg_auth_members",
            "databases": "SELECT datname, datacl::text FROM pg_database",
            "schemas": "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname !~ 'temp'",
            "functions": "SELECT oid, md5(prosrc), proacl::text, proconfig FROM pg_proc WHERE oid > 16384",
            "relations": "SELECT oid, relname, relowner, relacl::text FROM pg_class WHERE oid > 16384",
            "objects": "SELECT * FROM pg_largeobject_metadata",
            "settings": "SELECT setconfig FROM pg_db_role_setting",
        }
        return {
            name: sorted(map(str, self.team.owner.execute(query.encode()))) for name, query in queries.items()
        }

    def _work(self) -> dict[str, Any]:
        """Gives everybody something to lose; returns what the attempts are filled with."""
        add, claim = self.people["lee"].add_clip, self._claimed
        now = datetime.now(UTC)
        leases: dict[str, Lease] = {}
        for name, person in [
            ("bens", "ben"), ("done", "ben"), ("checked", "ben"), ("checking", "ben"), ("mine", "mal"),
            ("handed_in", "mal"), ("held", "mal"), ("purged", "mal"), ("rexes", "rex"), ("pias", "pia"),
        ]:  # fmt: skip
            add(f"clip-{name}", passes=1)
            leases[name] = claim(person, TRANSCRIBE)
        works = {name: self._submitted(leases[name]) for name in ("checked", "checking")}
        self.people["lee"].draw(lambda _: True)
        reviews = {name: claim(name, REVIEW) for name in ("quentin", "quinn")}
        works |= {name: self._submitted(leases[name]) for name in ("done", "handed_in", "pias")}
        self.people["lee"].hold("clip-held", HoldReason.CONSENT_QUESTION)
        self.people["lee"].withdraw_clip("clip-purged", "consent")
        add("clip-due", passes=1, open_until=now - timedelta(days=1))
        add("clip-free", passes=1, sort_key=1)
        add("clip-free-2", passes=1, sort_key=2)
        self.outcome(
            "ben", "SELECT reviewer.claim('ben', '{transcribe}', 'key of ben')"
        )  # takes clip-free: an answer under a key that somebody may guess
        bens_key = self.team.rows("SELECT submission_key AS key FROM task WHERE clip_id = 'clip-free'")
        named = {f"{name}_lease": json.loads(to_json(lease)) for name, lease in leases.items()}
        named |= {f"{name}_review": json.loads(to_json(lease)) for name, lease in reviews.items()}
        named |= {f"{name}_work": work.id for name, work in works.items()}
        facts = {
            "id": "a-new-one",
            "task_id": leases["mine"].task_id,
            "clip_id": "clip-mine",
            "author": "mal",
        }
        facts |= {"parent": None, "schema_version": "form-1", "conventions_version": "en-1"}
        verdict = {"id": "v-new", "annotation_id": works["checked"].id, "kind": "accepted"}
        verdict |= {"person_id": "quentin", "at": 1}
        return named | {"facts": facts, "verdict": verdict, "bens_free_key": bens_key[0]["key"]}

    def _claimed(self, person: str, kinds: frozenset[TaskKind]) -> Lease:
        lease = self.people[person].claim(person, kinds, key=f"{person}-{len(self.dump()['request'])}")
        assert lease is not None
        return lease

    def _submitted(self, lease: Lease) -> SealedAnnotation:
        work = SealedAnnotation(
            id=f"annotation-{lease.clip_id}-{lease.kind}",
            task_id=lease.task_id,
            clip_id=lease.clip_id,
            author=lease.person_id,
            parent=None,
            schema_version="form-1",
            conventions_version="en-1",
            digest=b"d" * 32,
            sealed=BENS_WORDS,
            made_at=lease.until,
        )
        self.people[lease.person_id].submit(lease, work)
        return work


def send(connection: psycopg.Connection[Any], statement: str, **values: Any) -> Outcome:
    """Sends SQL over a connection; gives the rows of its last statement, or the error."""
    given = {
        name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in values.items()
    }
    try:
        cursor = connection.execute(statement.encode(), given or None)
        while cursor.nextset():
            pass
        return Outcome(cursor.fetchall() if cursor.description else [])
    except psycopg.Error as error:
        return Outcome([], error)


@contextmanager
def attacked_team(folder: Path) -> Iterator[AttackedTeam]:
    """A server in a folder that lets nobody in without a password, and a team on it."""
    with running_server(folder) as superuser:
        (folder / "pg_hba.conf").write_text(HBA, encoding="utf-8")
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET max_connections = 60")
            connection.execute("SELECT pg_reload_conf()")
        team = AttackedTeam(superuser)
        try:
            yield team
        finally:
            team.close()
