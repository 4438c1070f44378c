"""The ``retention`` table: decisions to keep a clip for longer."""

from dataclasses import dataclass
from datetime import datetime

from reviewer.db.connection import Database
from reviewer.model.clock import from_micros, to_micros

_HELD = "purge_by_date_held_since"


@dataclass(frozen=True, slots=True)
class RetentionDecision:
    """A decision to keep a clip until a later date: who decided, why, and the date before."""

    clip_id: str
    until: datetime
    was: datetime
    decided_by: str
    why: str
    decided_at: datetime


class RetentionRepository:
    """Every decision that was ever made; the date that holds is the clip's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, decision: RetentionDecision) -> None:
        """Adds a decision; each date of a clip is later than the one before."""
        self._database.insert(
            "retention",
            {
                "clip_id": decision.clip_id,
                "until": to_micros(decision.until),
                "was": to_micros(decision.was),
                "decided_by": decision.decided_by,
                "why": decision.why,
                "decided_at": to_micros(decision.decided_at),
            },
        )

    def standing(self) -> list[RetentionDecision]:
        """The newest decision about each clip whose key still exists, the first to end first."""
        rows = self._database.rows(
            "SELECT r.clip_id, max(r.until) AS until, r.was, r.decided_by, r.why, r.decided_at"
            " FROM retention r JOIN clip c ON c.id = r.clip_id WHERE c.wrapped_key IS NOT NULL"
            " GROUP BY r.clip_id ORDER BY 2, r.clip_id"
        )
        return [
            RetentionDecision(
                row["clip_id"],
                from_micros(row["until"]),
                from_micros(row["was"]),
                row["decided_by"],
                row["why"],
                from_micros(row["decided_at"]),
            )
            for row in rows
        ]

    def held_since(self) -> datetime | None:
        """Since when purging by date waits for a lead; None if it does not."""
        found = self._database.value("SELECT value FROM meta WHERE key = ?", (_HELD,))
        return None if found is None else from_micros(int(found))

    def hold(self, since: datetime | None) -> None:
        """Makes purging by date wait, or go on with None; writes only what changes."""
        if since == self.held_since():
            return
        if since is None:
            self._database.execute("DELETE FROM meta WHERE key = ?", (_HELD,))
        else:
            self._database.execute(
                "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
                (_HELD, str(to_micros(since))),
            )
