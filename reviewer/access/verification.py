"""Verifies the access log, and the work in the file against it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlite_utils

from reviewer.access import signing
from reviewer.access.audit_log import MAY_BE_UNSIGNED
from reviewer.access.checkpoint import Checkpoint, parse_checkpoint
from reviewer.access.log_chain import GENESIS, LogRow, flaw
from reviewer.access.work_verification import LoggedWork, Mismatch, WorkTables
from reviewer.db.schema import migrations
from reviewer.errors import Damaged, Notice, Unavailable
from reviewer.model.event import Action

_PAGE = 2000
_BUSY_SECONDS = 30.0
_SCHEMA = (
    "SELECT type, name, sql FROM sqlite_schema"
    " WHERE tbl_name NOT LIKE '%sqlite%' AND sql IS NOT NULL ORDER BY name"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a verification.

    ``first_bad`` is the number of the first row that does not verify or is missing; None when all verify, or
    when the problem is not a row. ``rows`` counts the rows that verified.
    """

    ok: bool
    first_bad: int | None
    notice: Notice
    rows: int


@dataclass(slots=True)
class _Walk:
    """What one pass through the rows collects."""

    rows: int = 0
    wanted: set[int] = field(default_factory=set)
    head: bytes = GENESIS
    hashes: dict[int, bytes] = field(default_factory=dict)
    checkpoint_rows: set[int] = field(default_factory=set)
    objects: dict[int, str] = field(default_factory=dict)
    work: LoggedWork = field(default_factory=LoggedWork)


def verify_log(file: Path, log_id: str, log_public_key: bytes, outside: Checkpoint | None = None) -> Finding:
    """Verifies the whole log, and that it ends in, or continues from, a checkpoint kept elsewhere.

    Only with ``outside`` can rows cut off the end, a rolled-back file or a new log be detected. The key of
    ``outside`` is trusted before the one given. Annotations (also their sealed bytes), verdicts, tasks and
    final annotations are compared with their log rows. Nothing is written, so a copy on a read-only medium
    is enough.

    Args:
        file: The workspace's database, of this or an earlier version.
        log_id: The log it should be.
        log_public_key: Raw Ed25519 key, as the workspace has it.
        outside: A checkpoint that was kept elsewhere.

    Raises: Unavailable when the file cannot be read now. A damaged file is a Finding.
    """
    return _verified(file, outside, lambda _connection: (log_id, log_public_key))


def verify_file(file: Path, outside: Checkpoint | None = None) -> Finding:
    """Like ``verify_log``, with the id and key stored in the file: for a file that is not open."""
    return _verified(file, outside, _identity_in)


def _verified(
    file: Path,
    outside: Checkpoint | None,
    identity: Callable[[sqlite3.Connection], tuple[str, bytes]],
) -> Finding:
    walk = _Walk()
    try:
        with closing(_open(file)) as connection:
            log_id, log_public_key = identity(connection)
            if outside is not None:
                _match_identity(outside, log_id, log_public_key)
            last, checkpoints, tables = _snapshot(connection)
            walk.wanted = {size for size, _ in checkpoints} | ({outside.size} if outside else set())
            _walk(_rows(connection, last), walk, log_id, log_public_key)
            _match_checkpoints(checkpoints, walk, log_id, log_public_key)
            if outside is not None:
                _match_outside(outside, walk)
            if tables is not None:  # an earlier version had another schema
                _match_schema(connection)
                index, work = tables
                _match_index(index, walk)
                work.match(walk.work)
    except Mismatch as bad:
        return _found(bad.seq, bad.notice, walk.rows)
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise Unavailable("LOG_IN_USE") from error
        return _found(None, Notice("LOG_UNREADABLE", {"problem": str(error)}), walk.rows)
    except sqlite3.DatabaseError as error:
        return _found(None, Notice("WORKSPACE_FILE_DAMAGED", {"problem": str(error)}), walk.rows)
    except UnicodeDecodeError:
        # SQLite's message quotes the broken schema, which the driver cannot decode.
        return _found(None, Notice("WORKSPACE_SCHEMA_NOT_TEXT"), walk.rows)
    return Finding(ok=True, first_bad=None, notice=_praise(walk.rows, outside), rows=walk.rows)


def _open(file: Path) -> sqlite3.Connection:
    """A read-only connection; where no lock file is possible, the file is treated as a copy."""
    uri = file.absolute().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        connection = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
    except sqlite3.DatabaseError:
        pass  # not a database: the first read reports it
    # Text that is not UTF-8 must be a finding, not an exception of the driver.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
    return connection.execute(query, (name,)).fetchone() is not None


def _identity_in(connection: sqlite3.Connection) -> tuple[str, bytes]:
    if not _has_table(connection, "meta"):
        raise Mismatch(None, Notice("WORKSPACE_META"))
    values = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    try:
        return str(values["workspace_id"]), bytes.fromhex(str(values["log_public_key"]))
    except (KeyError, ValueError) as error:
        raise Mismatch(None, Notice("WORKSPACE_META")) from error


