"""Finds rows of the access log by person, act, object and time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewer.access.log_chain import LogRow, stored_row
from reviewer.db.connection import Database
from reviewer.model.clock import to_micros

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What rows must match; an empty part matches all. ``since`` is included, ``until`` is not."""

    person: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None


def find_rows(
    database: Database, wanted: LogFilter, *, before: int | None = None, limit: int = _PAGE
) -> list[LogRow]:
    """The newest rows that match, newest first; with ``before`` those with a lower number."""
    conditions, parameters = _conditions(wanted)
    if before is not None:
        conditions.append("i.seq < ?")
        parameters.append(before)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    found = database.rows(
        "SELECT l.seq, l.body, l.prev, l.hash, l.signature"  # noqa: S608 - only marks are put in
        f" FROM log_index i JOIN log l ON l.seq = i.seq {where} ORDER BY i.seq DESC LIMIT ?",
        (*parameters, limit),
    )
    return [stored_row(row) for row in found]


def every_row(database: Database, wanted: LogFilter) -> Iterator[LogRow]:
    """All rows that match, newest first, a page at a time."""
    before = None
    while page := find_rows(database, wanted, before=before):
        yield from page
        before = page[-1].seq


def _conditions(wanted: LogFilter) -> tuple[list[str], list[Any]]:
    since = to_micros(wanted.since) if wanted.since else None
    until = to_micros(wanted.until) if wanted.until else None
    parts = (
        ("i.actor = ?", wanted.person),
        ("i.action = ?", wanted.action),
        ("i.seq IN (SELECT seq FROM log_about WHERE object = ?)", wanted.object),
        ("i.at >= ?", since),
        ("i.at < ?", until),
    )
    used = [(condition, value) for condition, value in parts if value not in {"", None}]
    return [condition for condition, _ in used], [value for _, value in used]
