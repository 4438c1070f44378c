"""``init``, ``people`` and ``enrol``."""

import pytest

from tests.benches.workspace import ANA, LEAD, PASSPHRASE


def test_init_makes_a_workspace_whose_lead_can_sign_in(command, tmp_path):
    made = command("init", tmp_path / "new", "--lead", "Mia Lead", "--json")
    assert made.code == 0
    told = made.json
    assert len(told.pop("recovery_key").split("-")) == 8
    assert told == {"workspace": str(tmp_path / "new"), "lead": "Mia Lead"}
    listed = command("people", "list", "--workspace", tmp_path / "new", "--as", "Mia Lead", "--json")
    assert [(person["name"], person["role"]) for person in listed.json["people"]] == [("Mia Lead", "lead")]


def test_init_takes_its_settings_from_a_project_file(command, tmp_path):
    settings = tmp_path / "mine.toml"
    settings.write_text('name = "Ours"\n', encoding="utf-8")
    assert command("init", tmp_path / "new", "--lead", "Mia", "--project", settings).code == 0
    assert (tmp_path / "new" / "project.toml").read_text(encoding="utf-8") == 'name = "Ours"\n'


@pytest.mark.parametrize("setting", ['schema = "none-such"', 'conventions = "none-such"'])
def test_init_refuses_settings_that_name_a_missing_file_before_it_makes_anything(command, tmp_path, setting):
    settings = tmp_path / "mine.toml"
    settings.write_text(f"{setting}\n", encoding="utf-8")
    ran = command("init", tmp_path / "new", "--lead", "Mia", "--project", settings)
    assert ran.code == 2
    assert "none-such.toml" in ran.err
    assert not (tmp_path / "new").exists()


def test_init_refuses_a_folder_that_is_a_workspace(command, workspace):
    assert command("init", workspace, "--lead", "Mia").code == 2


def test_init_removes_what_an_interrupted_one_left_beside(command, tmp_path):
    (tmp_path / "new").mkdir()
    left = tmp_path / ".new.0123456789abcdef.new"
    left.mkdir()
    (left / "workspace.db").write_bytes(b"half a database")
    assert command("init", tmp_path / "new", "--lead", "Mia").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert command("people", "list", "--workspace", tmp_path / "new", "--as", "Mia").code == 0


def test_init_refuses_a_folder_with_something_in_it(command, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "notes.txt").write_text("mine", encoding="utf-8")
    assert command("init", tmp_path / "new", "--lead", "Mia").code == 2
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("weak", ["short", "abababababababab"])
def test_init_refuses_a_weak_passphrase(command, tmp_path, monkeypatch, weak):
    monkeypatch.setenv("REVIEWER_PASSPHRASE", weak)
    ran = command("init", tmp_path / "new", "--lead", "Mia")
    assert ran.code == 2
    assert not (tmp_path / "new").exists()


def test_person_added_can_enrol_with_the_printed_code(lead, command, workspace, monkeypatch):
    code = lead("people", "add", "New Person", "--role", "qa", "--json").json["code"]
    monkeypatch.setenv("REVIEWER_PASSPHRASE", "another long passphrase")
    enrolled = command("enrol", "New Person", "--code", code, "--workspace", workspace, "--json")
    assert enrolled.json["role"] == "qa"
    drawn = command("qa", "draw", "--workspace", workspace, "--as", "New Person")
    assert drawn.code == 0


def test_code_is_printed_for_reading_aloud_and_a_wrong_one_is_refused(lead, command, workspace):
    lines = lead("people", "add", "New Person", "--role", "contractor").out.splitlines()
    assert lines[-1].count("-") == 3
    ran = command("enrol", "New Person", "--code", "AAAA-BBBB", "--workspace", workspace)
    assert ran.code == 2
    assert "name and code do not belong together" in ran.err
    assert "reviewer people code NAME" in ran.err


def test_revoked_person_is_listed_as_such_and_cannot_sign_in(lead, command, workspace):
    def state_of_ana():
        return [row.split()[-2:] for row in lead("people", "list").out.splitlines() if row.startswith(ANA)]

    assert state_of_ana() == [["contractor", "active"]]
    assert lead("people", "revoke", ANA, "--json").json["state"] == "revoked"
    assert state_of_ana() == [["contractor", "revoked"]]
    assert command("qa", "draw", "--workspace", workspace, "--as", ANA).code == 2


def test_passphrase_comes_from_a_file_first(command, workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("REVIEWER_PASSPHRASE", "another long passphrase")
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n", encoding="utf-8")
    arguments = ("people", "list", "--workspace", workspace, "--as", LEAD, "--passphrase-file")
    assert command(*arguments, file).code == 0
    assert command(*arguments, tmp_path / "nowhere").code == 2
    file.write_text("", encoding="utf-8")
    assert command(*arguments, file).err.startswith("The passphrase file is empty.")


def test_passphrase_is_asked_for_at_a_terminal_and_a_new_one_twice(command, workspace, tmp_path, monkeypatch):
    answers = iter([PASSPHRASE, *["one long passphrase", "another long passphrase"] * 2])
    monkeypatch.delenv("REVIEWER_PASSPHRASE")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    assert command("people", "list", "--workspace", workspace, "--as", LEAD).code == 0
    ran = command("init", tmp_path / "new", "--lead", "Mia")
    assert (ran.code, (tmp_path / "new").exists()) == (2, False)
    assert command("enrol", "Mia", "--code", "AAAA", "--workspace", workspace).err == ran.err


@pytest.mark.parametrize("missing", ["name", "passphrase"])
def test_where_nobody_can_be_asked_what_is_missing_is_told(command, workspace, monkeypatch, missing):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    if missing == "passphrase":
        monkeypatch.delenv("REVIEWER_PASSPHRASE")
    who = ("--as", LEAD) if missing == "passphrase" else ()
    ran = command("people", "list", "--workspace", workspace, *who)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 2


def test_languages_of_a_person_are_set_listed_and_lifted(lead):
    def languages():
        listed = lead("people", "list", "--json").json["people"]
        return next(person["languages"] for person in listed if person["name"] == ANA)

    assert lead("people", "languages", ANA, "EN-gb", "de", "--json").json["languages"] == ["de", "en-GB"]
    assert languages() == ["de", "en-GB"]
    assert "every language" in lead("people", "languages", ANA, "--every").out
    assert languages() == []


def test_skills_of_a_person_are_set_listed_and_lifted(lead):
    def skills():
        listed = lead("people", "list", "--json").json["people"]
        return next(person["skills"] for person in listed if person["name"] == ANA)

    assert lead("people", "skills", ANA, "Medical", "--json").json["skills"] == ["medical"]
    assert skills() == ["medical"]
    assert lead("people", "skills", ANA, "two words").code == 2
    assert "no skill" in lead("people", "skills", ANA, "--none").out
    assert skills() == []


@pytest.mark.parametrize("tags", [(), ("english",), ("de", "--every")])
def test_languages_that_are_none_are_refused(lead, tags):
    assert lead("people", "languages", ANA, *tags).code == 2
