"""What a machine needs: each check a finding, and where something is amiss its remedy."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from reviewer.audio.play.underruns import read_records
from reviewer.errors import ReviewerError
from reviewer.places import sound_record

_CHILD_SECONDS = 20.0
_STRICT_SINCE = (3, 37, 0)
_WAL_SINCE = (3, 51, 3)
_GIBIBYTE = 1 << 30
_LEAST_FREE = _GIBIBYTE
_BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no machine's clock can truly stand before this program was made

# In children: a sound library that hangs or a display that aborts must not take the doctor with it, and the
# commands themselves never load either.
_SOUND = "import sounddevice; print(sounddevice.query_devices(kind='output')['name'])"
_DISPLAY = """
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(['reviewer'])
size = app.primaryScreen().size()
print(app.platformName(), f'{size.width()} x {size.height()}')
"""
_PEDAL = "from reviewer.pedal.diagnosis import main; main()"
_SOUND_REMEDY = (
    "Everything but playing works without it. On Debian and Ubuntu: sudo apt install libportaudio2; then see"
    " that an output is chosen in the system's sound settings."
)
_FEW_UNDERRUNS = 3
_SECONDS_A_GAP = 600
_SECONDS_SHOWN = 120
_UNDERRUN_REMEDY = (
    "After a clip with gaps Reviewer lets more sound wait in the device. If they stay: close what keeps the"
    " machine busy, or choose another output (Settings, Sound)."
)
_DISPLAY_REMEDY = (
    "Commands work without it. For the workstation sit at the machine's screen, or set DISPLAY; on Debian and"
    " Ubuntu: sudo apt install libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0."
)
_PEDAL_REMEDY = "Everything works without one, by keys."

Child = Callable[[str], tuple[int, str]]


class Health(StrEnum):
    """How a finding is to be taken; ``limited`` means that the rest goes on."""

    GOOD = "good"
    LIMITED = "limited"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One check's result; ``remedy`` is empty when nothing is amiss."""

    name: str
    health: Health
    sentence: str
    remedy: str = ""


def in_child(code: str) -> tuple[int, str]:
    """Runs Python code in a process of its own; gives its exit code and last line of output."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=_CHILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return 1, f"no answer within {_CHILD_SECONDS:.0f} s"
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return done.returncode, lines[-1] if lines else f"ended with {done.returncode}"


def checkup(workspace: Path, child: Child = in_child) -> list[HealthFinding]:
    """Checks this machine for a workspace that is, or would be, in this folder."""
    return [
        _from_child("sound", child(_SOUND), "No sound output was found.", _SOUND_REMEDY),
        underrun_health(sound_record()),
        _from_child("display", child(_DISPLAY), "No display was found.", _DISPLAY_REMEDY),
        _from_child("foot pedal", child(_PEDAL), "The foot pedal cannot be read.", _PEDAL_REMEDY),
        sqlite_health(sqlite3.sqlite_version_info),
        disk_health(workspace),
        clock_health(datetime.now(UTC), _newest_row(workspace)),
    ]


def underrun_health(file: Path) -> HealthFinding:
    """Whether the devices used so far got their sound in time; below one gap in ten minutes nobody minds."""
    rows = read_records(file)
    if not rows:
        return HealthFinding("underruns", Health.GOOD, "Nothing was played here yet.")
    sentences = [
        f"{row.device or 'default'}: {row.underruns} in {_time(row.seconds)}, last {row.last_day}"
        for row in rows
    ]
    sentence = f"Gaps in the sound: {'; '.join(sentences)}."
    if all(row.underruns <= max(_FEW_UNDERRUNS, row.seconds / _SECONDS_A_GAP) for row in rows):
        return HealthFinding("underruns", Health.GOOD, sentence)
    return HealthFinding("underruns", Health.LIMITED, sentence, _UNDERRUN_REMEDY)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < _SECONDS_SHOWN else f"{seconds / 60:.0f} min"


def sqlite_health(version: tuple[int, int, int]) -> HealthFinding:
    """Whether this SQLite can hold a workspace, and how it writes."""
    name = ".".join(map(str, version))
    if version < _STRICT_SINCE:
        remedy = "Use a Python with SQLite 3.37 or newer, such as the one of Debian 12."
        return HealthFinding("sqlite", Health.BROKEN, f"SQLite {name} is too old.", remedy)
    journal = "write-ahead log" if version >= _WAL_SINCE else "rollback journal"
    return HealthFinding("sqlite", Health.GOOD, f"SQLite {name}, {journal}.")


def disk_health(folder: Path) -> HealthFinding:
    """Whether the folder, or what there is of its path, can be written and has room."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    sentence = f"{free / _GIBIBYTE:.1f} GiB are free in {there}."
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        remedy = "Give yourself the right to write there, or use --workspace."
        return HealthFinding("disk", Health.BROKEN, f"{there} cannot be written: {error.strerror}.", remedy)
    if free < _LEAST_FREE:
        return HealthFinding(
            "disk", Health.BROKEN, sentence, "Make room: drafts and clips need at least 1 GiB."
        )
    return HealthFinding("disk", Health.GOOD, sentence)


def clock_health(now: datetime, newest_row: datetime | None) -> HealthFinding:
    """Whether the clock can be right: leases, consent and retention all go by it."""
    floor = max(_BUILT, newest_row or _BUILT)
    sentence = f"It is {now:%Y-%m-%d %H:%M:%S} UTC."
    if now >= floor:
        return HealthFinding("clock", Health.GOOD, sentence)
    why = "the newest row of the access log" if newest_row == floor else "this program"
    remedy = "Set the clock, or let the system set it: sudo timedatectl set-ntp true."
    return HealthFinding("clock", Health.BROKEN, f"{sentence} That is before {why}.", remedy)


def _from_child(name: str, result: tuple[int, str], missing: str, remedy: str) -> HealthFinding:
    code, line = result
    if code == 0:
        return HealthFinding(name, Health.GOOD, f"{line}.")
    return HealthFinding(name, Health.LIMITED, missing, f"{remedy} (The system says: {line.rstrip('.')}.)")


def _newest_row(workspace: Path) -> datetime | None:
    """When the newest log row was written; None where there is no workspace or it cannot be read."""
    from reviewer.access.chain import LogRow  # noqa: PLC0415

    file = workspace / "workspace.db"
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(
                "SELECT seq, body, prev, hash, signature FROM log ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            return LogRow(*row).at() if row else None
    except (sqlite3.Error, ReviewerError):
        return None
