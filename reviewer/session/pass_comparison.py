"""Compares the accepted passes of a clip, and opens an adjudication task where they differ."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from reviewer.access.rights import Act
from reviewer.clips.label_schemas import KeptSchema
from reviewer.labels.schema import Schema
from reviewer.model.annotation import Annotation
from reviewer.model.event import Action, DetailValue, Event
from reviewer.model.people import Identity
from reviewer.model.task import SealedAnnotation
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_answers import answers_of_form, comparable, with_what_segments_have
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.edits import Segments
from reviewer.transcript.normalisation import normalise
from reviewer.transcript.segment_alignment import AlignedSegments, align_segments, corresponding_speakers

BORDER_TOLERANCE_SECONDS = 0.5
"""Two people never set a border at the same frame; a pause between utterances is longer than this."""
PURPOSE = "compare_passes"
_CLIPS_A_BATCH = 100


class PassDifference(StrEnum):
    """In what the accepted passes of a clip differ, named as an export's reason for leaving the clip out."""

    TEXTS = "passes_differ"
    LABELS = "labels_differ"
    SEGMENTS = "segments_differ"


def differing_texts(passes: Sequence[Annotation], conventions: Conventions) -> bool:
    """Whether the normalised training texts of a clip's passes differ."""
    return len({normalise(one.text_verbatim, conventions) for one in passes}) > 1


def differing_answers(
    answers: Sequence[Annotation], conventions: Conventions, rate_hz: int
) -> PassDifference | None:
    """In what passes of the same text differ otherwise: answers about the clip, or segments.

    Args:
        answers: The passes with the answers of their own forms, those of segments among the clip's.
        conventions: Of the clip's locale.
        rate_hz: Frames a second, for the borders of segments.
    """
    if len({comparable(one.labels) for one in answers}) > 1:
        return PassDifference.LABELS
    if any(
        differing_segments(one.segments, other.segments, conventions, rate_hz)
        for one, other in pairwise(answers)
    ):
        return PassDifference.SEGMENTS
    return None


def differing_segments(one: Segments, other: Segments, conventions: Conventions, rate_hz: int) -> bool:
    """Whether two passes divide a clip otherwise: by number, speaker, text, answers, or a border that is more
    than half a second away."""
    names = corresponding_speakers(one, other)
    return any(
        _differ(row, names, conventions, BORDER_TOLERANCE_SECONDS * rate_hz)
        for row in align_segments(one, other)
    )


def form_of(kept: Mapping[str, KeptSchema], work: SealedAnnotation) -> Schema | None:
    """The label form of some work; None for work older than kept forms, when its id meant something else."""
    form = kept.get(work.schema_version)
    return form.schema if form is not None and form.kept_at <= work.made_at else None


class PassComparison:
    """Opens the adjudication tasks; whoever has the right to draw has the keys that the comparison needs.

    What is unsealed for it stays in memory: the queue learns no more than that passes differ, or do not.
    """

    def __init__(self, unit: UnitOfWork, access: ClipAccess, conventions: LocaleConventions) -> None:
        self._unit = unit
        self._access = access
        self._conventions = conventions

    def compare_all(self, identity: Identity) -> list[str]:
        """Compares what was accepted since the last time; returns the clips that go to adjudication.

        A clip whose consent or retention has ended is passed over.
        Raises: Refused (NotAllowed, NdaRequired); Damaged when an annotation does not verify.
        """
        opened: list[str] = []
        after = ""
        while batch := self._unit.queue.passes_to_compare(_CLIPS_A_BATCH, after=after):
            self._access.require(identity, Act.DRAW)
            opened += self._compare(identity, batch)
            after = batch[-1][0].clip_id
        return opened

    def open_adjudication(self, identity: Identity, clip_id: str, difference: PassDifference) -> None:
        """Opens the task, with a row that says in what the passes differ; does nothing if there is one."""
        queue = self._unit.queue
        with self._unit.transaction_with_queue():
            if queue.has_adjudication(clip_id):
                return
            detail: dict[str, DetailValue] = {"task": queue.add_adjudication(clip_id)}
            event = Event.by(
                identity, Action.ADJUDICATION_OPENED, clip_id, reason=difference.value, detail=detail
            )
            self._unit.log.record(event)

    def _compare(self, identity: Identity, batch: Sequence[Sequence[SealedAnnotation]]) -> list[str]:
        kept = self._unit.label_schemas.all()
        works = [work for passes in batch for work in passes]
        texts = iter(self._access.texts.read(identity, works, PURPOSE))
        opened = []
        for passes in batch:
            found = [next(texts) for _ in passes]
            annotations = [one for one in found if one is not None]
            if len(annotations) < len(passes):
                continue
            clip_id = passes[0].clip_id
            difference = self._difference(clip_id, passes, annotations, kept)
            if difference is None:
                self._unit.queue.set_passes_agree(clip_id)
            else:
                self.open_adjudication(identity, clip_id, difference)
                opened.append(clip_id)
        return opened

    def _difference(
        self,
        clip_id: str,
        passes: Sequence[SealedAnnotation],
        annotations: Sequence[Annotation],
        kept: Mapping[str, KeptSchema],
    ) -> PassDifference | None:
        clip = self._unit.clips.get(clip_id)
        conventions = self._conventions.of(clip.locale)
        if differing_texts(annotations, conventions):
            return PassDifference.TEXTS
        answers = [
            with_what_segments_have(answers_of_form(one, form_of(kept, work)))
            for work, one in zip(passes, annotations, strict=True)
        ]
        return differing_answers(answers, conventions, clip.rate_hz)


def _differ(
    row: AlignedSegments, names: Mapping[str, str], conventions: Conventions, tolerance: float
) -> bool:
    if len(row.left) != 1 or len(row.right) != 1:
        return True
    (one,), (other,) = row.left, row.right
    return bool(
        names.get(one.speaker, one.speaker) != other.speaker
        or abs(one.start - other.start) > tolerance
        or abs(one.end - other.end) > tolerance
        or normalise(one.text, conventions) != normalise(other.text, conventions)
        or comparable(one.labels) != comparable(other.labels)
    )
