"""The schema of the workspace file, one migration for each released step."""

import sqlite3
from functools import cache

from sqlite_utils import Database as Tables
from sqlite_utils import Migrations

from reviewer.db.activity_tables import ACTIVITY
from reviewer.db.connection import Database, translated
from reviewer.db.draft_tables import DRAFTS
from reviewer.db.first_tables import CLIPS, EXPORTS, LOCAL_WORK, LOG, PEOPLE, QUEUE
from reviewer.db.hold_tables import HOLDS
from reviewer.db.kept_work_tables import KEPT_WORK
from reviewer.db.key_tables import KEYS
from reviewer.db.label_schema_tables import LABEL_SCHEMAS
from reviewer.db.late_tables import LATE_DRAFTS
from reviewer.db.log_evidence import LOG_EVIDENCE
from reviewer.db.own_folder_tables import OWN_FOLDERS, SIGNED_FACTS, SIGNED_VERDICTS
from reviewer.db.redaction_tables import FORMER_KEYS, REDACTIONS
from reviewer.db.reference_tables import REFERENCES
from reviewer.db.route_tables import LANGUAGES, ROUTES
from reviewer.db.table_sums import TABLE_SUMS, different_tables, stored_sums, table_sums
from reviewer.db.withdrawal_tables import WITHDRAWALS
from reviewer.errors import Damaged, Refused

migrations = Migrations("reviewer-2")
_VERIFIED_ELSEWHERE = {"log", "log_about", "log_index"}


def migrate(database: Database) -> None:
    """Migrates the file to the present schema; a migration that raises is rolled back.

    Raises: Refused for a workspace of a version before 2 (code OLD_WORKSPACE) or of a later one
        (NEWER_WORKSPACE), which is left as it is.
    """
    with translated():
        if database.value("SELECT 1 FROM sqlite_schema WHERE name = 'qa_check'"):
            raise Refused("OLD_WORKSPACE", folder=str(database.path.parent))
        if not known_migrations().issuperset(each.name for each in migrations.applied(database.tables)):
            raise Refused("NEWER_WORKSPACE", folder=str(database.path.parent))
        if migrations.pending(database.tables):
            _require_whole(database)
        migrations.apply(database.tables)


@cache
def known_migrations() -> frozenset[str]:
    """The names of all migrations of this version."""
    empty = Tables(memory=True)
    try:
        return frozenset(each.name for each in migrations.pending(empty))
    finally:
        empty.close()


def count_migrations(connection: sqlite3.Connection) -> int:
    """How many of this version's migrations a file has had; whatever else its list names is not counted."""
    query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
    applied = {name for (name,) in connection.execute(query, (migrations.name,))}
    return len(applied & known_migrations())


def require_sound(database: Database) -> None:
    """Raises Damaged where a table holds a value that its column forbids, or cannot be read.

    SQLite checks types and conditions when it writes, never when it reads. The log is left out: it is long,
    and has its own verification.
    """
    tables = database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
    for table in sorted({row["name"] for row in tables} - _VERIFIED_ELSEWHERE):
        found = database.value(f'PRAGMA quick_check("{table}")')
        if found != "ok":
            raise Damaged("WORKSPACE_FILE_DAMAGED", problem=str(found))


def _require_whole(database: Database) -> None:
    """Raises Damaged where rows do not fit their sums: after a migration they could not be compared."""
    if not database.value("SELECT 1 FROM sqlite_schema WHERE name = 'table_sum'"):
        return
    with database.transaction():
        names = different_tables(stored_sums(database.raw()), table_sums(database.raw()))
    if names:
        raise Damaged("TABLES_DIFFER", names=", ".join(names))


@migrations()
def m001_first(db: Tables) -> None:
    """People, agreements, clips, the queue, drafts, the outbox, the log and exports."""
    for statement in (*PEOPLE, *CLIPS, *QUEUE, *LOCAL_WORK, *LOG, *EXPORTS):
        db.conn.execute(statement)


@migrations()
def m002_languages(db: Tables) -> None:
    """The languages of people, and the locale of each clip and task in the queue."""
    for statement in LANGUAGES:
        db.conn.execute(statement)


@migrations()
def m003_drafts(db: Tables) -> None:
    """How far submitted texts are from the recognisers' drafts, shown or hidden; alignments."""
    for statement in DRAFTS:
        db.conn.execute(statement)


