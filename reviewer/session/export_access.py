"""Opens accepted work for an export, a batch at a time: every condition first, then one committed row."""

import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from reviewer.access.acceptances import Acceptances, came_home
from reviewer.access.rights import Act
from reviewer.access.signed_work import Authorship
from reviewer.clips.content import HeldKeys, SealedAudio
from reviewer.errors import Damaged, Refused
from reviewer.model.annotation import Annotation
from reviewer.model.clip import Clip, ContentKind
from reviewer.model.event import CLIP_IDS, Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.task import SealedAnnotation
from reviewer.session.clip_access import ClipAccess
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.session.unreadable_work import leave_out

_PURPOSE = "export"
CLIPS_A_BATCH = 250
MOST_CLIPS_A_BATCH = 500
_LEAST_BATCHES = 8
_STEPS_A_BATCH = 4


def batch_size(clips: int, *, is_first: bool = False) -> int:
    """How many clips of an export of about so many are opened by one row of the log.

    Each commit waits for the disk several times, so a large set has larger batches. The first and the last
    are half of the others: texts of the first are judged before any sound can be written, and sound of the
    last is written when there is nothing left to judge.
    """
    batches = max(_LEAST_BATCHES, ceil(clips / MOST_CLIPS_A_BATCH) + 1)
    size = max(CLIPS_A_BATCH, ceil(clips / (batches - 1)))
    return ceil(size / 2) if is_first else size


