"""What is being typed, sealed and committed before anybody says it is saved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.clock import Clock, to_micros
from reviewer.model.people import Identity
from reviewer.model.task import Check, Lease


@dataclass(frozen=True, slots=True)
class _Work:
    """What a draft is of. ``name`` binds the seal; ``key`` tells two pieces of work on a task apart."""

    task_id: int
    person_id: str
    clip_id: str
    key: str
    name: str

    @classmethod
    def of_lease(cls, lease: Lease) -> Self:
        return cls(
            lease.task_id, lease.person_id, lease.clip_id, lease.submission_key, name=str(lease.task_id)
        )

    @classmethod
    def of_check(cls, check: Check) -> Self:
        done = check.submission
        return cls(done.task_id, check.person_id, done.clip_id, done.id, name=done.id)


class Drafts:
    """One draft a task and person, replaced at each save, gone when the work is handed in.

    A contractor's draft is of a task and outlives its lease. QA's is of one submission: of the next version
    of the same work nothing is typed yet. QA's session sees the ``..._check`` half of this class as a
    protocol, since the two rooms stand on one floor and know nothing of each other.
    """

    def __init__(self, *, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def seal(self, identity: Identity, lease: Lease, annotation: Annotation, kind: ContentKind) -> bytes:
        """The annotation under the clip's key, bound to its task and kind."""
        return self._seal(identity, _Work.of_lease(lease), annotation, kind)

    def save(self, identity: Identity, lease: Lease, annotation: Annotation) -> datetime:
        """Commits the draft; gives the moment of the commit. Raises Unavailable when the disk says no."""
        return self._save(identity, _Work.of_lease(lease), annotation)

    def load(self, identity: Identity, lease: Lease) -> Annotation | None:
        """This person's draft of the task, or None. Raises Damaged when it does not verify."""
        sealed = self._database.value(
            "SELECT sealed FROM draft WHERE task_id = ? AND person_id = ?",
            (lease.task_id, identity.person.id),
        )
        return self._unsealed(identity, _Work.of_lease(lease), sealed)

    def discard(self, lease: Lease) -> None:
        """Removes the draft of work that was handed in or kept as a late draft."""
        self._discard(_Work.of_lease(lease))

    def seal_check(
        self, identity: Identity, check: Check, annotation: Annotation, kind: ContentKind
    ) -> bytes:
        """QA's own version under the clip's key, bound to the submission and kind."""
        return self._seal(identity, _Work.of_check(check), annotation, kind)

    def save_check(self, identity: Identity, check: Check, annotation: Annotation) -> datetime:
        """Commits what QA has typed so far; gives the moment of the commit. Raises Unavailable."""
        return self._save(identity, _Work.of_check(check), annotation)

    def load_check(self, identity: Identity, check: Check) -> Annotation | None:
        """This person's draft of their check of this submission, or None. Raises Damaged."""
        work = _Work.of_check(check)
        sealed = self._database.value(
            "SELECT sealed FROM draft WHERE task_id = ? AND person_id = ? AND submission_key = ?",
            (work.task_id, identity.person.id, work.key),
        )
        return self._unsealed(identity, work, sealed)

    def discard_check(self, check: Check) -> None:
        """Removes the draft of a version that was handed in or kept as a late draft."""
        self._discard(_Work.of_check(check))

    def _seal(self, identity: Identity, work: _Work, annotation: Annotation, kind: ContentKind) -> bytes:
        return self._vault.seal(identity.keyring, work.clip_id, kind, work.name, annotation.to_bytes())

    def _unsealed(self, identity: Identity, work: _Work, sealed: bytes | None) -> Annotation | None:
        if sealed is None:
            return None
        plain = self._vault.unseal(identity.keyring, work.clip_id, ContentKind.DRAFT, work.name, sealed)
        return Annotation.from_bytes(plain)

    def _save(self, identity: Identity, work: _Work, annotation: Annotation) -> datetime:
        sealed = self._seal(identity, work, annotation, ContentKind.DRAFT)
        saved_at = self._clock.now()
        self._database.execute(
            "INSERT INTO draft (task_id, person_id, clip_id, submission_key, sealed, saved_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (task_id, person_id) DO UPDATE SET"
            " submission_key = excluded.submission_key, sealed = excluded.sealed,"
            " saved_at = excluded.saved_at",
            (work.task_id, identity.person.id, work.clip_id, work.key, sealed, to_micros(saved_at)),
        )
        return saved_at

    def _discard(self, work: _Work) -> None:
        self._database.execute(
            "DELETE FROM draft WHERE task_id = ? AND person_id = ?", (work.task_id, work.person_id)
        )
