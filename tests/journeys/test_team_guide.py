"""The commands of the guide for a team work as they stand there, on a server and a bucket of their own."""

import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewer.lead.intake_report import IntakeOptions
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, write_clips
from tests.conftest import REPOSITORY
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import free_port, rclone_command

GUIDE = (REPOSITORY / "docs" / "guide" / "team.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh ?(\w*)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
_UNIT = r"^`/etc/systemd/system/([\w-]+)\.service`:\n```ini\n(.*?)^```"
UNITS = dict(re.findall(_UNIT, GUIDE, re.MULTILINE | re.DOTALL))
_START_SECONDS = 60.0


def blocks(*labels: str) -> str:
    """The commands of these kinds of block, in their order; of those for the machine only systemctl."""
    return "\n".join(
        "\n".join(line for line in text.splitlines() if line.startswith("systemctl"))
        if label == "machine"
        else text
        for label, text in BLOCKS
        if label in labels
    )


class Machine:
    """What the guide finds on a machine: its folders, PostgreSQL, and programs that stand for root's."""

    def __init__(self, folder: Path, data: Path, programs: Path, port: int) -> None:
        self.settings, self.store, self.port = folder / "settings", folder / "store", port
        self.bucket_port, self.broker_port = free_port(), free_port()
        self._data, self._stubs = data, folder / "stubs"
        self._stubs.mkdir()
        self._stub("reviewer", f'exec {shlex.quote(sys.executable)} -m reviewer "$@"')
        restart = f"exec runuser -u postgres -- {programs}/pg_ctl -w -D {data} -l {folder}/log restart"
        self._stub("systemctl", f'case "$*" in "restart postgresql@15-main") {restart} >&2;; esac')
        self.environment = {
            **os.environ,
            "PATH": f"{self._stubs}:{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "REVIEWER_PASSPHRASE": PASSPHRASE,
            "PGHOST": str(folder),
            "PGPORT": str(port),
        }

    def follow(self, *labels: str) -> str:
        """Runs blocks of the guide under this machine's names; gives what they print."""
        names = {
            "HOST": "localhost", "PGCONF": self._data, "SETTINGS": self.settings, "STORE": self.store,
            "AS": "", "LEAD": LEAD, "PERSON": ANA,
        }  # fmt: skip
        assert re.findall(r"^([A-Z]+)=", blocks("settings"), re.MULTILINE) == list(names)
        script = "".join(f"{name}={shlex.quote(str(value))}\n" for name, value in names.items())
        script += blocks(*labels).replace(":9000", f":{self.bucket_port}")
        script = script.replace("/opt/reviewer", str(REPOSITORY))
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=self.environment, capture_output=True, text=True, check=False, cwd=self.settings.parent,
        )  # fmt: skip
        assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    @contextmanager
    def service(self, name: str, port: int, **files: str) -> Iterator[None]:
        """Runs what a unit of the guide starts, with the environment that it names."""
        unit = UNITS[name]
        (start,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
        start = re.sub(r"(:9000|:8443)", f":{port}", start.replace("0.0.0.0", "localhost"))
        program, *arguments = shlex.split(self._here(start).replace("%d", str(self.settings)))
        environment = dict(self.environment)
        for line in re.findall(r"^Environment=(.*)$", unit, re.MULTILINE):
            environment |= [self._here(line).split("=", 1)]
        for line in re.findall(r"^EnvironmentFile=(.*)$", unit, re.MULTILINE):
            text = Path(self._here(line)).read_text(encoding="utf-8")
            environment |= [shlex.split(each)[0].split("=", 1) for each in text.splitlines()]
        del environment["REVIEWER_PASSPHRASE"]
        found = files.get(Path(program).name) or str(self._stubs / Path(program).name)
        with subprocess.Popen(
            [found, *arguments], env=environment, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                self._await(process, port)
                yield
            finally:
                process.terminate()
                process.communicate(timeout=_START_SECONDS)

    def _await(self, process: subprocess.Popen[str], port: int) -> None:
        until = time.monotonic() + _START_SECONDS
        while not self.answers(port):
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                raise AssertionError(process.communicate())
            time.sleep(0.05)

    def answers(self, port: int) -> bool:
        try:
            self.page(port, "/health")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def page(self, port: int, path: str) -> str:
        context = ssl.create_default_context(cafile=self.settings / "authority.pem")
        with urllib.request.urlopen(f"https://localhost:{port}{path}", context=context) as answer:
            return str(answer.read().decode())

    def _here(self, text: str) -> str:
        return text.replace("/etc/reviewer", str(self.settings)).replace("/srv/reviewer", str(self.store))

    def _stub(self, name: str, line: str) -> None:
        stub = self._stubs / name
        stub.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        stub.chmod(0o755)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    for module in ("psycopg", "obstore", "starlette"):
        pytest.importorskip(module)
    from tests.fakes.postgres_server import installed_programs, server_of

    programs = installed_programs()
    if programs is None or os.geteuid() or not (rclone_command() and shutil.which("runuser")):
        pytest.skip("needs root, Debian's PostgreSQL, and rclone")
    port = free_port()
    settings = "include_dir = 'conf.d'\nfsync = off\n"
    umask = os.umask(0o022)  # as at a terminal: what was opened before may have left another
    try:
        with server_of(programs, "local all postgres peer\n", settings, port) as (data, _):
            yield Machine(data.parent, data, programs, port)
    finally:
        os.umask(umask)


@pytest.mark.long
@pytest.mark.skipif("REVIEWER_GUIDE" not in os.environ, reason="REVIEWER_GUIDE is not set: it takes 20 s")
def test_team_is_set_up_backed_up_restored_and_its_password_changed(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.follow("", "certificate", "machine", "owner", "person")
    for line in (machine.settings / "bucket.env").read_text(encoding="utf-8").splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    monkeypatch.setenv("SSL_CERT_FILE", str(machine.settings / "authority.pem"))
    monkeypatch.setenv("PGPORT", str(machine.port))
    rclone = str(rclone_command())
    shutil.copy(machine.settings / "server.key", machine.settings / "service.key")  # there for an account
    with machine.service("reviewer-bucket", machine.bucket_port, rclone=rclone):
        import_clips(machine, tmp_path)
        (machine.settings / "passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
        with machine.service("reviewer-broker", machine.broker_port):
            assert 'reviewer_queue_clips{state="ready"} 2\n' in machine.page(machine.broker_port, "/metrics")
        machine.follow("rotation")
        assert re.search(r"ready +2\n", machine.follow("backup", "restore"))


def import_clips(machine: Machine, folder: Path) -> None:
    with open_workspace(machine.store / "voices") as opened:
        lead = opened.sign_in(LEAD, PASSPHRASE)
        manifest = write_clips(folder / "in", FakeClock(opened.clock.now()), ["", ""])
        assert lead.lead.import_manifest(manifest, IntakeOptions()).accepted == 2
        opened.sign_out(lead)


def test_commands_for_the_machine_are_shell() -> None:
    assert {label for label, _ in BLOCKS} == {
        "", "machine", "settings", "certificate", "owner", "person", "backup", "restore", "rotation",
    }  # fmt: skip
    for _, text in BLOCKS:
        assert subprocess.run(["bash", "-n", "-c", text], check=False).returncode == 0, text


def test_every_metric_of_the_queue_is_in_the_guide() -> None:
    from reviewer.stats.queue_figures import prometheus_text
    from tests.unit.test_broker_metrics import FIGURES

    named = set(re.findall(r"^# TYPE (\w+)", prometheus_text(FIGURES), re.MULTILINE))
    documented = set(re.findall(r"^\| `(reviewer_queue_\w+)", GUIDE, re.MULTILINE))
    assert named == documented
