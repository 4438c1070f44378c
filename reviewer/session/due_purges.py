"""Destroys clips, and does so by itself for those whose consent or retention is over."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from reviewer.clips.repository import PurgeReason
from reviewer.errors import Refused
from reviewer.model.clip import ClipState
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.session.backup_lists import list_purges
from reviewer.session.unit_of_work import UnitOfWork

PURGED_BY_TEAM = "team"
"""The reason in an own folder's row: the lead's log has the other one."""
LONGEST_SILENCE = timedelta(days=31)
IsPurged = Callable[[Identity, str], bool]


def destroy_clip(unit: UnitOfWork, identity: Identity, clip: str, reason: str, *, by_date: bool) -> bool:
    """Destroys a clip's key in one commit with its sealed work, tombstone and log row; False if it was
    destroyed before.

    ``by_date``: the row says that a date was reached and nobody asked for it. ``ClipContent.sweep`` removes
    the sealed files afterwards. Raises Unavailable, and then nothing has changed.
    """
    detail: dict[str, DetailValue] = {"exports": [each.id for each in unit.exports.exports_of([clip])]}
    if by_date:
        detail["by_date"] = True
    with unit.transaction_with_queue():
        if unit.queue.clip_state(clip) is ClipState.PURGED:
            return False
        with unit.transaction():
            unit.clips.destroy_key(clip)
            if reason == PurgeReason.REPLACED:
                unit.clips.free_source(clip)
            _delete_sealed(unit, clip)
            unit.log.record(Event.by(identity, Action.PURGED, clip, reason=reason, detail=detail))
        unit.queue.withdraw_clip(clip, reason)
    return True


def forget_clip(unit: UnitOfWork, identity: Identity, clip: str, reason: str) -> None:
    """In a person's own folder: removes everything of a clip but its id, in one commit with a log row.

    The team's queue is not told: either it told us, or the lead's folder tells it.
    """
    with unit.transaction():
        unit.clips.forget(clip)
        _delete_sealed(unit, clip)
        detail: dict[str, DetailValue] = {"own_folder": True}
        unit.log.record(Event.by(identity, Action.PURGED, clip, reason=reason, detail=detail))
    unit.clips.truncate_wal()


def _delete_sealed(unit: UnitOfWork, clip: str) -> None:
    unit.hypotheses.delete_of_clip(clip)
    unit.alignments.delete_of_clip(clip)
    unit.draft_distances.delete_of_clip(clip)
    unit.references.delete_of_clip(clip)
    unit.redactions.delete_of_clip(clip)
    unit.former_keys.delete(clip)
    unit.held_finds.delete_of_clip(clip)
    unit.drafts.delete_of_clip(clip)
    unit.versions.delete_of_clip(clip)


def _not_said(_identity: Identity, _clip_id: str) -> bool:
    """For a lead's own file, where no broker has to be asked."""
    return False


class DuePurges:
    """Purges what is due whenever somebody is signed in, whoever it is.

    The dates were decided before, by consent and the project's rules; keeping a clip for longer is the only
    thing that would need a decision. So this asks for no right, but it needs a session, whose key signs the
    rows. See docs/decisions/030.
    """

    def __init__(self, unit: UnitOfWork, is_purged: IsPurged = _not_said) -> None:
        """``is_purged``: in somebody's own folder, whether the lead's broker says so of a clip."""
        self._unit = unit
        self._is_purged = is_purged
        self._last_known = _newest_row(unit)

    def purge(self, identity: Identity) -> tuple[str, ...]:
        """Purges the clips that are due, and returns them; none while the clock is in doubt.

        Raises Unavailable when the disk or the queue fails; what was purged by then stays purged.
        """
        unit = self._unit
        if unit.team_folder.is_own():
            return self._forget(identity)
        if self.is_held():
            return ()
        due = unit.clips.due_for_purge(unit.clock.now())
        purged: list[str] = []
        for clip, why in due.items():
            with suppress(Refused):  # the queue does not know it yet: it stays due, the others go on
                if destroy_clip(unit, identity, clip, why, by_date=True):
                    purged.append(clip)
        if due or unit.clips.are_files_left():  # of a purge that was killed after its commit
            unit.content.sweep()
            list_purges(unit)
        return tuple(purged)

    def _forget(self, identity: Identity) -> tuple[str, ...]:
        """In a person's own folder: forgets the clips that are due, and those that the team has purged.

        The queue's server alone is not believed: whoever owns it could otherwise have every draft here
        deleted.
        """
        unit = self._unit
        gone: dict[str, str] = {} if self.is_held() else dict(self.due())
        for clip, why in gone.items():
            forget_clip(unit, identity, clip, why)
        purged = []
        for clip in unit.queue.purged_among(sorted(unit.clips.ids())):
            if self._is_purged(identity, clip):
                forget_clip(unit, identity, clip, PURGED_BY_TEAM)
                purged.append(clip)
        return (*gone, *purged)

    def due(self) -> dict[str, PurgeReason]:
        """The clips that are due now, with the reason, the longest overdue first."""
        return self._unit.clips.due_for_purge(self._unit.clock.now())

    def is_held(self) -> bool:
        """Whether purging by date waits for a lead, because nothing was logged for more than a month.

        The clock may then be wrong, and a clock that is years ahead would destroy everything.
        """
        unit, now = self._unit, self._unit.clock.now()
        since = unit.retention.held_since() or self._last_known
        if since is None or now - since <= LONGEST_SILENCE:
            unit.retention.hold(None)
            self._last_known = now
            return False
        unit.retention.hold(since)
        return True

    def release(self) -> None:
        """Lets purging by date go on, after a lead has confirmed the clock."""
        self._unit.retention.hold(None)
        self._last_known = self._unit.clock.now()


def _newest_row(unit: UnitOfWork) -> datetime | None:
    rows = list(unit.log.rows(since=max(1, unit.log.head().size), limit=1))
    return rows[0].at() if rows else None
