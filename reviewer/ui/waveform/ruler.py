"""Times or sample numbers above the waves."""

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from reviewer.ui import theme
from reviewer.ui.handles import named
from reviewer.ui.waveform.ticks import Tick, Unit, clip_time, sample_number, sample_ticks, ticks
from reviewer.ui.waveform.window import ViewWindow

HEIGHT_PX = 20
_FONT_PX = 11
_LABEL_GAP_PX = 24
_MAJOR_PX = 7
_MINOR_PX = 4


class Ruler(QWidget):
    """Draws ``mm:ss.mmm`` or sample marks for the window that is in view, and at its end which of them."""

    unit_requested = Signal()
    """The other unit is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wave_ruler")
        self.setAccessibleName(self.tr("Time ruler"))
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(theme.time_font(_FONT_PX))
        self._window: ViewWindow | None = None
        self._rate_hz = 1
        self._unit = Unit.TIME
        self.unit_button = named(QToolButton(self), "ruler_unit", self.tr("Ruler in time or in samples"))
        self.unit_button.setProperty("kind", "unit")
        self.unit_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.unit_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.unit_button.clicked.connect(self.unit_requested)
        self.show_unit(Unit.TIME)

    @property
    def unit(self) -> Unit:
        """What is counted."""
        return self._unit

    def show_unit(self, unit: Unit) -> None:
        self._unit = unit
        self.unit_button.setText(self.tr("samples") if unit is Unit.SAMPLES else self.tr("time"))
        self._place_button()
        self.update()

    def show_window(self, window: ViewWindow | None, rate_hz: int = 1) -> None:
        self._window = window
        self._rate_hz = rate_hz
        self.unit_button.setVisible(window is not None)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._window is not None:
            colours = theme.tokens()
            painter.fillRect(event.rect(), QColor(colours.surface))
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(QPointF(0, HEIGHT_PX - 0.5), QPointF(self.width(), HEIGHT_PX - 0.5))
            self._paint_ticks(painter, self._window, colours)
        painter.end()

    def _paint_ticks(self, painter: QPainter, window: ViewWindow, colours: theme.Tokens) -> None:
        metrics = QFontMetricsF(self.font())
        mark, text = QPen(QColor(colours.dim), 1), QPen(QColor(colours.dim))
        for tick in self._ticks(window, metrics):
            x = round(window.x_of(tick.frame, self.width())) + 0.5
            height = _MAJOR_PX if tick.label else _MINOR_PX
            painter.setPen(mark)
            painter.drawLine(QPointF(x, HEIGHT_PX - height), QPointF(x, HEIGHT_PX - 1))
            if tick.label:
                painter.setPen(text)
                self._paint_label(painter, metrics, x, tick.label)

    def _ticks(self, window: ViewWindow, metrics: QFontMetricsF) -> tuple[Tick, ...]:
        is_time = self._unit is Unit.TIME
        longest = clip_time(window.total, self._rate_hz) if is_time else sample_number(window.total)
        label_px = metrics.horizontalAdvance(longest) + _LABEL_GAP_PX
        if is_time:
            return ticks(window.start, window.end, self._rate_hz, self.width(), label_px)
        return sample_ticks(window.start, window.end, self.width(), label_px)

    def _place_button(self) -> None:
        """At the right end; no time is written where it stands."""
        size = self.unit_button.sizeHint()
        self.unit_button.setGeometry(self.width() - size.width(), 0, size.width(), HEIGHT_PX - 1)

    def _paint_label(self, painter: QPainter, metrics: QFontMetricsF, x: float, label: str) -> None:
        """Beside its mark, to the right; left out where it would be cut by the edge."""
        left = x + 4
        if left + metrics.horizontalAdvance(label) <= self.unit_button.x():
            painter.drawText(QPointF(left, metrics.ascent() + 1), label)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT_PX)
