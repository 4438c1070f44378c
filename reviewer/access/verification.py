"""Whether the access log is whole: every row, signature, checkpoint and trigger, read afresh."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlite_utils

from reviewer.access import signing
from reviewer.access.audit_log import MAY_BE_UNSIGNED
from reviewer.access.checkpoint import Checkpoint, parse_checkpoint
from reviewer.access.log_chain import GENESIS, LogRow, flaw
from reviewer.db.connection import Database
from reviewer.db.schema import migrations
from reviewer.errors import Damaged, Unavailable
from reviewer.model.event import Action

_PAGE = 2000
_BUSY_SECONDS = 30.0
_SCHEMA = (
    "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name IN ('log', 'checkpoint') AND sql IS NOT NULL"
    " ORDER BY name"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a verification.

    ``first_bad`` is the place of the first row that does not verify, or that is missing; None when all do, or
    when what is wrong is not a row. ``rows`` counts the rows that verified.
    """

    ok: bool
    first_bad: int | None
    sentence: str
    rows: int


@dataclass(slots=True)
class _Walk:
    """What is gathered on one way through the rows."""

    rows: int = 0
    wanted: set[int] = field(default_factory=set)
    head: bytes = GENESIS
    hashes: dict[int, bytes] = field(default_factory=dict)
    checkpoint_rows: set[int] = field(default_factory=set)


class _Bad(Exception):
    def __init__(self, seq: int | None, sentence: str) -> None:
        super().__init__(sentence)
        self.seq = seq
        self.sentence = sentence


def verify(
    database: Database, log_id: str, log_public_key: bytes, outside: Checkpoint | None = None
) -> Finding:
    """Checks the whole log, and that it still ends in, or goes on from, a checkpoint kept outside.

    Without ``outside`` a cut tail, a rolled-back file or a log begun anew cannot be seen; with it they can.
    The key of ``outside`` is trusted before the one given.

    Args:
        database: The workspace's file; it is opened afresh, read-only.
        log_id: The log it should be.
        log_public_key: Raw Ed25519 key, as the workspace has it.
        outside: A checkpoint from another memory than this file.

    Raises: Unavailable when the file cannot be read at this moment. A file that is broken is a Finding.
    """
    walk = _Walk()
    try:
        if outside is not None:
            _match_identity(outside, log_id, log_public_key)
        with closing(_open(database.path)) as connection:
            last, checkpoints = _snapshot(connection)
            walk.wanted = {size for size, _ in checkpoints} | ({outside.size} if outside else set())
            _walk(_rows(connection, last), walk, log_id, log_public_key)
            _match_checkpoints(checkpoints, walk, log_id, log_public_key)
            if outside is not None:
                _match_outside(outside, walk)
            _match_schema(connection)
    except _Bad as bad:
        return _found(bad.seq, bad.sentence, walk.rows)
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise Unavailable("The access log is in use just now.", "Try again.") from error
        return _found(None, f"The access log cannot be read ({error}).", walk.rows)
    except sqlite3.DatabaseError as error:
        return _found(None, f"The workspace file is damaged ({error}).", walk.rows)
    except UnicodeDecodeError:
        # What SQLite says of a broken schema quotes it, and the driver cannot read the quotation.
        return _found(None, "The workspace file is damaged (its schema is no text).", walk.rows)
    return Finding(ok=True, first_bad=None, sentence=_praise(walk.rows, outside), rows=walk.rows)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
    # Text that is not UTF-8 must be a finding, not an exception of the driver.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _walk(rows: Iterator[LogRow], walk: _Walk, log_id: str, public_key: bytes) -> None:
    for seq, row in enumerate(rows, start=1):
        problem = flaw(row, seq, walk.head, log_id) or _flaw_of_signature(row, public_key)
        if problem:
            raise _Bad(seq, problem)
        walk.head, walk.rows = row.hash, seq
        if seq in walk.wanted:
            walk.hashes[seq] = row.hash
        if row.fields()["action"] == Action.CHECKPOINT:
            walk.checkpoint_rows.add(seq)
    if not walk.rows:
        raise _Bad(1, "The access log is empty: the row that every workspace begins with is missing.")


