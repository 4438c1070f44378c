"""Makes the rows of a labelled set from a selected clip: one for the clip, or one for each segment."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple, Self

from reviewer.errors import Refused
from reviewer.formats.dataset import Utterance, UtteranceSegment, UtteranceWord, utterance_id
from reviewer.lead.keyed_hashes import Pseudonyms
from reviewer.lead.set_options import SetOptions
from reviewer.lead.splits import Splits
from reviewer.model.annotation import Annotation, Flag, LabelValue, Segment
from reviewer.model.clip import Clip
from reviewer.model.intervals import Span, subtract
from reviewer.model.task import SealedAnnotation
from reviewer.session.clip_answers import clean_answer, one_line
from reviewer.transcript.aligned_texts import AlignedText
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.normalisation import normalise
from reviewer.transcript.word_times import timed_words

_FLAGS = frozenset(flag.value for flag in Flag)
_ID_PART = re.compile("[a-z0-9]+")
_MILLISECONDS = 1000
_SHORTEST_MS = 2
"""Ids have whole milliseconds: of rows that begin a millisecond apart, two can have one id (1.5 and 2.5 are
both rounded to 2)."""


@dataclass(frozen=True, slots=True)
class SelectedClip:
    """A clip that goes into the set.

    ``accepted`` is the exported annotation, ``annotation`` its content, with the flags of all passes.
    ``has_denied``: likely personal data is none, said an author. ``removed`` are the frames whose samples a
    redaction replaced. ``left_out`` has the reason for each segment, by id, that is no row of a cut set.
    """

    clip: Clip
    accepted: SealedAnnotation
    annotation: Annotation
    conventions: Conventions
    has_denied: bool = False
    aligned: tuple[AlignedText, ...] = ()
    removed: tuple[Span, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row, the id of its annotation, and the frames ``start`` to ``end`` of the clip's stored sound."""

    utterance: Utterance
    annotation_id: str
    start: int
    end: int
    is_whole: bool
    keeps_samples: bool
    """Neither rate nor channels differ from the stored sound's."""


class RowMaker:
    """Makes rows by the options of one export; ``left_out`` counts segments that are no row, by reason."""

    def __init__(self, names: Pseudonyms, splits: Splits, options: SetOptions) -> None:
        self._names = names
        self._splits = splits
        self._options = options
        self._suffix = options.audio.value  # a plain text is pickled in less time than an enum
        self.left_out: Counter[str] = Counter()

    def rows_of(self, selected: SelectedClip) -> Iterator[Row]:
        """The rows of a clip, in the order of time. Raises Refused if it lacks the chosen channel."""
        if self._options.channel > selected.clip.channels:
            raise Refused("EXPORT_CHANNEL_MISSING", clip=selected.clip.id, channel=self._options.channel)
        if not self._options.cut:
            if _is_all_removed(0, selected.clip.frames, selected):
                self.left_out["sound_removed"] += 1
            else:
                yield self._whole(selected)
            return
        reasons = dict(selected.left_out)
        segments = selected.annotation.segments
        for segment in segments:
            others = [each for each in segments if each.id != segment.id]
            reason = reasons.get(segment.id) or self._reason_against(segment, others, selected)
            if reason:
                self.left_out[reason] += 1
            else:
                yield self._cut(selected, segment, others)

    def _reason_against(self, segment: Segment, others: Sequence[Segment], selected: SelectedClip) -> str:
        clip = selected.clip
        if not segment.text.strip():
            return "no_text"
        if segment.end > clip.frames:
            return "segment_times"
        if (segment.end - segment.start) * _MILLISECONDS < _SHORTEST_MS * clip.rate_hz:
            return "time_below_millisecond"
        if any(each.start < segment.end and segment.start < each.end for each in others if each.text.strip()):
            return "segment_overlaps"
        if _is_all_removed(segment.start, segment.end, selected):
            return "sound_removed"
        return ""

    def _whole(self, selected: SelectedClip) -> Row:
        clip, annotation = selected.clip, selected.annotation
        return self._row(selected, annotation.segments, 0, clip.frames, self._names.speaker(clip))

    def _cut(self, selected: SelectedClip, segment: Segment, others: Sequence[Segment]) -> Row:
        start, end = borders(segment, others, selected, self._options.margin_ms)
        return self._row(selected, (segment,), start, end, self._speaker(selected, segment))

    def _row(
        self, selected: SelectedClip, segments: Sequence[Segment], start: int, end: int, speaker: str
    ) -> Row:
        clip, accepted, annotation = selected.clip, selected.accepted, selected.annotation
        is_whole = (start, end) == (0, clip.frames)
        frame = _Frames.of_row(clip.rate_hz, self._options.rate_of(clip.rate_hz), start, end)
        part = segments[0] if self._options.cut else None
        labels, flags = _answers(annotation, part)
        ordered = sorted(segments, key=lambda each: (each.start, each.end))
        verbatim = "\n".join(each.text for each in ordered)
        parts = tuple([self._segment(selected, each, frame) for each in ordered])
        is_one = len(parts) == 1
        utterance = Utterance(
            id=_id_of(clip, speaker, start, end),
            clip_id=clip.id,
            speaker=intern(speaker),  # one string for the rows of all clips that share it
            locale=intern(clip.locale),
            product=intern(clip.product),
            frames=frame.frames,
            rate_hz=frame.to_hz,
            channels=self._options.channels_of(clip.channels),
            text=parts[0].text if is_one else self._text(verbatim, selected.conventions),
            text_verbatim=parts[0].text_verbatim if is_one else one_line(verbatim),
            labels=labels,
            flags=flags,
            schema_version=intern(accepted.schema_version),
            conventions_version=intern(accepted.conventions_version),
            split=self._splits.of(self._names.speaker(clip)),
            segments=parts,
            words=tuple(word for each in ordered for word in self._words(selected, each, frame))
            if selected.aligned
            else (),
            reference=selected.reference,
            audio=self._suffix,
            conventions=selected.conventions,
            profile=self._options.profile,
        )
        keeps_samples = (utterance.rate_hz, utterance.channels) == (clip.rate_hz, clip.channels)
        return Row(utterance, accepted.id, start, end, is_whole, keeps_samples)

    def _segment(self, selected: SelectedClip, segment: Segment, frame: "_Frames") -> UtteranceSegment:
        start, end = frame.of_segment(segment)
        return UtteranceSegment(
            start=start,
            end=end,
            speaker=self._speaker(selected, segment),
            text=self._text(segment.text, selected.conventions),
            text_verbatim=one_line(segment.text),
            labels={key: clean_answer(value) for key, value in segment.labels.items()},
            flags=segment.flags & _FLAGS,  # whatever else a changed program put there stays out of sets
        )

    def _words(self, selected: SelectedClip, segment: Segment, frame: "_Frames") -> Iterator[UtteranceWord]:
        """The words of a segment whose times are known; none if they are not the words of its text."""
        aligned = next((each for each in selected.aligned if each.segment_id == segment.id), None)
        if aligned is None or not aligned.words:
            return
        speaker = self._speaker(selected, segment)
        _, end = frame.of_segment(segment)
        words = [
            UtteranceWord(
                min(frame.of(each.from_frame), end - 1),
                max(frame.of(each.to_frame), min(frame.of(each.from_frame) + 1, end)),
                text,
                speaker,
            )
            for each in timed_words(segment.text, aligned.words, segment.start, segment.end)
            if (text := self._text(segment.text[each.start : each.end], selected.conventions))
        ]
        text = self._text(segment.text, selected.conventions)
        if "".join(each.text for each in words).replace(" ", "") == text.replace(" ", ""):
            yield from words

    def _speaker(self, selected: SelectedClip, segment: Segment) -> str:
        """The clip's speaker where only one speaks, else a pseudonym for each who does in this clip."""
        if len({each.speaker for each in selected.annotation.segments}) == 1:
            return self._names.speaker(selected.clip)
        return self._names.speaker_within(selected.clip, segment.speaker)

    def _text(self, verbatim: str, conventions: Conventions) -> str:
        return normalise(verbatim, conventions, self._options.profile)


