"""``doctor``: each check a finding, each fault a remedy, nothing signed in."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from reviewer.cli.checkup import (
    Health,
    checkup,
    clock_health,
    disk_health,
    in_child,
    sqlite_health,
    underrun_health,
)

from reviewer.cli import checkup as checks


def by_name(findings):
    return {finding.name: finding for finding in findings}


def healthy(_code):
    return 0, "Speaker"


def test_every_part_is_checked(tmp_path):
    named = {"sound", "underruns", "display", "foot pedal", "sqlite", "disk", "clock"}
    assert set(by_name(checkup(tmp_path, healthy))) == named


def test_healthy_parts_need_no_remedy(tmp_path):
    found = by_name(checkup(tmp_path, healthy))
    assert found["sound"] == checks.HealthFinding("sound", Health.GOOD, "Speaker.")


def test_missing_sound_and_display_limit_and_name_their_remedies(tmp_path):
    found = by_name(checkup(tmp_path, lambda _code: (1, "OSError: PortAudio library not found")))
    assert found["sound"].health is Health.LIMITED
    assert "libportaudio2" in found["sound"].remedy
    assert "PortAudio library not found" in found["sound"].remedy
    assert found["display"].health is Health.LIMITED


def test_pedal_that_cannot_be_read_limits_and_says_what_the_system_says(tmp_path):
    found = by_name(checkup(tmp_path, lambda _code: (1, "It may not be read. Add a rule.")))
    assert found["foot pedal"].health is Health.LIMITED
    assert "Add a rule" in found["foot pedal"].remedy


def test_looking_for_a_pedal_ends_well_where_there_is_none():
    code, line = in_child(checks._PEDAL)
    assert (code, bool(line)) == (0, True)


def test_child_that_ends_badly_is_told_by_its_last_line():
    assert in_child("print('no'); raise SystemExit('the reason')") == (1, "the reason")
    assert in_child("print('yes')") == (0, "yes")
    code, line = in_child("import os; os._exit(7)")
    assert (code, line) == (7, "ended with 7")


def test_child_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(checks, "_CHILD_SECONDS", 0.2)
    code, line = in_child("import signal; signal.pause()")
    assert code == 1
    assert "no answer" in line


def test_sqlite_without_strict_tables_is_broken():
    assert sqlite_health((3, 36, 0)).health is Health.BROKEN
    assert "rollback" in sqlite_health((3, 40, 1)).sentence
    assert "write-ahead" in sqlite_health((3, 51, 3)).sentence


def test_disk_is_judged_by_the_part_of_the_path_that_is_there(tmp_path):
    finding = disk_health(tmp_path / "not" / "yet")
    assert str(tmp_path) in finding.sentence


def test_full_disk_is_broken(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "_LEAST_FREE", 1 << 60)
    finding = disk_health(tmp_path)
    assert finding.health is Health.BROKEN
    assert finding.remedy


def test_folder_that_cannot_be_written_is_broken(tmp_path, monkeypatch):
    def refuse(**_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert disk_health(tmp_path).health is Health.BROKEN


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
    finding = clock_health(now, newest)
    assert finding.health is health
    assert bool(finding.remedy) == (health is Health.BROKEN)


def test_newest_row_of_the_log_is_what_the_clock_is_held_against(workspace):
    newest = checks._newest_row(workspace)
    assert timedelta(0) < datetime.now(UTC) - newest < timedelta(days=1)
    (workspace / "workspace.db").write_bytes(b"no database" * 99)
    assert checks._newest_row(workspace) is None


def test_command_ends_well_where_only_sound_and_display_are_missing(command, workspace, monkeypatch):
    monkeypatch.delenv("REVIEWER_PASSPHRASE")
    monkeypatch.setattr(
        "reviewer.cli.doctor.checkup", lambda folder: checkup(folder, lambda _code: (1, "none"))
    )
    ran = command("doctor", "--workspace", workspace)
    assert ran.code == 0
    assert "libportaudio2" in ran.out


def test_command_ends_with_3_where_something_needed_is_broken(command, workspace, monkeypatch):
    monkeypatch.setattr(checks, "_LEAST_FREE", 1 << 60)
    monkeypatch.setattr("reviewer.cli.doctor.checkup", lambda folder: checkup(folder, healthy))
    ran = command("doctor", "--workspace", workspace, "--json")
    assert ran.code == 3
    assert by_health(ran.json) == {"disk": "broken"}


def by_health(body):
    return {one["name"]: one["health"] for one in body["checks"] if one["health"] != "good"}


def a_record(folder, underruns, seconds=3600.0):
    file = folder / "sound.json"
    row = {"device": "Headset", "seconds": seconds, "underruns": underruns, "last_day": "2026-11-20"}
    file.write_text(json.dumps([row]))
    return file


def test_gaps_in_the_sound_are_shown_for_each_device(tmp_path):
    found = underrun_health(a_record(tmp_path, 2))
    assert found.health is Health.GOOD
    assert "Headset: 2 in 60 min, last 2026-11-20" in found.sentence


def test_less_than_two_minutes_of_sound_are_told_in_seconds(tmp_path):
    found = underrun_health(a_record(tmp_path, 8, seconds=20.4))
    assert "Headset: 8 in 20 s, last" in found.sentence


def test_many_gaps_come_with_a_remedy(tmp_path):
    found = underrun_health(a_record(tmp_path, 40))
    assert found.health is Health.LIMITED
    assert "Settings, Sound" in found.remedy


def test_where_nothing_was_played_nothing_is_amiss(tmp_path):
    assert underrun_health(tmp_path / "sound.json").health is Health.GOOD
