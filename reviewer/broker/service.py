"""The broker as a web server: what is read from the network, and how it starts and stops."""

import asyncio
import logging
import signal
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

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
_IDLE_SECONDS = 75
_STOP_SECONDS = 10
_KEEP_UP_SECONDS = 60
_LOG = logging.getLogger("reviewer.broker")
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


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
        every_minute: Callable[[], None] = lambda: None,
    ) -> None:
        """``every_minute``: an idle log is sealed too, and what waits for a lead's keys is done."""
        self._broker = broker
        self._metrics = metrics
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
            loop="asyncio",
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

    async def _text(self, _request: Request) -> Response:
        now = time.monotonic()
        text = self._metrics.text(now)
        if self._queue is not None:
            text += await run_in_threadpool(self._queue.text, now)
        return PlainTextResponse(text, media_type=_TEXT)

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")


class _HeadInTime(H11Protocol):
    """Closes a connection on which the head of a request does not arrive in time: the server would wait."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
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

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.close)

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


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """uvicorn raises the signal that stopped it once more when it is done; then the logs are still open."""
    kept = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
