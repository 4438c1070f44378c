"""The schema of the workspace file, one migration for each released step."""

import json

from sqlite_utils import Database as Tables
from sqlite_utils import Migrations

from reviewer.db.connection import Database, translated

schema = Migrations("reviewer")


def migrate(database: Database) -> None:
    """Brings the file to the present schema; a migration that raises leaves nothing behind."""
    with translated():
        schema.apply(database.tables)


@schema()
def m001_first(db: Tables) -> None:
    """People, agreements, clips, queue, drafts, checks, log and exports."""
    for statement in _FIRST.split(";\n\n"):
        db.conn.execute(statement)


@schema()
def m002_log_by_object(db: Tables) -> None:
    """Where in the log each clip and person is spoken of, so that it is found without reading the rest."""
    db.conn.execute(
        "CREATE TABLE log_about (object TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES log (seq),"
        " PRIMARY KEY (object, seq)) STRICT, WITHOUT ROWID"
    )
    for seq, body in db.conn.execute("SELECT seq, body FROM log"):
        target = _object_of(body)
        if target:
            db.conn.execute("INSERT INTO log_about (object, seq) VALUES (?, ?)", (target, seq))


def _object_of(body: bytes) -> str:
    """What a row is about; nothing for one that somebody damaged, which the audit tells of."""
    try:
        return str(json.loads(body)["object"])
    except (ValueError, KeyError, TypeError):
        return ""


@schema()
def m003_leases_ahead(db: Tables) -> None:
    """A lease may be one ahead: 1 for a task that was open to all, 2 for one kept for this person."""
    db.conn.execute("ALTER TABLE task ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0")


# Times are integer microseconds UTC. Sealed columns hold AES-256-GCM objects under the clip's key.
_FIRST = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('contractor', 'qa', 'lead')),
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'revoked')),
    public_key BLOB NOT NULL DEFAULT x'',
    keyring BLOB,
    code_until INTEGER,
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_in_failure (
    name_key TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    not_before INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE nda_acknowledgement (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    version TEXT NOT NULL,
    locale TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    record BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

CREATE INDEX nda_by_person ON nda_acknowledgement (person_id, signed_at);

CREATE TABLE clip (
    id TEXT PRIMARY KEY,
    product TEXT NOT NULL,
    locale TEXT NOT NULL,
    rate_hz INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    consent_granted_at INTEGER NOT NULL,
    consent_withdrawn_at INTEGER,
    purge_at INTEGER NOT NULL,
    imported_at INTEGER NOT NULL,
    source_hash TEXT NOT NULL,
    speaker_hash TEXT NOT NULL,
    samples_hash TEXT NOT NULL,
    wrapped_key BLOB,
    asr_draft BLOB
) STRICT;

CREATE UNIQUE INDEX clip_by_source ON clip (source_hash);

CREATE UNIQUE INDEX clip_by_samples ON clip (samples_hash);

CREATE TABLE queue_clip (
    clip_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    passes INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX queue_clip_by_state ON queue_clip (state);

CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    clip_id TEXT NOT NULL REFERENCES queue_clip (clip_id),
    pass_number INTEGER NOT NULL,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    sort_key INTEGER NOT NULL,
    person_id TEXT,
    token INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0,
    lease_started INTEGER NOT NULL DEFAULT 0,
    submission_key TEXT NOT NULL DEFAULT '',
    submission_id TEXT,
    assigned_to TEXT,
    UNIQUE (clip_id, pass_number)
) STRICT;

CREATE INDEX task_open ON task (priority DESC, sort_key, id) WHERE state = 'open';

CREATE INDEX task_leased ON task (lease_until) WHERE state = 'leased';

CREATE INDEX task_assigned ON task (assigned_to) WHERE assigned_to IS NOT NULL;

CREATE INDEX task_by_person ON task (person_id, state);

CREATE INDEX task_by_clip ON task (clip_id);

CREATE TABLE task_refusal (
    task_id INTEGER NOT NULL REFERENCES task (id),
    clip_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('skip', 'expiry', 'taken')),
    reason TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX task_refusal_by_clip ON task_refusal (clip_id, person_id);

CREATE TABLE submission (
    id TEXT PRIMARY KEY,
    submission_key TEXT NOT NULL UNIQUE,
    task_id INTEGER NOT NULL REFERENCES task (id),
    clip_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    digest BLOB NOT NULL
) STRICT;

CREATE INDEX submission_by_person ON submission (person_id, submitted_at);

CREATE INDEX submission_by_clip ON submission (clip_id);

CREATE TABLE late_draft (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES task (id),
    clip_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    submission_key TEXT NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;

CREATE TABLE qa_check (
    submission_id TEXT PRIMARY KEY REFERENCES submission (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'leased', 'done')),
    person_id TEXT,
    token INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0,
    blind BLOB,
    verdict TEXT,
    comment BLOB,
    decided_at INTEGER
) STRICT;

CREATE TABLE draft (
    task_id INTEGER NOT NULL,
    person_id TEXT NOT NULL,
    clip_id TEXT NOT NULL,
    submission_key TEXT NOT NULL,
    sealed BLOB NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (task_id, person_id)
) STRICT;

CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    signature BLOB NOT NULL DEFAULT x''
) STRICT;

CREATE TRIGGER log_no_update BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;

CREATE TRIGGER log_no_delete BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;

CREATE TRIGGER log_in_order BEFORE INSERT ON log
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM log)
    OR (NEW.seq > 1 AND NEW.prev IS NOT (SELECT hash FROM log WHERE seq = NEW.seq - 1))
BEGIN SELECT RAISE(ABORT, 'the access log is a chain'); END;

CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    witnessed_at INTEGER
) STRICT;

CREATE TABLE export (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    formats TEXT NOT NULL,
    passport_sha256 TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE export_clip (
    export_id TEXT NOT NULL REFERENCES export (id),
    clip_id TEXT NOT NULL,
    PRIMARY KEY (export_id, clip_id)
) STRICT, WITHOUT ROWID
"""
