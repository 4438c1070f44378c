"""A column of form parts that scrolls when it is longer than its place."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from reviewer.ui.widgets.widget_ids import named


class ScrolledColumn(QScrollArea):
    """As high as its parts are at the width it has, so that it scrolls no further than it must."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, spoken, kind="panel").setToolTip("")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = _Column(self)
        self.column = QVBoxLayout(inside)
        self.setWidget(inside)


class _Column(QWidget):
    """Else Qt takes its height at the least width for the least height, and it scrolls sideways."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)
