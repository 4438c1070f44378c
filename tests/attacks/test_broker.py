"""Somebody with a real account and own code asks the broker for keys that are not theirs to have.

Each attempt goes through a real server with TLS. None gets a key, and each that reached the broker has a row.
"""

import asyncio
import http.client
import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reviewer.access import signing
from reviewer.broker import client, service
from reviewer.broker.client import BrokerAddress, BrokerClient
from reviewer.broker.metrics import Metrics
from reviewer.broker.release import MOST_BYTES, KeyPurpose, SignedRequest
from reviewer.broker.service import BrokerServer
from reviewer.errors import Damaged, Refused, ReviewerError, Unavailable
from reviewer.model.event import Action
from reviewer.model.task import Lease
from tests.benches.broker import BrokerBench, make_broker_bench
from tests.benches.certificates import Certificates, make_certificates
from tests.benches.workspace import ANA, BEN, LEAD, QUINN
from tests.fakes.clock import FakeClock
from tests.fakes.work_session import a_lease
from tests.fakes.workspace_gateway import an_identity

LIMITED_SECONDS = 15.0
"""Far above the limits that tests set, far below what it takes without; a busy machine stalls for seconds."""
_POST = b"POST /v1/keys HTTP/1.1\r\nHost: x\r\n"
_L = 2**252 + 27742317777372353535851937790883648493


@dataclass(frozen=True)
class Scene:
    """A served broker; Ana attacks, with a lease of her own."""

    rig: BrokerBench
    port: int
    certificates: Certificates
    mine: Lease
    theirs: Lease
    free_clip: str
    free_task: str

    def send(
        self, body: bytes, method: str = "POST", path: str = "/v1/keys", **headers: str
    ) -> tuple[int, bytes]:
        context = ssl.create_default_context(cafile=self.certificates.authority)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)
        try:
            sent = {"Content-Type": "application/json"} | {
                name.replace("_", "-"): value for name, value in headers.items()
            }
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def asked(self, signed: SignedRequest) -> str:
        return self.code(signed.to_bytes())

    def code(self, body: bytes, **how: Any) -> str:
        """The code of the refusal, which the broker signed."""
        status, answer = self.send(body, **how)
        assert status != 200, "a key left"
        return str(json.loads(answer)["refusal"]["code"])

    def text(self, **changes: Any) -> bytes:
        """Ana's own request with fields exchanged before it is signed: whatever JSON has."""
        fields: dict[str, Any] = {**self.rig.request(ANA, self.mine).fields(), **changes}
        key = self.rig.identity(ANA).keyring.signing_key
        dumped = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        message = b"reviewer broker request\n" + dumped.encode("utf-8", "surrogatepass")
        whole = {"request": fields, "signature": signing.sign(key, message).hex()}
        return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("broker")
    rig = make_broker_bench(folder, a_minute=10_000, unknown_a_minute=10_000)
    mine, theirs = rig.claimed(ANA), rig.claimed(BEN)
    (free,) = rig.bench.imported() - {mine.clip_id, theirs.clip_id}
    task = rig.bench.workspace._unit.queue.tasks_of(free)[0][0]
    certificates = make_certificates(folder / "tls")
    with rig.served(certificates) as port:
        scene = Scene(rig, port, certificates, mine, theirs, free, task)
        scene.code(
            b""
        )  # starts the server's thread for requests before a test looks for what is left running
        yield scene
    rig.close()


def other_nonce(scene: Scene) -> bytes:
    signed = scene.rig.signed(ANA, scene.mine)
    return replace(signed, request=replace(signed.request, nonce=bytes(16))).to_bytes()


def other_clip(scene: Scene) -> bytes:
    signed = scene.rig.signed(ANA, scene.mine)
    return replace(signed, request=replace(signed.request, clip_id=scene.free_clip)).to_bytes()


def in_bens_name(scene: Scene) -> bytes:
    request = scene.rig.request(BEN, scene.theirs)
    return request.signed(scene.rig.identity(ANA).keyring.signing_key).to_bytes()