def _walk(rows: Iterator[LogRow], walk: _Walk, log_id: str, public_key: bytes) -> None:
    for seq, row in enumerate(rows, start=1):
        problem = flaw(row, seq, walk.head, log_id) or _flaw_of_signature(row, public_key)
        if problem:
            raise Mismatch(seq, problem)
        walk.head, walk.rows = row.hash, seq
        if seq in walk.wanted:
            walk.hashes[seq] = row.hash
        fields = row.fields()
        if fields["object"]:
            walk.objects[seq] = str(fields["object"])
        if fields["action"] == Action.CHECKPOINT:
            walk.checkpoint_rows.add(seq)
        else:
            walk.work.add(seq, fields)
    if not walk.rows:
        raise Mismatch(1, Notice("LOG_EMPTY"))


def _rows(connection: sqlite3.Connection, last: Any) -> Iterator[LogRow]:
    # Page by page, so that a long verification never blocks writers; rows are only added.
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


def _flaw_of_signature(row: LogRow, public_key: bytes) -> Notice | None:
    if row.signature:
        if signing.verify(public_key, row.hash, row.signature):
            return None
        return Notice("LOG_SIGNATURE_WRONG", {"row": row.seq})
    if row.fields()["action"] in MAY_BE_UNSIGNED:
        return None
    return Notice("LOG_SIGNATURE_MISSING", {"row": row.seq})


def _snapshot(
    connection: sqlite3.Connection,
) -> tuple[Any, list[tuple[int, str]], tuple[dict[int, str], WorkTables] | None]:
    # One snapshot of everything, or rows added meanwhile would seem to be missing.
    connection.execute("BEGIN")
    last = connection.execute("SELECT max(seq) FROM log").fetchone()[0]
    rows = connection.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall()
    tables = None
    if _has_table(connection, "annotation"):
        index = {seq: str(target) for target, seq in connection.execute("SELECT object, seq FROM log_about")}
        tables = index, WorkTables.read(connection)
    connection.execute("COMMIT")
    return last, [(size, str(note)) for size, note in rows], tables


def _match_checkpoints(
    checkpoints: list[tuple[int, str]], walk: _Walk, log_id: str, public_key: bytes
) -> None:
    previous = b""
    for size, note in checkpoints:
        try:
            read = parse_checkpoint(note)
        except Damaged as error:
            raise Mismatch(size, Notice("CHECKPOINT_DAMAGED", {"rows": size})) from error
        if (read.size, read.log_id, read.public_key) != (size, log_id, public_key):
            raise Mismatch(size, Notice("CHECKPOINT_OF_ANOTHER_LOG", {"rows": size}))
        if size > walk.rows:
            raise Mismatch(walk.rows + 1, Notice("LOG_CUT", {"row": walk.rows + 1, "rows": size}))
        if read.head != walk.hashes[size]:
            raise Mismatch(size, Notice("LOG_ROW_NOT_SIGNED_BY_CHECKPOINT", {"row": size}))
        if read.previous != previous:
            raise Mismatch(size, Notice("CHECKPOINT_BEFORE_MISSING", {"rows": size}))
        if size not in walk.checkpoint_rows:
            raise Mismatch(size, Notice("CHECKPOINT_ROW_MISSING", {"row": size}))
        previous = read.digest()
    missing = walk.checkpoint_rows - {size for size, _ in checkpoints}
    if missing:
        raise Mismatch(min(missing), Notice("CHECKPOINT_MISSING", {"row": min(missing)}))


def _match_identity(outside: Checkpoint, log_id: str, public_key: bytes) -> None:
    if outside.log_id != log_id:
        raise Mismatch(1, Notice("OUTSIDE_CHECKPOINT_OF_ANOTHER_LOG"))
    if outside.public_key != public_key:
        raise Mismatch(1, Notice("OUTSIDE_CHECKPOINT_KEY_DIFFERS"))


def _match_outside(outside: Checkpoint, walk: _Walk) -> None:
    if outside.size > walk.rows:
        raise Mismatch(walk.rows + 1, Notice("LOG_CUT", {"row": walk.rows + 1, "rows": outside.size}))
    if walk.hashes[outside.size] != outside.head:
        raise Mismatch(outside.size, Notice("LOG_REWRITTEN", {"row": outside.size}))


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
        raise Mismatch(None, Notice("LOG_SCHEMA_CHANGED", {"names": ", ".join(names)}))


def _match_index(index: dict[int, str], walk: _Walk) -> None:
    """Checks that the index of the log by object matches every row."""
    wrong = sorted((seq for seq, _ in index.items() ^ walk.objects.items()), key=_number)
    if wrong:
        raise Mismatch(wrong[0], Notice("LOG_INDEX_DIFFERS", {"row": wrong[0]}))


def _found(first_bad: int | None, notice: Notice, rows: int) -> Finding:
    return Finding(ok=False, first_bad=first_bad, notice=notice, rows=rows)


def _praise(rows: int, outside: Checkpoint | None) -> Notice:
    if outside is None:
        return Notice("LOG_VERIFIES", {"rows": rows})
    return Notice("LOG_VERIFIES_FROM_CHECKPOINT", {"rows": rows, "checkpoint": outside.size})


def _number(seq: object) -> int:
    return seq if isinstance(seq, int) else 0
