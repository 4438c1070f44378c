"""Selects the accepted work that may go into a labelled set, with a reason for each clip left out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from reviewer.formats.dataset import Utterance, split_of, utterance_id
from reviewer.labels.schema import FieldScope, Schema
from reviewer.labels.validate import fitting
from reviewer.lead.export_filter import Facts, Predicate
from reviewer.model.annotation import Annotation, Flag
from reviewer.model.clip import Clip, ClipState
from reviewer.model.held_back import HeldCode
from reviewer.model.people import Identity
from reviewer.model.redaction import Redaction, RedactionState
from reviewer.model.task import SealedAnnotation, TaskState
from reviewer.privacy.denial import undenied
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_answers import answers_of_form, clean_answer, one_line, with_what_segments_have
from reviewer.session.locale_conventions import LocaleConventions
from reviewer.session.pass_comparison import (
    PassComparison,
    PassDifference,
    differing_answers,
    differing_texts,
    form_of,
)
from reviewer.session.redactions import record_reasons
from reviewer.session.unit_of_work import UnitOfWork
from reviewer.transcript.conventions import Conventions, TagClass
from reviewer.transcript.normalisation import normalise
from reviewer.transcript.tokens import TokenKind, tokenize

if TYPE_CHECKING:
    from reviewer.clips.label_schemas import KeptSchema

PROFILE = "training"
_LEFT_OUT_FLAGS = (Flag.PERSONAL_DATA, Flag.UNUSABLE, Flag.WRONG_LANGUAGE)
_UNFINISHED = (ClipState.READY, ClipState.IN_REVIEW, ClipState.REVIEWED)
_FINISHED = (ClipState.FINAL, ClipState.EXPORTED)
_HELD_CODES = frozenset(code.value for code in HeldCode)
_MAY_BE_RELEASED = {HeldCode.TEXT.value, HeldCode.FLAG.value}
_CLIPS_A_BATCH = 100


@dataclass(frozen=True, slots=True)
class SelectedClip:
    """A clip that goes into the set.

    ``accepted`` is the exported annotation, ``annotation`` its content, with the flags of all passes;
    ``text`` is normalised by ``conventions``. ``has_denied``: likely personal data is none, said
    an author.
    """

    clip: Clip
    accepted: SealedAnnotation
    annotation: Annotation
    text: str
    conventions: Conventions
    has_denied: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected clips in the order of their ids, and the number left out by reason."""

    selected: tuple[SelectedClip, ...]
    left_out: dict[str, int]


