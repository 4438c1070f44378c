"""Aligns the text of a clip to its sound: while it is open, and for what is handed in."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from reviewer.asr.process import never
from reviewer.asr.recognisers import Recogniser, aligner_for
from reviewer.asr.recognition import RecognisedWord, SpokenText
from reviewer.audio.dsp.recogniser_wav import wav_of_parts
from reviewer.audio.samples import Sound
from reviewer.clips.alignments import Alignment
from reviewer.errors import Damaged, Refused
from reviewer.model.annotation import Annotation, Segment
from reviewer.model.hypothesis import Word
from reviewer.model.intervals import Span
from reviewer.model.people import Identity
from reviewer.model.project import RecogniserRule
from reviewer.model.task import Lease
from reviewer.session.clip_access import ClipAccess
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.aligned_texts import AlignedText, AlignedTexts
from reviewer.transcript.edits import Segments

_MOST_SECONDS = 120
"""Of sound in one process: results come after a while, and little is lost when it is cancelled."""


@dataclass(frozen=True, slots=True)
class FoundWords:
    """What an aligner found, and what it calls itself."""

    texts: tuple[AlignedText, ...]
    version: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The texts of an open clip that were aligned so far, and the version of the aligner."""

    texts: AlignedTexts = field(default_factory=AlignedTexts)
    version: str = ""


class TextAlignment:
    """The alignments of the clips that one signed-in person has open; in memory until work is handed in."""

    def __init__(
        self, unit: UnitOfWork, access: ClipAccess, identity: Identity, rules: Sequence[RecogniserRule] = ()
    ) -> None:
        self._unit, self._access, self._identity = unit, access, identity
        self._rules = tuple(rules)
        self._known: dict[str, _Known] = {}

    def aligner(self, locale: str) -> Recogniser | None:
        """The project's aligner for a locale."""
        return aligner_for(self._rules, locale)

    def begin(self, lease: Lease, kept: Alignment | None) -> AlignedTexts:
        """A clip was opened; ``kept`` is the alignment that was submitted with the work that is open
        again."""
        known = _Known() if kept is None else _Known(AlignedTexts.of(kept.texts), kept.version)
        self._known[lease.task_id] = known
        return known.texts

    def align(
        self, lease: Lease, segments: Segments, cancelled: Callable[[], bool]
    ) -> tuple[AlignedText, ...]:
        """Aligns the first of these segments, about two minutes of sound, in the background.

        Raises: Refused (code CLIP_NOT_OPEN, NO_RECOGNISER); Unavailable.
        """
        opened = self._access.opened(self._identity, lease.clip_id)
        if opened is None:
            raise Refused("CLIP_NOT_OPEN")
        aligner = self.aligner(opened.clip.locale)
        if aligner is None:
            raise Refused("NO_RECOGNISER")
        batch = _first(segments, _MOST_SECONDS * opened.clip.rate_hz)
        found = aligned(aligner, opened.samples, batch, cancelled, in_background=True)
        known = self._known.get(lease.task_id)
        if known is not None:  # the clip was not left meanwhile
            self._known[lease.task_id] = replace(
                known, texts=known.texts.with_found(found.texts), version=found.version
            )
        return found.texts

    def seal(self, lease: Lease, annotation_id: str, annotation: Annotation) -> Callable[[], None]:
        """Seals the alignment of work that is being submitted; the function it returns stores it, in the
        work's transaction.

        If the text was changed since, only the words that are unchanged keep their times. Without an
        alignment there is nothing to store.
        """
        known = self._known.get(lease.task_id, _Known())
        texts = known.texts.followed(annotation.segments)
        aligner = self.aligner(self._unit.clips.get(lease.clip_id).locale)
        if not texts or aligner is None:
            return _keep_nothing
        is_complete = not known.texts.unaligned(annotation.segments)
        made = Alignment(annotation_id, lease.clip_id, aligner.name, known.version, texts, is_complete)
        alignments = self._unit.alignments
        return partial(alignments.keep, made, alignments.seal(self._identity.keyring, annotation, made))

    def of_annotation(self, annotation_id: str, annotation: Annotation) -> Alignment | None:
        """The kept alignment of an annotation whose opening was logged; a damaged one is left out."""
        with suppress(Damaged):
            return self._unit.alignments.get(self._identity.keyring, annotation_id, annotation)
        return None

    def forget(self, lease: Lease) -> None:
        """The clip is closed."""
        self._known.pop(lease.task_id, None)


def _keep_nothing() -> None:
    pass


def aligned(
    aligner: Recogniser,
    sound: Sound,
    segments: Segments,
    cancelled: Callable[[], bool] = never,
    *,
    in_background: bool = False,
) -> FoundWords:
    """Finds the words of segments, each between its own borders, in one process. Raises Unavailable."""
    spans = [Span(min(each.start, sound.frames - 1), min(each.end, sound.frames)) for each in segments]
    wav, places = wav_of_parts(sound, spans)
    texts = [SpokenText(each.text, start, end) for each, (start, end) in zip(segments, places, strict=True)]
    found = aligner.align(wav, texts, places[-1][1], cancelled=cancelled, in_background=in_background)
    return FoundWords(
        tuple(
            _in_clip(segment, one.words, place[0], sound.rate_hz)
            for segment, one, place in zip(segments, found, places, strict=True)
        ),
        found[-1].version,
    )


def _in_clip(
    segment: Segment, words: Sequence[RecognisedWord], offset_seconds: float, rate_hz: int
) -> AlignedText:
    def frame(seconds: float) -> int:
        return min(
            max(segment.start + round((seconds - offset_seconds) * rate_hz), segment.start), segment.end
        )

    found = tuple(Word(each.text, frame(each.start), frame(each.end)) for each in words)
    return AlignedText(segment.id, segment.start, segment.end, segment.text, found)


def _first(segments: Segments, frames: int) -> Segments:
    """The first segments that together are not longer than the limit; at least one."""
    taken: list[Segment] = []
    for each in segments:
        frames -= each.end - each.start
        if taken and frames < 0:
            break
        taken.append(each)
    return tuple(taken)
