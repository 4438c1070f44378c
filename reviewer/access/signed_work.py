"""Work that its author signed: nobody else makes it, changes it, or gives it to another person, clip or task.

The signature lies in the JSON of the annotation and so inside its seal: whoever keeps work for a team needs
no table for it, and what replaces a clip's key leaves it as it is.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from reviewer.access import signing
from reviewer.access.audit_log import AuditLog
from reviewer.access.log_chain import canonical
from reviewer.access.work_verification import LoggedWork
from reviewer.errors import Refused
from reviewer.model.annotation import storable_json
from reviewer.model.event import Action
from reviewer.model.task import LateDraft, SealedAnnotation

_WITH_KEYS = (Action.WORKSPACE_MADE, Action.PERSON_ENROLLED, Action.PERSON_KEY, Action.PERSON_JOINED)


@dataclass(frozen=True, slots=True)
class _Statement:
    """What an author signs: ``mark`` keeps a signature of one kind from counting as another.

    The signature lies in ``field`` of the annotation's JSON, and covers the JSON without that field.
    """

    field: str
    mark: bytes
    facts: dict[str, str]

    def signed(self, plain: bytes, signing_key: bytes) -> bytes:
        """The annotation with this signature, in place of one that it may have."""
        table = json.loads(plain)
        table.pop(self.field, None)
        signature = signing.sign(signing_key, self._message(storable_json(table)))
        return storable_json({**table, self.field: signature.hex()})

    def is_signed(self, plain: bytes, keys: Collection[bytes]) -> bool:
        """Whether the annotation has this signature, by one of the keys."""
        try:
            table: dict[str, Any] = json.loads(plain)
            signature = bytes.fromhex(table.pop(self.field))
            message = self._message(storable_json(table))
        except (ValueError, KeyError, TypeError, AttributeError, Refused):
            return False
        return any(signing.verify(key, message, signature) for key in keys)

    def _message(self, text: bytes) -> bytes:
        return self.mark + canonical({"v": 1, **self.facts, "text": hashlib.sha256(text).hexdigest()})


def sign_work(plain: bytes, work: SealedAnnotation, workspace_id: str, signing_key: bytes) -> bytes:
    """The bytes of an annotation with its author's signature; the fields of ``work`` that this does not
    need may be empty."""
    return _work(work, workspace_id).signed(plain, signing_key)


def sign_late_draft(
    plain: bytes, task_id: str, clip_id: str, author: str, workspace_id: str, signing_key: bytes
) -> bytes:
    """The bytes of an annotation that may come after its lease, with its author's signature."""
    return _late_draft(task_id, clip_id, author, workspace_id).signed(plain, signing_key)


class Authorship:
    """Decides who made a piece of work: by its author's signature, or by a row of this log.

    A lead's folder has such rows of those who work in it, of adopted late drafts, and of new keys and
    redactions.
    """

    def __init__(self, log: AuditLog, workspace_id: str) -> None:
        self._log = log
        self._workspace_id = workspace_id
        self._keys = _enrolled_keys(log)

    def is_known(self, work: SealedAnnotation, plain: bytes) -> bool:
        """Whether this text is the work of its stated author on this task and clip, as they submitted it."""
        if _work(work, self._workspace_id).is_signed(plain, self._keys.get(work.author, ())):
            return True
        logged, redacted = LoggedWork(), False
        for row in self._log.about(work.clip_id):
            logged.add(row.seq, row.fields())
            redacted = redacted or _names_author(row.fields(), work)
        return redacted or logged.vouches_for(work)

    def is_of_its_author(self, draft: LateDraft, plain: bytes) -> bool:
        """Whether this text is a late draft that its stated author signed for this task and clip."""
        statement = _late_draft(draft.task_id, draft.clip_id, draft.person_id, self._workspace_id)
        return statement.is_signed(plain, self._keys.get(draft.person_id, ()))


def _names_author(fields: dict[str, Any], work: SealedAnnotation) -> bool:
    """Whether a row says that a redaction made this text from work that this author had submitted."""
    if fields["action"] != Action.REDACTION_APPLIED or not isinstance(fields["detail"], dict):
        return False
    lists = (fields["detail"].get(name) or () for name in ("annotations", "digests", "tasks", "authors"))
    wanted = (work.id, work.digest.hex(), work.task_id, work.author)
    return fields["object"] == work.clip_id and bool(work.author) and wanted in zip(*lists, strict=False)


def _work(work: SealedAnnotation, workspace_id: str) -> _Statement:
    facts = {
        "workspace": workspace_id,
        "annotation": work.id,
        "task": work.task_id,
        "clip": work.clip_id,
        "author": work.author,
        "parent": work.parent or "",
        "schema": work.schema_version,
        "conventions": work.conventions_version,
    }
    return _Statement("signed", b"reviewer work\n", facts)


def _late_draft(task_id: str, clip_id: str, author: str, workspace_id: str) -> _Statement:
    facts = {"workspace": workspace_id, "task": task_id, "clip": clip_id, "author": author}
    return _Statement("signed_late", b"reviewer late draft\n", facts)


def _enrolled_keys(log: AuditLog) -> dict[str, set[bytes]]:
    """Every public key with which the log says that somebody enrolled, by person."""
    keys: dict[str, set[bytes]] = {}
    for action in _WITH_KEYS:
        for row in log.of_action(action):
            event = row.event()
            person = event.actor if action is Action.WORKSPACE_MADE else event.object
            keys.setdefault(person, set()).add(bytes.fromhex(str(event.detail.get("public_key", ""))))
    return keys
