"""The view of pyqtgraph that holds the waves, stripped of all that costs time in each frame."""

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QWidget

Paint = Callable[[QPainter], None]


class Canvas(pg.GraphicsView):  # type: ignore[misc]
    """Shows one item that covers it: whoever holds the stage says how this is painted, in logical pixels.

    A frame costs the view nothing but to find this item. There is no background to blit first, no index of
    items to keep, no painter's state to save; and only what ``refresh`` names is painted. Mouse and keyboard
    go past it to the widget around it.
    """

    def __init__(self, paint: Paint, parent: QWidget) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.setCentralItem(None)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.setOptimizationFlags(
            QGraphicsView.OptimizationFlag.DontSavePainterState
            | QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing
        )
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setInteractive(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAcceptDrops(False)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._waves = _WaveformItem(paint)
        self.addItem(self._waves)

    def cover(self, size: QSize) -> None:
        """Becomes so large, from the upper left corner of the widget around it."""
        self.setGeometry(QRect(QPoint(0, 0), size))
        self._waves.cover(QRectF(0.0, 0.0, size.width(), size.height()))

    def refresh(self, part: QRect | None = None) -> None:
        """Has a part painted anew, or all of it."""
        if part is None:
            self.viewport().update()
        else:
            self.viewport().update(part)


class _WaveformItem(pg.GraphicsObject):  # type: ignore[misc]
    """The one item: as large as the stage."""

    def __init__(self, paint: Paint) -> None:
        super().__init__()
        self._paint = paint
        self._bounds = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def cover(self, bounds: QRectF) -> None:
        self.prepareGeometryChange()
        self._bounds = bounds

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, *_style_and_widget: object) -> None:
        self._paint(painter)
