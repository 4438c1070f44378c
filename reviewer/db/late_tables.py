"""The statements of the migration that keeps what a lead decided about late drafts."""

from reviewer.db.enum_columns import one_of
from reviewer.model.task import LateReason, LateState

LATE_DRAFTS = (
    f"ALTER TABLE late_draft ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting' {one_of('state', LateState)}",
    f"""
    ALTER TABLE late_draft ADD COLUMN reason TEXT NOT NULL DEFAULT ''
    CHECK (reason = '' OR ({one_of("reason", LateReason)[6:]}))
    """,
    "ALTER TABLE late_draft ADD COLUMN annotation_id TEXT",
    "ALTER TABLE late_draft ADD COLUMN decided_at INTEGER",
    "CREATE INDEX late_draft_waiting ON late_draft (kept_at) WHERE state = 'waiting'",
    "CREATE INDEX late_draft_by_person ON late_draft (person_id)",
)
