"""The broker as a web server: what is read from the network, and how it starts and stops."""

import asyncio
import ipaddress
import logging
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from reviewer.broker.client import CONTENT_TYPE, PATH, is_loopback
from reviewer.broker.key_broker import Answered, KeyBroker
from reviewer.broker.metrics import Metrics, QueueMetrics
from reviewer.broker.release import MOST_BYTES
from reviewer.errors import Refused, ReviewerError, Unavailable

HEAD_SECONDS = 5.0
BODY_SECONDS = 5.0
_CONNECTIONS = 128
_OF_ONE_ADDRESS = 96
_DESCRIPTORS = 1 << 14
_IDLE_SECONDS = 75
_STOP_SECONDS = 10
_KEEP_UP_SECONDS = 60
_LOG = logging.getLogger("reviewer.broker")
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the server listens, and with which certificate (PEM); without one only on this machine."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @classmethod
    def of(cls, address: str, certificate: Path | None = None, key: Path | None = None) -> "Listen":
        """From HOST:PORT. Raises Refused (code BROKER_LISTEN, BROKER_NEEDS_TLS)."""
        host, colon, port = address.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not (colon and host and port.isascii() and port.isdigit() and int(port) < 1 << 16):
            raise Refused("BROKER_LISTEN", address=address)
        if (certificate is None) is not (key is None) or (certificate is None and not is_loopback(host)):
            raise Refused("BROKER_NEEDS_TLS", address=address)
        return cls(host, int(port), certificate, key)


class BrokerServer:
    """The ASGI application, and the server that runs it until it is told to stop."""

    def __init__(
        self,
        broker: KeyBroker,
        metrics: Metrics,
        *,
        queue: QueueMetrics | None = None,
        metrics_from: Collection[Network] = (),
        every_minute: Callable[[], None] = lambda: None,
    ) -> None:
        """``every_minute``: an idle log is sealed too, and what waits for a lead's keys is done.

        ``metrics_from``: who is told the figures besides programs of this machine.
        """
        self._broker = broker
        self._metrics = metrics
        self._metrics_from = metrics_from
        self._queue = queue
        self._every_minute = every_minute
        self.application = Starlette(
            routes=[
                Route(PATH, self._keys, methods=["POST"]),
                Route("/metrics", self._text, methods=["GET"]),
                Route("/health", self._health, methods=["GET"]),
            ],
            lifespan=self._lifespan,
        )
        self.application.router.redirect_slashes = False

    def server(self, listen: Listen) -> uvicorn.Server:
        """A server that is not started yet. Raises Unavailable when the certificate cannot be read."""
        config = uvicorn.Config(
            self.application,
            host=listen.host,
            port=listen.port,
            ssl_certfile=listen.certificate,
            ssl_keyfile=listen.key,
            http=_HeadInTime,
            ws="none",
            loop=f"{__name__}:{PromptLoop.__name__}",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_CONNECTIONS,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_STOP_SECONDS,
            h11_max_incomplete_event_size=4 * MOST_BYTES,
        )
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            raise Unavailable("BROKER_CERTIFICATE", problem=str(error)) from error
        if config.ssl is not None:
            config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
        return uvicorn.Server(config)

    def run(self, listen: Listen) -> None:
        """Serves until SIGTERM or SIGINT; requests under way are answered first. Raises Unavailable."""
        server = self.server(listen)
        _allow_descriptors()
        with _stopped_by_signals():
            try:
                server.run()
            except SystemExit as error:  # the address is taken
                raise Unavailable("BROKER_ADDRESS_TAKEN", address=f"{listen.host}:{listen.port}") from error

    @asynccontextmanager
    async def _lifespan(self, _application: Starlette) -> AsyncIterator[None]:
        keeping_up = asyncio.create_task(self._keep_up())
        try:
            yield
        finally:
            keeping_up.cancel()
            with suppress(asyncio.CancelledError):
                await keeping_up

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_UP_SECONDS)
            try:
                await run_in_threadpool(self._every_minute)
            except ReviewerError as error:
                self._metrics.failed(error.code)
            except Exception:  # noqa: BLE001 - a bug must not end this without a word while keys go on
                self._metrics.failed("BUG")
                _LOG.exception("What a broker does each minute failed.")

    async def _keys(self, request: Request) -> Response:
        begun = time.monotonic()
        answered = await self._answered(request)
        seconds = time.monotonic() - begun
        self._metrics.took(seconds)
        _LOG.info(
            "POST %s %d %.4f person=%s clip=%s code=%s",
            PATH,
            answered.status,
            seconds,
            answered.person_id or "-",
            answered.clip_id or "-",
            answered.code or "-",
        )
        return Response(answered.body, answered.status, media_type=CONTENT_TYPE)

    async def _answered(self, request: Request) -> Answered:
        try:
            body = await _body(request)
        except Refused as error:
            return await run_in_threadpool(self._broker.refuse, error.code)
        except ClientDisconnect:
            return Answered(400, b"", "DISCONNECTED")
        return await run_in_threadpool(self._broker.answer, body)

    async def _text(self, request: Request) -> Response:
        if not self._may_see_figures(request):
            return Response(status_code=403)
        now = time.monotonic()
        text = self._metrics.text(now)
        if self._queue is not None:
            text += await run_in_threadpool(self._queue.text, now)
        return PlainTextResponse(text, media_type=_TEXT)

    def _may_see_figures(self, request: Request) -> bool:
        """Whether an address may see the figures, from which one can tell when each member of a small team
        works."""
        host = request.client.host if request.client else ""
        if is_loopback(host) or host == request.scope["server"][0]:
            return True
        with suppress(ValueError):
            address = ipaddress.ip_address(host)
            mapped = getattr(address, "ipv4_mapped", None) or address
            return any(mapped in network for network in self._metrics_from)
        return False

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")


