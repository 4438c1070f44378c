"""Rows of the log that say which work counts as accepted where no signed verdict does."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from reviewer.access.acceptances import BY_LEAD, REVOKED, Acceptances, came_home, kept_detail
from reviewer.access.signed_verdict import SignedVerdict
from reviewer.errors import ReviewerError
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity
from reviewer.model.task import SealedAnnotation, TaskKind
from reviewer.session.clip_access import ClipAccess
from reviewer.session.export_access import ExportAccess
from reviewer.session.unit_of_work import UnitOfWork

_CLIPS_AT_ONCE = 250
_IN_A_ROW = 500

Kept = tuple[str, str, str, str]
"""Clip, annotation, digest of its text in hex, and the kind of task in which it was accepted."""


class KeptAcceptances:
    """A lead answers for what a queue elsewhere says was accepted, or said before it came home."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess) -> None:
        self._unit = unit
        self._access = ExportAccess(unit, access)

    def without_verdict(self, identity: Identity) -> dict[Kept, str]:
        """The accepted work of finished clips that no valid signature covers, each with the reason.

        The reason is a code of ``Acceptances.not_accepted``.

        Raises: Refused unless this person may export now; Unavailable.
        """
        self._access.require(identity)
        found: dict[Kept, str] = {}
        for works in self._finished():
            reasons = self._access.not_accepted_among(identity, [work for work, _ in works])
            for work, kind in works:
                if work.id in reasons:
                    found[work.clip_id, work.id, work.digest.hex(), kind.value] = reasons[work.id]
        return found

    def vouch(self, identity: Identity, kept: Iterable[Kept]) -> None:
        """Writes that this lead answers for it: from now on it counts, as long as its text is this one."""
        self._access.require(identity)
        with self._unit.transaction():
            record_kept(self._unit, identity, list(kept), BY_LEAD)

    def _finished(self) -> Iterator[list[tuple[SealedAnnotation, TaskKind]]]:
        """The annotations that an export would take, some clips at a time."""
        queue = self._unit.queue
        clip_ids = queue.exportable()
        for start in range(0, len(clip_ids), _CLIPS_AT_ONCE):
            some = clip_ids[start : start + _CLIPS_AT_ONCE]
            passes, finals = queue.exportable_work(some), queue.finals(some)
            ids = {work.id for work in passes}
            adjudicated = {clip: name for clip, name in finals.items() if name not in ids}
            works = [(work, TaskKind.TRANSCRIBE) for work in passes if work.clip_id not in adjudicated]
            works += [(queue.annotation(name), TaskKind.ADJUDICATE) for name in adjudicated.values()]
            yield works


def verdicts_to_keep(unit: UnitOfWork, identity: Identity, person_id: str) -> list[Kept]:
    """What somebody who is being revoked accepted until now; nothing where the queue cannot be asked."""
    if unit.queue.answers_at_once and not came_home(unit.log):
        return []
    acceptances = Acceptances(unit.log, unit.workspace_id, identity.keyring.qa_secret)
    with suppress(ReviewerError):
        said = acceptances.to_keep(person_id, unit.queue.verdicts_by(person_id))
        return [_kept(unit, each) for each in said]
    return []


def record_kept(unit: UnitOfWork, identity: Identity, kept: Sequence[Kept], reason: str) -> None:
    """Writes the rows, in a transaction."""
    for start in range(0, len(kept), _IN_A_ROW):
        detail = kept_detail(kept[start : start + _IN_A_ROW])
        unit.log.record(Event.by(identity, Action.ACCEPTANCE_KEPT, reason=reason, detail=detail))


def keep_verdicts(unit: UnitOfWork, identity: Identity, kept: Sequence[Kept]) -> None:
    """Writes what of somebody who is being revoked still counts."""
    record_kept(unit, identity, kept, REVOKED)


def _kept(unit: UnitOfWork, said: SignedVerdict) -> Kept:
    """The reviewer's own version where that counts, as the queue has it now."""
    counts = said.fixed_id or said.annotation_id
    is_named = said.digest and not said.fixed_id
    digest = said.digest if is_named else unit.queue.annotation(counts).digest
    return said.clip_id, counts, digest.hex(), said.task_kind.value
