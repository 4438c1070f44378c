"""The statements of the first migration: the tables that every workspace file has had from the start."""

from reviewer.db.enum_columns import one_of
from reviewer.model.clip import ClipState
from reviewer.model.people import PersonState, Role
from reviewer.model.task import SkipReason, TaskKind, TaskState, VerdictKind

# Times are integer microseconds UTC. Sealed columns hold AES-256-GCM objects under the clip's key.
PEOPLE = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID
    """,
    f"""
    CREATE TABLE person (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL {one_of("role", Role)},
        state TEXT NOT NULL {one_of("state", PersonState)},
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

CLIPS = (
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
QUEUE = (
    f"""
    CREATE TABLE queue_clip (
        clip_id TEXT PRIMARY KEY,
        state TEXT NOT NULL {one_of("state", ClipState)},
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
        kind TEXT NOT NULL {one_of("kind", TaskKind)},
        round INTEGER NOT NULL CHECK (round > 0),
        state TEXT NOT NULL {one_of("state", TaskState)},
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
        reason TEXT NOT NULL DEFAULT '' CHECK (reason = '' OR ({one_of("reason", SkipReason)[6:]})),
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
        kind TEXT NOT NULL {one_of("kind", VerdictKind)},
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
LOCAL_WORK = (
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

LOG = (
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

EXPORTS = (
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
