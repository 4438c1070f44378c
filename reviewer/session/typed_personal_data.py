"""Personal data in what was typed: found across segments, and replaced by a tag and a span of the sound."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reviewer.errors import Notice
from reviewer.model.annotation import Annotation, Flag, PersonalDataKind, PersonalDataSpan, Segment
from reviewer.privacy.pii import PiiKind, PiiSpan, find
from reviewer.privacy.text_matching import TextSpans
from reviewer.transcript.checks import TextProblem, check_text
from reviewer.transcript.conventions import Conventions
from reviewer.transcript.text_checker import pieces
from reviewer.transcript.word_times import TimedWord

TimesOf = Callable[[Segment], Sequence[TimedWord]]
Find = Callable[[str, str], Sequence[PiiSpan]]
"""Finds personal data in a text of a locale: ``find``, or one that remembers."""
_MOST_WINDOWS = 20_000
_DETAILS = {PiiKind.EMAIL: "email", PiiKind.PHONE: "phone", PiiKind.CARD: "card"}
_OTHER_DETAIL = "id"


@dataclass(frozen=True, slots=True)
class TextPart:
    """Characters [start, end) of a segment's text."""

    segment_id: str
    start: int
    end: int

    def overlaps(self, other: "TextPart") -> bool:
        """Whether both have a character."""
        return self.segment_id == other.segment_id and self.start < other.end and other.start < self.end

    def is_in(self, other: "TextPart") -> bool:
        """Whether the other has all of its characters."""
        return self.segment_id == other.segment_id and other.start <= self.start and self.end <= other.end


@dataclass(frozen=True, slots=True)
class TypedPersonalData:
    """One find: its parts, in the order of the segments; ``words`` as typed, on one line."""

    kind: PiiKind
    is_certain: bool
    parts: tuple[TextPart, ...]
    words: str


