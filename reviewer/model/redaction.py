"""Redactions: stretches of a clip whose sound is muted at once, and removed once somebody confirmed it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewer.model.annotation import PersonalDataKind
from reviewer.model.intervals import Span, merge


class RedactionState(StrEnum):
    """The state of a redaction. ``APPLIED``: the samples are replaced, nobody can hear them again."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    APPLIED = "applied"
    REJECTED = "rejected"


class RedactionSource(StrEnum):
    """Who or what proposed a redaction."""

    LISTENER = "listener"
    """Somebody who heard the clip, or read its text, marked it."""
    DRAFT = "draft"
    """The words of a recogniser's draft, found at import."""


class HearingReason(StrEnum):
    """The closed list of reasons why somebody who decides about a redaction has to hear what is muted."""

    CONTENT = "content"
    """Nothing but the sound tells whether it is personal data."""
    EXTENT = "extent"
    """Where it begins and ends is in doubt."""
    KIND = "kind"
    """It is personal data, but of which kind is in doubt."""
    DISPUTED = "disputed"
    """Somebody disputes that it is personal data."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """Frames ``start`` to ``end`` (exclusive) of a clip that somebody or something took for personal data.

    ``removed_start`` and ``removed_end`` are the frames that were replaced, zero until then.
    ``is_text_open``: the samples are gone, but the program could not tell which words belong to them.
    """

    id: str
    clip_id: str
    start: int
    end: int
    kind: PersonalDataKind
    source: RedactionSource
    state: RedactionState
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    removed_start: int = 0
    removed_end: int = 0
    is_text_open: bool = False

    @property
    def is_muted(self) -> bool:
        """Whether its samples are still there and may not be heard."""
        return self.state in (RedactionState.PROPOSED, RedactionState.CONFIRMED)

    @property
    def span(self) -> Span:
        """What was marked."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class PersonalDataMark:
    """What somebody marked in a clip on another machine; ``id`` becomes that of the redaction.

    Place and kind are ``sealed`` under the clip's key.
    """

    id: str
    clip_id: str
    person_id: str
    sealed: bytes
    at: datetime


def muted_ids(redactions: Iterable[Redaction]) -> frozenset[str]:
    """The ids of those whose samples are there and may not be heard."""
    return frozenset(one.id for one in redactions if one.is_muted)


PAD_SECONDS = 0.15
"""Added on each side: the marks of people and recognisers are late or early by about so much."""


def muted_spans(redactions: Iterable[Redaction], rate_hz: int, frames: int) -> tuple[Span, ...]:
    """The frames of a clip that nobody may hear, with their padding; canonical."""
    pad = round(PAD_SECONDS * rate_hz)
    return merge(
        Span(max(one.start - pad, 0), min(one.end + pad, frames))
        for one in redactions
        if one.is_muted and one.start < frames
    )


HEARING_MARGIN_SECONDS = 1.0
"""Played before and after a muted span, for those who decide about it: the words around tell what it is."""


def hearing_span(redaction: Redaction, rate_hz: int, frames: int) -> Span:
    """The frames that are played to those who decide about a redaction."""
    margin = round(HEARING_MARGIN_SECONDS * rate_hz)
    return Span(max(redaction.start - margin, 0), min(redaction.end + margin, frames))


def silent_spans(redactions: Sequence[Redaction], rate_hz: int, frames: int) -> tuple[Span, ...]:
    """The frames of a clip in which nothing is heard any more: muted, or removed; canonical."""
    removed = [
        Span(one.removed_start, one.removed_end) for one in redactions if one.state is RedactionState.APPLIED
    ]
    return merge((*muted_spans(redactions, rate_hz, frames), *removed))
