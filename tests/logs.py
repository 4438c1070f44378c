"""Access logs to be tampered with."""

import sqlite3
from contextlib import closing
from pathlib import Path

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.checkpoint import Checkpoint, parse_checkpoint
from reviewer.access.log_chain import canonical, link_hash
from reviewer.access.verification import Finding, verify_log
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.model.event import Action, Event
from tests.fakes.clock import FakeClock
from tests.fakes.intruder import Forged

LOG_KEY = b"l" * 32
NEXT_KEY = b"n" * 32
REPLACED_IN = 202
PUBLIC_KEY = signing.public_key_of(LOG_KEY)
# Unsigned rows: the first two, and a failed sign-in later.
UNSIGNED = {1, 2, 301}


def write_log(
    file: Path,
    rows: int,
    *,
    log_id: str = "w1",
    log_key: bytes = LOG_KEY,
    next_key: bytes = b"",
    app_version: str = "0.1.0",
) -> Path:
    """A log of at least so many rows, signed but for the first two and the 301st.

    ``next_key`` replaces its key in row ``REPLACED_IN``, after a checkpoint.
    """
    database, clock = Database(file), FakeClock()
    migrate(database)
    ledger = AuditLog(database, clock, log_id, app_version=app_version)
    with database.transaction():
        ledger.record(Event(Action.WORKSPACE_MADE))
        ledger.record(Event(Action.SIGN_IN_FAILED, detail={"failures": 1}))
        ledger.unlock(log_key)
        while (size := ledger.head().size) < rows:
            clock.advance(1)
            if size == REPLACED_IN - 2 and next_key:
                ledger.checkpoint("test")
                ledger.replace_key(next_key, Event(Action.KEYS_REPLACED, actor="p1"))
                log_key = next_key
            if size == 300:
                ledger.lock()
                ledger.record(Event(Action.SIGN_IN_FAILED, detail={"failures": 2}))
                ledger.unlock(log_key)
            ledger.record(
                Event(Action.CLIP_HEARD, actor="p1", object=f"c{size}", detail={"ranges": [[0, size]]})
            )
    database.close()
    return file


def check(file: Path, outside: Checkpoint | None = None, log_id: str = "w1") -> Finding:
    return verify_log(file, log_id, PUBLIC_KEY, outside)


def newest_checkpoint(file: Path) -> Checkpoint:
    with closing(sqlite3.connect(file)) as connection:
        (note,) = connection.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return parse_checkpoint(note)


def log_of(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT seq, body, prev, hash, signature FROM log ORDER BY seq").fetchall()


def reopened(file: Path) -> tuple[Database, AuditLog]:
    database = Database(file)
    ledger = AuditLog(database, FakeClock(), "w1", app_version="0.1.0")
    ledger.unlock(LOG_KEY)
    return database, ledger


def forged_row(rows: list[Forged], place: int, action: Action) -> Forged:
    prev = rows[place - 2].hash
    fields = canonical(
        {
            "v": 1,
            "log_id": "w1",
            "seq": place,
            "ts": 1,
            "mono": 1,
            "actor": "p1",
            "role": "",
            "session": "",
            "action": action,
            "object": "c999",
            "outcome": "ok",
            "reason": "",
            "detail": {},
            "app_version": "0.1.0",
        }
    )
    return Forged(place, fields, prev, link_hash(prev, fields), b"")


def assert_bad(finding: Finding, first_bad: int, *codes: str) -> None:
    assert not finding.ok
    assert finding.first_bad == first_bad, finding.notice
    assert not codes or finding.notice.code in codes
