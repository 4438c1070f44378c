"""Calls the functions of a queue's PostgreSQL server: connections, TLS, and what its answers mean."""

import inspect
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from reviewer.errors import (
    ClipOnHold,
    ClipWithdrawn,
    Damaged,
    LeaseLapsed,
    LeaseLost,
    NdaRequired,
    NotLeased,
    Refused,
    ReviewerError,
    SubmissionConflict,
    Unavailable,
)
from reviewer.messages import command_catalogue
from reviewer.queue.limited_connection import CONNECT_SECONDS, MOST_BYTES, LimitedConnection, limits
from reviewer.queue.postgres_schema import TABLES_VERSION, functions_digest

T = TypeVar("T")
_NOT_UNDERSTOOD = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
_REFUSED = "RV001"  # the SQLSTATE with which the functions refuse
_ERRORS: Mapping[str, Callable[[], ReviewerError]] = {
    "LEASE_LOST": LeaseLost,
    "LEASE_LAPSED": LeaseLapsed,
    "NOT_LEASED": NotLeased,
    "CLIP_WITHDRAWN": ClipWithdrawn,
    "CLIP_ON_HOLD": ClipOnHold,
    "SUBMISSION_CONFLICT": SubmissionConflict,
    "NDA_REQUIRED": NdaRequired,
}
_ATTEMPTS = 5
_UNDONE = (errors.DeadlockDetected, errors.SerializationFailure, errors.AdminShutdown, errors.CrashShutdown)
# What a server says to a login that was ended; where connecting fails, libpq tells no SQLSTATE.
_ENDED = ("is not permitted to log in", "permission denied for database")
_CERTIFICATE = "certificate"  # in what libpq says of TLS: expired, of another name, of no known authority
_CONNECTIONS = 4
_WHOLE_QUEUE = frozenset({
    "accepted", "accepted_passes", "done_passes", "exportable", "exportable_work", "final_texts", "finals",
    "held", "holds", "late_drafts", "listed", "open_marks", "passes_to_compare", "quarantined",
    "sealed_texts", "to_draw",
})  # fmt: skip
"""What leads and QA ask about all clips, or hundreds of texts at a time."""
_MOST_BYTES_OF_ALL = 1 << 30
_LOCAL = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1|/.*")
# What a project file may say of a server; who connects and with which secret is never in it.
_MAY_SAY = {"sslrootcert", "sslmode", "host", "application_name"}


