"""Makes recognisers' drafts for clips that have none; can be stopped and continued at any clip."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from reviewer.access.rights import Act
from reviewer.asr.recognisers import Recogniser, aligner_for, recognisers_for
from reviewer.asr.recognition import Recognition
from reviewer.audio.dsp.recogniser_wav import wav_for_recogniser
from reviewer.audio.samples import Samples
from reviewer.clips.alignments import Alignment
from reviewer.errors import NdaRequired, Refused, ReviewerError, Unavailable
from reviewer.lead.intake import Progress
from reviewer.model.clip import Clip, ClipState
from reviewer.model.event import Action, Event
from reviewer.model.hypothesis import Hypothesis, Word
from reviewer.model.people import Identity
from reviewer.model.project import RecogniserRule
from reviewer.model.redaction import RedactionSource
from reviewer.model.task import SealedAnnotation
from reviewer.privacy import pii
from reviewer.privacy.redaction import kind_of, spans_in_words
from reviewer.session.clip_access import ClipAccess
from reviewer.session.personal_data_marks import PersonalDataMarks
from reviewer.session.redactions import propose
from reviewer.session.text_alignment import aligned
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.aligned_texts import AlignedTexts

_CLOSED = frozenset({ClipState.QUARANTINED, ClipState.PURGED})


@dataclass(frozen=True, slots=True)
class FailedDraft:
    """A clip for which a recogniser made nothing, and the code of the error."""

    clip_id: str
    engine: str
    error: ReviewerError


@dataclass(frozen=True, slots=True)
class DraftsReport:
    """Counts of drafts: made now, ``present`` before, and of clips without a recogniser for their locale."""

    made: int
    present: int
    without_recogniser: int
    failed: tuple[FailedDraft, ...]
    was_cancelled: bool = False


class Drafting:
    """One clip after another, each in a process of its recogniser, each kept at once."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess, rules: Sequence[RecogniserRule]) -> None:
        self._unit = unit
        self._access = access
        self._rules = tuple(rules)

    def make_drafts(
        self, identity: Identity, progress: Progress, cancelled: Callable[[], bool], *, by_every: bool
    ) -> DraftsReport:
        """Makes a draft by the first recogniser for each clip without one.

        Args:
            by_every: by every recogniser for the clip's locale, unless it made one for this clip before.

        Raises: Refused without a recogniser in the project file, or a valid agreement.
        """
        if not self._rules:
            raise Refused("NO_RECOGNISER")
        clips = list(self._open_clips())
        made = present = without = 0
        failed: list[FailedDraft] = []
        for done, clip in enumerate(clips):
            progress(done, len(clips))
            if cancelled():
                return DraftsReport(made, present, without, tuple(failed), was_cancelled=True)
            recognisers = recognisers_for(self._rules, clip.locale)
            missing = self._missing(clip, recognisers, by_every=by_every)
            without += not recognisers
            present += bool(recognisers) and not missing
            for recogniser in missing:
                try:
                    self._make(identity, clip, recogniser)
                    made += 1
                except NdaRequired:
                    raise
                except ReviewerError as error:
                    failed.append(FailedDraft(clip.id, recogniser.name, error))
        progress(len(clips), len(clips))
        return DraftsReport(made, present, without, tuple(failed))

    def align(self, identity: Identity, progress: Progress, cancelled: Callable[[], bool]) -> DraftsReport:
        """Finds the words of each accepted text in its sound, where an aligner for its language is.

        For work that came without times, or with times of a part of it. They belong to the annotation, which
        never changes, so they cannot go stale. Only words of the aligner's dictionary get times;
        ``timed_words`` shares the rest between them.
        """
        if not self._rules:
            raise Refused("NO_RECOGNISER")
        made = present = without = 0
        failed: list[FailedDraft] = []
        accepted = self._unit.queue.accepted()
        for done, work in enumerate(accepted):
            progress(done, len(accepted))
            if cancelled():
                return DraftsReport(made, present, without, tuple(failed), was_cancelled=True)
            aligner = aligner_for(self._rules, self._unit.clips.get(work.clip_id).locale)
            if self._unit.alignments.has_complete(work.id):
                present += 1
            elif aligner is None:
                without += 1
            else:
                try:
                    made += self._align(identity, work, aligner)
                except NdaRequired:
                    raise
                except ReviewerError as error:
                    failed.append(FailedDraft(work.clip_id, aligner.name, error))
        progress(len(accepted), len(accepted))
        return DraftsReport(made, present, without, tuple(failed))

    def _align(self, identity: Identity, work: SealedAnnotation, aligner: Recogniser) -> bool:
        self._access.require(identity, Act.IMPORT)
        clip = self._access.openable(work.clip_id)
        (annotation,) = self._access.texts.read(identity, [work], "alignment")
        if annotation is None or not annotation.text_verbatim.strip():
            return False
        with self._opened(identity, clip, aligner) as samples:
            found = aligned(aligner, samples, AlignedTexts().unaligned(annotation.segments))
        made = Alignment(work.id, clip.id, aligner.name, found.version, found.texts)
        self._unit.alignments.add(identity.keyring, annotation, made)
        return True

    @contextmanager
    def _opened(self, identity: Identity, clip: Clip, recogniser: Recogniser) -> Iterator[Samples]:
        """The sound of a clip between a row of its opening and one of its closing."""
        samples = self._access.open_for_recogniser(identity, clip, recogniser.name)
        try:
            yield samples
        finally:
            self._unit.log.record(Event.by(identity, Action.CLIP_CLOSED, clip.id))

    def _open_clips(self) -> Iterator[Clip]:
        for clip_id in sorted(self._unit.clips.ids()):
            if self._unit.queue.clip_state(clip_id) in _CLOSED:
                continue
            try:
                yield self._access.openable(clip_id)
            except Refused:
                continue

    def _missing(
        self, clip: Clip, recognisers: Sequence[Recogniser], *, by_every: bool
    ) -> tuple[Recogniser, ...]:
        engines = self._unit.hypotheses.engines_of(clip.id)
        if by_every:
            return tuple(one for one in recognisers if one.name not in engines)
        return () if engines else tuple(recognisers[:1])

    def _make(self, identity: Identity, clip: Clip, recogniser: Recogniser) -> None:
        with self._opened(identity, clip, recogniser) as samples:
            wav = wav_for_recogniser(samples)
        found = recogniser.recognise(wav, clip.locale, clip.frames / clip.rate_hz)
        texts = (found.text, " ".join(word.text for word in found.words))
        kinds = {span.kind.value for text in texts for span in pii.find(text, clip.locale)}
        if kinds:  # as at intake: nobody sees it, its spans are muted, and the lead decides about the clip
            self._mute(identity, clip, hypothesis_of(found, clip, recogniser.name))
            raise Refused("DRAFT_HOLDS_PERSONAL_DATA", kinds=", ".join(sorted(kinds)))
        self._unit.hypotheses.add(identity.keyring, hypothesis_of(found, clip, recogniser.name))
        with suppress(Unavailable):  # it is kept here, and ``OwnFolders.publish`` sends it
            self._unit.publish_facts(identity, [clip.id])

    def _mute(self, identity: Identity, clip: Clip, hypothesis: Hypothesis) -> None:
        with self._unit.transaction():
            for said in spans_in_words(hypothesis.words, clip.locale):
                source = RedactionSource.DRAFT
                propose(self._unit, identity, clip, said.span, kind_of(said.kind), source)
        with suppress(Unavailable):  # the broker gives out no key meanwhile, and each look at marks does it
            PersonalDataMarks(self._unit).keep_muted(identity)


def hypothesis_of(found: Recognition, clip: Clip, engine: str) -> Hypothesis:
    """What a recogniser found, with its times in frames of the clip.

    ``engine`` is the recogniser's name in the project, by which it is known again; what it calls itself goes
    in front of the version where that is another.
    """
    own = "" if found.engine == engine else found.engine
    words = tuple(
        Word(
            word.text,
            min(clip.frames, round(word.start * clip.rate_hz)),
            min(clip.frames, round(word.end * clip.rate_hz)),
            word.confidence,
        )
        for word in found.words
    )
    version = f"{own} {found.version}".strip()
    return Hypothesis(f"h{secrets.token_hex(8)}", clip.id, engine, version, found.text, words)
