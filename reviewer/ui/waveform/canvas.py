"""A pyqtgraph view reduced to one item, so that a frame costs as little as possible."""

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QWidget

Paint = Callable[[QPainter], None]


class Canvas(pg.GraphicsView):  # type: ignore[misc]
    """Shows one item that covers it; the owner paints that item, in logical pixels.

    It has no background to blit, no item index and no saved painter state; only regions given to ``refresh``
    are painted. Mouse and keyboard events pass through to the parent widget.
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
        """Resizes to this size, at the top left corner of the parent widget."""
        self.setGeometry(QRect(QPoint(0, 0), size))
        self._waves.cover(QRectF(0.0, 0.0, size.width(), size.height()))

    def refresh(self, part: QRect | None = None) -> None:
        """Repaints a region, or everything."""
        if part is None:
            self.viewport().update()
        else:
            self.viewport().update(part)


class _WaveformItem(pg.GraphicsObject):  # type: ignore[misc]
    """The only item, as large as the canvas."""

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
