"""A row of an import manifest, and what the intake gate may decide about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewer.errors import Notice, Parameter


class Outcome(StrEnum):
    """What becomes of a manifest row."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


class RefusalCode(StrEnum):
    """The closed list of reasons; PII_FLAGGED quarantines, all others refuse."""

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
    INCOMPLETE = "INCOMPLETE"
    EMPTY_AUDIO = "EMPTY_AUDIO"
    TOO_LONG = "TOO_LONG"
    DUPLICATE = "DUPLICATE"
    WITHDRAWN = "WITHDRAWN"
    PII_FLAGGED = "PII_FLAGGED"


@dataclass(frozen=True, slots=True)
class WordTiming:
    """One recognised word with its times in the clip; ``confidence`` is 0 to 1, None if not given."""

    word: str
    start_seconds: float
    end_seconds: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One line of a manifest whose fields are well formed; none of it is trusted yet.

    ``audio`` is relative to the manifest's folder. The two consent fields are None if the line has none: the
    gate refuses that, not the reader. ``reference`` is the lead's own opaque key, empty if there is none.
    ``skill`` is what people need to work on the clip, empty for nothing special.
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
    reference: str = ""
    skill: str = ""

    @property
    def text(self) -> str:
        """The recogniser's text: the draft, or its words if only they were given."""
        return self.draft or " ".join(word.word for word in self.words)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate decides about a manifest row; ``code`` and ``notice`` are None if it is accepted."""

    outcome: Outcome
    code: RefusalCode | None = None
    notice: Notice | None = None

    @classmethod
    def accept(cls) -> "Decision":
        return cls(Outcome.ACCEPTED)

    @classmethod
    def refuse(cls, code: RefusalCode, message: str = "", /, **parameters: Parameter) -> "Decision":
        """Refuses with the catalogue's words for ``message``, or for the code itself; never with content."""
        return cls(Outcome.REFUSED, code, Notice(message or code.value, parameters))

    @classmethod
    def quarantine(cls, code: RefusalCode, /, **parameters: Parameter) -> "Decision":
        return cls(Outcome.QUARANTINED, code, Notice(code.value, parameters))
