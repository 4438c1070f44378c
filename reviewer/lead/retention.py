"""A lead's decisions to keep clips for longer, and what is due."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewer.access.exports import ExportFolder
from reviewer.access.rights import Act, require
from reviewer.clips.repository import PurgeReason
from reviewer.clips.retention import RetentionDecision
from reviewer.clips.withdrawals import UnknownWithdrawals
from reviewer.errors import Refused
from reviewer.lead.purge import Recall
from reviewer.model.clip import Clip, ClipState
from reviewer.model.clock import to_iso
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.project import IntakeRules
from reviewer.privacy import pii
from reviewer.session.unit_of_work import UnitOfWork

SOON = timedelta(days=30)
_LONGEST_WHY = 200
_SAMPLED = (
    ClipState.READY,
    ClipState.IN_REVIEW,
    ClipState.REVIEWED,
    ClipState.WITH_LEAD,
    ClipState.FINAL,
    ClipState.EXPORTED,
)


@dataclass(frozen=True, slots=True)
class DueClip:
    """A clip that is to be purged at a moment, and why."""

    clip_id: str
    at: datetime
    reason: PurgeReason


@dataclass(frozen=True, slots=True)
class RetentionOverview:
    """What is due or will be soon, kept for longer, withdrawn but unknown, and to be recalled.

    ``is_held``: purging by date waits for a lead, because the clock may be wrong. ``unfinished`` are exports
    that were killed and whose plain files cannot be removed now.
    """

    due: tuple[DueClip, ...]
    soon: tuple[DueClip, ...]
    extended: tuple[RetentionDecision, ...]
    unknown: tuple[UnknownWithdrawals, ...]
    recall: tuple[Recall, ...]
    unfinished: tuple[ExportFolder, ...]
    is_held: bool


class RetentionExtension:
    """Keeps sampled clips for longer, by a decision that says who, why and until when."""

    def __init__(self, unit: UnitOfWork, rules: IntakeRules) -> None:
        self._unit = unit
        self._rules = rules

    def extend(
        self, identity: Identity, clip_ids: Sequence[str], until: datetime, why: str
    ) -> tuple[RetentionDecision, ...]:
        """Moves the end of retention of clips, all or none, with a log row for each.

        A decision reaches at most ``retention_days`` ahead, and never past a withdrawal.

        Raises: NotAllowed for anybody but a lead; Refused for an unknown, quarantined or purged clip, for one
            whose consent ends or whose time is over, and for a date or reason that cannot be.
        """
        require(identity.person, Act.PURGE)
        reason = self._reason(why)
        now = self._unit.clock.now()
        if until.tzinfo is None:
            raise Refused("NOT_A_DATE")
        if until - now > timedelta(days=self._rules.retention_days):
            raise Refused("RETENTION_TOO_LONG", days=self._rules.retention_days)
        decisions: list[RetentionDecision] = []
        with self._unit.transaction():
            for clip_id in dict.fromkeys(clip_ids):
                clip = self._extendable(clip_id, until, now)
                decision = RetentionDecision(clip_id, until, clip.purge_at, identity.person.id, reason, now)
                self._decide(identity, decision)
                decisions.append(decision)
        for decision in decisions:
            self._unit.queue.keep_open_until(decision.clip_id, until)
        self._unit.publish_facts(identity, [each.clip_id for each in decisions])
        return tuple(decisions)

    def _decide(self, identity: Identity, decision: RetentionDecision) -> None:
        unit = self._unit
        unit.retention.add(decision)
        unit.clips.keep_until(decision.clip_id, decision.until)
        detail: dict[str, DetailValue] = {
            "until": to_iso(decision.until),
            "was": to_iso(decision.was),
            "why": decision.why,
        }
        unit.log.record(Event.by(identity, Action.RETENTION_EXTENDED, decision.clip_id, detail=detail))

    def _extendable(self, clip_id: str, until: datetime, now: datetime) -> Clip:
        clip = self._unit.clips.get(clip_id)
        state = self._unit.queue.clip_state(clip_id)
        if state is ClipState.PURGED:
            raise Refused("PURGED")
        if state not in _SAMPLED:
            raise Refused("RETENTION_NOT_SAMPLED", clip=clip_id)
        if clip.consent_withdrawn_at is not None and clip.consent_withdrawn_at < until:
            raise Refused("RETENTION_PAST_WITHDRAWAL", clip=clip_id)
        if clip.purge_at <= now:
            raise Refused("RETENTION_OVER", clip=clip_id)
        if until <= clip.purge_at:
            raise Refused("RETENTION_NOT_LONGER", clip=clip_id, until=f"{clip.purge_at:%Y-%m-%d}")
        return clip

    @staticmethod
    def _reason(why: str) -> str:
        reason = " ".join(why.split())
        if not reason or len(reason) > _LONGEST_WHY:
            raise Refused("RETENTION_NO_REASON", most=_LONGEST_WHY)
        if any(unicodedata.category(char)[0] == "C" for char in reason):
            raise Refused("RETENTION_NO_REASON", most=_LONGEST_WHY)
        if pii.find(reason, ""):  # it goes into the log, which is never purged
            raise Refused("NOTE_HAS_PERSONAL_DATA")
        return reason


def due_clips(unit: UnitOfWork, by: datetime) -> tuple[DueClip, ...]:
    """The clips that are due by a moment, the first to be due first."""
    return tuple(DueClip(clip_id, at, reason) for clip_id, reason, at in unit.clips.purge_times(by))
