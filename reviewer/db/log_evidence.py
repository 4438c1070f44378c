"""The statements of the migration that makes the log provable: trees, witnesses, and an index of the rows."""

# tree: the frontier (RFC 6962) of the rows a checkpoint covers, NULL in a checkpoint of an earlier version.
# witnessed_row: the log row that records who keeps or countersigned the checkpoint; the marks of earlier
# versions had none, so they are dropped. log_index is derived from the rows, for searches; SQLite's JSON
# functions cannot be in an index where the schema is not trusted.
LOG_EVIDENCE = (
    "ALTER TABLE checkpoint ADD COLUMN tree BLOB",
    "ALTER TABLE checkpoint ADD COLUMN witnessed_row INTEGER REFERENCES log (seq)",
    "ALTER TABLE checkpoint ADD COLUMN cosignatures TEXT NOT NULL DEFAULT ''",
    "UPDATE checkpoint SET witnessed_at = NULL",
    """
    CREATE TABLE log_index (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL
    ) STRICT
    """,
    """
    INSERT INTO log_index (seq, at, actor, action)
    SELECT
        seq,
        CAST(coalesce(json_extract(text, '$.ts'), 0) AS INTEGER),
        CAST(coalesce(json_extract(text, '$.actor'), '') AS TEXT),
        CAST(coalesce(json_extract(text, '$.action'), '') AS TEXT)
    FROM (SELECT seq, CAST(body AS TEXT) AS text FROM log) WHERE json_valid(text)
    """,
    "CREATE INDEX log_index_by_at ON log_index (at)",
    "CREATE INDEX log_index_by_actor ON log_index (actor)",
    "CREATE INDEX log_index_by_action ON log_index (action)",
)
