"""The statements of the migration for people who work in a folder of their own.

Their logs have ids and keys of their own, which a lead admitted with a row of the log in this file.
"""

OWN_FOLDERS = (
    """
    CREATE TABLE own_log (
        log_id TEXT PRIMARY KEY,
        person_id TEXT NOT NULL REFERENCES person (id),
        public_key BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)

# In an own folder, how many rows the lead's log had when they signed what is here of a clip.
SIGNED_FACTS = ("ALTER TABLE clip ADD COLUMN facts_serial INTEGER NOT NULL DEFAULT 0",)

SIGNED_VERDICTS = ("ALTER TABLE verdict ADD COLUMN signed TEXT NOT NULL DEFAULT ''",)
