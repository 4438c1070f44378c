"""The ``recovery_key`` table: a lead's keyring that opens with the recovery key."""

from dataclasses import dataclass

from reviewer.db.connection import Database
from reviewer.model.clock import Clock, to_micros

_ID = "recovery"


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """A keyring sealed under the recovery key; public key and card are those of its signing key."""

    keyring: bytes
    public_key: bytes
    delivery_card: bytes


class RecoveryKeyRepository:
    """The one recovery key of a workspace, if it has any."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get(self) -> RecoveryKey | None:
        """The present recovery key."""
        row = self._database.row("SELECT keyring, public_key, delivery_card FROM recovery_key")
        return RecoveryKey(**row) if row else None

    def put(self, key: RecoveryKey) -> None:
        """Replaces the recovery key: the one before opens nothing any more."""
        self._database.execute(
            "INSERT OR REPLACE INTO recovery_key (id, keyring, public_key, delivery_card, made_at)"
            " VALUES (?, ?, ?, ?, ?)",
            (_ID, key.keyring, key.public_key, key.delivery_card, to_micros(self._clock.now())),
        )
