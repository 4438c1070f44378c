"""Selects the accepted work that may go into a labelled set, with a reason for each clip left out."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, islice
from typing import TYPE_CHECKING

from reviewer.formats.packed_texts import PackedTexts
from reviewer.labels.schema import FieldScope, Schema
from reviewer.labels.validate import fitting
from reviewer.lead.export_filter import Facts, Predicate
from reviewer.lead.export_rows import SelectedClip, start_of_id
from reviewer.lead.keyed_hashes import Pseudonyms
from reviewer.lead.set_options import SetOptions
from reviewer.model.annotation import Annotation, Flag, Segment
from reviewer.model.clip import Clip, ClipState
from reviewer.model.held_back import HeldCode
from reviewer.model.people import Identity
from reviewer.model.redaction import Redaction
from reviewer.model.task import SealedAnnotation, TaskState
from reviewer.privacy import pii
from reviewer.privacy.denial import undenied
from reviewer.privacy.redaction import RemovedSound, explained_tags, removed_sounds, repeated_tags
from reviewer.session.clip_access import ClipAccess
from reviewer.session.clip_answers import answers_of_form, with_what_segments_have
from reviewer.session.export_access import ExportAccess, batch_size, clips_at_once, is_over
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
from reviewer.stats.wer import words_of
from reviewer.transcript.conventions import Conventions, TagClass
from reviewer.transcript.normalisation import normalise
from reviewer.transcript.tokens import TokenKind, tokenize

if TYPE_CHECKING:
    from reviewer.clips.label_schemas import KeptSchema

_LEFT_OUT_FLAGS = (Flag.PERSONAL_DATA, Flag.UNUSABLE, Flag.WRONG_LANGUAGE)
_UNFINISHED = (ClipState.READY, ClipState.IN_REVIEW, ClipState.REVIEWED)
_HELD_CODES = frozenset(code.value for code in HeldCode)
_MAY_BE_RELEASED = {HeldCode.TEXT.value, HeldCode.FLAG.value}
_CLIPS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A clip with accepted work that may be opened, and what of it is needed to judge it."""

    clip: Clip
    passes: list[SealedAnnotation]
    redactions: tuple[Redaction, ...]


