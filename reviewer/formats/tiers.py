"""Tiers of an annotation tool: one for each speaker, more where the spans of a speaker overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.formats.dataset import Utterance, segments_of


@dataclass(frozen=True, slots=True)
class TierSpan:
    """Frames ``start`` to ``end`` (exclusive), and their text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Tier:
    """Spans of one speaker in the order of time, none of which overlap. ``has_words``: each is a word."""

    name: str
    speaker: str
    spans: tuple[TierSpan, ...]
    has_words: bool


def tiers_of(utterance: Utterance) -> list[Tier]:
    """The segments of an utterance with their verbatim texts, then its words, as tiers with unique names."""
    segments = [
        (one.speaker, TierSpan(one.start, one.end, one.text_verbatim)) for one in segments_of(utterance)
    ]
    words = [(one.speaker, TierSpan(one.start, one.end, one.text)) for one in utterance.words]
    return [*_tiers(segments, has_words=False), *_tiers(words, has_words=True)]


def _tiers(spoken: Sequence[tuple[str, TierSpan]], *, has_words: bool) -> Iterator[Tier]:
    for speaker in sorted({speaker for speaker, _ in spoken}):
        spans = sorted((one for who, one in spoken if who == speaker), key=lambda one: (one.start, one.end))
        rows: list[list[TierSpan]] = []
        for span in spans:
            row = next((row for row in rows if row[-1].end <= span.start), None)
            if row is None:
                rows.append([span])
            else:
                row.append(span)
        for number, row in enumerate(rows, start=1):
            name = f"{speaker} words" if has_words else speaker
            yield Tier(name if number == 1 else f"{name} {number}", speaker, tuple(row), has_words)
