"""What lies over the waves: borders, edges of the selection, dots, clipping marks, names of channels."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from reviewer.ui.theme import Tokens
from reviewer.ui.waveform.lanes import Lanes
from reviewer.ui.waveform.scene import Scene

_DOT_PX = 5
_CLIP_PX = 7
_LABEL_FROM_LANE_PX = 28
_LABEL_FONT_PX = 11
_PAD_PX = 4
_PLATE_ALPHA = 190


def paint_over(painter: QPainter, scene: Scene, lanes: Lanes, colours: Tokens, font: QFont) -> None:
    """Paints in device pixels, each thing as thick as the screen's scale asks for."""
    thick = max(round(scene.scale), 1)
    _paint_separators(painter, lanes, colours, thick)
    _paint_selection(painter, scene, lanes, colours, thick)
    for lane, drawn in enumerate(scene.traces):
        if drawn.has_dots:
            _paint_dots(painter, scene, lanes, lane, colours)
        _paint_clips(painter, scene, lanes, lane, colours)
    if lanes.count > 1:
        _paint_labels(painter, scene, lanes, colours, font)


def _paint_separators(painter: QPainter, lanes: Lanes, colours: Tokens, thick: int) -> None:
    for lane in range(1, lanes.count):
        painter.fillRect(0, lanes.top(lane), painter.device().width(), thick, QColor(colours.line))


def _paint_selection(painter: QPainter, scene: Scene, lanes: Lanes, colours: Tokens, thick: int) -> None:
    if scene.selection.is_empty:
        return
    columns = painter.device().width()
    for frame in (scene.selection.start, scene.selection.end):
        x = round(scene.window.x_of(frame, columns))
        painter.fillRect(x - thick // 2, 0, 2 * thick, lanes.height, QColor(colours.accent))


def _paint_dots(painter: QPainter, scene: Scene, lanes: Lanes, lane: int, colours: Tokens) -> None:
    """One on each sample, so far apart that they are told from the line."""
    drawn, middle, reach = scene.traces[lane], lanes.middle(lane) + 0.5, lanes.reach(lane)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(colours.wave), _DOT_PX * scene.scale)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    places = zip(drawn.x.tolist(), (middle - drawn.y * reach).tolist(), strict=True)
    painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in places]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_clips(painter: QPainter, scene: Scene, lanes: Lanes, lane: int, colours: Tokens) -> None:
    """Ticks at the top of the lane: the wave itself may hide that it was cut."""
    ink, thick = QColor(colours.error), 2 * max(round(scene.scale), 1)
    top, length = lanes.top(lane), round(_CLIP_PX * scene.scale)
    for x in scene.traces[lane].clipped.tolist():
        painter.fillRect(QRectF(round(x) - thick / 2, top, thick, length), ink)


def _paint_labels(painter: QPainter, scene: Scene, lanes: Lanes, colours: Tokens, font: QFont) -> None:
    """``L`` and ``R`` for two channels, numbers for more, where a lane has room for one."""
    small = QFont(font)
    small.setPixelSize(max(round(_LABEL_FONT_PX * scene.scale), 1))
    painter.setFont(small)
    metrics, pad = QFontMetricsF(small, painter.device()), _PAD_PX * scene.scale
    ground = QColor(colours.background)
    ground.setAlpha(_PLATE_ALPHA)
    for lane in range(lanes.count):
        top = lanes.top(lane)
        if lanes.top(lane + 1) - top < _LABEL_FROM_LANE_PX * scene.scale:
            return
        name = "LR"[lane] if lanes.count == 2 else str(lane + 1)
        plate = QRectF(pad, top + pad, metrics.horizontalAdvance(name) + 2 * pad, metrics.height())
        painter.fillRect(plate, ground)
        painter.setPen(QColor(colours.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)
