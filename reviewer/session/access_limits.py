"""Limits on how much one person may open, skip and replay, so that taking clips in bulk stops and shows."""

import math
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from reviewer.access.activity import LIMITED, Counted
from reviewer.access.lifted_limits import lifted_at
from reviewer.errors import Refused, Unavailable
from reviewer.model.clip import Clip
from reviewer.model.clock import to_micros
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.model.project import AccessLimits, WorkingHours
from reviewer.session.permit import Permit
from reviewer.session.unit_of_work import UnitOfWork

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DAYTIME = WorkingHours(time(6), time(22))
"""What counts as daytime where the project sets no working hours."""
_ALWAYS_ALLOWED_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class PersonActivity:
    """What one person took: clips opened in the last hour and day, and what stands out among them."""

    person: Person
    opened_hour: int
    opened_day: int
    unfinished: int
    """Clips opened since their last hand-in, in the last day."""
    skipped_day: int
    technical_day: int
    outside_hours_day: int
    most_plays: float
    limits_day: int
    """How often a limit refused them."""


class LimitReached(Refused):
    """A limit of the project on opening, skipping or replaying."""


class ActivityLimits:
    """The project's limits, asked before a clip is decrypted or skipped; what they refuse is logged.

    The counts come from the access log, so every window and command of a person counts together.
    """

    def __init__(self, unit: UnitOfWork, limits: AccessLimits) -> None:
        self._unit = unit
        self._limits = limits

    def require_may_open(self, identity: Identity, clip: Clip) -> None:
        """Raises LimitReached before a clip that this person has not opened yet, outside a transaction."""
        now, limits = self._unit.clock.now(), self._limits
        used, most = self._used(identity.person.id, Counted.OPENED), limits.opens_per_hour
        if most and used >= most and not self._is_lifted(identity):
            minutes = self._minutes_left(identity.person.id, now)
            self._refuse(identity, "LIMIT_OPENS", limit=limits.opens_per_hour, minutes=minutes)
        self._require_below(
            identity, Counted.UNFINISHED, now - DAY, limits.opens_without_hand_in, "LIMIT_UNFINISHED"
        )
        if limits.working_hours is not None and not limits.working_hours.include(now):
            self._refuse(identity, "LIMIT_HOURS", hours=str(limits.working_hours))
        self.require_may_replay(identity, clip)

    def require_may_replay(self, identity: Identity, clip: Clip) -> None:
        """Raises LimitReached before a clip that this person heard more often than anybody needs to."""
        most = self._limits.plays_per_clip
        heard = self._unit.activity.heard_frames(identity.person.id, clip.id)
        if most and heard > max(most * clip.frames, _ALWAYS_ALLOWED_SECONDS * clip.rate_hz):
            self._refuse(identity, "LIMIT_PLAYS", limit=most)

    def require_may_skip_unheard(self, identity: Identity) -> None:
        """Raises LimitReached before a clip is skipped as not playable once too often in a day."""
        since = self._unit.clock.now() - DAY
        most = self._limits.technical_skips_per_day
        self._require_below(identity, Counted.TECHNICAL, since, most, "LIMIT_TECHNICAL")

    def has_opened(self, permit: Permit) -> bool:
        """Whether this person has opened the clip for this task before."""
        person_id, task_id = permit.identity.person.id, permit.lease.task_id
        events = (row.event() for row in self._unit.log.about(permit.clip.id))
        return any(
            event.action is Action.CLIP_OPENED
            and event.actor == person_id
            and event.detail.get("task") == task_id
            for event in events
        )

    def lift(self, identity: Identity, person: Person) -> None:
        """Excuses what a person has opened and skipped so far: they start anew at every limit."""
        self._record_lifting(identity, person)

    def activity_of(self, person: Person) -> PersonActivity:
        """What one person took in the last hour and day."""
        counts, now = self._unit.activity, self._unit.clock.now()
        hours = self._limits.working_hours or DAYTIME
        opened = counts.slots(person.id, Counted.OPENED, now - DAY)
        most = counts.most_played(person.id)
        return PersonActivity(
            person,
            opened_hour=counts.count(person.id, Counted.OPENED, now - HOUR),
            opened_day=sum(count for _, count in opened),
            unfinished=counts.count(person.id, Counted.UNFINISHED, now - DAY),
            skipped_day=counts.count(person.id, Counted.SKIPPED, now - DAY),
            technical_day=counts.count(person.id, Counted.TECHNICAL, now - DAY),
            outside_hours_day=sum(count for at, count in opened if not hours.include(at)),
            most_plays=most.plays if most is not None else 0.0,
            limits_day=counts.count(person.id, Counted.LIMIT, now - DAY),
        )

    def _minutes_left(self, person_id: str, now: datetime) -> int:
        """In how many minutes this person has opened fewer clips in an hour than the limit."""
        activity = self._unit.activity
        for at, _ in activity.slots(person_id, Counted.OPENED, now - HOUR):
            if activity.used(person_id, Counted.OPENED, at) < self._limits.opens_per_hour:
                return max(1, math.ceil((at + HOUR - now) / timedelta(minutes=1)))
        return 1

    def _used(self, person_id: str, kind: Counted) -> int:
        since = self._unit.clock.now() - (HOUR if kind is Counted.OPENED else DAY)
        return self._unit.activity.used(person_id, kind, since)

    def _require_below(
        self, identity: Identity, kind: Counted, since: datetime, limit: int, code: str
    ) -> None:
        used = self._unit.activity.used(identity.person.id, kind, since)
        if limit and used >= limit and not self._is_lifted(identity):
            self._refuse(identity, code, limit=limit)

    def _is_lifted(self, identity: Identity) -> bool:
        """In an own folder: whether a lead lifted the limits since the last time this folder was told; if so,
        a row lifts them here too."""
        unit, person = self._unit, identity.person
        if not unit.team_folder.is_own():
            return False
        leads = [
            each for each in unit.people.all() if each.role is Role.LEAD and each.state is PersonState.ACTIVE
        ]
        with suppress(Unavailable, Refused):
            text = unit.queue.limits_lifted()
            at = lifted_at(text, unit.workspace_id, person.id, [each.public_key for each in leads])
            row = unit.log.newest(Action.LIMITS_LIFTED)
            before = 0 if row is None else int(str(row.event().detail.get("at", 0)))
            if at is None or to_micros(at) <= before or at <= unit.clock.now() - DAY:
                return False
            self._record_lifting(identity, person, reason="team", at=to_micros(at))
            return True
        return False

    def _record_lifting(self, identity: Identity, person: Person, reason: str = "", **more: int) -> None:
        detail: dict[str, DetailValue] = {k.value: max(0, self._used(person.id, k)) for k in LIMITED}
        event = Event.by(identity, Action.LIMITS_LIFTED, person.id, reason=reason, detail={**detail, **more})
        self._unit.log.record(event)

    def _refuse(self, identity: Identity, code: str, **parameters: int | str) -> None:
        """Logs the refusal for the lead, once an hour, and raises it."""
        person_id, since = identity.person.id, self._unit.clock.now() - HOUR
        if not self._unit.activity.count(person_id, Counted.LIMIT, since):
            self._unit.log.record(Event.by(identity, Action.LIMIT_REACHED, person_id, reason=code))
        raise LimitReached(code, **parameters)