@migrations()
def m004_own_words(db: Tables) -> None:
    """Words that people added to the dictionaries for themselves."""
    db.conn.execute(
        """
        CREATE TABLE own_words (
            person_id TEXT PRIMARY KEY REFERENCES person (id),
            sealed BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )


@migrations()
def m006_distressing_clips(db: Tables) -> None:
    """Clips that somebody found distressing: whoever opens one next is warned."""
    db.conn.execute(
        "CREATE TABLE distressing_clip (clip_id TEXT PRIMARY KEY REFERENCES clip (id)) STRICT, WITHOUT ROWID"
    )


@migrations()
def m007_kept_work(db: Tables) -> None:
    """Submissions that can be taken back, and versions of unfinished work."""
    for statement in KEPT_WORK:
        db.conn.execute(statement)


@migrations()
def m009_label_schemas(db: Tables) -> None:
    """Every label form that was ever in force."""
    for statement in LABEL_SCHEMAS:
        db.conn.execute(statement)


@migrations()
def m010_word_times_and_distressing_marks(db: Tables) -> None:
    """Word times that go with work, which may be of a part of its text; the queue has the distressing marks.

    Word times that were made before are removed: they are bound to their annotation in another way, and
    ``reviewer drafts align`` makes them again.
    """
    db.conn.execute("DELETE FROM alignment")
    db.conn.execute(
        "ALTER TABLE alignment ADD COLUMN is_complete INTEGER NOT NULL DEFAULT 1"
        " CHECK (is_complete IN (0, 1))"
    )
    db.conn.execute(
        "ALTER TABLE queue_clip ADD COLUMN is_distressing INTEGER NOT NULL DEFAULT 0"
        " CHECK (is_distressing IN (0, 1))"
    )
    db.conn.execute(
        "UPDATE queue_clip SET is_distressing = 1 WHERE clip_id IN (SELECT clip_id FROM distressing_clip)"
    )
    db.conn.execute("DROP TABLE distressing_clip")


@migrations()
def m012_redactions(db: Tables) -> None:
    """Redactions, what a lead released, and the name of each clip's files."""
    for statement in REDACTIONS:
        db.conn.execute(statement)


@migrations()
def m013_withdrawals_and_retention(db: Tables) -> None:
    """Withdrawals of sources, decisions to keep clips longer, and where exports write plain files."""
    for statement in WITHDRAWALS:
        db.conn.execute(statement)


@migrations()
def m014_log_as_evidence(db: Tables) -> None:
    """The Merkle tree and the witnesses of checkpoints; an index of the log by who, what and when."""
    for statement in LOG_EVIDENCE:
        db.conn.execute(statement)


@migrations()
def m015_backups(db: Tables) -> None:
    """Backups that were made, so that later purges can be listed beside them."""
    db.conn.execute(
        "CREATE TABLE backup (id TEXT PRIMARY KEY, file TEXT NOT NULL, made_at INTEGER NOT NULL) STRICT"
    )


@migrations()
def m017_activity(db: Tables) -> None:
    """Counts of what each person opens, skips and hears."""
    for statement in ACTIVITY:
        db.conn.execute(statement)


@migrations()
def m018_keys(db: Tables) -> None:
    """Keys that a lead sends to people, and the recovery key."""
    for statement in KEYS:
        db.conn.execute(statement)


@migrations()
def m020_table_sums(db: Tables) -> None:
    """The signed sums over the rows of the tables."""
    for statement in TABLE_SUMS:
        db.conn.execute(statement)


@migrations()
def m021_references(db: Tables) -> None:
    """The sealed reference of each clip that has one."""
    for statement in REFERENCES:
        db.conn.execute(statement)


@migrations()
def m024_compared_passes(db: Tables) -> None:
    """The clips whose accepted passes were compared and agree, so that they are not unsealed for it again."""
    db.conn.execute(
        "CREATE TABLE passes_agree (clip_id TEXT PRIMARY KEY REFERENCES queue_clip (clip_id))"
        " STRICT, WITHOUT ROWID"
    )


@migrations()
def m025_holds(db: Tables) -> None:
    """Clips that a lead put on hold; indexes for the list of all clips."""
    for statement in HOLDS:
        db.conn.execute(statement)


@migrations()
def m029_late_drafts(db: Tables) -> None:
    """What a lead decided about late drafts."""
    for statement in LATE_DRAFTS:
        db.conn.execute(statement)


@migrations()
def m030_log_id(db: Tables) -> None:
    """An id of the log apart from that of the workspace; until now both were the same."""
    db.conn.execute(
        "INSERT INTO meta (key, value) SELECT 'log_id', value FROM meta WHERE key = 'workspace_id'"
    )


@migrations()
def m031_own_folders(db: Tables) -> None:
    """The logs of people who work in a folder of their own."""
    for statement in OWN_FOLDERS:
        db.conn.execute(statement)


@migrations()
def m032_routes(db: Tables) -> None:
    """Skills of people, and the skill that a clip's tasks ask for."""
    for statement in ROUTES:
        db.conn.execute(statement)


@migrations()
def m033_signed_facts(db: Tables) -> None:
    """Which facts of a clip are the later ones, in somebody's own folder."""
    for statement in SIGNED_FACTS:
        db.conn.execute(statement)


@migrations()
def m034_former_keys(db: Tables) -> None:
    """The old keys of clips that get a new one while the queue is elsewhere."""
    for statement in FORMER_KEYS:
        db.conn.execute(statement)


@migrations()
def m035_signed_verdicts(db: Tables) -> None:
    """What somebody signed of a verdict, for queues that were elsewhere."""
    for statement in SIGNED_VERDICTS:
        db.conn.execute(statement)
