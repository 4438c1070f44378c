"""S3 services on loopback: moto, rclone, and a network between that fails on request."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KEY_ID, SECRET, BUCKET = "reviewer-test", "a-secret-of-the-tests", "clips"
_START_SECONDS = 120.0
_CODES = {"no bucket": (404, "NoSuchBucket"), "expired": (400, "ExpiredToken")}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def moto_server() -> Iterator[str]:
    """The endpoint of a moto server; it honours create-only puts and checks no signatures."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, f"http://127.0.0.1:{port}") as endpoint:
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")).close()
        yield endpoint


@contextmanager
def rclone_server(folder: Path) -> Iterator[str]:
    """The endpoint of ``rclone serve s3`` over a folder; it checks signatures."""
    (folder / BUCKET).mkdir(parents=True)
    port, program = free_port(), rclone_command()
    assert program is not None
    command = [
        program, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY_ID},{SECRET}",
        "--force-path-style=true", "--config", os.devnull, str(folder),
    ]  # fmt: skip
    with _running(command, f"http://127.0.0.1:{port}") as endpoint:
        yield endpoint


def rclone_command() -> str | None:
    """The program rclone: beside this Python, else on the path, else None."""
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.exists() else shutil.which("rclone")


@contextmanager
def _running(command: list[str], endpoint: str) -> Iterator[str]:
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _START_SECONDS
        while not _answers(endpoint):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.05)
        yield endpoint
    finally:
        server.kill()
        server.wait()


def _answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(endpoint, timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def service_of(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The endpoint of a service in this process whose requests a handler answers, with TLS or without."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http{'' if context is None else 's'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Network:
    """Passes requests on to a service, and spoils the next answers to a method as ``faults`` say."""

    endpoint: str
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Method, and one of: 403, 404, 500, no bucket, expired, cut, reset, other bytes, slow."""
    always: str = ""
    """One of them, for every request to read until it is empty again."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and range of each request."""
    slow_seconds: float = 0.5
    is_away: bool = False

    @contextmanager
    def open(self, context: ssl.SSLContext | None = None) -> Iterator[str]:
        """``context``: TLS, with its certificate."""
        network = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_arguments: object) -> None: ...
            def _pass_on(self) -> None:
                network.pass_on(self)

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _pass_on  # noqa: N815

        with service_of(Handler, context) as endpoint:
            yield endpoint

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append((request.command, request.path, request.headers.get("Range", "")))
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        fault = self._fault(request.command)
        if self.is_away:
            _answer(request, 403, {}, b"")  # 5xx would be tried again for seconds
            return
        if fault == "slow":
            time.sleep(self.slow_seconds)
        elif fault == "reset":
            request.close_connection = True
            return
        elif fault in {"403", "404", "500", *_CODES}:
            status, code = _CODES[fault] if fault in _CODES else (int(fault), "Fault")
            _answer(request, status, {}, f"<Error><Code>{code}</Code></Error>".encode())
            return
        status, headers, data = self._real(request, body)
        if fault == "other bytes":
            data = bytes(byte ^ 1 for byte in data)
        _answer(request, status, headers, data, sent=len(data) // 2 if fault == "cut" else None)

    def _fault(self, method: str) -> str:
        if self.faults and self.faults[0][0] == method:
            return self.faults.pop(0)[1]
        return self.always if method in ("GET", "HEAD") else ""

    def _real(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        asked = urllib.request.Request(f"{self.endpoint}{request.path}", data=body, method=request.command)
        for name, value in request.headers.items():
            if name.lower() not in {"connection", "content-length"}:
                asked.add_header(name, value)
        if body:
            asked.add_header("Content-Type", "application/octet-stream")  # else urllib calls it a form
        else:
            asked.data = None
        try:
            answer = urllib.request.urlopen(asked)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, dict(answer.headers.items()), answer.read()


def _answer(
    request: BaseHTTPRequestHandler,
    status: int,
    headers: dict[str, str],
    data: bytes,
    sent: int | None = None,
) -> None:
    length = headers.get("Content-Length", str(len(data)))
    request.send_response(status)
    for name, value in headers.items():
        if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
            request.send_header(name, value)
    request.send_header("Content-Length", length if request.command == "HEAD" else str(len(data)))
    request.send_header("Connection", "close")
    request.end_headers()
    request.close_connection = True
    if request.command != "HEAD":
        with suppress(OSError):
            request.wfile.write(data[:sent])
