"""The waves themselves: channels stacked, a cursor over them, drawn by pyqtgraph.

Imported with the first clip only: pyqtgraph takes about half a second to load.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QVBoxLayout, QWidget

from reviewer.ui.theme import Tokens
from reviewer.ui.waveform.reduce import Source, Trace, trace
from reviewer.ui.waveform.selection import Selection
from reviewer.ui.waveform.window import ViewWindow

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LANE_HEIGHT = 0.46
_DOT_PX = 5
_CLIP_TOP = 0.5
_CLIP_LENGTH = 0.07
_SHADE_ALPHA = 56


class WavePlot(QWidget):
    """Draws one window of a clip. x is counted in device pixels, so that a column is a pixel at any scale.

    Lane ``c`` is centred on y = -c; full height is 0.46 to each side.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source: Source | None = None
        self._window = ViewWindow.whole(1)
        self._position = 0.0
        self._curves: list[Any] = []
        self._middles: list[Any] = []
        self._column_pen = self._line_pen = pg.mkPen(width=1)
        self._widget = _bare_plot_widget()
        self._cursor = pg.InfiniteLine(pos=0.0, angle=90)
        self._cursor.setZValue(10)
        self._dots = pg.ScatterPlotItem(size=_DOT_PX, pxMode=True, antialias=True)
        self._clips = pg.PlotCurveItem(connect="pairs", skipFiniteCheck=True)
        self._clips.setZValue(5)
        self._widget.addItem(self._dots)
        self._widget.addItem(self._clips)
        self._widget.addItem(self._cursor)
        self._selection = Selection()
        self._shade = QGraphicsRectItem()
        self._edges = [pg.InfiniteLine(pos=0.0, angle=90) for _ in range(2)]
        for item in (self._shade, *self._edges):
            item.setZValue(-10)
            item.hide()
            self._widget.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._widget)
        self._widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def traces(self) -> tuple["NDArray[np.float64]", ...]:
        """The y values that are on the screen now, a channel each."""
        return tuple(curve.yData for curve in self._curves)

    @property
    def cursor_x(self) -> float:
        """Where the cursor stands, in device pixels from the left."""
        return float(self._cursor.value())

    @property
    def clip_marks(self) -> "NDArray[np.float64]":
        """Where samples at full scale are marked, in device pixels from the left; all channels together."""
        marks = self._clips.xData
        return np.empty(0) if marks is None else marks[::2]

    @property
    def selection_x(self) -> tuple[float, float] | None:
        """Where the selection's edges stand, in device pixels from the left; None if nothing is selected."""
        left, right = (float(edge.value()) for edge in self._edges)
        return (left, right) if self._shade.isVisible() else None

    def show_source(self, source: Source | None) -> None:
        """Puts another clip on, or none."""
        for item in (*self._curves, *self._middles):
            self._widget.removeItem(item)
        channels = source.channels if source is not None else 0
        self._source = source
        self._curves = [_curve() for _ in range(channels)]
        self._middles = [pg.InfiniteLine(pos=-channel, angle=0) for channel in range(channels)]
        for item in (*self._middles, *self._curves):
            self._widget.addItem(item)
        self._cursor.setVisible(channels > 0)
        self._fit()

    def show_window(self, window: ViewWindow) -> None:
        self._window = window
        self._draw()

    def show_position(self, frame: float) -> None:
        self._position = frame
        self._cursor.setValue(self._window.x_of(frame, self._pixels()))

    def show_selection(self, selection: Selection) -> None:
        """Shades the part that is marked, between two edges."""
        self._selection = selection
        pixels, lanes = self._pixels(), max(len(self._curves), 1)
        left, right = (self._window.x_of(edge, pixels) for edge in (selection.start, selection.end))
        self._shade.setRect(left, 0.5 - lanes, right - left, lanes)
        for edge, x in zip(self._edges, (left, right), strict=True):
            edge.setValue(x)
        for item in (self._shade, *self._edges):
            item.setVisible(not selection.is_empty)

    def paint_in(self, colours: Tokens) -> None:
        self._widget.setBackground(QColor(colours.surface))
        # Pens are counted in the screen's own pixels: a column takes one, a line is to be seen at any scale.
        line_px = max(round(self.devicePixelRatioF()), 1)
        self._cursor.setPen(pg.mkPen(colours.cursor, width=line_px))
        shade = QColor(colours.accent)
        shade.setAlpha(_SHADE_ALPHA)
        self._shade.setBrush(shade)
        self._shade.setPen(QPen(Qt.PenStyle.NoPen))
        for edge in self._edges:
            edge.setPen(pg.mkPen(colours.accent, width=line_px))
        self._column_pen = pg.mkPen(colours.wave, width=1)
        self._line_pen = pg.mkPen(colours.wave, width=line_px)
        for middle in self._middles:
            middle.setPen(pg.mkPen(colours.line, width=1))
        self._dots.setBrush(pg.mkBrush(colours.wave))
        self._dots.setPen(None)
        self._clips.setPen(pg.mkPen(colours.error, width=2 * line_px))
        self._draw()

    def _fit(self) -> None:
        lanes = max(len(self._curves), 1)
        box = self._widget.getViewBox()
        box.setRange(xRange=(0, self._pixels()), yRange=(0.5 - lanes, 0.5), padding=0, disableAutoRange=True)
        self._draw()

    def _draw(self) -> None:
        """Reduces to one column a device pixel first: what pyqtgraph gets never grows with the clip."""
        if self._source is None:
            self._dots.clear()
            self._clips.setData([], [])
            return
        traces = [
            trace(self._source, channel, self._window, self._pixels()) for channel in range(len(self._curves))
        ]
        for channel, (curve, drawn) in enumerate(zip(self._curves, traces, strict=True)):
            y = drawn.y * _LANE_HEIGHT - channel
            pen = self._line_pen if drawn.is_samples else self._column_pen
            curve.setData(drawn.x, y, pen=pen, antialias=drawn.is_samples, skipFiniteCheck=True)
        self._draw_dots(traces)
        self._draw_clips(traces)
        self.show_position(self._position)
        self.show_selection(self._selection)

    def _draw_dots(self, traces: Sequence[Trace]) -> None:
        shown = [
            (drawn.x, drawn.y * _LANE_HEIGHT - lane) for lane, drawn in enumerate(traces) if drawn.has_dots
        ]
        if not shown:
            self._dots.clear()
            return
        self._dots.setData(x=np.concatenate([x for x, _ in shown]), y=np.concatenate([y for _, y in shown]))

    def _draw_clips(self, traces: Sequence[Trace]) -> None:
        """Ticks at the top of the lane: the wave itself may hide that it was cut."""
        x = np.concatenate([np.repeat(drawn.clipped, 2) for drawn in traces])
        y = np.concatenate(
            [
                np.tile((_CLIP_TOP - lane, _CLIP_TOP - _CLIP_LENGTH - lane), drawn.clipped.size)
                for lane, drawn in enumerate(traces)
            ]
        )
        self._clips.setData(x, y)

    def _pixels(self) -> int:
        return max(round(self.width() * self.devicePixelRatioF()), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _curve() -> Any:
    """A line that is kept as a picture: a moving cursor must not have thousands of points drawn again."""
    curve = pg.PlotCurveItem(skipFiniteCheck=True)
    curve.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
    return curve


def _bare_plot_widget() -> Any:
    """A plot without axes, buttons, menu or mouse: ruler, keys and mouse are the view's own."""
    widget = pg.PlotWidget(enableMenu=False)
    item = widget.getPlotItem()
    item.hideButtons()
    item.hideAxis("left")
    item.hideAxis("bottom")
    item.layout.setContentsMargins(0, 0, 0, 0)
    item.getViewBox().setDefaultPadding(0)
    widget.setMouseEnabled(x=False, y=False)
    return widget
