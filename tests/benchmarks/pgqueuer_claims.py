"""Dequeues with pgqueuer, one job at a time, in several processes; prints jobs a second.

Run by ``test_postgres_claims.py`` with a Python that has pgqueuer and asyncpg, which we do not depend on.
"""

import asyncio
import multiprocessing
import sys
import time
from datetime import timedelta
from uuid import uuid4

import asyncpg
from pgqueuer.queries import EntrypointExecutionParameter, Queries


async def fill(address: str, jobs: int) -> None:
    connection = await asyncpg.connect(address)
    queries = Queries.from_asyncpg_connection(connection)
    if await queries.has_table("pgqueuer"):
        await queries.uninstall()
    await queries.install()
    for begin in range(0, jobs, 5000):
        count = min(5000, jobs - begin)
        await queries.enqueue(["clip"] * count, [b"clip"] * count, [0] * count)
    await connection.execute("VACUUM ANALYZE pgqueuer")
    await connection.close()


async def dequeue(address: str, seconds: float, start, answers) -> None:
    connection = await asyncpg.connect(address)
    queries = Queries.from_asyncpg_connection(connection)
    entry = {"clip": EntrypointExecutionParameter(0)}
    me, count = uuid4(), 0
    start.wait()
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        count += len(await queries.dequeue(1, entry, me, None, timedelta(seconds=30)))
    answers.put(count)
    await connection.close()


def client(address: str, seconds: float, start, answers) -> None:
    asyncio.run(dequeue(address, seconds, start, answers))


def main(address: str, jobs: int, clients: int, seconds: float) -> None:
    asyncio.run(fill(address, jobs))
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(clients), context.Queue()
    workers = [
        context.Process(target=client, args=(address, seconds, start, answers)) for _ in range(clients)
    ]
    for worker in workers:
        worker.start()
    print(sum(answers.get() for _ in workers) / seconds)
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
