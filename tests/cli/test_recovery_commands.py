"""``people passphrase``, ``people code``, ``people recovery-key`` and ``recover``."""

import io
import json
import shutil
from contextlib import redirect_stdout

import pytest

from reviewer.cli.main import run
from tests.benches.workspace import ANA, LEAD, PASSPHRASE

NEW = "another long passphrase"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A folder with a new workspace, and its recovery key in a file."""
    folder = tmp_path_factory.mktemp("made")
    arguments = ["init", str(folder / "new"), "--lead", "Mia", "--recovery-key-file", str(folder / "key")]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
        patch.setenv("REVIEWER_PASSPHRASE", PASSPHRASE)
        assert run([*arguments, "--json"]) == 0
    assert json.loads(printed.getvalue()) == {"workspace": str(folder / "new"), "lead": "Mia"}
    return folder


@pytest.fixture
def made(made_once, tmp_path):
    """A copy of it, for one test."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "new", tmp_path / "key"


def at_terminal(monkeypatch, *lines):
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)


def test_passphrase_is_changed_with_a_file(lead, command, workspace, tmp_path, monkeypatch):
    file = tmp_path / "new passphrase"
    file.write_text(f"{NEW}\n", encoding="utf-8")
    assert lead("people", "passphrase", "--new-passphrase-file", file, "--json").json["changed"] is True
    assert lead("people", "list").code == 2
    monkeypatch.setenv("REVIEWER_PASSPHRASE", NEW)
    assert lead("people", "list").code == 0


def test_new_passphrase_is_asked_for_twice_and_never_taken_from_the_environment(lead, monkeypatch):
    refused = lead("people", "passphrase")
    assert refused.code == 2
    assert "--new-passphrase-file" in refused.err
    answers = iter([NEW, f"{NEW}!", NEW, NEW])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    assert lead("people", "passphrase").code == 2
    assert lead("people", "passphrase").code == 0


@pytest.mark.parametrize("place", ["key", "no folder/key"])
def test_recovery_key_that_cannot_be_kept_does_not_replace_the_one_before(command, made, place):
    folder, key = made
    at = ("--workspace", folder)
    ran = command("people", "recovery-key", *at, "--as", "Mia", "--recovery-key-file", folder.parent / place)
    assert ran.code == (2 if place == "key" else 3)
    assert command("recover", "--lead", "Nia", *at, "--recovery-key-file", key).code == 0


def test_refused_key_leaves_no_file(command, made, monkeypatch):
    new = made[1].with_name("new key")
    monkeypatch.setenv("REVIEWER_PASSPHRASE", "short")
    assert command("init", made[0].with_name("other"), "--lead", "Mia", "--recovery-key-file", new).code == 2
    assert not new.exists()


def test_who_gives_no_recovery_key_is_told_how(command, made):
    ran = command("recover", "--lead", "Mia", "--workspace", made[0])
    assert ran.code == 2
    assert "--recovery-key-file" in ran.err


def test_code_lets_somebody_set_a_new_passphrase(lead, command, workspace, monkeypatch):
    code = lead("people", "code", ANA, "--json").json["code"]
    monkeypatch.setenv("REVIEWER_PASSPHRASE", NEW)
    assert command("enrol", ANA, "--code", code, "--workspace", workspace).code == 0


def test_recovery_key_file_is_private_new_and_opens_the_workspace(made, command, monkeypatch):
    folder, file = made
    assert file.stat().st_mode & 0o777 == 0o600
    code = command("recover", "--workspace", folder, "--lead", "Mia", "--recovery-key-file", file, "--json")
    monkeypatch.setenv("REVIEWER_PASSPHRASE", NEW)
    enrolled = command("enrol", "Mia", "--code", code.json["code"], "--workspace", folder, "--json")
    assert enrolled.json["role"] == "lead"
    assert command("audit", "verify", "--workspace", folder).code == 0


def test_init_refuses_to_overwrite_a_file_and_makes_nothing(command, tmp_path):
    (tmp_path / "key").write_text("mine", encoding="utf-8")
    ran = command("init", tmp_path / "new", "--lead", "Mia", "--recovery-key-file", tmp_path / "key")
    assert (ran.code, (tmp_path / "new").exists()) == (2, False)
    assert (tmp_path / "key").read_text(encoding="utf-8") == "mine"


def test_recovery_key_is_typed_back_at_a_terminal(command, tmp_path, monkeypatch, lead):
    at_terminal(monkeypatch, "AAAA-BBBB", "", "CCCC")
    ran = command("init", tmp_path / "new", "--lead", "Mia")
    assert ran.code == 2
    assert ran.err.count("not the recovery key") == 3
    key = ran.out.splitlines()[2]
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong"))
    file = tmp_path / "typed"
    file.write_text(key.lower(), encoding="utf-8")
    assert (
        command("recover", "--workspace", tmp_path / "new", "--lead", "Ann", "--recovery-key-file", file).code
        == 0
    )


def test_a_new_recovery_key_replaces_the_first(made, command, tmp_path):
    folder, first = made
    second = tmp_path / "second"
    who = ("--workspace", folder, "--as", "Mia")
    assert command("people", "recovery-key", "--recovery-key-file", second, *who).code == 0
    recover = ("recover", "--workspace", folder, "--lead", "Ann", "--recovery-key-file")
    assert command(*recover, first).code == 2
    assert command(*recover, second).code == 0


def test_recovery_key_without_a_file_is_printed_and_tried(lead):
    printed = lead("people", "recovery-key").out.splitlines()
    assert any(line.count("-") == 7 for line in printed)
    assert any("tried and works" in line for line in printed)


@pytest.mark.parametrize("name", [ANA, LEAD])
def test_recover_needs_a_key(command, workspace, name, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert command("recover", "--workspace", workspace, "--lead", name).code == 2
    assert command("people", "list", "--workspace", workspace, "--as", LEAD).code == 0


def test_the_recovery_key_restores_a_backup_with_a_new_passphrase(made, command, tmp_path, monkeypatch):
    folder, file = made
    backup, to = tmp_path / "a.backup", tmp_path / "restored"
    assert command("backup", backup, "--workspace", folder, "--as", "Mia").code == 0
    monkeypatch.setenv("REVIEWER_PASSPHRASE", NEW)
    assert command("restore", backup, to, "--as", "Mia", "--recovery-key-file", tmp_path / "no").code != 0
    assert not to.exists()
    assert command("restore", backup, to, "--as", "Mia", "--recovery-key-file", file, "--json").json["rows"]
    assert command("people", "list", "--workspace", to, "--as", "Mia").code == 0
