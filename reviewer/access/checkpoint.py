"""Checkpoints of the access log, and which of them somebody outside has seen."""

from reviewer.access.ledger import Ledger
from reviewer.access.note import Checkpoint, parse_checkpoint
from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.model.clock import Clock, to_micros

__all__ = ["Checkpoint", "Checkpoints", "parse_checkpoint"]


class Checkpoints:
    """Makes checkpoints and remembers which went to a witness."""

    def __init__(self, database: Database, ledger: Ledger, clock: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock

    def make(self, reason: str) -> Checkpoint:
        """Signs the present end of the log, with a log row; ``reason`` is one lower-case word.

        Raises Refused while nobody is signed in.
        """
        return self._ledger.checkpoint(reason)

    def newest(self) -> Checkpoint | None:
        """The last one made, or None; raises Damaged when it cannot be read."""
        return self._ledger.newest_checkpoint()

    def mark_witnessed(self, size: int) -> None:
        """Notes that an outside memory holds the checkpoint of this size; raises Refused if there is none."""
        touched = self._database.execute(
            "UPDATE checkpoint SET witnessed_at = ? WHERE size = ?", (to_micros(self._clock.now()), size)
        )
        if not touched:
            raise Refused(f"There is no checkpoint over {size} rows.", "Run: reviewer audit checkpoint.")
