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


def test_rows_are_found_by_person_act_object_and_time(lead):
    acts = {row["action"] for row in lead("audit", "show", "--act", "sign_in", "--json").json["rows"]}
    assert acts == {"sign_in"}
    rows = lead("audit", "show", "--person", LEAD, "--limit", 5, "--json").json["rows"]
    assert {row["person"] for row in rows} == {LEAD}
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
    on = lead("audit", "show", "--on", LEAD, "--act", "sign_in", "--limit", 1, "--json").json["rows"]
    assert [row["object"] for row in on] == [LEAD]
    assert lead("audit", "show", "--until", "2001-01-01", "--json").json["rows"] == []
    assert lead("audit", "show", "--since", "2001-01-01", "--person", "nobody", "--json").json["rows"] == []


def test_csv_has_every_row_that_matches_and_is_itself_logged(lead):
    lines = lead("audit", "show", "--act", "sign_in", "--csv").out.splitlines()
    assert lines[0].startswith("seq,at,person,role")
    assert all(",sign_in," in line for line in lines[1:])
    assert lead("audit", "show", "--act", "log.exported", "--json").json["rows"] != []


def test_witness_countersigns_what_extends_the_last_it_saw_and_verify_asks_for_it(
    lead, command, workspace, tmp_path
):
    key = tmp_path / "witness.key"
    public = command("audit", "witness-key", key).out.strip()
    assert key.stat().st_mode & 0o077 == 0
    older = tmp_path / "older.db"
    shutil.copy(workspace / "workspace.db", older)
    for number in range(2):
        note, signed = tmp_path / f"note{number}", tmp_path / f"signed{number}"
        note.write_text(lead("audit", "checkpoint").out, encoding="utf-8")
        ran = command("audit", "witness", note, "--key", key)
        assert ran.code == 0, ran.err
        signed.write_text(ran.out, encoding="utf-8")
    verify = ("audit", "verify", "--workspace", workspace, "--witness", public, "--checkpoint")
    assert command(*verify, signed).code == 0
    assert command(*verify, note).code == 4
    size = int(signed.read_text(encoding="utf-8").splitlines()[1])
    assert lead("audit", "witnessed", signed, "--json").json["size"] == size
    shutil.copy(older, workspace / "workspace.db")
    assert command(*verify, signed).code == 4
    note.write_text(lead("audit", "checkpoint").out, encoding="utf-8")
    assert command("audit", "witness", note, "--key", key).code == 4


def test_witness_who_lacks_the_proof_says_which_to_ask_for(lead, command, tmp_path):
    key, note = tmp_path / "witness.key", tmp_path / "note"
    first = lead("audit", "checkpoint", "--json").json
    note.write_text(first["checkpoint"], encoding="utf-8")
    assert command("audit", "witness", note, "--key", key).code == 0
    text = lead("audit", "checkpoint").out
    note.write_text(text[text.index("reviewer/") :], encoding="utf-8")
    ran = command("audit", "witness", note, "--key", key)
    assert (ran.code, f"--since {first['size']}" in ran.err) == (2, True)
    note.write_text(lead("audit", "checkpoint", "--since", first["size"]).out, encoding="utf-8")
    assert command("audit", "witness", note, "--key", key).code == 0


def test_project_with_witnesses_counts_no_row_as_witnessed_before_one_countersigned(
    lead, command, workspace, tmp_path
):
    key, note = tmp_path / "witness.key", tmp_path / "note"
    public = command("audit", "witness-key", key).out.strip()
    with (workspace / "project.toml").open("a", encoding="utf-8") as project:
        project.write(f'\n[log]\nwitnesses = ["{public}"]\n')
    assert lead("policy", "apply", "--yes").code == 0
    note.write_text(lead("audit", "checkpoint").out, encoding="utf-8")
    assert lead("audit", "witnessed", note).code == 2
    before = lead("queue", "status", "--json").json["unwitnessed"]
    note.write_text(command("audit", "witness", note, "--key", key).out, encoding="utf-8")
    assert lead("audit", "witnessed", note, "--json").json["unwitnessed"] < before


def test_segments_command_says_when_none_is_closed(lead, tmp_path):
    assert lead("audit", "segments", tmp_path / "out").out.startswith("No segment")


def test_a_file_that_is_no_key_of_a_witness_is_named(command, tmp_path):
    key = tmp_path / "notes.txt"
    key.write_text("three words here", encoding="utf-8")
    ran = command("audit", "witness-key", key)
    assert ran.code == 3
    assert "notes.txt is not the key of a witness." in ran.err


def test_a_key_of_a_witness_that_cannot_be_written_is_said(command, tmp_path):
    ran = command("audit", "witness-key", tmp_path / "missing" / "witness.key")
    assert ran.code == 3
    assert "witness.key could not be written." in ran.err
