"""How each contractor's work stands up to checking, with intervals."""

from dataclasses import asdict, dataclass
from typing import Any

from reviewer.access.rights import Act
from reviewer.model.people import Identity, Role
from reviewer.model.task import WorkCounts
from reviewer.session.clip_access import ClipAccess
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.stats.intervals import wilson

EVERYBODY = "everybody"
_COUNTS = ("submitted", "accepted", "returned", "skipped", "checked")


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One contractor in counts. Of ``checked`` submissions ``returned`` went back.

    ``share`` is the part that was accepted, None before any check; ``low`` and ``high`` its Wilson 95 %
    interval. Checks are drawn at random, so the share stands for all of the person's work.
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
        """A person's card from their counts."""
        accepted = work.checked - work.returned
        low, high = wilson(accepted, work.checked)
        share = accepted / work.checked if work.checked else None
        return cls(name, work.submitted, work.checked, work.returned, work.skipped, share, low, high)

    def to_json(self) -> dict[str, Any]:
        """One object of ``qa report --json``; shares are 0 to 1."""
        return {**asdict(self), "accepted": self.checked - self.returned}


class Scorecards:
    """Counts for QA and leads, derived at each look."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess) -> None:
        self._unit = unit
        self._access = access

    def all(self, identity: Identity) -> list[Scorecard]:
        """A card for each contractor, by name, and a last one for everybody together.

        Raises: NotAllowed for a contractor.
        """
        self._access.allow(identity, Act.DRAW)
        work = {counts.person_id: counts for counts in self._unit.queue.work_by_person()}
        people = [person for person in self._unit.people.all() if person.role is Role.CONTRACTOR]
        counts = [work.get(person.id, WorkCounts(person.id)) for person in people]
        cards = [Scorecard.of(person.name, one) for person, one in zip(people, counts, strict=True)]
        return [*cards, Scorecard.of(EVERYBODY, _sum(counts))]


def _sum(counts: list[WorkCounts]) -> WorkCounts:
    sums = {name: sum(getattr(one, name) for one in counts) for name in _COUNTS}
    return WorkCounts(EVERYBODY, **sums)
