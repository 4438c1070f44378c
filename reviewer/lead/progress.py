"""How far the work is, and who did what, in counts."""

from dataclasses import dataclass

from reviewer.access.ledger import Ledger
from reviewer.access.register import Register
from reviewer.model.people import Person, Role
from reviewer.model.task import LateDraft, Lease, QueueCounts, WorkCounts
from reviewer.queue.queue import Queue


@dataclass(frozen=True, slots=True)
class PersonProgress:
    """One contractor's work in counts."""

    person: Person
    work: WorkCounts


@dataclass(frozen=True, slots=True)
class Overview:
    """Where the project stands."""

    counts: QueueCounts
    people: tuple[PersonProgress, ...]
    leases: tuple[Lease, ...]
    late_drafts: tuple[LateDraft, ...]
    unwitnessed: int


class Progress:
    """Counts for the lead, derived at each look."""

    def __init__(self, *, register: Register, queue: Queue, ledger: Ledger) -> None:
        self._register = register
        self._queue = queue
        self._ledger = ledger

    def overview(self) -> Overview:
        """Everything the overview page and ``queue status`` show."""
        work = {counts.person_id: counts for counts in self._queue.work_by_person()}
        people = tuple(
            PersonProgress(person, work.get(person.id, WorkCounts(person.id)))
            for person in self._register.all()
            if person.role is Role.CONTRACTOR
        )
        return Overview(
            counts=self._queue.counts(),
            people=people,
            leases=tuple(self._queue.leases()),
            late_drafts=tuple(self._queue.late_drafts()),
            unwitnessed=self._ledger.unwitnessed(),
        )
