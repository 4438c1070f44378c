"""What is being typed, sealed and committed before anybody says it is saved."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.errors import ReviewerError
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.clock import Clock, to_micros
from reviewer.model.people import Identity
from reviewer.model.task import Check, Lease

_PLACE = "position"


@dataclass(frozen=True, slots=True)
class _Work:
    """What a draft is of. ``name`` binds the seal; ``key`` tells two pieces of work on a task apart."""

    task_id: int
    person_id: str
    clip_id: str
    key: str
    name: str
    is_check: bool = False

    @classmethod
    def of_lease(cls, lease: Lease) -> Self:
        return cls(
            lease.task_id, lease.person_id, lease.clip_id, lease.submission_key, name=str(lease.task_id)
        )

    @classmethod
    def of_check(cls, check: Check) -> Self:
        done = check.submission
        return cls(done.task_id, check.person_id, done.clip_id, done.id, name=done.id, is_check=True)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is sealed: what was typed, or None, and at which frame the clip was left.

    It is an annotation's canonical JSON with one field more, so that a draft of a version without places is
    read as it is; a clip that was only listened to has nothing but the place.
    """

    annotation: Annotation | None = None
    place: int = 0

    def to_bytes(self) -> bytes:
        body = {} if self.annotation is None else json.loads(self.annotation.to_bytes())
        return json.dumps({**body, _PLACE: self.place}, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads what ``to_bytes`` wrote, or an annotation alone; raises Damaged."""
        try:
            body = json.loads(data)
        except ValueError:
            body = {}  # what an annotation is says why not
        place = body.get(_PLACE, 0) if isinstance(body, dict) else 0
        is_place_alone = isinstance(body, dict) and list(body) == [_PLACE]
        return cls(
            None if is_place_alone else Annotation.from_bytes(data),
            place if isinstance(place, int) and place > 0 else 0,
        )


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
        """This person's draft of the task; None when nothing was typed. Raises Damaged."""
        return self._load(identity, _Work.of_lease(lease)).annotation

    def keep_place(self, identity: Identity, lease: Lease, frame: int) -> None:
        """Commits at which frame the clip was left, beside what was typed. Raises Unavailable."""
        self._keep_place(identity, _Work.of_lease(lease), frame)

    def place(self, identity: Identity, lease: Lease) -> int:
        """At which frame this person left the clip; 0 when it was not opened before. Raises Damaged."""
        return self._load(identity, _Work.of_lease(lease)).place

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
        return self._load(identity, _Work.of_check(check)).annotation

    def keep_place_check(self, identity: Identity, check: Check, frame: int) -> None:
        """Commits at which frame the clip was left, beside what was typed. Raises Unavailable."""
        self._keep_place(identity, _Work.of_check(check), frame)

    def place_check(self, identity: Identity, check: Check) -> int:
        """At which frame this person left the clip; 0 when it was not opened before. Raises Damaged."""
        return self._load(identity, _Work.of_check(check)).place

    def discard_check(self, check: Check) -> None:
        """Removes the draft of a version that was handed in or kept as a late draft."""
        self._discard(_Work.of_check(check))

    def _seal(self, identity: Identity, work: _Work, annotation: Annotation, kind: ContentKind) -> bytes:
        return self._vault.seal(identity.keyring, work.clip_id, kind, work.name, annotation.to_bytes())

    def _load(self, identity: Identity, work: _Work) -> _Draft:
        query = "SELECT sealed FROM draft WHERE task_id = ? AND person_id = ?"
        of: tuple[int | str, ...] = (work.task_id, identity.person.id)
        if work.is_check:
            query, of = f"{query} AND submission_key = ?", (*of, work.key)
        sealed = self._database.value(query, of)
        if sealed is None:
            return _Draft()
        plain = self._vault.unseal(identity.keyring, work.clip_id, ContentKind.DRAFT, work.name, sealed)
        return _Draft.from_bytes(plain)

    def _save(self, identity: Identity, work: _Work, annotation: Annotation) -> datetime:
        try:
            place = self._load(identity, work).place
        except ReviewerError:
            place = 0  # what is typed is worth more than a place
        return self._put(identity, work, _Draft(annotation, place))

    def _keep_place(self, identity: Identity, work: _Work, frame: int) -> None:
        self._put(identity, work, _Draft(self._load(identity, work).annotation, frame))

    def _put(self, identity: Identity, work: _Work, draft: _Draft) -> datetime:
        plain = draft.to_bytes()
        sealed = self._vault.seal(identity.keyring, work.clip_id, ContentKind.DRAFT, work.name, plain)
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
