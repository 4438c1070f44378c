"""One pedal as seen from above, with what it does: it sinks and says so while a foot is on it."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from reviewer.ui.theme import LABEL_PX, TEXT_PX, interface_font, tokens
from reviewer.ui.widgets.widget_ids import named

_SIZE = QSize(120, 72)
_CORNER_PX = 6.0
_SUNK_PX = 4.0
_LINE_PX = 18.0


class PedalIndicator(QWidget):
    """Down is told three ways: the pedal sinks, it is filled, and the word under its name changes."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, title).setToolTip("")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._title = title
        self._is_down = False
        self.show_down(is_down=False)

    @property
    def is_down(self) -> bool:
        return self._is_down

    def show_down(self, *, is_down: bool) -> None:
        """Shows the pedal down, or up."""
        self._is_down = is_down
        self.setAccessibleDescription(self._word)
        self.update()

    @property
    def _word(self) -> str:
        return self.tr("down") if self._is_down else self.tr("up")

    def sizeHint(self) -> QSize:
        return _SIZE

    def minimumSizeHint(self) -> QSize:
        return _SIZE

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = tokens()
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.line), 1.0))
        painter.setBrush(QColor(colours.background))
        painter.drawRoundedRect(whole, _CORNER_PX, _CORNER_PX)
        lift = 0.0 if self._is_down else _SUNK_PX
        top = whole.adjusted(0, _SUNK_PX - lift, 0, -lift)
        painter.setPen(QPen(QColor(colours.accent if self._is_down else colours.dim), 1.0))
        painter.setBrush(QColor(colours.accent if self._is_down else colours.raised))
        painter.drawRoundedRect(top, _CORNER_PX, _CORNER_PX)
        painter.setPen(QColor(colours.on_accent if self._is_down else colours.text))
        middle = top.center() - QPointF(0, _LINE_PX)
        line = QRectF(top.left(), middle.y(), top.width(), _LINE_PX)
        painter.setFont(interface_font(TEXT_PX, bold=True))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self._title)
        painter.setFont(interface_font(LABEL_PX))
        painter.drawText(line.translated(0, _LINE_PX), Qt.AlignmentFlag.AlignCenter, self._word)
        painter.end()
