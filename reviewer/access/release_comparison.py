"""Compares the keys that a broker released with what people's logs say that they opened and heard.

The broker's log is the lead's, a person's is written on a workstation: own code can ask for a key and leave
no row of its own. That shows here, row against row.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from reviewer.access.log_chain import LogRow, leaf_of
from reviewer.access.log_walk import stored_rows
from reviewer.access.merkle import Frontier
from reviewer.access.seen_ends import SeenEnd, ends_of
from reviewer.access.verification import open_read_only, verify_file
from reviewer.errors import Damaged
from reviewer.model.event import Action, Event
from reviewer.model.people import Role
from reviewer.places import DATABASE_FILE

_PREFETCHED = "prefetched"
_LOG_SEEN = Action.LOG_SEEN.value.encode()


class Lack(StrEnum):
    """What one log shows and the other does not."""

    NO_OPENING = "no_opening"
    """A key was released, and the person's log has no row that asked for it."""
    NO_RELEASE = "no_release"
    """A clip was opened, or heard, without a key of this broker's."""
    NOT_HEARD = "not_heard"
    """A key was released and the clip opened, but nothing of it was heard. It may have been skipped."""
    NOT_TAKEN = "not_taken"
    """Personal data was marked in somebody's own folder, and the lead's log does not have the mark."""
    OTHER_LOG = "other_log"
    """The server saw an end of this person's log, as the lead's log remembers, that is not in this copy."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One lease on which the logs differ; ``at`` is when its first row was written."""

    lack: Lack
    person_id: str
    clip_id: str
    task_id: str
    released: int
    opened: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many keys were released, and what does not agree."""

    released: int
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether every key has its opening, every opening its key, and every mark reached the lead."""
        return all(each.lack is Lack.NOT_HEARD for each in self.differences)


@dataclass(slots=True)
class _Lease:
    """What the logs show of one lease of one person; ``asked`` counts their own rows that ask for a key."""

    at: datetime
    released: int = 0
    asked: int = 0
    opened: int = 0


@dataclass(slots=True)
class _Told:
    leases: dict[tuple[str, str, str, int], _Lease] = field(default_factory=dict)
    heard: dict[tuple[str, str, str], datetime] = field(default_factory=dict)

    def lease(self, event: Event, at: datetime) -> _Lease:
        token = event.detail.get("token")
        name = event.actor, event.object, str(event.detail.get("task")), token if type(token) is int else 0
        return self.leases.setdefault(name, _Lease(at))

    def add_broker(self, event: Event, at: datetime) -> None:
        if event.action is Action.KEY_RELEASED:
            self.lease(event, at).released += 1

    def add_person(self, event: Event, at: datetime) -> None:
        """Takes a row of somebody who gets keys from the broker; an opening that got no key has a further
        row."""
        if event.role == Role.LEAD or "task" not in event.detail:
            return
        if event.action is Action.CLIP_HEARD:
            self.heard.setdefault((event.actor, event.object, str(event.detail["task"])), at)
        elif event.action is Action.CLIP_PREFETCHED:
            self.lease(event, at).asked += not event.detail.get("again")
        elif event.action is Action.CLIP_OPENED:
            lease = self.lease(event, at)
            lease.opened += 1
            lease.asked += not event.detail.get(_PREFETCHED)
        elif event.action is Action.CLIP_PUT_AWAY and "token" in event.detail:
            lease = self.lease(event, at)
            lease.opened -= not event.detail.get(_PREFETCHED)
            lease.asked -= 1

    def differences(self) -> Iterator[Difference]:
        released = defaultdict[tuple[str, str, str], int](int)
        for (person, clip, task, _token), lease in self.leases.items():
            released[person, clip, task] += lease.released
            facts = person, clip, task, lease.released, lease.opened, lease.at
            if lease.released > lease.asked:
                yield Difference(Lack.NO_OPENING, *facts)
            elif lease.asked > 0 and not lease.released:
                yield Difference(Lack.NO_RELEASE, *facts)
            elif lease.opened > 0 and (person, clip, task) not in self.heard:
                yield Difference(Lack.NOT_HEARD, *facts)
        for (person, clip, task), at in self.heard.items():
            opened = any(name[:3] == (person, clip, task) for name in self.leases)
            if not released[person, clip, task] and not opened:
                yield Difference(Lack.NO_RELEASE, person, clip, task, 0, 0, at)


@dataclass(slots=True)
class _Marks:
    """The marks of personal data in one log. Only a lead's has people who joined in a folder of their own."""

    marks: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    is_lead: bool = False

    def add(self, event: Event, at: datetime) -> None:
        self.is_lead = self.is_lead or event.action is Action.PERSON_JOINED
        if event.action is Action.REDACTION_PROPOSED:
            self.marks[str(event.detail.get("redaction"))] = event.actor, event.object, at