class Selector:
    """Applies every rule for leaving a clip out, cheapest first; each clip is counted once."""

    def __init__(self, unit: UnitOfWork, access: ClipAccess, conventions: LocaleConventions) -> None:
        self._unit = unit
        self._access = ExportAccess(unit, access)
        self._conventions = conventions
        self._comparison = PassComparison(unit, access, conventions)
        self._kept: Mapping[str, KeptSchema] = {}
        self._released: frozenset[str] = frozenset()
        self._by_locale: dict[str, Conventions] = {}
        self._options = SetOptions()
        self.left_out: Counter[str] = Counter()
        """The clips left out by reason; complete once all of ``select`` was taken."""

    def select(
        self,
        identity: Identity,
        where: Predicate,
        options: SetOptions,
        *,
        is_preview: bool = False,
        in_order_of_rows: bool = False,
    ) -> Iterator[list[SelectedClip]]:
        """Selects from all accepted work, in the order of clips' ids. Texts are logged, then unsealed.

        Gives some clips at a time: a step for all of them stays in the processor's caches, all steps for one
        of them do not. Unless it ``is_preview``, clips whose passes differ get an adjudication task.
        ``in_order_of_rows``: in that of their rows' ids, which takes longer. Raises Damaged for an annotation
        that does not verify.
        """
        self._kept, self._options, self.left_out = self._unit.label_schemas.all(), options, Counter()
        without_work = self._without_accepted_work()  # now: a difference found below changes the counts
        on_hold, clip_ids = (
            self._unit.queue.holds(),
            self._clip_ids(identity, in_order_of_rows=in_order_of_rows),
        )
        first, at_once = (batch_size(len(clip_ids), is_first=is_first) for is_first in (True, False))
        for end in range(first, len(clip_ids) + at_once, at_once):
            works = self._unit.queue.exportable_work(clip_ids[max(0, end - at_once) : end])
            judged = self._judged(identity, self._candidates(works, on_hold), where)
            while some := list(islice(judged, clips_at_once(len(clip_ids)))):
                yield self._kept_of(identity, some, is_preview=is_preview)
        self.left_out.update(without_work)
        self.left_out = Counter({reason: n for reason, n in sorted(self.left_out.items()) if n})

    def _kept_of(
        self, identity: Identity, judged: Iterable[tuple[_Candidate, SelectedClip | str]], *, is_preview: bool
    ) -> list[SelectedClip]:
        """Those that are not left out; the others are counted."""
        kept: list[SelectedClip] = []
        for candidate, found in judged:
            if isinstance(found, PassDifference) and not is_preview:
                self._comparison.open_adjudication(identity, candidate.clip.id, found)
            if isinstance(found, str):
                self.left_out[str(found)] += 1
            else:
                kept.append(found)
        return kept

    def _clip_ids(self, identity: Identity, *, in_order_of_rows: bool) -> PackedTexts:
        """The clips that have accepted work; a row's id begins with its speaker."""
        clip_ids, found = self._unit.queue.exportable(), PackedTexts()
        if in_order_of_rows:
            names, keys = Pseudonyms(identity.keyring.hash_key), dict[str, str]()
            for start in range(0, len(clip_ids), _CLIPS_AT_ONCE):
                some = clip_ids[start : start + _CLIPS_AT_ONCE]
                speakers = self._unit.clips.speakers_of(some)
                keys |= {i: start_of_id(names.speaker_of(i, speakers.get(i, "")), i) for i in some}
            clip_ids.sort(key=keys.__getitem__)
        for clip_id in clip_ids:
            found.append(clip_id)
        return found

    def _candidates(
        self, works: Sequence[SealedAnnotation], on_hold: Collection[str]
    ) -> Iterator[_Candidate]:
        clip_ids = list(dict.fromkeys(work.clip_id for work in works))
        clips, finals = self._unit.clips.many(clip_ids), self._unit.queue.finals(clip_ids)
        redactions, now = self._unit.redactions.of_clips(clip_ids), self._unit.clock.now()
        for clip_id, passes in groupby(works, key=lambda work: work.clip_id):
            clip, marked = clips.get(clip_id), redactions.get(clip_id, ())
            if clip is None:  # of a queue that knows more than a restored folder
                self.left_out["unknown_clip"] += 1
            elif clip_id in on_hold:
                self.left_out["on_hold"] += 1
            elif reason := is_over(clip, now) or _not_yet_redacted(marked):
                self.left_out[reason] += 1
            else:
                yield _Candidate(clip, self._final(finals.get(clip_id), list(passes)), marked)

    def _judged(
        self, identity: Identity, candidates: Iterable[_Candidate], where: Predicate
    ) -> Iterator[tuple[_Candidate, SelectedClip | str]]:
        batch = list(candidates)
        works = [work for each in batch for work in each.passes]
        texts = self._access.texts(identity, works)
        in_order = iter(texts.annotations)
        ids = [work.id for work in works]
        self._released = self._unit.held_finds.released_among(ids)
        aligned = self._unit.alignments.known_among(ids)
        referenced = self._unit.references.known_among([each.clip.id for each in batch])
        for each in batch:
            annotations = [next(in_order) for _ in each.passes]
            reasons = [texts.left_out[work.id] for work in each.passes if work.id in texts.left_out]
            found = reasons[0] if reasons else self._judge(each, annotations, where)
            if not isinstance(found, str):
                unsealed, first = annotations[0], each.passes[0]
                words = (
                    self._unit.alignments.get(identity.keyring, first.id, unsealed)
                    if unsealed is not None and first.id in aligned
                    else None
                )
                reference = (
                    self._unit.references.of_clip(identity.keyring, each.clip.id)
                    if each.clip.id in referenced
                    else ""
                )
                if words is not None or reference:
                    found = replace(found, aligned=words.texts if words else (), reference=reference)
            yield each, found

    def _conventions_of(self, locale: str) -> Conventions:
        if locale not in self._by_locale:
            self._by_locale[locale] = self._conventions.of(locale)
        return self._by_locale[locale]

    def _final(self, final_id: str | None, passes: list[SealedAnnotation]) -> list[SealedAnnotation]:
        """The adjudicated annotation if there is one, else all accepted passes."""
        if final_id is None or final_id in [one.id for one in passes]:
            return passes
        return [self._unit.queue.annotation(final_id)]

    def _judge(  # noqa: PLR0911 - one for each reason
        self, candidate: _Candidate, texts: Sequence[Annotation | None], where: Predicate
    ) -> SelectedClip | str:
        clip, passes = candidate.clip, candidate.passes
        annotations = [text for text in texts if text is not None]
        if len(annotations) < len(passes):  # consent or retention ended, or it was purged, since the check
            return is_over(clip, self._unit.clock.now()) or "purged"
        conventions = self._conventions_of(clip.locale)
        if self._options.profile not in conventions.profiles:
            return "no_profile"
        by_segment = self._options.cut and len(passes) == 1
        for work, annotation in zip(passes, annotations, strict=True):
            if self._has_names_of_its_own(clip, work, annotation, conventions):
                return "personal_data_found"
            for reason in _reasons_against(
                clip, annotation, conventions, candidate.redactions, self._options, by_segment=by_segment
            ):
                if not (work.id in self._released and reason in _MAY_BE_RELEASED):
                    self._record_reasons(clip, work, annotation, reason)
                    return reason
        if len(annotations) > 1 and differing_texts(annotations, conventions):
            return PassDifference.TEXTS
        answers = self._answers(passes, annotations)
        if isinstance(answers, str):
            return answers
        merged = [with_what_segments_have(each) for each in answers]
        if difference := differing_answers(merged, conventions, clip.rate_hz):
            return difference
        return self._selected(candidate, answers, merged, conventions, where)

    def _has_names_of_its_own(
        self, clip: Clip, work: SealedAnnotation, annotation: Annotation, conventions: Conventions
    ) -> bool:
        """Whether certain personal data stands in the names of versions, or of answers to an unknown form.

        This program takes all of these from files of the workspace; a changed one may send others to a
        server.
        """
        names = [] if work.conventions_version == conventions.id else [work.conventions_version]
        if work.schema_version not in self._kept:
            names += [work.schema_version, *annotation.labels]
            names += [key for segment in annotation.segments for key in segment.labels]
        return any(_is_personal(name, clip.locale) for name in names)

    def _selected(
        self,
        candidate: _Candidate,
        answers: Sequence[Annotation],
        merged: Sequence[Annotation],
        conventions: Conventions,
        where: Predicate,
    ) -> SelectedClip | str:
        """The clip, unless the filter leaves it out: it sees the answers and flags of all segments."""
        clip, redactions = candidate.clip, candidate.redactions
        whole = _with_all_flags(merged)
        verbatim, profile = whole.text_verbatim, self._options.profile

        def words() -> int:
            return len(words_of(normalise(verbatim, conventions, profile)))

        if not where(Facts(clip, whole, words)):
            return "filtered"
        if self._options.cut:
            annotation = _with_all_flags(answers)
            reasons = _reasons_by_segment(annotation, conventions, redactions, self._options)
        else:
            annotation, reasons = whole, ()
        return SelectedClip(
            clip,
            candidate.passes[0],
            annotation,
            conventions,
            any(one.denied for one in answers),
            removed=tuple(one.removed for one in removed_sounds(redactions)),
            left_out=reasons,
        )

    def _record_reasons(
        self, clip: Clip, work: SealedAnnotation, annotation: Annotation, reason: str
    ) -> None:
        """Records what holds the work back, for a lead to decide; work of an earlier version was never
        recorded."""
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
        return [answers_of_form(one, form) for one, form in zip(annotations, forms, strict=True)]

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