class PersonalDataFinder:
    """``typed_personal_data`` with a memory, which ``forget`` clears when the clip leaves the screen.

    A long text is searched in windows of two neighbouring pieces that overlap by one, so that after a key
    press only two windows are searched again. A piece has at least 160 characters; a find that is longer than
    a piece may be found in parts.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[PiiSpan, ...]] = {}

    def find(self, text: str, locale: str) -> tuple[PiiSpan, ...]:
        """What ``find`` finds; of finds that overlap the longest."""
        if len(self._found) > _MOST_WINDOWS:
            self.forget()
        cut = list(pieces(text))
        if len(cut) < 2:
            return self._of_window(text, locale)
        spans = [
            replace(span, start=span.start + start, end=span.end + start)
            for (start, one), (_, other) in pairwise(cut)
            for span in self._of_window(one + other, locale)
        ]
        taken = TextSpans()
        longest_first = sorted(spans, key=lambda span: (span.start - span.end, span.start))
        kept = [span for span in longest_first if taken.add(span.start, span.end)]
        return tuple(sorted(kept, key=lambda span: span.start))

    def forget(self) -> None:
        """Removes every text from memory."""
        self._found.clear()

    def _of_window(self, text: str, locale: str) -> tuple[PiiSpan, ...]:
        found = self._found.get((text, locale))
        if found is None:
            found = self._found[text, locale] = find(text, locale)
        return found


def typed_personal_data(
    annotation: Annotation, locale: str, find_in: Find = find
) -> tuple[TypedPersonalData, ...]:
    """What the detection finds in the texts of all segments, read as one: a number may go on in the next.

    Where several speak, one may go on after the other's words: what each says is read alone as well.
    """
    found = list(_found_in(annotation.segments, locale, find_in))
    for segments in annotation.segments_by_speaker:
        for one in _found_in(segments, locale, find_in):
            if len(one.parts) > 1:
                found = _with_longer(found, one)
    order = {segment.id: place for place, segment in enumerate(annotation.segments)}
    return tuple(sorted(found, key=lambda one: (order[one.parts[0].segment_id], one.parts[0].start)))


def _with_longer(found: list[TypedPersonalData], one: TypedPersonalData) -> list[TypedPersonalData]:
    """The finds with another in place of those that it holds; without it, if it only touches one of them.

    They stay disjoint, and what is left of it is found when that one has become a tag.
    """
    held = [each for each in found if all(any(map(part.is_in, one.parts)) for part in each.parts)]
    others = [each for each in found if each not in held]
    if any(part.overlaps(mine) for each in others for part in each.parts for mine in one.parts):
        return found
    return [*others, replace(one, is_certain=one.is_certain or any(each.is_certain for each in held))]


def _found_in(segments: Sequence[Segment], locale: str, find_in: Find) -> Iterator[TypedPersonalData]:
    """What is found in the texts of these segments, read as one."""
    text = "\n".join(segment.text for segment in segments)
    starts, place = [], 0
    for segment in segments:
        starts.append(place)
        place += len(segment.text) + 1
    for span in find_in(text, locale):
        yield TypedPersonalData(
            span.kind,
            span.certainty == "certain",
            tuple(_parts(segments, starts, span.start, span.end)),
            " ".join(text[span.start : span.end].split()),
        )


def check_typed(text: str, conventions: Conventions) -> tuple[TextProblem, ...]:
    """What ``check_text`` finds, and personal data, in one piece of text; shown while somebody types.

    ``refused`` later reads all segments as one.
    """
    finds = [
        TextProblem(
            span.start,
            span.end,
            Notice("PERSONAL_DATA_HERE" if span.certainty == "certain" else "PERSONAL_DATA_MAYBE_HERE"),
            blocks=False,
        )
        for span in find(text, conventions.clip_locale)
    ]
    if not finds:
        return check_text(text, conventions)
    return tuple(sorted((*check_text(text, conventions), *finds), key=lambda one: (one.start, -one.end)))


def refused(annotation: Annotation, locale: str, find_in: Find = find) -> tuple[Notice, ...]:
    """The notice that prevents a submission while certain personal data stands in the text."""
    count = sum(found.is_certain for found in typed_personal_data(annotation, locale, find_in))
    return (Notice("PERSONAL_DATA_TYPED", {"count": count}),) if count else ()


def tagged(annotation: Annotation, found: Sequence[TypedPersonalData], times_of: TimesOf) -> Annotation:
    """The annotation with each part replaced by a tag, a marked span over its sound, and the personal-data
    flag.

    Where the time of a word is only estimated, the span reaches to the next known time: rather too much is
    silenced than too little.
    """
    texts = {segment.id: segment.text for segment in annotation.segments}
    by_id = {segment.id: segment for segment in annotation.segments}
    spans = list(annotation.spans)
    for one in reversed(found):
        detail = _DETAILS.get(one.kind, _OTHER_DETAIL)
        for part in reversed(one.parts):
            spans.append(_span(by_id[part.segment_id], part, one.kind, times_of))
            text = texts[part.segment_id]
            texts[part.segment_id] = f"{text[: part.start]}[pii:{detail}]{text[part.end :]}"
    return replace(
        annotation,
        segments=tuple(replace(one, text=texts[one.id]) for one in annotation.segments),
        spans=tuple(sorted(set(spans), key=lambda span: (span.start, span.end, span.kind))),
        flags=annotation.flags | {Flag.PERSONAL_DATA} if found else annotation.flags,
    )


def _parts(segments: Sequence[Segment], starts: Sequence[int], start: int, end: int) -> Iterator[TextPart]:
    for index in range(bisect_right(starts, start) - 1, len(segments)):
        segment, offset = segments[index], starts[index]
        if offset >= end:
            return
        low, high = max(start - offset, 0), min(end - offset, len(segment.text))
        if segment.text[low:high].strip():
            yield TextPart(segment.id, low, high)


def _span(segment: Segment, part: TextPart, kind: PiiKind, times_of: TimesOf) -> PersonalDataSpan:
    words = times_of(segment)
    inside = [word for word in words if word.start < part.end and part.start < word.end]
    first, last = segment.start, segment.end
    if inside and inside[0].is_exact:
        first = inside[0].from_frame
    else:
        first = max([first, *(word.to_frame for word in words if word.is_exact and word.end <= part.start)])
    if inside and inside[-1].is_exact:
        last = inside[-1].to_frame
    else:
        last = min([last, *(word.from_frame for word in words if word.is_exact and word.start >= part.end)])
    if first >= last:
        first, last = segment.start, segment.end
    is_email = kind is PiiKind.EMAIL
    return PersonalDataSpan(first, last, PersonalDataKind.EMAIL if is_email else PersonalDataKind.NUMBER)
