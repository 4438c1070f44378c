"""Verification names what is wrong, whatever state the file is in."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.access import signing, verification
from reviewer.access.audit_log import AuditLog
from reviewer.access.checkpoint import Checkpoint, parse_checkpoint, write_checkpoint
from reviewer.access.table_seal import MIGRATIONS, TableSeals
from reviewer.access.verification import verify_file, verify_log
from reviewer.db.connection import Database
from reviewer.db.schema import migrate, migrations
from reviewer.db.workspace_meta import WorkspaceMeta, read_meta, write_meta
from reviewer.errors import Unavailable
from reviewer.messages import command_catalogue
from reviewer.model.clock import to_micros
from reviewer.model.event import Action, Event
from tests.fakes.clock import START, FakeClock
from tests.fakes.intruder import unguarded

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


_WEAK = (
    "DROP TRIGGER log_no_delete",
    "CREATE TRIGGER log_no_delete BEFORE DELETE ON log BEGIN SELECT 1; END",
)
_OTHER_COLUMNS = (
    "DROP TABLE log",
    "CREATE TABLE log (seq, body, prev, hash, signature)",
    "INSERT INTO log VALUES ('one', 1.5, NULL, 'text', 7)",
)
_OTHER_SIGNATURE = (  # of a row between two checkpoints
    "DROP TRIGGER log_no_update",
    "UPDATE log SET signature = (SELECT signature FROM log WHERE seq = 4) WHERE seq = 5",
)
_CUT_TAIL = ("DROP TRIGGER log_no_delete", "DELETE FROM log WHERE seq > 7")


@pytest.mark.parametrize(
    ("statements", "first_bad", "words"),
    [
        (("DROP TRIGGER log_no_update",), None, "protect the log"),
        (("DROP TRIGGER log_no_delete",), None, "protect the log"),
        (("DROP TRIGGER log_in_order",), None, "protect the log"),
        (("CREATE TRIGGER extra AFTER INSERT ON log BEGIN SELECT 1; END",), None, "protect the log"),
        (("CREATE TRIGGER extra AFTER INSERT ON checkpoint BEGIN SELECT 1; END",), None, "protect the log"),
        (("CREATE INDEX extra ON log (prev)",), None, "protect the log"),
        (("ALTER TABLE log ADD COLUMN extra TEXT",), None, "protect the log"),
        (("ALTER TABLE checkpoint ADD COLUMN extra TEXT",), None, "protect the log"),
        (_WEAK, None, "log_no_delete"),
        (("DROP TABLE log",), None, "cannot be read"),
        (("DROP TABLE checkpoint",), None, "cannot be read"),
        (_OTHER_COLUMNS, 1, ""),
        (
            ("UPDATE checkpoint SET note = replace(note, 'request', 'exports') WHERE size = 6",),
            6,
            "not verify",
        ),
        (("UPDATE checkpoint SET size = 5 WHERE size = 6",), 5, ""),
        (_OTHER_SIGNATURE, 5, "signature"),
        (("DELETE FROM checkpoint WHERE size = 3",), 6, "missing"),
        (("DELETE FROM checkpoint WHERE size = 6",), 9, "missing"),
        (("DELETE FROM checkpoint WHERE size = 9",), 9, "missing"),
        (_CUT_TAIL, 8, "Row 8 is missing: a checkpoint covers 9 rows."),
    ],
)
def test_what_was_changed_in_the_file_is_found_where_it_is(
    workspace: Workspace, statements: tuple[str, ...], first_bad: int | None, words: str
) -> None:
    run(workspace, *statements)
    found = bad(workspace)
    assert found[0] == first_bad
    assert words in found[1]


@pytest.mark.parametrize(
    ("data", "words"),
    [(os.urandom(8192), "damaged"), (b"", "cannot be read"), (None, "cannot be read")],
    ids=["no database", "empty", "gone"],
)
def test_a_file_that_is_no_workspace_is_a_finding(
    workspace: Workspace, data: bytes | None, words: str
) -> None:
    workspace.database.close()
    workspace.database.path.unlink()
    if data is not None:
        workspace.database.path.write_bytes(data)
    assert words in bad(workspace)[1]
    assert workspace.database.path.exists() == (data is not None)


def test_a_file_that_was_cut_is_a_finding(workspace: Workspace) -> None:
    workspace.database.close()
    data = workspace.database.path.read_bytes()
    workspace.database.path.write_bytes(data[: len(data) // 2])
    assert bad(workspace)[1]


def test_a_copy_beside_which_no_lock_can_be_kept_verifies(workspace: Workspace) -> None:
    workspace.database.close()
    run(workspace, "PRAGMA journal_mode=WAL")
    workspace.database.path.with_name("workspace.db-wal").mkdir()  # in the way of root too
    assert verify_log(workspace.database.path, "w1", PUBLIC_KEY).ok


def test_a_file_in_the_middle_of_a_commit_is_not_judged(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(workspace.database.path)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable) as unavailable:
            verify_log(workspace.database.path, "w1", PUBLIC_KEY)
    assert unavailable.value.code == "LOG_IN_USE"


def test_a_file_whose_last_commit_was_interrupted_is_not_judged(workspace: Workspace, tmp_path: Path) -> None:
    file = workspace.database.path
    copy = tmp_path / "copy" / file.name
    copy.parent.mkdir()
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("PRAGMA cache_size = 1")  # so that SQLite writes before the commit
        writer.execute("BEGIN")
        writer.execute("CREATE TABLE large AS SELECT zeroblob(100000) AS data")
        for name in (file.name, f"{file.name}-journal"):
            shutil.copy(file.with_name(name), copy.with_name(name))
    with pytest.raises(Unavailable) as unavailable:
        verify_log(copy, "w1", PUBLIC_KEY)
    assert unavailable.value.code == "LOG_COMMIT_INTERRUPTED"
    with closing(sqlite3.connect(copy)) as opened:
        opened.execute("SELECT count(*) FROM log").fetchone()
    assert verify_log(copy, "w1", PUBLIC_KEY).ok


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM meta WHERE key = 'log_public_key'",
        "UPDATE meta SET value = 'no key' WHERE key = 'log_public_key'",
        "DROP TABLE meta",
    ],
)
def test_a_file_that_does_not_say_whose_log_it_has_is_a_finding(workspace: Workspace, statement: str) -> None:
    write_meta(workspace.database, WorkspaceMeta("w1", PUBLIC_KEY, "w1"))
    assert verify_file(workspace.database.path).ok
    run(workspace, statement)
    assert verify_file(workspace.database.path).notice.code == "WORKSPACE_META"


def test_a_folder_with_strange_letters_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c %41 ü"
    folder.mkdir()
    made = Workspace(folder / "workspace.db")
    assert verify_log(made.database.path, "w1", PUBLIC_KEY).ok
    made.database.close()


def test_a_checkpoint_signed_with_another_key_is_a_finding(workspace: Workspace) -> None:
    head = workspace.ledger.head()
    put_note(workspace, write_checkpoint(b"m" * 32, "w1", 9, head.hash, START, b"", "request"))
    assert bad(workspace) == (9, "The checkpoint over 9 rows does not belong to this log.")


def test_a_checkpoint_over_another_head_is_a_finding(workspace: Workspace) -> None:
    previous = workspace.checkpoints[1].digest()
    put_note(workspace, write_checkpoint(LOG_KEY, "w1", 9, b"h" * 32, START, previous, "request"))
    assert bad(workspace) == (9, "Row 9 is not the row that its checkpoint signed.")


def test_a_checkpoint_with_another_root_is_a_finding(workspace: Workspace) -> None:
    put_note(workspace, renewed(workspace.checkpoints[2], workspace.checkpoints[1].digest(), b"r" * 32))
    assert bad(workspace) == (9, "The rows are not those that the checkpoint over 9 rows signed.")


def test_checkpoints_of_a_version_without_roots_verify_and_have_no_tree(workspace: Workspace) -> None:
    previous = b""
    for each in workspace.checkpoints:
        note = renewed(each, previous, b"")
        put_note(workspace, note)
        previous = note.digest()
    run(workspace, "UPDATE checkpoint SET tree = NULL")
    assert verify_log(workspace.database.path, "w1", PUBLIC_KEY).ok
    run(workspace, "UPDATE checkpoint SET tree = x'00' WHERE size = 6")
    assert bad(workspace)[0] == 6


def test_a_signature_that_a_checkpoint_vouches_for_is_verified_on_request(workspace: Workspace) -> None:
    seq = workspace.ledger.record(Event(Action.CLIP_OPENED, actor="p1"))
    with unguarded(workspace.database.path) as connection:
        connection.execute("UPDATE log SET signature = zeroblob(64) WHERE seq = ?", (seq,))
    workspace.ledger.checkpoint("request")  # by somebody with the log key, who signs on top of it
    assert verify_log(workspace.database.path, "w1", PUBLIC_KEY).ok
    finding = verify_log(workspace.database.path, "w1", PUBLIC_KEY, every_signature=True)
    assert (finding.first_bad, finding.notice.code) == (seq, "LOG_SIGNATURE_WRONG")


def test_a_checkpoint_that_no_row_tells_of_is_a_finding(workspace: Workspace) -> None:
    row = next(workspace.ledger.rows(since=8))
    previous = workspace.checkpoints[1].digest()
    note = write_checkpoint(LOG_KEY, "w1", 8, row.hash, START, previous, "request")
    with workspace.database.transaction():
        workspace.database.execute(
            "INSERT INTO checkpoint (size, note, made_at) VALUES (8, ?, ?)", (note.text, to_micros(START))
        )
    assert bad(workspace) == (8, "Row 8 does not record its checkpoint.")


def renewed(checkpoint: Checkpoint, previous: bytes, root: bytes) -> Checkpoint:
    """The same end, signed once more with another root."""
    each = checkpoint
    return write_checkpoint(
        LOG_KEY, "w1", each.size, each.head, each.made_at, previous, each.reason, root=root
    )


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


def test_workspace_of_a_version_with_one_id_keeps_it_for_its_log(tmp_path: Path) -> None:
    file = tmp_path / "workspace.db"
    old = Database(file)
    migrations.apply(old.tables, stop_before="m030_log_id")
    ledger = unlocked(old)
    seals = TableSeals(old, ledger)
    with old.transaction():
        for key, value in (("workspace_id", "w1"), ("log_public_key", PUBLIC_KEY.hex())):
            old.insert("meta", {"key": key, "value": value})
        ledger.record(Event(Action.CLIP_OPENED, actor="p1", detail={MIGRATIONS: 1}))
        seals.begin(LOG_KEY)
    old.close()
    assert verify_file(file).ok  # a copy that no later version has opened
    new = Database(file)
    migrate(new)
    assert read_meta(new) == WorkspaceMeta("w1", PUBLIC_KEY, "w1")
    ledger = unlocked(new)
    TableSeals(new, ledger)
    ledger.record(Event(Action.CLIP_OPENED, actor="p1"))
    new.close()
    finding = verify_file(file)
    assert (finding.ok, finding.rows) == (True, 3)


def unlocked(database: Database) -> AuditLog:
    ledger = AuditLog(database, FakeClock(), "w1", public_key=PUBLIC_KEY)
    ledger.unlock(LOG_KEY)
    return ledger