def _with_all_flags(passes: Sequence[Annotation]) -> Annotation:
    """The first pass, with the flags of all."""
    first, *others = passes
    return replace(first, flags=first.flags.union(*(one.flags for one in others))) if others else first


def _not_yet_redacted(redactions: Sequence[Redaction]) -> str:
    if any(one.is_muted for one in redactions):
        return "redaction_pending"
    return "redacted_text_open" if any(one.is_text_open for one in redactions) else ""


def _takes_all(form: Schema | None, annotation: Annotation) -> bool:
    """Whether the work's form accepts all of its answers; True where the form is not known."""
    if form is None:
        return True
    answers = [(FieldScope.CLIP, annotation.labels)]
    answers += [(FieldScope.SEGMENT, segment.labels) for segment in annotation.segments]
    return all(not labels or fitting(form.per(scope), labels) == labels for scope, labels in answers)


@lru_cache(maxsize=256)  # all clips of a set have the same few
def _is_personal(name: str, locale: str) -> bool:
    """Whether certain personal data stands in a name."""
    return any(span.certainty == "certain" for span in pii.find(name.replace("_", " "), locale))


def _reasons_against(
    clip: Clip,
    annotation: Annotation,
    conventions: Conventions,
    redactions: Sequence[Redaction],
    options: SetOptions,
    *,
    by_segment: bool,
) -> Iterator[str]:
    """The reasons to leave a clip out.

    ``by_segment``: what leaves out only one segment of a set that is cut is no reason against the clip. A tag
    for personal data still is, because where it was said is not known exactly enough to cut it out.
    """
    applied = removed_sounds(redactions)
    of_segments = annotation.flags.union(*(segment.flags for segment in annotation.segments))
    for flag in _LEFT_OUT_FLAGS:
        flags = annotation.flags if by_segment and flag is not Flag.PERSONAL_DATA else of_segments
        if flag in flags and not (flag is Flag.PERSONAL_DATA and applied):
            yield f"flag_{flag}"
    for segment in annotation.segments:
        for reason in _tag_reasons(segment, conventions, applied, options):
            if not by_segment or reason == f"tag_{TagClass.PII}":
                yield reason
    answers = [*annotation.labels.values(), *(v for one in annotation.segments for v in one.labels.values())]
    typed = [*annotation.read_texts, *(answer for answer in answers if isinstance(answer, str))]
    decided = {(one.start, one.end) for one in redactions if not one.is_muted}
    is_marked = any((span.start, span.end) not in decided for span in annotation.spans)
    if is_marked or any(undenied(text, clip.locale, annotation.denied) for text in typed):
        yield "personal_data_found"
    if not annotation.text_verbatim.strip() and Flag.NO_SPEECH not in annotation.flags:
        yield "no_text"


