"""What goes wrong is a sentence and a hint, never a traceback; and which door the program takes."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from reviewer.__main__ import opens_window
from reviewer.cli.main import app, run
from reviewer.cli.output import print_table
from reviewer.cli.sign_in import CommandSession
from tests.benches.workspace import ANA, LEAD, PASSPHRASE, QUINN

BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "sounddevice", "pyqtgraph", "qtawesome"}:
            raise ImportError(name + " is not installed here")
sys.meta_path.insert(0, Blocker())
"""


def in_process(*arguments, code=None, **environment):
    start = [sys.executable, "-c", code] if code else [sys.executable, "-m", "reviewer"]
    return subprocess.run(
        [*start, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "opens"),
    [
        ([], True),
        (["demo"], True),
        (["demo", "folder", "--tour", "out"], True),
        (["--workspace", "folder"], True),
        (["--workspace=folder"], True),
        (["--help"], False),
        (["--version"], False),
        (["people", "list"], False),
        (["--workspace", "folder", "people"], False),
    ],
)
def test_window_opens_without_a_command_or_for_the_demo(arguments, opens):
    assert opens_window(arguments) is opens


def test_workstation_without_qt_is_a_sentence_and_a_hint():
    ran = in_process(code=f"{BLOCKED}\nfrom reviewer.__main__ import main\nsys.exit(main([]))")
    assert ran.returncode == 3
    assert len(ran.stderr.splitlines()) == 2
    assert "reviewer doctor" in ran.stderr


