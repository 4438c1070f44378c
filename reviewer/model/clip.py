"""A voice clip and its states."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Self

from reviewer.model.hypothesis import SealedHypothesis


class ClipState(StrEnum):
    """The state of a clip; refused clips have no row, only a report line and a log row."""

    READY = "ready"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    FINAL = "final"
    EXPORTED = "exported"
    QUARANTINED = "quarantined"
    WITH_LEAD = "with_lead"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class Clip:
    """The facts of a clip that are not sealed. ``frames`` counts samples per channel."""

    id: str
    product: str
    locale: str
    rate_hz: int
    channels: int
    frames: int
    recorded_at: datetime
    consent_granted_at: datetime
    consent_withdrawn_at: datetime | None
    purge_at: datetime
    imported_at: datetime
    source_hash: str
    speaker_hash: str
    samples_hash: str

    @property
    def duration_seconds(self) -> float:
        """Length of the decoded samples, for display only; times are kept in frames."""
        return self.frames / self.rate_hz


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What a program has to know of a clip to open it: nothing of its source, its speaker or its samples.

    ``stored_as`` is the name of its files; ``drafts`` are recognisers', sealed under the clip's key. A lead
    signs them before they leave their folder (``access/clip_facts.py``); later ones have a higher ``serial``.
    """

    id: str
    stored_as: str
    product: str
    locale: str
    rate_hz: int
    channels: int
    frames: int
    recorded_at: datetime
    consent_granted_at: datetime
    consent_withdrawn_at: datetime | None
    purge_at: datetime
    imported_at: datetime
    drafts: tuple[SealedHypothesis, ...] = ()
    serial: int = 0
    signed_by: str = ""
    signature: bytes = b""

    @classmethod
    def of(cls, clip: Clip, stored_as: str) -> Self:
        """The facts of a clip of the lead's folder."""
        kept = {name: getattr(clip, name) for name in cls._of_a_clip()}
        return cls(stored_as=stored_as, **kept)

    def clip(self) -> Clip:
        """The clip in somebody's own folder, where its source is not known."""
        kept = {name: getattr(self, name) for name in self._of_a_clip()}
        elsewhere = f"elsewhere {self.id}"
        return Clip(**kept, source_hash=elsewhere, speaker_hash=elsewhere, samples_hash=elsewhere)

    @classmethod
    def _of_a_clip(cls) -> list[str]:
        return [each.name for each in fields(Clip) if not each.name.endswith("_hash")]


class ContentKind(StrEnum):
    """The kinds of content sealed under a clip's key; the kind is bound into the seal."""

    AUDIO = "audio"
    PEAKS = "peaks"
    SPEECH = "speech"
    HYPOTHESIS = "hypothesis"
    DRAFT = "draft"
    DRAFT_VERSION = "draft-version"
    ANNOTATION = "annotation"
    LATE_DRAFT = "late-draft"
    COMMENT = "comment"
    MARK = "mark"
    FORMER_KEY = "former-key"  # under the key that took its place
    REFERENCE = "reference"
    OWN_WORDS = "own-words"  # of a person, not of a clip
    BACKUP = "backup"  # of a whole workspace, under a key of its own