def _not_taken(logs: Sequence[_Marks]) -> Iterator[Difference]:
    """Marks of own folders that the lead's log does not have; none where that is not among the logs."""
    taken = {mark_id for log in logs if log.is_lead for mark_id in log.marks}
    if any(log.is_lead for log in logs):
        for log in logs:
            for mark_id in sorted(log.marks.keys() - taken):
                person, clip, at = log.marks[mark_id]
                yield Difference(Lack.NOT_TAKEN, person, clip, "", 0, 0, at)


@dataclass(slots=True)
class _Ends:
    """What the lead's log remembers of the ends of people's logs, and which of them the logs here have."""

    seen: dict[tuple[str, int], list[tuple[SeenEnd, datetime]]] = field(default_factory=dict)
    logs: set[str] = field(default_factory=set)
    had: set[tuple[str, int, bytes]] = field(default_factory=set)

    def remember(self, folder: Path) -> None:
        """Reads what a log remembers of others; whether it verifies is asked when it is compared."""
        with closing(open_read_only(folder / DATABASE_FILE)) as connection:
            last: Any = connection.execute("SELECT max(seq) FROM log").fetchone()[0]
            for seq, body, before, link, signature, *_ in stored_rows(connection, last or 0, has_index=False):
                if _LOG_SEEN in body:
                    row = LogRow(seq, body, before, link, signature)
                    event, at = row.event(), row.at()
                    for end in ends_of(event.detail):
                        self.seen.setdefault((end.log_id, end.size), []).append((end, at))

    def follow(self, rows: Iterator[tuple[LogRow, Event]]) -> Iterator[tuple[LogRow, Event]]:
        """The rows of one log, and remembers its ends on the way."""
        tree = Frontier()
        for row, event in rows:
            log_id = str(row.fields()["log_id"])
            self.logs.add(log_id)
            tree.add(leaf_of(row))
            if (log_id, tree.size) in self.seen:
                self.had.add((log_id, tree.size, tree.root()))
            yield row, event

    def differences(self) -> Iterator[Difference]:
        """One for each person and log."""
        lacking: dict[tuple[str, str], Difference] = {}
        for end, at in (each for ends in self.seen.values() for each in ends):
            if end.log_id in self.logs and (end.log_id, end.size, end.root) not in self.had:
                lack = Difference(Lack.OTHER_LOG, end.person_id, "", "", 0, 0, at)
                lacking.setdefault((end.person_id, end.log_id), lack)
        yield from lacking.values()


def compare(brokers: Sequence[Path], logs: Sequence[Path]) -> Comparison:
    """Compares the logs in brokers' folders with those in people's, which may be copies.

    All brokers whose keys people used must be named: who has a key of another one looks as if without.
    Rows of people count from the brokers' first row on, and in a log that says when a broker was named from
    then on: before, everybody held the workspace key. Where the lead's log is among them, it must have every
    mark of personal data of the others, and these must have every end that it remembers.

    Raises: Damaged when a log does not verify, or is not of a broker; Unavailable.
    """
    told, marks, ends = _Told(), list[_Marks](), _Ends()
    for folder in logs:
        ends.remember(folder)
    begun = min((at for broker in brokers if (at := _taken(broker, told, ends)) is not None), default=None)
    keys = sum(lease.released for lease in told.leases.values())
    for folder in logs:
        since = begun
        marks.append(_Marks())
        for row, event in ends.follow(_rows(folder / DATABASE_FILE)):
            marks[-1].add(event, row.at())
            if event.action is Action.BROKER_NAMED and since is not None:
                since = max(since, row.at())
            if since is not None and row.at() >= since:
                told.add_person(event, row.at())
    everything = (*told.differences(), *_not_taken(marks), *ends.differences())
    found = sorted(everything, key=lambda each: (each.at, each.person_id, each.clip_id))
    return Comparison(keys, tuple(found))


def _taken(broker: Path, told: _Told, ends: _Ends) -> datetime | None:
    """Takes the rows of one broker's log; the time of the first."""
    begun = None
    for row, event in ends.follow(_rows(broker / DATABASE_FILE)):
        begun = begun or row.at()
        told.add_broker(event, row.at())
    return begun


def names_in(folder: Path) -> dict[str, str]:
    """The names of the people of a workspace, by id."""
    with closing(open_read_only(folder / DATABASE_FILE)) as connection:
        return {str(each): str(name) for each, name in connection.execute("SELECT id, name FROM person")}


def _rows(file: Path) -> Iterator[tuple[LogRow, Event]]:
    """Every row of a log that verifies. Raises Damaged, Unavailable."""
    finding = verify_file(file)
    if not finding.ok:
        raise Damaged(finding.notice.code, **finding.notice.parameters)
    with closing(open_read_only(file)) as connection:
        last: Any = connection.execute("SELECT max(seq) FROM log").fetchone()[0]
        for seq, body, before, link, signature, *_ in stored_rows(connection, last, has_index=False):
            row = LogRow(seq, body, before, link, signature)
            yield row, row.event()
