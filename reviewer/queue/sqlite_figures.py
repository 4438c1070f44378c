"""The figures of the SQLite queue for whoever watches it."""

from reviewer.db.connection import Database
from reviewer.model.task import TaskKind
from reviewer.queue import sqlite_late_drafts as late
from reviewer.queue import sqlite_queries as queries
from reviewer.stats.queue_figures import QueueFigures

_HOUR = 3_600_000_000
_TASKS = "SELECT kind, state, count(*) AS n FROM task GROUP BY kind, state"
_LEASES = """
    SELECT CASE WHEN lease_until <= :now THEN 'expired' WHEN prefetch > 0 THEN 'prefetch' ELSE 'live' END
        AS state, count(*) AS n
    FROM task WHERE state = 'leased' GROUP BY 1
"""
_OLDEST_LEASE = """
    SELECT min(lease_started) FROM task WHERE state = 'leased' AND prefetch = 0 AND lease_until > :now
"""
# A lease that was followed by another one within the hour is not counted: nothing keeps it.
_CLAIMS = "SELECT count(*) FROM task WHERE lease_started > :since"
_SUBMISSIONS = "SELECT count(*) FROM annotation WHERE made_at > :since"
_OLDEST = f"""
    SELECT min(sort_key) FROM task t WHERE t.kind = :kind AND t.state = 'open' AND {queries.REVIEWABLE}
"""  # noqa: S608 - put together from a constant of this program


def figures(database: Database, now: int) -> QueueFigures:
    """Every figure, in the caller's transaction; ``now`` in microseconds."""
    tasks: dict[str, dict[str, int]] = {}
    for row in database.rows(_TASKS):
        tasks.setdefault(row["kind"], {})[row["state"]] = row["n"]
    at = {"now": now}
    since = {"since": now - _HOUR}
    leases = {row["state"]: row["n"] for row in database.rows(_LEASES, at)}
    return QueueFigures(
        clips={row["state"]: row["n"] for row in database.rows(queries.CLIPS_BY_STATE)},
        tasks=tasks,
        waiting={kind: int(database.value(queries.WAITING, {"kind": kind, **at})) for kind in TaskKind},
        leases={state: leases.get(state, 0) for state in ("live", "prefetch", "expired")},
        oldest_waiting={
            kind: _age(database.value(_OLDEST, {"kind": kind, **at}), now)
            for kind in (TaskKind.REVIEW, TaskKind.ADJUDICATE)
        },
        oldest_lease=_age(database.value(_OLDEST_LEASE, at), now),
        claims=int(database.value(_CLAIMS, since)),
        submissions=int(database.value(_SUBMISSIONS, since)),
        late_drafts=late.count_waiting(database),
        unsent=0,
        oldest_unsent=0.0,
    )


def _age(since: int | None, now: int) -> float:
    return 0.0 if since is None else max(0, now - since) / 1e6
