"""The statements of the migration that keeps versions of drafts, and work that was taken back."""

# draw_id: the first submission of a pass since its last verdict; the selection for review is decided by it.
KEPT_WORK = (
    "ALTER TABLE task ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back IN (0, 1))",
    "ALTER TABLE task ADD COLUMN draw_id TEXT",
    """
    CREATE TABLE draft_version (
        id TEXT PRIMARY KEY,
        task_id TEXT NOT NULL,
        person_id TEXT NOT NULL REFERENCES person (id),
        clip_id TEXT NOT NULL REFERENCES clip (id),
        reason TEXT NOT NULL,
        sealed BLOB NOT NULL,
        made_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX draft_version_by_task ON draft_version (task_id, person_id, made_at)",
    "CREATE INDEX draft_version_by_clip ON draft_version (clip_id)",
)
