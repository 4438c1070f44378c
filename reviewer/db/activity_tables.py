"""The tables with counts of what each person opens, skips and hears."""

# Derived from the log as its rows are written; ``slot`` counts five minutes from 1970.
ACTIVITY = (
    """
    CREATE TABLE activity (
        person_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        slot INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (person_id, kind, slot)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE clip_heard (
        person_id TEXT NOT NULL,
        clip_id TEXT NOT NULL,
        frames INTEGER NOT NULL,
        PRIMARY KEY (person_id, clip_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX clip_heard_by_clip ON clip_heard (clip_id)",
)
