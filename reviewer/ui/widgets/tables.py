"""Tables over frozen rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget

from reviewer.ui.theme import EDGE_PX, GAP_PX, tabular, tokens
from reviewer.ui.widgets.text_direction import is_right_to_left, isolated

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
_ROW_PX = 28
_HEADING_PX = 18
"""Room on both sides of a heading."""
_SOME_WORDS_PX = 40
_NOWHERE = QModelIndex()
_AS_TYPED = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap
"""How a view looks for the letters that somebody types."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: its title, the text of a row, and how it is drawn.

    ``role`` gives a text role of the theme for a row, or None. Numbers are right-aligned with tabular
    figures.
    ``whole`` gives the full text for the tooltip and screen readers where the cell is shortened.
    """

    title: str
    text: Callable[[R], str]
    is_figure: bool = False
    role: Callable[[R], str | None] = lambda _row: None
    whole: Callable[[R], str] | None = None


class RowsModel(QAbstractTableModel, Generic[R]):
    """A read-only table model; a new tuple replaces all rows."""

    def __init__(
        self, columns: Sequence[Column[R]], rows: Sequence[R] = (), parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows = tuple(rows)

    @property
    def rows(self) -> tuple[R, ...]:
        return self._rows

    def show_rows(self, rows: Sequence[R]) -> None:
        """Replaces the rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def add_rows(self, rows: Sequence[R]) -> None:
        """Adds rows at the end; selection and scroll position stay."""
        if not rows:
            return
        first = len(self._rows)
        if first == 0:  # a table that was empty says so no more
            self.show_rows(rows)
            return
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows = (*self._rows, *rows)
        self.endInsertRows()

    def replace_row(self, place: int, row: R, to: int) -> None:
        """Replaces one row, which is at ``to`` then; selection and scroll position stay."""
        if to != place:
            # Qt counts the place before the row has left its own.
            self.beginMoveRows(_NOWHERE, place, place, _NOWHERE, to + 1 if to > place else to)
        rows = list(self._rows)
        del rows[place]
        rows.insert(to, row)
        self._rows = tuple(rows)
        if to != place:
            self.endMoveRows()
        self.dataChanged.emit(self.index(to, 0), self.index(to, len(self._columns) - 1))

    def remove_row(self, place: int) -> None:
        """Removes one row; the scroll position stays."""
        self.beginRemoveRows(_NOWHERE, place, place)
        self._rows = self._rows[:place] + self._rows[place + 1 :]
        self.endRemoveRows()

    def match(
        self,
        start: Index,
        role: int,
        value: Any,
        hits: int = 1,
        flags: Qt.MatchFlag = _AS_TYPED,
    ) -> list[QModelIndex]:
        """Finds typed letters without a call of Qt for each of tens of thousands of rows."""
        if role != Qt.ItemDataRole.DisplayRole or hits != 1 or flags != _AS_TYPED or not start.isValid():
            return super().match(start, role, value, hits, flags)
        text, wanted = self._columns[start.column()].text, str(value).casefold()
        for place in (*range(start.row(), len(self._rows)), *range(start.row())):
            if text(self._rows[place]).casefold().startswith(wanted):
                return [self.index(place, start.column())]
        return []

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self._columns[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, row = self._columns[index.column()], self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row) if column.is_figure else isolated(column.text(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (column.whole or column.text)(row)
        if role == Qt.ItemDataRole.ToolTipRole and not column.is_figure:
            return (column.whole or column.text)(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column, column.text(row))
        if role == Qt.ItemDataRole.ForegroundRole:
            named_role = column.role(row)
            return QColor(getattr(tokens(), named_role)) if named_role else None
        return None


class Table(QTableView):
    """A table that shows a sentence while it has no rows."""

    def __init__(self, parent: QWidget | None = None, *, empty: str, is_read: bool = False) -> None:
        """``is_read``: its rows are read when the page is entered, which it says until they are there."""
        super().__init__(parent)
        self._empty = empty
        self._fitted: tuple[int, ...] = ()
        self._yields: int | None = None
        self._until_read: str | None = self.tr("Reading…") if is_read else None
        self.setAccessibleDescription(self._sentence)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self._on_reset)
            # With the view's own one a header asks every row whether it is selected, each time it is painted.
            header = self.horizontalHeader()
            header.setSelectionModel(QItemSelectionModel(model, header))
        self._describe()

    def keep_fitted(self, columns: Sequence[int], *, yields: int | None = None) -> None:
        """Fits these columns to new rows and a new size, until one is dragged; see ``fit_columns``."""
        self._fitted, self._yields = tuple(columns), yields
        self.horizontalHeader().sectionResized.connect(self._on_column_resized)

    @Slot()
    def _on_column_resized(self) -> None:
        if QApplication.mouseButtons() & Qt.MouseButton.LeftButton and self.horizontalHeader().underMouse():
            self._fitted = ()

    def _fit(self) -> None:
        if self._fitted and self.isVisible() and not self.is_empty:
            fit_columns(self, self._fitted, yields=self._yields)

    def set_empty_text(self, text: str) -> None:
        """What is shown from now on while there are no rows."""
        self._empty = text
        self._describe()

    def give_up_reading(self) -> None:
        """The rows could not be read: it says no longer that they come, nor that there are none."""
        if self._until_read is not None:
            self._until_read = ""
            self._describe()

    @property
    def is_empty(self) -> bool:
        model = self.model()
        return model is None or not model.rowCount()

    @property
    def _sentence(self) -> str:
        return self._empty if self._until_read is None else self._until_read

    @Slot()
    def _on_reset(self) -> None:
        self._until_read = None
        self._describe()
        self._fit()

    def _describe(self) -> None:
        self.setAccessibleDescription(self._sentence if self.is_empty else "")
        self.viewport().update()

    def minimumSizeHint(self) -> QSize:
        """High enough for two rows, or the sentence."""
        least_px = self.horizontalHeader().sizeHint().height() + 2 * _ROW_PX + 2 * self.frameWidth()
        return QSize(super().minimumSizeHint().width(), least_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.is_empty:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(tokens().dim))
            area = self.viewport().rect().adjusted(EDGE_PX, GAP_PX, -EDGE_PX, -GAP_PX)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._sentence)
            painter.end()


