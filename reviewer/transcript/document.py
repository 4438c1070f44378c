"""A transcript while it is edited: its history, the current segment, and every act of the desk on them.

Pure values: each act returns another document, and the same one where it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.model.annotation import Annotation, Flag, Labels, PersonalDataSpan, Segment
from reviewer.transcript import edits
from reviewer.transcript.edits import Edge, Segments
from reviewer.transcript.history import Cursor, History

_SPEAKER = "S{0}"


@dataclass(frozen=True, slots=True)
class Document:
    """The annotation of a clip of ``frames`` frames, with a cursor in one of its segments."""

    history: History
    frames: int

    @classmethod
    def of(cls, annotation: Annotation, frames: int) -> "Document":
        """Without anything to undo; an annotation without segments gets one over the whole clip."""
        return cls.resumed(History.of(annotation), frames)

    @classmethod
    def resumed(cls, history: History, frames: int) -> "Document":
        """With a saved history; the cursor is where it was, else at the end of the first segment."""
        now = history.present.annotation
        if not now.segments:
            whole = Annotation.of_text("", frames, labels=now.labels, flags=now.flags)
            history = History.of(replace(whole, spans=now.spans, earlier=now.earlier, denied=now.denied))
        document = cls(history, frames)
        if history.present.cursor.segment_id not in {segment.id for segment in document.segments}:
            first = document.segments[0]
            document = document.at(first.id, len(first.text))
        return document

    @property
    def annotation(self) -> Annotation:
        return self.history.present.annotation

    @property
    def segments(self) -> Segments:
        return self.annotation.segments

    @property
    def cursor(self) -> Cursor:
        return self.history.present.cursor

    @property
    def current(self) -> Segment:
        """The segment with the cursor."""
        return edits.find(self.segments, self.cursor.segment_id)

    @property
    def place(self) -> int:
        """The row of the current segment."""
        return next(row for row, each in enumerate(self.segments) if each.id == self.cursor.segment_id)

    @property
    def is_segmented(self) -> bool:
        """Whether there are several segments, or one that is not over the whole clip or has a speaker."""
        first = self.segments[0]
        return len(self.segments) > 1 or (first.start, first.end, first.speaker) != (0, self.frames, "")

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers in the order of their numbers, which is that in which they first speak."""
        return edits.speakers(self.segments)

    def segment_at(self, frame: int) -> Segment | None:
        """The segment at a frame: the current one if it is, else the one that starts last."""
        if self.current.start <= frame < self.current.end:
            return self.current
        under = [each for each in self.segments if each.start <= frame < each.end]
        return under[-1] if under else None

    # Moving

    def at(self, segment_id: str, offset: int = 0) -> "Document":
        """With the cursor in another segment, or elsewhere in its text."""
        cursor = Cursor(segment_id, offset)
        return self if cursor == self.cursor else replace(self, history=self.history.moved(cursor))

    def next(self) -> "Document":
        """With the cursor at the end of the next segment."""
        return self._at_row(self.place + 1)

    def previous(self) -> "Document":
        """With the cursor at the end of the previous segment."""
        return self._at_row(self.place - 1)

    # Text, labels and flags

    def typed(self, text: str, offset: int, *, begins_step: bool) -> "Document":
        """The current segment with another text."""
        segments = edits.set_text(self.segments, self.current.id, text)
        return self._changed(segments, Cursor(self.current.id, offset), begins_step=begins_step)

    def with_texts(self, texts: dict[str, str]) -> "Document":
        """Several segments (by id) with other texts, as one step."""
        segments = self.segments
        for segment_id, text in texts.items():
            segments = edits.set_text(segments, segment_id, text)
        return self._changed(segments)

    def with_labels(self, labels: Labels) -> "Document":
        """Other answers about the clip."""
        return self._with(replace(self.annotation, labels=labels))

    def with_span(self, span: PersonalDataSpan) -> "Document":
        """With the sound of personal data, as part of the last step; it replaces one over these frames."""
        others = [each for each in self.annotation.spans if (each.start, each.end) != (span.start, span.end)]
        spans = tuple(sorted([*others, span], key=lambda each: (each.start, each.end)))
        return self._with(replace(self.annotation, spans=spans), begins_step=False)

    def without_spans_of_segment(self) -> "Document":
        """Without personal data in the sound of the current segment, as part of the last step."""
        start, end = self.current.start, self.current.end
        spans = tuple(each for each in self.annotation.spans if not start <= each.start < end)
        return self._with(replace(self.annotation, spans=spans), begins_step=False)

    def with_flags(self, flags: frozenset[Flag]) -> "Document":
        """Other flags of the clip."""
        return self._with(replace(self.annotation, flags=flags))

    def with_denied(self, denied: frozenset[str]) -> "Document":
        """With words denied to be personal data; no step: an answer to a question is not undone."""
        return replace(self, history=self.history.mapped(lambda each: replace(each, denied=denied)))

    def with_segment_labels(self, labels: Labels) -> "Document":
        """Other answers about the current segment."""
        return self._with_current(replace(self.current, labels=labels))

    def with_segment_flag(self, flag: str) -> "Document":
        """The current segment with a flag set, or no longer set."""
        return self._with_current(replace(self.current, flags=self.current.flags ^ {flag}))

    def with_annotation(self, annotation: Annotation, origin: str | None = None) -> "Document":
        """Another annotation as one step: a restored version, or the submitted one with the id ``origin``."""
        return Document.resumed(self.history.changed(annotation, self.cursor, origin=origin), self.frames)

    # Borders

    def mark(self, frame: int) -> "Document":
        """A border at a frame: cuts the segment there, whose text stays before it, or begins one in a gap."""
        under = self.segment_at(frame)
        if under is not None:
            return self._cut(under, frame, len(under.text))
        end = min((each.start for each in self.segments if each.start > frame), default=self.frames)
        before = [each for each in self.segments if each.end <= frame]
        return self.add(frame, end, before[-1].speaker if before else "")

    def add(self, start: int, end: int, speaker: str | None = None) -> "Document":
        """A new segment, the current one from now on; without a speaker given, one who is free then."""
        if speaker is None:
            speaker = self._free_speaker(start, end)
        segments = edits.add(self.segments, start, end, self.frames, speaker)
        return self._at_new(segments)

    def split(self, offset: int, playhead: int) -> "Document":
        """Cuts the current segment at a place in its text, and at the playhead if that is within it."""
        is_inside = self.current.start < playhead < self.current.end
        return self._cut(self.current, playhead if is_inside else None, offset)

    def split_at_frame(self, frame: int, offset: int | None = None) -> "Document":
        """Cuts the segment at a frame; its text at ``offset``, else between words in proportion to time."""
        under = self.segment_at(frame)
        return self if under is None else self._cut(under, frame, offset)

    def join_with_next(self) -> "Document":
        """The current segment and the next of its speaker as one."""
        joined = edits.join_with_next(self.segments, self.current.id)
        return self._changed(joined, Cursor(self.current.id, len(self.current.text)))

    def delete(self) -> "Document":
        """Without the current segment; the last one of a clip stays."""
        if len(self.segments) == 1:
            return self
        left = edits.delete(self.segments, self.current.id)
        following = left[min(self.place, len(left) - 1)]
        return self._changed(left, Cursor(following.id, len(following.text)))

    def move_edge(self, segment_id: str, edge: Edge, frame: int, *, begins_step: bool = True) -> "Document":
        """With one end of a segment elsewhere; a shared border moves as one."""
        moved = edits.move_edge(self.segments, segment_id, edge, frame, self.frames)
        return self._changed(moved, begins_step=begins_step)

    def set_times(self, segment_id: str, start: int, end: int) -> "Document":
        """With the times of a segment set, as far as its speaker's neighbours allow."""
        return self._changed(edits.set_times(self.segments, segment_id, start, end, self.frames))

    def extend_from_previous(self) -> "Document":
        """The current segment starts where the one before it ends."""
        return self._changed(edits.extend_from_previous(self.segments, self.current.id))

    def propose(self, proposals: Sequence[Segment]) -> "Document":
        """Takes proposed segments: in gaps, or in place of a single one; the first has what that had."""
        if not proposals:
            return self
        if not self.is_segmented:
            first = replace(
                proposals[0],
                text=self.current.text,
                labels=self.current.labels,
                earlier=self.current.earlier,
                flags=self.current.flags,
            )
            return self._changed((first, *proposals[1:]), Cursor(first.id, len(first.text)))
        free = [
            each
            for each in proposals
            if not any(each.start < other.end and other.start < each.end for other in self.segments)
        ]
        return self._changed(edits.in_time_order((*self.segments, *free)))

    # Speakers

    def set_speaker(self, name: str) -> "Document":
        """Gives the current segment to a speaker."""
        return self._changed(edits.set_speaker(self.segments, self.current.id, name))

    def set_speaker_number(self, number: int) -> "Document":
        """Gives the current segment to the speaker of a number (from 1); a new one for the next number."""
        return self.set_speaker(self.speaker_name(number))

    def speaker_name(self, number: int) -> str:
        """The name of the speaker with this number; one who has not spoken yet gets a new name."""
        names = self.speakers
        if number <= len(names):
            return names[number - 1]
        free = (name for n in range(1, len(names) + 2) if (name := _SPEAKER.format(n)) not in names)
        return next(free)

    def rename_speaker(self, speaker: str, name: str) -> "Document":
        """Another name everywhere; that of another speaker merges both. Raises ValueError if they overlap."""
        return self._changed(edits.rename_speaker(self.segments, speaker, name))

    # Undo

    def undo(self) -> "Document":
        return self._resumed(self.history.undo())

    def redo(self) -> "Document":
        return self._resumed(self.history.redo())

    def _resumed(self, history: History) -> "Document":
        return self if history is self.history else Document.resumed(history, self.frames)

    def _at_row(self, row: int) -> "Document":
        if not 0 <= row < len(self.segments):
            return self
        segment = self.segments[row]
        return self.at(segment.id, len(segment.text))

    def _cut(self, segment: Segment, frame: int | None, offset: int | None) -> "Document":
        return self._at_new(edits.split(self.segments, segment.id, frame, offset))

    def _at_new(self, segments: Segments) -> "Document":
        known = {each.id for each in self.segments}
        new = next((each.id for each in segments if each.id not in known), None)
        return self if new is None else self._changed(segments, Cursor(new, 0))

    def _free_speaker(self, start: int, end: int) -> str:
        busy = {each.speaker for each in self.segments if each.start < end and start < each.end}
        names = (self.speaker_name(number) for number in range(1, len(self.speakers) + 2))
        return (
            "" if "" not in busy and not self.speakers else next(name for name in names if name not in busy)
        )

    def _with_current(self, segment: Segment) -> "Document":
        return self._changed(tuple(segment if each.id == segment.id else each for each in self.segments))

    def _changed(
        self, segments: Segments, cursor: Cursor | None = None, *, begins_step: bool = True
    ) -> "Document":
        return self._with(replace(self.annotation, segments=segments), cursor, begins_step=begins_step)

    def _with(
        self, annotation: Annotation, cursor: Cursor | None = None, *, begins_step: bool = True
    ) -> "Document":
        cursor = cursor or self.cursor
        if annotation == self.annotation and cursor == self.cursor:
            return self
        return replace(self, history=self.history.changed(annotation, cursor, begins_step=begins_step))
