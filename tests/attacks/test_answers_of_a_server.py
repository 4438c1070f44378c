"""A server of the queue that lies: answers and refusals of other forms, and answers without an end."""

import inspect
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
import pytest

from reviewer.errors import Refused, ReviewerError, Unavailable
from reviewer.model.hold import HoldReason
from reviewer.model.people import Person, PersonState, Role
from reviewer.model.project import AccessLimits, QueueRules
from reviewer.model.task import Lease, SkipReason, TaskKind
from reviewer.queue import administration, limited_connection
from reviewer.queue.administration import QueueAdministration
from reviewer.queue.api import DatabaseOwner
from reviewer.queue.limited_connection import CALL_SECONDS, LimitedConnection
from reviewer.queue.postgres import PostgresQueue
from reviewer.queue.postgres_connection import QueueAddress, QueueServer, meaning
from reviewer.queue.postgres_schema import ServerRules

NOW = datetime.now(UTC)
LEASE = Lease("t1", "c1", TaskKind.TRANSCRIBE, 1, "p1", 1, NOW, "k1")
GIVEN: dict[str, Any] = {
    "kinds": frozenset({TaskKind.TRANSCRIBE}), "lease": LEASE,
    "reason": next(iter(HoldReason)), "until": NOW,
    "since": NOW, "proof": [], "facts": [], "decide": lambda _id: True, "root": b"r", "sealed": b"s",
    "people": {TaskKind.TRANSCRIBE: ["p1"]}, "passes": 1, "size": 1, "count": 1, "oldest_seconds": 1.0,
    "limit": 1, "serial": 1, "priority": 1, "languages": ["de"], "skills": ["legal"], "skill": "legal",
}  # fmt: skip
LIMITED_SECONDS = 15.0
"""Far above the limits that tests set, and below what it takes without; a busy machine stalls for seconds."""
TAKES_WORK = {"submit", "decide", "adopt_late_draft", "set_final", "reseal_clip"}
NOT_ASKED = {"connect_as", "close", "new_work_notices", *TAKES_WORK}


class _Row(dict[str, Any]):
    """Has every column, with one value."""

    def __init__(self, value: object) -> None:
        super().__init__(value=value)
        self._value = value

    def __missing__(self, _name: str) -> object:
        return self._value


class _Lying(QueueServer):
    """Gives what it was told to give."""

    def __init__(self) -> None:
        self.answer: list[dict[str, Any]] = []

    def _call(self, *_question: object) -> list[dict[str, Any]]:
        return self.answer


def _deep() -> list[Any]:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    return deep


def _answers() -> Iterator[list[dict[str, Any]]]:
    yield from ([], [{}])
    for value in (
        None, -1, 2**70, 10**12, float("nan"), "", "\0", "../x", b"x", [1], {"a": 1}, _deep(),
    ):  # fmt: skip
        yield [_Row(value), _Row(value)]
        yield [_Row(value)]


def test_answer_of_another_form_is_no_crash() -> None:
    server, crashed = _Lying(), defaultdict[str, set[str]](set)
    queue, asked = PostgresQueue(server), 0
    for name, method in inspect.getmembers(PostgresQueue, inspect.isfunction):
        if name.startswith("_") or name in NOT_ASKED:
            continue
        asked += 1
        places = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty]
        given = {p.name: GIVEN.get(p.name, ["c1"] if p.name.endswith("_ids") else "x") for p in places[1:]}
        if name == "skip":
            given["reason"] = next(iter(SkipReason))
        for server.answer in _answers():
            try:
                answer = getattr(queue, name)(**given)
                if isinstance(answer, Iterator):
                    list(answer)
            except ReviewerError:
                continue
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                crashed[name].add(type(error).__name__)
    assert asked > 60
    assert crashed == {}


def _raised(code: str, detail: str) -> psycopg.Error:
    class _Error(psycopg.errors.RaiseException):
        sqlstate = "RV001"

        @property
        def diag(self) -> Any:
            return type("Diagnostic", (), {"message_primary": code, "message_detail": detail})

    return _Error()


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("NO_CLIP", "[]"),
        ("NO_CLIP", "{}"),
        ("NO_CLIP", "{"),
        ("NO_CLIP", "[" * 50_000),
        ("NO_SUCH_CODE_AT_ALL", "{}"),
        ("", ""),
    ],
)
def test_refusal_that_has_no_words_is_an_answer_that_is_not_understood(code: str, detail: str) -> None:
    found = meaning(_raised(code, detail))
    assert isinstance(found, Unavailable)
    assert found.code == "QUEUE_ANSWER"
    assert isinstance(meaning(_raised("NO_CLIP", '{"clip": "c1"}')), Refused)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


NOTICE = _message(b"N", b"SWARNING\0C01000\0Mand so on\0\0")
WELCOME = _message(b"R", bytes(4)) + _message(b"K", bytes(8)) + _message(b"Z", b"I")


