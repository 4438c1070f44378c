"""The keys that signed one log, one after the other.

When somebody leaves, the log gets a new key. The row of that act is signed by the key in force and names the
next, with an endorsement: a signature over the log's id and the next key. From the following row on the next
key signs. Checkpoints repeat the endorsements, so that whoever kept one of an earlier key can follow.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, ClassVar

from reviewer.access import signing
from reviewer.model.event import Action

KEY = "log_key"
ENDORSEMENT = "endorsement"
"""In the detail of a row: the next key and its endorsement, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Endorsement:
    """A key, and its signature over the key that followed it."""

    by: bytes
    signature: bytes

    def is_for(self, log_id: str, public_key: bytes) -> bool:
        """Whether this endorses that key."""
        return signing.verify(self.by, _message(log_id, public_key), self.signature)


def endorse(log_key: bytes, log_id: str, public_key: bytes) -> bytes:
    """The signature by which a log's key names the next one."""
    return signing.sign(log_key, _message(log_id, public_key))


def are_linked(log_id: str, public_key: bytes, endorsements: tuple[Endorsement, ...]) -> bool:
    """Whether each endorsement, the newest first, is for the key after it."""
    for endorsement in endorsements:
        if not endorsement.is_for(log_id, public_key):
            return False
        public_key = endorsement.by
    return True


@dataclass(slots=True)
class LogKeys:
    """Public keys by the rows that they sign; collects them in a pass over the log (``RowListener``)."""

    actions: ClassVar[frozenset[Action]] = frozenset({Action.KEYS_REPLACED})
    log_id: str
    first: bytes
    wrong_row: int | None = None
    """The first row that names a key which was not endorsed."""
    _rows: list[int] = field(default_factory=list)
    _keys: list[bytes] = field(default_factory=list)
    _endorsements: list[Endorsement] = field(default_factory=list)

    @property
    def current(self) -> bytes:
        """The key that signs the next row."""
        return self._keys[-1] if self._keys else self.first

    @property
    def every(self) -> tuple[bytes, ...]:
        """All keys, the first one first."""
        return self.first, *self._keys

    @property
    def endorsements(self) -> tuple[Endorsement, ...]:
        """The endorsements that lead from the current key to the first one."""
        return tuple(reversed(self._endorsements))

    def at(self, seq: int) -> bytes:
        """The key that signs this row, and a checkpoint that ends with it."""
        number = bisect_left(self._rows, seq)
        return self._keys[number - 1] if number else self.first

    def add(self, seq: int, fields: dict[str, Any]) -> None:
        """Takes the row that replaces the key; a log of an earlier version has none."""
        detail = fields["detail"]
        if KEY not in detail or self.wrong_row is not None:
            return
        endorsement = Endorsement(self.current, _unhex(detail.get(ENDORSEMENT)))
        key = _unhex(detail[KEY])
        if not endorsement.is_for(self.log_id, key):
            self.wrong_row = seq
            return
        self._rows.append(seq)
        self._keys.append(key)
        self._endorsements.append(endorsement)


def _message(log_id: str, public_key: bytes) -> bytes:
    return f"reviewer log key\n{log_id}\n{public_key.hex()}\n".encode()


def _unhex(text: object) -> bytes:
    try:
        return bytes.fromhex(str(text))
    except ValueError:
        return b""
