"""What Qt draws over the waves: dots on samples, and the names of channels."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from reviewer.ui.theme import Tokens
from reviewer.ui.waveform.lanes import Lanes
from reviewer.ui.waveform.scene import Scene

_DOT_PX = 5
_LABEL_FROM_LANE_PX = 28
_LABEL_FONT_PX = 11
_PAD_PX = 4
_PLATE_ALPHA = 190


def paint_over(painter: QPainter, scene: Scene, lanes: Lanes, colours: Tokens, font: QFont) -> None:
    """Paints in logical pixels; the lanes are counted in device pixels."""
    for lane, drawn in enumerate(scene.traces):
        if drawn.has_dots:
            _paint_dots(painter, scene, lanes, lane, colours)
    if lanes.count > 1:
        _paint_labels(painter, scene, lanes, colours, font)


def _paint_dots(painter: QPainter, scene: Scene, lanes: Lanes, lane: int, colours: Tokens) -> None:
    """One on each sample, so far apart that they are told from the line."""
    drawn, middle, reach = scene.traces[lane], lanes.middle(lane) + 0.5, lanes.reach(lane)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(colours.wave), _DOT_PX)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    xs, ys = drawn.x / scene.scale, (middle - drawn.y * reach) / scene.scale
    painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]))
    painter.restore()


def _paint_labels(painter: QPainter, scene: Scene, lanes: Lanes, colours: Tokens, font: QFont) -> None:
    """``L`` and ``R`` for two channels, numbers for more, where a lane has room for one."""
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
        name = "LR"[lane] if lanes.count == 2 else str(lane + 1)
        width = metrics.horizontalAdvance(name) + 2 * _PAD_PX
        plate = QRectF(_PAD_PX, top + _PAD_PX, width, metrics.height())
        painter.fillRect(plate, ground)
        painter.setPen(QColor(colours.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)
