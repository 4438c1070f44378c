"""Drafts: unsubmitted work, sealed and committed before it is reported as saved."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from reviewer.access.signed_work import sign_late_draft
from reviewer.errors import ClipKeyNotHeld, Damaged
from reviewer.labels.earlier import carried
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation, storable_json
from reviewer.model.clip import ContentKind
from reviewer.model.people import Identity
from reviewer.model.task import Lease, draft_name
from reviewer.session import window
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.history import History

HISTORY_BYTES = 256 * 1024
"""The most that the undo history adds to a draft; of a longer one the steps farthest away are left out."""
_POSITION = "position"
_FORM = "form"
_HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Draft:
    """The sealed content: the annotation with its undo history, or None, and the position (a frame).

    It is an annotation's canonical JSON with three more keys; a draft of an earlier version has no history
    and does not say its label form. ``form`` is the id of that form, empty if unknown.
    """

    history: History | None = None
    position: int = 0
    form: str = ""

    @property
    def annotation(self) -> Annotation | None:
        """The work itself."""
        return None if self.history is None else self.history.present.annotation

    def under(self, schema: Schema) -> "Draft":
        """The draft under another label form, with what can be undone; see ``carried``."""
        if self.history is None or self.form == schema.id:
            return self
        history = self.history.mapped(lambda annotation: carried(annotation, schema, self.form))
        return replace(self, history=history, form=schema.id)

    def to_bytes(self) -> bytes:
        """Raises Refused as ``Annotation.to_bytes``; invalid characters in the undo history are replaced."""
        body: dict[str, Any] = {}
        if self.history is not None:
            body = self.history.present.annotation.to_table()
            storable_json(body)
            body[_HISTORY] = _bounded(self.history.to_table(), HISTORY_BYTES)
            body[_FORM] = self.form
        return json.dumps({**body, _POSITION: self.position}, ensure_ascii=False).encode(errors="replace")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads what ``to_bytes`` wrote; raises Damaged."""
        try:
            body = json.loads(data)
        except ValueError:
            body = {}  # the annotation's parser says why not
        position = body.get(_POSITION, 0) if isinstance(body, dict) else 0
        is_position_alone = isinstance(body, dict) and list(body) == [_POSITION]
        history, form = None, ""
        if not is_position_alone:
            annotation = Annotation.from_bytes(data)
            table = body.get(_HISTORY)
            history = History.from_table(annotation, table) if table else History.of(annotation)
            form = str(body.get(_FORM, ""))
        return cls(history, position if isinstance(position, int) and position > 0 else 0, form)


