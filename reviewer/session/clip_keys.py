"""Where a workstation gets the key of a leased clip from, if its keyring does not hold the workspace key."""

from typing import Protocol

from reviewer.clips.released_keys import ReleasedKey
from reviewer.model.task import Lease


class ClipKeySource(Protocol):
    """Releases the key of a lease's clip to one person."""

    def reach(self) -> None:
        """Raises Unavailable when the source is away, Refused when it is not the one that it should be.

        Asked before the row of an opening: a source that is away shall leave no rows of clips that did not
        open.
        """
        ...

    def clip_key(self, lease: Lease, facts: bytes = b"") -> ReleasedKey:
        """The key; for a prefetch lease, to have the clip ready.

        ``facts``: in a folder of one's own, the digest of what is known of the clip there.

        Raises: Refused with the reason (code CLIP_FACTS_OLD: the lead's folder says something else of it);
            Unavailable when the source is away; Damaged for a false answer.
        """
        ...

    def close(self) -> None:
        """Ends the connection; the next question opens another."""
        ...
