"""How fast and how fairly clients claim from a team's server, against the least statement that could do it.

Run: .venv/bin/pytest -o norecursedirs=".*" tests/benchmarks/test_postgres_claims.py -s

``REVIEWER_PGQUEUER_PYTHON`` names a Python that has pgqueuer and asyncpg, for the comparison with it.
"""

import multiprocessing
import os
import statistics
import subprocess
import time
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from reviewer.model.people import Role
from reviewer.model.project import QueueRules
from tests.benchmarks.table import row
from tests.fakes.postgres_server import PASSWORD, TeamServer, running_server

TASKS = int(os.environ.get("REVIEWER_CLAIM_TASKS", "40000"))
SECONDS = float(os.environ.get("REVIEWER_CLAIM_SECONDS", "3"))
PAIRS = int(os.environ.get("REVIEWER_CLAIM_PAIRS", "5"))
PGQUEUER = os.environ.get("REVIEWER_PGQUEUER_PYTHON", "")
CLAIM = "SELECT reviewer.claim(%s, '{transcribe}', %s)"
# The least that gives a lease: the columns of a task, one index of its own, one statement, one commit.
RAW = """
    UPDATE public.raw_task SET state = 'leased', person_id = %s, submission_key = %s, token = token + 1,
        lease_started = extract(epoch FROM clock_timestamp()) * 1000000,
        lease_until = extract(epoch FROM clock_timestamp()) * 1000000 + 1800000000
    WHERE id = (
        SELECT id FROM public.raw_task WHERE kind = 'transcribe' AND route = 'en-US' AND state = 'open'
        ORDER BY priority DESC, sort_key, place FOR NO KEY UPDATE SKIP LOCKED LIMIT 1)
    RETURNING id, clip_id, kind, round, token, lease_until
"""
RAW_TABLE = """
    DROP TABLE IF EXISTS public.raw_task;
    CREATE TABLE public.raw_task (LIKE reviewer_data.task INCLUDING DEFAULTS INCLUDING IDENTITY)
        WITH (fillfactor = 80);
    ALTER TABLE public.raw_task ADD PRIMARY KEY (id);
    CREATE INDEX raw_task_open ON public.raw_task (kind, route, priority DESC, sort_key, place)
        WHERE state = 'open';
    GRANT USAGE ON SCHEMA public, reviewer_data TO PUBLIC;
    GRANT ALL ON public.raw_task TO PUBLIC;
"""
RAW_TASKS = 4 * TASKS
PEOPLE = 32
WARM = 20  # claims of each client before the measurement


@pytest.fixture(scope="module", params=["syncs", "does not sync"])
def server(request, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("postgres")) as uri:
        team = TeamServer(uri, QueueRules())
        if request.param == "syncs":  # as a server is delivered
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                team.owner.execute(f"ALTER SYSTEM RESET {setting}".encode())
            team.owner.execute("SELECT pg_reload_conf()")
        for number in range(PEOPLE):
            team.login(f"p{number}", Role.CONTRACTOR)
        team.way = request.param
        yield team
        team.close()


def fill(team: TeamServer) -> None:
    team.clear()
    team.owner.execute(
        'SELECT reviewer.add_clip(\'clip-\' || n, 1, 0, n, \'ready\', NULL, \'["en-US", "en", "", "US"]\')'
        " FROM generate_series(1, %s) n",
        (TASKS,),
    )
    team.owner.execute(RAW_TABLE.encode())
    team.owner.execute(
        "INSERT INTO public.raw_task (id, clip_id, kind, round, state, sort_key, route) SELECT"
        " replace(gen_random_uuid()::text, '-', ''), 'clip-' || n, 'transcribe', 1, 'open', n, 'en-US'"
        " FROM generate_series(1, %s) n",
        (RAW_TASKS,),
    )
    team.owner.execute("VACUUM ANALYZE task, queue_clip, public.raw_task")
    team.owner.execute("CHECKPOINT")


def client(uri: str, name: str, query: str, seconds: float, processors: set[int], start, answers) -> None:
    """Claims until time is up; answers with what was given and the waits in seconds.

    The first claims of a connection read the catalogue and make plans (15 ms of processor, 3 ms for the raw
    statement). A window keeps its connection, so they are not measured.
    """
    with psycopg.connect(
        uri, user=f"person_{name}", password=PASSWORD, autocommit=True, prepare_threshold=0
    ) as connection:
        for process in (os.getpid(), connection.info.backend_pid):
            os.sched_setaffinity(process, processors)
        for _ in range(WARM):
            connection.execute(query, (name, uuid4().hex))
        start.wait()
        given, waits = [], []
        until = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < until:
            found = connection.execute(query, (name, uuid4().hex)).fetchone()
            waits.append(time.perf_counter() - begun)
            if found is None or found[0] is None:
                given = None
                break
            given.append(found[0] if isinstance(found[0], str) else found[0]["task_id"])
    answers.put((given, waits))


