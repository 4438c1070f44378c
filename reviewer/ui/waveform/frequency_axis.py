"""Frequency labels beside a spectrogram."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from reviewer.ui.theme import Tokens

_STEPS_HZ = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
_LEAST_GAP_PX = 26.0
_MARK_PX = 5
_PLATE_ALPHA = 190
_PAD_PX = 3


def tick_frequencies_hz(top_hz: float, height_px: float) -> tuple[int, ...]:
    """The round frequencies to label on an axis of this height, without 0 and those too close to the top."""
    room = height_px / _LEAST_GAP_PX
    step = next((s for s in _STEPS_HZ if top_hz / s <= room), _STEPS_HZ[-1])
    clear_of_top = top_hz * (1 - _LEAST_GAP_PX / 3 / max(height_px, 1.0))
    return tuple(range(step, int(clear_of_top) + 1, step))


def frequency_label(hertz: float) -> str:
    """``500 Hz``, ``2 kHz``, ``1.5 kHz``; the same in every language."""
    return f"{hertz:.0f} Hz" if hertz < 1000 else f"{hertz / 1000:g} kHz"


def paint_frequency_axis(painter: QPainter, lane: QRectF, top_hz: float, colours: Tokens) -> None:
    """Tick marks and labels at the left edge of a lane, and a line between it and the lane above."""
    painter.setPen(QPen(QColor(colours.line), 1))
    painter.drawLine(QPointF(lane.left(), lane.top() + 0.5), QPointF(lane.right(), lane.top() + 0.5))
    for hertz in tick_frequencies_hz(top_hz, lane.height()):
        y = round(lane.bottom() - hertz / top_hz * lane.height()) + 0.5
        painter.setPen(QPen(QColor(colours.text), 1))
        painter.drawLine(QPointF(lane.left(), y), QPointF(lane.left() + _MARK_PX, y))
        _plate(painter, lane.left() + _MARK_PX + 2, y, frequency_label(hertz), colours)


def _plate(painter: QPainter, left: float, middle: float, text: str, colours: Tokens) -> None:
    """Text on a background of its own, readable on any picture."""
    metrics = QFontMetricsF(painter.font())
    ground = QColor(colours.background)
    ground.setAlpha(_PLATE_ALPHA)
    width, height = metrics.horizontalAdvance(text) + 2 * _PAD_PX, metrics.height()
    plate = QRectF(left, middle - height / 2, width, height)
    painter.fillRect(plate, ground)
    painter.setPen(QPen(QColor(colours.text)))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
