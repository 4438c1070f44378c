"""The workstation's side of the broker: asks for one clip's key, verifies the answer, and unwraps the key."""

import re
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from reviewer.broker.release import (
    MOST_BYTES,
    KeyPurpose,
    KeyRequest,
    SignedRequest,
    read_answer,
    read_refusal,
)
from reviewer.clips.key_delivery import open_clip_key
from reviewer.clips.released_keys import ReleasedKey
from reviewer.errors import Damaged, Refused, Unavailable
from reviewer.messages import command_catalogue
from reviewer.model.clock import Clock
from reviewer.model.people import Identity
from reviewer.model.project import BrokerPlace
from reviewer.model.task import Lease

PATH = "/v1/keys"
CONTENT_TYPE = "application/json"
_SECONDS = 10.0
_REFUSALS = range(400, 500)
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker is, and the key that signs its answers. ``authority``: a CA that is not the system's."""

    host: str
    port: int
    public_key: bytes
    is_tls: bool = True
    authority: Path | None = None

    @classmethod
    def of(cls, url: str, public_key: str, authority: Path | None = None) -> Self:
        """Raises Refused (code BROKER_ADDRESS): plain HTTP goes to this machine only."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise Refused("BROKER_ADDRESS", address=url) from error
        is_known = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
        is_bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
        if not (host and is_known and is_bare and _PUBLIC_KEY.fullmatch(public_key)):
            raise Refused("BROKER_ADDRESS", address=url)
        is_tls = parts.scheme == "https"
        return cls(host, port or (443 if is_tls else 80), bytes.fromhex(public_key), is_tls, authority)

    @classmethod
    def of_place(cls, place: BrokerPlace, folder: Path) -> Self:
        """The broker that a project file names; its authority's file lies in the workspace's folder.

        Raises: Refused (code BROKER_ADDRESS, BROKER_AUTHORITY).
        """
        name = place.authority
        if name and (Path(name).name != name or not name.endswith(".pem") or not (folder / name).is_file()):
            raise Refused("BROKER_AUTHORITY", file=name)
        return cls.of(place.url, place.public_key, folder / name if name else None)

    def connect(self, until: float) -> HTTPConnection:
        """A new connection, open before ``until`` (monotonic); TLS 1.3, the name and the chain verified.

        Raises: OSError, also TimeoutError and ssl.SSLError.
        """
        connected = _connected(self.host, self.port, until)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.is_tls:
                context = ssl.create_default_context(cafile=self.authority)
                context.minimum_version = ssl.TLSVersion.TLSv1_3
                connected.settimeout(_left(until))  # for the whole of the handshake
                connected = context.wrap_socket(connected, server_hostname=self.host)
            connected.settimeout(_SECONDS)
        except BaseException:
            connected.close()
            raise
        kind = HTTPSConnection if self.is_tls else HTTPConnection
        connection = kind(self.host, self.port, timeout=_SECONDS)
        connection.auto_open = 0  # an end of it is noticed, not mended without us
        connection.sock = connected
        return connection


def is_loopback(host: str) -> bool:
    """Whether a host is this machine's own; a name is only if it is ``localhost``."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(slots=True)
