"""The acts of the desk on a document by name, as shortcuts and buttons have them."""

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.model.annotation import Segment
from reviewer.model.intervals import Span
from reviewer.transcript.document import Document
from reviewer.transcript.edits import Edge
from reviewer.transcript.proposed_segments import proposed_segments
from reviewer.transcript.text_times import TextTimes

MOVING = frozenset({"next_row", "previous_row"})
"""Acts that only go to another segment."""
ENTERING = MOVING | {"delete_segment"}
"""Acts that end in another segment, which is then to be heard."""


@dataclass(frozen=True, slots=True)
class ActPlace:
    """Where an act takes place: frames of the playhead and the selection, the place of the text cursor.

    ``times_of`` tells when the words of a segment are said; ``speech`` is where speech was found.
    """

    playhead: int
    caret: int
    selection: tuple[int, int] | None
    speech: tuple[Span, ...]
    rate_hz: int
    times_of: Callable[[Segment], TextTimes]


_Act = Callable[[Document, ActPlace], Document]


def acted(name: str, document: Document, place: ActPlace) -> Document:
    """The document after an act; raises KeyError for an unknown name."""
    return _ACTS[name](document, place)


def _split_at_playhead(document: Document, place: ActPlace) -> Document:
    segment = document.segment_at(place.playhead)
    if segment is None:
        return document
    return document.split_at_frame(place.playhead, place.times_of(segment).caret_at(place.playhead))


def _split(document: Document, place: ActPlace) -> Document:
    """At the caret, and at the playhead if that is in the segment; else between the words at the caret."""
    segment, frame = document.current, place.playhead
    if not segment.start < frame < segment.end:
        border = place.times_of(segment).border_at(place.caret)
        frame = frame if border is None else border
    return document.split(place.caret, frame)


def _add(document: Document, place: ActPlace) -> Document:
    return document if place.selection is None else document.add(*place.selection)


def _propose(document: Document, place: ActPlace) -> Document:
    return document.propose(proposed_segments(place.speech, document.frames, place.rate_hz))


_ACTS: dict[str, _Act] = {
    "undo": lambda document, _: document.undo(),
    "redo": lambda document, _: document.redo(),
    "mark": lambda document, place: document.mark(place.playhead),
    "split": _split,
    "split_at_playhead": _split_at_playhead,
    "join": lambda document, _: document.join_with_next(),
    "extend": lambda document, _: document.extend_from_previous(),
    "add_segment": _add,
    "delete_segment": lambda document, _: document.delete(),
    "segment_start": lambda document, at: document.move_edge(document.current.id, Edge.START, at.playhead),
    "segment_end": lambda document, at: document.move_edge(document.current.id, Edge.END, at.playhead),
    "propose": _propose,
    "next_row": lambda document, _: document.next(),
    "previous_row": lambda document, _: document.previous(),
}
ACTS = tuple(name for name in _ACTS if name not in ("undo", "redo"))
"""The acts with a shortcut; undo and redo have the keys of the platform."""
