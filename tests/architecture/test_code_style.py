"""Limits on file and function size, module docstrings and names."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import REPOSITORY

_LINES_A_FILE = 600
_LINES_A_FUNCTION = 40
_SHORTEST_REASON = 15
_NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "manager", "core", "base", "impl", "misc"}

# Longer than allowed, each with its reason; remove names that no longer are.
_LONG_FILES = {"reviewer/queue/sqlite.py": "one queue is one class; its SQL for claims stands beside it"}

_PRODUCT = sorted((REPOSITORY / "reviewer").rglob("*.py"))
_TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))


def _relative(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class _Module:
    """What is asked of a module; its tree is far larger."""

    docstring: str
    functions: dict[str, int]
    """Lines by file and qualified name, so that no two of a file take each other's place."""


@cache
def _module(path: Path) -> _Module:
    tree = _tree(path)
    return _Module(ast.get_docstring(tree) or "", dict(_functions(path, tree)))


def _functions(path: Path, tree: ast.Module) -> Iterator[tuple[str, int]]:
    def below(node: ast.AST, name: str) -> Iterator[tuple[str, int]]:
        for child in ast.iter_child_nodes(node):
            inner = name
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                inner = f"{name}.{child.name}".lstrip(".")
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{_relative(path)}:{inner}", (child.end_lineno or child.lineno) - child.lineno + 1
            yield from below(child, inner)

    return below(tree, "")


def test_no_file_is_long_enough_to_hold_two_ideas() -> None:
    lengths = {_relative(path): path.read_text(encoding="utf-8").count("\n") for path in _PRODUCT}
    assert {
        name: lines for name, lines in lengths.items() if lines > _LINES_A_FILE
    }.keys() == _LONG_FILES.keys()


def test_no_file_is_named_by_its_kind() -> None:
    assert [_relative(path) for path in _PRODUCT if path.stem in _NAMES_THAT_SAY_NOTHING] == []


def test_every_module_says_why_it_exists() -> None:
    docstrings = {_relative(path): _module(path).docstring for path in _PRODUCT}
    assert [
        name for name, text in docstrings.items() if len(text.partition("\n")[0]) < _SHORTEST_REASON
    ] == []


def test_functions_have_at_most_40_lines() -> None:
    lengths = {name: lines for path in _PRODUCT for name, lines in _module(path).functions.items()}
    long = {name: lines for name, lines in lengths.items() if lines > _LINES_A_FUNCTION}
    assert long == {}


def test_package_files_hold_a_docstring_and_nothing_else() -> None:
    packages = [path for path in _PRODUCT if path.name == "__init__.py"]
    bodies = {_relative(path): len(_tree(path).body) for path in packages}
    assert {name for name, statements in bodies.items() if statements != 1} == set()


def test_no_name_of_a_test_is_used_twice_in_its_file() -> None:
    for path in _TESTS:
        defined = re.findall(r"\bdef (\w+)", path.read_text(encoding="utf-8"))
        if len(defined) == len(set(defined)):
            continue
        tree = _tree(path)
        scopes = [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
        for scope in scopes:
            names = [node.name for node in scope.body if isinstance(node, ast.FunctionDef)]
            assert len(names) == len(set(names)), _relative(path)
