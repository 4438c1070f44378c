"""The queue's tables in SQLite and on PostgreSQL have the same columns, but for exceptions with reasons."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from reviewer.db.connection import Database
from reviewer.db.schema import migrate
from reviewer.model.project import AccessLimits, QueueRules
from reviewer.places import resource
from reviewer.queue.postgres_schema import TABLES_VERSION, ServerRules, set_up
from reviewer.queue.queue_rows import TABLES

Columns = Mapping[str, set[str]]
RENAMED_TABLES = {"queue_request": "request"}
RENAMED = {("person_language", "language"): "tag"}
ONLY_IN_SQLITE = {
    ("task", "gold_id"): "was never used",
    ("passes_agree", "clip_id"): "a column of queue_clip on the server",
}
ONLY_ON_THE_SERVER = {
    ("task", "place"): "SQLite's rowid",
    ("annotation", "place"): "SQLite's rowid",
    ("queue_clip", "passes_agree"): "a table of its own in SQLite",
    ("queue_route", "language"): "a part of the tag",
    ("queue_route", "script"): "a part of the tag",
    ("queue_route", "region"): "a part of the tag",
    ("person_language", "language"): "a part of the tag",
    ("person_language", "script"): "a part of the tag",
    ("person_language", "region"): "a part of the tag",
    ("request", "person_id"): "in SQLite a key is not of a person",
}
ONLY_THE_SERVER_S_TABLES = {
    "meta": "versions",
    "test_clock": "the server's clock, in tests",
    "rules": "the project file's in SQLite",
    "person_login": "who connects",
    "agreement_signed": "nda_acknowledgement in SQLite",
    "witnessed_checkpoint": "what the server saw of access logs, which stays there",
    "team_policy": "the files and the log of the lead's folder",
    "clip_facts": "the table clip of the workspace",
    "personal_data_mark": "redactions are in the workspace's file",
    "redaction": "the same",
    "redaction_lease": "the same: who has a clip open is known there",
    "resealed_clip": "the same: texts and key are replaced in one transaction",
    "resealing": "a table of the workspace too, empty outside of a transaction",
    "unsent_work": "what people's programs have not sent; in the workspace's file all is sent at once",
    "person_turn": "whose acts come one after the other",
    "limits_lifted": "rows of the log say so",
    "draw": "what QA drew, by whom",
    "lease_given": "for late work and limits, which SQLite finds in the log",
}
QUEUE_TABLES = (
    "queue_clip", "queue_route", "person_language", "person_skill", "task", "task_refusal", "annotation",
    "verdict", "final", "late_draft", "passes_agree", "queue_request",
)  # fmt: skip


def sqlite_columns(folder: Path) -> Columns:
    with closing(Database(folder / "workspace.db")) as database:
        migrate(database)
    with closing(sqlite3.connect(folder / "workspace.db")) as connection:
        return {
            table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for table in QUEUE_TABLES
        }


@pytest.fixture(scope="module")
def there(postgres: str) -> Columns:
    """The columns of the server's tables after every step that makes them."""
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute("CREATE DATABASE schemas")
    with psycopg.connect(make_conninfo(postgres, dbname="schemas"), autocommit=True) as owner:
        set_up(owner, "workspace", ServerRules(QueueRules(), AccessLimits()))
        rows = owner.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'reviewer_data'"
        ).fetchall()
    tables = {table for table, _ in rows}
    return {table: {column for name, column in rows if name == table} for table in tables}


@pytest.fixture
def of_version_1(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner of a server that the first version of the tables was set up on, with a clip of two passes."""
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute("CREATE DATABASE version_1")
    with psycopg.connect(make_conninfo(postgres, dbname="version_1"), autocommit=True) as owner:
        owner.execute(resource("queue", "01_tables.sql").read_text().encode())
        owner.execute("SET search_path = reviewer_data")
        owner.execute("INSERT INTO meta (workspace_id, tables_version) VALUES ('workspace', 1)")
        owner.execute("INSERT INTO queue_locale VALUES ('en', 'en', '', '')")
        owner.execute(
            "INSERT INTO queue_clip (clip_id, state, passes, locale) VALUES ('c', 'ready', 2, 'en')"
        )
        owner.execute(
            "INSERT INTO task (id, clip_id, kind, round, state, sort_key, locale)"
            " SELECT 't' || n, 'c', 'transcribe', n, 'open', 0, 'en' FROM generate_series(1, 2) n"
        )
        yield owner
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute("DROP DATABASE version_1")


def indexes(owner: psycopg.Connection[Any]) -> set[str]:
    rows = owner.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'reviewer_data'")
    return {row[0] for row in rows}


def test_server_of_the_first_version_is_brought_up_to_date(
    of_version_1: psycopg.Connection[Any], postgres: str, there: Columns
) -> None:
    owner = of_version_1
    former = indexes(owner)
    set_up(owner, "workspace", ServerRules(QueueRules(), AccessLimits()))
    assert owner.execute("SELECT tables_version FROM meta").fetchone() == (TABLES_VERSION,)
    assert owner.execute("SELECT id FROM task ORDER BY id").fetchall() == [("t1",), ("t2",)]
    with psycopg.connect(make_conninfo(postgres, dbname="schemas")) as new:
        assert indexes(owner) == indexes(new) != former
    with pytest.raises(psycopg.errors.UniqueViolation):  # still one pass of each round
        owner.execute("SELECT add_task('c', 'transcribe', 2, 0)")


@pytest.fixture
def here(tmp_path: Path) -> Columns:
    """The columns of the queue's tables in a new workspace file."""
    return sqlite_columns(tmp_path)


def test_every_column_has_its_counterpart(here: Columns, there: Columns) -> None:
    wanted = {
        (RENAMED_TABLES.get(table, table), RENAMED.get((table, column), column))
        for table, columns in here.items()
        for column in columns
        if (table, column) not in ONLY_IN_SQLITE
    }
    found = {
        (table, column)
        for table, columns in there.items()
        for column in columns
        if table not in ONLY_THE_SERVER_S_TABLES and (table, column) not in ONLY_ON_THE_SERVER
    }
    assert wanted == found


def test_every_exception_is_one(here: Columns, there: Columns) -> None:
    assert [each for each in ONLY_IN_SQLITE if each[1] not in here[each[0]]] == []
    assert [each for each in ONLY_ON_THE_SERVER if each[1] not in there[each[0]]] == []
    assert ONLY_THE_SERVER_S_TABLES.keys() <= there.keys()
    assert not ONLY_THE_SERVER_S_TABLES.keys() & TABLES.keys()


def test_a_move_takes_every_column(here: Columns) -> None:
    left_behind = set(ONLY_IN_SQLITE) | {("queue_request", "person_id")}
    for table, columns in here.items():
        wanted = {
            RENAMED.get((table, column), column) for column in columns if (table, column) not in left_behind
        }
        name = RENAMED_TABLES.get(table, table)
        assert wanted <= set(TABLES.get(name, ())), table
