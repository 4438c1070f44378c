"""The floors of the house, and what the commands may be run without."""

import subprocess
import sys
from pathlib import Path

import pytest

_WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import {module}
"""


def _run(repository: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=repository, capture_output=True, text=True, timeout=120, check=False
    )


def test_every_import_contract_is_kept(repository: Path) -> None:
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"

    result = _run(repository, "-c", lint, "--no-cache")

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "module", ["reviewer.cli.main", "reviewer.workspace", "reviewer.audio.decode.decoder"]
)
def test_commands_load_where_there_is_neither_qt_nor_a_sound_card(repository: Path, module: str) -> None:
    absent = {"PySide6", "shiboken6", "pyqtgraph", "qtawesome", "qtpy", "sounddevice", "_sounddevice"}

    result = _run(repository, "-c", _WITHOUT.format(names=absent, module=module))

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("module", ["reviewer.app.start", "reviewer.ui.settings.pedal_page"])
def test_the_workstation_loads_where_the_extra_for_pedals_is_not_installed(
    repository: Path, module: str
) -> None:
    result = _run(repository, "-c", _WITHOUT.format(names={"hid", "hidraw"}, module=module))

    assert result.returncode == 0, result.stderr


def test_the_probe_itself_notices_a_missing_module(repository: Path) -> None:
    result = _run(repository, "-c", _WITHOUT.format(names={"numpy"}, module="numpy"))

    assert "No module named 'numpy'" in result.stderr
