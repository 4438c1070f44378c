"""The share of each contractor's reviewed work that was accepted, with its interval."""

from dataclasses import dataclass
from typing import Any

from reviewer.access.rights import Act
from reviewer.model.people import Identity, Role
from reviewer.model.task import WorkCounts
from reviewer.session.clip_access import ClipAccess
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.stats.intervals import wilson

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One contractor's counts: of ``checked`` submissions ``returned`` were returned.

    ``share`` is the share accepted, None without any review; ``low`` and ``high`` are its Wilson 95 %
    interval. Reviews are selected at random, so the share is an estimate for all of the person's work.
    """

    name: str
    submitted: int
    checked: int
    returned: int
    skipped: int
    share: float | None
    low: float
    high: float

    @classmethod
    def of(cls, name: str, work: WorkCounts) -> "Scorecard":
        """A person's scorecard from their counts."""
        accepted = work.checked - work.returned
        low, high = wilson(accepted, work.checked)
        share = accepted / work.checked if work.checked else None
        return cls(name, work.submitted, work.checked, work.returned, work.skipped, share, low, high)

    def to_json(self) -> dict[str, Any]:
        """One object of ``qa report --json``; shares are 0 to 1."""
        return {
            "name": self.name,
            "submitted": self.submitted,
            "checked": self.checked,
            "accepted": self.checked - self.returned,
            "returned": self.returned,
            "skipped": self.skipped,
            "share": self.share,
            "low": self.low,
            "high": self.high,
        }


class Scorecards:
    """Scorecards for QA and leads, computed at each call."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess) -> None:
        self._unit = unit
        self._access = access

    def all(self, identity: Identity) -> list[Scorecard]:
        """A scorecard for each contractor, by name, and a last one for everybody together.

        Raises: NotAllowed for a contractor.
        """
        self._access.allow(identity, Act.DRAW)
        work = {counts.person_id: counts for counts in self._unit.queue.work_by_person()}
        people = [person for person in self._unit.people.all() if person.role is Role.CONTRACTOR]
        counts = [work.get(person.id, WorkCounts(person.id)) for person in people]
        cards = [Scorecard.of(person.name, one) for person, one in zip(people, counts, strict=True)]
        return [*cards, Scorecard.of(EVERYBODY, _sum(counts))]


def _sum(counts: list[WorkCounts]) -> WorkCounts:
    return WorkCounts(
        EVERYBODY,
        submitted=sum(one.submitted for one in counts),
        accepted=sum(one.accepted for one in counts),
        returned=sum(one.returned for one in counts),
        skipped=sum(one.skipped for one in counts),
        checked=sum(one.checked for one in counts),
    )
