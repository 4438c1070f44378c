"""``policy``: files that differ from those a lead has signed let nobody in until a lead signs them."""

import shutil

import pytest

from reviewer.places import PROJECT_FILE, resource
from tests.benches.workspace import ANA, LEAD


def change(workspace, text="nda_days = 999\n"):
    file = workspace / PROJECT_FILE
    file.write_text(text + file.read_text(encoding="utf-8"), encoding="utf-8")


def test_nothing_differs_after_init(lead):
    ran = lead("policy", "diff", "--json")
    assert (ran.code, ran.json) == (0, {"differences": []})


def test_a_changed_setting_lets_nobody_in_and_the_file_is_named(lead, command, workspace):
    change(workspace)
    for refused in (lead("audit", "show"), command("queue", "mine", "--workspace", workspace, "--as", ANA)):
        assert refused.code == 2
    assert "project.toml" in lead("audit", "show").err
    assert "reviewer policy apply" in lead("audit", "show").err


def test_the_difference_is_named_by_setting(lead, workspace):
    change(workspace)
    assert lead("policy", "diff", "--json").json["differences"] == [
        {"file": "project.toml", "setting": "", "change": "changed"},
        {"file": "project.toml", "setting": "nda_days", "change": "added"},
    ]


def test_apply_shows_before_it_signs_and_then_people_come_in(lead, workspace):
    change(workspace)
    shown = lead("policy", "apply")
    assert (shown.code, "nda_days" in shown.out) == (2, True)
    assert lead("audit", "show").code == 2
    assert lead("policy", "apply", "--yes").code == 0
    rows = lead("audit", "show", "--json").json["rows"]
    (row,) = [row for row in rows if row["action"] == "policy.changed"]
    assert (row["person"], row["reason"]) == (LEAD, "apply")
    assert any(line.endswith(" project.toml") for line in row["detail"]["files"])


@pytest.mark.parametrize("name", ["schemas/default.toml", "conventions/en-US.toml", "nda/1.0/en-US.txt"])
def test_a_file_put_into_the_folder_is_a_difference(lead, workspace, name):
    (workspace / name).parent.mkdir(parents=True)
    shutil.copy(resource(name), workspace / name)
    refused = lead("audit", "show")
    assert (refused.code, name in refused.err) == (2, True)
    assert lead("policy", "diff", "--json").json["differences"] == [
        {"file": name, "setting": "", "change": "added"}
    ]


def test_a_file_taken_away_is_a_difference(lead, workspace):
    (workspace / "schemas").mkdir()
    shutil.copy(resource("schemas/default.toml"), workspace / "schemas")
    lead("policy", "apply", "--yes")
    shutil.rmtree(workspace / "schemas")
    assert "schemas/default.toml" in lead("audit", "show").err


def test_only_a_lead_signs_the_files(command, workspace):
    change(workspace)
    refused = command("policy", "apply", "--yes", "--workspace", workspace, "--as", ANA)
    assert refused.code == 2
    assert "Your role does not include this." in refused.err


def test_the_log_verifies_after_a_change(lead, workspace):
    change(workspace)
    lead("policy", "apply", "--yes")
    assert lead("audit", "verify").code == 0