@dataclass(frozen=True, slots=True)
class QueueAddress:
    """Where a queue's server is; user and password come from the environment or libpq's own files."""

    conninfo: str

    @classmethod
    def of(cls, url: str) -> "QueueAddress":
        """The server of ``[queue] url``. Raises Refused for any other address, a secret, or weaker TLS.

        Only a server on this machine may do without TLS; any other has to prove its name.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Refused("QUEUE_URL", url=url) from error
        said = dict(parse_qsl(parts.query))
        if parts.username or parts.password or not said.keys() <= _MAY_SAY:
            raise Refused("QUEUE_URL_SECRET")
        host, name = parts.hostname or said.get("host", ""), parts.path.strip("/")
        if parts.scheme not in ("postgresql", "postgres") or parts.fragment or not host or not name:
            raise Refused("QUEUE_URL", url=url)
        is_local = _LOCAL.fullmatch(host) is not None
        mode = said.get("sslmode", "prefer" if is_local else "verify-full")
        if not is_local and mode != "verify-full":
            raise Refused("QUEUE_TLS", url=url)
        roots = {"sslrootcert": said.get("sslrootcert", "system")} if mode == "verify-full" else {}
        number = {} if port is None else {"port": port}
        return cls(make_conninfo("", host=host, dbname=name, sslmode=mode, **number, **roots))


class PostgresNotices:
    """Satisfies ``WorkNotices``: a connection that listens to one channel."""

    def __init__(self, conninfo: str, channel: str) -> None:
        self._connection = LimitedConnection.connect(conninfo, autocommit=True)
        self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        self._fileno = self._connection.fileno()  # also known once the connection has ended

    def fileno(self) -> int:
        return self._fileno

    def has_come(self) -> bool:
        try:
            return len(list(self._connection.notifies(timeout=0))) > 0  # all are read, not the first alone
        except psycopg.Error as error:
            raise meaning(error) from error

    def close(self) -> None:
        self._connection.close()


class QueueServer:
    """A server's functions, over a few connections that are opened when they are needed."""

    def __init__(self, conninfo: str) -> None:
        self._address = make_conninfo(conninfo, application_name="reviewer", **limits())
        self._conninfo: str | None = None
        self._pool: ConnectionPool[LimitedConnection] | None = None
        self._opening = threading.Lock()
        self._notices: PostgresNotices | None = None

    def connect_as(self, login: str, password: str) -> None:
        """Sets whose login the connections use from now on; sends nothing yet."""
        conninfo = make_conninfo(self._address, user=login, password=password)
        with self._opening:
            if conninfo != self._conninfo:
                self._drop_pool()
                self._conninfo = conninfo

    def close(self) -> None:
        """Ends the connections; the next call opens new ones."""
        with self._opening:
            self._drop_pool()

    def listen(self, channel: str) -> PostgresNotices:
        """Listens on a connection of its own, in place of the one before. Raises the same as ``value``."""
        conninfo = self._conninfo
        if conninfo is None:
            raise Unavailable("QUEUE_UNREACHABLE")
        try:
            notices = PostgresNotices(conninfo, channel)
        except psycopg.Error as error:
            raise meaning(error) from error
        with self._opening:
            self._drop_notices()
            self._notices = notices
        if conninfo != self._conninfo:  # somebody else signed in meanwhile
            notices.close()
        return notices

    def value(self, function: str, *values: object) -> Any:
        """What a function returns that gives one value.

        Raises: what the function refuses with; Unavailable when the server does not answer.
        """
        row = self._call(sql.SQL("SELECT {}({}) AS value"), function, values)
        return row[0]["value"] if row else None

    def rows(self, function: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a function that gives rows. Raises the same as ``value``."""
        return self._call(sql.SQL("SELECT * FROM {}({})"), function, values)

    def _call(self, form: sql.SQL, function: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
        places = sql.SQL(", ").join(sql.Placeholder() * len(values))
        query = form.format(sql.Identifier("reviewer", function), places)
        most = _MOST_BYTES_OF_ALL if function in _WHOLE_QUEUE else MOST_BYTES
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._answer(query, values, most)
            except _UNDONE as error:  # nothing happened, and the next attempt may succeed
                if attempt == _ATTEMPTS:
                    raise Unavailable("QUEUE_UNREACHABLE") from error
            except psycopg.Error as error:
                raise meaning(error) from error
            except (PoolTimeout, PoolClosed) as error:
                raise Unavailable("QUEUE_UNREACHABLE") from error
        raise AssertionError

    def _answer(self, query: sql.Composed, values: tuple[object, ...], most: int) -> list[dict[str, Any]]:
        pool = self._connections()
        with pool.connection() as connection:
            connection.most_bytes = most
            try:
                return connection.execute(query, values).fetchall()
            finally:
                if connection.broken:
                    self._drop(pool)  # the others are of the same time

    def _connections(self) -> "ConnectionPool[LimitedConnection]":
        with self._opening:
            if self._conninfo is None:
                raise Unavailable("QUEUE_UNREACHABLE")  # nobody has signed in
            if self._pool is None:
                self._require_fitting(self._conninfo)
                self._pool = ConnectionPool(
                    self._conninfo,
                    connection_class=LimitedConnection,
                    kwargs={"autocommit": True, "row_factory": dict_row},
                    min_size=1,
                    max_size=_CONNECTIONS,
                    num_workers=1,
                    timeout=CONNECT_SECONDS,
                    reconnect_timeout=CONNECT_SECONDS,
                    open=True,
                )
            return self._pool

    def _drop(self, pool: "ConnectionPool[LimitedConnection]") -> None:
        with self._opening:
            if self._pool is pool:
                self._drop_pool()

    def _drop_pool(self) -> None:
        pool, self._pool = self._pool, None
        self._drop_notices()
        if pool is not None:
            pool.close(timeout=1)

    def _drop_notices(self) -> None:
        if self._notices is not None:
            self._notices.close()
            self._notices = None

    @staticmethod
    def _require_fitting(conninfo: str) -> None:
        """Connects once, so that a wrong password, server name or version is reported as such."""
        with LimitedConnection.connect(conninfo, autocommit=True, row_factory=dict_row) as connection:
            its = connection.execute("SELECT * FROM reviewer.versions()").fetchone()
        if its is None or its["tables_version"] < TABLES_VERSION:
            raise Refused("QUEUE_SERVER_OLD")
        if its["tables_version"] > TABLES_VERSION or its["functions_digest"] != functions_digest():
            raise Refused("QUEUE_SERVER_NEW")


def meaning(error: psycopg.Error) -> ReviewerError:
    """What an error of the server or of the connection means here."""
    if error.sqlstate == _REFUSED:
        return _refusal(error)
    if isinstance(error, errors.InsufficientPrivilege):
        return Refused("NOT_ALLOWED")
    if isinstance(error, errors.UndefinedFunction | errors.InvalidSchemaName | errors.UndefinedTable):
        return Refused("QUEUE_SERVER_OLD")
    if error.sqlstate is None and any(said in str(error) for said in _ENDED):
        return Refused("NO_LOGIN")
    is_login = isinstance(error, errors.InvalidPassword | errors.InvalidAuthorizationSpecification)
    if is_login or (error.sqlstate is None and "authentication failed" in str(error)):
        return Refused("QUEUE_SIGN_IN")
    return Unavailable(_absence(error))


def _absence(error: psycopg.Error) -> str:
    if error.sqlstate is None and _CERTIFICATE in str(error):
        return "QUEUE_NOT_TRUSTED"
    is_away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return "QUEUE_UNREACHABLE" if is_away else "QUEUE_ANSWER"


def _refusal(error: psycopg.Error) -> ReviewerError:
    """What a function refused with: a code, and the parameters of its sentence as JSON."""
    code = error.diag.message_primary or ""
    if code in _ERRORS:
        return _ERRORS[code]()
    try:
        refused = Refused(code, **json.loads(error.diag.message_detail or "{}"))
        command_catalogue().words(refused.notice)
    except _NOT_UNDERSTOOD:  # no code of ours, or not its parameters
        return Unavailable("QUEUE_ANSWER")
    return refused


def understood(kind: type[T]) -> type[T]:
    """Makes every public method of a class raise Unavailable (code QUEUE_ANSWER) for an answer it cannot
    read.

    The server may be of another version, or lie: that is no bug of this program, and must not crash it.
    """
    for name, method in list(vars(kind).items()):
        if inspect.isgeneratorfunction(method):
            setattr(kind, name, _understood_one_by_one(method))
        elif inspect.isfunction(method) and not name.startswith("_"):
            setattr(kind, name, _understood(method))
    return kind


def _understood(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*given: Any, **named: Any) -> Any:
        with _translated():
            return method(*given, **named)

    return call


def _understood_one_by_one(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*given: Any, **named: Any) -> Iterator[Any]:
        with _translated():
            yield from method(*given, **named)

    return call


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (*_NOT_UNDERSTOOD, Damaged) as error:
        raise Unavailable("QUEUE_ANSWER") from error