def _rows(connection: sqlite3.Connection, last: Any) -> Iterator[LogRow]:
    # Page by page, so that a long check never keeps anybody from writing; rows are only ever added.
    since: Any = None
    while True:
        where = "" if since is None else "AND seq > ?"
        page = connection.execute(
            "SELECT seq, body, prev, hash, signature FROM log"  # noqa: S608
            f" WHERE seq <= ? {where} ORDER BY seq LIMIT {_PAGE}",
            (last,) if since is None else (last, since),
        ).fetchall()
        if not page:
            return
        for place, *parts in page:
            yield LogRow(place, *(part if isinstance(part, bytes) else b"" for part in parts))
        since = page[-1][0]


def _flaw_of_signature(row: LogRow, public_key: bytes) -> str | None:
    if row.signature:
        if signing.verify(public_key, row.hash, row.signature):
            return None
        return f"The signature of row {row.seq} does not verify: it was not written by this workspace."
    if row.fields()["action"] in MAY_BE_UNSIGNED:
        return None
    return f"Row {row.seq} has no signature, and such a row must have one."


def _snapshot(connection: sqlite3.Connection) -> tuple[Any, list[tuple[int, str]]]:
    # One moment for both, or a checkpoint that is made meanwhile would seem to be missing.
    connection.execute("BEGIN")
    last = connection.execute("SELECT max(seq) FROM log").fetchone()[0]
    rows = connection.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall()
    connection.execute("COMMIT")
    return last, [(size, str(note)) for size, note in rows]


def _match_checkpoints(
    checkpoints: list[tuple[int, str]], walk: _Walk, log_id: str, public_key: bytes
) -> None:
    previous = b""
    for size, note in checkpoints:
        try:
            read = parse_checkpoint(note)
        except Damaged as error:
            raise _Bad(size, f"The checkpoint over {size} rows does not verify.") from error
        if (read.size, read.log_id, read.public_key) != (size, log_id, public_key):
            raise _Bad(size, f"The checkpoint over {size} rows is not of this log.")
        if size > walk.rows:
            raise _Bad(walk.rows + 1, f"Row {walk.rows + 1} is missing: a checkpoint knows of {size} rows.")
        if read.head != walk.hashes[size]:
            raise _Bad(size, f"Row {size} is not the one that its checkpoint signed.")
        if read.previous != previous:
            raise _Bad(size, f"A checkpoint before the one over {size} rows is missing.")
        if size not in walk.checkpoint_rows:
            raise _Bad(size, f"Row {size} does not tell of its checkpoint.")
        previous = read.digest()
    missing = walk.checkpoint_rows - {size for size, _ in checkpoints}
    if missing:
        raise _Bad(min(missing), f"The checkpoint that row {min(missing)} tells of is missing.")


def _match_identity(outside: Checkpoint, log_id: str, public_key: bytes) -> None:
    if outside.log_id != log_id:
        raise _Bad(
            1, "The checkpoint is of another log: this one was replaced, or the file is the wrong one."
        )
    if outside.public_key != public_key:
        raise _Bad(1, "The log's key is not the one of the checkpoint: the log was replaced.")


def _match_outside(outside: Checkpoint, walk: _Walk) -> None:
    if outside.size > walk.rows:
        raise _Bad(
            walk.rows + 1,
            f"Row {walk.rows + 1} is missing: the checkpoint from outside knows of {outside.size} rows.",
        )
    if walk.hashes[outside.size] != outside.head:
        raise _Bad(
            outside.size,
            f"Row {outside.size} is not the one that the checkpoint from outside signed: the log was rolled"
            " back or written anew.",
        )


def _match_schema(connection: sqlite3.Connection) -> None:
    pristine = sqlite_utils.Database(memory=True)
    try:
        migrations.apply(pristine)
        expected = pristine.conn.execute(_SCHEMA).fetchall()
    finally:
        pristine.close()
    found = connection.execute(_SCHEMA).fetchall()
    if found != [tuple(row) for row in expected]:
        names = sorted({name for _, name, _ in set(found) ^ {tuple(row) for row in expected}})
        raise _Bad(None, f"What protects the log in the database was changed: {', '.join(names)}.")


def _found(first_bad: int | None, sentence: str, rows: int) -> Finding:
    return Finding(ok=False, first_bad=first_bad, sentence=sentence, rows=rows)


def _praise(rows: int, outside: Checkpoint | None) -> str:
    if outside is None:
        return (
            f"All {rows} rows verify. Give a checkpoint kept elsewhere to see that none was cut off the end."
        )
    return f"All {rows} rows verify, and go on from the checkpoint over {outside.size} rows."