def malleated(scene: Scene) -> bytes:
    signed = scene.rig.signed(ANA, scene.mine)
    scalar = int.from_bytes(signed.signature[32:], "little") + _L
    return replace(signed, signature=signed.signature[:32] + scalar.to_bytes(32, "little")).to_bytes()


def text(scene: Scene, old: str, new: str) -> bytes:
    body = scene.rig.signed(ANA, scene.mine).to_bytes().decode()
    assert old in body
    return body.replace(old, new, 1).encode()


Attempt = Callable[[Scene], bytes]


def ask(name: str, **changes: Any) -> Attempt:
    """Own code that asks with another field, signed as it should be."""
    return lambda scene: scene.rig.signed(name, scene.mine, **changes).to_bytes()


ATTEMPTS: dict[str, tuple[str, Attempt]] = {
    "clip without a lease": (
        "NOT_LEASED",
        lambda s: s.rig.signed(ANA, s.mine, clip_id=s.free_clip, task_id=s.free_task).to_bytes(),
    ),
    "clip that is not the task's": (
        "NOT_LEASED",
        lambda s: s.rig.signed(ANA, s.mine, clip_id=s.free_clip).to_bytes(),
    ),
    "task that is not the clip's": (
        "NOT_LEASED",
        lambda s: s.rig.signed(ANA, s.mine, task_id=s.free_task).to_bytes(),
    ),
    "lease of a colleague": ("NOT_LEASED", lambda s: s.rig.signed(ANA, s.theirs).to_bytes()),
    "lease of a colleague, in their name": ("KEY_REQUEST_UNSIGNED", in_bens_name),
    "signature of a colleague under mine": (
        "KEY_REQUEST_UNSIGNED",
        lambda s: (
            s.rig.request(ANA, s.mine).signed(s.rig.identity(BEN).keyring.signing_key).to_bytes()
        ),
    ),
    "clip that does not exist": ("NOT_LEASED", ask(ANA, clip_id="no-such-clip")),
    "task that does not exist": ("NOT_LEASED", ask(ANA, task_id="no-such-task")),
    "token of tomorrow": (
        "NOT_LEASED",
        lambda s: s.rig.signed(ANA, s.mine, token=s.mine.token + 1).to_bytes(),
    ),
    "token of nobody": ("NOT_LEASED", ask(ANA, token=0)),
    "largest token": ("NOT_LEASED", ask(ANA, token=2**63 - 1)),
    "token below zero": ("KEY_REQUEST_MALFORMED", lambda s: s.text(token=-1)),
    "token too large for the queue": ("KEY_REQUEST_MALFORMED", lambda s: s.text(token=2**63)),
    "token as a fraction": ("KEY_REQUEST_MALFORMED", lambda s: s.text(token=1.0)),
    "token as a truth value": ("KEY_REQUEST_MALFORMED", lambda s: s.text(token=True)),
    "token as text": ("KEY_REQUEST_MALFORMED", lambda s: s.text(token="1")),
    "prefetch of what is leased": ("NOT_LEASED", ask(ANA, purpose=KeyPurpose.PREFETCH)),
    "unknown purpose": ("KEY_REQUEST_MALFORMED", lambda s: s.text(purpose="export")),
    "reviewer asks for a transcription": ("NOT_LEASED", ask(QUINN)),
    "lead's own account": ("NOT_ALLOWED", ask(LEAD)),
    "person who does not exist": ("KEY_REQUEST_UNSIGNED", ask(ANA, person_id="p000000000000")),
    "altered nonce": ("KEY_REQUEST_UNSIGNED", other_nonce),
    "altered clip": ("KEY_REQUEST_UNSIGNED", other_clip),
    "signature of zeros": (
        "KEY_REQUEST_UNSIGNED",
        lambda s: replace(s.rig.signed(ANA, s.mine), signature=bytes(64)).to_bytes(),
    ),
    "signature in its other form": ("KEY_REQUEST_UNSIGNED", malleated),
    "short signature": (
        "KEY_REQUEST_MALFORMED",
        lambda s: replace(s.rig.signed(ANA, s.mine), signature=bytes(63)).to_bytes(),
    ),
    "time before the window": (
        "KEY_REQUEST_TIME",
        lambda s: s.rig.signed(ANA, s.mine, at=s.rig.bench.clock.now() - timedelta(seconds=121)).to_bytes(),
    ),
    "time after the window": (
        "KEY_REQUEST_TIME",
        lambda s: s.rig.signed(ANA, s.mine, at=s.rig.bench.clock.now() + timedelta(seconds=121)).to_bytes(),
    ),
    "time that no calendar has": ("KEY_REQUEST_MALFORMED", lambda s: s.text(at=2**63 - 1)),
    "request to another broker": ("KEY_REQUEST_OTHER_BROKER", ask(ANA, broker=b"b" * 32)),
    "no broker": ("KEY_REQUEST_MALFORMED", lambda s: s.text(broker="")),
    "short nonce": ("KEY_REQUEST_MALFORMED", lambda s: s.text(nonce="00")),
    "nonce in capitals": ("KEY_REQUEST_MALFORMED", lambda s: s.text(nonce="AB" * 16)),
    "later version": ("KEY_REQUEST_MALFORMED", lambda s: s.text(v=3)),
    "more fields": ("KEY_REQUEST_MALFORMED", lambda s: s.text(role="lead")),
    "path as a clip": ("KEY_REQUEST_MALFORMED", lambda s: s.text(clip="../../workspace.db")),
    "statement as a clip": ("KEY_REQUEST_MALFORMED", lambda s: s.text(clip="' OR 1=1 --")),
    "letter that looks alike": ("KEY_REQUEST_MALFORMED", lambda s: s.text(person="р1")),
    "NUL in a clip": ("KEY_REQUEST_MALFORMED", lambda s: s.text(clip="c1\0")),
    "line break in a clip": ("KEY_REQUEST_MALFORMED", lambda s: s.text(clip="c1\n")),
    "half a letter": ("KEY_REQUEST_MALFORMED", lambda s: s.text(clip="\ud800")),
    "list as a clip": ("KEY_REQUEST_MALFORMED", lambda s: s.text(clip=["c1"])),
    "a name twice": ("KEY_REQUEST_MALFORMED", lambda s: text(s, '"clip":', '"clip":"x","clip":')),
    "the whole request twice": (
        "KEY_REQUEST_MALFORMED",
        lambda s: text(s, '{"request":', '{"request":{},"request":'),
    ),
    "a space": ("KEY_REQUEST_MALFORMED", lambda s: text(s, '{"request"', '{ "request"')),
    "a byte after the end": (
        "KEY_REQUEST_MALFORMED",
        lambda s: s.rig.signed(ANA, s.mine).to_bytes() + b"\n",
    ),
    "escaped letter": ("KEY_REQUEST_MALFORMED", lambda s: text(s, '"open"', '"\\u006fpen"')),
    "no signature": (
        "KEY_REQUEST_MALFORMED",
        lambda s: json.dumps({"request": s.rig.request(ANA, s.mine).fields()}).encode(),
    ),
    "nothing": ("KEY_REQUEST_MALFORMED", lambda _: b""),
    "a list": ("KEY_REQUEST_MALFORMED", lambda _: b"[]"),
    "null": ("KEY_REQUEST_MALFORMED", lambda _: b"null"),
    "not UTF-8": ("KEY_REQUEST_MALFORMED", lambda _: b'{"request":"\xff"}'),
    "UTF-16": (
        "KEY_REQUEST_MALFORMED",
        lambda s: s.rig.signed(ANA, s.mine).to_bytes().decode().encode("utf-16"),
    ),
    "deep nesting": ("KEY_REQUEST_MALFORMED", lambda _: b"[" * 4000),
    "endless number": ("KEY_REQUEST_MALFORMED", lambda _: b'{"request":' + b"9" * 4000 + b"}"),
    "too many bytes": ("KEY_REQUEST_TOO_LARGE", lambda _: b" " * (MOST_BYTES + 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTEMPTS)
def test_attempt_gets_no_key_and_has_a_row(scene: Scene, name: str) -> None:
    code, attempt = ATTEMPTS[name]
    rows = len(scene.rig.events())
    assert scene.code(attempt(scene)) == code
    added = [event for event in scene.rig.events()[rows:] if event.action is not Action.CHECKPOINT]
    assert [(event.action, event.reason) for event in added] == [(Action.KEY_REFUSED, code)]


def test_nobody_is_named_by_a_row_that_their_signature_does_not_vouch_for(scene: Scene) -> None:
    scene.code(in_bens_name(scene))
    event = scene.rig.events(Action.KEY_REFUSED)[-1]
    assert (event.actor, event.object) == ("", "")


def test_replay_gets_no_key(scene: Scene) -> None:
    body = scene.rig.signed(ANA, scene.mine).to_bytes()
    assert scene.send(body)[0] == 200
    assert scene.code(body) == "KEY_REQUEST_REPLAYED"


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_other_content_types_are_refused(scene: Scene, kind: str) -> None:
    body = scene.rig.signed(ANA, scene.mine).to_bytes()
    assert scene.code(body, Content_Type=kind) == "KEY_REQUEST_TYPE"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_refused(scene: Scene, method: str) -> None:
    status, _ = scene.send(scene.rig.signed(ANA, scene.mine).to_bytes(), method)
    assert status == 405


@pytest.mark.parametrize(
    "path",
    ["/v1/keys/", "//v1/keys", "/V1/keys", "/v1/../v1/keys", "/v1/keys%00", "/v1/keys/.", "/../workspace.db"],
)
def test_other_paths_are_not_there(scene: Scene, path: str) -> None:
    assert scene.send(scene.rig.signed(ANA, scene.mine).to_bytes(), path=path)[0] == 404


def test_body_without_an_end_is_refused(scene: Scene) -> None:
    status, answer = scene.send(iter([b"x" * 1000] * 50))  # type: ignore[arg-type]
    assert (status, json.loads(answer)["refusal"]["code"]) == (413, "KEY_REQUEST_TOO_LARGE")


def test_slow_body_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BODY_SECONDS", 0.05)
    with tls_socket(scene) as connection:
        connection.sendall(_POST + b"Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
        status, answer = received(connection)
    assert (status, json.loads(answer)["refusal"]["code"]) == (408, "KEY_REQUEST_SLOW")


@pytest.mark.parametrize("sent", [b"", _POST, _POST + b"X: y\r\n"])
def test_connection_with_a_slow_head_is_closed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(service, "HEAD_SECONDS", 0.05)
    with tls_socket(scene) as connection:
        connection.sendall(sent)
        assert connection.recv(1) == b""


def ended(connection: socket.socket) -> bool:
    """Whether the server ended a connection; it waits for that."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_connection_without_a_tls_handshake_is_ended(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "HEAD_SECONDS", 0.05)
    with (
        scene.rig.served(scene.certificates) as port,
        socket.create_connection(("127.0.0.1", port), 10) as plain,
    ):
        assert ended(plain)


def test_silent_connections_keep_no_place(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "HEAD_SECONDS", 0.05)
    monkeypatch.setattr(service, "_CONNECTIONS", 2)
    with scene.rig.served(scene.certificates) as port, ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(tls_socket(scene, port))  # answers nothing, not even the end of TLS
        busy = replace(scene, port=port)
        waiting = 0
        while busy.send(b"", "GET", "/health")[0] == 503:
            waiting += 1
            assert waiting < 200


def test_one_address_does_not_take_every_place(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "HEAD_SECONDS", 60.0)
    monkeypatch.setattr(service, "_OF_ONE_ADDRESS", 2)
    with tls_socket(scene), tls_socket(scene), tls_socket(scene) as third:
        assert ended(third)


@pytest.mark.parametrize(
    ("client", "status"),
    [
        ("127.0.0.1", 200),
        ("::1", 200),
        ("192.0.2.1", 200),
        ("192.0.2.7", 200),
        ("::ffff:192.0.2.7", 200),
        ("2001:db8::9", 200),
        ("192.0.2.8", 403),
        ("2001:db8:1::9", 403),
        ("", 403),
    ],
)
def test_figures_are_for_this_machine_and_who_may_watch_it(scene: Scene, client: str, status: int) -> None:
    watchers = [service.network_of(each) for each in ("192.0.2.7", "2001:db8::/64")]
    server = service.BrokerServer(scene.rig.broker, scene.rig.metrics, metrics_from=watchers)
    scope = {"type": "http", "method": "GET", "path": "/metrics", "headers": [], "query_string": b""}
    scope |= {"client": (client, 50000), "server": ("192.0.2.1", 8443)}
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(server.application(scope, receive, send))
    assert sent[0]["status"] == status
    assert (b"releases_total" in sent[1]["body"]) is (status == 200)


def test_second_request_of_a_connection_has_its_own_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "HEAD_SECONDS", 0.05)
    with tls_socket(scene) as connection:
        for _ in range(2):
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert received(connection) == (200, b"ok\n")
        connection.sendall(b"GET /health")
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "sent",
    [
        _POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        _POST + b"Content-Length: -1\r\n\r\n",
        _POST + b"Content-Type : application/json\r\n\r\n",
        b"GET\r\n\r\n",
        _POST + b"Content-Length: +5\r\n\r\n",
        _POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n",
        _POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        _POST + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n",
    ],
    ids=[
        "two lengths", "length below zero", "space in a name", "no request", "length with a sign",
        "chunked twice", "compressed", "no encoding", "two hosts", "no host", "NUL in a header",
    ],
)  # fmt: skip
def test_what_is_no_http_is_refused(scene: Scene, sent: bytes) -> None:
    with tls_socket(scene) as connection:
        connection.sendall(sent)
        assert received(connection)[0] == 400


def test_plain_http_gets_no_answer(scene: Scene) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", scene.port, timeout=60)
    connection.request("POST", "/v1/keys", b"{}", {"Content-Type": "application/json"})
    with pytest.raises((OSError, http.client.HTTPException)):
        connection.getresponse()
    connection.close()


def test_older_tls_gets_no_answer(scene: Scene) -> None:
    context = ssl.create_default_context(cafile=scene.certificates.authority)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", scene.port), 10) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_honest_workstation_gets_its_key_over_one_connection(scene: Scene) -> None:
    client = scene.rig.client(ANA, scene.port, scene.certificates)
    released = [client.clip_key(scene.mine) for _ in range(2)]
    client.close()
    assert {each.key for each in released} == {scene.rig.true_key(scene.mine.clip_id)}
    assert released[0].until == scene.mine.until


def test_refusal_arrives_at_the_workstation_with_its_code(scene: Scene) -> None:
    client = scene.rig.client(ANA, scene.port, scene.certificates)
    with pytest.raises(Refused) as refused:
        client.clip_key(scene.theirs)
    client.close()
    assert refused.value.code == "NOT_LEASED"


def test_refusal_that_is_not_known_here_is_a_refusal(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def grant(_request: object) -> None:
        raise Refused("SOMETHING_NEW")

    monkeypatch.setattr(scene.rig.broker._facts, "grant", grant)
    client = scene.rig.client(ANA, scene.port, scene.certificates)
    with pytest.raises(Refused) as refused:
        client.clip_key(scene.mine)
    client.close()
    assert (refused.value.code, refused.value.parameters) == ("BROKER_REFUSED", {"reason": "SOMETHING_NEW"})


def test_server_of_another_authority_is_not_asked(scene: Scene, tmp_path: Path) -> None:
    rows = len(scene.rig.events())
    other = make_certificates(tmp_path / "other")
    client = scene.rig.client(ANA, scene.port, replace(scene.certificates, authority=other.authority))
    with pytest.raises(Unavailable) as refused:
        client.clip_key(scene.mine)
    assert refused.value.code == "BROKER_NOT_TRUSTED"
    assert len(scene.rig.events()) == rows


def test_server_of_another_name_is_not_asked(scene: Scene) -> None:
    client = scene.rig.client(ANA, scene.port, scene.certificates, host="localhost")
    with pytest.raises(Unavailable) as refused:
        client.clip_key(scene.mine)
    assert refused.value.code == "BROKER_NOT_TRUSTED"


def test_broker_with_another_key_is_not_believed(scene: Scene) -> None:
    client = scene.rig.client(
        ANA, scene.port, scene.certificates, public_key=signing.public_key_of(b"k" * 32)
    )
    with pytest.raises(Damaged):
        client.clip_key(scene.mine)
    client.close()


def test_answer_to_another_request_gives_no_key(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = scene.send(scene.rig.signed(ANA, scene.mine).to_bytes())
    assert earlier[0] == 200
    client = scene.rig.client(ANA, scene.port, scene.certificates)
    monkeypatch.setattr(BrokerClient, "_send", lambda *_: earlier)
    for lease in (scene.mine, scene.theirs):
        with pytest.raises(Damaged):
            client.clip_key(lease)


def test_failure_of_the_broker_is_no_refusal(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def grant(_request: object) -> None:
        raise Unavailable("WORKSPACE_FILE_FAILED")

    monkeypatch.setattr(scene.rig.broker._facts, "grant", grant)
    client = scene.rig.client(ANA, scene.port, scene.certificates)
    with pytest.raises(Unavailable) as away:
        client.clip_key(scene.mine)
    client.close()
    assert away.value.code == "BROKER_FAILED"


def test_broker_that_is_away_is_unavailable(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = scene.rig.client(ANA, port, scene.certificates)
    with pytest.raises(Unavailable) as away:
        client.clip_key(scene.mine)
    assert away.value.code == "BROKER_AWAY"


def test_workstation_asks_anew_when_its_idle_connection_was_closed(scene: Scene) -> None:
    client = scene.rig.client(ANA, scene.port, scene.certificates)
    client.clip_key(scene.mine)
    assert client._connection is not None
    client._connection.sock.shutdown(socket.SHUT_RDWR)
    assert client.clip_key(scene.mine).key == scene.rig.true_key(scene.mine.clip_id)
    client.close()


def test_metrics_and_log_name_nobody_and_agree_on_the_releases(scene: Scene) -> None:
    scene.send(scene.rig.signed(ANA, scene.mine).to_bytes())
    status, body = scene.send(b"", "GET", "/metrics")
    lines = dict(line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#"))
    released = scene.rig.events(Action.KEY_RELEASED)
    assert status == 200
    assert int(lines["reviewer_broker_releases_total"]) == len(released) > 0
    assert scene.mine.person_id not in body.decode()
    assert scene.mine.clip_id not in body.decode()
    assert {event.actor for event in released} == {scene.mine.person_id}


def test_health_says_that_it_is_there(scene: Scene) -> None:
    assert scene.send(b"", "GET", "/health") == (200, b"ok\n")


def tls_socket(scene: Scene, port: int = 0) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=scene.certificates.authority)
    plain = socket.create_connection(("127.0.0.1", port or scene.port), 10)
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def received(connection: ssl.SSLSocket) -> tuple[int, bytes]:
    """Status and body of what the server answers."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.read()


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: ",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n",
        b"x",
    ],
)
def test_broker_that_never_comes_to_an_answer_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    ended = threading.Event()

    def serve(listening: socket.socket) -> None:
        with listening.accept()[0] as connection, suppress(OSError):
            connection.recv(4096)
            while not ended.wait(0.005):
                connection.sendall(said)

    opened: list[socket.socket] = []

    def connect(address: BrokerAddress, until: float) -> http.client.HTTPConnection:
        connection = connects(address, until)
        opened.append(connection.sock)
        return connection

    connects = BrokerAddress.connect
    monkeypatch.setattr(BrokerAddress, "connect", connect)
    monkeypatch.setattr(client, "_SECONDS", 0.2)
    identity, clock = scene.rig.identity(ANA), scene.rig.bench.clock
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        address = BrokerAddress.of(f"http://127.0.0.1:{listening.getsockname()[1]}", "00" * 32)
        with pytest.raises(Unavailable, match="BROKER_AWAY") as away:
            BrokerClient(address, identity, clock).clip_key(scene.mine)
        assert [each.fileno() for each in opened] == [-1]  # with the traceback of this error still there
        assert away.value.__cause__ is not None
        ended.set()
        thread.join()


def test_handshake_that_never_ends_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended = threading.Event()

    def serve(listening: socket.socket) -> None:
        with listening.accept()[0] as connection, suppress(OSError):
            connection.recv(4096)
            connection.sendall(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xf0")  # a long greeting, a byte at a time
            while not ended.wait(0.01):
                connection.sendall(b"\x03")

    monkeypatch.setattr(client, "_SECONDS", 0.3)
    authority = scene.certificates.authority
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        asking = BrokerClient(
            BrokerAddress.of(url, "00" * 32, authority), scene.rig.identity(ANA), scene.rig.bench.clock
        )
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="BROKER_AWAY"):
            asking.reach()
        assert time.monotonic() - begun < LIMITED_SECONDS
        ended.set()
        thread.join()


def test_end_of_a_session_ends_a_question_to_a_broker_that_hangs_and_none_follows() -> None:
    """A sign-out that waits for the answer would keep the keys for as long as the broker likes."""
    failures: list[str] = []

    def ask() -> None:
        try:
            asking.clip_key(a_lease())
        except ReviewerError as error:
            failures.append(error.code)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = BrokerAddress.of(f"http://127.0.0.1:{listening.getsockname()[1]}", "00" * 32)
        asking = BrokerClient(address, an_identity(), FakeClock())
        asking.reach()
        with listening.accept()[0] as connection:
            thread = threading.Thread(target=ask)
            thread.start()
            assert connection.recv(4096)
            asking.close()
            thread.join()
        for again in (asking.reach, lambda: asking.clip_key(a_lease())):
            with pytest.raises(Refused, match="SIGNED_OUT"):
                again()
    assert failures == ["SIGNED_OUT"]


@pytest.mark.skipif(sys.platform != "linux", reason="a full queue of connections hangs on Linux")
def test_all_addresses_of_a_name_together_have_one_limit(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_SECONDS", 0.3)
    with ExitStack() as open_:
        full = open_.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = open_.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        many = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", full.getsockname())] * 400
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_named: many)
        address = BrokerAddress.of("https://broker.example", "00" * 32)
        asking = BrokerClient(address, scene.rig.identity(ANA), scene.rig.bench.clock)
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="BROKER_AWAY"):
            asking.reach()
        assert time.monotonic() - begun < LIMITED_SECONDS


class Stop(BaseException):
    pass


def test_what_is_done_each_minute_goes_on_after_a_bug(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service, "_KEEP_UP_SECONDS", 0)
    times: list[int] = []

    def every_minute() -> None:
        times.append(1)
        if len(times) == 3:
            raise Stop
        raise ZeroDivisionError

    metrics = Metrics(0.0)
    server = BrokerServer(scene.rig.broker, metrics, every_minute=every_minute)
    with pytest.raises(Stop):
        asyncio.run(server._keep_up())
    assert len(times) == 3
    assert "ZeroDivisionError" in caplog.text
    assert 'failures_total{code="BUG"} 2' in metrics.text(0.0)
