"""``reviewer broker``: starts over TLS, releases a key to another process, and stops at a signal."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.access.audit_log import AuditLog
from reviewer.broker.client import BrokerAddress, BrokerClient, is_loopback
from reviewer.db.connection import Database
from reviewer.db.workspace_meta import read_meta
from reviewer.errors import Refused
from reviewer.model.clock import SystemClock
from reviewer.places import DATABASE_FILE
from reviewer.workspace import open_workspace
from tests.benches.certificates import make_certificates
from tests.benches.workspace import BEN, LEAD, PASSPHRASE
from tests.cli.conftest import Command

ENVIRONMENT = {**os.environ, "REVIEWER_PASSPHRASE": PASSPHRASE}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def started(workspace: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """A broker in a process of its own, its URL, and the authority of its certificate."""
    certificates = make_certificates(tmp_path / "tls")
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "reviewer", "broker", "--listen", address, "--as", LEAD]
    files = ["--certificate", str(certificates.certificate), "--key", str(certificates.key)]
    with subprocess.Popen(
        [*command, *files, "--workspace", str(workspace)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, f"https://{address}", certificates.authority
        finally:
            process.kill()


def test_broker_releases_a_key_and_stops_at_a_signal(
    command: Command, workspace: Path, started: tuple[subprocess.Popen[str], str, Path]
) -> None:
    process, url, authority = started
    assert process.stdout is not None
    public_key = process.stdout.readline().strip().removesuffix(".").rsplit(" ", 1)[1]
    with open_workspace(workspace) as opened:
        person = opened.sign_in(BEN, PASSPHRASE)
        lease = person.desk.work.claim()
        client = BrokerClient(BrokerAddress.of(url, public_key, authority), person.identity, SystemClock())
        released = client.clip_key(lease)
        with pytest.raises(Refused, match="NOT_LEASED"):
            client.clip_key(replace(lease, token=999))
        client.close()
        assert f'reviewer_queue_leases{{state="live"}} {len(opened._unit.queue.leases())}\n' in metrics(
            url, authority
        )
        lead = opened.sign_in(LEAD, PASSPHRASE)
        assert released.key == opened.release_facts(lead.identity).clip_key(lease.clip_id).key
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=240)
    assert process.returncode == 0, said
    assert [" ".join(line.split()[2:5]) for line in said.splitlines() if "POST" in line] == [
        "POST /v1/keys 200",
        "POST /v1/keys 403",
    ]
    assert [action for action in actions(workspace / "broker") if action != "checkpoint"] == [
        "broker.started",
        "key.released",
        "key.refused",
        "broker.stopped",
    ]
    assert command("audit", "verify", "--workspace", workspace / "broker").code == 0


def metrics(url: str, authority: Path) -> str:
    context = ssl.create_default_context(cafile=authority)
    with urllib.request.urlopen(f"{url}/metrics", context=context) as answer:
        return str(answer.read().decode())


def actions(folder: Path) -> list[str]:
    database = Database(folder / DATABASE_FILE)
    try:
        log = AuditLog(database, SystemClock(), read_meta(database).log_id)
        return [row.event().action for row in log.rows()]
    finally:
        database.close()


@pytest.mark.parametrize("address", ["0.0.0.0:8443", "[::]:8443", "192.0.2.1:1", "broker.example:443"])
def test_other_addresses_than_this_machines_need_a_certificate(
    command: Command, workspace: Path, address: str
) -> None:
    ran = command("broker", "--listen", address, "--workspace", workspace, "--as", LEAD)
    assert (ran.code, "certificate" in ran.err) == (2, True)


@pytest.mark.parametrize("address", ["", "8443", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", ":1"])
def test_what_is_no_address_is_refused(command: Command, workspace: Path, address: str) -> None:
    ran = command("broker", "--listen", address, "--workspace", workspace, "--as", LEAD)
    assert (ran.code, "address to listen on" in ran.err) == (2, True)


def test_nobody_but_a_lead_starts_a_broker(command: Command, workspace: Path) -> None:
    ran = command("broker", "--workspace", workspace, "--as", BEN)
    assert (ran.code, (workspace / "broker").exists()) == (2, False)


def test_missing_packages_are_named(
    command: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "reviewer.broker.service", None)
    ran = command("broker", "--workspace", workspace, "--as", LEAD)
    assert (ran.code, "reviewer[team]" in ran.err) == (2, True)


def test_certificate_that_is_none_starts_nothing(command: Command, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("x")
    files = ("--certificate", tmp_path / "x.pem", "--key", tmp_path / "x.pem")
    ran = command("broker", "--workspace", workspace, "--as", LEAD, *files)
    assert (ran.code, "cannot be used" in ran.err) == (3, True)


def test_taken_address_is_said(command: Command, workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ran = command("broker", "--listen", address, "--workspace", workspace, "--as", LEAD)
    assert (ran.code, "cannot listen" in ran.err) == (3, True)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1:8443",
        "http://broker.example",
        "ftp://127.0.0.1",
        "https://",
        "https://a/b",
        "https://u@a",
        "https://a:x",
        "a",
    ],
)
def test_what_is_no_address_of_a_broker_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="BROKER_ADDRESS"):
        BrokerAddress.of(url, "00" * 32)


@pytest.mark.parametrize("key", ["", "00", "AB" * 32, "zz" * 32, "00" * 33])
def test_what_is_no_public_key_of_a_broker_is_refused(key: str) -> None:
    with pytest.raises(Refused, match="BROKER_ADDRESS"):
        BrokerAddress.of("https://127.0.0.1:8443", key)


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_workstation_speaks_tls_1_3_only(tmp_path: Path, newest: ssl.TLSVersion) -> None:
    made = make_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    context.maximum_version = newest

    def greet(server: socket.socket) -> None:
        with (
            server.accept()[0] as accepted,
            suppress(OSError),
            context.wrap_socket(accepted, server_side=True),
        ):
            pass

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as other:
        other.submit(greet, server)
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        address = BrokerAddress.of(url, "00" * 32, made.authority)
        if newest is ssl.TLSVersion.TLSv1_3:
            address.connect(time.monotonic() + 60).close()
        else:
            with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
                address.connect(time.monotonic() + 60)


def test_loopback_is_known_by_its_number() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("127.0.0.1.example", "0.0.0.0", "localhost.", "")] == [False] * 4


def test_figures_are_for_addresses_only(command: Command) -> None:
    ran = command("broker", "--metrics-from", "monitor.example.org")
    assert ran.code == 2
    assert "monitor.example.org" in ran.err
