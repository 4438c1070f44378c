"""A connection to a PostgreSQL server that may be slow, or lie: its answers are limited in time and size."""

import socket
import struct
import sys
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from typing import Any, Self, TypeVar

import psycopg

T = TypeVar("T")
CONNECT_SECONDS = 5
CALL_SECONDS = 15
"""How long the server lets a call take."""
LOCK_SECONDS = 5
ANSWER_SECONDS = 20.0
"""How long an answer is waited for; longer than a call may take."""
MOST_BYTES = 64 << 20
"""Of one answer: policies, facts and the texts of a person's own work are far shorter."""
_BYTES_RECEIVED = 128  # where ``struct tcp_info`` of Linux has tcpi_bytes_received
_READABLE = 1
_connecting = threading.local()


def limits(
    *, call_seconds: int = CALL_SECONDS, lock_seconds: int = LOCK_SECONDS, idle_seconds: int = 60
) -> dict[str, Any]:
    """Parameters of a connection: nothing on it waits for ever, in the server or in the network."""
    of_server = f"-c statement_timeout={call_seconds}s -c lock_timeout={lock_seconds}s"
    return {
        "connect_timeout": CONNECT_SECONDS,
        "options": f"{of_server} -c idle_in_transaction_session_timeout={idle_seconds}s",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": CALL_SECONDS * 1000,
    }


class LimitedConnection(psycopg.Connection[Any]):
    """Waits at most ``answer_seconds`` for an answer, and reads at most ``most_bytes`` of it.

    A server that hangs does not close the connection, nor does a network that drops packets; and a malicious
    server can send rows or notices for ever. libpq keeps an answer in memory until it is complete, so bytes
    are counted as they arrive. This needs Linux and TCP; bytes over a local socket are not counted.
    """

    answer_seconds = ANSWER_SECONDS
    most_bytes = MOST_BYTES

    @classmethod
    def connect(cls, conninfo: str = "", **how: Any) -> Self:
        """As the driver's, but all addresses of a name together have ``CONNECT_SECONDS``."""
        _connecting.until = time.monotonic() + CONNECT_SECONDS
        return super().connect(conninfo, **how)

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Generator[Any, Any, Self]:
        """TLS and sign-in are part of it: a byte now and then ends no limit, nor do messages without end."""
        return _limited(super()._connect_gen(conninfo), None, _connecting.until, MOST_BYTES)

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:
        until = time.monotonic() + self.answer_seconds
        try:
            return super().wait(_limited(gen, self.pgconn.socket, until, self.most_bytes), interval, timeout)
        except _LimitReached:
            self.pgconn.finish()  # what came of the answer goes with it
            raise


class _LimitReached(psycopg.Error):
    """An answer did not arrive within the limit of time or size, and is no longer waited for."""


class SlowAnswer(_LimitReached, psycopg.OperationalError):
    """The server took too long to answer."""


class LargeAnswer(_LimitReached, psycopg.DataError):
    """The server's answer is too large."""


def _limited(
    waiting: Generator[Any, Any, T], fileno: int | None, until: float, most: int
) -> Generator[Any, Any, T]:
    """Passes on what a connection waits for. Raises SlowAnswer, LargeAnswer.

    ``fileno``: the socket of an open connection; one that connects tells which it uses.
    """
    before = None if fileno is not None else 0
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if time.monotonic() > until:
                raise SlowAnswer("the server does not answer")
            if ready & _READABLE:
                received = _received(wanted[0] if fileno is None else fileno)
                before = received if before is None else before
                if received - before > most:
                    raise LargeAnswer("the server does not stop to answer")
            wanted = waiting.send(ready)
    except StopIteration as end:
        result: T = end.value
        return result


def _received(fileno: int) -> int:
    """How many bytes have come over a TCP connection; 0 where that is not known."""
    if sys.platform != "linux":
        return 0
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno)
    try:
        with suppress(OSError, struct.error):  # no TCP
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_RECEIVED + 8)
            received: int = struct.unpack_from("=Q", info, _BYTES_RECEIVED)[0]
            return received
        return 0
    finally:
        connection.detach()
