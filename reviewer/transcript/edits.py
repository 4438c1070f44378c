"""Edits of a clip's segments: pure functions from one tuple of segments to the next, in the order of time.

Segments of different speakers may overlap, those of one speaker may not: an edit that would make them stops
at the neighbour. Times are whole frames of the clip; ``frames`` is the clip's length.
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from reviewer.model.annotation import Segment, new_segment_id
from reviewer.transcript.words import graphemes

Segments = tuple[Segment, ...]


class Edge(StrEnum):
    """An end of a segment."""

    START = "start"
    END = "end"


def in_time_order(segments: Iterable[Segment]) -> Segments:
    """Sorted by start, then end; those that are equal keep their order."""
    return tuple(sorted(segments, key=lambda each: (each.start, each.end)))


def find(segments: Segments, segment_id: str) -> Segment:
    """The segment of this id; raises KeyError if there is none."""
    for each in segments:
        if each.id == segment_id:
            return each
    raise KeyError(segment_id)


def add(segments: Segments, start: int, end: int, frames: int, speaker: str = "") -> Segments:
    """A new empty segment from ``start`` to ``end``, shortened where its speaker has one already.

    Nothing changes if no frame is left of it.
    """
    start, end = max(0, min(start, end)), min(frames, max(start, end))
    for other in _of_speaker(segments, speaker):
        if other.start <= start < other.end:
            start = other.end
        elif start < other.start < end:
            end = other.start
    if start >= end:
        return segments
    return in_time_order((*segments, Segment(new_segment_id(), start, end, speaker=speaker)))


def delete(segments: Segments, segment_id: str) -> Segments:
    """All but this segment."""
    find(segments, segment_id)
    return tuple(each for each in segments if each.id != segment_id)


def set_text(segments: Segments, segment_id: str, text: str) -> Segments:
    """One segment with another text."""
    return _with(segments, replace(find(segments, segment_id), text=text))


def set_times(segments: Segments, segment_id: str, start: int, end: int, frames: int) -> Segments:
    """Moves a segment as far as the clip and its speaker's neighbours allow; at least a frame of it stays."""
    segment = find(segments, segment_id)
    low, high = _room(segments, segment, frames)
    start = min(max(start, low), high - 1)
    return _with(segments, replace(segment, start=start, end=max(min(end, high), start + 1)))


def move_edge(segments: Segments, segment_id: str, edge: Edge, frame: int, frames: int) -> Segments:
    """Moves one end; a neighbour of the same speaker that touches it there moves with it (a shared border).

    Neither of the two loses its last frame.
    """
    segment = find(segments, segment_id)
    at = segment.start if edge is Edge.START else segment.end
    touching = [
        each
        for each in _of_speaker(segments, segment.speaker)
        if each.id != segment_id and (each.end if edge is Edge.START else each.start) == at
    ]
    if not touching:
        start, end = (frame, segment.end) if edge is Edge.START else (segment.start, frame)
        if edge is Edge.START:
            start = min(start, segment.end - 1)
        else:
            end = max(end, segment.start + 1)
        return set_times(segments, segment_id, start, end, frames)
    before, after = (touching[0], segment) if edge is Edge.START else (segment, touching[0])
    border = min(max(frame, before.start + 1), after.end - 1)
    return _with(_with(segments, replace(before, end=border)), replace(after, start=border))


def split(segments: Segments, segment_id: str, frame: int | None, offset: int | None) -> Segments:
    """Cuts a segment in two at a frame, at a place in its text (in code points), or at both.

    Where only one is given, the other is in proportion: text by its characters, and never inside a word; time
    by the characters before the place. The labels and flags stay with both. Nothing changes when a half would
    have no frame.
    """
    segment = find(segments, segment_id)
    if frame is None and offset is None:
        return segments
    if offset is None:
        share = (frame - segment.start) / (segment.end - segment.start) if frame is not None else 0.0
        offset = _nearest_gap(segment.text, share)
    if frame is None:
        counted = len(graphemes(segment.text))
        share = len(graphemes(segment.text[:offset])) / counted if counted else 0.5
        frame = segment.start + round(share * (segment.end - segment.start))
        frame = min(max(frame, segment.start + 1), segment.end - 1)
    if not segment.start < frame < segment.end:
        return segments
    first = replace(segment, end=frame, text=segment.text[:offset].rstrip())
    second = replace(segment, id=new_segment_id(), start=frame, text=segment.text[offset:].lstrip())
    return in_time_order((*_with(segments, first), second))


