"""Somebody with the whole database file, an SQLite client and time, but no key."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewer.access import signing
from reviewer.access.log_chain import GENESIS, canonical, link_hash
from reviewer.model.event import Action


@dataclass
class Forged:
    """A log row in the hands of the intruder."""

    seq: int
    body: bytes
    prev: bytes
    hash: bytes
    signature: bytes

    def rewrite(self, **changes: Any) -> None:
        """Changes the body, in the canonical form of course."""
        self.body = canonical({**json.loads(self.body), **changes})


Attack = Callable[[list[Forged]], None]


def tamper(file: Path, attack: Attack) -> None:
    """Reads the log, lets the attack change it, and writes it back with every trigger as it was."""
    with unguarded(file) as connection:
        columns = "seq, body, prev, hash, signature"
        rows = [Forged(*row) for row in connection.execute(f"SELECT {columns} FROM log ORDER BY seq")]
        attack(rows)
        connection.execute("DELETE FROM log")
        connection.executemany(
            f"INSERT INTO log ({columns}) VALUES (?, ?, ?, ?, ?)",
            [(row.seq, row.body, row.prev, row.hash, row.signature) for row in rows],
        )


def prune_checkpoints(file: Path, above: int) -> None:
    """Takes away the checkpoints and the index that would give a cut tail away."""
    with unguarded(file) as connection:
        connection.execute("DELETE FROM log_about WHERE seq > ?", (above,))
        connection.execute("DELETE FROM log_index WHERE seq > ?", (above,))
        connection.execute("DELETE FROM checkpoint WHERE size > ?", (above,))


def rechain(rows: list[Forged], since: int) -> None:
    """Makes numbers, links and hashes right again from a place on; signatures cannot be made."""
    prev = rows[since - 2].hash if since > 1 else GENESIS
    for seq, row in enumerate(rows[since - 1 :], start=since):
        row.seq = seq
        row.rewrite(seq=seq)
        row.prev, row.hash = prev, link_hash(prev, row.body)
        prev = row.hash


def append_signed(rows: list[Forged], key: bytes, action: Action, /, **detail: object) -> None:
    """Adds a row with its number and link right, signed by this key."""
    last = json.loads(rows[-1].body)
    fields = last | {"seq": last["seq"] + 1, "action": action, "detail": detail, "object": "", "reason": ""}
    body = canonical(fields)
    row_hash = link_hash(rows[-1].hash, body)
    rows.append(Forged(len(rows) + 1, body, rows[-1].hash, row_hash, signing.sign(key, row_hash)))


@contextmanager
def unguarded(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection with the log's triggers out of the way; afterwards they are back, word for word."""
    with closing(sqlite3.connect(file)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
