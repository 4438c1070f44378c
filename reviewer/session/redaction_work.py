"""Redactions of the clip at hand: what one person marks in it and, for QA, decides."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from reviewer.access.rights import Act, may
from reviewer.audio.samples import Sound
from reviewer.audio.view.peaks import PeakPyramid
from reviewer.errors import Refused, Unavailable
from reviewer.model.annotation import PersonalDataKind
from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.redaction import HearingReason, Redaction, RedactionSource
from reviewer.model.task import Lease
from reviewer.session.clip_access import ClipAccess
from reviewer.session.delivery import Delivery
from reviewer.session.muted_span import MutedSpan
from reviewer.session.personal_data_marks import tell
from reviewer.session.redactions import Redactions, propose
from reviewer.session.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MutedClip:
    """What may be heard and seen of an open clip after a redaction was proposed or decided."""

    samples: Sound
    peaks: PeakPyramid
    redactions: tuple[Redaction, ...]


class RedactionWork:
    """For one signed-in person; both acts need the clip open, on a lease that is still theirs."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess, identity: Identity, delivery: Delivery) -> None:
        self._unit = unit
        self._access = access
        self._identity = identity
        self._delivery = delivery
        self._redactions = Redactions(unit, access)

    @property
    def may_decide(self) -> bool:
        """Whether this person's role confirms and rejects redactions, and this folder is the one that has
        them."""
        return may(self._identity.person, Act.REDACT) and not self._unit.team_folder.is_own()

    def mark(self, lease: Lease, start: int, end: int, kind: PersonalDataKind) -> MutedClip:
        """Mutes frames ``start`` to ``end`` for everybody until QA or a lead decides.

        They are muted here at once; a queue elsewhere is told now or with the next delivery.

        Raises: Refused (code CLIP_NOT_OPEN, SPAN_OUTSIDE_CLIP), LeaseLost, NotLeased.
        """
        ask_queue = self._delivery.answers_at_once
        clip = self._access.permit(self._identity, lease, ask_queue=ask_queue).clip
        if self._access.opened(self._identity, clip.id) is None:
            raise Refused("CLIP_NOT_OPEN")
        unit, identity = self._unit, self._identity
        with unit.transaction():
            marked = propose(unit, identity, clip, Span(start, end), kind, RedactionSource.LISTENER)
            if marked is not None:
                tell(self._delivery, unit.content, identity.keyring, lease, marked)
        if not self._delivery.is_in_background:
            with suppress(Unavailable):  # it is stored, and sent with the next delivery
                self._delivery.deliver()
        return self._muted(lease)

    def decide(self, lease: Lease, redaction_id: str, *, is_confirmed: bool) -> MutedClip:
        """Confirms or rejects a redaction of the clip.

        A confirmed one is applied when no window has the clip open any more. A rejected one can be heard from
        the next opening on. Raises Refused (code NO_REDACTION, REDACTION_DECIDED), NotAllowed.
        """
        self._require_of_clip(lease, redaction_id)
        decide = self._redactions.confirm if is_confirmed else self._redactions.reject
        decide(self._identity, redaction_id)
        return self._muted(lease)

    def hear(self, lease: Lease, redaction_id: str, reason: HearingReason) -> MutedSpan:
        """The sound of a proposed redaction of the open clip. Raises Refused, as ``Redactions.hear``."""
        self._require_of_clip(lease, redaction_id)
        return self._redactions.hear(self._identity, redaction_id, reason)

    def heard(self, redaction_id: str, ranges: Sequence[HeardRange]) -> None:
        """Logs which frames of the clip were heard by ``hear``."""
        self._redactions.heard(self._identity, redaction_id, ranges)

    def apply_confirmed(self) -> int:
        """Applies what was confirmed, of clips that no window has open; returns the number of clips."""
        return self._redactions.apply_all(self._identity)

    def _require_of_clip(self, lease: Lease, redaction_id: str) -> None:
        if self._unit.redactions.get(redaction_id).clip_id != lease.clip_id:
            raise Refused("NO_REDACTION", redaction=redaction_id)

    def _muted(self, lease: Lease) -> MutedClip:
        unsealed = self._access.mute(self._identity, lease.clip_id)
        return MutedClip(unsealed.samples, unsealed.peaks, unsealed.redactions)
