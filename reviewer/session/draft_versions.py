"""Versions of unfinished work, kept at pauses and before large changes, to be looked at and restored."""

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reviewer.clips.draft_versions import StoredVersion
from reviewer.errors import Damaged
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.clip import ContentKind
from reviewer.model.people import Identity
from reviewer.model.task import Lease, TaskState
from reviewer.session.unit_of_work import UnitOfWork

NOT_MORE_OFTEN_THAN = timedelta(minutes=1)
KEEPS_ALL_OF_LAST = 10
KEEPS_AT_MOST = 50
_FORM = "form"
_ENDED = {TaskState.ACCEPTED, TaskState.DONE, TaskState.WITHDRAWN}
_LEAST_REPLACED = 20
_SHARE_LEFT = 0.2


class VersionReason(StrEnum):
    """Why a version was kept."""

    OPENED = "opened"
    PAUSE = "pause"
    SUBMITTED = "submitted"
    REPLACED = "replaced"
    """Nearly all of the text was about to be replaced."""
    RESTORED = "restored"
    """An earlier version was about to be restored."""


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """A version of a person's work on a clip; ``form`` is the id of its label form, empty if unknown."""

    id: str
    made_at: datetime
    reason: VersionReason
    annotation: Annotation
    form: str = ""


class DraftVersions:
    """The versions of one person's work; all of the last ten, then ever fewer, fifty at most.

    They stay when the work is submitted, so that it can be taken back, and go when it is final, skipped or
    lost to a colleague, and with the clip.
    """

    def __init__(self, unit: UnitOfWork, form: str) -> None:
        """``form`` is the id of the label form under which versions are kept."""
        self._unit = unit
        self._form = form
        # The newest version of each open clip, and when it was kept or the clip was opened.
        self._newest: dict[tuple[str, str], tuple[Annotation | None, datetime]] = {}

    def begin(self, identity: Identity, lease: Lease, annotation: Annotation | None) -> None:
        """A clip was opened with this work: keeps a version of it, unless the newest version is the same.

        Unseals that version, so the opening must have been logged.
        """
        stored = self._unit.versions.of(lease.task_id, identity.person.id)
        readable = self._readable(identity, lease, stored[-1:])
        newest = readable[0].annotation if readable else None
        self._newest[_key(identity, lease)] = newest, self._unit.clock.now()
        if annotation is not None and annotation != newest and annotation.text_verbatim.strip():
            with self._unit.transaction():
                self.keep(identity, lease, annotation, VersionReason.OPENED)

    def note(self, identity: Identity, lease: Lease, annotation: Annotation) -> None:
        """A draft is saved: keeps it if the last version is a minute old; inside a transaction."""
        found = self._newest.get(_key(identity, lease))
        if found is not None and self._unit.clock.now() - found[1] >= NOT_MORE_OFTEN_THAN:
            self.keep(identity, lease, annotation, VersionReason.PAUSE)

    def keep(self, identity: Identity, lease: Lease, annotation: Annotation, reason: VersionReason) -> None:
        """Keeps a version, unless the newest one is the same; inside a transaction."""
        self._unit.require_transaction()
        newest, _ = self._newest.get(_key(identity, lease), (None, None))
        if newest == annotation:
            return
        version_id, now = f"w{secrets.token_hex(10)}", self._unit.clock.now()
        plain = json.dumps({**annotation.to_table(), _FORM: self._form}, ensure_ascii=False).encode()
        sealed = self._unit.content.seal(
            identity.keyring, lease.clip_id, ContentKind.DRAFT_VERSION, version_id, plain
        )
        stored = StoredVersion(version_id, reason, sealed, now)
        self._unit.versions.add(lease.task_id, identity.person.id, lease.clip_id, stored)
        self._newest[_key(identity, lease)] = annotation, now
        all_of_it = self._unit.versions.of(lease.task_id, identity.person.id)
        thinned = superfluous([each.made_at for each in all_of_it])
        self._unit.versions.delete(all_of_it[place].id for place in thinned)

    def all(self, identity: Identity, lease: Lease) -> list[DraftVersion]:
        """Every version of the task that can be read, newest first; the reading must have been logged."""
        stored = self._unit.versions.of(lease.task_id, identity.person.id)
        return self._readable(identity, lease, stored[::-1])

    def forget(self, identity: Identity, lease: Lease) -> None:
        """Drops what is in memory: the clip is closed."""
        self._newest.pop(_key(identity, lease), None)

    def delete_ended(self, identity: Identity) -> None:
        """Deletes the versions of work that has become final, or whose clip is gone."""
        person_id = identity.person.id
        kept = self._unit.versions.tasks_of(person_id)
        if not kept:
            return
        for work in self._unit.queue.annotations_of(person_id, 10 * KEEPS_AT_MOST):
            if work.task_id in kept and self._unit.queue.state_of(work.id) in _ENDED:
                kept.remove(work.task_id)
                self._unit.versions.delete_of_task(work.task_id, person_id)

    def _readable(
        self, identity: Identity, lease: Lease, stored: Sequence[StoredVersion]
    ) -> list[DraftVersion]:
        """The versions that can be read; damaged ones are left out, so that work can continue."""
        found = []
        for each in stored:
            with suppress(Damaged):
                found.append(self._unsealed(identity, lease, each))
        return found

    def _unsealed(self, identity: Identity, lease: Lease, stored: StoredVersion) -> DraftVersion:
        plain = self._unit.content.unseal(
            identity.keyring, lease.clip_id, ContentKind.DRAFT_VERSION, stored.id, stored.sealed
        )
        annotation = Annotation.from_bytes(plain)
        form = str(json.loads(plain).get(_FORM, ""))
        try:
            reason = VersionReason(stored.reason)
        except ValueError as error:
            raise Damaged("WORKSPACE_ROW_DAMAGED") from error
        return DraftVersion(stored.id, stored.made_at, reason, annotation, form)


def superfluous(made_at: Sequence[datetime]) -> list[int]:
    """Which versions (places in an ascending list) to delete, so that fifty are left.

    The last ten always stay. Of those before, the one goes that leaves the smallest gap in proportion to its
    age, so gaps grow with age.
    """
    places = list(range(len(made_at)))
    gone = []
    while len(places) > KEEPS_AT_MOST:
        newest = made_at[places[-1]]
        older = range(1, len(places) - KEEPS_ALL_OF_LAST)

        def gap_for_age(at: int, newest: datetime = newest) -> float:
            gap = made_at[places[at + 1]] - made_at[places[at - 1]]
            return gap / max(newest - made_at[places[at]], timedelta(seconds=1))

        gone.append(places.pop(min(older, key=gap_for_age)))
    return gone


def is_replaced(before: Annotation, after: Annotation) -> bool:
    """Whether one change replaced nearly all of the text, such as a paste over it, a recogniser's text or
    a clearing."""
    whole = sum(len(segment.text) for segment in before.segments)
    if whole < _LEAST_REPLACED:
        return False
    texts = {segment.id: segment.text for segment in after.segments}
    left = 0
    for segment in before.segments:
        left += _shared(segment, texts.get(segment.id, ""))
        if left > whole * _SHARE_LEFT:
            return False
    return True


def _shared(segment: Segment, text: str) -> int:
    """About how many characters both texts share at the beginning or at the end, found by bisection."""
    size = min(len(segment.text), len(text))
    if segment.text == text:
        return size
    while size and segment.text[:size] != text[:size] and segment.text[-size:] != text[-size:]:
        size //= 2
    return size


def _key(identity: Identity, lease: Lease) -> tuple[str, str]:
    return identity.session_id, lease.task_id
