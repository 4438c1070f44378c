"""Verifies the access log, and the submitted work against it."""

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
from reviewer.db.schema import migrations
from reviewer.errors import Damaged, Notice, Unavailable
from reviewer.model.event import Action

_HANDED_IN = frozenset({Action.SUBMITTED, Action.REVIEW_SUBMITTED})
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
    refused: set[str] = field(default_factory=set)
    work: dict[str, tuple[int, str, str, str]] = field(default_factory=dict)
    """Annotation id -> row, digest, clip and author of the row that submitted it."""


class _Bad(Exception):
    def __init__(self, seq: int | None, notice: Notice) -> None:
        super().__init__(notice.code)
        self.seq = seq
        self.notice = notice


def verify_log(file: Path, log_id: str, log_public_key: bytes, outside: Checkpoint | None = None) -> Finding:
    """Verifies the whole log, and that it ends in, or continues from, a checkpoint kept elsewhere.

    Only with ``outside`` can rows cut off the end, a rolled-back file or a new log be detected. The key of
    ``outside`` is trusted before the one given. Each annotation is compared with the row that submitted it.
    Nothing is written, so a copy on a read-only medium is enough.

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
                _match_index(tables, walk)
                _match_annotations(tables, walk)
    except _Bad as bad:
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
        raise _Bad(None, Notice("WORKSPACE_META"))
    values = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    try:
        return str(values["workspace_id"]), bytes.fromhex(str(values["log_public_key"]))
    except (KeyError, ValueError) as error:
        raise _Bad(None, Notice("WORKSPACE_META")) from error


def _walk(rows: Iterator[LogRow], walk: _Walk, log_id: str, public_key: bytes) -> None:
    for seq, row in enumerate(rows, start=1):
        problem = flaw(row, seq, walk.head, log_id) or _flaw_of_signature(row, public_key)
        if problem:
            raise _Bad(seq, problem)
        walk.head, walk.rows = row.hash, seq
        if seq in walk.wanted:
            walk.hashes[seq] = row.hash
        fields = row.fields()
        if fields["object"]:
            walk.objects[seq] = str(fields["object"])
        if fields["action"] == Action.CHECKPOINT:
            walk.checkpoint_rows.add(seq)
        elif fields["action"] in _HANDED_IN:
            _note_work(walk, seq, fields)
        elif fields["action"] == Action.SUBMISSION_REFUSED:
            walk.refused.add(str(fields["detail"].get("annotation")))
    if not walk.rows:
        raise _Bad(1, Notice("LOG_EMPTY"))


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


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables that are compared with the log: its index, the annotations, and the outbox."""

    index: dict[int, str]
    annotations: list[tuple[str, str, str, str]]
    clips: frozenset[str]
    is_sending: bool


def _snapshot(connection: sqlite3.Connection) -> tuple[Any, list[tuple[int, str]], _Tables | None]:
    # One snapshot of everything, or rows added meanwhile would seem to be missing.
    connection.execute("BEGIN")
    last = connection.execute("SELECT max(seq) FROM log").fetchone()[0]
    rows = connection.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall()
    tables = _tables(connection) if _has_table(connection, "annotation") else None
    connection.execute("COMMIT")
    return last, [(size, str(note)) for size, note in rows], tables


def _tables(connection: sqlite3.Connection) -> _Tables:
    annotations = connection.execute(
        "SELECT id, digest, clip_id, author FROM annotation ORDER BY id"
    ).fetchall()
    pending = connection.execute("SELECT 1 FROM outbox WHERE state = 'pending' LIMIT 1").fetchone()
    return _Tables(
        index={seq: str(target) for target, seq in connection.execute("SELECT object, seq FROM log_about")},
        annotations=[
            (str(name), digest.hex() if isinstance(digest, bytes) else "", str(clip), str(author))
            for name, digest, clip, author in annotations
        ],
        clips=frozenset(str(clip) for (clip,) in connection.execute("SELECT clip_id FROM queue_clip")),
        is_sending=pending is not None,
    )