class Drafts:
    """One draft a task and person, replaced at each save, deleted when the work is submitted.

    A save has a revision that only grows within a window; an older one that arrives late, after a time-out
    for example, changes nothing.
    """

    def __init__(self, unit: UnitOfWork, form: str = "") -> None:
        """``form`` is the id of the label form under which work is saved."""
        self._unit = unit
        self._form = form
        # Changed inside transactions only, which serialise all threads.
        self._newest: dict[tuple[str, str], tuple[Draft, int]] = {}

    def load(self, identity: Identity, lease: Lease) -> Draft:
        """This person's draft of the task. Unseals, so an opening must have been logged. Raises Damaged."""
        stored = self._unit.drafts.get(lease.task_id, identity.person.id)
        if stored is None:
            return Draft()
        plain = self._unit.content.unseal(
            identity.keyring, lease.clip_id, ContentKind.DRAFT, name_of(lease), stored.sealed
        )
        return Draft.from_bytes(plain)

    def begin(self, identity: Identity, lease: Lease, draft: Draft) -> None:
        """Remembers the loaded draft, so that saving need not unseal it again."""
        stored = self._unit.drafts.get(lease.task_id, identity.person.id)
        is_own = stored is not None and stored.window == window.of_session(identity.session_id)
        self._newest[_key(identity, lease)] = draft, stored.revision if stored is not None and is_own else 0

    def save(self, identity: Identity, lease: Lease, history: History, revision: int) -> datetime:
        """Commits the draft; returns the time of the commit. Raises Unavailable when the disk is full.

        ``recall`` must be called before the transaction that this is part of.
        """
        with self._unit.transaction():
            newest, newest_revision = self._newest[_key(identity, lease)]
            if revision < newest_revision:
                return self._saved_at(identity, lease)
            return self._put(identity, lease, replace(newest, history=history, form=self._form), revision)

    def save_position(self, identity: Identity, lease: Lease, frame: int) -> None:
        """Commits the position in the clip, beside the text. Raises Unavailable."""
        with self._unit.transaction():
            newest, revision = self._newest[_key(identity, lease)]
            self._put(identity, lease, replace(newest, position=frame), revision)

    def recall(self, identity: Identity, lease: Lease, *, or_begin_anew: bool = False) -> None:
        """Loads the stored draft for ``save``, if the clip is no longer open here.

        ``or_begin_anew``: new text replaces a stored draft that is damaged or whose key is gone. Raises
        Damaged.
        """
        if _key(identity, lease) in self._newest:
            return
        try:
            draft = self.load(identity, lease)
        except (Damaged, ClipKeyNotHeld):
            if not or_begin_anew:
                raise
            draft = Draft()
        self.begin(identity, lease, draft)

    def discard(self, lease: Lease, *, keeps_versions: bool = False) -> None:
        """Removes the draft of work that was submitted, skipped or kept as a late draft, and its versions."""
        self._unit.drafts.delete(lease.task_id, lease.person_id)
        if not keeps_versions:
            self._unit.versions.delete_of_task(lease.task_id, lease.person_id)

    def forget(self, identity: Identity, lease: Lease) -> None:
        """Drops it from memory: the clip is closed."""
        self._newest.pop(_key(identity, lease), None)

    def seal_late(self, identity: Identity, lease: Lease, annotation: bytes) -> bytes:
        """Seals work that lost its lease (plain bytes) for its author and the lead, signed by its author."""
        keyring, person_id = identity.keyring, identity.person.id
        signed = sign_late_draft(
            annotation, lease.task_id, lease.clip_id, person_id, self._unit.workspace_id, keyring.signing_key
        )
        return self._unit.content.seal(keyring, lease.clip_id, ContentKind.LATE_DRAFT, name_of(lease), signed)

    def _saved_at(self, identity: Identity, lease: Lease) -> datetime:
        stored = self._unit.drafts.get(lease.task_id, identity.person.id)
        return self._unit.clock.now() if stored is None else stored.saved_at

    def _put(self, identity: Identity, lease: Lease, draft: Draft, revision: int) -> datetime:
        sealed = self._unit.content.seal(
            identity.keyring, lease.clip_id, ContentKind.DRAFT, name_of(lease), draft.to_bytes()
        )
        at = self._unit.clock.now()
        is_newest = self._unit.drafts.save(
            lease.task_id,
            identity.person.id,
            lease.clip_id,
            window.of_session(identity.session_id),
            revision,
            sealed,
            at,
        )
        if not is_newest:
            return self._saved_at(identity, lease)
        self._newest[_key(identity, lease)] = draft, revision
        return at


def name_of(lease: Lease) -> str:
    """The name that binds the seal of a draft to its task and author."""
    return draft_name(lease.task_id, lease.person_id)


def _bounded(table: dict[str, Any], limit: int) -> dict[str, Any]:
    """A history's table, without the steps farthest from the present that do not fit into so many bytes."""
    past = _nearest(table["past"], limit)
    left = limit - _size(past)
    return {**table, "past": past, "undone": _nearest(table["undone"], left)}


def _nearest(steps: list[Any], limit: int) -> list[Any]:
    kept: list[Any] = []
    for step in steps:
        limit -= _size([step])
        if limit < 0:
            break
        kept.append(step)
    return kept


def _size(steps: Iterable[Any]) -> int:
    return sum(len(json.dumps(step, ensure_ascii=False).encode()) + 2 for step in steps)


def _key(identity: Identity, lease: Lease) -> tuple[str, str]:
    return identity.session_id, lease.task_id
