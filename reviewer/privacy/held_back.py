"""What in somebody's work holds a clip back: found, flagged or tagged as personal data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reviewer.model.annotation import Annotation, Flag, Segment
from reviewer.model.held_back import HeldCode
from reviewer.model.intervals import Span
from reviewer.privacy.denial import undenied
from reviewer.privacy.redaction import TAG_NAME
from reviewer.transcript.tokens import TokenKind, tokenize


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to hold work back; ``span`` is the segment's, None for the clip as a whole."""

    code: HeldCode
    kind: str = ""
    span: Span | None = None


def reasons_in(annotation: Annotation, locale: str) -> tuple[Reason, ...]:
    """Every reason in an annotation, in the order of its segments."""
    return tuple(_reasons_in(annotation, locale))


def _reasons_in(annotation: Annotation, locale: str) -> Iterator[Reason]:
    if Flag.PERSONAL_DATA in annotation.flags:
        yield Reason(HeldCode.FLAG)
    for segment in annotation.segments:
        yield from _reasons_in_segment(segment, locale, annotation.denied)
    answers = (answer for answer in annotation.labels.values() if isinstance(answer, str))
    yield from _finds(answers, locale, annotation.denied, None)
    if not any(undenied(segment.text, locale, annotation.denied) for segment in annotation.segments):
        # split over segments
        finds = _finds(annotation.read_texts, locale, annotation.denied, None)
        yield from dict.fromkeys(finds)


def _reasons_in_segment(segment: Segment, locale: str, denied: frozenset[str]) -> Iterator[Reason]:
    span = Span(segment.start, segment.end)
    if Flag.PERSONAL_DATA.value in segment.flags:
        yield Reason(HeldCode.FLAG, span=span)
    answers = (answer for answer in segment.labels.values() if isinstance(answer, str))
    yield from _finds((segment.text, *answers), locale, denied, span)
    for token in tokenize(segment.text):
        if token.kind is TokenKind.TAG and token.tag_name.lower() == TAG_NAME:
            yield Reason(HeldCode.TAG, token.tag_detail or "", span)


def _finds(texts: Iterable[str], locale: str, denied: frozenset[str], span: Span | None) -> Iterator[Reason]:
    for text in texts:
        for find in undenied(text, locale, denied):
            yield Reason(HeldCode.TEXT, find.kind.value, span)
