"""Texts with times in other people's sources, as the draft of a clip and its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_LONGEST_WORD = 64


@dataclass(frozen=True, slots=True)
class TimedSegment:
    """What is said between two times of a recording, in seconds."""

    start: float
    end: float
    text: str


def in_order(segments: Iterable[TimedSegment]) -> tuple[TimedSegment, ...]:
    """The segments that have text, by time."""
    return tuple(
        sorted((one for one in segments if one.text.strip()), key=lambda one: (one.start, one.end, one.text))
    )


def draft_of(segments: Iterable[TimedSegment]) -> str:
    """The texts of segments as one draft."""
    return " ".join(" ".join(one.text.split()) for one in in_order(segments))


def words_of(segments: Iterable[TimedSegment]) -> list[dict[str, Any]]:
    """The words of a manifest: each word of a segment gets a share of its time by its letters.

    Such times are a guide for the eye, as good as the segments are short; a segment of one word has its own.
    """
    words: list[dict[str, Any]] = []
    for segment in in_order(segments):
        pieces = [piece for word in segment.text.split() for piece in _pieces(word)]
        letters, total = 0, sum(map(len, pieces))
        seconds = segment.end - segment.start
        for piece in pieces:
            start = segment.start + seconds * letters / total
            letters += len(piece)
            words.append({"word": piece, "start": start, "end": segment.start + seconds * letters / total})
    return words


def _pieces(word: str) -> list[str]:
    """A word, cut if it is too long for one, as a sentence of a script without spaces may be."""
    return [word[place : place + _LONGEST_WORD] for place in range(0, len(word), _LONGEST_WORD)]
