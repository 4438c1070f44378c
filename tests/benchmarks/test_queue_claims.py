"""How fast and how fairly processes claim, with the fair write lock and with SQLite's busy handler alone.

Run: .venv/bin/pytest -o norecursedirs=".*" tests/benchmarks/test_queue_claims.py -s
"""

import contextlib
import multiprocessing
import statistics
import time
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console
from rich.table import Table

from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.model.clock import SystemClock
from reviewer.model.project import QueueRules
from reviewer.queue.sqlite import SqliteQueue
from tests.contracts.queue_contract import TRANSCRIBE

CLIPS, RARE = 10_000, 100
LOCALES = ["en-US", "en-GB", "de-DE", "fr-FR", "es-ES"]
SECONDS = 2.0
ROWS: list[tuple[str, ...]] = []


def filled(path: Path, clips: int) -> None:
    database = Database(path)
    migrate(database)
    queue = SqliteQueue(database, SystemClock(), QueueRules())
    with database.transaction():
        for number in range(clips):
            locale = "cs-CZ" if number >= clips - RARE else LOCALES[number % len(LOCALES)]
            queue.add_clip(f"clip-{number:05}", passes=1, sort_key=number, locale=locale)
    database.close()


def client(path: Path, name: str, fair: bool, seconds: float, start, answers) -> None:
    """Claims until nothing is left or time is up; answers with clips and waits in seconds."""
    database = Database(path)
    if not fair:
        database._write_lock = contextlib.nullcontext()
    queue = SqliteQueue(database, SystemClock(), QueueRules())
    start.wait()
    clips, waits = [], []
    until = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        lease = queue.claim(name, TRANSCRIBE, key=uuid4().hex)
        waits.append(time.perf_counter() - begun)
        if lease is None:
            break
        clips.append(lease.clip_id)
    answers.put((clips, waits))


def race(path: Path, clients: int, fair: bool, seconds: float) -> tuple[list[list[str]], list[float], float]:
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(clients + 1), context.Queue()
    workers = [
        context.Process(target=client, args=(path, f"p{n}", fair, seconds, start, answers))
        for n in range(clients)
    ]
    for worker in workers:
        worker.start()
    start.wait()
    begun = time.perf_counter()
    found = [answers.get() for _ in workers]
    lasted = time.perf_counter() - begun
    for worker in workers:
        worker.join()
    return [clips for clips, _ in found], [wait for _, waits in found for wait in waits], lasted


def note(way: str, clients: int, claims: list[list[str]], waits: list[float], lasted: float) -> None:
    milliseconds = sorted(wait * 1000 for wait in waits)
    counts = [len(one) for one in claims]
    ROWS.append(
        (
            way,
            str(clients),
            f"{sum(counts) / lasted:,.0f}",
            f"{statistics.median(milliseconds):.2f}",
            f"{milliseconds[int(len(milliseconds) * 0.99)]:.2f}",
            f"{milliseconds[-1]:.1f}",
            f"{min(counts)} / {max(counts)}",
        )
    )


@pytest.fixture(scope="module", autouse=True)
def table():
    yield
    shown = Table("writers", "clients", "claims/s", "p50 ms", "p99 ms", "max ms", "fewest / most")
    for row in ROWS:
        shown.add_row(*row)
    Console(width=110).print(shown)


@pytest.mark.parametrize("clients", [1, 8, 32])
def test_the_longest_wait_is_far_below_that_of_the_busy_handler(tmp_path, clients):
    longest = {}
    for way, fair in (("turn", True), ("busy handler", False)):
        path = tmp_path / f"{way}.db"
        filled(path, CLIPS)
        claims, waits, lasted = race(path, clients, fair, SECONDS)
        note(way, clients, claims, waits, lasted)
        longest[way] = max(waits)
        every = [clip for one in claims for clip in one]
        assert len(every) == len(set(every))
    if clients > 1:
        assert longest["turn"] < longest["busy handler"] / 4


def test_32_processes_claim_each_of_10_000_clips_once(tmp_path):
    path = tmp_path / "workspace.db"
    filled(path, CLIPS)
    claims, waits, lasted = race(path, 32, fair=True, seconds=300)
    note("turn, all 10,000", 32, claims, waits, lasted)
    every = [clip for one in claims for clip in one]
    assert len(every) == len(set(every)) == CLIPS


def test_claim_of_a_rare_language_behind_all_others_costs_about_as_much_as_any(tmp_path):
    filled(tmp_path / "workspace.db", CLIPS)
    database = Database(tmp_path / "workspace.db")
    queue = SqliteQueue(database, SystemClock(), QueueRules())
    queue.set_languages("czech", ["cs"], key="languages")
    median = {}
    for person in ("anything", "czech"):
        waits = []
        for _ in range(RARE // 2):
            begun = time.perf_counter()
            assert queue.claim(person, TRANSCRIBE, key=uuid4().hex) is not None
            waits.append(time.perf_counter() - begun)
        note(person, 1, [[""] * len(waits)], waits, sum(waits))
        median[person] = statistics.median(waits)
    database.close()
    assert median["czech"] < 2 * median["anything"]
