"""Verifying an access log of a million rows, beside the time of hashing its rows alone in the same run."""

import os
import sqlite3
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from reviewer.access.audit_log import AuditLog
from reviewer.access.verification import verify_log
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.model.event import Action, Event
from tests.benchmarks.table import row
from tests.fakes.clock import FakeClock
from tests.logs import LOG_KEY, PUBLIC_KEY

ROWS = int(os.environ.get("REVIEWER_LOG_ROWS", "1000000"))


def test_a_million_rows(tmp_path: Path) -> None:
    file = tmp_path / "workspace.db"
    database, clock = Database(file), FakeClock()
    migrate(database)
    log = AuditLog(database, clock, "w1")
    log.unlock(LOG_KEY)
    size = 0
    while size < ROWS:
        with database.transaction():
            for _ in range(5000):
                clock.advance(0.5)
                detail = {"task": f"t{size:016x}", "ranges": [[0, 16_000 + size, 100]]}
                size = log.record(Event(Action.CLIP_HEARD, object=f"c{size % 5000:020}", detail=detail))
    database.close()
    begun, begun_processor = time.perf_counter(), time.process_time()
    finding = verify_log(file, "w1", PUBLIC_KEY)
    verified, processor = time.perf_counter() - begun, time.process_time() - begun_processor
    assert finding.ok, finding.notice
    begun_processor = time.process_time()
    with closing(sqlite3.connect(file)) as connection:
        for prev, body in connection.execute("SELECT prev, body FROM log ORDER BY seq"):
            sha256(b"\x00" + prev + body).digest()
    floor = time.process_time() - begun_processor
    limit_s = 10 * finding.rows / 1_000_000
    row(
        f"verifying an access log of {finding.rows:,} rows",
        f"{verified:.1f} s, processor {processor:.1f} s, {processor / floor:.1f} times hashing alone",
        f"at most {limit_s:.1f} s",
        verified <= limit_s,
    )
