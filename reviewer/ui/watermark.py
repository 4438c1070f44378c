"""A faint watermark over everything a person sees: their name and the minute, also in a photograph."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from reviewer.ui.theme import interface_font, tokens

if TYPE_CHECKING:
    from reviewer.model.clock import Clock

_TILE_PX = (420, 240)
_ALPHA = 14  # of 255: readable in a photograph of a flat area, hardly seen at work
_TEXT_PX = 15
_DEGREES = -18.0
_TICK_MS = 10_000


class Watermark(QWidget):
    """Lies over a widget and passes every event through; painted anew each minute."""

    def __init__(self, name: str, clock: "Clock", over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("watermark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._name, self._over = name, over
        self._clock = clock
        self._text = ""
        self._tile = QPixmap()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._timer.start()
        self.tick()
        self.show()

    @property
    def text(self) -> str:
        """What stands in it now."""
        return self._text

    @Slot()
    def tick(self) -> None:
        """Takes over the minute and the size of what it lies over, and stays on top."""
        self.setGeometry(self._over.rect())
        text = watermark_text(self._name, self._clock.now())
        if text != self._text:
            self._text, self._tile = text, QPixmap()
            self.update()
        self.raise_()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tile = QPixmap()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._tile.isNull() or self._tile.devicePixelRatio() != self.devicePixelRatioF():
            self._tile = self._painted()
        painter = QPainter(self)
        area, (wide, high) = event.rect(), _TILE_PX
        for y in range(area.top() // high * high, area.bottom() + 1, high):
            for x in range(area.left() // wide * wide, area.right() + 1, wide):
                tile = QRect(x, y, wide, high).intersected(area)
                ratio = self._tile.devicePixelRatio()
                source = QRect((tile.topLeft() - QPoint(x, y)) * ratio, tile.size() * ratio)
                painter.drawPixmap(tile, self._tile, source)

    def _painted(self) -> QPixmap:
        ratio, (wide, high) = self.devicePixelRatioF(), _TILE_PX
        made = QPixmap(int(wide * ratio), int(high * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        colour = QColor(tokens().text)
        colour.setAlpha(_ALPHA)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setPen(colour)
        painter.setFont(interface_font(_TEXT_PX))
        painter.translate(wide / 2, high / 2)
        painter.rotate(_DEGREES)
        painter.drawText(QRect(-wide // 2, -high // 2, wide, high), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()
        return made


def watermark_text(name: str, at: datetime) -> str:
    """The person and the minute, with the offset of the time zone: a photograph may be found elsewhere."""
    return f"{name} · {at.astimezone():%Y-%m-%d %H:%M %z}"
