"""The ``withdrawal`` table: sources whose consent was withdrawn, whether or not a clip of them is here."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from reviewer.db.connection import Database
from reviewer.model.clock import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class UnknownWithdrawals:
    """The sources of one list that belong to no clip here."""

    list_id: str
    recorded_at: datetime
    sources: int


class WithdrawalRepository:
    """Remembers withdrawals by the keyed hash of their source, so that a clip imported later is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, source_hash: str, at: datetime, list_id: str, now: datetime) -> bool:
        """Records that consent ends ``at``, the earliest date stands; returns whether this changed it."""
        return bool(
            self._database.execute(
                "INSERT INTO withdrawal (source_hash, at, list, recorded_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (source_hash) DO UPDATE SET at = excluded.at, list = excluded.list,"
                " recorded_at = excluded.recorded_at WHERE excluded.at < withdrawal.at",
                (source_hash, to_micros(at), list_id, to_micros(now)),
            )
        )

    def is_any_recorded(self) -> bool:
        """Whether any source was ever withdrawn."""
        return bool(self._database.rows("SELECT 1 FROM withdrawal LIMIT 1"))

    def among(self, source_hashes: Collection[str]) -> dict[str, datetime]:
        """When consent ends for those of these sources for which it was withdrawn."""
        rows = self._database.rows(
            "SELECT source_hash, at FROM withdrawal WHERE source_hash IN (SELECT value FROM json_each(?))",
            (json.dumps(list(source_hashes)),),
        )
        return {row["source_hash"]: from_micros(row["at"]) for row in rows}

    def unknown(self) -> list[UnknownWithdrawals]:
        """The withdrawals that belong to no clip, counted by list, newest first."""
        rows = self._database.rows(
            "SELECT w.list, max(w.recorded_at) AS recorded_at, count(*) AS sources FROM withdrawal w"
            " WHERE NOT EXISTS (SELECT 1 FROM clip c WHERE c.source_hash = w.source_hash)"
            " GROUP BY w.list ORDER BY 2 DESC, w.list"
        )
        return [
            UnknownWithdrawals(row["list"], from_micros(row["recorded_at"]), row["sources"]) for row in rows
        ]
