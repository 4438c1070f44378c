"""A lead's work: clips in, people, progress, labelled sets out, the access log."""

from collections.abc import Callable, Sequence
from pathlib import Path

from reviewer.access.audit import Finding, verify
from reviewer.access.chain import LogRow
from reviewer.access.checkpoint import Checkpoint, Checkpoints
from reviewer.access.ledger import Ledger
from reviewer.access.register import Register
from reviewer.access.rights import Act, require
from reviewer.access.signing import public_key_of
from reviewer.db.connection import Database
from reviewer.errors import Refused
from reviewer.lead.export import Export, ExportResult
from reviewer.lead.intake import Intake, IntakeOptions, IntakeReport
from reviewer.lead.people import Invitation, People
from reviewer.lead.progress import Overview, Progress
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity, Person, PersonState, Role
from reviewer.queue.queue import Queue


class LeadSession:
    """Everything a lead can do, for one signed-in person."""

    def __init__(
        self,
        *,
        identity: Identity,
        require_signed_in: Callable[[Identity], None],
        people: People,
        progress: Progress,
        intake: Intake,
        export: Export,
        queue: Queue,
        register: Register,
        ledger: Ledger,
        checkpoints: Checkpoints,
        database: Database,
        log_id: str,
    ) -> None:
        self.identity = identity
        self._require_signed_in = require_signed_in
        self._people = people
        self._progress = progress
        self._intake = intake
        self._export = export
        self._queue = queue
        self._register = register
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._database = database
        self._log_id = log_id

    def overview(self) -> Overview:
        """Where the project stands, in counts."""
        self._require(Act.SEE_PROGRESS)
        return self._progress.overview()

    def people(self) -> list[Person]:
        """Everybody who was ever added."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.all()

    def add_person(self, name: str, role: Role) -> Invitation:
        """Invites a person; the code is shown once."""
        self._require(Act.MANAGE_PEOPLE)
        return self._people.add(self.identity, name, role)

    def revoke(self, name: str) -> Person:
        """Closes an account and puts what the person held back into the queue."""
        self._require(Act.MANAGE_PEOPLE)
        with self._database.transaction():
            person = self._people.revoke(self.identity, name)
            for lease in self._queue.leases():
                if lease.person_id == person.id:
                    self.release(lease.task_id)
        return person

    def import_manifest(
        self,
        manifest: Path,
        options: IntakeOptions,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IntakeReport:
        """Brings clips in through the gate; one report row for each line."""
        self._require(Act.IMPORT)
        return self._intake.run(self.identity, manifest, options, progress, cancelled)

    def export(
        self,
        out: Path,
        formats: Sequence[str],
        where: str | None = None,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> ExportResult:
        """Writes accepted work as a labelled set with its passport."""
        self._require(Act.EXPORT)
        return self._export.run(self.identity, out, tuple(formats), where, progress)

    def release(self, task_id: int) -> None:
        """Takes a lease away from whoever holds it; their draft stays theirs."""
        self._require(Act.MANAGE_QUEUE)
        with self._database.transaction():
            self._queue.lead_release(task_id)
            self._note(Action.TASK_RELEASED, str(task_id), {"task": task_id, "by_lead": True})

    def assign(self, task_id: int, name: str) -> Person:
        """Gives an open task to one person. Raises Refused for anybody who is not an active contractor."""
        self._require(Act.MANAGE_QUEUE)
        person = self._register.by_name(name)
        if person is None or person.state is not PersonState.ACTIVE or person.role is not Role.CONTRACTOR:
            raise Refused("Only an active contractor can be given a task.", "See: reviewer people list.")
        with self._database.transaction():
            self._queue.assign(task_id, person.id)
            self._note(Action.TASK_ASSIGNED, str(task_id), {"task": task_id, "to": person.id})
        return person

    def log_rows(self, limit: int = 500) -> list[LogRow]:
        """The newest rows of the access log, oldest first."""
        self._require(Act.READ_LOG)
        since = max(1, self._ledger.head().size - limit + 1)
        return list(self._ledger.rows(since=since))

    def verify_log(self) -> Finding:
        """Checks every row of the access log against the chain, signatures and checkpoints."""
        self._require(Act.READ_LOG)
        return verify(self._database, self._log_id, public_key_of(self.identity.keyring.log_key))

    def checkpoint(self) -> Checkpoint:
        """Signs the state of the log, to be handed to a witness outside this machine."""
        self._require(Act.MAKE_CHECKPOINT)
        return self._checkpoints.make("request")

    def witnessed(self, checkpoint: Checkpoint) -> None:
        """Notes that a checkpoint has left this machine; the rows it covers count as witnessed."""
        self._require(Act.MAKE_CHECKPOINT)
        self._checkpoints.mark_witnessed(checkpoint.size)

    def _require(self, act: Act) -> None:
        self._require_signed_in(self.identity)
        require(self.identity.person, act)

    def _note(self, action: Action, target: str, detail: dict[str, DetailValue]) -> None:
        self._ledger.record(Event.by(self.identity, action, target, detail=detail))
