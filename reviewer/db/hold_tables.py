"""The statements of the migration that lets a lead put clips on hold, and lists all clips quickly."""

from reviewer.db.enum_columns import one_of
from reviewer.model.hold import HoldReason

# The indexes hold what the list of all clips reads: without them it would read past the sealed texts.
HOLDS = (
    f"""
    ALTER TABLE queue_clip ADD COLUMN hold TEXT NOT NULL DEFAULT ''
    CHECK (hold = '' OR ({one_of("hold", HoldReason)[6:]}))
    """,
    "CREATE INDEX queue_clip_on_hold ON queue_clip (hold) WHERE hold != ''",
    "DROP INDEX annotation_by_clip",
    "CREATE INDEX annotation_by_clip ON annotation (clip_id, made_at, author)",
    "DROP INDEX verdict_by_clip",
    "CREATE INDEX verdict_by_clip ON verdict (clip_id, at)",
)
