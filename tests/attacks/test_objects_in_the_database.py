"""Triggers, views and migrations that another program adds to the database act in none of our commits."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from reviewer.access.audit_log import AuditLog
from reviewer.access.table_seal import MIGRATIONS, TableSeals
from reviewer.access.verification import verify_file
from reviewer.db.schema import count_migrations, migrations
from reviewer.db.schema_objects import OBJECTS_SHA256, objects_sha256
from reviewer.db.table_sums import store_sums, table_sums
from reviewer.db.workspace_meta import read_meta
from reviewer.errors import Damaged, Refused
from reviewer.lead.withdrawals import Withdrawal
from reviewer.model.event import Action, DetailValue, Event
from reviewer.places import DATABASE_FILE
from tests.benches.workspace import ANA, LEAD, Bench, make_bench

_KEEPS_KEYS = (
    "BEFORE UPDATE ON clip WHEN NEW.wrapped_key IS NULL"
    " BEGIN INSERT OR IGNORE INTO queue_request VALUES (OLD.id, hex(OLD.wrapped_key), 0); END"
)
_FORGED_MIGRATION = (
    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('reviewer-2', 'm999_none', '')"
)
_VIEW_IN_PLACE_OF_A_TABLE = (
    "PRAGMA legacy_alter_table=ON",
    "ALTER TABLE nda_acknowledgement RENAME TO kept",
    "CREATE VIEW nda_acknowledgement AS SELECT * FROM kept",
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path)


def _file(bench: Bench) -> Path:
    return bench.workspace.path / DATABASE_FILE


def _by_another_program(bench: Bench, *statements: str) -> None:
    with closing(sqlite3.connect(_file(bench), isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_the_digest_is_that_of_the_present_version() -> None:
    pristine = sqlite_utils.Database(memory=True)
    migrations.apply(pristine)
    assert objects_sha256(pristine.conn) == OBJECTS_SHA256
    pristine.close()


@pytest.mark.parametrize("name", ["_sqlite_migrations", "sqlite_sequence", "zz"])
def test_a_trigger_by_any_name_is_found(bench: Bench, name: str) -> None:
    _by_another_program(
        bench,
        f"CREATE TRIGGER zz {_KEEPS_KEYS}",
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_schema SET name = '{name}', sql = replace(sql, 'TRIGGER zz', 'TRIGGER {name}')"
        " WHERE name = 'zz'",
    )
    finding = verify_file(_file(bench))
    bench.workspace.close()
    assert (finding.notice.code, finding.notice.parameters) == ("LOG_SCHEMA_CHANGED", {"names": name})


def test_a_trigger_of_another_program_does_not_see_the_keys_that_a_purge_destroys(bench: Bench) -> None:
    _by_another_program(bench, f"CREATE TRIGGER _sqlite_migrations {_KEEPS_KEYS}")
    with pytest.raises(Damaged, match="LOG_SCHEMA_CHANGED"):
        bench.person(LEAD).lead.withdraw([Withdrawal("source-0000")], retention=False)
    _by_another_program(bench, "DROP TRIGGER _sqlite_migrations")
    report = bench.person(LEAD).lead.withdraw([Withdrawal("source-0000")], retention=False)
    with bench.database() as database:
        kept = database.value("SELECT count(*) FROM queue_request WHERE key LIKE 'c%'")
    bench.workspace.close()
    assert (len(report.purged), kept) == (1, 0)


@pytest.mark.parametrize(
    "planted",
    [
        (f"CREATE TRIGGER zz {_KEEPS_KEYS}",),
        ("DROP TRIGGER log_no_delete",),
        _VIEW_IN_PLACE_OF_A_TABLE,
        ("ALTER TABLE clip ADD COLUMN zz TEXT AS (hex(wrapped_key))",),
    ],
)
def test_a_workspace_with_objects_of_another_program_is_not_opened(
    bench: Bench, planted: tuple[str, ...]
) -> None:
    _by_another_program(bench, *planted)
    bench.workspace.close()
    with pytest.raises(Damaged, match="LOG_SCHEMA_CHANGED"):
        bench.another_window()


def test_what_a_trigger_would_change_is_not_signed(bench: Bench) -> None:
    _by_another_program(
        bench, "CREATE TRIGGER zz AFTER INSERT ON log BEGIN UPDATE task SET priority = 9; END"
    )
    with pytest.raises(Damaged, match="LOG_SCHEMA_CHANGED"):
        bench.agree(ANA)
    _by_another_program(bench, "DROP TRIGGER zz")
    bench.agree(ANA)
    with bench.database() as database:
        priorities = database.value("SELECT max(priority) FROM task")
    assert (priorities, verify_file(_file(bench)).ok) == (0, True)
    bench.workspace.close()


def test_statistics_of_the_planner_keep_nobody_out(bench: Bench) -> None:
    _by_another_program(bench, "ANALYZE")
    bench.agree(ANA)
    bench.workspace.close()
    bench.another_window().workspace.close()


def test_rows_are_not_summed_anew_for_a_migration_that_never_was(bench: Bench) -> None:
    _by_another_program(bench, "UPDATE queue_clip SET passes = passes + 1", _FORGED_MIGRATION)
    bench.agree(ANA)
    bench.workspace.close()
    finding = verify_file(_file(bench))
    assert finding.notice.code == "TABLES_DIFFER"
    assert finding.notice.parameters == {"names": "_sqlite_migrations, queue_clip"}


def test_rows_are_not_summed_anew_by_who_has_the_logs_key_but_changed_them_outside(bench: Bench) -> None:
    log_key = bench.person(LEAD).identity.keyring.log_key
    bench.workspace.close()
    with bench.database() as database:
        meta = read_meta(database)
        log = AuditLog(database, bench.clock, meta.log_id, public_key=meta.log_public_key)
        log.unlock(log_key)
        seals = TableSeals(database, log)
        with database.transaction():
            database.execute("UPDATE queue_clip SET passes = passes + 1")
            detail: dict[str, DetailValue] = {MIGRATIONS: count_migrations(database.raw())}
            row = log.record(Event(Action.TABLES_SEALED, detail=detail))
            seals.begin(log_key)
    finding = verify_file(_file(bench))
    assert (finding.first_bad, finding.notice.code) == (row, "TABLES_SUMMED_AGAIN")


def test_a_workspace_of_a_newer_version_is_not_opened(bench: Bench) -> None:
    _by_another_program(bench, _FORGED_MIGRATION)
    bench.workspace.close()
    with pytest.raises(Refused, match="NEWER_WORKSPACE"):
        bench.another_window()


def test_sums_that_nobody_signed_are_not_believed_by_a_migration(bench: Bench) -> None:
    bench.workspace.close()
    with bench.database() as other, other.transaction():
        other.execute("UPDATE queue_clip SET passes = passes + 1")
        other.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm034%'")
        store_sums(other.raw(), table_sums(other.raw()))
    with pytest.raises(Damaged, match="TABLE_SEAL_WRONG"):
        bench.another_window()
