"""A wrapping flow layout, and areas that scroll where there is no room for their content."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from reviewer.ui.theme import GRID_PX, GROUP_PX
from reviewer.ui.widgets.widget_ids import named

_NARROWEST_PX = 120
"""A wider item does not make its layout wider; else the heights are those of a width that is not there."""
_LEAST_SCROLLED_PX = 140
"""What must be left to scroll above a footer that stays in sight."""


class FlowLayout(QLayout):
    """Places items like words, in reading direction, and wraps at the width.

    An item that is wider than the layout gets its width, and the height that it needs then.
    """

    def __init__(self, parent: QWidget | None = None, *, gap_px: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self._least: QSize | None = None
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(gap_px)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Asked several times for each layout of a long form, so it is counted once for each width."""
        if width not in self._heights:
            self._heights[width] = self._place(QRect(0, 0, width, 0), is_dry=True)
        return self._heights[width]

    def invalidate(self) -> None:
        """Called by Qt when an item is added, shown, hidden, or asks for another size."""
        self._heights.clear()
        self._least = None
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, is_dry=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        if self._least is None:
            self._least = QSize()
            for item in self._items:
                least = item.minimumSize()
                self._least = self._least.expandedTo(least.boundedTo(QSize(_NARROWEST_PX, least.height())))
        return self._least

    def _place(self, rect: QRect, *, is_dry: bool) -> int:
        """Places every item (unless ``is_dry``) and returns the height used."""
        x, y, line = rect.left(), rect.top(), 0
        for item in self._items:
            size = item.sizeHint()
            if size.width() > rect.width():
                width = max(rect.width(), 1)
                needed = item.heightForWidth(width) if item.hasHeightForWidth() else size.height()
                size = QSize(width, needed)
            if x > rect.left() and x + size.width() > rect.right() + 1:
                x, y, line = rect.left(), y + line + self.spacing(), 0
            if not is_dry:
                item.setGeometry(self._mirrored(QRect(QPoint(x, y), size), rect))
            x += size.width() + self.spacing()
            line = max(line, size.height())
        return y + line - rect.top()

    def _mirrored(self, place: QRect, rect: QRect) -> QRect:
        parent = self.parentWidget()
        if parent is not None and parent.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            place.moveLeft(rect.left() + rect.right() - place.right())
        return place


class _FollowingArea(QScrollArea):
    """Scrolls what takes the focus in it into view, however it came to the focus."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, GROUP_PX)


class ScrolledColumn(_FollowingArea):
    """A scroll area around a column that is exactly as high as its content needs at the present width."""

    _footer: QWidget | None = None  # Qt calls event filters before there is anything else

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, spoken, kind="panel").setToolTip("")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = _Column(self)
        self.column = QVBoxLayout(inside)
        self.setWidget(inside)

    def keep_below(self, part: QWidget) -> None:
        """Keeps a part in sight below what is scrolled; in a low area it is scrolled too, as the last one."""
        footer = QWidget(self)
        line = QFrame(footer)
        line.setProperty("kind", "hairline")
        inside, margins = QVBoxLayout(), self.column.contentsMargins()
        margins.setTop(0)
        inside.setContentsMargins(margins)
        inside.addWidget(part)
        column = QVBoxLayout(footer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addWidget(line)
        column.addLayout(inside)
        footer.installEventFilter(self)
        self._footer, self._beside_footer = footer, QWidget(self)
        self.addScrollBarWidget(self._beside_footer, Qt.AlignmentFlag.AlignBottom)
        self._place_footer()

    def _place_footer(self) -> None:
        footer = self._footer
        if footer is None:
            return
        room = self.contentsRect()
        height = footer.heightForWidth(room.width())
        is_pinned = room.height() - height >= _LEAST_SCROLLED_PX
        if is_pinned is (footer.parentWidget() is not self):
            self._move_footer(footer, is_pinned)
        self.setViewportMargins(0, 0, 0, height if is_pinned else 0)
        self._beside_footer.setFixedHeight(height if is_pinned else 0)  # the scroll bar ends above it
        if is_pinned:
            footer.setGeometry(room.left(), room.bottom() + 1 - height, room.width(), height)

    def _move_footer(self, footer: QWidget, is_pinned: bool) -> None:  # noqa: FBT001 - one of two places
        if is_pinned:
            self.column.removeWidget(footer)
            footer.setParent(self)
        else:
            self.column.addWidget(footer)
        footer.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._footer and event.type() == QEvent.Type.LayoutRequest:
            self._place_footer()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_footer()


class ScrolledContent(_FollowingArea):
    """A column that fills the area, and scrolls where that is less than the least its parts can do with.

    Not resizable in Qt's sense: then it would be as high as its parts would like to be.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._inside = QWidget(self)
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._inside)
        self._inside.installEventFilter(self)

    def _fit(self) -> None:
        room, least = self.maximumViewportSize(), self.column.minimumSize()
        bar_px = self.verticalScrollBar().sizeHint().width()
        for width in (room.width(), room.width() - bar_px):
            wanted = max(width, least.width())
            height = max(self.column.minimumHeightForWidth(wanted), least.height())
            if height <= room.height():
                break
        self._inside.resize(wanted, max(height, room.height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class _Column(QWidget):
    """Otherwise Qt computes the height for the minimum width, and the area scrolls sideways."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)


def hint_and_buttons(hint: str, *buttons: QPushButton) -> QHBoxLayout:
    """The last row of a dialog with a table: what its words mean, and its buttons at the right."""
    label = QLabel(hint, buttons[0].parentWidget())
    label.setProperty("kind", "label")
    label.setWordWrap(True)
    row = QHBoxLayout()
    row.setSpacing(GROUP_PX)
    row.addWidget(label, 1)
    for button in buttons:
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
    return row