class BrokerClient:
    """Satisfies ``ClipKeySource``; keeps one connection, and may be used from any thread."""

    address: BrokerAddress
    identity: Identity
    clock: Clock
    _connection: HTTPConnection | None = field(default=None, repr=False)
    _is_closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reach(self) -> None:
        with self._lock:
            self._require_open()
            if self._connection is not None and _is_closed_by_peer(self._connection):
                self._drop()
            if self._connection is None:
                with self._translated():
                    self._connection = self.address.connect(time.monotonic() + _SECONDS)

    def clip_key(self, lease: Lease, facts: bytes = b"") -> ReleasedKey:
        with self._lock:
            is_kept = self._connection is not None
            signed = self._request(lease, facts)
            try:
                status, body = self._send(signed)
            except Unavailable:
                if not is_kept:
                    raise
                # The broker closes a connection that was idle; never a nonce twice.
                signed = self._request(lease, facts)
                status, body = self._send(signed)
        return self._opened(signed, status, body)

    def close(self) -> None:
        """Ends the connection, also under a question that waits for its answer on another thread."""
        self._is_closed = True
        asking = self._connection
        if asking is not None and (connected := asking.sock) is not None:
            with suppress(OSError):  # it has ended
                socket.socket.shutdown(connected, socket.SHUT_RDWR)  # as in ``_shut_down``
        with self._lock:
            self._drop()

    def _require_open(self) -> None:
        if self._is_closed:
            raise Refused("SIGNED_OUT")

    def _request(self, lease: Lease, facts: bytes) -> SignedRequest:
        self._require_open()
        request = KeyRequest(
            self.identity.person.id,
            lease.clip_id,
            lease.task_id,
            lease.token,
            KeyPurpose.PREFETCH if lease.is_prefetch else KeyPurpose.OPEN,
            self.clock.now(),
            self.address.public_key,
            facts=facts,
        )
        return request.signed(self.identity.keyring.signing_key)

    def _send(self, signed: SignedRequest) -> tuple[int, bytes]:
        """Status and body. Raises Unavailable (code BROKER_AWAY, BROKER_NOT_TRUSTED)."""
        until = time.monotonic() + _SECONDS
        with self._translated():
            if self._connection is None or self._connection.sock is None:
                self._connection = self.address.connect(until)
            connection = self._connection
            with _cut_off_after(connection, _left(until)):
                connection.request("POST", PATH, signed.to_bytes(), {"Content-Type": CONTENT_TYPE})
                with connection.getresponse() as response:  # it alone has the socket if the broker closes
                    body = response.read(MOST_BYTES + 1)
                    is_whole = response.isclosed()
        if not is_whole:
            self._drop()  # more than any answer has
        return response.status, body

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            self._drop()
            raise Unavailable("BROKER_NOT_TRUSTED", problem=error.verify_message) from error
        except (OSError, HTTPException) as error:
            self._drop()
            raise Unavailable("BROKER_AWAY") from error

    def _opened(self, signed: SignedRequest, status: int, body: bytes) -> ReleasedKey:
        """Raises Refused with the broker's code, Unavailable when it failed, Damaged."""
        if status in _REFUSALS:
            code = read_refusal(body, self.address.public_key, signed.digest)
            if code not in command_catalogue().codes:  # of a newer broker
                raise Refused("BROKER_REFUSED", reason=code)
            refused = Refused(code, clip=signed.request.clip_id)
            with suppress(KeyError):
                command_catalogue().words(refused.notice)
                raise refused
            raise Refused("BROKER_REFUSED", reason=code)  # a sentence about something else
        if status != 200:  # its disk, its queue or the program failed; nobody signed that
            raise Unavailable("BROKER_FAILED")
        answer = read_answer(body, self.address.public_key)
        if not answer.is_for(signed):
            raise Damaged("KEY_ANSWER_DAMAGED")
        key = open_clip_key(self.identity.keyring.signing_key, answer.sealed, answer.bound())
        return ReleasedKey(answer.clip_id, key, answer.stored_as, answer.generation, answer.until)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connected(host: str, port: int, until: float) -> socket.socket:
    """A socket to the first address of a name that answers; all of them together have until then."""
    problem: OSError = TimeoutError()
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        trying = socket.socket(family, kind, protocol)
        try:
            trying.settimeout(_left(until))
            trying.connect(address)
        except OSError as error:
            trying.close()
            problem = error
        else:
            return trying
    raise problem


def _left(until: float) -> float:
    """The seconds that are left. Raises TimeoutError when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextmanager
def _cut_off_after(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Ends what is under way on a connection after so long: who sends a byte now and then, or always says
    that an answer will come, keeps a socket's own limit from ever being reached. Raises TimeoutError."""
    is_cut_off = threading.Event()
    ending = threading.Timer(seconds, _shut_down, (connection.sock, is_cut_off))
    ending.start()
    try:
        yield
    finally:
        ending.cancel()
        ending.join()
    if is_cut_off.is_set():
        raise TimeoutError


def _shut_down(connected: socket.socket, is_cut_off: threading.Event) -> None:
    is_cut_off.set()
    with suppress(OSError):  # it has ended
        socket.socket.shutdown(connected, socket.SHUT_RDWR)  # that of TLS changes what the other thread reads


def _is_closed_by_peer(connection: HTTPConnection) -> bool:
    """Whether there is something to read on an idle connection: its end."""
    if connection.sock is None:
        return True
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(0))
