"""The names of channels, written over their lanes."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from reviewer.ui.theme import Tokens
from reviewer.ui.waveform.lanes import Lanes, channel_name
from reviewer.ui.waveform.scene import Scene

_LABEL_FROM_LANE_PX = 28
_LABEL_FONT_PX = 11
_PAD_PX = 4
_PLATE_ALPHA = 190


def paint_names(painter: QPainter, scene: Scene, lanes: Lanes, colours: Tokens, font: QFont) -> None:
    """``L`` and ``R`` for two channels, numbers for more, none for one, where a lane has room.

    Paints in logical pixels; the lanes are counted in device pixels.
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
        top, bottom = lanes.top(lane) / scene.scale, lanes.top(lane + 1) / scene.scale
        if bottom - top < _LABEL_FROM_LANE_PX:
            return
        name = channel_name(lane, lanes.count)
        width = metrics.horizontalAdvance(name) + 2 * _PAD_PX
        plate = QRectF(_PAD_PX, top + _PAD_PX, width, metrics.height())
        painter.fillRect(plate, ground)
        painter.setPen(QColor(colours.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)
