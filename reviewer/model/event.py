"""The events of the access log: acts, never content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from reviewer.model.people import Identity

DetailValue = str | int | bool | list[str] | list[int] | list[list[int]]
CLIP_IDS = "clip_ids"
"""In the detail of a row of a batch: the clips that it is about, instead of one object."""


class Action(StrEnum):
    """The closed list of acts that are logged."""

    WORKSPACE_MADE = "workspace.made"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGN_OUT = "sign_out"
    LOCK = "lock"
    PERSON_ADDED = "person.added"
    PERSON_ENROLLED = "person.enrolled"
    ENROL_FAILED = "person.enrol_failed"
    PERSON_REVOKED = "person.revoked"
    PERSON_CODE = "person.code_issued"
    PERSON_KEY = "person.key_registered"
    PERSON_JOINED = "person.joined"
    PASSPHRASE_CHANGED = "person.passphrase_changed"  # noqa: S105
    KEYCHAIN_ON = "person.keychain_on"
    KEYCHAIN_OFF = "person.keychain_off"
    RECOVERY_KEY_MADE = "recovery_key.made"
    KEYS_REPLACED = "keys.replaced"
    PERSON_LANGUAGES = "person.languages"
    PERSON_SKILLS = "person.skills"
    NDA_SHOWN = "nda.shown"
    NDA_END_REACHED = "nda.end_reached"
    NDA_ACCEPTED = "nda.accepted"
    NDA_DECLINED = "nda.declined"
    IMPORT_STARTED = "import.started"
    IMPORT_ENDED = "import.ended"
    CLIP_IMPORTED = "clip.imported"
    CLIP_REFUSED = "clip.refused"
    CLIP_QUARANTINED = "clip.quarantined"
    CLIP_PREFETCHED = "clip.prefetched"
    CLIP_OPENED = "clip.opened"
    CLIP_HEARD = "clip.heard"
    PEAKS_DAMAGED = "clip.peaks_damaged"
    WORK_UNREADABLE = "work.unreadable"
    CLIP_PUT_AWAY = "clip.put_away"
    CLIP_CLOSED = "clip.closed"
    TEXT_OPENED = "text.opened"
    TASK_CLAIMED = "task.claimed"
    TASK_RELEASED = "task.released"
    TASK_ASSIGNED = "task.assigned"
    CLIPS_ROUTED = "clips.routed"
    TASK_SKIPPED = "task.skipped"
    SUBMITTED = "submission.made"
    TAKEN_BACK = "submission.taken_back"
    SUBMISSION_REFUSED = "submission.refused"
    LATE_DRAFT = "submission.late"
    LATE_ADOPTED = "late_draft.adopted"
    LATE_DISMISSED = "late_draft.dismissed"
    REVIEW_DRAWN = "review.drawn"
    REVIEW_SUBMITTED = "review.submitted"
    VERDICT = "verdict"
    ACCEPTANCE_KEPT = "acceptance.kept"
    ADJUDICATION_OPENED = "adjudication.opened"
    LIMIT_REACHED = "limit.reached"
    LIMITS_LIFTED = "limit.lifted"
    EXPORT_STARTED = "export.started"
    EXPORT_ENDED = "export.ended"
    REDACTION_PROPOSED = "redaction.proposed"
    REDACTION_CONFIRMED = "redaction.confirmed"
    REDACTION_REJECTED = "redaction.rejected"
    REDACTION_PREPARED = "redaction.prepared"
    REDACTION_APPLIED = "redaction.applied"
    INCIDENT = "incident.personal_data"
    HELD_RELEASED = "held.released"
    HOLD_BEGUN = "hold.begun"
    HOLD_ENDED = "hold.ended"
    DRAFT_DROPPED = "hypothesis.dropped"
    EXPORT_LOST = "export.lost"
    PURGED = "clip.purged"
    BACKED_UP = "backup.made"
    RESTORED = "backup.restored"
    WITHDRAWAL = "withdrawal.recorded"
    RETENTION_EXTENDED = "retention.extended"
    CHECKPOINT = "checkpoint"
    CHECKPOINT_WITNESSED = "checkpoint.witnessed"
    LOG_SEEN = "log.seen"
    CORPUS_SAVED = "corpus.saved"
    LOG_EXPORTED = "log.exported"
    CLOCK_SET_BACK = "clock.set_back"
    REFUSED = "refused"
    TABLES_SEALED = "tables.sealed"
    POLICY_CHANGED = "policy.changed"
    LEXICON_PUBLISHED = "lexicon.published"
    BROKER_STARTED = "broker.started"
    BROKER_STOPPED = "broker.stopped"
    BROKER_NAMED = "broker.named"
    REKEYING_STARTED = "clips.rekeying"
    CLIP_REKEYED = "clip.rekeyed"
    KEY_RELEASED = "key.released"
    KEY_REFUSED = "key.refused"
    WORKSPACE_MOVED = "workspace.moved"
    WORK_BROUGHT = "work.brought"


@dataclass(frozen=True, slots=True)
class Event:
    """One act. ``object`` is the id of its object; ``detail`` holds ids, counts and codes only."""

    action: Action
    actor: str = ""
    role: str = ""
    session: str = ""
    object: str = ""
    outcome: str = "ok"
    reason: str = ""
    detail: Mapping[str, DetailValue] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def by(
        cls,
        identity: Identity,
        action: Action,
        target: str = "",
        *,
        outcome: str = "ok",
        reason: str = "",
        detail: Mapping[str, DetailValue] = MappingProxyType({}),
    ) -> Self:
        """An event by somebody who is signed in."""
        return cls(
            action,
            actor=identity.person.id,
            role=identity.person.role,
            session=identity.session_id,
            object=target,
            outcome=outcome,
            reason=reason,
            detail=detail,
        )


@dataclass(frozen=True, slots=True)
class HeardRange:
    """Frames [start, end) of a clip that reached the device, at ``speed_percent`` of the recorded speed."""

    start: int
    end: int
    speed_percent: int = 100
