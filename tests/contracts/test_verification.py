"""Verification names what is wrong, whatever state the file is in."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.checkpoint import Checkpoint, parse_checkpoint, write_checkpoint
from reviewer.access.verification import verify_log
from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.messages import command_catalogue
from reviewer.model.clock import to_micros
from reviewer.model.event import Action, Event
from tests.fakes.clock import START, FakeClock

LOG_KEY = b"l" * 32
PUBLIC_KEY = signing.public_key_of(LOG_KEY)


class Workspace:
    """A log of nine rows, with checkpoints over three, six and nine."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        migrate(self.database)
        self.ledger = AuditLog(self.database, FakeClock(), "w1")
        self.ledger.unlock(LOG_KEY)
        self.checkpoints: list[Checkpoint] = []
        for _ in range(3):
            for _ in range(2):
                self.ledger.record(Event(Action.CLIP_OPENED, actor="p1"))
            self.checkpoints.append(self.ledger.checkpoint("request"))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace(tmp_path / "workspace.db")
    yield made
    made.database.close()


def run(workspace: Workspace, *statements: str) -> None:
    with closing(sqlite3.connect(workspace.database.path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def bad(workspace: Workspace, outside: Checkpoint | None = None) -> tuple[int | None, str]:
    finding = verify_log(workspace.database.path, "w1", PUBLIC_KEY, outside)
    assert not finding.ok
    return finding.first_bad, command_catalogue().words(finding.notice).sentence


def test_a_whole_log_is_praised_with_its_number_of_rows(workspace: Workspace) -> None:
    finding = verify_log(workspace.database.path, "w1", PUBLIC_KEY)
    assert (finding.ok, finding.first_bad, finding.rows) == (True, None, 9)
    assert finding.notice.code == "LOG_VERIFIES"


@pytest.mark.parametrize("which", [0, 1, 2])
def test_every_checkpoint_from_outside_fits_the_log_that_made_it(workspace: Workspace, which: int) -> None:
    outside = parse_checkpoint(workspace.checkpoints[which].text)
    assert verify_log(workspace.database.path, "w1", PUBLIC_KEY, outside).ok


def test_verification_sees_only_what_is_committed(workspace: Workspace) -> None:
    with workspace.database.transaction():
        workspace.ledger.record(Event(Action.CLIP_OPENED))
        assert verify_log(workspace.database.path, "w1", PUBLIC_KEY).rows == 9
    assert verify_log(workspace.database.path, "w1", PUBLIC_KEY).rows == 10


def test_rows_and_checkpoints_that_come_during_a_verification_do_not_disturb_it(workspace: Workspace) -> None:
    turns, times = threading.Semaphore(0), 20

    def write() -> None:
        for _ in range(times):
            turns.acquire()
            workspace.ledger.record(Event(Action.CLIP_OPENED))
            workspace.ledger.checkpoint("request")

    writer = threading.Thread(target=write)
    writer.start()
    findings = []
    for _ in range(times):
        turns.release()
        findings.append(verify_log(workspace.database.path, "w1", PUBLIC_KEY))
    writer.join()
    assert [finding.notice.code for finding in findings if not finding.ok] == []
    assert verify_log(workspace.database.path, "w1", PUBLIC_KEY).rows == 9 + 2 * times


def test_verification_changes_nothing_in_the_file(workspace: Workspace) -> None:
    before = workspace.database.path.read_bytes()
    verify_log(workspace.database.path, "w1", PUBLIC_KEY)
    assert workspace.database.path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER log_no_update",
        "DROP TRIGGER log_no_delete",
        "DROP TRIGGER log_in_order",
        "CREATE TRIGGER extra AFTER INSERT ON log BEGIN SELECT 1; END",
        "CREATE INDEX extra ON log (prev)",
        "ALTER TABLE log ADD COLUMN extra TEXT",
        "ALTER TABLE checkpoint ADD COLUMN extra TEXT",
        "CREATE TRIGGER extra AFTER INSERT ON checkpoint BEGIN SELECT 1; END",
    ],
)
def test_a_changed_protection_of_the_log_is_a_finding(workspace: Workspace, statement: str) -> None:
    run(workspace, statement)
    first_bad, sentence = bad(workspace)
    assert first_bad is None
    assert "protect the log" in sentence


def test_a_weakened_trigger_of_the_same_name_is_a_finding(workspace: Workspace) -> None:
    run(
        workspace,
        "DROP TRIGGER log_no_delete",
        "CREATE TRIGGER log_no_delete BEFORE DELETE ON log BEGIN SELECT 1; END",
    )
    assert "log_no_delete" in bad(workspace)[1]


def test_a_log_table_that_is_gone_is_a_finding(workspace: Workspace) -> None:
    run(workspace, "DROP TABLE log")
    assert "cannot be read" in bad(workspace)[1]


