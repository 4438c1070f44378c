"""``purge``: keys are destroyed, tombstones and the recall list stay."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.benches.workspace import LEAD


def rows(workspace, sql):
    with closing(sqlite3.connect(workspace / "workspace.db")) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def all_withdrawn(tmp_path):
    """A list that names every source."""
    file = tmp_path / "all.csv"
    file.write_text("source_id\n" + "".join(f"source-{n:04}\n" for n in range(3)), encoding="utf-8")
    return file


def test_purge_of_a_withdrawn_source_destroys_its_key_and_files(lead, workspace, tmp_path):
    withdrawn = tmp_path / "withdrawn.txt"
    withdrawn.write_text("source-0000\nsource-9999\n", encoding="utf-8")
    ran = lead("purge", "--withdrawn", withdrawn, "--json")
    assert ran.code == 4
    assert ran.err.startswith("Withdrawn sources that were never imported here: 1.")
    report = ran.json
    (purged,) = report["purged"]
    assert (purged["reason"], report["unknown"]) == ("consent_withdrawn", 1)
    gone = purged["clip"]
    assert rows(workspace, f"SELECT wrapped_key FROM clip WHERE id = '{gone}'") == [(None,)]
    assert [path for path in (workspace / "clips").iterdir() if path.name.startswith(gone)] == []
    assert len({path.name.split(".")[0] for path in (workspace / "clips").iterdir()}) == 2
    found = [row for row in lead("audit", "show", "--json").json["rows"] if row["action"] == "clip.purged"]
    assert [(row["object"], row["reason"]) for row in found] == [(gone, "consent_withdrawn")]
    assert lead("audit", "verify").code == 0


FORMS = {
    "lines": "{0}\n{1}\n",
    "quoted": '"{0}"\n"{1}"\n',
    "semicolons": "Source_ID;withdrawn_at\n{0};2026-05-01\n{1};2026-05-01\n",
    "sep": "sep=,\r\nsource_id,when\r\n{0},x\r\n{1},y\r\n",
    "array": '["{0}", "{1}"]',
    "json lines": '{{"source_id": "{0}"}}\n{{"source_id": "{1}"}}',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", FORMS)
def test_list_in_any_form_is_done_whole_and_exits_0(lead, workspace, tmp_path, form, encoding):
    (tmp_path / "list").write_bytes(FORMS[form].format("source-0000", "source-0001").encode(encoding))
    assert lead("purge", "--withdrawn", tmp_path / "list").code == 0
    assert rows(workspace, "SELECT count(*) FROM clip WHERE wrapped_key IS NULL") == [(2,)]


def test_any_command_purges_what_is_due_and_says_so_beside_its_answer(command, workspace):
    with closing(sqlite3.connect(workspace / "workspace.db")) as connection, connection:
        connection.execute("UPDATE clip SET purge_at = 1 WHERE id = (SELECT min(id) FROM clip)")
    ran = command("queue", "status", "--json", "--workspace", workspace, "--as", LEAD)
    assert ran.err == "Purged because consent or retention is over: 1.\n"
    assert ran.json["clips"]["purged"] == 1
    assert rows(workspace, "SELECT count(*) FROM clip WHERE wrapped_key IS NULL") == [(1,)]


def test_retention_is_extended_by_a_decision_and_listed(lead, workspace):
    (clip,) = rows(workspace, "SELECT min(id) FROM clip")[0]
    until = f"{datetime.now(UTC) + timedelta(days=729):%Y-%m-%d}"
    made = lead("retention", "extend", clip, "--until", until, "--why", "for training", "--json")
    assert [row["clip"] for row in made.json["extended"]] == [clip]
    (listed,) = lead("retention", "list", "--json").json["extended"]
    assert (listed["clip"], listed["until"][:10], listed["why"]) == (clip, until, "for training")
    assert listed["decided_by"] == LEAD
    assert "for training" in lead("retention", "list").out
    again = lead("retention", "extend", clip, "--until", "tomorrow", "--why", "x")
    assert (again.code, again.err.splitlines()[0]) == (2, "This is not a date.")


def test_withdrawals_of_unknown_sources_and_recall_lists_can_be_printed_at_any_time(
    lead, workspace, all_withdrawn, tmp_path
):
    (workspace / "project.toml").write_text("[queue]\nqa_rate = 0.0\n", encoding="utf-8")
    assert lead("policy", "apply", "--yes").code == 0
    lead("qa", "draw")
    assert lead("recall", "list").out == "No export contains a purged clip.\n"
    assert lead("export", tmp_path / "set", "--format", "csv").code == 0
    (tmp_path / "unknown").write_text("never-here\nnor-this\n", encoding="utf-8")
    assert lead("purge", "--withdrawn", tmp_path / "unknown").code == 4
    assert [each["sources"] for each in lead("retention", "list", "--json").json["unknown"]] == [2]
    first = lead("purge", "--withdrawn", all_withdrawn, "--json").json["recall"]
    assert first[0]["folder"] == str(tmp_path / "set")
    for _ in range(2):
        assert lead("recall", "list", "--json").json["recall"] == first
    assert str(tmp_path / "set") in lead("recall", "list").out


def test_purge_leaves_tombstones_and_nothing_that_was_said(lead, workspace, all_withdrawn):
    lead("purge", "--withdrawn", all_withdrawn)
    assert rows(workspace, "SELECT state, reason FROM queue_clip") == [("purged", "consent_withdrawn")] * 3
    assert rows(workspace, "SELECT length(sealed) FROM annotation") == [(0,), (0,)]
    assert rows(workspace, "SELECT count(*) FROM draft") == [(0,)]
    assert rows(workspace, "SELECT count(*) FROM hypothesis") == [(0,)]
    assert list((workspace / "clips").iterdir()) == []


def test_exports_that_contain_purged_clips_are_named_for_recall_each_time(
    lead, workspace, all_withdrawn, tmp_path
):
    (workspace / "project.toml").write_text("[queue]\nqa_rate = 0.0\n", encoding="utf-8")
    assert lead("policy", "apply", "--yes").code == 0
    lead("qa", "draw")
    assert lead("export", tmp_path / "set", "--format", "csv").code == 0
    first = lead("purge", "--withdrawn", all_withdrawn, "--json").json
    (recall,) = first["recall"]
    assert recall["formats"] == "csv"
    assert [(clip,) for clip in recall["clips"]] == rows(
        workspace, "SELECT DISTINCT clip_id FROM annotation ORDER BY clip_id"
    )
    assert len(first["purged"]) == 3
    again = lead("purge", "--withdrawn", all_withdrawn, "--json").json
    assert (again["purged"], again["recall"]) == ([], first["recall"])
    told = lead("purge", "--withdrawn", all_withdrawn).out
    assert "0 clips purged, 0 unknown sources." in told
    assert "Recall" in told


def test_bad_list_purges_nothing(lead, workspace, tmp_path):
    (tmp_path / "list").write_text(
        json.dumps({"source_id": "source-0000"}) + "\nnot json\n", encoding="utf-8"
    )
    ran = lead("purge", "--withdrawn", tmp_path / "list")
    assert (ran.code, ran.err.splitlines()[1]) == (2, "Nothing was done. Lines to correct: 2.")
    assert rows(workspace, "SELECT count(*) FROM clip WHERE wrapped_key IS NULL") == [(0,)]
