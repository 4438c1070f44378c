"""The list of all clips: what is listed of each, and how the list is filtered and sorted."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

from reviewer.model.clip import ClipState
from reviewer.model.clock import to_micros
from reviewer.model.held_back import HeldCode
from reviewer.model.hold import HoldReason
from reviewer.model.sorting import sorted_in_runs

EXPIRED, TAKEN = "expiry", "taken"
"""Beside the reasons of skips: a lease that expired, and a task that a lead took from somebody."""
StoredClip = tuple[str, str, float, int]
"""What is stored of a clip, of its facts only what the list needs: product, locale, length in seconds, and
when it was imported, in microseconds."""


class QueuedClip(NamedTuple):
    """What the queue knows of a clip; people by id, several of them and several refusals with commas between.

    ``done`` counts the passes that were submitted. ``changed_at`` is when the clip was last leased, skipped,
    submitted or decided about, 0 if never. ``refusals`` are reasons of skips, ``EXPIRED`` and ``TAKEN``.
    """

    clip_id: str
    state: ClipState
    passes: int
    done: int
    has: str
    assigned: str
    did: str
    changed_at: int
    refusals: str
    hold: str
    skill: str = ""
    priority: int = 0


class ListedClip(NamedTuple):
    """One row of the list, and nothing of the clip's content. People are names. There are many: a tuple is
    made three times as fast as a dataclass.

    ``has`` it now, ``assigned`` to whom, ``did`` it: who submitted work on it. ``changed_at`` (microseconds)
    is its last act in the queue, or its import.
    """

    id: str
    state: ClipState
    locale: str
    product: str
    seconds: float
    has: tuple[str, ...]
    assigned: tuple[str, ...]
    did: tuple[str, ...]
    changed_at: int
    passes: int
    done: int
    refusals: tuple[str, ...]
    hold: str = ""
    held_back: tuple[HeldCode, ...] = ()
    skill: str = ""
    priority: int = 0

    @property
    def people(self) -> tuple[str, ...]:
        """Whoever has it, is to get it, or did it; each once."""
        return tuple(dict.fromkeys((*self.has, *self.assigned, *self.did)))

    @property
    def route(self) -> str:
        """The skill it asks for and its priority, where they are set: ``medical +5``."""
        return " ".join(part for part in (self.skill, f"{self.priority:+}" if self.priority else "") if part)

    @property
    def reasons(self) -> dict[str, int]:
        """How often it was skipped for each reason, expired, or was taken from somebody."""
        return {reason: self.refusals.count(reason) for reason in dict.fromkeys(self.refusals)}


ClipTest = Callable[[ListedClip], bool]


class Withheld(StrEnum):
    """How a clip may be kept from people or sets, for the filter."""

    ON_HOLD = "on_hold"
    HELD_BACK = "held_back"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class ClipFilter:
    """Which clips are listed; an empty part lets all through.

    ``since`` and ``until`` are days of the last change (YYYY-MM-DD, UTC), both included. ``shortest`` and
    ``longest`` are seconds, 0 for any. ``id_part`` is part of the id.
    """

    state: str = ""
    locale: str = ""
    product: str = ""
    person: str = ""
    refusal: str = ""
    withheld: str = ""
    passes: str = ""
    shortest: float = 0.0
    longest: float = 0.0
    since: str = ""
    until: str = ""
    id_part: str = ""

    @property
    def is_empty(self) -> bool:
        return self == ClipFilter()

    def to_json(self) -> str:
        """The parts that are set."""
        return json.dumps({name: value for name, value in asdict(self).items() if value}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What ``to_json`` wrote; parts that this version does not know, or cannot read, are left out."""
        try:
            stored = json.loads(text)
        except ValueError:
            return cls()
        if not isinstance(stored, dict):
            return cls()
        empty = cls()
        known = {each.name: type(getattr(empty, each.name)) for each in fields(cls)}
        kept = {name: known[name](value) for name, value in stored.items() if _fits(known.get(name), value)}
        return replace(empty, **kept)

    def predicate(self) -> ClipTest:
        """Whether a clip is let through. Raises ValueError for a day that is none."""
        since, until = _micros(self.since), _micros(self.until, days=1)
        part = self.id_part.strip().lower()
        never: ClipTest = lambda _clip: False  # noqa: E731 - for a word of a later version
        tests: tuple[tuple[object, ClipTest], ...] = (
            (self.state, lambda clip: clip.state == self.state),
            (self.locale, lambda clip: clip.locale == self.locale),
            (self.product, lambda clip: clip.product == self.product),
            (self.person, lambda clip: self.person in clip.people),
            (self.refusal, lambda clip: self.refusal in clip.refusals),
            (self.withheld, _WITHHELD.get(self.withheld, never)),
            (self.passes, _PASSES.get(self.passes, never)),
            (self.shortest, lambda clip: clip.seconds >= self.shortest),
            (self.longest, lambda clip: clip.seconds <= self.longest),
            (since, lambda clip: clip.changed_at >= since),
            (until, lambda clip: clip.changed_at < until),
            (part, lambda clip: part in clip.id),
        )
        used = [test for value, test in tests if value]
        return lambda clip: all(test(clip) for test in used)


