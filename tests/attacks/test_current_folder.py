"""Modules that somebody put into the folder in which the program is started."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess

from reviewer.app import start
from reviewer.asr.recognisers import Recogniser
from reviewer.cli.doctor import run_in_child
from reviewer.errors import Unavailable
from reviewer.model.project import RecogniserRule
from tests.attacks.test_environment_of_children import PASSPHRASE

SOUND = b"RIFF and somebody's voice"
TAKES_THE_SOUND = "import sys; open('taken', 'wb').write(sys.stdin.buffer.read())\n"


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a package ``reviewer`` and a ``sounddevice`` of somebody else's."""
    package = tmp_path / "reviewer" / "asr"
    package.mkdir(parents=True)
    for file in (tmp_path / "reviewer" / "__init__.py", package / "__init__.py"):
        file.write_text("open('ran', 'w')\n")
    (package / "pocketsphinx_child.py").write_text(TAKES_THE_SOUND)
    (tmp_path / "sounddevice.py").write_text("open('ran', 'w')\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def taken(folder: Path) -> list[str]:
    return [name for name in ("ran", "taken") if (folder / name).exists()]


def test_a_recogniser_of_the_current_folder_does_not_get_the_sound(hostile: Path) -> None:
    with pytest.raises(Unavailable):  # it is no WAV
        Recogniser(RecogniserRule("pocketsphinx")).recognise(SOUND, "en-US", 1.0)
    assert taken(hostile) == []


@pytest.mark.parametrize("name", ["sounddevice", "reviewer"])
def test_doctor_runs_nothing_of_the_current_folder(hostile: Path, name: str) -> None:
    run_in_child(f"import {name}")
    assert taken(hostile) == []


def test_doctor_s_processes_do_not_have_the_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWER_PASSPHRASE", PASSPHRASE)
    assert run_in_child("import os; print(os.environ.get('REVIEWER_PASSPHRASE'))") == (0, "None")


def test_window_of_another_workspace_runs_nothing_of_the_current_folder(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(
        QProcess, "startDetached", lambda program, given: (started.append([program, *given]), 0)
    )
    start.start_another(hostile / "none")
    assert started[0][-2:] == ["--workspace", str(hostile / "none")]
    subprocess.run([*started[0][:-2], "--version"], check=True, capture_output=True, timeout=60)
    assert taken(hostile) == []


def commands(tree: ast.AST) -> Iterator[list[str]]:
    """The lists and tuples that begin with ``sys.executable``, as source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple) and node.elts:
            parts = [ast.unparse(each) for each in node.elts]
            if parts[0] == "sys.executable":
                yield parts


def test_every_python_that_is_started_looks_for_no_module_in_the_current_folder(repository: Path) -> None:
    found = {
        file.name: parts
        for file in (repository / "reviewer").rglob("*.py")
        for parts in commands(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert len(found) >= 4
    assert {name for name, parts in found.items() if parts[1] not in ("'-P'", "'-I'")} == set()
    others = [
        file.name
        for file in (repository / "reviewer").rglob("*.py")
        if "sys.executable" in file.read_text(encoding="utf-8") and file.name not in found
    ]
    assert others == []
