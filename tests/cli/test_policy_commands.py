"""``policy``: files that differ from those a lead has signed let nobody in until a lead signs them."""

import shutil

import pytest

from reviewer.broker.log import public_broker_key
from reviewer.places import PROJECT_FILE, resource
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, LEAD, PASSPHRASE


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


NEW_KEYS = ("policy", "broker", "https://broker.example:8443")


def test_broker_is_named_and_only_leads_keep_the_workspace_key(lead, command, workspace):
    ran = lead(*NEW_KEYS, "--yes", "--json")
    assert (ran.code, ran.json) == (0, {"new_workspace_key": True, "done": 3, "open": 0, "damaged": 0})
    assert lead("policy", "diff", "--json").json == {"differences": []}
    assert lead("audit", "verify").code == 0
    assert "0 clips have a new key" in lead(*NEW_KEYS, "--yes").out
    with open_workspace(workspace) as opened:
        ana = opened.sign_in(ANA, PASSPHRASE)
        assert not ana.identity.keyring.opens_every_clip
        assert opened.sign_in(LEAD, PASSPHRASE).identity.keyring.opens_every_clip


def test_broker_of_the_lead_who_asks_is_named(lead, workspace):
    lead(*NEW_KEYS, "--yes")
    with open_workspace(workspace) as opened:
        key = opened.sign_in(LEAD, PASSPHRASE).identity.keyring.signing_key
        assert opened.project.broker.public_key == public_broker_key(key).hex()


def test_authority_of_the_brokers_certificate_is_copied_and_signed(lead, workspace, tmp_path):
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    assert lead(*NEW_KEYS, "--authority", tmp_path / "ca.pem", "--yes").code == 0
    assert lead("policy", "diff", "--json").json == {"differences": []}
    (workspace / "broker-authority.pem").write_text("another")
    (difference,) = lead("policy", "diff", "--json").json["differences"]
    assert difference["file"] == "broker-authority.pem"


@pytest.mark.parametrize("url", ["http://broker.example", "broker.example", "https://broker.example/keys"])
def test_what_is_no_address_names_no_broker(lead, workspace, url):
    before = (workspace / PROJECT_FILE).read_text(encoding="utf-8")
    assert lead("policy", "broker", url, "--yes").code == 2
    assert (workspace / PROJECT_FILE).read_text(encoding="utf-8") == before


def test_broker_is_not_named_without_a_yes(lead, workspace):
    ran = lead(*NEW_KEYS)
    assert (ran.code, "--yes" in ran.err) == (2, True)
    assert "[broker]" not in (workspace / PROJECT_FILE).read_text(encoding="utf-8")


def test_nobody_but_a_lead_names_a_broker(command, workspace):
    assert command(*NEW_KEYS, "--yes", "--workspace", workspace, "--as", ANA).code == 2
