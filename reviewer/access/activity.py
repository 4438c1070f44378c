"""Counts of what each person opens, skips and hears, derived from the access log as its rows are written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reviewer.db.connection import Database
from reviewer.model.clock import from_micros, to_micros
from reviewer.model.event import Action, Event
from reviewer.model.task import SkipReason

SLOT = timedelta(minutes=5)
_SLOT_MICROS = int(SLOT.total_seconds() * 1_000_000)
_HANDED_IN = frozenset({Action.SUBMITTED, Action.REVIEW_SUBMITTED, Action.VERDICT})
_OPENINGS = frozenset({Action.CLIP_OPENED, Action.CLIP_PREFETCHED})


class Counted(StrEnum):
    """What is counted for each person, in slots of five minutes."""

    OPENED = "opened"
    """Clips that were decrypted for a task, also in advance; opening one again is not counted."""
    UNFINISHED = "unfinished"
    """The same, since the last work that was handed in."""
    SKIPPED = "skipped"
    TECHNICAL = "technical"
    """Clips skipped as not playable: the one skip that needs no listening."""
    LIMIT = "limit"
    """Openings and skips that a limit refused, at most one an hour for each limit."""


LIMITED = (Counted.OPENED, Counted.UNFINISHED, Counted.TECHNICAL)


@dataclass(frozen=True, slots=True)
class MostPlayed:
    """The clip that a person heard longest for its length; ``plays`` is how often, by length."""

    clip_id: str
    plays: float


class ActivityCounts:
    """The ``activity`` and ``clip_heard`` tables. Whoever reads the log can build them again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, event: Event, at: datetime) -> None:
        """Counts an event in the transaction that writes its row."""
        if event.action in _OPENINGS:
            self._note_opening(event, at)
        elif event.action in _HANDED_IN:
            self._database.execute(
                "DELETE FROM activity WHERE person_id = ? AND kind IN (?, ?)",
                (event.actor, Counted.UNFINISHED, _allowed(Counted.UNFINISHED)),
            )
        elif event.action is Action.TASK_SKIPPED:
            self._note_skip(event, at)
        elif event.action is Action.CLIP_HEARD:
            self._note_heard(event)
        elif event.action is Action.PURGED:
            self._database.execute("DELETE FROM clip_heard WHERE clip_id = ?", (event.object,))
        elif event.action is Action.LIMIT_REACHED:
            self._add(event.actor, Counted.LIMIT, at)
        elif event.action is Action.LIMITS_LIFTED:
            self._note_lifting(event, at)

    def count(self, person_id: str, kind: Counted, since: datetime) -> int:
        """How much was counted since a time, to the nearest slot of five minutes."""
        return self._sum(person_id, kind, since)

    def used(self, person_id: str, kind: Counted, since: datetime) -> int:
        """As ``count``, less what a lead has excused."""
        return self._sum(person_id, kind, since) - self._sum(person_id, _allowed(kind), since)

    def slots(self, person_id: str, kind: Counted, since: datetime) -> list[tuple[datetime, int]]:
        """The counts since a time, each with the beginning of its slot, oldest first."""
        rows = self._database.rows(
            "SELECT slot, count FROM activity WHERE person_id = ? AND kind = ? AND slot > ? ORDER BY slot",
            (person_id, kind, _slot(since)),
        )
        return [(from_micros(row["slot"] * _SLOT_MICROS), row["count"]) for row in rows]

    def heard_frames(self, person_id: str, clip_id: str) -> int:
        """How many frames of a clip this person has played; a frame counts each time."""
        found = self._database.value(
            "SELECT frames FROM clip_heard WHERE person_id = ? AND clip_id = ?", (person_id, clip_id)
        )
        return found or 0

    def most_played(self, person_id: str) -> MostPlayed | None:
        """The clip that this person played most, for its length; None if none of the clips they played is
        left."""
        row = self._database.row(
            "SELECT h.clip_id, 1.0 * h.frames / c.frames AS plays FROM clip_heard h"
            " JOIN clip c ON c.id = h.clip_id WHERE h.person_id = ? ORDER BY plays DESC LIMIT 1",
            (person_id,),
        )
        return None if row is None else MostPlayed(row["clip_id"], row["plays"])

    def _sum(self, person_id: str, kind: str, since: datetime) -> int:
        found = self._database.value(
            "SELECT sum(count) FROM activity WHERE person_id = ? AND kind = ? AND slot > ?",
            (person_id, kind, _slot(since)),
        )
        return found or 0

    def _add(self, person_id: str, kind: str, at: datetime, count: int = 1) -> None:
        self._database.execute(
            "INSERT INTO activity (person_id, kind, slot, count) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (person_id, kind, slot) DO UPDATE SET count = count + excluded.count",
            (person_id, kind, _slot(at), count),
        )

    def _note_opening(self, event: Event, at: datetime) -> None:
        if _is_counted(event):
            self._add(event.actor, Counted.OPENED, at)
            self._add(event.actor, Counted.UNFINISHED, at)

    def _note_skip(self, event: Event, at: datetime) -> None:
        self._add(event.actor, Counted.SKIPPED, at)
        if event.reason == SkipReason.TECHNICAL:
            self._add(event.actor, Counted.TECHNICAL, at)

    def _note_lifting(self, event: Event, at: datetime) -> None:
        for kind in LIMITED:
            used = event.detail.get(kind.value, 0)
            if isinstance(used, int) and used > 0:
                self._add(event.object, _allowed(kind), at, used)

    def _note_heard(self, event: Event) -> None:
        ranges = event.detail.get("ranges")
        triples = [each for each in ranges if isinstance(each, list)] if isinstance(ranges, list) else []
        frames = sum(each[1] - each[0] for each in triples)
        self._database.execute(
            "INSERT INTO clip_heard (person_id, clip_id, frames) VALUES (?, ?, ?)"
            " ON CONFLICT (person_id, clip_id) DO UPDATE SET frames = frames + excluded.frames",
            (event.actor, event.object, frames),
        )


def _is_counted(event: Event) -> bool:
    """Whether an opening is one of a task, and decrypts a clip that the person did not have before."""
    is_for_a_task = "task" in event.detail
    is_shown_only = event.action is Action.CLIP_OPENED and event.detail.get("prefetched") is True
    return is_for_a_task and not is_shown_only and event.detail.get("again") is not True


def _allowed(kind: Counted) -> str:
    return f"allowed:{kind}"


def _slot(at: datetime) -> int:
    return to_micros(at) // _SLOT_MICROS
