"""What a manifest offers, and what the gate may answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """Where an offered clip ends."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


class Code(StrEnum):
    """The closed list of reasons; the first group refuses, PII_FLAGGED quarantines."""

    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    MISSING_FIELD = "MISSING_FIELD"
    BAD_VALUE = "BAD_VALUE"
    PRODUCT_NOT_ELIGIBLE = "PRODUCT_NOT_ELIGIBLE"
    CONSENT_MISSING = "CONSENT_MISSING"
    CONSENT_OTHER_PRODUCT = "CONSENT_OTHER_PRODUCT"
    BEFORE_CUTOFF = "BEFORE_CUTOFF"
    OUTSIDE_CONSENT = "OUTSIDE_CONSENT"
    EXPIRED = "EXPIRED"
    IDENTIFIER_FOUND = "IDENTIFIER_FOUND"
    UNDECODABLE = "UNDECODABLE"
    EMPTY_AUDIO = "EMPTY_AUDIO"
    TOO_LONG = "TOO_LONG"
    DUPLICATE = "DUPLICATE"
    PII_FLAGGED = "PII_FLAGGED"


@dataclass(frozen=True, slots=True)
class WordTiming:
    """One recognised word of the draft, with its place in the clip in seconds."""

    word: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One line of a manifest whose fields have the right form; nothing of it is trusted yet.

    ``audio`` is relative to the manifest's folder. The two consent fields are None where the line has none:
    that is the gate's to refuse, not the reader's.
    """

    audio: str
    product: str
    locale: str
    recorded_at: datetime
    consent_product: str | None
    consent_granted_at: datetime | None
    consent_withdrawn_at: datetime | None
    source_id: str
    speaker: str
    draft: str = ""
    words: tuple[WordTiming, ...] = ()

    @property
    def text(self) -> str:
        """The recogniser's text: the draft, or its words where only they were given."""
        return self.draft or " ".join(word.word for word in self.words)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says of an offered clip; ``code`` is None if accepted, the sentence has no content."""

    outcome: Outcome
    code: Code | None = None
    sentence: str = ""

    @classmethod
    def accept(cls) -> "Decision":
        return cls(Outcome.ACCEPTED)

    @classmethod
    def refuse(cls, code: Code, sentence: str) -> "Decision":
        return cls(Outcome.REFUSED, code, sentence)

    @classmethod
    def quarantine(cls, code: Code, sentence: str) -> "Decision":
        return cls(Outcome.QUARANTINED, code, sentence)
