"""``doctor``: each check a finding, each fault a remedy, nobody signed in."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reviewer.access.audit_log import newest_row_time
from reviewer.access.log_chain import canonical
from reviewer.cli.doctor import (
    PEDAL_PROBE,
    Health,
    HealthFinding,
    check_clock,
    check_disk,
    check_machine,
    check_sqlite,
    check_underruns,
    run_in_child,
)


def checked(folder: Path, code: int = 0, line: str = "Speaker") -> dict[str, HealthFinding]:
    """The findings for a machine whose sound, display and pedal all answer alike."""
    return {one.name: one for one in check_machine(folder, lambda _probe: (code, line))}


def test_every_part_is_checked_and_healthy_ones_need_no_remedy(tmp_path):
    found = checked(tmp_path)
    assert set(found) == {"sound", "underruns", "display", "foot pedal", "sqlite", "disk", "clock"}
    assert (found["sound"].health, found["sound"].words.sentence, found["sound"].words.hint) == (
        Health.GOOD,
        "Speaker.",
        "",
    )


@pytest.mark.parametrize(
    ("part", "remedy"), [("sound", "libportaudio2"), ("display", "libegl1"), ("foot pedal", "Add a rule")]
)
def test_missing_part_limits_and_comes_with_its_remedy_and_the_systems_words(tmp_path, part, remedy):
    found = checked(tmp_path, 1, "It may not be read. Add a rule.")[part]
    assert found.health is Health.LIMITED
    assert remedy in found.words.hint
    assert "It may not be read" in found.words.hint


def test_the_pedal_probe_ends_well_where_there_is_no_pedal():
    code, line = run_in_child(PEDAL_PROBE)
    assert (code, bool(line)) == (0, True)


def test_child_gives_its_exit_code_and_last_line_even_when_it_crashes_or_hangs():
    assert run_in_child("print('no'); raise SystemExit('the reason')") == (1, "the reason")
    assert run_in_child("print('yes')") == (0, "yes")
    assert run_in_child("import os; os._exit(7)") == (7, "ended with 7")
    code, line = run_in_child("import signal; signal.pause()", seconds=0.2)
    assert (code, "no answer" in line) == (1, True)


def test_sqlite_without_strict_tables_is_broken():
    assert check_sqlite((3, 36, 0)).health is Health.BROKEN
    assert check_sqlite((3, 40, 1)).notice.code == "DOCTOR_SQLITE_ROLLBACK"
    assert check_sqlite((3, 51, 3)).notice.code == "DOCTOR_SQLITE_WAL"


def test_disk_is_judged_by_the_nearest_existing_folder_its_room_and_its_permissions(tmp_path, monkeypatch):
    assert check_disk(tmp_path / "not" / "yet").notice.parameters["folder"] == str(tmp_path)
    full = check_disk(tmp_path, least_free_bytes=1 << 60)
    assert (full.health, bool(full.words.hint)) == (Health.BROKEN, True)

    def refuse(**_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert check_disk(tmp_path).notice.code == "DOCTOR_DISK_NOT_WRITABLE"


@pytest.mark.parametrize(
    ("now", "newest", "health"),
    [
        (datetime(2027, 1, 1, tzinfo=UTC), None, Health.GOOD),
        (datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), Health.GOOD),
        (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC), Health.BROKEN),
        (datetime(1970, 1, 1, tzinfo=UTC), None, Health.BROKEN),
    ],
)
def test_clock_must_not_be_before_what_has_happened(now, newest, health):
    finding = check_clock(now, newest)
    assert finding.health is health
    assert bool(finding.words.hint) == (health is Health.BROKEN)


def test_newest_row_of_the_log_is_what_the_clock_is_compared_with(workspace):
    newest = newest_row_time(workspace / "workspace.db")
    assert timedelta(0) < datetime.now(UTC) - newest < timedelta(days=1)
    (workspace / "workspace.db").write_bytes(b"no database" * 99)
    assert newest_row_time(workspace / "workspace.db") is None


def test_command_ends_well_where_nothing_needed_is_broken(command, workspace, monkeypatch):
    monkeypatch.delenv("REVIEWER_PASSPHRASE")
    ran = command("doctor", "--workspace", workspace)
    assert ran.code == 0
    assert "sqlite" in ran.out


def test_command_ends_with_3_where_something_needed_is_broken(command, workspace):
    with closing(sqlite3.connect(workspace / "workspace.db")) as connection, connection:
        seq, body, prev = connection.execute("SELECT seq, body, hash FROM log ORDER BY seq DESC").fetchone()
        row = json.loads(body)
        row["ts"] += 10 * 86_400 * 1_000_000
        later = (seq + 1, canonical(row), prev, b"hash")
        connection.execute("INSERT INTO log (seq, body, prev, hash) VALUES (?, ?, ?, ?)", later)
    ran = command("doctor", "--workspace", workspace, "--json")
    assert ran.code == 3
    checks = {one["name"]: one["health"] for one in ran.json["checks"]}
    assert [name for name, health in checks.items() if health == "broken"] == ["clock"]


def a_record(folder, underruns, seconds=3600.0):
    file = folder / "sound.json"
    row = {"device": "Headset", "seconds": seconds, "underruns": underruns, "last_day": "2026-11-20"}
    file.write_text(json.dumps([row]))
    return file


def test_gaps_in_playback_are_shown_for_each_device_and_many_come_with_a_remedy(tmp_path):
    assert check_underruns(tmp_path / "none.json").health is Health.GOOD
    few = check_underruns(a_record(tmp_path, 2))
    assert (few.health, few.words.hint) == (Health.GOOD, "")
    assert "Headset: 2 / 3600 s (2026-11-20)" in few.words.sentence
    many = check_underruns(a_record(tmp_path, 40))
    assert many.health is Health.LIMITED
    assert "Settings, Sound" in many.words.hint