def tidy(table: QTableView, *, stretch: int) -> None:
    """Applies the common table style: row selection, no grid, one stretching column."""
    table.setFont(tabular(table.font()))
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setAlternatingRowColors(False)
    table.setCornerButtonEnabled(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(_ROW_PX)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setResizeContentsPrecision(0)  # only the rows in sight; Qt takes a thousand
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)


def fit_columns(table: QTableView, columns: Sequence[int], *, yields: int | None = None) -> None:
    """Makes columns as wide as headings and the rows in sight need, and shares what is left among them.

    If that is too much, the widest yield. The table is visible: of a hidden one Qt measures every row.

    Args:
        columns: by their places, in any order; the stretching one among them, which takes what is left.
        yields: the stretching one, if the others shall be read whole before it gets more than its heading
            and some words.
    """
    header, model = table.horizontalHeader(), table.model()
    width_of = (
        header.fontMetrics().horizontalAdvance
    )  # Qt's own hint counts an arrow, which stands above the title
    headings = [
        width_of(model.headerData(place, Qt.Orientation.Horizontal)) + _HEADING_PX for place in columns
    ]
    wanted = [
        max(table.sizeHintForColumn(place), least) for place, least in zip(columns, headings, strict=True)
    ]
    if yields is not None:
        at = columns.index(yields)
        wanted[at] = min(wanted[at], headings[at] + _SOME_WORDS_PX)
    others = (place for place in range(header.count()) if place not in columns)
    room = table.viewport().width() - sum(map(header.sectionSize, others))
    widths = shared_widths(wanted, room)
    left = max(room - sum(widths), 0) if yields is None else 0
    spare = left // len(columns)  # for rows out of sight, whose words may be longer
    for place, width in zip(columns, widths, strict=True):
        table.setColumnWidth(place, width + spare)


def shared_widths(wanted: Sequence[int], room: int) -> list[int]:
    """What each wants; if that is more than there is, none gets more than an equal share of what is left."""
    most, left = max(wanted), room
    for number, width in enumerate(sorted(wanted)):
        share = left // (len(wanted) - number)
        if width > share:
            most = share
            break
        left -= width
    return [min(width, most) for width in wanted]


def _alignment(column: Column[Any], text: str = "") -> int:
    is_right = column.is_figure or is_right_to_left(text)
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
