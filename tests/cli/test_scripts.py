"""The scripts that a new person runs first, where they may install nothing."""

import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """Commands that stand before the machine's own: not root, no sudo, no Debian package installed."""
    folder = tmp_path / "a path with spaces"
    folder.mkdir()
    _stub(folder, "id", "echo 1000")
    _stub(folder, "sudo", "exit 1")
    _stub(folder, "dpkg-query", "exit 1")
    return folder


def _stub(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def _run(stubs: Path, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("PYTHON", None)
    command = [str(script), *arguments]
    return subprocess.run(
        command, cwd=stubs, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", ["script/bootstrap", "script/demo", "script/test", ".ci/run"])
def test_script_is_executable_and_reads_as_bash(repository: Path, name: str) -> None:
    script = repository / name
    checked = subprocess.run(["bash", "-n", str(script)], capture_output=True, timeout=60, check=False)
    assert os.access(script, os.X_OK)
    assert checked.returncode == 0, checked.stderr


def test_bootstrap_without_root_says_in_one_line_what_to_install(repository: Path, stubs: Path) -> None:
    result = _run(stubs, repository / "script/bootstrap")
    (line,) = [line for line in result.stderr.splitlines() if "apt-get install" in line]
    assert result.returncode == 3
    assert line.split("--no-install-recommends ")[1].split()[0] == "ca-certificates"
    assert {"libegl1", "libportaudio2", "fonts-noto-cjk"} <= set(line.split())
    assert "python3-venv" not in result.stderr, "there is a Python that fits"


def test_bootstrap_asks_for_python_where_none_fits(repository: Path, stubs: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        _stub(stubs, name, "exit 1")
    result = _run(stubs, repository / "script/bootstrap")
    assert result.returncode == 3
    assert "python3 python3-venv" in result.stderr
    assert "Python 3.11 to 3.14" in result.stderr


def test_bootstrap_for_tests_asks_for_the_virtual_sound_card_too(repository: Path, stubs: Path) -> None:
    result = _run(stubs, repository / "script/bootstrap", "test")
    assert {"pulseaudio", "libasound2-plugins", "xvfb"} <= set(result.stderr.split())


def test_bootstrap_counts_a_package_that_was_renamed_for_64_bit_time(repository: Path, stubs: Path) -> None:
    _stub(stubs, "dpkg-query", 'for name; do :; done; [ "$name" = libglib2.0-0t64 ] && echo "ii " || exit 1')
    result = _run(stubs, repository / "script/bootstrap")
    assert "libegl1" in result.stderr
    assert "libglib2.0-0" not in result.stderr


@pytest.mark.parametrize(
    ("script", "arguments", "code", "said"),
    [("script/bootstrap", ["fly"], 2, "usage"), ("script/demo", [], 3, "apt-get install")],
    ids=["a purpose that is not known", "demo where bootstrap stops"],
)
def test_script_stops_and_says_why(
    repository: Path, stubs: Path, script: str, arguments: list[str], code: int, said: str
) -> None:
    result = _run(stubs, repository / script, *arguments)
    assert result.returncode == code
    assert said in result.stderr
