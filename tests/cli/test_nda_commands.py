"""``nda show`` and ``nda accept``: the same gate as in the workstation."""

import hashlib
import time

import pytest

from tests.benches.workspace import LEAD
from tests.cli.conftest import NINA


@pytest.fixture
def nina(command, workspace):
    """Runs a command as a lead who was shown the agreement an hour ago and has not signed it."""
    return lambda *arguments: command(*arguments, "--workspace", workspace, "--as", NINA)


@pytest.fixture
def text(command, workspace):
    """What ``nda show`` prints for anybody."""
    return command("nda", "show", "--workspace", workspace, "--json").json


def accept(who, version, name=NINA):
    return who("nda", "accept", "--version", version, "--typed-name", name, "--json")


def test_shown_text_is_the_one_whose_hash_is_given(text, nina):
    assert hashlib.sha256(text["text"].encode()).hexdigest() == text["sha256"]
    assert {"version", "locale", "sha256", "text"} <= set(text)
    assert nina("nda", "show", "--json").json == text
    acts = [row["action"] for row in nina("audit", "show", "--json").json["rows"]]
    assert [act for act in acts if act.startswith("nda.")][-2:] == ["nda.shown", "nda.end_reached"]


def test_who_was_shown_the_text_can_sign_it(nina, text, tmp_path):
    export = ("export", tmp_path / "nowhere" / "set", "--format", "csv")
    assert "agreement" in nina(*export).err
    assert accept(nina, text["version"]).code == 0
    assert "agreement" not in nina(*export).err


def test_whoever_was_not_shown_the_text_is_shown_it_and_given_time_to_read(
    lead, command, workspace, text, monkeypatch
):
    code = lead("people", "add", "Quick Reader", "--role", "lead", "--json").json["code"]
    command("enrol", "Quick Reader", "--code", code, "--workspace", workspace)
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    who = lambda *arguments: command(*arguments, "--workspace", workspace, "--as", "Quick Reader")  # noqa: E731
    ran = accept(who, text["version"], "Quick Reader")
    # The clock of this machine did not go on meanwhile, so it is still too soon to sign.
    assert (ran.code, len(waits)) == (2, 1)
    assert 5 < waits[0] <= 60
    assert text["text"].strip() in ran.err
    log = command("audit", "show", "--workspace", workspace, "--as", LEAD, "--json").json
    acts = [row["action"] for row in log["rows"] if row["person"] == "Quick Reader"]
    assert "nda.shown" in acts
    assert "nda.accepted" not in acts


def test_another_version_or_another_name_does_not_sign(nina, text):
    assert accept(nina, "0.1").code == 2
    assert accept(nina, text["version"], "Somebody Else").code == 2


def test_register_lists_who_signed_which_version(lead):
    rows = lead("nda", "register", "--json").json["agreements"]
    assert {(row["name"], row["version"], row["state"]) for row in rows} >= {(LEAD, "1.0", "valid")}
    assert NINA not in {row["name"] for row in rows}
    lines = lead("nda", "register", "--csv").out.splitlines()
    assert lines[0] == "name,role,version,locale,signed_at,until,state,record"
    assert len(lines) == len(lead("nda", "register").out.splitlines()) == len(rows) + 1


def test_a_copy_is_written_and_checked_without_the_workspace(lead, command, tmp_path):
    file = tmp_path / "copy.json"
    assert lead("nda", "copy", "--out", file, "--json").json["version"] == "1.0"
    assert command("nda", "check", file, "--json").json["typed_name"] == LEAD
    assert "verifies" in command("nda", "check", file).out
    assert lead("nda", "copy", "--out", file).code == 2  # never over another file
    file.write_text(file.read_text(encoding="utf-8").replace(LEAD, "Eva Nobody"), encoding="utf-8")
    assert command("nda", "check", file).code == 4


def test_who_signed_nothing_has_no_copy(nina, tmp_path):
    assert nina("nda", "copy", "--out", tmp_path / "copy.json").code == 2