def test_commands_work_where_there_is_neither_qt_nor_portaudio(workspace):
    code = f"{BLOCKED}\nfrom reviewer.cli.main import run\nsys.exit(run(sys.argv[1:]))"
    ran = in_process(
        "people", "list", "--workspace", workspace, "--as", LEAD, code=code, REVIEWER_PASSPHRASE=PASSPHRASE
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert LEAD in ran.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_commands_leave_no_core_dump_and_no_readable_file():
    code = """
import ctypes, os, resource
from reviewer.__main__ import main
main(["--version"])
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))
"""
    assert in_process(code=code).stdout.splitlines()[-1] == "0 (0, 0) 0o77"


def test_importing_the_commands_loads_nothing_heavy():
    heavy = "{'numpy', 'cryptography', 'sqlite_utils', 'soundfile', 'PySide6', 'sounddevice', 'rich'}"
    code = f"import sys, reviewer.cli.main; print(sorted({heavy} & set(sys.modules)))"
    assert in_process(code=code).stdout == "[]\n"


def test_help_has_no_types_of_python():
    def all_help(command: Any, context: Any) -> Iterator[str]:
        yield command.get_help(context)
        for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
            inner = command.get_command(context, name)
            yield from all_help(inner, inner.context_class(inner, info_name=name, parent=context))

    group = typer.main.get_command(app)
    told = "\n".join(all_help(group, group.context_class(group, info_name="reviewer")))
    assert "  NAME  The person's name." in told
    assert re.findall(r"<(?:list\[)?(?:str|path|Path|int|float|bool)\b.*", told) == []


def test_help_names_every_command_and_the_version_is_printed():
    told = in_process("--help").stdout
    names = ["init", "people", "enrol", "nda", "import", "queue", "qa", "export", "audit", "purge", "doctor"]
    assert [name for name in names if f"\n  {name} " not in told] == []
    assert "..." not in told.partition("Commands:")[2]
    assert "..." not in in_process("people", "--help").stdout.partition("Commands:")[2]
    assert in_process("--version").stdout[0].isdigit()


@pytest.mark.parametrize(
    "arguments",
    [
        ["peeple"],
        ["people"],
        ["people", "add"],
        ["people", "add", "X"],
        ["queue", "release"],
        ["export"],
        ["export", "out", "--audio"],
        ["import"],
        ["people", "list", "--colour"],
    ],
)
def test_mistyped_command_ends_with_2(arguments, capsys):
    assert run(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_mistyped_command_is_told_in_a_sentence_and_a_hint(capsys):
    run(["queue", "release"])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "ID" in lines[0]
    assert "reviewer queue release --help" in lines[1]


def test_no_workspace_ends_with_3(command, tmp_path):
    ran = command("queue", "status", "--workspace", tmp_path, "--as", LEAD)
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 2


@pytest.mark.parametrize("name", [LEAD, "Nobody Known"])
def test_wrong_passphrase_and_unknown_name_are_answered_alike(command, workspace, monkeypatch, name):
    monkeypatch.setenv("REVIEWER_PASSPHRASE", "wrong passphrase here")
    ran = command("queue", "status", "--workspace", workspace, "--as", name)
    assert ran.code == 2
    assert ran.err.startswith("This name and passphrase do not belong together.")


def test_bug_is_reported_without_what_was_typed(capsys):
    commands = typer.Typer()

    @commands.command()
    def broken() -> None:
        raise ValueError("what somebody typed")

    assert run([], commands) == 1
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "test_errors_and_entry.py:" in told
    assert "typed" not in told
    assert "Traceback" not in told
    assert "typed" not in repr(CommandSession(None, None, "what somebody typed"))


def test_error_of_the_operating_system_ends_with_3(command):
    ran = command("queue", "status", "--workspace", "x" * 300, "--as", LEAD)
    assert ran.code == 3
    assert "File name too long" in ran.err


def test_interrupted_command_ends_with_130(command, workspace, monkeypatch):
    def interrupted(_prompt):
        raise KeyboardInterrupt

    monkeypatch.delenv("REVIEWER_PASSPHRASE")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", interrupted)
    ran = command("queue", "status", "--workspace", workspace, "--as", LEAD)
    assert (ran.code, ran.err) == (130, "Interrupted.\n")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (ANA, "audit show"),
        (ANA, "queue status"),
        (ANA, "qa draw"),
        (ANA, "qa report"),
        (ANA, "people add Friend --role lead"),
        (ANA, "purge --retention"),
        (QUINN, "purge --retention"),
        (QUINN, "export set --format csv"),
    ],
)
def test_command_of_another_role_is_refused(command, workspace, monkeypatch, name, arguments):
    monkeypatch.chdir(workspace.parent)
    ran = command(*arguments.split(), "--workspace", workspace, "--as", name)
    assert (ran.code, "role" in ran.err, (workspace.parent / "set").exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("people add Friend --role king", 2, "'--role': 'king' is not one of"),
        ("export set --format xml", 2, "xml"),
        ("export set --format csv --where colour~blue", 2, "colour"),
        ("import nowhere.jsonl", 2, "nowhere.jsonl"),
        ("purge", 2, "--withdrawn"),
        ("queue release t999", 2, "t999"),
    ],
)
def test_order_that_cannot_be_carried_out_is_told_in_a_sentence(
    lead, workspace, monkeypatch, arguments, code, said
):
    monkeypatch.chdir(workspace.parent)
    ran = lead(*arguments.split())
    assert (ran.code, (workspace.parent / "set").exists()) == (code, False)
    assert said in ran.err
    assert len(ran.err.splitlines()) <= 2


def test_person_is_signed_out_when_a_command_fails(lead):
    assert lead("queue", "release", "t999").code == 2
    rows = lead("audit", "show", "--limit", 6, "--json").json["rows"]
    assert "sign_out" in [row["action"] for row in rows]


def test_reader_that_leaves_early_is_no_error(workspace):
    shown = shlex.join([sys.executable, "-m", "reviewer", "nda", "show", "--workspace", str(workspace)])
    piped = f"{shown} | true; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, [line for line in ran.stderr.splitlines() if "rror" in line]) == (0, [])


def test_control_characters_do_not_reach_the_terminal(lead, capsys):
    ran = lead("export", "x", "--format", "\x1b[31mred")
    assert "\x1b" not in ran.err
    print_table(("name",), [("\x1b[31mred\u202e",)])
    assert capsys.readouterr().out == "name\n [31mred\n"
