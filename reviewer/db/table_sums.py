"""A sum over the rows of each table, kept up to date as this program writes.

A row adds a hash of 2048 bits to the sum of its table, modulo 2**2048, so a sum depends on the rows and not
on their order, and adding or removing a row changes it at once (Bellare and Micciancio, "A New Paradigm for
Collision-free Hashing", 1997; the width is that of LtHash). Temporary triggers, which no other program can
see, note the rows that this connection writes: what another program writes is in no sum.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from hashlib import shake_256
from typing import Any

_BITS = 2048
_MODULUS = 1 << _BITS
_EMPTY = 0
NOT_COVERED = frozenset({"sign_in_failure", "export_folder"})
"""These tables change while nobody is signed in who could sign: nothing shows an edit of them."""
NOT_SUMMED = frozenset(
    {
        "log",
        "log_about",
        "log_index",
        "checkpoint",
        "label_schema",
        "table_sum",
        "table_seal",
        *NOT_COVERED,
    }
)
"""The log and its indexes, checkpoints and label forms are verified in another way; the sums are signed."""


# See access/table_seal.py; ``table_seal`` has one row.
TABLE_SUMS = (
    """
    CREATE TABLE table_sum (name TEXT PRIMARY KEY, sum BLOB NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE table_seal (
        size INTEGER PRIMARY KEY,
        head BLOB NOT NULL,
        migrations INTEGER NOT NULL,
        signature BLOB NOT NULL
    ) STRICT
    """,
)


class RowChanges:
    """What the writes of one connection add to the sums since the last ``take``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sums: dict[str, int] = {}
        connection.create_function("note_row", -1, self._note)
        connection.execute("PRAGMA recursive_triggers=ON")  # so that REPLACE fires the triggers of a deletion
        for table in summed_tables(connection):
            for statement in _triggers(connection, table):
                connection.execute(statement)

    def take(self) -> dict[str, int]:
        """The changes by table, and begins anew."""
        taken, self._sums = self._sums, {}
        return taken

    def copy(self) -> dict[str, int]:
        """The changes until now, to ``restore`` when a statement fails."""
        return dict(self._sums)

    def restore(self, kept: dict[str, int]) -> None:
        """Forgets the changes since ``copy``."""
        self._sums = kept

    def _note(self, table: str, sign: int, *values: Any) -> None:
        self._sums[table] = (self._sums.get(table, _EMPTY) + sign * _row_sum(table, values)) % _MODULUS


def summed_tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that have a sum, by name."""
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    names = [str(name) for (name,) in found.fetchall()]
    return [name for name in names if name not in NOT_SUMMED and not name.startswith("sqlite_")]


def table_sums(connection: sqlite3.Connection) -> dict[str, int]:
    """The sums of the rows as they are in the file, without those of empty tables."""
    sums = {}
    for table in summed_tables(connection):
        total = sum(_row_sum(table, row) for row in _rows(connection, table)) % _MODULUS
        if total != _EMPTY:
            sums[table] = total
    return sums


def stored_sums(connection: sqlite3.Connection) -> dict[str, int]:
    """The sums as this program last stored them."""
    found = connection.execute("SELECT name, sum FROM table_sum").fetchall()
    return {str(name): int.from_bytes(data, "big") for name, data in found if isinstance(data, bytes)}


def store_sums(connection: sqlite3.Connection, sums: dict[str, int]) -> None:
    """Stores the sums of these tables; a table without rows keeps none."""
    for name, total in sums.items():
        if total % _MODULUS == _EMPTY:
            connection.execute("DELETE FROM table_sum WHERE name = ?", (name,))
            continue
        data = (total % _MODULUS).to_bytes(_BITS // 8, "big")
        connection.execute(
            "INSERT INTO table_sum (name, sum) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET sum = excluded.sum",
            (name, data),
        )


def different_tables(one: Mapping[str, int], other: Mapping[str, int]) -> list[str]:
    """The names of the tables whose sums are not the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    columns = ", ".join(_columns(connection, table))
    for row in connection.execute(f"SELECT {columns} FROM {_quoted(table)}"):  # noqa: S608
        yield tuple(row)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    found = connection.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", (table,)).fetchall()
    return [_quoted(str(name)) for (name,) in found]


def _triggers(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    columns = _columns(connection, table)
    name = table.replace("'", "''")
    new, old = (", ".join(f"{which}.{column}" for column in columns) for which in ("NEW", "OLD"))
    added, removed = f"SELECT note_row('{name}', 1, {new});", f"SELECT note_row('{name}', -1, {old});"
    for event, body in (("INSERT", added), ("DELETE", removed), ("UPDATE", f"{removed} {added}")):
        trigger = _quoted(f"sum_{table}_{event.lower()}")
        yield f"CREATE TEMP TRIGGER {trigger} AFTER {event} ON main.{_quoted(table)} BEGIN {body} END"


def _row_sum(table: str, values: tuple[Any, ...]) -> int:
    """A number for a row; ``repr`` tells NULL, numbers, text and bytes apart."""
    return int.from_bytes(shake_256(repr((table, values)).encode()).digest(_BITS // 8), "big")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
