"""``reviewer broker`` in a process of its own, which can be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from reviewer.access.audit_log import AuditLog
from reviewer.db.connection import Database
from reviewer.db.workspace_meta import read_meta
from reviewer.model.clock import SystemClock
from reviewer.model.event import Action, Event
from reviewer.places import DATABASE_FILE
from tests.benches.certificates import Certificates
from tests.benches.workspace import LEAD, PASSPHRASE

_FOR_A_HURRY = (
    "from reviewer.broker.key_broker import KeyBroker\n"
    "KeyBroker.__init__.__kwdefaults__['a_minute'] = 100_000\n"
    "from reviewer.cli.main import run\n"
    "import sys\n"
    "sys.exit(run(sys.argv[1:]))"
)
"""A test works faster than the keys that a person may ask for in a minute."""


class BrokerProcess:
    """``is_hurried``: a person may ask for as many keys as they like."""

    def __init__(
        self, workspace: Path, port: int, certificates: Certificates, *, is_hurried: bool = False
    ) -> None:
        program = ["-c", _FOR_A_HURRY] if is_hurried else ["-m", "reviewer"]
        self._command = [sys.executable, *program, "broker", "--listen", f"127.0.0.1:{port}"]
        self._command += ["--certificate", str(certificates.certificate), "--key", str(certificates.key)]
        self._command += ["--workspace", str(workspace), "--as", LEAD]
        self.folder, self._port = workspace / "broker", port
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns once it answers."""
        self._process = subprocess.Popen(
            self._command,
            env={**os.environ, "REVIEWER_PASSPHRASE": PASSPHRASE},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        assert "listens" in self._process.stdout.readline()
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), 5).close()
            except ConnectionRefusedError:
                assert self._process.poll() is None
            else:
                return

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Ends it: at once, or as a service is stopped."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.communicate(timeout=240)
            self._process = None

    def events(self, action: Action) -> list[Event]:
        """What its log holds of this act."""
        database = Database(self.folder / DATABASE_FILE)
        try:
            log = AuditLog(database, SystemClock(), read_meta(database).log_id)
            return [row.event() for row in log.rows() if row.event().action is action]
        finally:
            database.close()
