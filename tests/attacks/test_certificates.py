"""Certificates that expired, are of another name or of nobody's authority: queue, bucket and broker."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from reviewer.clips.store import LocalClipStore
from reviewer.errors import Unavailable
from reviewer.model.clip import ContentKind
from reviewer.model.project import ClipsPlace
from tests.benches.broker import make_broker_bench
from tests.benches.certificates import Certificates, make_certificates
from tests.benches.workspace import ANA
from tests.fakes.s3_servers import KEY_ID, SECRET

EXPIRED = timedelta(minutes=-1)


@contextmanager
def server_with(certificates: Certificates, *, asks_first: bool = False) -> Iterator[int]:
    """Shakes hands with whoever comes and says nothing more; gives the port.

    ``asks_first``: a client of PostgreSQL asks for TLS before it begins.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connected, _ = listening.accept()
            except OSError:
                return
            with connected, suppress(OSError):
                connected.settimeout(5)
                if asks_first:
                    connected.recv(8)
                    connected.sendall(b"S")
                context.wrap_socket(connected, server_side=True).close()

    thread = threading.Thread(target=serve, name="certificates")
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


@pytest.mark.parametrize("how", ["expired", "of another authority", "of another name"])
def test_queues_server_is_said_to_have_a_certificate_that_is_not_trusted(tmp_path: Path, how: str) -> None:
    postgres_connection = pytest.importorskip("reviewer.queue.postgres_connection")
    made = make_certificates(tmp_path, valid_for=EXPIRED if how == "expired" else timedelta(days=1))
    roots = make_certificates(tmp_path / "other").authority if "authority" in how else made.authority
    host = "localhost" if "name" in how else "127.0.0.1"
    with server_with(made, asks_first=True) as port:
        url = f"postgresql://{host}:{port}/team?sslmode=verify-full&sslrootcert={roots}"
        server = postgres_connection.QueueServer(postgres_connection.QueueAddress.of(url).conninfo)
        server.connect_as("person_ana", "secret")
        with pytest.raises(Unavailable) as said:
            server.value("counts")
        server.close()
    assert said.value.code == "QUEUE_NOT_TRUSTED"


def test_bucket_is_said_to_have_a_certificate_that_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3_store = pytest.importorskip("reviewer.clips.s3_store")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with server_with(make_certificates(tmp_path / "tls", valid_for=EXPIRED)) as port:
        bucket = s3_store.Bucket.of(ClipsPlace("s3://voices", f"https://127.0.0.1:{port}", "eu-central-1"))
        store = s3_store.S3ClipStore(bucket, "workspace", LocalClipStore(tmp_path / "clips"))
        with pytest.raises(Unavailable) as said, store.open("clip", ContentKind.AUDIO) as stream:
            stream.read(1)
    assert said.value.parameters == {"problem": "the service's certificate is not trusted"}


def test_brokers_certificate_that_expires_stops_new_connections_until_it_is_renewed(tmp_path: Path) -> None:
    rig = make_broker_bench(tmp_path)
    good = make_certificates(tmp_path / "good")
    lease = rig.bench.work(ANA).claim()
    with rig.served(good) as port:
        client = rig.client(ANA, port, good)
        client.reach()
        client.close()
    expired = make_certificates(tmp_path / "expired", valid_for=EXPIRED)
    with rig.served(expired) as port:
        client = rig.client(ANA, port, expired)
        for act in (client.reach, lambda: client.clip_key(lease)):
            with pytest.raises(Unavailable) as said:
                act()
            assert said.value.code == "BROKER_NOT_TRUSTED"
            assert "expired" in str(said.value.parameters["problem"])
    with rig.served(good) as port:  # renewed: what was away is back, and the window goes on by itself
        client = rig.client(ANA, port, good)
        assert client.clip_key(lease).clip_id == lease.clip_id
        client.close()
    rig.close()
