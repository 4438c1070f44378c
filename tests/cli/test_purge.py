"""``purge``: keys are destroyed, tombstones and the recall list stay."""

import json
import sqlite3
from contextlib import closing

import pytest


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
    report = lead("purge", "--withdrawn", withdrawn, "--json").json
    (purged,) = report["purged"]
    assert (purged["reason"], report["unknown"]) == ("consent_withdrawn", 1)
    gone = purged["clip"]
    assert rows(workspace, f"SELECT wrapped_key FROM clip WHERE id = '{gone}'") == [(None,)]
    assert [path for path in (workspace / "clips").iterdir() if path.name.startswith(gone)] == []
    assert len({path.name.split(".")[0] for path in (workspace / "clips").iterdir()}) == 2
    found = [row for row in lead("audit", "show", "--json").json["rows"] if row["action"] == "clip.purged"]
    assert [(row["object"], row["reason"]) for row in found] == [(gone, "consent_withdrawn")]
    assert lead("audit", "verify").code == 0


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
    assert lead("purge", "--withdrawn", tmp_path / "list").code == 2
    assert rows(workspace, "SELECT count(*) FROM clip WHERE wrapped_key IS NULL") == [(0,)]
