"""What is being typed, sealed and committed before anybody says it is saved."""

from datetime import datetime

from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.clock import Clock, to_micros
from reviewer.model.people import Identity
from reviewer.model.task import Lease


class Drafts:
    """One draft a task and person, replaced at each save, gone when the work is handed in."""

    def __init__(self, *, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def seal(self, identity: Identity, lease: Lease, annotation: Annotation, kind: ContentKind) -> bytes:
        """The annotation under the clip's key, bound to its task and kind."""
        return self._vault.seal(
            identity.keyring, lease.clip_id, kind, str(lease.task_id), annotation.to_bytes()
        )

    def save(self, identity: Identity, lease: Lease, annotation: Annotation) -> datetime:
        """Commits the draft; gives the moment of the commit. Raises Unavailable when the disk says no."""
        sealed = self.seal(identity, lease, annotation, ContentKind.DRAFT)
        saved_at = self._clock.now()
        self._database.execute(
            "INSERT INTO draft (task_id, person_id, clip_id, submission_key, sealed, saved_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (task_id, person_id) DO UPDATE SET"
            " submission_key = excluded.submission_key, sealed = excluded.sealed,"
            " saved_at = excluded.saved_at",
            (
                lease.task_id,
                identity.person.id,
                lease.clip_id,
                lease.submission_key,
                sealed,
                to_micros(saved_at),
            ),
        )
        return saved_at

    def load(self, identity: Identity, lease: Lease) -> Annotation | None:
        """This person's draft of the task, or None. Raises Damaged when it does not verify."""
        sealed = self._database.value(
            "SELECT sealed FROM draft WHERE task_id = ? AND person_id = ?",
            (lease.task_id, identity.person.id),
        )
        if sealed is None:
            return None
        plain = self._vault.unseal(
            identity.keyring, lease.clip_id, ContentKind.DRAFT, str(lease.task_id), sealed
        )
        return Annotation.from_bytes(plain)

    def discard(self, lease: Lease) -> None:
        """Removes the draft of work that was handed in or kept as a late draft."""
        self._database.execute(
            "DELETE FROM draft WHERE task_id = ? AND person_id = ?", (lease.task_id, lease.person_id)
        )
