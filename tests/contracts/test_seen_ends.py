"""What a lead's log remembers of the ends of people's logs, however often it was told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.access import seen_ends as remembered
from reviewer.access.audit_log import AuditLog
from reviewer.access.seen_ends import MOST_ROWS, SeenEnd, SeenEnds, details, seen_ends
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.model.event import Action, Event
from tests.fakes.clock import FakeClock

OTHER = Event(Action.CLIP_OPENED, actor="p1", role="contractor", session="s1", object="c1")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    database = Database(tmp_path / "workspace.db")
    migrate(database)
    made = AuditLog(database, FakeClock(), "w1")
    made.unlock(b"l" * 32)
    yield made
    database.close()


def end(person: int, size: int) -> SeenEnd:
    return SeenEnd(f"p{person}", f"l{person}", size, size.to_bytes(32))


def remember(log: AuditLog, *ends: SeenEnd) -> int:
    """How many rows it took."""
    rows = [Event(Action.LOG_SEEN, detail=each) for each in details(ends, seen_ends(log))]
    for row in rows:
        log.record(row)
    return len(rows)


def test_log_that_remembers_nothing_has_no_ends(log: AuditLog) -> None:
    assert seen_ends(log) == SeenEnds({}, 0)


def test_last_end_of_each_log_counts_wherever_its_row_is(log: AuditLog) -> None:
    remember(log, end(0, 1), end(1, 5))
    for size in range(2, 4 * MOST_ROWS):
        remember(log, end(0, size))
        log.record(OTHER)
    found = seen_ends(log)
    assert found.last == {("p0", "l0"): end(0, 4 * MOST_ROWS - 1), ("p1", "l1"): end(1, 5)}
    assert found.rows <= MOST_ROWS


def test_ends_that_need_several_rows_are_all_found(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_IN_A_ROW", 3)
    everybody = [end(person, 1) for person in range(7)]
    assert remember(log, *everybody) == 3
    while seen_ends(log).rows < MOST_ROWS:
        remember(log, end(0, 2))
    assert remember(log, end(6, 3)) == 3
    found = seen_ends(log)
    assert found.rows == 3
    assert sorted(found.last.values(), key=lambda one: one.person_id) == [
        end(0, 2), *everybody[1:6], end(6, 3)
    ]  # fmt: skip


def test_log_of_an_earlier_version_is_read_once_to_its_beginning(log: AuditLog) -> None:
    with log._database.transaction():
        for size in range(3 * MOST_ROWS):
            (detail,) = details([end(size % 2, size)], SeenEnds({}, 0))
            log.record(Event(Action.LOG_SEEN, detail=detail))
    assert seen_ends(log).rows == 3 * MOST_ROWS
    remember(log, end(0, 1000))
    assert seen_ends(log).rows == 1
    assert set(seen_ends(log).last) == {("p0", "l0"), ("p1", "l1")}
