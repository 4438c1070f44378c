"""A minimap of the whole clip: visible range, playhead, heard parts."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from reviewer.model.event import HeardRange
from reviewer.model.intervals import Span
from reviewer.ui import theme
from reviewer.ui.waveform.palette import Background, palette
from reviewer.ui.waveform.raster import Raster, column_spans
from reviewer.ui.waveform.render_state import IntervalMarks
from reviewer.ui.waveform.segment_bars import NO_SEGMENTS, SegmentTrack
from reviewer.ui.waveform.speaker_colours import pixel_colours
from reviewer.ui.waveform.trace import WaveformSource, envelope, trace
from reviewer.ui.waveform.view_window import ViewWindow

HEIGHT_PX = 28
_STRIP_PX = 3
_SPEECH_PX = 2
_SEGMENTS_PX = 4
_SHADE_ALPHA = 150
_DRAG_FROM_PX = 4


class Minimap(QWidget):
    """Click to seek; drag to move the visible range."""

    seek_requested = Signal(int)
    centre_requested = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wave_minimap")
        self.setAccessibleName(self.tr("Whole clip: visible range and heard parts"))
        self.setToolTip(self.tr("The whole clip. Click to seek, drag to move the visible range."))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._source: WaveformSource | None = None
        self._window = ViewWindow.whole(1)
        self._heard = self._speech = self._unheard = IntervalMarks.of(())
        self._position = 0.0
        self._picture: QImage | None = None
        self._segments = NO_SEGMENTS
        self._segment_strip: QImage | None = None
        self._pressed_x: float | None = None
        self._is_dragging = False

    def show_source(self, source: WaveformSource | None) -> None:
        self._source = source
        self._heard = self._speech = self._unheard = IntervalMarks.of(())
        self._segments = NO_SEGMENTS
        self._position = 0.0
        self._window = ViewWindow.whole(source.frames if source is not None else 1)
        self._forget_picture()

    def replace_source(self, source: WaveformSource) -> None:
        """Shows another sound of the same clip; everything else stays."""
        self._source = source
        self._forget_picture()

    def show_window(self, window: ViewWindow) -> None:
        self._window = window
        self.update()

    def show_position(self, frame: float) -> None:
        before, self._position = self._x_of(self._position), frame
        after = self._x_of(frame)
        if round(before) != round(after):
            self.update(round(before) - 2, 0, 5, self.height())
            self.update(round(after) - 2, 0, 5, self.height())

    def show_heard(self, ranges: Sequence[HeardRange]) -> None:
        """Marks the heard parts with a strip below the waveform, so that colour is not the only sign."""
        self._heard = IntervalMarks.of(ranges)
        if self._picture is not None:
            painter = QPainter(self._picture)
            self._paint_heard(painter, theme.tokens())
            painter.end()
        self.update(0, self.height() - _STRIP_PX, self.width(), _STRIP_PX)

    def show_speech(self, spans: Sequence[Span]) -> None:
        """A thin band above the strip of heard parts: where speech is."""
        self._speech = IntervalMarks.of(spans)
        self._forget_picture()

    def show_segments(self, track: SegmentTrack) -> None:
        """A thin strip at the top in the hues of the speakers; the current segment is twice as high."""
        self._segments, self._segment_strip = track, None
        self.update(0, 0, self.width(), 2 * _SEGMENTS_PX)

    def show_unheard(self, spans: Sequence[Span]) -> None:
        """Hatches speech that has not been heard."""
        self._unheard = IntervalMarks.of(spans)
        self._forget_picture()

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT_PX)

    def _whole(self) -> ViewWindow:
        return ViewWindow.whole(self._window.total)

    def _x_of(self, frame: float) -> float:
        return self._whole().x_of(frame, self.width())

    def _forget_picture(self) -> None:
        self._picture = self._segment_strip = None
        self.update()

    def _drawn_segments(self) -> QImage:
        """The strip in device pixels, transparent where no segment is."""
        scale, track = self.devicePixelRatioF(), self._segments
        columns, rows = max(round(self.width() * scale), 1), round(_SEGMENTS_PX * scale)
        strip = QImage(columns, 2 * rows, QImage.Format.Format_ARGB32_Premultiplied)
        strip.fill(Qt.GlobalColor.transparent)
        pixels = np.frombuffer(strip.bits(), dtype=np.uint32).reshape(2 * rows, columns)
        lines = pixel_colours(theme.tokens())[:, 0]
        hues = lines[track.colours]
        for lane in range(track.lane_count):
            under = track.columns(self._whole(), columns, lane)
            part = pixels[rows * lane // track.lane_count : rows * (lane + 1) // track.lane_count]
            part[:, under >= 0] = hues[under[under >= 0]]
        if track.current >= 0:
            bar = track.bars[track.current]
            first, after = (int(self._whole().x_of(frame, columns)) for frame in (bar.start, bar.end))
            pixels[:, first : max(after, first + round(2 * scale))] = hues[track.current]
        strip.setDevicePixelRatio(scale)
        return strip

    def _drawn(self, source: WaveformSource) -> QImage:
        """The waveform of all channels in one, as an image in device pixels; rendered once for each size."""
        scale, colours = self.devicePixelRatioF(), theme.tokens()
        columns, rows = max(round(self.width() * scale), 1), round(HEIGHT_PX * scale)
        raster = Raster(columns, rows)
        raster.show_in(palette(colours))
        raster.begin()[:] = Background.PLAIN
        _paint_wave(raster, source, rows - round((_STRIP_PX + _SPEECH_PX) * scale), max(scale, 1.0))
        picture = raster.image.convertToFormat(QImage.Format.Format_RGB32)
        picture.setDevicePixelRatio(scale)
        painter = QPainter(picture)
        self._paint_speech(painter, colours)
        self._paint_heard(painter, colours)
        painter.end()
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.tokens()
        if self._source is None or not self._source.frames:
            painter.fillRect(event.rect(), QColor(colours.background))
        else:
            if self._picture is None:
                self._picture = self._drawn(self._source)
            painter.drawImage(0, 0, self._picture)
            if len(self._segments):
                if self._segment_strip is None:
                    self._segment_strip = self._drawn_segments()
                painter.drawImage(0, 0, self._segment_strip)
            self._paint_window(painter, colours)
            x = self._x_of(self._position)
            painter.fillRect(QRectF(x - 0.5, 0, 1, self.height()), QColor(colours.cursor))
        painter.end()

    def _paint_window(self, painter: QPainter, colours: theme.Tokens) -> None:
        if self._window.is_whole:
            return
        left, right = self._x_of(self._window.start), self._x_of(self._window.end)
        shade = QColor(colours.background)
        shade.setAlpha(_SHADE_ALPHA)
        height = self.height() - _STRIP_PX
        painter.fillRect(QRectF(0, 0, left, height), shade)
        painter.fillRect(QRectF(right, 0, self.width() - right, height), shade)
        painter.setPen(QPen(QColor(colours.accent), 1))
        painter.drawRect(QRectF(left + 0.5, 0.5, max(right - left - 1, 2), height - 1))

    def _paint_speech(self, painter: QPainter, colours: theme.Tokens) -> None:
        top = self.height() - _STRIP_PX - _SPEECH_PX
        for left, right in self._speech.runs(self._whole(), self.width()):
            painter.fillRect(left, top, right - left, _SPEECH_PX, QColor(colours.dim))
        hatch = QBrush(QColor(colours.warn), Qt.BrushStyle.BDiagPattern)
        for left, right in self._unheard.runs(self._whole(), self.width()):
            painter.fillRect(left, 0, right - left, top, hatch)
            painter.fillRect(left, top, right - left, _SPEECH_PX, QColor(colours.warn))

    def _paint_heard(self, painter: QPainter, colours: theme.Tokens) -> None:
        top = self.height() - _STRIP_PX
        painter.fillRect(QRectF(0, top, self.width(), _STRIP_PX), QColor(colours.raised))
        for left, right in self._heard.runs(self._whole(), self.width()):
            painter.fillRect(left, top, right - left, _STRIP_PX, QColor(colours.heard))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._source is not None:
            self._pressed_x = event.position().x()
            self._is_dragging = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_x is None:
            return
        x = event.position().x()
        self._is_dragging = self._is_dragging or abs(x - self._pressed_x) >= _DRAG_FROM_PX
        if self._is_dragging:
            self.centre_requested.emit(self._whole().frame_at(x, self.width()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_x is not None and not self._is_dragging:
            frame = self._whole().frame_at(event.position().x(), self.width())
            self.centre_requested.emit(frame)
            self.seek_requested.emit(int(frame))
        self._pressed_x = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._forget_picture()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._forget_picture()


def _paint_wave(raster: Raster, source: WaveformSource, rows: int, stroke: float) -> None:
    """One vertical line for each pixel column, from the minimum to the maximum of all channels."""
    columns, whole = raster.size[0], ViewWindow.whole(source.frames)
    traces = [trace(source, channel, whole, columns) for channel in range(source.channels)]
    ends = [envelope(drawn, columns) for drawn in traces if drawn.y.size]
    if ends:
        least = np.min([low for low, _ in ends], axis=0)
        most = np.max([high for _, high in ends], axis=0)
        middle = rows // 2
        spans = column_spans(least, most, middle, rows / 2 - 1, stroke)
        raster.paint(0, rows, middle, spans, np.zeros((1, columns), dtype=np.uint8))
