"""Clips that are held back because of personal data: what was found, and why one is released."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewer.model.clip import Clip
from reviewer.model.redaction import Redaction, RedactionSource


class HeldCode(StrEnum):
    """Why a clip is held back; those of finished work are the reasons of an export's report."""

    DRAFT = "PII_FLAGGED"
    """The draft that came with it; the clip is in quarantine."""
    TEXT = "personal_data_found"
    FLAG = "flag_personal_data"
    TAG = "tag_pii"
    PENDING = "redaction_pending"
    TEXT_OPEN = "redacted_text_open"


class ReleaseReason(StrEnum):
    """The closed list of reasons for a release."""

    NOT_PERSONAL = "not_personal"
    """What was found is no personal data: a price, a count, a date."""
    PUBLIC = "public"
    """A number or an address of nobody in particular, such as a hotline."""
    CHECKED = "checked"
    """Somebody listened and read: it was removed, or was never said."""


class HeldState(StrEnum):
    """Where the clip stands."""

    QUARANTINED = "quarantined"
    IN_WORK = "in_work"
    """People work on it, with a muted span."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class HeldFind:
    """Something found in a clip's draft (``annotation_id`` is empty), or in somebody's work.

    ``start`` and ``end`` are frames, None where nothing tells them.
    """

    clip_id: str
    annotation_id: str
    code: HeldCode
    kind: str
    start: int | None
    end: int | None
    found_at: datetime


@dataclass(frozen=True, slots=True)
class HeldBackClip:
    """A clip that waits for a lead, the reasons, and nothing of its content."""

    clip: Clip
    state: HeldState
    finds: tuple[HeldFind, ...]
    redactions: tuple[Redaction, ...]
    since: datetime

    @property
    def codes(self) -> tuple[HeldCode, ...]:
        """The reasons, each once."""
        found = [one.code for one in self.finds]
        found += [HeldCode.PENDING for one in self.redactions if one.is_muted]
        found += [HeldCode.TEXT_OPEN for one in self.redactions if one.is_text_open]
        return tuple(dict.fromkeys(found))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of personal data, each once."""
        found = [one.kind for one in self.finds]
        found += [
            one.kind.value
            for one in self.redactions
            if one.source is RedactionSource.LISTENER and (one.is_muted or one.is_text_open)
        ]
        return tuple(dict.fromkeys(kind for kind in found if kind))

    @property
    def annotations(self) -> tuple[str, ...]:
        """The work that is held back."""
        return tuple(dict.fromkeys(one.annotation_id for one in self.finds if one.annotation_id))