Answer = Callable[[socket.socket, threading.Event], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server that does to each connection what it was told; its address."""
    ended = threading.Event()

    def serve(listening: socket.socket) -> None:
        while not ended.is_set():
            with suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.settimeout(5)
                    answer(connection, ended)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        port = listening.getsockname()[1]
        yield f"host=127.0.0.1 port={port} dbname=x sslmode=prefer gssencmode=disable"
        ended.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            pass
        thread.join()


def let_in(connection: socket.socket) -> None:
    """Nobody is asked for a password, and the first question has come."""
    connection.recv(8)
    connection.sendall(b"N")
    connection.recv(4096)
    connection.sendall(WELCOME)
    connection.recv(4096)


def notices(connection: socket.socket, ended: threading.Event) -> None:
    let_in(connection)
    while not ended.wait(0.01):
        connection.sendall(NOTICE)


@pytest.fixture
def endless() -> Iterator[str]:
    """A server that lets anybody in and answers each question with notices, for ever; its address."""
    with serving(notices) as address:
        yield address


def test_server_that_never_ends_its_answer_is_left(endless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LimitedConnection, "answer_seconds", 0.1)
    server = QueueServer(endless)
    server.connect_as("nobody", os.urandom(8).hex())
    with pytest.raises(Unavailable, match="QUEUE_UNREACHABLE"):
        server.value("counts")
    server.close()


COLUMNS = (
    _message(b"1", b"")
    + _message(b"2", b"")
    + _message(b"T", struct.pack("!h", 1) + b"value\0" + struct.pack("!ihihih", 0, 0, 25, -1, -1, 0))
)
MEBIBYTE = bytes(1 << 20)
ROW = _message(b"D", struct.pack("!hi", 1, 1 << 20) + MEBIBYTE)


def rows(connection: socket.socket, ended: threading.Event) -> None:
    let_in(connection)
    connection.sendall(COLUMNS)
    while not ended.is_set():
        connection.sendall(ROW)


def one_row(connection: socket.socket, ended: threading.Event) -> None:
    """A value of a gigabyte: the driver makes room for it when it has read its length.

    It comes at the pace of a fast network: libpq reads as long as more is there, and asks nobody.
    """
    let_in(connection)
    size = (1 << 30) - (1 << 20)
    connection.sendall(COLUMNS + b"D" + struct.pack("!ihi", size + 10, 1, size))
    while not ended.wait(0.001):
        connection.sendall(MEBIBYTE)


def notifications(connection: socket.socket, ended: threading.Event) -> None:
    let_in(connection)
    while not ended.is_set():
        connection.sendall(_message(b"A", struct.pack("!i", 1) + b"channel\0" + b"x" * 7000 + b"\0") * 100)


def settings(connection: socket.socket, ended: threading.Event) -> None:
    """Settings of other names before the sign-in is over, each of which the driver keeps."""
    connection.recv(8)
    connection.sendall(b"N")
    connection.recv(4096)
    connection.sendall(_message(b"R", bytes(4)))
    for number in count():
        if ended.is_set():
            return
        name = f"setting{number}".encode()
        connection.sendall(_message(b"S", name + b"\0" + b"x" * 20_000 + b"\0") * 10)


@pytest.mark.skipif(sys.platform != "linux", reason="bytes are counted on Linux")
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (rows, "QUEUE_ANSWER"),
        (one_row, "QUEUE_ANSWER"),
        (notifications, "QUEUE_ANSWER"),
        (settings, "QUEUE_ANSWER"),
    ],
)
def test_answer_that_does_not_stop_is_left_before_it_fills_the_memory(answer: Answer, code: str) -> None:
    tracked = """
import resource, sys, threading
from reviewer.errors import Unavailable
from reviewer.queue.postgres_connection import QueueServer
server = QueueServer(sys.argv[1])
server.connect_as("nobody", "secret")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    server.value("counts")
except Unavailable as error:
    print(error.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    with serving(answer) as address:
        begun = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-c", tracked, address], check=False, capture_output=True, text=True
        )
    assert ran.stderr == ""
    said, kibibytes = ran.stdout.split()
    assert said == code
    assert int(kibibytes) < 300 << 10, kibibytes
    assert time.monotonic() - begun < LIMITED_SECONDS


def test_owner_of_the_database_waits_no_longer_than_others(
    endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(administration, "_MARGIN_SECONDS", 0.1 - CALL_SECONDS)
    server = QueueAdministration(
        QueueAddress(endless), "w1", ServerRules(QueueRules(), AccessLimits()), DatabaseOwner("x", "y")
    )
    person = Person("p1", "Ana", Role.CONTRACTOR, PersonState.ACTIVE, bytes(32))
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="QUEUE_UNREACHABLE"):
        server.add_login("ana", person, "verifier")
    assert time.monotonic() - begun < LIMITED_SECONDS


def test_owner_s_statements_and_locks_are_limited_by_the_server_too(postgres: str) -> None:
    owner = QueueAdministration(QueueAddress(postgres), "w1", ServerRules(QueueRules(), AccessLimits()))
    names = ("statement_timeout", "lock_timeout", "tcp_user_timeout", "tcp_keepalives_idle")
    with owner._connection() as connection:
        said = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in names[:2]]
        parameters = connection.info.get_parameters()
    assert said == [("15s",), ("15s",)]
    assert (parameters["tcp_user_timeout"], parameters["keepalives_idle"]) == ("15000", "10")
    with owner._connection(600) as connection:
        said = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in names[:2]]
    assert said == [("10min",), ("30s",)]


@pytest.mark.skipif(sys.platform != "linux", reason="a full queue of connections hangs on Linux")
def test_all_addresses_of_a_server_together_have_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_connection, "CONNECT_SECONDS", 0.3)
    with ExitStack() as open_:
        full = open_.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = open_.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        hosts = ",".join(["127.0.0.1"] * 60)
        port = full.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            LimitedConnection.connect(f"host={hosts} port={port} dbname=x user=x connect_timeout=5")
        assert time.monotonic() - begun < LIMITED_SECONDS