def start_of_id(speaker: str, clip_id: str) -> str:
    """What the id of a clip's row begins with, so that sorting clips by it puts their rows in order.

    This does not hold where segments are rows, because each segment has a speaker of its own.
    """
    return f"{speaker}-{_clip_part(clip_id)}-"


def _clip_part(clip_id: str) -> str:
    lower = clip_id.lower()
    return lower if _ID_PART.fullmatch(lower) else "".join(c for c in lower if c.isascii() and c.isalnum())


def _id_of(clip: Clip, speaker: str, start: int, end: int) -> str:
    milliseconds = (round(each * 1000 / clip.rate_hz) for each in (start, end))
    return utterance_id(speaker, _clip_part(clip.id), *milliseconds)


def _answers(annotation: Annotation, part: Segment | None) -> tuple[dict[str, LabelValue], frozenset[Flag]]:
    """The answers and flags of the clip, and of the segment that is cut out of it."""
    labels = {**annotation.labels, **(part.labels if part else {})}
    flags = [Flag(name) for name in part.flags if name in _FLAGS] if part else []
    return {key: clean_answer(value) for key, value in labels.items()}, annotation.flags.union(flags)


def borders(
    segment: Segment, others: Sequence[Segment], selected: SelectedClip, margin_ms: int
) -> tuple[int, int]:
    """The frames of a cut segment: its own, and a margin that stops at others' speech and removed sound."""
    clip = selected.clip
    margin = round(margin_ms * clip.rate_hz / 1000)
    spoken = [Span(each.start, each.end) for each in others if each.text.strip()]
    near = (*spoken, *selected.removed)
    before = max((each.end for each in near if each.end <= segment.start), default=0)
    after = min((each.start for each in near if each.start >= segment.end), default=clip.frames)
    if any(each.start < segment.start < each.end for each in near):
        before = segment.start
    if any(each.start < segment.end < each.end for each in near):
        after = segment.end
    return max(segment.start - margin, before, 0), min(segment.end + margin, after, clip.frames)


def _is_all_removed(start: int, end: int, selected: SelectedClip) -> bool:
    """Whether redactions removed all sound from these frames, so that a row of them would be silence."""
    return bool(selected.removed) and not subtract([Span(start, end)], selected.removed)


class _Frames(NamedTuple):
    """The frames of a row's own audio, which begins at ``start`` of the clip and may have another rate."""

    from_hz: int
    to_hz: int
    start: int
    end: int
    frames: int

    @classmethod
    def of_row(cls, from_hz: int, to_hz: int, start: int, end: int) -> Self:
        return cls(from_hz, to_hz, start, end, -(-(end - start) * to_hz // from_hz))

    def of(self, clip_frame: int) -> int:
        """A frame of the clip as a frame of the row, limited to the row's ends."""
        from_hz, to_hz, start, end, frames = self
        if clip_frame >= end:
            return frames
        return (clip_frame - start) * to_hz // from_hz if clip_frame > start else 0

    def of_segment(self, segment: Segment) -> tuple[int, int]:
        """The frames of a segment: one at least, even where it is shorter; none if it is not in the row."""
        start, end = self.of(segment.start), self.of(segment.end)
        if start < end or segment.start >= self.end or segment.end <= self.start:
            return start, end
        start = min(start, self.frames - 1)
        return start, start + 1
