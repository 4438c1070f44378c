"""No module of the package imports itself by way of others, whether at its top or inside a function."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import reviewer

_PACKAGE = Path(reviewer.__file__).parent


def _imported(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The modules that are named by imports, each with the names taken from it; not those for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for otherwise in node.orelse:
                yield from _imported(ast.Module([otherwise], []))
        elif isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, tuple(alias.name for alias in node.names)
        else:
            yield from _imported(node)


def _graph(package: Path) -> dict[str, set[str]]:
    """Which modules of a package each of its modules imports."""
    files = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in package.rglob("*.py")
    }
    graph: dict[str, set[str]] = {module: set() for module in files}
    for module, path in files.items():
        for source, names in _imported(ast.parse(path.read_text(encoding="utf-8"))):
            submodules = {f"{source}.{name}" for name in names} & files.keys()
            graph[module] |= submodules or ({source} & files.keys())
    return graph


def _cycle(package: Path) -> list[str]:
    try:
        TopologicalSorter(_graph(package)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    assert _cycle(_PACKAGE) == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("from circle.one import ONE", True),
        ("from circle import one", True),
        ("def later():\n    from circle.one import ONE", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from circle.one import ONE", False),
    ],
)
def test_circles_are_found_in_functions_too_but_not_among_types(
    tmp_path: Path, text: str, *, is_found: bool
) -> None:
    package = tmp_path / "circle"
    package.mkdir()
    (package / "__init__.py").write_text('"""A package."""\n', encoding="utf-8")
    (package / "one.py").write_text("import circle.two\nONE = 1\n", encoding="utf-8")
    (package / "two.py").write_text(text, encoding="utf-8")
    assert bool(_cycle(package)) == is_found
