"""The tables of redactions and of what is held back, as the schema has them since migration 012."""

from reviewer.db.enum_columns import one_of
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.held_back import ReleaseReason
from reviewer.model.redaction import RedactionSource, RedactionState

# stored_as: the name of the clip's files, another one for each key; its id if it has its first key.
# held_find: what was found in a clip's draft at import (no annotation), or in submitted work.
# resealing: the clip whose annotations get a new seal and digest in the open transaction; else it is empty.
REDACTIONS = (
    "ALTER TABLE clip ADD COLUMN stored_as TEXT NOT NULL DEFAULT ''",
    f"""
    CREATE TABLE redaction (
        id TEXT PRIMARY KEY,
        clip_id TEXT NOT NULL REFERENCES clip (id),
        start INTEGER NOT NULL CHECK (start >= 0),
        "end" INTEGER NOT NULL CHECK ("end" > start),
        kind TEXT NOT NULL {one_of("kind", PersonalDataKind)},
        source TEXT NOT NULL {one_of("source", RedactionSource)},
        state TEXT NOT NULL {one_of("state", RedactionState)},
        proposed_by TEXT NOT NULL,
        proposed_at INTEGER NOT NULL,
        decided_by TEXT,
        decided_at INTEGER,
        removed_start INTEGER NOT NULL DEFAULT 0,
        removed_end INTEGER NOT NULL DEFAULT 0,
        is_text_open INTEGER NOT NULL DEFAULT 0 CHECK (is_text_open IN (0, 1))
    ) STRICT
    """,
    "CREATE INDEX redaction_by_clip ON redaction (clip_id)",
    "CREATE INDEX redaction_by_state ON redaction (state)",
    """
    CREATE TABLE held_find (
        clip_id TEXT NOT NULL REFERENCES clip (id),
        annotation_id TEXT NOT NULL DEFAULT '',
        code TEXT NOT NULL,
        kind TEXT NOT NULL DEFAULT '',
        start INTEGER,
        "end" INTEGER,
        found_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX held_find_by_clip ON held_find (clip_id, annotation_id)",
    f"""
    CREATE TABLE released_work (
        annotation_id TEXT PRIMARY KEY,
        clip_id TEXT NOT NULL REFERENCES clip (id),
        reason TEXT NOT NULL {one_of("reason", ReleaseReason)},
        person_id TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX released_work_by_clip ON released_work (clip_id)",
    "CREATE TABLE resealing (clip_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    "DROP TRIGGER annotation_no_update",
    """
    CREATE TRIGGER annotation_no_update BEFORE UPDATE ON annotation
    WHEN (NEW.id, NEW.submission_key, NEW.task_id, NEW.clip_id, NEW.author, NEW.parent,
        NEW.schema_version, NEW.conventions_version, NEW.made_at) IS NOT (OLD.id, OLD.submission_key,
        OLD.task_id, OLD.clip_id, OLD.author, OLD.parent, OLD.schema_version, OLD.conventions_version,
        OLD.made_at)
        OR ((NEW.sealed IS NOT x'' OR NEW.digest IS NOT OLD.digest)
        AND NOT EXISTS (SELECT 1 FROM resealing WHERE clip_id = OLD.clip_id))
    BEGIN SELECT RAISE(ABORT, 'annotations are append-only'); END
    """,
)

# The key that a clip had before, while a queue elsewhere still keeps texts under it: sealed under the clip's
# present key, with what that queue is to be told.
FORMER_KEYS = (
    """
    CREATE TABLE former_key (
        clip_id TEXT PRIMARY KEY REFERENCES clip (id),
        stored_as TEXT NOT NULL,
        sealed BLOB NOT NULL,
        seals TEXT NOT NULL,
        removed TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
