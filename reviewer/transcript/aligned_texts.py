"""The words of segments as an aligner found them in the sound; they follow the text while it is edited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from reviewer.model.hypothesis import Word
from reviewer.transcript.text_times import TextTimes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reviewer.model.annotation import Segment


@dataclass(frozen=True, slots=True)
class AlignedText:
    """The words of a segment's text, in frames of the clip, as found between ``start`` and ``end``.

    Words that the aligner does not know are missing.
    """

    segment_id: str
    start: int
    end: int
    text: str
    words: tuple[Word, ...]

    def is_of(self, segment: "Segment") -> bool:
        """Whether the segment still has this text and these borders."""
        return (segment.id, segment.start, segment.end, segment.text) == (
            self.segment_id,
            self.start,
            self.end,
            self.text,
        )


@dataclass(frozen=True, slots=True)
class AlignedTexts:
    """What was aligned of a clip, by the segment; some of it may be older than the text is now."""

    by_segment: "Mapping[str, AlignedText]" = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, found: Iterable[AlignedText]) -> "AlignedTexts":
        return cls().with_found(found)

    def with_found(self, found: Iterable[AlignedText]) -> "AlignedTexts":
        """With newer alignments in place of those of the same segments."""
        newer = {each.segment_id: each for each in found}
        return AlignedTexts(MappingProxyType({**self.by_segment, **newer}))

    def unaligned(self, segments: Iterable["Segment"]) -> "tuple[Segment, ...]":
        """The segments with a text that was not aligned as it is now."""
        return tuple(each for each in segments if each.text.strip() and not self._is_present(each))

    def words_of(self, segment: "Segment", segments: Iterable["Segment"]) -> tuple[Word, ...]:
        """The aligned words among which those of a segment's text are; ``segments`` are all of the clip.

        Its own where it is as it was aligned. Else also those of changed or removed segments in its frames:
        a split or join takes the words along. Another speaker's at the same time are not among them.
        """
        own = self.by_segment.get(segment.id)
        if own is not None and own.is_of(segment):
            return own.words
        present = {each.id for each in segments if each.id != segment.id and self._is_present(each)}
        words = [
            word
            for each in self.by_segment.values()
            if each.segment_id not in present
            for word in each.words
            if word.start < segment.end and segment.start < word.end
        ]
        return tuple(sorted(words, key=lambda word: word.start))

    def followed(self, segments: "Sequence[Segment]") -> tuple[AlignedText, ...]:
        """The alignments as the segments are now: of a changed text the words that still stand in it."""
        found = []
        for segment in segments:
            words = self.words_of(segment, segments)
            if words and not self._is_present(segment):
                words = _standing(segment, words)
            if words or self._is_present(segment):
                found.append(AlignedText(segment.id, segment.start, segment.end, segment.text, words))
        return tuple(found)

    def _is_present(self, segment: "Segment") -> bool:
        own = self.by_segment.get(segment.id)
        return own is not None and own.is_of(segment)


def _standing(segment: "Segment", words: Sequence[Word]) -> tuple[Word, ...]:
    times = TextTimes(segment.text, words, segment.start, segment.end)
    return tuple(
        Word(segment.text[each.start : each.end], each.from_frame, each.to_frame)
        for each in times.words
        if each.is_exact
    )