class PromptLoop(asyncio.SelectorEventLoop):
    """Limits how long TLS may take to begin or to end, because each connection holds an open file
    meanwhile."""

    async def create_server(self, *arguments: Any, **settings: Any) -> asyncio.Server:
        if settings.get("ssl") is not None:
            settings |= {"ssl_handshake_timeout": HEAD_SECONDS, "ssl_shutdown_timeout": HEAD_SECONDS}
        return await super().create_server(*arguments, **settings)


class _HeadInTime(H11Protocol):
    """Ends connections whose request head does not arrive in time, and those beyond the limit for one
    address.

    Otherwise the server would wait for them and have no place for others. They are aborted rather than
    closed: TLS would wait for the other side to answer, and keep the place.
    """

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._of_one_address() > _OF_ONE_ADDRESS:
            self.transport.abort()
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _of_one_address(self) -> int:
        """How many connections this one's address has."""
        hosts = [(getattr(each, "client", None) or ("",))[0] for each in (self, *self.connections)]
        return hosts[1:].count(hosts[0])

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


async def _body(request: Request) -> bytes:
    """The body of a request. Raises Refused for another type, too many bytes, or too slow ones."""
    if request.headers.getlist("content-type") != [CONTENT_TYPE]:
        raise Refused("KEY_REQUEST_TYPE")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise Refused("KEY_REQUEST_TOO_LARGE")
    except TimeoutError as error:
        raise Refused("KEY_REQUEST_SLOW") from error
    return bytes(body)


def network_of(text: str) -> Network:
    """An address or a network, as ``192.0.2.7`` or ``2001:db8::/64``.

    Raises: Refused (code BROKER_METRICS_FROM).
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise Refused("BROKER_METRICS_FROM", address=text) from error


def _allow_descriptors() -> None:
    """As many open files as the system allows: connections without a request need one each."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """uvicorn raises the signal that stopped it once more when it is done; then the logs are still open."""
    kept = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
