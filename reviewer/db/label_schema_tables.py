"""The table of the label forms that were ever in force."""

LABEL_SCHEMAS = (
    """
    CREATE TABLE label_schema (
        sha256 TEXT PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL,
        kept_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER label_schema_no_update BEFORE UPDATE ON label_schema
    BEGIN SELECT RAISE(ABORT, 'label schemas are append-only'); END
    """,
    """
    CREATE TRIGGER label_schema_no_delete BEFORE DELETE ON label_schema
    BEGIN SELECT RAISE(ABORT, 'label schemas are append-only'); END
    """,
)
