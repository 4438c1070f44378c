"""Between the segments of a transcript and the sound: bars in the waveform, borders by mouse, playing."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot

from reviewer.model.annotation import Segment
from reviewer.model.intervals import Span
from reviewer.transcript.edits import Segments, speakers
from reviewer.ui.clip.transcription_panel import TranscriptionPanel
from reviewer.ui.playback.controller import PlaybackController
from reviewer.ui.waveform.segment_bars import SegmentBar
from reviewer.ui.waveform.waveform_view import WaveformView


class SegmentPlayback(QObject):
    """Shows the panel's segments in the waveform and in the player; the panel asks it for the playhead."""

    def __init__(
        self, panel: TranscriptionPanel, waves: WaveformView, playback: PlaybackController, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._panel, self._waves, self._playback = panel, waves, playback
        self._shown: dict[str, _Shown] = {}
        panel.playhead = lambda: int(playback.position)
        panel.selection = self._selection
        panel.segments_changed.connect(self._on_segments_changed)
        panel.segment_entered.connect(playback.enter_segment)
        panel.segment_play_requested.connect(playback.play_span)
        panel.seek_requested.connect(playback.seek)
        waves.segment_activated.connect(panel.choose_segment)
        waves.span_marked.connect(panel.add_segment)
        waves.edge_dragged.connect(panel.drag_edge)

    def _selection(self) -> tuple[int, int] | None:
        selection = self._waves.selection
        return None if selection.is_empty else (selection.start, selection.end)

    @Slot()
    def _on_segments_changed(self) -> None:
        document = self._panel.document
        if not document.is_segmented:
            self._shown = {}
            self._waves.show_segments(())
            self._playback.set_segments(())
            return
        numbers = {name: number for number, name in enumerate(document.speakers, start=1)}
        current = document.cursor.segment_id
        self._shown = {
            each.id: self._as_shown(each, numbers.get(each.speaker, 0), is_current=each.id == current)
            for each in document.segments
        }
        self._waves.show_segments([each.bar for each in self._shown.values()])
        self._playback.set_segments([each.span for each in self._shown.values()])

    def _as_shown(self, segment: Segment, speaker: int, *, is_current: bool) -> "_Shown":
        """What was shown the last time if it is the same: a key makes one of them anew, not hundreds."""
        known = self._shown.get(segment.id)
        if (
            known is not None
            and known.segment is segment
            and known.bar.speaker == speaker
            and known.bar.is_current == is_current
        ):
            return known
        bar = SegmentBar(segment.id, segment.start, segment.end, speaker, segment.text, is_current)
        return _Shown(segment, bar, Span(segment.start, segment.end))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A segment, as it is in the waveform and in the player."""

    segment: Segment
    bar: SegmentBar
    span: Span


def segment_bars(segments: Segments, current_id: str) -> list[SegmentBar]:
    """Segments as the waveform shows them; speakers have numbers in the order in which they first speak."""
    numbers = {name: number for number, name in enumerate(speakers(segments), start=1)}
    return [
        SegmentBar(
            each.id, each.start, each.end, numbers.get(each.speaker, 0), each.text, each.id == current_id
        )
        for each in segments
    ]
