"""What this person handed in before: their history, and what QA sent back."""

from dataclasses import dataclass
from datetime import datetime

from reviewer.clips.vault import Vault
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.people import Identity
from reviewer.model.task import Lease, TaskState
from reviewer.queue.queue import Queue


@dataclass(frozen=True, slots=True)
class Returned:
    """Work that QA sent back: what they said, and what was handed in."""

    comment: str
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class Done:
    """A piece of one's own work, as the history shows it."""

    clip_id: str
    submitted_at: datetime
    state: TaskState
    text: str


class PastWork:
    """Unseals submissions for their author, and comments for whoever is to mend the work."""

    def __init__(self, queue: Queue, vault: Vault) -> None:
        self._queue = queue
        self._vault = vault

    def history(self, identity: Identity, limit: int) -> list[Done]:
        """One's own last submissions, newest first."""
        done = []
        for submission in self._queue.submissions_of(identity.person.id, limit):
            name = str(submission.task_id)
            annotation = self._unsealed(identity, submission.clip_id, name, submission.sealed)
            state = TaskState(self._queue.state_of(submission.id))
            done.append(Done(submission.clip_id, submission.submitted_at, state, annotation.text_verbatim))
        return done

    def returned(self, identity: Identity, lease: Lease) -> Returned | None:
        """What QA sent back, when the lease is of rework."""
        if lease.returned_from is None:
            return None
        submission = self._queue.submission(lease.returned_from)
        sealed = self._queue.comment_on(lease.returned_from)
        comment = ""
        if sealed is not None:
            plain = self._vault.unseal(
                identity.keyring, lease.clip_id, ContentKind.COMMENT, lease.returned_from, sealed
            )
            comment = plain.decode()
        if submission.person_id != identity.person.id:
            return Returned(comment, Annotation())  # passes are blind: the comment alone is for somebody else
        annotation = self._unsealed(identity, lease.clip_id, str(lease.task_id), submission.sealed)
        return Returned(comment, annotation)

    def _unsealed(self, identity: Identity, clip_id: str, name: str, sealed: bytes) -> Annotation:
        plain = self._vault.unseal(identity.keyring, clip_id, ContentKind.SUBMISSION, name, sealed)
        return Annotation.from_bytes(plain)