def join_with_next(segments: Segments, segment_id: str) -> Segments:
    """One segment of this one and the next of its speaker, with both texts, labels and flags.

    Of a label that both have, the first one's stays. Nothing changes if there is no next.
    """
    segment = find(segments, segment_id)
    own = _of_speaker(segments, segment.speaker)
    place = own.index(segment)
    if place + 1 == len(own):
        return segments
    following = own[place + 1]
    text = " ".join(part for part in (segment.text.rstrip(), following.text.lstrip()) if part)
    joined = replace(
        segment,
        end=max(segment.end, following.end),
        text=text,
        labels={**following.labels, **segment.labels},
        earlier={
            form: {**following.earlier.get(form, {}), **segment.earlier.get(form, {})}
            for form in (*segment.earlier, *following.earlier)
        },
        flags=segment.flags | following.flags,
    )
    return _with(delete(segments, following.id), joined)


def extend_from_previous(segments: Segments, segment_id: str) -> Segments:
    """Lets a segment start where the one before it ends, whoever speaks there; not over its own speaker's."""
    segment = find(segments, segment_id)
    ends = [each.end for each in segments if each.id != segment_id and each.end <= segment.start]
    return _with(segments, replace(segment, start=max(ends))) if ends else segments


def set_speaker(segments: Segments, segment_id: str, speaker: str) -> Segments:
    """Gives a segment to a speaker; nothing changes where that speaker has one at the same time."""
    segment = find(segments, segment_id)
    if any(_overlap(segment, each) for each in _of_speaker(segments, speaker) if each.id != segment_id):
        return segments
    return _with(segments, replace(segment, speaker=speaker))


def rename_speaker(segments: Segments, speaker: str, name: str) -> Segments:
    """Another name for a speaker, everywhere. A name that is taken merges the two if they never overlap.

    Raises ValueError when they do: they cannot be one person.
    """
    theirs = _of_speaker(segments, speaker)
    if name != speaker and any(_overlap(a, b) for a in theirs for b in _of_speaker(segments, name)):
        raise ValueError("the two speakers overlap")
    return tuple(replace(each, speaker=name) if each.speaker == speaker else each for each in segments)


def snapped(frame: int, segments: Segments, tolerance_frames: int, *, but: str = "") -> int:
    """The nearest edge of a segment within the tolerance, else the frame itself; ``but`` is left out."""
    edges = [edge for each in segments if each.id != but for edge in (each.start, each.end)]
    nearest = min(edges, key=lambda edge: abs(edge - frame), default=frame)
    return nearest if abs(nearest - frame) <= tolerance_frames else frame


def speakers(segments: Segments) -> tuple[str, ...]:
    """The names of all speakers, in the order in which they first speak."""
    return tuple(dict.fromkeys(each.speaker for each in segments if each.speaker))


def _with(segments: Segments, changed: Segment) -> Segments:
    return in_time_order(changed if each.id == changed.id else each for each in segments)


def _of_speaker(segments: Segments, speaker: str) -> list[Segment]:
    return [each for each in segments if each.speaker == speaker]


def _overlap(a: Segment, b: Segment) -> bool:
    return a.start < b.end and b.start < a.end


def _room(segments: Segments, segment: Segment, frames: int) -> tuple[int, int]:
    """How far a segment may reach: to its speaker's neighbours, or the ends of the clip."""
    others = [each for each in _of_speaker(segments, segment.speaker) if each.id != segment.id]
    low = max((each.end for each in others if each.end <= segment.start), default=0)
    high = min((each.start for each in others if each.start >= segment.end), default=frames)
    return low, high


def _nearest_gap(text: str, share: float) -> int:
    """The space nearest to a share of the text; its start or end where it has no space."""
    wanted = share * len(text)
    gaps = [0, len(text), *(place for place, c in enumerate(text) if c.isspace())]
    return min(gaps, key=lambda gap: abs(gap - wanted))
