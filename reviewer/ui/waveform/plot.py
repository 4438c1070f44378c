"""Draws the waveform: stacked channels, marked intervals behind them, the playhead on top."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from reviewer.ui import theme
from reviewer.ui.waveform.canvas import Canvas
from reviewer.ui.waveform.channel_lanes import REACH, paint_names
from reviewer.ui.waveform.render_state import NO_MARKS, FrameInterval, IntervalMarks, RenderState
from reviewer.ui.waveform.renderer import WaveformRenderer, channel_lanes
from reviewer.ui.waveform.segment_bars import NO_SEGMENTS, SegmentTrack
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.trace import Trace, WaveformSource, trace
from reviewer.ui.waveform.view_window import ViewWindow

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FLOAT_SLACK = 1e-6


class WaveformPlot(QWidget):
    """Draws one visible range of a clip; x is in device pixels.

    Everything except the playhead is one image, rendered only when its content changes: moving the playhead
    repaints two narrow strips. It is shown in a pyqtgraph view: see ``docs/decisions/010``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._source: WaveformSource | None = None
        self._window = ViewWindow.whole(1)
        self._position = 0.0
        self._selection = Selection()
        self._speech = self._unheard = self._heard = self._redacted = NO_MARKS
        self._segments = NO_SEGMENTS
        self._picture = WaveformRenderer()
        self._traces: tuple[Trace, ...] | None = None
        self._is_stale = True
        self._canvas = Canvas(self._paint, self)

    @property
    def surface(self) -> QWidget:
        """The canvas, for those who watch its paint events."""
        surface: QWidget = self._canvas.viewport()
        return surface

    @property
    def traces(self) -> tuple["NDArray[np.float64]", ...]:
        """The y values shown now, for each channel; lane ``c`` is centred on y = -c."""
        return tuple(drawn.y * REACH - channel for channel, drawn in enumerate(self._drawn()))

    @property
    def cursor_x(self) -> float:
        """Position of the playhead, in device pixels from the left."""
        return self._window.x_of(self._position, self._pixels())

    @property
    def clip_marks(self) -> "NDArray[np.float64]":
        """Positions of samples at full scale, in device pixels from the left; all channels together."""
        marks = [drawn.clipped for drawn in self._drawn()]
        return np.concatenate(marks) if marks else np.empty(0)

    @property
    def selection_x(self) -> tuple[float, float] | None:
        """Positions of the selection's edges, in device pixels from the left; None without a selection."""
        if self._selection.is_empty:
            return None
        pixels = self._pixels()
        return self._window.x_of(self._selection.start, pixels), self._window.x_of(
            self._selection.end, pixels
        )

    @property
    def state(self) -> RenderState | None:
        """Everything the image shows now; None without a clip."""
        if self._source is None:
            return None
        return RenderState(
            window=self._window,
            traces=self._drawn(),
            selection=self._selection,
            speech=self._speech,
            unheard=self._unheard,
            heard=self._heard,
            scale=self.devicePixelRatioF(),
            segments=self._segments,
            redacted=self._redacted,
        )

    def show_source(self, source: WaveformSource | None) -> None:
        """Shows another clip, or none; resets selection and marks."""
        self._source = source
        self._selection = Selection()
        self._speech = self._unheard = self._heard = self._redacted = NO_MARKS
        self._segments = NO_SEGMENTS
        self._forget_traces()

    def replace_source(self, source: WaveformSource) -> None:
        """Shows another sound of the same clip; everything else stays."""
        self._source = source
        self._forget_traces()

    def show_window(self, window: ViewWindow) -> None:
        self._window = window
        self._forget_traces()

    def show_position(self, frame: float) -> None:
        before = self._cursor_strip()
        self._position = frame
        after = self._cursor_strip()
        if before != after:
            self._canvas.refresh(before.toAlignedRect())
            self._canvas.refresh(after.toAlignedRect())

    def show_selection(self, selection: Selection) -> None:
        """Shades the selection, between its two edges."""
        if selection != self._selection:
            self._selection = selection
            self._repaint()

    def show_speech(self, spans: Iterable[FrameInterval]) -> None:
        """Shades intervals of speech, with borders where there is space for them."""
        self._speech = IntervalMarks.of(spans)
        self._repaint()

    def show_segments(self, track: SegmentTrack) -> None:
        """Draws the borders of segments in place of those of speech, and a frame around the current one."""
        self._segments = track
        self._repaint()

    def show_unheard(self, spans: Iterable[FrameInterval]) -> None:
        """Hatches speech that has not been heard."""
        self._unheard = IntervalMarks.of(spans)
        self._repaint()

    def show_redacted(self, spans: Iterable[FrameInterval]) -> None:
        """Hatches what is muted or was removed, the other way round than unheard speech."""
        self._redacted = IntervalMarks.of(spans)
        self._repaint()

    def show_heard(self, ranges: Iterable[FrameInterval]) -> None:
        """Fills the strip at the bottom for the heard parts."""
        self._heard = IntervalMarks.of(ranges)
        self._repaint()

    def _drawn(self) -> tuple[Trace, ...]:
        """One column for each device pixel, reduced once for each visible range."""
        if self._traces is None:
            source, pixels = self._source, self._pixels()
            channels = range(source.channels) if source is not None else ()
            self._traces = tuple(
                trace(source, channel, self._window, pixels) for channel in channels if source is not None
            )
        return self._traces

    def _forget_traces(self) -> None:
        self._traces = None
        self._repaint()

    def _repaint(self) -> None:
        self._is_stale = True
        self._canvas.refresh()

    def _cursor_strip(self) -> QRectF:
        """The playhead and a margin on each side, on whole device pixels: neither blurred nor jittery."""
        scale = self.devicePixelRatioF()
        thick = max(round(scale), 1)
        left = np.floor(self.cursor_x + _FLOAT_SLACK) - thick
        return QRectF(left / scale, 0, 3 * thick / scale, self.height())

    def _pixels(self) -> int:
        return max(round(self.width() * self.devicePixelRatioF()), 1)

    def _paint(self, painter: QPainter) -> None:
        colours = theme.tokens()
        state = self.state
        if state is None:
            painter.fillRect(self.rect(), QColor(colours.surface))
            return
        if self._is_stale:
            rows = max(round(self.height() * state.scale), 1)
            self._picture.draw(state, colours, self._pixels(), rows)
            self._is_stale = False
        image = self._picture.image
        painter.drawImage(0, 0, image)
        paint_names(painter, state.scale, channel_lanes(state, image.height()), colours, self.font())
        strip = self._cursor_strip()
        painter.fillRect(strip, QColor(colours.background))
        third = strip.width() / 3
        painter.fillRect(strip.adjusted(third, 0, -third, 0), QColor(colours.cursor))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._forget_traces()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._canvas.cover(self.size())
        self._forget_traces()
