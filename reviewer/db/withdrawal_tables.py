"""The tables of withdrawals, retention and unfinished exports, as the schema has them since migration 013."""

# settled_at: it is known what became of the folder in which an export began to write plain files.
WITHDRAWALS = (
    """
    CREATE TABLE withdrawal (
        source_hash TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        list TEXT NOT NULL,
        recorded_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX withdrawal_by_list ON withdrawal (list)",
    """
    CREATE TABLE retention (
        clip_id TEXT NOT NULL REFERENCES clip (id),
        until INTEGER NOT NULL,
        was INTEGER NOT NULL,
        decided_by TEXT NOT NULL REFERENCES person (id),
        why TEXT NOT NULL,
        decided_at INTEGER NOT NULL,
        PRIMARY KEY (clip_id, until),
        CHECK (until > was)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE export_folder (
        export_id TEXT PRIMARY KEY REFERENCES export (id),
        folder TEXT NOT NULL,
        out TEXT NOT NULL,
        marker TEXT NOT NULL,
        parent TEXT NOT NULL,
        is_made INTEGER NOT NULL DEFAULT 0 CHECK (is_made IN (0, 1)),
        may_exist INTEGER NOT NULL DEFAULT 0 CHECK (may_exist IN (0, 1)),
        settled_at INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX export_folder_unsettled ON export_folder (export_id) WHERE settled_at IS NULL",
    "CREATE INDEX clip_by_purge ON clip (purge_at) WHERE wrapped_key IS NOT NULL",
    """
    CREATE INDEX clip_by_withdrawal ON clip (consent_withdrawn_at)
    WHERE wrapped_key IS NOT NULL AND consent_withdrawn_at IS NOT NULL
    """,
)
