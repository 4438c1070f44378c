"""``reviewer doctor``: checks what this machine needs; each problem comes with its remedy."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli import output
from reviewer.cli.sign_in import VARIABLE, AsJson, WorkspaceDir
from reviewer.errors import Notice
from reviewer.messages import Words, command_catalogue
from reviewer.places import DATABASE_FILE, default_workspace, sound_record
from reviewer.process_guard import python_command

CHILD_SECONDS = 20.0
GIBIBYTE = 1 << 30
_LEAST_FREE_BYTES = GIBIBYTE
_STRICT_SINCE = (3, 37, 0)
_WAL_SINCE = (3, 51, 3)
_BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # a clock that shows a time before this program was built is wrong
_EXIT_BROKEN = 3
_FEW_UNDERRUNS = 3
_SECONDS_AN_UNDERRUN = 600

# In child processes: a hanging sound library or an aborting display must not end this command, and commands
# never load either.
_SOUND = "import sounddevice; print(sounddevice.query_devices(kind='output')['name'])"
_DISPLAY = """
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(['reviewer'])
size = app.primaryScreen().size()
print(app.platformName(), f'{size.width()} x {size.height()}')
"""
PEDAL_PROBE = "from reviewer.pedal.diagnosis import main; main()"

RunChild = Callable[[str], tuple[int, str]]


class Health(StrEnum):
    """How serious a finding is; ``limited`` means that everything else works."""

    GOOD = "good"
    LIMITED = "limited"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """The result of one check; its hint is the remedy."""

    name: str
    health: Health
    notice: Notice

    @property
    def words(self) -> Words:
        return command_catalogue().words(self.notice)


def doctor(
    workspace: WorkspaceDir = None,
    _as_name: Annotated[str | None, typer.Option("--as", hidden=True)] = None,
    _passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", hidden=True)] = None,
    *,
    json: AsJson = False,
) -> None:
    """Check sound, display, pedal, SQLite, disk and clock, each with its remedy. Signs nobody in."""
    findings = check_machine(workspace or default_workspace())
    shown = [(one.name, one.health.value, one.words.sentence, one.words.hint) for one in findings]
    if json:
        keys = ("name", "health", "sentence", "remedy")
        output.print_json({"checks": [dict(zip(keys, row, strict=True)) for row in shown]})
    else:
        table = [(name, output.term("HEALTH", health), text) for name, health, text, _ in shown]
        output.print_table(("check", "health", "finding"), table)
        for name, _, _, remedy in shown:
            if remedy:
                print(f"\n{name}: {remedy}")
    if any(one.health is Health.BROKEN for one in findings):
        raise typer.Exit(_EXIT_BROKEN)


def check_machine(
    workspace: Path,
    run_child: "RunChild | None" = None,
) -> list[HealthFinding]:
    """Checks this machine for a workspace that is, or would be, in this folder."""
    from reviewer.access.audit_log import newest_row_time  # noqa: PLC0415 - loads cryptography

    run = run_child or run_in_child
    newest_row = newest_row_time(workspace / DATABASE_FILE)
    return [
        _from_child("sound", run(_SOUND), "DOCTOR_SOUND"),
        check_underruns(sound_record()),
        _from_child("display", run(_DISPLAY), "DOCTOR_DISPLAY"),
        _from_child("foot pedal", run(PEDAL_PROBE), "DOCTOR_PEDAL"),
        check_sqlite(sqlite3.sqlite_version_info),
        check_disk(workspace),
        check_clock(datetime.now(UTC), newest_row),
    ]


def run_in_child(code: str, seconds: float = CHILD_SECONDS) -> tuple[int, str]:
    """Runs Python code in a process of its own; returns its exit code and last line of output."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    try:
        done = subprocess.run(
            python_command(code),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return 1, f"no answer within {seconds:.0f} s"
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return done.returncode, lines[-1] if lines else f"ended with {done.returncode}"


def check_underruns(file: Path) -> HealthFinding:
    """Reports gaps in playback so far; one gap in ten minutes is acceptable."""
    from reviewer.audio.play.underruns import read_records  # noqa: PLC0415 - loads numpy

    rows = read_records(file)
    if not rows:
        return HealthFinding("underruns", Health.GOOD, Notice("DOCTOR_NOTHING_PLAYED"))
    listed = "; ".join(
        f"{row.device or 'default'}: {row.underruns} / {row.seconds:.0f} s ({row.last_day})" for row in rows
    )
    few = all(row.underruns <= max(_FEW_UNDERRUNS, row.seconds / _SECONDS_AN_UNDERRUN) for row in rows)
    code, health = ("DOCTOR_UNDERRUNS_FEW", Health.GOOD) if few else ("DOCTOR_UNDERRUNS", Health.LIMITED)
    return HealthFinding("underruns", health, Notice(code, {"devices": listed}))


def check_sqlite(version: tuple[int, int, int]) -> HealthFinding:
    """Whether this SQLite can hold a workspace, and its journal mode."""
    name = {"version": ".".join(map(str, version))}
    if version < _STRICT_SINCE:
        return HealthFinding("sqlite", Health.BROKEN, Notice("DOCTOR_SQLITE_OLD", name))
    code = "DOCTOR_SQLITE_WAL" if version >= _WAL_SINCE else "DOCTOR_SQLITE_ROLLBACK"
    return HealthFinding("sqlite", Health.GOOD, Notice(code, name))


def check_disk(folder: Path, least_free_bytes: int = _LEAST_FREE_BYTES) -> HealthFinding:
    """Whether the folder, or its nearest existing parent, can be written and has space."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(existing).free
    try:
        with tempfile.TemporaryFile(dir=existing) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        parameters = {"folder": str(existing), "problem": error.strerror or ""}
        return HealthFinding("disk", Health.BROKEN, Notice("DOCTOR_DISK_NOT_WRITABLE", parameters))
    facts = {"free": f"{free / GIBIBYTE:.1f}", "folder": str(existing)}
    if free < least_free_bytes:
        return HealthFinding("disk", Health.BROKEN, Notice("DOCTOR_DISK_FULL", facts))
    return HealthFinding("disk", Health.GOOD, Notice("DOCTOR_DISK", facts))


def check_clock(now: datetime, newest_row: datetime | None) -> HealthFinding:
    """Whether the clock can be right: leases, consent and retention depend on it."""
    shown = {"time": f"{now:%Y-%m-%d %H:%M:%S}"}
    if now < _BUILT:
        return HealthFinding("clock", Health.BROKEN, Notice("DOCTOR_CLOCK_BEFORE_BUILD", shown))
    if newest_row is not None and now < newest_row:
        return HealthFinding("clock", Health.BROKEN, Notice("DOCTOR_CLOCK_BEFORE_LOG", shown))
    return HealthFinding("clock", Health.GOOD, Notice("DOCTOR_CLOCK", shown))


def _from_child(name: str, result: tuple[int, str], code: str) -> HealthFinding:
    exit_code, line = result
    if exit_code == 0:
        return HealthFinding(name, Health.GOOD, Notice("DOCTOR_FOUND", {"what": line}))
    return HealthFinding(name, Health.LIMITED, Notice(code, {"problem": line.rstrip(".")}))
