"""Verifies the access log, and the tables of the file against it."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewer.access.checkpoint import Checkpoint
from reviewer.access.checkpoint_verification import StoredCheckpoint, Witnessings, read_checkpoints
from reviewer.access.log_chain import objects_of, parse
from reviewer.access.log_keys import LogKeys
from reviewer.access.log_walk import LogWalk, Mismatch, RowListener, require_signatures, stored_rows
from reviewer.access.signed_facts import FactTables, SignedFacts
from reviewer.access.table_seal import SealedTables, SealRows
from reviewer.access.work_verification import LoggedWork, WorkTables
from reviewer.db.connection import require_regular_files
from reviewer.db.schema_objects import different_objects
from reviewer.db.table_sums import NOT_COVERED
from reviewer.errors import Notice, Unavailable
from reviewer.model.people import PersonState

_BUSY_SECONDS = 30.0


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
    not_covered: tuple[str, ...] = tuple(sorted(NOT_COVERED))
    """The tables that are held against nothing."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """What is held against the log, read in one snapshot with its end; parts that a version lacks are
    None."""

    last: Any
    checkpoints: tuple[StoredCheckpoint, ...]
    has_index: bool
    index_rows: int | None
    about: int | None
    people: dict[str, tuple[str, str]]
    work: WorkTables | None
    sealed: SealedTables
    facts: FactTables | None


def verify_log(
    file: Path,
    log_id: str,
    log_public_key: bytes,
    outside: Checkpoint | None = None,
    *,
    every_signature: bool = False,
) -> Finding:
    """Verifies the whole log, and that it ends in, or continues from, a checkpoint kept elsewhere.

    Only with ``outside`` can rows cut off the end, a rolled-back file or a new log be detected. The key of
    ``outside`` is trusted before the one given. The tables beside the log are compared with its rows. Nothing
    is written, so a copy on a read-only medium is enough.

    Args:
        file: The workspace's database, of this or an earlier version.
        log_id: The log it should be.
        log_public_key: The raw Ed25519 key with which the log began, as the workspace has it.
        outside: A checkpoint that was kept elsewhere.
        every_signature: Also verifies the signatures that a later one implies, if people with the log key are
            not trusted to have used the program as it is; about 110 microseconds a row.

    Raises: Unavailable when the file cannot be read now. A damaged file is a Finding.
    """
    return _verified(file, outside, lambda _connection: (log_id, log_public_key), every_signature)


def verify_file(file: Path, outside: Checkpoint | None = None, *, every_signature: bool = False) -> Finding:
    """Like ``verify_log``, with the id and key stored in the file: for a file that is not open."""
    return _verified(file, outside, _identity_in, every_signature)


def _verified(
    file: Path,
    outside: Checkpoint | None,
    identity: Callable[[sqlite3.Connection], tuple[str, bytes]],
    every_signature: bool,  # noqa: FBT001
) -> Finding:
    walks: list[LogWalk] = []
    try:
        with closing(open_read_only(file)) as connection:
            log_id, log_public_key = identity(connection)
            if outside is not None:
                _match_identity(outside, log_id, log_public_key)
            _verify(connection, log_id, log_public_key, outside, walks, every=every_signature)
    except Mismatch as bad:
        return _found(bad.seq, bad.notice, walks)
    except sqlite3.OperationalError as error:
        if _is_locked(error):
            raise Unavailable("LOG_IN_USE") from error
        return _found(None, Notice("LOG_UNREADABLE", {"problem": str(error)}), walks)
    except sqlite3.DatabaseError as error:
        return _found(None, Notice("WORKSPACE_FILE_DAMAGED", {"problem": str(error)}), walks)
    except UnicodeDecodeError:
        # SQLite's message quotes the broken schema, which the driver cannot decode.
        return _found(None, Notice("WORKSPACE_SCHEMA_NOT_TEXT"), walks)
    rows = walks[0].rows
    return Finding(ok=True, first_bad=None, notice=_praise(rows, outside), rows=rows)


def _verify(
    connection: sqlite3.Connection,
    log_id: str,
    public_key: bytes,
    outside: Checkpoint | None,
    walks: list[LogWalk],
    *,
    every: bool,
) -> None:
    """Raises Mismatch; adds the walk to ``walks`` as soon as it has begun, for the rows it went through."""
    tables = _snapshot(connection)
    ours = {each.size: each.note for each in tables.checkpoints if each.is_of(log_id, public_key)}
    signed = {size: note for size, note in ours.items() if note is not None}
    walk = LogWalk(LogKeys(log_id, public_key), signed, frozenset(_wanted(tables, outside)))
    walks.append(walk)
    work, witnessings, seals, facts = LoggedWork(), Witnessings(), SealRows(), SignedFacts()
    listeners: list[RowListener] = [work, witnessings, seals, facts]
    problem: Mismatch | None = None
    try:
        walk.run(
            stored_rows(connection, tables.last, has_index=tables.has_index),
            listeners,
            has_index=tables.has_index,
        )
    except Mismatch as bad:
        problem = bad
    require_signatures(connection, walk, every=every)
    if problem is not None:
        raise problem
    witnessings.match(tables.checkpoints, walk)
    if outside is not None:
        _match_outside(outside, walk)
    if tables.work is not None:  # an earlier version had another schema
        _match_schema(connection)
        _match_index(connection, tables, walk)
        _match_people(tables.people, walk)
        tables.work.match(work)
        if tables.facts is not None:
            tables.facts.match(facts)
        tables.sealed.match(walk, seals)


def _wanted(tables: _Tables, outside: Checkpoint | None) -> list[int]:
    seal = tables.sealed.seal
    return [
        *(each.size for each in tables.checkpoints),
        *([outside.size] if outside else []),
        *([seal.head.size] if seal else []),
    ]


def open_read_only(file: Path) -> sqlite3.Connection:
    """A read-only connection; where no lock file is possible, the file is treated as a copy.

    Raises Unavailable while somebody keeps the file locked, or when a commit was interrupted and its journal
    lies beside the file: half a commit would look like damage.
    """
    uri, as_copy = file.absolute().as_uri(), ""
    try:
        require_regular_files(file)
    except Unavailable:
        if not file.is_file():
            raise
        as_copy = "&immutable=1"  # what is beside it is not looked at: SQLite would wait for a pipe
    connection = sqlite3.connect(
        f"{uri}?mode=ro{as_copy}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if _is_locked(error):
            raise Unavailable("LOG_IN_USE") from error
        if error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK:
            raise Unavailable("LOG_COMMIT_INTERRUPTED") from error
        connection = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
    except sqlite3.DatabaseError:
        pass  # not a database: the first read reports it
    # Text that is not UTF-8 must be a finding, not an exception of the driver.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _is_locked(error: sqlite3.OperationalError) -> bool:
    return "locked" in str(error) or "busy" in str(error)


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
    return connection.execute(query, (name,)).fetchone() is not None


def _identity_in(connection: sqlite3.Connection) -> tuple[str, bytes]:
    if not _has_table(connection, "meta"):
        raise Mismatch(None, Notice("WORKSPACE_META"))
    values = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    try:
        # In a file of an earlier version the log has the id of its workspace.
        log_id = str(values.get("log_id", values["workspace_id"]))
        return log_id, bytes.fromhex(str(values["log_public_key"]))
    except (KeyError, ValueError) as error:
        raise Mismatch(None, Notice("WORKSPACE_META")) from error


def _snapshot(connection: sqlite3.Connection) -> _Tables:
    """Reads everything in one snapshot, or rows added meanwhile would seem to be missing."""
    connection.execute("BEGIN")
    has_index = _has_table(connection, "log_index")
    has_work = _has_table(connection, "annotation")
    tables = _Tables(
        last=connection.execute("SELECT max(seq) FROM log").fetchone()[0],
        checkpoints=read_checkpoints(connection),
        has_index=has_index,
        index_rows=_index_rows(connection) if has_index else None,
        about=_about(connection) if has_work else None,
        people=_people(connection) if has_work else {},
        work=WorkTables.read(connection) if has_work else None,
        sealed=SealedTables.read(connection),
        facts=FactTables.read(connection) if has_work else None,
    )
    connection.execute("COMMIT")
    return tables


def _index_rows(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM log_index").fetchone()[0])


def _about(connection: sqlite3.Connection) -> int:
    """The sum of the same hashes as those of the pass: of (row, object)."""
    return sum(map(hash, connection.execute("SELECT seq, object FROM log_about")))


def _people(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    found = connection.execute("SELECT id, state, public_key FROM person")
    return {str(person): (str(state), _hex(key)) for person, state, key in found}


def _match_identity(outside: Checkpoint, log_id: str, public_key: bytes) -> None:
    if outside.log_id != log_id:
        raise Mismatch(1, Notice("OUTSIDE_CHECKPOINT_OF_ANOTHER_LOG"))
    if outside.every_key[-1] != public_key:
        raise Mismatch(1, Notice("OUTSIDE_CHECKPOINT_KEY_DIFFERS"))


def _match_outside(outside: Checkpoint, walk: LogWalk) -> None:
    if outside.size > walk.rows:
        raise Mismatch(walk.rows + 1, Notice("LOG_CUT", {"row": walk.rows + 1, "rows": outside.size}))
    head, root = walk.ends[outside.size]
    is_ours = outside.public_key == walk.keys.at(outside.size)
    if not is_ours or head != outside.head or outside.root not in {b"", root}:
        raise Mismatch(outside.size, Notice("LOG_REWRITTEN", {"row": outside.size}))


def _match_schema(connection: sqlite3.Connection) -> None:
    """Compares tables, triggers and indexes with those of the version that last wrote the file."""
    if names := different_objects(connection):
        raise Mismatch(None, Notice("LOG_SCHEMA_CHANGED", {"names": ", ".join(names)}))


def _match_index(connection: sqlite3.Connection, tables: _Tables, walk: LogWalk) -> None:
    """Checks that the indexes of the log match every row, and hold nothing else."""
    wrong = walk.first_not_indexed
    if wrong is None and tables.index_rows not in {None, walk.rows}:
        wrong = walk.rows + 1
    if wrong is None and tables.about != walk.about:
        wrong = _first_not_indexed(connection, tables.last)
    if wrong is not None:
        raise Mismatch(wrong, Notice("LOG_INDEX_DIFFERS", {"row": wrong}))


def _match_people(people: dict[str, tuple[str, str]], walk: LogWalk) -> None:
    """Checks that people have the signing keys with which they enrolled or signed in."""
    for person, key in walk.sessions.keys.items():
        state, public_key = people.get(person, ("", ""))
        if public_key != key and state != PersonState.INVITED:
            raise Mismatch(None, Notice("PERSON_KEY_DIFFERS", {"person": person}))


def _first_not_indexed(connection: sqlite3.Connection, last: Any) -> int:
    """The first row that the index by object does not have as the log does."""
    index: dict[Any, set[str]] = defaultdict(set)
    for target, seq in connection.execute("SELECT object, seq FROM log_about"):
        index[seq].add(str(target))
    for seq, body, *_rest in stored_rows(connection, last, has_index=False):
        fields = parse(body)
        if index.pop(seq, set()) != set(objects_of(fields["object"], fields["detail"])):
            return int(seq)
    return min((_number(seq) for seq in index), default=int(last))


def _hex(data: Any) -> str:
    return data.hex() if isinstance(data, bytes) else ""


def _found(first_bad: int | None, notice: Notice, walks: list[LogWalk]) -> Finding:
    rows = walks[0].rows if walks else 0
    return Finding(ok=False, first_bad=first_bad, notice=notice, rows=rows)


def _praise(rows: int, outside: Checkpoint | None) -> Notice:
    if outside is None:
        return Notice("LOG_VERIFIES", {"rows": rows})
    return Notice("LOG_VERIFIES_FROM_CHECKPOINT", {"rows": rows, "checkpoint": outside.size})


def _number(seq: object) -> int:
    return seq if isinstance(seq, int) else 0