class ClipColumn(StrEnum):
    """The columns of the list, in their order."""

    ID = "id"
    STATE = "state"
    LOCALE = "locale"
    PRODUCT = "product"
    ROUTE = "route"
    LENGTH = "length"
    HAS = "has"
    DID = "did"
    WHEN = "when"
    PASSES = "passes"
    SKIPS = "skips"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class ClipOrder:
    """By which column the list is sorted; clips that are equal there keep the order of their ids."""

    column: ClipColumn = ClipColumn.WHEN
    is_descending: bool = True


def arranged(
    clips: Iterable[ListedClip],
    wanted: ClipFilter,
    order: ClipOrder,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[ListedClip]:
    """The clips that the filter lets through, sorted; ``clips`` come by id.

    Raises ValueError for a day that is none.
    """
    lets_through = wanted.predicate()
    found = [clip for clip in clips if lets_through(clip)]
    return sorted_in_runs(found, _KEYS[order.column], order.is_descending, cancelled)


def place_in(clips: Sequence[ListedClip], clip: ListedClip, order: ClipOrder) -> int:
    """Where a clip belongs among those of ``arranged``, of which it is none."""
    key = _KEYS[order.column]
    rank = key(clip), clip.id
    low, high = 0, len(clips)
    while low < high:
        middle = (low + high) // 2
        is_before = (key(clips[middle]), clips[middle].id) < rank
        if is_before is not order.is_descending:
            low = middle + 1
        else:
            high = middle
    return low


def _on_hold_for(reason: HoldReason) -> ClipTest:
    return lambda clip: clip.hold == reason


def _fits(kind: type | None, value: object) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return kind is str and isinstance(value, str)


def _micros(day: str, *, days: int = 0) -> int:
    """The beginning of a day, or of one so many days later; 0 for an empty text. Raises ValueError."""
    if not day.strip():
        return 0
    first = datetime.strptime(day.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    return to_micros(first + timedelta(days=days))


_STATES = {state: place for place, state in enumerate(ClipState)}
_KEYS: dict[ClipColumn, Callable[[ListedClip], Any]] = {
    ClipColumn.ID: lambda clip: clip.id,
    ClipColumn.STATE: lambda clip: _STATES[clip.state],
    ClipColumn.LOCALE: lambda clip: clip.locale,
    ClipColumn.PRODUCT: lambda clip: clip.product,
    ClipColumn.ROUTE: lambda clip: (clip.priority, clip.skill),
    ClipColumn.LENGTH: lambda clip: clip.seconds,
    ClipColumn.HAS: lambda clip: "\n".join((*clip.has, *clip.assigned)).casefold(),
    ClipColumn.DID: lambda clip: "\n".join(clip.did).casefold(),
    ClipColumn.WHEN: lambda clip: clip.changed_at,
    ClipColumn.PASSES: lambda clip: clip.done / clip.passes,
    ClipColumn.SKIPS: lambda clip: len(clip.refusals),
    ClipColumn.WITHHELD: lambda clip: "\n".join((clip.hold, *clip.held_back)),
}
_WITHHELD: dict[str, ClipTest] = {
    Withheld.ON_HOLD: lambda clip: bool(clip.hold),
    Withheld.HELD_BACK: lambda clip: bool(clip.held_back),
    Withheld.NEITHER: lambda clip: not clip.hold and not clip.held_back,
    **{reason: _on_hold_for(reason) for reason in HoldReason},
}
_PASSES: dict[str, ClipTest] = {
    "none": lambda clip: clip.done == 0,
    "some": lambda clip: 0 < clip.done < clip.passes,
    "all": lambda clip: clip.done >= clip.passes,
}
