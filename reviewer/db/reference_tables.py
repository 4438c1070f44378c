"""The table of references, as the schema has it since migration 021."""

REFERENCES = (
    """
    CREATE TABLE clip_reference (
        clip_id TEXT PRIMARY KEY REFERENCES clip (id),
        sealed BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
