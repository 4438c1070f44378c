"""``nda show`` and ``nda accept``: the same gate as in a window."""

import hashlib

import pytest

from tests.benches.workspace import LEAD


@pytest.fixture
def newcomer(lead, command, workspace):
    """Runs a command as a lead who has signed nothing yet."""
    code = lead("people", "add", "New Lead", "--role", "lead", "--json").json["code"]
    command("enrol", "New Lead", "--code", code, "--workspace", workspace)
    return lambda *arguments: command(*arguments, "--workspace", workspace, "--as", "New Lead")


def accept(who, version, name="New Lead"):
    return who("nda", "accept", "--version", version, "--typed-name", name, "--json")


def test_shown_text_is_the_one_whose_hash_is_given(newcomer):
    shown = newcomer("nda", "show", "--json").json
    assert hashlib.sha256(shown["text"].encode()).hexdigest() == shown["sha256"]
    assert {"version", "locale", "sha256", "text"} <= set(shown)


def test_text_is_for_reading_without_a_name_too(command, workspace):
    ran = command("nda", "show", "--workspace", workspace)
    assert ran.code == 0
    assert "CONFIDENTIALITY" in ran.out.upper()


def test_who_was_shown_the_text_can_sign_it(newcomer):
    version = newcomer("nda", "show", "--json").json["version"]
    assert newcomer("export", "nowhere", "--format", "csv").code == 2
    assert accept(newcomer, version).code == 0
    assert "no clip opens" not in newcomer("export", "nowhere", "--format", "csv").err.lower()


def test_whoever_was_not_shown_the_text_is_shown_it_before_it_is_signed(newcomer, command, workspace):
    shown = command("nda", "show", "--workspace", workspace, "--json").json
    ran = accept(newcomer, shown["version"])
    assert ran.code == 0
    assert shown["text"].strip() in ran.err
    log = command("audit", "show", "--workspace", workspace, "--as", LEAD, "--json").json
    acts = [row["action"] for row in log["rows"] if row["person"] == "New Lead"]
    assert acts.index("nda.shown") < acts.index("nda.accepted")


def test_another_version_cannot_be_signed(newcomer):
    newcomer("nda", "show")
    assert accept(newcomer, "0.1").code == 2


def test_another_name_does_not_sign(newcomer):
    version = newcomer("nda", "show", "--json").json["version"]
    assert accept(newcomer, version, "Somebody Else").code == 2
