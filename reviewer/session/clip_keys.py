"""Where a workstation gets the key of a leased clip from, if its keyring does not hold the workspace key."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from reviewer.model.task import Lease


@dataclass(frozen=True, slots=True)
class ReleasedKey:
    """The key of one clip, for the length of its lease; ``stored_as`` is the name of the files under it."""

    clip_id: str
    key: bytes = field(repr=False)
    stored_as: str
    generation: int
    until: datetime


class ClipKeySource(Protocol):
    """Releases the key of a lease's clip."""

    def clip_key(self, lease: Lease) -> ReleasedKey:
        """The key; for a prefetch lease, to have the clip ready.

        Raises: Refused with the reason; Unavailable when the source is away; Damaged for a false answer.
        """
        ...
