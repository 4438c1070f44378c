"""Every column of every table, set to something that was never stored there: damage or harmless, no bug.

``REVIEWER_DAMAGE=all`` tries every value in every column; otherwise one in eight gets one, by chance.
"""

import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from reviewer.access.log_search import LogFilter
from reviewer.access.verification import verify_file
from reviewer.clips.keys import KdfParameters
from reviewer.errors import ReviewerError
from reviewer.lead.session import LeadSession
from reviewer.model.people import Role
from reviewer.model.task import VerdictKind
from reviewer.places import DATABASE_FILE
from reviewer.workspace import open_workspace
from tests.benches.workspace import ANA, BEN, LEAD, QUINN, Bench, annotation, make_bench
from tests.fakes.clock import FakeClock

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="the time limit is a signal"),
]

_SECONDS = 20
_VALUES = (
    -1,
    0,
    2**63 - 1,
    -(2**63),
    9_000_000_000_000_000_000,
    1.5,
    "",
    "x" * 300,
    "\u00e9\u0000",
    '[{"a": [[[]]]}]',
    "[" * 5_000,
    b"",
    b"\xff" * 40,
    b"RVKR\x01" + b"\xff" * 60,
    None,
)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FakeClock]:
    """A closed workspace in which most tables have rows."""
    bench = make_bench(tmp_path_factory.mktemp("damage"), drafts=("one draft", "two", "", "", ""))
    bench.agree(LEAD, ANA, BEN, QUINN)
    bench.submitted(ANA, "first words")
    bench.submitted(ANA, "second words")
    bench.reviewed(QUINN, "first words", VerdictKind.ACCEPTED)
    bench.blind(QUINN, "other words")
    lease = bench.work(BEN).claim()
    bench.work(BEN).open(lease)
    bench.work(BEN).save_draft(lease, annotation("typed so far"), 1)
    bench.person(LEAD).lead.add_person("Nina New", Role.CONTRACTOR)
    for name in (LEAD, ANA, BEN, QUINN):
        bench.sign_out(name)
    bench.workspace.close()
    return bench.workspace.path, bench.clock


def _columns(file: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        names = [name for (name,) in tables if "sqlite" not in name]
        return [
            (name, row[1])
            for name in sorted(names)
            for row in connection.execute(f"PRAGMA table_info({name})")
        ]


def _damage(file: Path, table: str, column: str, value: object) -> bool:
    """Writes the value past types, checks and triggers; False where the table cannot hold it at all."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        schema = connection.execute("SELECT rowid, type, name, sql FROM sqlite_schema").fetchall()
        for _, kind, name, _ in schema:
            if kind == "trigger":
                connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT, ', ''), ') STRICT', ')')"
        )
        connection.execute("PRAGMA writable_schema = RESET")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        try:
            connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))
        except sqlite3.IntegrityError:
            return False
        for _, kind, _, sql in schema:
            if kind == "trigger":
                connection.execute(sql)
        connection.execute("PRAGMA writable_schema = ON")
        for _, kind, name, sql in schema:
            if kind == "table":
                connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql, name))
        connection.execute("PRAGMA writable_schema = OFF")
    return True


@contextmanager
def _time_limit() -> Iterator[None]:
    def late(_number: int, _frame: object) -> None:
        raise TimeoutError("it waits for ever")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _steps(bench: Bench) -> list[Callable[[], object]]:
    """What people do first on a day."""

    def lead() -> LeadSession:
        return bench.person(LEAD).lead

    steps: list[Callable[[], object]] = [
        lambda: lead().overview(),
        lambda: lead().people(),
        lambda: lead().find_log_rows(LogFilter()),
        lambda: lead().purge((), retention=True),
        lambda: lead().checkpoint(),
        lambda: bench.person(QUINN).qa.scorecards(),  # noqa: PLW0108 - signs in when it runs
        lambda: bench.person(QUINN).qa.draw(),  # noqa: PLW0108 - signs in when it runs
    ]
    for name in (BEN, ANA, QUINN):
        steps += [partial(step, bench, name) for step in (_resume, _open, _history, _leave)]
    return steps


def _resume(bench: Bench, name: str) -> None:
    bench.work(name).resume()


def _open(bench: Bench, name: str) -> None:
    lease = bench.work(name).claim()
    if lease is not None:
        bench.work(name).open(lease)


def _leave(bench: Bench, name: str) -> None:
    bench.person(name)
    bench.sign_out(name)


def _history(bench: Bench, name: str) -> None:
    bench.work(name).history()


def _problems(folder: Path, clock: FakeClock) -> list[str]:
    """Whatever is neither fine nor an error of the tree, on a workspace whose file was damaged."""
    problems = []

    def tried(step: Callable[[], object]) -> object:
        try:
            with _time_limit():
                return step()
        except ReviewerError:
            return None
        except Exception as error:  # noqa: BLE001 - any of them is what is looked for
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else ""
            problems.append(f"{type(error).__name__}: {error} at {place}")
            return None

    tried(lambda: verify_file(folder / DATABASE_FILE))
    opened = tried(lambda: open_workspace(folder, clock=clock, parameters=KdfParameters.cheap()))
    if opened is not None:
        for step in _steps(Bench(opened, clock)):
            tried(step)
        opened.close()
    return problems


def test_a_damaged_column_is_damage_or_harmless(worked: tuple[Path, FakeClock], tmp_path: Path) -> None:
    pattern, clock = worked
    rng, every = random.SystemRandom(), os.environ.get("REVIEWER_DAMAGE") == "all"
    found: dict[str, str] = {}
    for table, column in _columns(pattern / DATABASE_FILE):
        for value in _VALUES if every else rng.sample(_VALUES, int(rng.random() < 1 / 8)):
            folder = tmp_path / "ws"
            shutil.copytree(pattern, folder)
            if _damage(folder / DATABASE_FILE, table, column, value):
                for problem in _problems(folder, clock):
                    found.setdefault(problem, f"{table}.{column} = {value!r:.30}")
            shutil.rmtree(folder)
    assert not found, "\n".join(f"{place}: {problem}" for problem, place in found.items())
