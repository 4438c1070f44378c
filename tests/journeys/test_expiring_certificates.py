"""A certificate expires while a window is open: work in hand goes on, it is said, and it goes on by itself.

Queue, broker and bucket are real servers with TLS. ``REVIEWER_CERTIFICATES`` runs it: it takes a minute.
"""

import os
import shutil
import signal
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from reviewer.model.event import Action
from reviewer.ui.clip.states import ClipState
from reviewer.ui.jobs import Jobs
from reviewer.ui.theme import Choice, Theme
from tests.benches.certificates import Certificates, make_certificates
from tests.benches.network_desk import NOBODY_LISTENS, NetworkDesk
from tests.benches.shared_queue import new_database
from tests.benches.whole_team import WholeTeam
from tests.benches.workspace import ANA
from tests.fakes.postgres_server import installed_programs, server_of
from tests.fakes.s3_servers import KEY_ID, SECRET, Network, free_port, moto_server

pytest.importorskip("obstore")
pytest.importorskip("moto")
PROGRAMS = installed_programs()
PROJECT = f"lock_minutes = 0\n{NOBODY_LISTENS}[limits]\nopens_per_hour = 0\nopens_without_hand_in = 0\n"
OVER_TLS = """
local all postgres trust
hostssl all postgres 127.0.0.1/32 trust
hostssl all all 127.0.0.1/32 scram-sha-256
"""
SOON, LONG = timedelta(seconds=2), timedelta(days=2)
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif("REVIEWER_CERTIFICATES" not in os.environ, reason="takes a minute"),
    pytest.mark.skipif(PROGRAMS is None, reason="no PostgreSQL with TLS is installed"),
]


class Machinery:
    """Three servers, each with a certificate of its own that can be replaced."""

    def __init__(self, folder: Path, stack: ExitStack, patch: pytest.MonkeyPatch) -> None:
        self._queue = made_for_postgres(stack)
        self._bucket = make_certificates(folder / "bucket")
        settings = {
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "PGUSER": "postgres",
            "SSL_CERT_FILE": str(self._bucket.authority),
        }
        for name, value in settings.items():
            patch.setenv(name, value)
        port = free_port()
        tls = f"ssl = on\nssl_cert_file = '{self._queue.certificate}'\nssl_key_file = '{self._queue.key}'\n"
        assert PROGRAMS is not None
        self._data, self.owner = stack.enter_context(server_of(PROGRAMS, OVER_TLS, tls, port))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.num_tickets = 0  # a session that is resumed shows no certificate
        self._context.load_cert_chain(self._bucket.certificate, self._bucket.key)
        network = Network(stack.enter_context(moto_server()))
        bucket = stack.enter_context(network.open(self._context))
        self.database = str(conninfo_to_dict(new_database(self.owner))["dbname"])
        trusted = f"sslmode=verify-full&sslrootcert={self._queue.authority}"
        url = f"postgresql://127.0.0.1:{port}/{self.database}?{trusted}"
        self.team = WholeTeam(folder / "team", url, bucket, network, 6, PROJECT)
        stack.callback(self.team.close)

    def replace(self, whose: str, valid_for: timedelta) -> None:
        """Gives one of them another certificate, as an administrator does."""
        certificates = {"queue": self._queue, "bucket": self._bucket, "broker": self.team.certificates}[whose]
        certificates.renew(valid_for=valid_for)
        if whose == "queue":
            os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signal.SIGHUP)
        elif whose == "bucket":
            self._context.load_cert_chain(certificates.certificate, certificates.key)
        else:
            self.team.broker.kill()
            self.team.broker.start()

    def end_connections(self) -> None:
        """What is connected goes on; whoever comes anew sees the certificate."""
        with psycopg.connect(self.owner, autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (self.database,)
            )

    def submitted(self) -> list[str]:
        with psycopg.connect(self.owner, dbname=self.database) as owner:
            return sorted(row[0] for row in owner.execute("SELECT id FROM reviewer_data.annotation"))


def made_for_postgres(stack: ExitStack) -> Certificates:
    """The server takes a key only if it is its user's and nobody else's, and must reach it."""
    folder = Path(tempfile.mkdtemp(prefix="pgtls"))
    stack.callback(shutil.rmtree, folder)
    made = make_certificates(folder)
    made.key.chmod(0o600)
    if os.geteuid() == 0:
        for each in (folder, made.key, made.certificate):
            shutil.chown(each, "postgres")
    return made


@pytest.fixture
def machinery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machinery]:
    with ExitStack() as stack:
        yield Machinery(tmp_path, stack, monkeypatch)


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, machinery: Machinery, tmp_path: Path) -> Iterator[NetworkDesk]:
    theme = Theme(qapp, QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat))
    theme.choose(Choice.DARK)
    jobs = Jobs()

    def wait(is_so: Callable[[], bool]) -> None:
        qtbot.waitUntil(is_so, timeout=60_000)

    made = NetworkDesk(machinery.team.bench, None, jobs, theme, wait)
    yield made
    made.close()
    jobs.close()


@pytest.mark.parametrize("whose", ["queue", "broker", "bucket", "queue broker bucket"])
def test_window_says_that_a_certificate_expired_and_goes_on_once_it_is_renewed(
    desk: NetworkDesk, machinery: Machinery, whose: str
) -> None:
    desk.sign_in(ANA)
    desk.take_next()
    expired_at = datetime.now(UTC) + SOON
    for each in whose.split():
        machinery.replace(each, SOON)
    desk.wait(lambda: datetime.now(UTC) > expired_at)
    machinery.end_connections()
    for text in ("hello there", "hello again"):  # into what was open, and what was prefetched
        assert desk.is_open, text
        desk.submit(text)
        desk.wait(lambda: desk.presenter.state is not ClipState.HANDING_OVER)
    assert desk.presenter.state is ClipState.FAILED
    assert "certificate" in f"{desk.message} {desk.awaited}"
    for each in whose.split():
        machinery.replace(each, LONG)
    desk.wait(lambda: desk.is_open and desk.sending.text() == "All work sent")
    logged = [event.detail["annotation"] for event in machinery.team.bench.events(Action.SUBMITTED)]
    assert machinery.submitted() == sorted(str(each) for each in logged)
    assert len(logged) == 2
