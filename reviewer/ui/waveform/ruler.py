"""The ruler above the waveform, in time or in samples."""

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from reviewer.ui import theme
from reviewer.ui.waveform.palette import rgb
from reviewer.ui.waveform.ruler_ticks import RulerUnit, Ticks, clip_time, sample_number, sample_ticks, ticks
from reviewer.ui.waveform.view_window import ViewWindow
from reviewer.ui.widgets.widget_ids import named

if TYPE_CHECKING:
    from numpy.typing import NDArray

Places: TypeAlias = "NDArray[np.float64]"
"""Distances from the left, in logical pixels."""

HEIGHT_PX = 20
_FONT_PX = 11
_LABEL_GAP_PX = 24
_LABEL_OFF_PX = 4
_LABEL_TOP_PX = 1
_MAJOR_PX = 7
_MINOR_PX = 4


class Ruler(QWidget):
    """Draws ``mm:ss.mmm`` or sample ticks for the visible range; a button at its end switches the unit."""

    unit_requested = Signal()
    """The unit button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wave_ruler")
        self.setAccessibleName(self.tr("Time ruler"))
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(theme.time_font(_FONT_PX))
        self._metrics = QFontMetricsF(self.font())
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._window: ViewWindow | None = None
        self._rate_hz = 1
        self._unit = RulerUnit.TIME
        self.unit_button = named(QToolButton(self), "ruler_unit", self.tr("Ruler in time or in samples"))
        self.unit_button.setProperty("kind", "unit")
        self.unit_button.setFont(self.font())  # a font of its own: a theme change removes an inherited one
        self.unit_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.unit_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.unit_button.clicked.connect(self.unit_requested)
        self.show_unit(RulerUnit.TIME)

    @property
    def unit(self) -> RulerUnit:
        """The unit of the labels."""
        return self._unit

    def show_unit(self, unit: RulerUnit) -> None:
        self._unit = unit
        self.unit_button.setText(self.tr("samples") if unit is RulerUnit.SAMPLES else self.tr("time"))
        self._place_button()
        self.update()

    def show_window(self, window: ViewWindow | None, rate_hz: int = 1) -> None:
        self._window = window
        self._rate_hz = rate_hz
        self.unit_button.setVisible(window is not None)
        self.update(0, 0, self.unit_button.x(), HEIGHT_PX)  # painting the button costs more than the ticks

    def _paint_ticks(self, painter: QPainter, window: ViewWindow, colours: theme.Tokens) -> None:
        found, label_px = self._ticks(window)
        start, scale, end = window.start, self.width() / window.span, self.unit_button.x()
        labels = [((frame - start) * scale, label) for frame, label in found.labels]
        marks = self._marks((found.frames - start) * scale, np.array([x for x, _ in labels]), colours)
        painter.drawImage(QPointF(0, HEIGHT_PX - marks.deviceIndependentSize().height()), marks)
        painter.setPen(QColor(colours.dim))
        base = _LABEL_TOP_PX + self._metrics.ascent()
        for x, label in labels:
            if x <= end - label_px:  # beside its tick, left out where it would be cut off
                painter.drawText(QPointF(round(x) + 0.5 + _LABEL_OFF_PX, base), label)

    def _marks(self, minor: Places, major: Places, colours: theme.Tokens) -> QImage:
        """All ticks and the baseline as one image: drawing each as a line costs as much as all of this."""
        scale = self.devicePixelRatioF()
        columns, rows = max(round(self.unit_button.x() * scale), 1), round(_MAJOR_PX * scale)
        image = QImage(columns, rows, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        pixels = np.frombuffer(image.bits(), dtype=np.uint32).reshape(rows, -1)
        thick = max(round(scale), 1)
        pixels[:-thick], pixels[-thick:] = rgb(colours.surface), rgb(colours.line)
        for top, places in ((_MAJOR_PX - _MINOR_PX, minor), (0, major)):
            x = np.rint(places * scale).astype(np.intp)
            for column in (x + step for step in range(thick)):
                pixels[round(top * scale) :, column[(column >= 0) & (column < columns)]] = rgb(colours.dim)
        return image

    def _ticks(self, window: ViewWindow) -> tuple[Ticks, float]:
        """The ticks, and the width of the widest label."""
        is_time = self._unit is RulerUnit.TIME
        longest = clip_time(window.total, self._rate_hz) if is_time else sample_number(window.total)
        label_px = self._metrics.horizontalAdvance(longest) + _LABEL_OFF_PX
        room_px = label_px + _LABEL_GAP_PX - _LABEL_OFF_PX
        if is_time:
            return ticks(window.start, window.end, self._rate_hz, self.width(), room_px), label_px
        return sample_ticks(window.start, window.end, self.width(), room_px), label_px

    def _place_button(self) -> None:
        """At the right end, where no label is drawn."""
        size = self.unit_button.sizeHint()
        self.unit_button.setGeometry(self.width() - size.width(), 0, size.width(), HEIGHT_PX - 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.tokens()
        painter.fillRect(
            event.rect(), QColor(colours.background if self._window is None else colours.surface)
        )
        if self._window is not None:
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(QPointF(0, HEIGHT_PX - 0.5), QPointF(self.width(), HEIGHT_PX - 0.5))
            self._paint_ticks(painter, self._window, colours)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT_PX)