def _match_checkpoints(
    checkpoints: list[tuple[int, str]], walk: _Walk, log_id: str, public_key: bytes
) -> None:
    previous = b""
    for size, note in checkpoints:
        try:
            read = parse_checkpoint(note)
        except Damaged as error:
            raise _Bad(size, Notice("CHECKPOINT_DAMAGED", {"rows": size})) from error
        if (read.size, read.log_id, read.public_key) != (size, log_id, public_key):
            raise _Bad(size, Notice("CHECKPOINT_OF_ANOTHER_LOG", {"rows": size}))
        if size > walk.rows:
            raise _Bad(walk.rows + 1, Notice("LOG_CUT", {"row": walk.rows + 1, "rows": size}))
        if read.head != walk.hashes[size]:
            raise _Bad(size, Notice("LOG_ROW_NOT_SIGNED_BY_CHECKPOINT", {"row": size}))
        if read.previous != previous:
            raise _Bad(size, Notice("CHECKPOINT_BEFORE_MISSING", {"rows": size}))
        if size not in walk.checkpoint_rows:
            raise _Bad(size, Notice("CHECKPOINT_ROW_MISSING", {"row": size}))
        previous = read.digest()
    missing = walk.checkpoint_rows - {size for size, _ in checkpoints}
    if missing:
        raise _Bad(min(missing), Notice("CHECKPOINT_MISSING", {"row": min(missing)}))


def _match_identity(outside: Checkpoint, log_id: str, public_key: bytes) -> None:
    if outside.log_id != log_id:
        raise _Bad(1, Notice("OUTSIDE_CHECKPOINT_OF_ANOTHER_LOG"))
    if outside.public_key != public_key:
        raise _Bad(1, Notice("OUTSIDE_CHECKPOINT_KEY_DIFFERS"))


def _match_outside(outside: Checkpoint, walk: _Walk) -> None:
    if outside.size > walk.rows:
        raise _Bad(walk.rows + 1, Notice("LOG_CUT", {"row": walk.rows + 1, "rows": outside.size}))
    if walk.hashes[outside.size] != outside.head:
        raise _Bad(outside.size, Notice("LOG_REWRITTEN", {"row": outside.size}))


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
        raise _Bad(None, Notice("LOG_SCHEMA_CHANGED", {"names": ", ".join(names)}))


def _note_work(walk: _Walk, seq: int, fields: dict[str, Any]) -> None:
    detail = fields["detail"]
    annotation = detail.get("annotation") if isinstance(detail, dict) else None
    if isinstance(annotation, str):
        said = (seq, str(detail.get("digest")), str(fields["object"]), str(fields["actor"]))
        walk.work.setdefault(annotation, said)


def _match_index(tables: _Tables, walk: _Walk) -> None:
    """Checks that the index of the log by object matches every row."""
    wrong = sorted(seq for seq, _ in tables.index.items() ^ walk.objects.items())
    if wrong:
        raise _Bad(wrong[0], Notice("LOG_INDEX_DIFFERS", {"row": wrong[0]}))


def _match_annotations(tables: _Tables, walk: _Walk) -> None:
    """Checks that every annotation matches its row (digest, clip and author), and that none is missing.

    Work that was refused, is still being sent, or is in a queue elsewhere is not in this file.
    """
    for annotation, *facts in tables.annotations:
        said = walk.work.get(annotation)
        if said is None:
            raise _Bad(None, Notice("ANNOTATION_NOT_IN_LOG", {"annotation": annotation}))
        if tuple(facts) != said[1:]:
            raise _Bad(said[0], Notice("ANNOTATION_DIFFERS", {"annotation": annotation, "row": said[0]}))
    here = {tuple(facts) for _, *facts in tables.annotations}
    for annotation, (row, *said_facts) in walk.work.items():
        is_here = tuple(said_facts) in here or said_facts[1] not in tables.clips
        if not is_here and not tables.is_sending and annotation not in walk.refused:
            raise _Bad(row, Notice("ANNOTATION_MISSING", {"annotation": annotation, "row": row}))


def _found(first_bad: int | None, notice: Notice, rows: int) -> Finding:
    return Finding(ok=False, first_bad=first_bad, notice=notice, rows=rows)


def _praise(rows: int, outside: Checkpoint | None) -> Notice:
    if outside is None:
        return Notice("LOG_VERIFIES", {"rows": rows})
    return Notice("LOG_VERIFIES_FROM_CHECKPOINT", {"rows": rows, "checkpoint": outside.size})
