"""The work queue in the workspace's SQLite file."""

from reviewer.queue.sqlite_checks import SqliteChecks
from reviewer.queue.sqlite_oversight import SqliteOversight
from reviewer.queue.sqlite_work import SqliteWork


class SqliteQueue(SqliteWork, SqliteChecks, SqliteOversight):
    """A Queue of one file; every method is one transaction, joined to the caller's where one is open."""
