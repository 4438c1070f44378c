"""``audit``: whoever has the file can check the log; a cut tail shows against a checkpoint from outside."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.benches.workspace import LEAD, PASSPHRASE
from tests.fakes.intruder import unguarded


def test_show_gives_the_newest_rows_oldest_first(lead):
    rows = lead("audit", "show", "--limit", 3, "--json").json["rows"]
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
    assert (rows[-2]["action"], rows[-2]["person"]) == ("sign_in", LEAD)
    assert len(lead("audit", "show", "--limit", 4).out.splitlines()) == 5


def test_log_verifies_with_nobody_signed_in_on_a_copy_that_may_not_be_written(
    command, workspace, tmp_path, monkeypatch
):
    monkeypatch.delenv("REVIEWER_PASSPHRASE")
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(workspace / "workspace.db", copy)
    (copy / "workspace.db").chmod(0o400)
    copy.chmod(0o500)
    before = (copy / "workspace.db").read_bytes()
    ran = command("audit", "verify", "--workspace", copy, "--json")
    assert (ran.code, ran.json["ok"]) == (0, True)
    assert [path.name for path in copy.iterdir()] == ["workspace.db"]
    assert (copy / "workspace.db").read_bytes() == before
    copy.chmod(0o700)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_checkpoint_that_cannot_be_printed_does_not_count_as_witnessed(lead, workspace, form):
    unwitnessed = lead("queue", "status", "--json").json["unwitnessed"]
    arguments = ("audit", "checkpoint", "--workspace", str(workspace), "--as", LEAD, *form)
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device, not a file
        ran = subprocess.run(
            [sys.executable, "-m", "reviewer", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
            env={**os.environ, "REVIEWER_PASSPHRASE": PASSPHRASE, "PYTHONUNBUFFERED": ""},
        )
    assert ran.returncode == 3
    assert lead("queue", "status", "--json").json["unwitnessed"] > unwitnessed


def test_changed_row_is_named_and_ends_with_4(command, workspace):
    with unguarded(workspace / "workspace.db") as connection:
        connection.execute("UPDATE log SET body = CAST(replace(body, 'ok', 'ko') AS BLOB) WHERE seq = 5")
    ran = command("audit", "verify", "--workspace", workspace, "--json")
    assert ran.code == 4
    assert (ran.json["ok"], ran.json["first_bad"]) == (False, 5)
    assert "5" in ran.err


def test_file_rolled_back_shows_against_the_checkpoint_only(lead, workspace, tmp_path):
    shutil.copy(workspace / "workspace.db", tmp_path / "older.db")
    note = tmp_path / "checkpoint.txt"
    note.write_text(lead("audit", "checkpoint").out, encoding="utf-8")
    ran = lead("audit", "verify", "--checkpoint", note)
    assert (ran.code, "checkpoint" in ran.out) == (0, True)
    shutil.copy(tmp_path / "older.db", workspace / "workspace.db")
    assert lead("audit", "verify").code == 0
    assert lead("audit", "verify", "--checkpoint", note).code == 4


def test_text_that_is_no_checkpoint_ends_with_4_and_a_missing_one_with_2(lead, tmp_path):
    (tmp_path / "note").write_bytes(b"\xff hello")
    assert lead("audit", "verify", "--checkpoint", tmp_path / "note").code == 4
    assert lead("audit", "verify", "--checkpoint", tmp_path / "none").code == 2


def test_file_that_is_no_database_ends_with_4_and_a_sentence(command, workspace):
    (workspace / "workspace.db").write_bytes(b"not a database at all, " * 400)
    ran = command("audit", "verify", "--workspace", workspace)
    assert ran.code == 4
    assert len(ran.err.splitlines()) == 2
