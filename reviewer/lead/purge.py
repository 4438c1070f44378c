"""Purges clips whose consent was withdrawn or whose retention period is over, by destroying their keys."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from reviewer.access.rights import Act, require
from reviewer.clips.repository import PurgeReason
from reviewer.errors import Parameter
from reviewer.lead.withdrawals import RecordedWithdrawals, Withdrawal, record_withdrawals
from reviewer.model.clock import to_iso
from reviewer.model.people import Identity
from reviewer.session.backup_lists import list_purges
from reviewer.session.due_purges import DuePurges, destroy_clip
from reviewer.session.unit_of_work import UnitOfWork

_MOST_SHOWN, _MOST_FILES_SHOWN = 20, 3


@dataclass(frozen=True, slots=True)
class Recall:
    """An export that contains purged clips; its holder must delete them.

    An unfinished one (``state`` is not ``finished``) may exist: its process was killed, and what it wrote was
    moved, or cannot be reached. ``folder`` is where it was written, empty if that is not known.
    """

    export: str
    made_at: str
    formats: str
    clips: tuple[str, ...]
    state: str = "finished"
    folder: str = ""


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What was purged, by clip id and reason, and which exports must be recalled.

    ``unknown`` counts sources that were never imported; from now on they are refused. ``similar`` are ids of
    such, as the list has them, that a program may have changed: another one is here.
    ``later`` are clips whose consent ends on a later day. The recall list also names clips of the same
    request that an earlier purge destroyed, so a second request gives the same list. ``unlisted`` are backups
    that cannot be reached: they have the clips, and no list beside them says that those were purged.
    """

    purged: tuple[tuple[str, str], ...]
    unknown: int
    recall: tuple[Recall, ...]
    later: tuple[tuple[str, datetime], ...] = ()
    similar: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()

    def similar_shown(self) -> dict[str, Parameter]:
        """What the message WITHDRAWALS_SIMILAR says: how many, and the first of them."""
        return {"count": len(self.similar), "ids": _first_of(self.similar, _MOST_SHOWN)}

    def unlisted_shown(self) -> dict[str, Parameter]:
        """What the message BACKUPS_NOT_LISTED says: how many, and the first of them."""
        return {"count": len(self.unlisted), "files": _first_of(self.unlisted, _MOST_FILES_SHOWN)}

    def to_json(self) -> dict[str, Any]:
        """The object that ``purge --json`` prints."""
        return {
            "purged": [{"clip": clip, "reason": reason} for clip, reason in self.purged],
            "unknown": self.unknown,
            "later": [{"clip": clip, "at": to_iso(at)} for clip, at in self.later],
            "recall": [asdict(one) for one in self.recall],
            **({"similar": list(self.similar)} if self.similar else {}),
            **({"backups_not_listed": list(self.unlisted)} if self.unlisted else {}),
        }


def _first_of(names: tuple[str, ...], most: int) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


class Purge:
    """A lead's purge; without its key, nothing that was sealed under it can be read."""

    def __init__(self, unit: UnitOfWork, due_purges: DuePurges) -> None:
        self._unit = unit
        self._due_purges = due_purges

    def purge_clips(
        self,
        identity: Identity,
        withdrawals: Iterable[Withdrawal],
        *,
        retention: bool,
        clips: Collection[str] = (),
    ) -> PurgeReport:
        """Purges the clips of these sources and, with ``retention``, all whose retention or consent is over.

        The withdrawals are recorded first, in one commit; killed after it, the next start of the program
        purges the rest. Then each clip is one commit (key, sealed work, tombstone, log row). Its sealed files
        are removed afterwards, as are those that an interrupted purge left behind. ``clips`` were purged
        before, after the backup from which the workspace was restored.

        Raises: NotAllowed for anybody but a lead; Unavailable when the disk fails.
        """
        require(identity.person, Act.PURGE)
        with self._unit.with_reserve():
            return self._purged(identity, tuple(withdrawals), clips, retention=retention)

    def _purged(
        self,
        identity: Identity,
        withdrawals: tuple[Withdrawal, ...],
        again: Collection[str],
        *,
        retention: bool,
    ) -> PurgeReport:
        unit = self._unit
        recorded = (
            record_withdrawals(unit, identity, withdrawals) if withdrawals else RecordedWithdrawals((), (), 0)
        )
        reasons = dict.fromkeys(recorded.due, PurgeReason.CONSENT_ENDED)
        if retention:
            self._due_purges.release()
            reasons = unit.clips.due_for_purge(unit.clock.now()) | reasons
        reasons |= {clip: PurgeReason.CONSENT_ENDED for clip in again if unit.clips.has(clip)}
        recall = self.recall_of(reasons.keys())
        purged = tuple(
            (clip, why)
            for clip, why in reasons.items()
            if destroy_clip(unit, identity, clip, why, by_date=False)
        )
        unit.content.sweep()
        return PurgeReport(purged, recorded.unknown, recall, recorded.later, recorded.similar)

    def purge_clip(self, identity: Identity, clip_id: str, reason: PurgeReason) -> PurgeReport:
        """Purges one clip for a lead's own reason. Raises NotAllowed, Refused for an unknown clip."""
        require(identity.person, Act.PURGE)
        self._unit.clips.get(clip_id)
        recall = self.recall_of([clip_id])
        is_done = destroy_clip(self._unit, identity, clip_id, reason, by_date=False)
        self._unit.content.sweep()
        list_purges(self._unit)
        return PurgeReport(((clip_id, reason),) if is_done else (), 0, recall)

    def recall(self) -> tuple[Recall, ...]:
        """The exports that contain any clip that was purged or is due to be, oldest first."""
        return self.recall_of({*self._unit.clips.purged(), *self._due_purges.due()})

    def recall_of(self, clips: Collection[str]) -> tuple[Recall, ...]:
        """The exports that contain any of these clips, oldest first."""
        return tuple(
            Recall(
                export.id,
                to_iso(export.made_at),
                ",".join(export.formats),
                tuple(export.clips),
                export.state,
                export.out,
            )
            for export in self._unit.exports.exports_of(clips)
        )