def race(
    uri: str, query: str, clients: int, seconds: float, processors: set[int] | None = None
) -> tuple[list[int], list[float]]:
    """How many each client was given, and every wait; fails when something was given twice.

    ``processors`` are those that the clients and their backends may use; None: all.
    """
    processors = processors or os.sched_getaffinity(0)
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(clients), context.Queue()
    workers = [
        context.Process(target=client, args=(uri, f"p{n}", query, seconds, processors, start, answers))
        for n in range(clients)
    ]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=seconds + 60) for _ in workers]
    for worker in workers:
        worker.join()
    assert all(given is not None for given, _ in found), "tasks ran out: set REVIEWER_CLAIM_TASKS higher"
    every = [task for given, _ in found for task in given]
    assert len(every) == len(set(every))
    return [len(given) for given, _ in found], [wait for _, waits in found for wait in waits]


def milliseconds(waits: list[float]) -> str:
    ordered = sorted(wait * 1000 for wait in waits)
    return f"p50 {statistics.median(ordered):.2f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.2f} ms"


@pytest.mark.parametrize("clients", [1, 8, 32])
def test_claims_against_a_raw_statement(server, clients):
    ratios, speeds, waits = [], {"claim": [], "raw": []}, {"claim": [], "raw": []}
    for pair in range(PAIRS):
        fill(server)
        for way in ("claim", "raw") if pair % 2 else ("raw", "claim"):
            counts, each = race(server.uri, CLAIM if way == "claim" else RAW, clients, SECONDS)
            speeds[way].append(sum(counts) / SECONDS)
            waits[way] += each
        ratios.append(speeds["claim"][-1] / speeds["raw"][-1])
    ratio, spread = statistics.median(ratios), f"{min(ratios):.2f}-{max(ratios):.2f}"
    told = ", ".join(
        f"{way} {statistics.median(speeds[way]):,.0f}/s, {milliseconds(waits[way])}" for way in speeds
    )
    figure = f"{server.way}, {clients} clients: claims"
    row(figure, f"{ratio:.2f} x raw ({spread}): {told}", ">= 0.8 x raw", ok=ratio >= 0.8)


def test_claims_are_fair(server):
    """Counts of eight clients that share one processor, which the operating system divides evenly among them.

    Over several processors counts say how many clients it put on each: the raw statement's lie as far apart.
    """
    one = {min(os.sched_getaffinity(0))}
    apart = {(query, where is one): [] for query in (CLAIM, RAW) for where in (one, None)}
    for _ in range(PAIRS):
        for where in (one, None):
            fill(server)
            for query in (CLAIM, RAW):
                counts, _ = race(server.uri, query, 8, 2 * SECONDS, where)
                apart[query, where is one].append((max(counts) - min(counts)) / statistics.mean(counts))
    found, of_raw, free, free_raw = (
        statistics.median(apart[query, is_one]) for is_one in (True, False) for query in (CLAIM, RAW)
    )
    figure = f"{server.way}, 8 clients on one processor: most and fewest claims apart"
    told = f"{found:.1%} (raw: {of_raw:.1%}); on all processors {free:.1%} (raw: {free_raw:.1%})"
    row(figure, told, "<= 5 %", ok=found <= 0.05)


@pytest.mark.skipif(not PGQUEUER, reason="REVIEWER_PGQUEUER_PYTHON is not set")
def test_claims_against_pgqueuer(server):
    script = Path(__file__).with_name("pgqueuer_claims.py")
    ratios, speeds = [], []
    for _ in range(PAIRS):
        fill(server)
        counts, _ = race(server.uri, CLAIM, 32, SECONDS)
        command = [PGQUEUER, str(script), server.uri, str(TASKS), "32", str(SECONDS)]
        speeds.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        ratios.append(sum(counts) / SECONDS / speeds[-1])
    ratio, spread = statistics.median(ratios), f"{min(ratios):.2f}-{max(ratios):.2f}"
    figure, told = f"{server.way}, 32 clients: claims", f"pgqueuer {statistics.median(speeds):,.0f}/s"
    row(figure, f"{ratio:.1f} x pgqueuer ({spread}): {told}", ">= 5 x pgqueuer", ok=ratio >= 5)
