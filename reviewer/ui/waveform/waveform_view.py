"""The waveform view: minimap, ruler, waveform and playhead on one time axis."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.ui import theme
from reviewer.ui.waveform.minimap import Minimap
from reviewer.ui.waveform.mouse_bindings import PAN_SHARE, ZOOM_STEP, MouseBindings
from reviewer.ui.waveform.plot import WaveformPlot
from reviewer.ui.waveform.ruler import Ruler
from reviewer.ui.waveform.ruler_ticks import RulerUnit
from reviewer.ui.waveform.segment_bars import NO_SEGMENTS, SegmentBar, SegmentTrack
from reviewer.ui.waveform.segment_lane import SegmentLane
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.spectrogram import HEIGHT_PX
from reviewer.ui.waveform.trace import WaveformSource, waveform_source
from reviewer.ui.waveform.view_window import ViewWindow

if TYPE_CHECKING:
    from reviewer.audio.samples import Sound
    from reviewer.audio.view.peaks import PeakPyramid
    from reviewer.ui.waveform.spectrogram import Spectrogram

_LEAST_PX = 100
_LEAST_WAVES_PX = 120
_LEAST_BELOW_LANE_PX = 156
"""Of the minimap, the ruler and a hundred pixels of waves, where a lane of segments is between them."""
_MOST_WAVES_PX = 420
_WAVES_SHARE = 0.25
_WAVES_SHARE_ABOVE_SPECTROGRAM = 0.2
_SPECTROGRAM_SHARE = 0.19


class WaveformView(QWidget):
    """Takes values (clip, position, heard parts, speech) and emits intents.

    It knows no player, no queue and no preferences. Mouse input is handled by ``MouseBindings``.
    """

    seek_requested = Signal(int)
    selection_changed = Signal(int, int)
    """Carries start and end in frames when a drag ends; equal without a selection."""
    window_changed = Signal(object)
    unit_requested = Signal()
    """The ruler's unit button was pressed."""
    segment_activated = Signal(str)
    """The bar of a segment was pressed; carries its id."""
    edge_dragged = Signal(object)
    """Carries an EdgeDrag, at each move and at the end. What it leads to is shown with ``show_segments``."""
    span_marked = Signal(int, int)
    """The selection was double-clicked, to make a segment of it; carries start and end in frames."""

    lanes_changed = Signal()
    """The lanes of segments became higher or lower."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waveform")
        self.setAccessibleName(self.tr("Waveform"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._source: WaveformSource | None = None
        self._rate_hz = 1
        self._window = ViewWindow.whole(1)
        self._position = 0.0
        self._selection = Selection()
        self._is_centred = False
        self._is_held = False
        self._mouse = MouseBindings(self)
        self._under: Spectrogram | None = None
        self._minimap = Minimap(self)
        self._ruler = Ruler(self)
        self._bars: tuple[SegmentBar, ...] = ()
        self._track = NO_SEGMENTS
        self._lane = SegmentLane(self)
        self._plot = WaveformPlot(self)
        self._empty = QLabel(self)
        self._empty.setObjectName("waveform_empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setProperty("kind", "dim")
        self._waves = QStackedLayout()
        self._lay_out()
        self.setMouseTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self._minimap.seek_requested.connect(self.seek_requested)
        self._minimap.centre_requested.connect(self._on_centre_requested)
        self._ruler.unit_requested.connect(self.unit_requested)
        self._lane.segment_activated.connect(self.segment_activated)
        self._lane.edge_dragged.connect(self.edge_dragged)

    @property
    def view_window(self) -> ViewWindow:
        """The visible range of the clip."""
        return self._window

    @property
    def position(self) -> float:
        """The frame of the playhead."""
        return self._position

    @property
    def selection(self) -> Selection:
        """The selection; it may be empty."""
        return self._selection

    @property
    def is_centred(self) -> bool:
        """Whether the waveform scrolls under a centred playhead."""
        return self._is_centred

    @property
    def unit(self) -> RulerUnit:
        """The unit of the ruler."""
        return self._ruler.unit

    @property
    def unit_button(self) -> QToolButton:
        """The ruler's unit button, to which a shortcut can be added."""
        return self._ruler.unit_button

    @property
    def lane_px(self) -> int:
        """The height of the lanes of segments; 0 without."""
        return 0 if self._lane.isHidden() else self._lane.height()

    def put_under(self, picture: "Spectrogram") -> None:
        """Adds a spectrogram below the waveform; from now on it follows clip, visible range and position."""
        self._under = picture
        picture.setMouseTracking(True)
        self._column.addWidget(picture)
        picture.show_source(self._source)
        picture.show_window(self._window)
        picture.show_segments(self._track)

    def show_clip(self, samples: "Sound", pyramid: "PeakPyramid") -> None:
        """Shows a clip: whole clip visible, playhead at the start, no marks."""
        self._rate_hz = samples.rate_hz
        self._put_on(waveform_source(samples, pyramid))
        self._waves.setCurrentWidget(self._plot)

    def replace_sound(self, samples: "Sound", pyramid: "PeakPyramid") -> None:
        """Shows the open clip as it may be heard from now on: range, playhead and marks stay."""
        if self._source is None:
            return
        self._source = waveform_source(samples, pyramid)
        self._minimap.replace_source(self._source)
        self._plot.replace_source(self._source)
        if self._under is not None:
            self._under.replace_source(self._source)

    def show_nothing(self, sentence: str = "") -> None:
        """Removes the clip; the sentence says what will be here."""
        self._empty.setText(sentence)
        self._put_on(None)
        self._waves.setCurrentWidget(self._empty)

    def show_position(self, frame: float, *, follow: bool = False) -> None:
        """Moves the playhead; with ``follow``, pages when it leaves the visible range.

        In centred mode the waveform scrolls instead, up to the clip's ends. Neither happens after the user
        has panned away from the playhead.
        """
        was_in_view = self._window.start <= self._position <= self._window.end
        self._position = frame
        self._minimap.show_position(frame)
        self._plot.show_position(frame)
        if self._under is not None:
            self._under.show_position(frame)
        if follow and was_in_view and not self._is_held:
            self.set_window(self._followed(frame))

    def show_heard(self, ranges: Sequence[HeardRange]) -> None:
        """Marks the heard parts in the waveform and the minimap."""
        self._minimap.show_heard(ranges)
        self._plot.show_heard(ranges)

    def show_speech(self, spans: Sequence[Span]) -> None:
        """Shades speech in the waveform and shows it as a band in the minimap."""
        self._minimap.show_speech(spans)
        self._plot.show_speech(spans)

    def show_unheard(self, spans: Sequence[Span]) -> None:
        """Hatches speech that still has to be heard; an empty list removes the hatching."""
        self._minimap.show_unheard(spans)
        self._plot.show_unheard(spans)

    def show_redacted(self, spans: Sequence[Span]) -> None:
        """Hatches what is muted or was removed as personal data."""
        self._plot.show_redacted(spans)

    def show_segments(self, bars: Sequence[SegmentBar]) -> None:
        """Shows segments above and in the waves, in the minimap and the spectrogram; one alone is not shown.

        Cheap after each key: only the bars are drawn again unless times, speakers or the current one changed.
        """
        shown = tuple(bars) if len(bars) > 1 and self._source is not None else ()
        if shown == self._bars:
            return
        before, self._bars = self._track, shown
        self._track = before.with_texts(shown) or SegmentTrack.of(shown)
        lane_px = self.lane_px
        self._lane.show_track(self._track)
        if self.lane_px != lane_px:
            self.setMinimumHeight(_LEAST_PX + self.lane_px)
            self.lanes_changed.emit()
        if self._track.has_geometry_of(before):
            return
        self._plot.show_segments(self._track)
        self._minimap.show_segments(self._track)
        if self._under is not None:
            self._under.show_segments(self._track)

    def set_centred(self, *, is_centred: bool) -> None:
        """Whether the waveform scrolls under a centred playhead from now on."""
        self._is_centred = is_centred

    def set_unit(self, unit: RulerUnit) -> None:
        """Whether the ruler shows time or samples."""
        self._ruler.show_unit(unit)

    def set_window(self, window: ViewWindow) -> None:
        """Shows another range of the clip."""
        if self._source is None or window == self._window:
            return
        self._window = window
        self._minimap.show_window(window)
        self._ruler.show_window(window, self._rate_hz)
        self._lane.show_window(window)
        self._plot.show_window(window)
        if self._under is not None:
            self._under.show_window(window)
        self.window_changed.emit(window)

    def select(self, selection: Selection) -> None:
        """Selects a part of the clip and emits it."""
        if self._source is not None and selection != self._selection:
            self.finish_selection(selection)

    def preview_selection(self, selection: Selection) -> None:
        """Shows a selection while it is being dragged, without a signal."""
        self._selection = selection
        self._plot.show_selection(selection)

    def finish_selection(self, selection: Selection) -> None:
        """Shows the final selection of a drag and emits it."""
        self.preview_selection(selection)
        self.selection_changed.emit(selection.start, selection.end)

    def request_seek(self, frame: int) -> None:
        """Requests a seek to a clicked frame; the view does not scroll away from the pointer."""
        self._is_held = True
        self.seek_requested.emit(frame)
        self._is_held = False

    @Slot()
    def select_none(self) -> None:
        self.select(Selection())

    @Slot()
    def select_from(self) -> None:
        """Begins the selection at the playhead."""
        self.select(self._selection.beginning(int(self._position), self._window.total))

    @Slot()
    def select_to(self) -> None:
        """Ends the selection at the playhead."""
        self.select(self._selection.ending(int(self._position)))

    @Slot()
    def zoom_in(self) -> None:
        self.set_window(self._window.zoomed(ZOOM_STEP, self._anchor()))

    @Slot()
    def zoom_out(self) -> None:
        self.set_window(self._window.zoomed(1 / ZOOM_STEP, self._anchor()))

    @Slot()
    def zoom_whole(self) -> None:
        self.set_window(ViewWindow.whole(self._window.total))

    @Slot()
    def pan_left(self) -> None:
        self.set_window(self._window.panned(-PAN_SHARE * self._window.span))

    @Slot()
    def pan_right(self) -> None:
        self.set_window(self._window.panned(PAN_SHARE * self._window.span))

    @Slot(float)
    def _on_centre_requested(self, frame: float) -> None:
        self.set_window(self._window.centred(frame))

    def _anchor(self) -> float:
        """What zooming by key keeps in place: the playhead if visible, else the middle."""
        if self._window.start <= self._position <= self._window.end:
            return self._position
        return (self._window.start + self._window.end) / 2

    def _followed(self, frame: float) -> ViewWindow:
        if self._is_centred:
            return self._window.tracking(frame, max(round(self.width() * self.devicePixelRatioF()), 1))
        return self._window.showing(frame)

    def _put_on(self, source: WaveformSource | None) -> None:
        self.select_none()
        self._lane.end_drag()
        self.show_segments(())
        self._source = source
        self._window = ViewWindow.whole(source.frames if source is not None else 1)
        self._position = 0.0
        self._minimap.show_source(source)
        self._ruler.show_window(self._window if source is not None else None, self._rate_hz)
        self._lane.show_window(self._window)
        self._plot.show_position(0.0)
        self._plot.show_source(source)
        self._plot.show_window(self._window)
        if self._under is not None:
            self._under.show_source(source)
        self.window_changed.emit(self._window)

    def _lay_out(self) -> None:
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._minimap)
        layout.addSpacing(theme.GRID_PX)
        layout.addWidget(self._ruler)
        layout.addWidget(self._lane)
        layout.addLayout(self._waves, 1)
        self._waves.addWidget(self._empty)
        self._waves.addWidget(self._plot)
        self.setMinimumHeight(_LEAST_PX)

    def _is_on_waves(self, point: QPointF) -> bool:
        return self._source is not None and point.y() >= self._ruler.y()

    def event(self, event: QEvent) -> bool:
        left = self.mapToGlobal(QPointF(0, 0)).x()
        if self._source is not None and self._mouse.pinched(event, left):
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._source is None:
            event.ignore()
        else:
            self._mouse.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._is_on_waves(event.position()):
            self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() == Qt.MouseButton.NoButton:
            is_edge = self._is_on_waves(event.position()) and self._mouse.is_on_edge(event.position().x())
            self.setCursor(Qt.CursorShape.SplitHCursor if is_edge else Qt.CursorShape.ArrowCursor)
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        x, selection = event.position().x(), self._selection
        is_inside = selection.start <= self._window.frame_at(x, self.width()) < selection.end
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and is_inside and self._is_on_waves(event.position()) and not self._mouse.is_on_edge(x):
            self.span_marked.emit(selection.start, selection.end)
        else:
            self.mousePressEvent(event)


def waveform_heights(height_px: int, *, has_spectrogram: bool, lane_px: int = 0) -> tuple[int, int]:
    """Heights of the waveform and of the spectrogram (0 if hidden); the rest is left to the transcript.

    The lanes of segments (``lane_px`` high) are part of the waveform; the spectrogram gives way to them.
    """
    share = _WAVES_SHARE_ABOVE_SPECTROGRAM if has_spectrogram else _WAVES_SHARE
    waves = min(max(round(height_px * share), _LEAST_WAVES_PX), _MOST_WAVES_PX)
    if not has_spectrogram:
        return waves, 0
    spectrum = min(max(round(height_px * _SPECTROGRAM_SHARE), _LEAST_WAVES_PX // 2), 2 * HEIGHT_PX)
    missing = max(_LEAST_BELOW_LANE_PX + lane_px - waves, 0) if lane_px else 0
    missing = min(missing, spectrum - _LEAST_WAVES_PX // 2)
    return waves + missing, spectrum - missing
