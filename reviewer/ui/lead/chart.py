"""A small chart in the colours of the theme: lines over days, or bars.

pyqtgraph is loaded with the first data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QStackedLayout, QWidget

from reviewer.ui.theme import tokens
from reviewer.ui.widgets.widget_ids import named

_LINE_PX = 2
_GAP = 0.08
_VEIL = 60
_HEADROOM = 1.15
"""Of the axis over the highest value: its tick and its bar are seen whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points; ``role`` is its colour in the theme. ``floor``: what is between is filled."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    role: str = "wave"
    is_dashed: bool = False
    floor: Sequence[float] = ()


def _whole_numbers(axis: Any) -> Any:
    """The axis with ticks at whole numbers only: clips are counted."""
    usual = axis.tickSpacing
    axis.tickSpacing = lambda *limits: [each for each in usual(*limits) if each[0] >= 1] or [(1, 0)]
    return axis


class Chart(QWidget):
    """Shows data, or a sentence while there is none; it is not a control: the table beside it has the
    figures."""

    def __init__(
        self,
        name: str,
        spoken: str,
        labels: tuple[str, str],
        empty: str,
        parent: QWidget,
        *,
        of_days: bool = False,
    ) -> None:
        """``labels`` name the axes, across and up, with their units."""
        super().__init__(parent)
        named(self, name, spoken).setToolTip("")
        self._labels = labels
        self._lines: tuple[Line, ...] = ()
        self._bars: tuple[Sequence[float], Sequence[int]] | None = None
        self._of_days = of_days
        self._empty = QLabel(empty, self)
        self._empty.setProperty("kind", "label")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)

    @cached_property
    def plot(self) -> Any:
        """The plot, made when there is something to draw."""
        import pyqtgraph as pg  # noqa: PLC0415 - takes a tenth of a second

        axes = {"left": _whole_numbers(pg.AxisItem("left"))}
        if self._of_days:
            axes["bottom"] = pg.DateAxisItem("bottom", utcOffset=0)
        made = pg.PlotWidget(self, axisItems=axes)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setMouseEnabled(x=False, y=False)
        made.setMenuEnabled(False)
        made.hideButtons()
        if self._of_days:
            made.addLegend(offset=(-8, 8))
        self._stack.addWidget(made)
        return made

    @property
    def is_empty(self) -> bool:
        """Whether the sentence is shown."""
        return self._stack.currentWidget() is self._empty

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Replaces what is drawn by lines; the first has to have two points."""
        self._lines, self._bars = tuple(lines), None
        self._draw()

    def show_bars(self, edges: Sequence[float], counts: Sequence[int]) -> None:
        """Replaces what is drawn by bars: one more edge than counts."""
        self._lines, self._bars = (), (edges, counts)
        self._draw()

    def _draw(self) -> None:
        has_lines = bool(self._lines) and len(self._lines[0].x) > 1
        has_bars = self._bars is not None and sum(self._bars[1]) > 0
        if not has_lines and not has_bars:
            if "plot" in self.__dict__:
                self.plot.clear()
            self._stack.setCurrentWidget(self._empty)
            return
        self._clear()
        for line in self._lines:
            self._draw_line(line, QColor(getattr(tokens(), line.role)))
        if self._bars is not None:
            self._draw_bars(*self._bars, QColor(tokens().wave))
        self._stack.setCurrentWidget(self.plot)
        self.plot.setYRange(0, (self._top() or 1) * _HEADROOM, padding=0)
        self.plot.enableAutoRange(axis="x")

    def _clear(self) -> None:
        colours, plot = tokens(), self.plot
        plot.clear()
        plot.setBackground(QColor(colours.surface))
        for side, label in zip(("bottom", "left"), self._labels, strict=True):
            axis = plot.getAxis(side)
            axis.setPen(colours.line)
            axis.setTextPen(colours.text)
            axis.enableAutoSIPrefix(False)
            axis.setLabel(label, color=colours.text)
        plot.showGrid(y=True, alpha=0.2)
        legend = plot.plotItem.legend
        if legend is not None:
            legend.setLabelTextColor(colours.text)
            legend.clear()

    def _draw_line(self, line: Line, colour: QColor) -> None:
        import pyqtgraph as pg  # noqa: PLC0415

        style = Qt.PenStyle.DashLine if line.is_dashed else Qt.PenStyle.SolidLine
        x, y = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
        if line.floor:
            veil = QColor(colour)
            veil.setAlpha(_VEIL)
            edges = [pg.PlotCurveItem(x, np.asarray(each, np.float64), pen=None) for each in (y, line.floor)]
            self.plot.addItem(pg.FillBetweenItem(*edges, brush=veil))
            return
        # A cosmetic pen counts the pixels of the screen, not those of the window.
        pen = pg.mkPen(colour, width=_LINE_PX * self.devicePixelRatioF(), style=style)
        self.plot.addItem(pg.PlotDataItem(x, y, pen=pen, name=line.name, skipFiniteCheck=True))

    def _draw_bars(self, edges: Sequence[float], counts: Sequence[int], colour: QColor) -> None:
        import pyqtgraph as pg  # noqa: PLC0415

        left, right = np.asarray(edges[:-1], np.float64), np.asarray(edges[1:], np.float64)
        gap = (right - left) * _GAP
        bars = pg.BarGraphItem(
            x0=left + gap, x1=right - gap, y0=0, y1=np.asarray(counts), brush=colour, pen=pg.mkPen(None)
        )
        self.plot.addItem(bars)

    def _top(self) -> float:
        if self._bars is not None:
            return float(max(self._bars[1], default=0))
        return max((max(line.y, default=0.0) for line in self._lines), default=0.0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and (self._lines or self._bars):
            self._draw()
