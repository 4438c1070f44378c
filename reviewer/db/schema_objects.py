"""The tables, indexes and triggers that a workspace file should have, and which of them differ.

A trigger or view that another program added would act inside our own transactions: it could keep a copy of
a key that we destroy, or change rows, which would then be summed and signed as ours.
"""

import sqlite3
from functools import lru_cache
from hashlib import sha256

import sqlite_utils

from reviewer.db.schema import known_migrations, migrations
from reviewer.errors import Damaged

# SQLite's own tables are told by their type too: a trigger may bear the same name.
_OBJECTS = (
    "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    " AND NOT (type = 'table' AND name IN ('_sqlite_migrations', 'sqlite_sequence')) ORDER BY name, type"
)
OBJECTS_SHA256 = "36d6bc20eba2b90a7531733feaa8a1db6b803a6f985cdd334f755ddf6bc71906"
"""Of all objects of the present version; others are compared one by one, in a third of a second."""

_Object = tuple[str, str, str]


def objects_sha256(connection: sqlite3.Connection) -> str:
    """A digest of all objects, statistics of the query planner aside."""
    return sha256(
        repr([each for each in _objects(connection) if not _is_statistics(each)]).encode()
    ).hexdigest()


def different_objects(connection: sqlite3.Connection) -> list[str]:
    """The names of objects that are missing, were added or say something else, by the file's own version."""
    return sorted({name for _, name, _ in _difference(connection)})


def require_own_objects(connection: sqlite3.Connection) -> None:
    """Raises Damaged (code LOG_SCHEMA_CHANGED) if another program changed tables, indexes, triggers or views.

    What ANALYZE leaves behind is let pass: it does nothing by itself, and database tools run it.
    """
    if objects_sha256(connection) == OBJECTS_SHA256:
        return
    names = sorted({each[1] for each in _difference(connection) if not _is_statistics(each)})
    if names:
        raise Damaged("LOG_SCHEMA_CHANGED", names=", ".join(names))


def _objects(connection: sqlite3.Connection) -> list[_Object]:
    return [(str(kind), str(name), str(sql)) for kind, name, sql in connection.execute(_OBJECTS).fetchall()]


def _difference(connection: sqlite3.Connection) -> set[_Object]:
    return set(_objects(connection)) ^ set(_expected(connection))


def _is_statistics(each: _Object) -> bool:
    return each[0] == "table" and each[1].startswith("sqlite_stat")


def _expected(connection: sqlite3.Connection) -> list[_Object]:
    """The objects that the migrations of the file make."""
    query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
    applied = {name for (name,) in connection.execute(query, (migrations.name,))}
    return _made_without(known_migrations() - applied)


@lru_cache(maxsize=4)
def _made_without(left_out: frozenset[str]) -> list[_Object]:
    """The objects that all migrations but these make."""
    pristine = sqlite_utils.Database(memory=True)
    try:
        migrations.ensure_migrations_table(pristine)
        pristine.table("_sqlite_migrations").insert_all(
            {"migration_set": migrations.name, "name": name, "applied_at": ""} for name in sorted(left_out)
        )
        migrations.apply(pristine)
        return _objects(pristine.conn)
    finally:
        pristine.close()
