"""The message line in the play bar."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from reviewer.ui.widgets.widget_ids import announce, restyle

_LINES = 2
_WIDER_BY_PX = 16


class PlaybackMessage(QLabel):
    """Up to two lines; the tooltip has the whole sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("play_problem")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def show_line(self, text: str, kind: str) -> None:
        """Shows a sentence; ``kind`` selects its style: ``warn`` or ``ok``."""
        if text == self.text():
            return
        self.setText(text)
        self.setToolTip(text)
        announce(self, text, is_urgent=kind == "warn")
        self.setProperty("kind", kind)
        restyle(self)

    @property
    def wanted_px(self) -> int:
        """The least width at which the sentence fits in two lines, or in one if it is short."""
        if not self.text():
            return 0
        metrics = self.fontMetrics()
        whole = metrics.horizontalAdvance(self.text()) + _WIDER_BY_PX
        if whole <= 10 * _WIDER_BY_PX:
            return whole
        width = whole // _LINES
        while width < whole and self._height_at(width) > _LINES * metrics.lineSpacing():
            width += _WIDER_BY_PX
        return width + _WIDER_BY_PX

    def _height_at(self, width: int) -> int:
        room = QRect(0, 0, width, 10_000)
        return self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self.text()).height()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)