class Selector:
    """Applies every rule for leaving a clip out, cheapest first; each clip is counted once."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess, conventions: LocaleConventions) -> None:
        self._unit = unit
        self._access = access
        self._conventions = conventions
        self._comparison = PassComparison(unit, access, conventions)
        self._kept: Mapping[str, KeptSchema] = {}

    def select(self, identity: Identity, where: Predicate) -> Selection:
        """Selects from all accepted work; each text is logged before it is unsealed.

        Raises Damaged when an annotation does not verify.
        """
        self._kept = self._unit.label_schemas.all()
        selected: list[SelectedClip] = []
        left_out: Counter[str] = Counter()
        differing: dict[str, PassDifference] = {}
        candidates: list[tuple[Clip, list[SealedAnnotation]]] = []
        on_hold = self._unit.queue.holds()
        for clip_id, accepted in groupby(self._unit.queue.accepted(), key=lambda work: work.clip_id):
            if self._unit.queue.clip_state(clip_id) not in _FINISHED:
                continue  # counted below, by the clip's state
            clip = self._unit.clips.get(clip_id)
            if clip_id in on_hold:
                left_out["on_hold"] += 1
            elif reason := self._no_longer_covered(clip) or self._not_yet_redacted(clip):
                left_out[reason] += 1
            else:
                candidates.append((clip, self._final(clip_id, list(accepted))))
        for first in range(0, len(candidates), _CLIPS_A_BATCH):
            batch = candidates[first : first + _CLIPS_A_BATCH]
            works = [work for _, passes in batch for work in passes]
            texts = iter(self._access.texts(identity, works, "export"))
            for clip, passes in batch:
                found = self._judge(clip, passes, [next(texts) for _ in passes], where)
                if isinstance(found, PassDifference):
                    differing[clip.id] = found
                if isinstance(found, str):
                    left_out[str(found)] += 1
                else:
                    selected.append(found)
        left_out.update(self._without_accepted_work())
        for (
            clip_id,
            difference,
        ) in differing.items():  # now: the clips were counted as what they were until now
            self._comparison.open_adjudication(identity, clip_id, difference)
        return Selection(tuple(selected), {reason: n for reason, n in sorted(left_out.items()) if n})

    def _no_longer_covered(self, clip: Clip) -> str:
        now = self._unit.clock.now()
        if clip.consent_withdrawn_at is not None and clip.consent_withdrawn_at <= now:
            return "consent_withdrawn"
        return "retention_over" if clip.purge_at <= now else ""

    def _not_yet_redacted(self, clip: Clip) -> str:
        redactions = self._unit.redactions.of_clip(clip.id)
        if any(one.is_muted for one in redactions):
            return "redaction_pending"
        return "redacted_text_open" if any(one.is_text_open for one in redactions) else ""

    def _final(self, clip_id: str, passes: list[SealedAnnotation]) -> list[SealedAnnotation]:
        """The adjudicated annotation if there is one, else all accepted passes."""
        final = self._unit.queue.final(clip_id)
        if final is None or final.annotation_id in [one.id for one in passes]:
            return passes
        return [self._unit.queue.annotation(final.annotation_id)]

    def _judge(
        self,
        clip: Clip,
        passes: Sequence[SealedAnnotation],
        texts: Sequence[Annotation | None],
        where: Predicate,
    ) -> SelectedClip | str:
        annotations = [text for text in texts if text is not None]
        if len(annotations) < len(
            passes
        ):  # consent or retention ended, or it was purged, since the first check
            return self._no_longer_covered(clip) or "purged"
        conventions = self._conventions.of(clip.locale)
        redactions = self._unit.redactions.of_clip(clip.id)
        for work, annotation in zip(passes, annotations, strict=True):
            is_released = self._unit.held_finds.is_released(work.id)
            for reason in _reasons_against(clip, annotation, conventions, redactions):
                if not (is_released and reason in _MAY_BE_RELEASED):
                    self._record_reasons(clip, work, annotation, reason)
                    return reason
        if differing_texts(annotations, conventions):
            return PassDifference.TEXTS
        answers = self._answers(passes, annotations)
        if not isinstance(answers, str):
            answers = differing_answers(answers, conventions, clip.rate_hz) or answers
        if isinstance(answers, str):
            return answers
        annotations, text = answers, normalise(annotations[0].text_verbatim, conventions, PROFILE)
        merged = replace(annotations[0], flags=frozenset(flag for one in annotations for flag in one.flags))
        if not where(Facts(clip, merged, len(text.split()))):
            return "filtered"
        has_denied = any(one.denied for one in annotations)
        return SelectedClip(clip, passes[0], merged, text, conventions, has_denied)

    def _record_reasons(
        self, clip: Clip, work: SealedAnnotation, annotation: Annotation, reason: str
    ) -> None:
        """A lead decides about what is held back; work of an earlier version was not recorded yet."""
        if reason in _HELD_CODES:
            with self._unit.transaction():
                record_reasons(self._unit, clip, work.id, annotation)

    def _answers(
        self, passes: Sequence[SealedAnnotation], annotations: Sequence[Annotation]
    ) -> list[Annotation] | str:
        """The annotations with the answers to their own forms, or why there are none."""
        forms = [form_of(self._kept, work) for work in passes]
        if not all(map(_takes_all, forms, annotations)):
            return "answers_invalid"
        return [
            with_what_segments_have(answers_of_form(one, form))
            for one, form in zip(annotations, forms, strict=True)
        ]

    def _without_accepted_work(self) -> dict[str, int]:
        counts = self._unit.queue.counts()
        undecided = counts.undecided
        unfinished = sum(counts.clips.get(state, 0) for state in _UNFINISHED) - undecided
        # A clip of several passes may have several returned tasks; it is still one clip.
        returned = min(counts.tasks.get(TaskState.RETURNED, 0), unfinished)
        return {
            "not_accepted": unfinished - returned,
            "returned": returned,
            "in_adjudication": undecided,
            "with_lead": counts.clips.get(ClipState.WITH_LEAD, 0),
            "quarantined": counts.clips.get(ClipState.QUARANTINED, 0),
            "purged": counts.clips.get(ClipState.PURGED, 0),
        }


def utterance_of(
    selected: SelectedClip, speaker: str, flac: Callable[[], bytes], *, split: bool
) -> Utterance:
    """The row of a whole clip; ``speaker`` is its pseudonym, ``flac`` encodes its audio on demand."""
    clip, annotation, accepted = selected.clip, selected.annotation, selected.accepted
    clip_part = "".join(c for c in clip.id.lower() if c.isascii() and c.isalnum())
    return Utterance(
        id=utterance_id(speaker, clip_part, 0, round(clip.frames * 1000 / clip.rate_hz)),
        clip_id=clip.id,
        speaker=speaker,
        locale=clip.locale,
        product=clip.product,
        frames=clip.frames,
        rate_hz=clip.rate_hz,
        channels=clip.channels,
        text=selected.text,
        text_verbatim=one_line(annotation.text_verbatim),
        labels={key: clean_answer(value) for key, value in annotation.labels.items()},
        flags=annotation.flags,
        schema_version=accepted.schema_version,
        conventions_version=accepted.conventions_version,
        split=split_of(speaker) if split else "",
        flac=flac,
    )


def _takes_all(form: Schema | None, annotation: Annotation) -> bool:
    """Whether the form of some work takes all of its answers, as far as the form is known."""
    if form is None:
        return True
    per_segment = form.per(FieldScope.SEGMENT)
    return fitting(form.per(FieldScope.CLIP), annotation.labels) == annotation.labels and all(
        fitting(per_segment, segment.labels) == segment.labels for segment in annotation.segments
    )


def _reasons_against(
    clip: Clip, annotation: Annotation, conventions: Conventions, redactions: Sequence[Redaction]
) -> Iterator[str]:
    applied = [one for one in redactions if one.state is RedactionState.APPLIED]
    flags = annotation.flags.union(*(segment.flags for segment in annotation.segments))
    for flag in _LEFT_OUT_FLAGS:
        if flag in flags and not (flag is Flag.PERSONAL_DATA and applied):
            yield f"flag_{flag}"
    profile = conventions.profile(PROFILE)
    for tag_class in sorted(_tag_classes(annotation, conventions, applied) & set(profile.leave_out)):
        yield f"tag_{tag_class}"
    answers = [*annotation.labels.values(), *(v for one in annotation.segments for v in one.labels.values())]
    typed = [annotation.text_verbatim, *(answer for answer in answers if isinstance(answer, str))]
    decided = {(one.start, one.end) for one in redactions if not one.is_muted}
    is_marked = any((span.start, span.end) not in decided for span in annotation.spans)
    if is_marked or any(undenied(text, clip.locale, annotation.denied) for text in typed):
        yield "personal_data_found"
    if not annotation.text_verbatim.strip() and Flag.NO_SPEECH not in annotation.flags:
        yield "no_text"


def _tag_classes(annotation: Annotation, conventions: Conventions, applied: Sequence[Redaction]) -> set[str]:
    """The classes of the tags in a text. A tag for personal data whose words were removed does not count:
    nobody can hear what the text lacks."""
    found: set[str] = set()
    for segment in annotation.segments:
        removed = sum(one.start < segment.end and segment.start < one.end for one in applied)
        for token in tokenize(segment.text):
            tag = conventions.tag(token.tag_name.lower()) if token.kind is TokenKind.TAG else None
            if tag is not None and tag.tag_class is TagClass.PII and removed:
                removed -= 1
            elif tag is not None:
                found.add(tag.tag_class)
    return found
