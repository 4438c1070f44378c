"""Where a workstation gets the key of a leased clip from, if its keyring does not hold the workspace key."""

from typing import Protocol

from reviewer.clips.released_keys import ReleasedKey
from reviewer.model.task import Lease


class ClipKeySource(Protocol):
    """Releases the key of a lease's clip to one person."""

    def reach(self) -> None:
        """Raises Unavailable if the source cannot be reached, Refused if it is not the one named by the
        project.

        Asked before the row of an opening is written, so that an unreachable source leaves no rows of clips
        that were never opened.
        """
        ...

    def clip_key(self, lease: Lease, facts: bytes = b"") -> ReleasedKey:
        """The key of a lease's clip; for a prefetch lease, to have the clip ready.

        ``facts``: in a person's own folder, the digest of what is known of the clip there.

        Raises: Refused with the reason (code CLIP_FACTS_OLD: the lead's folder has other facts); Unavailable
            when the source cannot be reached; Damaged for an answer that does not verify.
        """
        ...

    def close(self) -> None:
        """Ends the connection, because the session has ended; a later question raises Refused (code
        SIGNED_OUT)."""
        ...
