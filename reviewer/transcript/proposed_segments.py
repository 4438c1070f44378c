"""Proposes segments where speech was detected: phrases of a length that can be typed from memory."""

from collections.abc import Sequence

from reviewer.model.annotation import Segment, new_segment_id
from reviewer.model.intervals import Span, clip_to_length
from reviewer.transcript.edits import Segments

MERGED_BELOW_MS = 200
"""A shorter pause between passages, which have 100 ms of their own at each end, does not end a segment."""
LONGEST_MS = 6_000
"""A longer segment is split at its pauses, as far as it has any."""
PAD_MS = 100
"""How much is added at both ends, so that soft beginnings and endings are inside."""


def proposed_segments(speech: Sequence[Span], frames: int, rate_hz: int) -> Segments:
    """Empty segments over the passages of speech of a clip, in the order of time; none overlaps another.

    Passages with less than 0.2 s between them become one; one of more than 6 s is split at its longest pause
    until no part is longer or no pause is left. Each gets 0.1 s at both ends; where less than 0.2 s are
    between two, they meet in the middle.

    Args:
        speech: passages of speech, in any order; what is outside the clip is ignored.
        frames: the clip's length.
        rate_hz: frames a second.
    """
    passages = clip_to_length(((each.start, each.end) for each in speech), frames)
    phrases: list[Span] = []
    for run in _runs(passages, MERGED_BELOW_MS * rate_hz // 1000):
        phrases.extend(_split(run, LONGEST_MS * rate_hz // 1000))
    pad = PAD_MS * rate_hz // 1000
    segments = []
    for place, phrase in enumerate(phrases):
        low = 0 if place == 0 else _middle(phrases[place - 1], phrase)
        high = frames if place + 1 == len(phrases) else _middle(phrase, phrases[place + 1])
        start, end = max(phrase.start - pad, low), min(phrase.end + pad, high)
        segments.append(Segment(new_segment_id(), start, end))
    return tuple(segments)


def _runs(passages: Sequence[Span], merged_below: int) -> list[list[Span]]:
    """Neighbours with shorter pauses between them, together."""
    runs: list[list[Span]] = []
    for each in passages:
        if runs and each.start - runs[-1][-1].end < merged_below:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _split(run: list[Span], longest: int) -> list[Span]:
    """One span over the run, or several, cut at its longest pauses; of equal ones, at the most central."""
    parts, phrases = [run], []
    while parts:
        part = parts.pop()
        start, end = part[0].start, part[-1].end
        if end - start <= longest or len(part) == 1:
            phrases.append(Span(start, end))
            continue
        cut = max(
            range(1, len(part)),
            key=lambda place: (
                part[place].start - part[place - 1].end,
                -abs(part[place].start + part[place - 1].end - start - end),
            ),
        )
        parts += [part[cut:], part[:cut]]
    return phrases


def _middle(before: Span, after: Span) -> int:
    return (before.end + after.start) // 2
