"""The statements of the migration for how far texts are from drafts, and when their words are said."""

DRAFTS = (
    """
    CREATE TABLE draft_distance (
        annotation_id TEXT NOT NULL,
        hypothesis_id TEXT NOT NULL,
        task_id TEXT NOT NULL,
        clip_id TEXT NOT NULL,
        engine TEXT NOT NULL,
        version TEXT NOT NULL,
        is_hidden INTEGER NOT NULL CHECK (is_hidden IN (0, 1)),
        word_errors INTEGER NOT NULL,
        words INTEGER NOT NULL,
        character_errors INTEGER NOT NULL,
        characters INTEGER NOT NULL,
        made_at INTEGER NOT NULL,
        PRIMARY KEY (annotation_id, hypothesis_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX draft_distance_by_clip ON draft_distance (clip_id)",
    """
    CREATE TABLE alignment (
        annotation_id TEXT PRIMARY KEY,
        clip_id TEXT NOT NULL REFERENCES clip (id),
        engine TEXT NOT NULL,
        version TEXT NOT NULL,
        sealed BLOB NOT NULL,
        made_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX alignment_by_clip ON alignment (clip_id)",
)
