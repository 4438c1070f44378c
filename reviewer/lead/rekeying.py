"""Gives each clip a new key: who kept the old ones, or unwraps them in an old copy, opens nothing here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256

from reviewer.access.audit_log import AuditLog
from reviewer.access.log_chain import LogRow, objects_of
from reviewer.clips.alignments import AlignmentRepository
from reviewer.clips.content import Resealer
from reviewer.errors import Damaged, Refused
from reviewer.model.annotation import Annotation
from reviewer.model.clip import ContentKind
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.task import draft_name
from reviewer.queue.redaction_api import SealedText
from reviewer.session import window
from reviewer.session.backup_lists import list_purges
from reviewer.session.unit_of_work import UnitOfWork

KEPT = "kept"


def first_naming(log: AuditLog) -> LogRow | None:
    """The row of the first broker for which keys were replaced.

    Others have ``keys: kept``: of a team whose project file named a broker before anybody was enrolled.
    """
    rows = log.of_action(Action.BROKER_NAMED)
    return next((row for row in rows if row.event().detail.get("keys") != KEPT), None)


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many clips got a new key.

    ``open``: clips that a window has open, to be done later. ``damaged``: clips that cannot be decrypted, or
    that may not be opened any more and wait to be purged.
    """

    done: int = 0
    open: int = 0
    damaged: int = 0


class Rekeying:
    """Seals everything of each clip again, a clip in a commit, whose row the verification of work needs."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def pending(self) -> list[str]:
        """The clips whose key is from before a broker was first named."""
        log = self._unit.log
        named = first_naming(log)
        if named is None:
            return []
        since, done = named.seq, set[str]()
        for action in (Action.CLIP_REKEYED, Action.REDACTION_APPLIED):
            done.update(row.event().object for row in log.of_action(action, since))
        for row in log.of_action(Action.CLIP_IMPORTED, since):
            done.update(objects_of(row.event().object, row.event().detail))
        return sorted(self._unit.clips.ids() - done)

    def rekey(self, identity: Identity, progress: Callable[[int, int], None]) -> Rekeyed:
        """Gives every pending clip a new key, after a log row that says so. A clip that is open is left
        for later."""
        unit, clips = self._unit, self.pending()
        if not clips:
            return Rekeyed()
        unit.log.record(Event.by(identity, Action.REKEYING_STARTED, detail={"clips": len(clips)}))
        done = is_open = damaged = 0
        openable = unit.clips.openable(clips, unit.clock.now())
        for number, clip_id in enumerate(clips, 1):
            try:
                if clip_id not in openable:
                    damaged += 1
                elif self._rekey(identity, clip_id):
                    done += 1
                else:
                    is_open += 1
            except (Damaged, Refused):
                damaged += 1
            progress(number, len(clips))
        unit.content.sweep()
        list_purges(unit)
        return Rekeyed(done, is_open, damaged)

    def _rekey(self, identity: Identity, clip_id: str) -> bool:
        """False while a window has the clip open: nobody shall lose what they type."""
        if self._is_open(clip_id):
            return False
        try:
            in_transaction = partial(self._reseal, identity, clip_id)
            self._unit.content.rekey(identity.keyring, clip_id, in_transaction)
        except _OpenedMeanwhile:
            return False
        return True

    def _reseal(self, identity: Identity, clip_id: str, resealer: Resealer) -> None:
        unit = self._unit
        if self._is_open(clip_id):
            raise _OpenedMeanwhile
        texts = _Texts(resealer, unit.alignments)
        unit.hypotheses.reseal_clip(clip_id, resealer, lambda hypothesis: hypothesis)
        unit.references.reseal_clip(clip_id, resealer)
        seals = [(text, texts.text(text)) for text in unit.queue.sealed_texts(clip_id)]
        unit.queue.replace_seals(clip_id, seals)
        changed = [pair for pair in seals if pair[1].kind is ContentKind.ANNOTATION]
        works = [after for _, after in changed]
        unit.drafts.reseal_clip(clip_id, texts.draft)
        unit.versions.reseal_clip(clip_id, texts.version)
        detail: dict[str, DetailValue] = {
            "annotations": [work.id for work in works],
            "digests": [work.digest.hex() for work in works],
            "before": [before.digest.hex() for before, _ in changed],
            "sealed": [sha256(work.sealed).hexdigest() for work in works],
        }
        unit.log.record(Event.by(identity, Action.CLIP_REKEYED, clip_id, detail=detail))

    def _is_open(self, clip_id: str) -> bool:
        now = self._unit.clock.now()
        return any(
            window.is_live(one.window, one.seen_at, now) for one in self._unit.open_tasks.of_clip(clip_id)
        )


class _OpenedMeanwhile(Exception):
    """Somebody opened the clip while it was sealed again."""


@dataclass(frozen=True, slots=True)
class _Texts:
    """Seals a clip's texts under the new key as they are."""

    resealer: Resealer
    alignments: AlignmentRepository

    def text(self, text: SealedText) -> SealedText:
        """What the queue keeps."""
        plain, digest = self.resealer.unseal(text.kind, text.name, text.sealed), b""
        if text.kind is ContentKind.ANNOTATION:
            digest = self.resealer.digest(plain)
            annotation = Annotation.from_bytes(plain)
            if self.alignments.words_before(self.resealer, annotation, text.id):  # removes a damaged one
                self.alignments.reseal(self.resealer, text.id, (annotation, annotation), lambda _word: True)
        return replace(text, digest=digest, sealed=self.resealer.seal(text.kind, text.name, plain))

    def draft(self, task_id: str, person_id: str, sealed: bytes) -> bytes:
        """A draft with all that can be undone."""
        return self._again(ContentKind.DRAFT, draft_name(task_id, person_id), sealed)

    def version(self, version_id: str, sealed: bytes) -> bytes:
        return self._again(ContentKind.DRAFT_VERSION, version_id, sealed)

    def _again(self, kind: ContentKind, name: str, sealed: bytes) -> bytes:
        return self.resealer.seal(kind, name, self.resealer.unseal(kind, name, sealed))
