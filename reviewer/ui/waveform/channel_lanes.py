"""How channels share the height of the waveform."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from reviewer.ui.theme import Tokens

REACH = 0.46
"""The share of half a lane that full scale takes."""
_LABEL_FROM_LANE_PX = 28
_LABEL_FONT_PX = 11
_PAD_PX = 4
_PLATE_ALPHA = 190


@dataclass(frozen=True, slots=True)
class ChannelLanes:
    """``count`` channels stacked in ``height`` pixel rows, equal in height to within one row."""

    count: int
    height: int

    def top(self, lane: int) -> int:
        """The first row of a lane; for the lane after the last, the row below all lanes."""
        return self.height * lane // max(self.count, 1)

    def middle(self, lane: int) -> int:
        """The row at the centre of a lane, where silence is drawn."""
        return (self.top(lane) + self.top(lane + 1)) // 2

    def reach(self, lane: int) -> float:
        """How many rows full scale reaches above or below the centre."""
        return REACH * (self.top(lane + 1) - self.top(lane))


def channel_name(channel: int, channels: int) -> str:
    """``L`` and ``R`` for two channels, numbers from 1 for more."""
    return "LR"[channel] if channels == 2 else str(channel + 1)


def paint_names(painter: QPainter, scale: float, lanes: ChannelLanes, colours: Tokens, font: QFont) -> None:
    """Paints channel names, ``L`` and ``R`` or numbers, where a lane is high enough; none for one channel.

    Paints in logical pixels; the lanes are measured in device pixels.
    """
    if lanes.count < 2:
        return
    small = QFont(font)
    small.setPixelSize(_LABEL_FONT_PX)
    painter.setFont(small)
    metrics = QFontMetricsF(small)
    ground = QColor(colours.background)
    ground.setAlpha(_PLATE_ALPHA)
    for lane in range(lanes.count):
        top, bottom = lanes.top(lane) / scale, lanes.top(lane + 1) / scale
        if bottom - top < _LABEL_FROM_LANE_PX:
            return
        name = channel_name(lane, lanes.count)
        width = metrics.horizontalAdvance(name) + 2 * _PAD_PX
        plate = QRectF(_PAD_PX, top + _PAD_PX, width, metrics.height())
        painter.fillRect(plate, ground)
        painter.setPen(QColor(colours.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)
