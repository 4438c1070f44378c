"""SQL stands in the repositories, and a database is named where they are put together."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PRODUCT = REPOSITORY / "reviewer"
REPOSITORIES = ("db", "queue", "clips", "access")
_STATEMENT = re.compile(
    r"^\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(UNIQUE\s+)?"
    r"(TABLE|INDEX|TRIGGER|VIEW)\s|DROP\s+(TABLE|INDEX|TRIGGER|VIEW)\s|PRAGMA\s|BEGIN\s+IMMEDIATE|ATTACH\s)"
)
# What a module must contain to be worth parsing: most have nothing of it.
_KEYWORD = re.compile("SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|BEGIN|ATTACH")
_DATABASE = re.compile(r"reviewer\.db|sqlite3|sqlite_utils")


def texts(source: str) -> Iterator[str]:
    """Every string constant of a module, also the pieces of f-strings; not docstrings."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def holds_sql(source: str) -> bool:
    return bool(_KEYWORD.search(source)) and any(_STATEMENT.match(text) for text in texts(source))


def names_a_database(source: str) -> bool:
    """Whether a module imports anything of ``reviewer.db`` or a driver."""
    if not _DATABASE.search(source):
        return False
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        if any(re.match(r"(reviewer\.db|sqlite3|sqlite_utils)(\.|$)", name) for name in names):
            return True
    return False


def modules_outside(rooms: tuple[str, ...]) -> list[Path]:
    return [path for path in sorted(PRODUCT.rglob("*.py")) if path.relative_to(PRODUCT).parts[0] not in rooms]


@pytest.mark.parametrize(
    "source",
    [
        'a.rows("SELECT 1 FROM x")',
        'a.execute(f"INSERT OR REPLACE INTO {x}")',
        'a.execute("UPDATE x SET y = 1")',
        'a.execute("PRAGMA x")',
    ],
)
def test_the_search_finds_a_statement(source: str) -> None:
    assert holds_sql(source)


def test_the_search_passes_over_sentences() -> None:
    assert not holds_sql('"""SELECT is only told of."""\nx = "Select a clip."\ny = "Update the program."')


def test_no_sql_stands_outside_the_repositories() -> None:
    found = [path for path in modules_outside(REPOSITORIES) if holds_sql(path.read_text(encoding="utf-8"))]
    assert [path.relative_to(PRODUCT).as_posix() for path in found] == []


def test_a_database_is_named_only_where_repositories_are_put_together() -> None:
    found = [
        path for path in modules_outside(REPOSITORIES) if names_a_database(path.read_text(encoding="utf-8"))
    ]
    assert {path.relative_to(PRODUCT).as_posix() for path in found} == {
        "backends.py",
        "workspace.py",
        "session/unit_of_work.py",
        "lead/init_workspace.py",
        "session/joining.py",  # makes a file, as init_workspace does
        "broker/log.py",  # the broker's own log, in a file of its own
        "cli/doctor.py",  # tells the version of SQLite
    }