def test_a_checkpoint_table_that_is_gone_is_a_finding(workspace: Workspace) -> None:
    run(workspace, "DROP TABLE checkpoint")
    assert "cannot be read" in bad(workspace)[1]


def test_a_log_of_other_columns_is_a_finding(workspace: Workspace) -> None:
    run(workspace, "DROP TABLE log", "CREATE TABLE log (seq, body, prev, hash, signature)",
        "INSERT INTO log VALUES ('one', 1.5, NULL, 'text', 7)")  # fmt: skip
    assert bad(workspace)[0] == 1


def test_a_file_that_is_no_database_is_a_finding(workspace: Workspace) -> None:
    workspace.database.close()
    workspace.database.path.write_bytes(os.urandom(8192))
    assert "damaged" in bad(workspace)[1]


def test_a_file_that_was_cut_is_a_finding(workspace: Workspace) -> None:
    workspace.database.close()
    data = workspace.database.path.read_bytes()
    workspace.database.path.write_bytes(data[: len(data) // 2])
    assert bad(workspace)[1]


def test_an_empty_file_is_a_finding(workspace: Workspace) -> None:
    workspace.database.close()
    workspace.database.path.write_bytes(b"")
    assert "cannot be read" in bad(workspace)[1]


def test_a_file_that_is_gone_is_a_finding(workspace: Workspace) -> None:
    workspace.database.close()
    workspace.database.path.unlink()
    assert "cannot be read" in bad(workspace)[1]
    assert not workspace.database.path.exists()


def test_a_folder_with_strange_letters_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c %41 ü"
    folder.mkdir()
    made = Workspace(folder / "workspace.db")
    assert verify_log(made.database.path, "w1", PUBLIC_KEY).ok
    made.database.close()


def test_an_edited_checkpoint_is_a_finding(workspace: Workspace) -> None:
    run(workspace, "UPDATE checkpoint SET note = replace(note, 'request', 'exports') WHERE size = 6")
    assert bad(workspace) == (6, "The checkpoint over 6 rows does not verify.")


def test_a_checkpoint_under_another_size_is_a_finding(workspace: Workspace) -> None:
    run(workspace, "UPDATE checkpoint SET size = 5 WHERE size = 6")
    assert bad(workspace)[0] == 5


@pytest.mark.parametrize("size", [3, 6, 9])
def test_a_checkpoint_that_was_taken_away_is_a_finding(workspace: Workspace, size: int) -> None:
    run(workspace, f"DELETE FROM checkpoint WHERE size = {size}")
    first_bad, sentence = bad(workspace)
    assert first_bad == min(size + 3, 9)
    assert "missing" in sentence


def test_a_checkpoint_signed_with_another_key_is_a_finding(workspace: Workspace) -> None:
    head = workspace.ledger.head()
    put_note(workspace, write_checkpoint(b"m" * 32, "w1", 9, head.hash, START, b"", "request"))
    assert bad(workspace) == (9, "The checkpoint over 9 rows does not belong to this log.")


def test_a_checkpoint_over_another_head_is_a_finding(workspace: Workspace) -> None:
    previous = workspace.checkpoints[1].digest()
    put_note(workspace, write_checkpoint(LOG_KEY, "w1", 9, b"h" * 32, START, previous, "request"))
    assert bad(workspace) == (9, "Row 9 is not the row that its checkpoint signed.")


def test_a_checkpoint_that_no_row_tells_of_is_a_finding(workspace: Workspace) -> None:
    row = next(workspace.ledger.rows(since=8))
    previous = workspace.checkpoints[1].digest()
    note = write_checkpoint(LOG_KEY, "w1", 8, row.hash, START, previous, "request")
    with workspace.database.transaction():
        workspace.database.execute(
            "INSERT INTO checkpoint (size, note, made_at) VALUES (8, ?, ?)", (note.text, to_micros(START))
        )
    assert bad(workspace) == (8, "Row 8 does not record its checkpoint.")


def test_a_checkpoint_beyond_the_end_shows_a_cut_tail(workspace: Workspace) -> None:
    run(workspace, "DROP TRIGGER log_no_delete", "DELETE FROM log WHERE seq > 7")
    assert bad(workspace) == (8, "Row 8 is missing: a checkpoint covers 9 rows.")


def put_note(workspace: Workspace, note: Checkpoint) -> None:
    workspace.database.execute("UPDATE checkpoint SET note = ? WHERE size = ?", (note.text, note.size))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO log_about (object, seq) VALUES ('c999', 4)",
        "CREATE TRIGGER extra AFTER UPDATE ON task BEGIN SELECT 1; END",
        "DROP TRIGGER annotation_no_update",
    ],
)
def test_what_stands_beside_the_log_is_held_to_it(workspace: Workspace, statement: str) -> None:
    run(workspace, statement)
    assert not verify_log(workspace.database.path, "w1", PUBLIC_KEY).ok
    assert workspace.ledger.about("c999") == []
