"""The schema of the workspace file, one migration for each released step."""

import sqlite3
from functools import cache

from sqlite_utils import Database as Tables
from sqlite_utils import Migrations

from reviewer.db.activity_tables import ACTIVITY
from reviewer.db.connection import Database, translated
from reviewer.db.draft_tables import DRAFTS
from reviewer.db.enum_columns import one_of as _one_of
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
from reviewer.model.clip import ClipState
from reviewer.model.people import PersonState, Role
from reviewer.model.task import SkipReason, TaskKind, TaskState, VerdictKind

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
    for statement in (*_PEOPLE, *_CLIPS, *_QUEUE, *_LOCAL_WORK, *_LOG, *_EXPORTS):
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


# Times are integer microseconds UTC. Sealed columns hold AES-256-GCM objects under the clip's key.
_PEOPLE = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE person (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL {_one_of("role", Role)},
        state TEXT NOT NULL {_one_of("state", PersonState)},
        public_key BLOB NOT NULL DEFAULT x'',
        keyring BLOB,
        code_until INTEGER,
        added_at INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE sign_in_failure (
        name_key TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        not_before INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE nda_acknowledgement (
        id TEXT PRIMARY KEY,
        person_id TEXT NOT NULL REFERENCES person (id),
        version TEXT NOT NULL,
        locale TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        signed_at INTEGER NOT NULL,
        record BLOB NOT NULL,
        signature BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX nda_by_person ON nda_acknowledgement (person_id, signed_at)",
)

_CLIPS = (
    """
    CREATE TABLE clip (
        id TEXT PRIMARY KEY,
        product TEXT NOT NULL,
        locale TEXT NOT NULL,
        rate_hz INTEGER NOT NULL CHECK (rate_hz > 0),
        channels INTEGER NOT NULL CHECK (channels > 0),
        frames INTEGER NOT NULL CHECK (frames > 0),
        recorded_at INTEGER NOT NULL,
        consent_granted_at INTEGER NOT NULL,
        consent_withdrawn_at INTEGER,
        purge_at INTEGER NOT NULL,
        imported_at INTEGER NOT NULL,
        source_hash TEXT NOT NULL UNIQUE,
        speaker_hash TEXT NOT NULL,
        samples_hash TEXT NOT NULL UNIQUE,
        wrapped_key BLOB
    ) STRICT
    """,
    """
    CREATE TABLE hypothesis (
        id TEXT PRIMARY KEY,
        clip_id TEXT NOT NULL REFERENCES clip (id),
        engine TEXT NOT NULL,
        version TEXT NOT NULL,
        sealed BLOB NOT NULL,
        made_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX hypothesis_by_clip ON hypothesis (clip_id)",
)

# The queue may live in another file or on another server: nothing here refers to clip or person.
_QUEUE = (
    f"""
    CREATE TABLE queue_clip (
        clip_id TEXT PRIMARY KEY,
        state TEXT NOT NULL {_one_of("state", ClipState)},
        passes INTEGER NOT NULL CHECK (passes > 0),
        open_until INTEGER,
        reason TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX queue_clip_by_state ON queue_clip (state)",
    f"""
    CREATE TABLE task (
        id TEXT PRIMARY KEY,
        clip_id TEXT NOT NULL REFERENCES queue_clip (clip_id),
        kind TEXT NOT NULL {_one_of("kind", TaskKind)},
        round INTEGER NOT NULL CHECK (round > 0),
        state TEXT NOT NULL {_one_of("state", TaskState)},
        priority INTEGER NOT NULL DEFAULT 0,
        sort_key INTEGER NOT NULL,
        person_id TEXT,
        token INTEGER NOT NULL DEFAULT 0,
        lease_until INTEGER NOT NULL DEFAULT 0,
        lease_started INTEGER NOT NULL DEFAULT 0,
        prefetch INTEGER NOT NULL DEFAULT 0 CHECK (prefetch IN (0, 1, 2)),
        submission_key TEXT NOT NULL DEFAULT '',
        annotation_id TEXT REFERENCES annotation (id),
        reviewed_id TEXT REFERENCES annotation (id),
        parent_id TEXT REFERENCES task (id),
        gold_id TEXT REFERENCES annotation (id),
        assigned_to TEXT,
        CHECK ((kind = 'review') = (reviewed_id IS NOT NULL)),
        CHECK ((kind = 'review') = (parent_id IS NOT NULL))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX task_pass ON task (clip_id, round) WHERE kind = 'transcribe'",
    "CREATE UNIQUE INDEX task_review ON task (reviewed_id) WHERE kind = 'review'",
    "CREATE UNIQUE INDEX task_adjudication ON task (clip_id) WHERE kind = 'adjudicate'",
    "CREATE INDEX task_open ON task (kind, priority DESC, sort_key) WHERE state = 'open'",
    "CREATE INDEX task_leased ON task (kind, lease_until) WHERE state = 'leased'",
    "CREATE INDEX task_assigned ON task (assigned_to) WHERE assigned_to IS NOT NULL",
    "CREATE INDEX task_by_person ON task (person_id, state, prefetch) WHERE person_id IS NOT NULL",
    "CREATE INDEX task_by_clip ON task (clip_id)",
    f"""
    CREATE TABLE task_refusal (
        task_id TEXT NOT NULL REFERENCES task (id),
        clip_id TEXT NOT NULL REFERENCES queue_clip (clip_id),
        person_id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('skip', 'expiry', 'taken')),
        reason TEXT NOT NULL DEFAULT '' CHECK (reason = '' OR ({_one_of("reason", SkipReason)[6:]})),
        at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX task_refusal_by_clip ON task_refusal (clip_id, person_id)",
    """
    CREATE TABLE annotation (
        id TEXT PRIMARY KEY,
        submission_key TEXT NOT NULL UNIQUE,
        task_id TEXT NOT NULL REFERENCES task (id),
        clip_id TEXT NOT NULL REFERENCES queue_clip (clip_id),
        author TEXT NOT NULL,
        parent TEXT REFERENCES annotation (id),
        schema_version TEXT NOT NULL,
        conventions_version TEXT NOT NULL,
        digest BLOB NOT NULL,
        sealed BLOB NOT NULL,
        made_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX annotation_by_author ON annotation (author, made_at)",
    "CREATE INDEX annotation_by_clip ON annotation (clip_id)",
    """
    CREATE TRIGGER annotation_no_update BEFORE UPDATE ON annotation
    WHEN NEW.sealed IS NOT x'' OR (NEW.id, NEW.submission_key, NEW.task_id, NEW.clip_id, NEW.author,
    NEW.parent,
        NEW.schema_version, NEW.conventions_version, NEW.digest, NEW.made_at) IS NOT (OLD.id,
        OLD.submission_key, OLD.task_id, OLD.clip_id, OLD.author, OLD.parent, OLD.schema_version,
        OLD.conventions_version, OLD.digest, OLD.made_at)
    BEGIN SELECT RAISE(ABORT, 'annotations are append-only'); END
    """,
    """
    CREATE TRIGGER annotation_no_delete BEFORE DELETE ON annotation
    BEGIN SELECT RAISE(ABORT, 'annotations are append-only'); END
    """,
    f"""
    CREATE TABLE verdict (
        id TEXT PRIMARY KEY,
        task_id TEXT NOT NULL REFERENCES task (id),
        clip_id TEXT NOT NULL REFERENCES queue_clip (clip_id),
        annotation_id TEXT NOT NULL UNIQUE REFERENCES annotation (id),
        kind TEXT NOT NULL {_one_of("kind", VerdictKind)},
        comment BLOB,
        person_id TEXT NOT NULL,
        token INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX verdict_by_clip ON verdict (clip_id)",
    """
    CREATE TABLE final (
        clip_id TEXT PRIMARY KEY REFERENCES queue_clip (clip_id),
        annotation_id TEXT NOT NULL REFERENCES annotation (id),
        verdict_id TEXT NOT NULL REFERENCES verdict (id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE late_draft (
        id TEXT PRIMARY KEY,
        task_id TEXT NOT NULL REFERENCES task (id),
        clip_id TEXT NOT NULL REFERENCES queue_clip (clip_id),
        person_id TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        sealed BLOB NOT NULL,
        kept_at INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE queue_request (
        key TEXT PRIMARY KEY,
        answer TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)

# These tables stay on this machine, wherever the queue is.
_LOCAL_WORK = (
    """
    CREATE TABLE draft (
        task_id TEXT NOT NULL,
        person_id TEXT NOT NULL REFERENCES person (id),
        clip_id TEXT NOT NULL REFERENCES clip (id),
        window TEXT NOT NULL,
        revision INTEGER NOT NULL,
        sealed BLOB NOT NULL,
        saved_at INTEGER NOT NULL,
        PRIMARY KEY (task_id, person_id)
    ) STRICT
    """,
    """
    CREATE TABLE open_task (
        task_id TEXT NOT NULL,
        person_id TEXT NOT NULL REFERENCES person (id),
        clip_id TEXT NOT NULL REFERENCES clip (id),
        window TEXT NOT NULL,
        seen_at INTEGER NOT NULL,
        PRIMARY KEY (task_id, person_id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        person_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        added_at INTEGER NOT NULL
    ) STRICT
    """,
)

_LOG = (
    """
    CREATE TABLE log (
        seq INTEGER PRIMARY KEY,
        body BLOB NOT NULL,
        prev BLOB NOT NULL,
        hash BLOB NOT NULL UNIQUE,
        signature BLOB NOT NULL DEFAULT x''
    ) STRICT
    """,
    """
    CREATE TRIGGER log_no_update BEFORE UPDATE ON log
    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END
    """,
    """
    CREATE TRIGGER log_no_delete BEFORE DELETE ON log
    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END
    """,
    """
    CREATE TRIGGER log_in_order BEFORE INSERT ON log
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM log)
        OR (NEW.seq > 1 AND NEW.prev IS NOT (SELECT hash FROM log WHERE seq = NEW.seq - 1))
    BEGIN SELECT RAISE(ABORT, 'the access log is a chain'); END
    """,
    """
    CREATE TABLE log_about (
        object TEXT NOT NULL,
        seq INTEGER NOT NULL REFERENCES log (seq),
        PRIMARY KEY (object, seq)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE checkpoint (
        size INTEGER PRIMARY KEY,
        note TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        witnessed_at INTEGER
    ) STRICT
    """,
)

_EXPORTS = (
    """
    CREATE TABLE export (
        id TEXT PRIMARY KEY,
        person_id TEXT NOT NULL REFERENCES person (id),
        formats TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('started', 'finished', 'failed')),
        passport_sha256 TEXT NOT NULL DEFAULT '',
        made_at INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE export_item (
        export_id TEXT NOT NULL REFERENCES export (id),
        clip_id TEXT NOT NULL REFERENCES clip (id),
        annotation_id TEXT NOT NULL,
        PRIMARY KEY (export_id, clip_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX export_item_by_clip ON export_item (clip_id)",
)
