"""What a queue does for redactions: marks of personal data, clips that wait, texts that are sealed again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from reviewer.model.clip import ContentKind
from reviewer.model.redaction import PersonalDataMark
from reviewer.model.task import Lease


@dataclass(frozen=True, slots=True)
class SealedText:
    """An annotation, a comment or a late draft as a queue keeps it; ``name`` is bound into the seal.

    ``digest`` is an annotation's keyed digest, else empty.
    """

    kind: ContentKind
    id: str
    name: str
    digest: bytes
    sealed: bytes


class RedactingQueue(Protocol):
    """A part of ``Queue``; the same holds as there."""

    def mark_personal_data(self, lease: Lease, mark_id: str, sealed: bytes) -> None:
        """Marks personal data in a clip that the person has or had on a lease, once for each id.

        From now on the clip waits for a redaction: it is on hold for everybody who marked nothing in it, and
        their leases end; what they typed comes as late drafts. In the workspace's own file nothing happens:
        its redactions are there. ``sealed``: place and kind. Raises NotLeased, ClipWithdrawn.
        """
        ...

    def open_marks(self) -> list[PersonalDataMark]:
        """The undecided marks, oldest first: a lead sees all, others their own."""
        ...

    def clips_in_redaction(self) -> list[str]:
        """The clips that are on hold for a redaction, by id, for a lead."""
        ...

    def begin_redaction(self, clip_id: str) -> bool:
        """Withholds a clip for its redaction, as a mark does; returns whether all of it can be sealed again
        now.

        It can once nobody works on it, and late drafts had as long to arrive as their leases would have
        lasted. In the workspace's own file it does nothing and returns True. Raises ClipWithdrawn.
        """
        ...

    def end_redaction(self, clip_id: str, mark_ids: Collection[str]) -> None:
        """Closes marks that were decided about; with the last one the clip goes on. Idempotent."""
        ...

    def sealed_texts(self, clip_id: str) -> list[SealedText]:
        """Everything that the queue keeps of a clip under its key."""
        ...

    def replace_seals(self, clip_id: str, seals: Sequence[tuple[SealedText, SealedText]]) -> None:
        """Replaces sealed texts: pairs of what ``sealed_texts`` returned and the new version. Idempotent.

        Late drafts of earlier leases are refused from now on, because their key is gone. In the workspace's
        own file this is part of the transaction that replaces the clip's key.

        Raises Refused (code CLIP_CHANGED), and changes nothing, if the queue holds anything else or somebody
        may be working on the clip; ClipWithdrawn.
        """
        ...