def clips_at_once(clips: int) -> int:
    """How many clips of an export of about so many are judged, and made rows, together."""
    return max(1, batch_size(clips) // _STEPS_A_BATCH)


def is_batch(clips: int, expected: int, *, is_first: bool) -> bool:
    """Whether so many clips, of an export of about ``expected``, are a batch: a full one, but for a few."""
    return clips > batch_size(expected, is_first=is_first) * (_STEPS_A_BATCH - 1) // _STEPS_A_BATCH


class OpenedBatch:
    """The clips of a batch whose row is committed; no other clip is unsealed by it."""

    def __init__(self, keys: HeldKeys, clips: Mapping[str, Clip]) -> None:
        self._keys = keys
        self._clips = clips

    def __contains__(self, clip_id: object) -> bool:
        return clip_id in self._clips

    def audio(self, clip_id: str) -> tuple[Clip, bytes]:
        """A clip's facts and its canonical FLAC. Raises Damaged, Refused."""
        return self._clips[clip_id], self._keys.audio(clip_id)

    def clip(self, clip_id: str) -> Clip:
        """A clip's facts."""
        return self._clips[clip_id]

    def sealed_audio(self, clip_id: str) -> SealedAudio | None:
        """What a worker process needs to unseal the clip's FLAC; None if it can only be done here."""
        return self._keys.sealed_audio(clip_id)


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Texts that were read, in the order they were asked for.

    None stands for a clip that may not be opened any more, and for an annotation of a queue elsewhere that is
    ``left_out``, where its id has the reason: ``verdict_not_signed`` (no valid signature says that it was
    accepted), ``draw_rate`` (a draw passed it with another rate than the policy's), ``work_not_signed`` (no
    valid signature says who wrote it), ``work_unreadable`` (it cannot be decrypted, or does not match its
    digest).
    """

    annotations: list[Annotation | None]
    left_out: dict[str, str]


class ExportAccess:
    """Opens what an export takes out, and nothing but accepted work of clips that consent covers."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess) -> None:
        self._unit = unit
        self._access = access
        self._acceptances: Acceptances | None = None

    def require(self, identity: Identity) -> str:
        """Raises Refused unless this person may export now; gives the id of their agreement."""
        return self._access.require(identity, Act.EXPORT)

    def open(
        self,
        identity: Identity,
        works: Mapping[str, str],
        clips: Mapping[str, Clip] | None = None,
        *,
        in_commit: Callable[[], None] = lambda: None,
    ) -> OpenedBatch:
        """Checks each clip, commits one row that lists them all, and lets them be unsealed.

        Args:
            works: the id of the accepted annotation of each clip, by the clip's id.
            clips: the clips, where they were just read.
            in_commit: what else is written in the commit of the row.

        Raises Refused for a clip that may not be opened; then none of them is.
        """
        agreement = self.require(identity)
        accepted = self._unit.queue.accepted_among(list(works.values()))
        for clip_id, annotation_id in works.items():
            if accepted.get(annotation_id) != clip_id:
                raise Refused("NOT_ACCEPTED", annotation=annotation_id)
        self.require_openable(works)
        for clip_id, redactions in self._unit.redactions.of_clips(list(works)).items():
            if any(one.is_muted for one in redactions):
                raise Refused("REDACTION_PENDING", clip=clip_id)
        detail: dict[str, DetailValue] = {
            "purpose": _PURPOSE,
            CLIP_IDS: list(works),
            "annotations": list(works.values()),
            "nda": agreement,
        }
        with self._unit.transaction():
            in_commit()
            self._unit.log.record(Event.by(identity, Action.CLIP_OPENED, detail=detail))
        held = self._unit.content.hold_keys(identity.keyring, list(works))
        return OpenedBatch(held, self._unit.clips.many(works) if clips is None else clips)

    def has_files(self) -> bool:
        """Whether sealed sound is in files of this machine, which a worker process can open."""
        return self._unit.content.has_files()

    def texts(
        self, identity: Identity, works: Sequence[SealedAnnotation], purpose: str = _PURPOSE
    ) -> ReadTexts:
        """Unseals annotations after one log row for all of them.

        Raises: Refused unless this person may export now; Damaged for an annotation in the workspace's own
            file that does not match its digest.
        """
        self.require(identity)
        unit = self._unit
        openable = unit.clips.openable([each.clip_id for each in works], unit.clock.now())
        left_out = dict(self.not_accepted_among(identity, works))
        opened = [each for each in works if each.clip_id in openable and each.id not in left_out]
        if opened:
            detail: dict[str, DetailValue] = {
                "purpose": purpose,
                CLIP_IDS: list(dict.fromkeys(each.clip_id for each in opened)),
                "annotations": [each.id for each in opened],
            }
            unit.log.record(Event.by(identity, Action.TEXT_OPENED, detail=detail))
        held = unit.content.hold_keys(identity.keyring, [each.clip_id for each in opened])
        may_open = {each.id for each in opened}
        authors = Authorship(unit.log, unit.workspace_id) if self._was_elsewhere() else None
        found: list[Annotation | None] = []
        for each in works:
            annotation = None
            try:
                if each.id in may_open:
                    annotation = self._annotation(held, each, authors)
                    if annotation is None:
                        left_out[each.id] = "work_not_signed"
            except Damaged as error:
                leave_out(unit, identity, each, error)
                left_out[each.id] = "work_unreadable"
            found.append(annotation)
        return ReadTexts(found, left_out)

    def not_accepted_among(self, identity: Identity, works: Sequence[SealedAnnotation]) -> dict[str, str]:
        """Those that a queue elsewhere says were accepted, and nobody else, and why they do not count; none
        in the workspace's own file, if the queue was never elsewhere."""
        unit = self._unit
        if not works or not self._was_elsewhere():
            return {}
        if self._acceptances is None:
            self._acceptances = Acceptances(unit.log, unit.workspace_id, identity.keyring.qa_secret)
        clip_ids = list(dict.fromkeys(each.clip_id for each in works))
        return self._acceptances.not_accepted(works, unit.queue.verdicts_of(clip_ids))

    def _was_elsewhere(self) -> bool:
        """Whether what the queue says may be the word of a server, now or from before it came home."""
        return not self._unit.queue.answers_at_once or came_home(self._unit.log)

    def _annotation(
        self, held: HeldKeys, work: SealedAnnotation, authors: Authorship | None
    ) -> Annotation | None:
        """None where it is not signed by its author, as work of a queue elsewhere must be."""
        plain, digest = held.unseal(work.clip_id, ContentKind.ANNOTATION, work.id, work.sealed)
        if not hmac.compare_digest(digest, work.digest):
            raise Damaged("ANNOTATION_EXCHANGED", annotation=work.id)
        if authors is not None and not authors.is_known(work, plain):
            return None
        return Annotation.from_bytes(plain)

    def require_openable(self, clip_ids: Collection[str]) -> None:
        """Raises Refused if consent or retention of any of these clips has ended, or it was purged."""
        openable = self._unit.clips.openable(clip_ids, self._unit.clock.now())
        for clip_id in clip_ids:
            if clip_id not in openable:
                self._access.openable(clip_id)


def is_over(clip: Clip, now: datetime) -> str:
    """The reason why consent or retention of a clip has ended, or an empty string."""
    if clip.consent_withdrawn_at is not None and clip.consent_withdrawn_at <= now:
        return "consent_withdrawn"
    return "retention_over" if clip.purge_at <= now else ""
