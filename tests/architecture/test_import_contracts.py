"""Import contracts, import cycles, and what the commands may be run without."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import grimp
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


def _cycles(imports: Mapping[str, set[str]]) -> set[frozenset[str]]:
    """Groups of modules that import each other, directly or through others."""
    reached: dict[str, set[str]] = {}
    for start in imports:
        found, todo = set[str](), [start]
        while todo:
            new = imports[todo.pop()] - found
            found |= new
            todo.extend(new)
        reached[start] = found
    groups = (frozenset(other for other in reached[one] if one in reached[other]) for one in imports)
    return {group for group in groups if group}


def test_no_module_imports_itself_through_others() -> None:
    """Imports inside functions and for type checkers count too."""
    graph = grimp.build_graph("reviewer")
    assert not _cycles({one: graph.find_modules_directly_imported_by(one) for one in graph.modules})


def test_a_cycle_is_found_however_long() -> None:
    assert _cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {frozenset("abc")}


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