def _reasons_by_segment(
    annotation: Annotation, conventions: Conventions, redactions: Sequence[Redaction], options: SetOptions
) -> tuple[tuple[str, str], ...]:
    """The ids of segments that are left out of a set that is cut, each with the first reason."""
    applied = removed_sounds(redactions)
    found = []
    for segment in annotation.segments:
        flags = [f"flag_{flag}" for flag in _LEFT_OUT_FLAGS if flag in segment.flags]
        reason = next(iter((*flags, *_tag_reasons(segment, conventions, applied, options))), "")
        if reason and not (reason == f"flag_{Flag.PERSONAL_DATA}" and applied):
            found.append((segment.id, reason))
    return tuple(found)


def _tag_reasons(
    segment: Segment, conventions: Conventions, applied: Sequence[RemovedSound], options: SetOptions
) -> list[str]:
    """A reason for each kind of tag in a segment that the profile leaves out.

    A tag for personal data whose words were removed does not count: nobody can hear what the text lacks.
    """
    if "[" not in segment.text:
        return []
    found: set[TagClass] = set()
    removed, repeated, before = explained_tags(segment, applied), repeated_tags(segment, applied), ""
    for token in tokenize(segment.text):
        if token.kind is TokenKind.SPACE:
            continue
        tag = conventions.tag(token.tag_name.lower()) if token.kind is TokenKind.TAG else None
        is_again, before = token.text == before and repeated > 0, token.text
        if tag is not None and tag.tag_class is TagClass.PII and (is_again or removed):
            repeated, removed = repeated - is_again, removed - (not is_again)
        elif tag is not None:
            found.add(tag.tag_class)
    profile = conventions.profile(options.profile)
    return [f"tag_{tag_class}" for tag_class in sorted(found & profile.leave_out)]
