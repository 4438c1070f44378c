"""Both versions by segments, in one table: times, speakers and what else differs, and the two texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from reviewer.session.differences import ComparedRow, Difference, Mark, Side, marks_of
from reviewer.ui.comparison.marked_text import mark_format, utf16_units
from reviewer.ui.comparison.side_names import of_review
from reviewer.ui.theme import interface_font, tabular, tokens
from reviewer.ui.widgets.tables import Index, tidy
from reviewer.ui.widgets.text_direction import is_right_to_left
from reviewer.ui.widgets.widget_ids import named

FACTS, THEIRS, MINE = range(3)
SIDES = {THEIRS: Side.THEIRS, MINE: Side.MINE}
_NOWHERE = QModelIndex()
_DISPLAY = Qt.ItemDataRole.DisplayRole
_TEXT_PX = 16
_FACTS_PX = 230
_PADDING_PX = 6
_TYPICAL_ROW_PX = 52
_SCROLLS = 3
"""Rows that come into view above the one that is scrolled to get their height, and move it."""
_LINE = "\N{LINE SEPARATOR}"
DIFFERS = "\N{NOT EQUAL TO} "


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its facts as lines: times and speakers first; those that differ begin with ≠."""

    row: ComparedRow
    facts: tuple[str, ...]

    def marks(self, side: Side) -> tuple[Mark, ...]:
        """The differing words of one version."""
        return marks_of(self.row.text(side), self.row.words, side)


class SegmentComparisonModel(QAbstractTableModel):
    """Rows are stretches of the clip; the texts are those of both versions."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ShownRow, ...] = ()
        self._captions = of_review().captions

    @property
    def rows(self) -> tuple[ShownRow, ...]:
        return self._rows

    def show_rows(self, rows: Sequence[ShownRow], captions: tuple[str, str] | None = None) -> None:
        """Replaces all rows, and with ``captions`` the titles of both versions."""
        self.beginResetModel()
        self._captions = captions or self._captions
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else MINE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        titles = (self.tr("Segment"), *self._captions)
        return titles[section] if role == _DISPLAY else None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        shown, column = self._rows[index.row()], index.column()
        if role in {_DISPLAY, Qt.ItemDataRole.AccessibleTextRole}:
            if column == FACTS:
                return "\n".join(shown.facts)
            return shown.row.text(SIDES[column])
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and column != FACTS:
            return self._spoken_marks(shown, SIDES[column])
        return None

    def _spoken_marks(self, shown: ShownRow, side: Side) -> str:
        text = shown.row.text(side)
        words = ", ".join(text[mark.start : mark.end] for mark in shown.marks(side))
        return self.tr("Differing words: {0}").format(words) if words else ""


class SegmentComparisonTable(QTableView):
    """Rows get their height when they come into view, so that a long clip opens as fast as a short one."""

    row_chosen = Signal(int)
    """A row was chosen by mouse or arrow keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "qa_segments", self.tr("Both versions by segments")).setToolTip("")
        self.rows = SegmentComparisonModel(self)
        self._fitted: set[int] = set()
        self._fitted_widths: tuple[int, ...] = ()
        self._is_showing = self._is_fitting = False
        self._delegate = _CellDelegate(self)
        tidy(self, stretch=THEIRS)
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setDefaultSectionSize(_TYPICAL_ROW_PX)
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(FACTS, QHeaderView.ResizeMode.Fixed)
        for column in SIDES:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(FACTS, _FACTS_PX)
        self.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.verticalScrollBar().valueChanged.connect(self._fit_rows_in_view)

    @property
    def selected_words(self) -> dict[Side, str]:
        """The word of each version that is selected."""
        found = self._delegate.difference
        if found is None:
            return {}
        row = self.rows.rows[found.row].row
        marks = {side: found.mark(side) for side in Side}
        return {side: row.text(side)[mark.start : mark.end] for side, mark in marks.items() if mark}

    def show_rows(self, rows: Sequence[ShownRow], captions: tuple[str, str] | None = None) -> None:
        """Shows other rows, from the top."""
        self._delegate.difference = None
        self._fitted.clear()
        self._is_showing = True
        self.rows.show_rows(rows, captions)
        self._is_showing = False
        self.scrollToTop()
        self._fit_rows_in_view()

    def show_difference(self, difference: Difference | None) -> None:
        """Selects a row and its differing words, and scrolls there."""
        self._delegate.difference = difference
        self._is_showing = True
        if difference is None:
            self.setCurrentIndex(QModelIndex())
        else:
            self._fit(difference.row)
            self.setCurrentIndex(self.rows.index(difference.row, THEIRS if difference.theirs else MINE))
            for _ in range(_SCROLLS):
                self.updateGeometries()  # the scroll bar's range follows the heights
                self.scrollTo(self.currentIndex())
        self._is_showing = False
        self.viewport().update()

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._is_showing and index.isValid():
            self._delegate.difference = None
            self.viewport().update()
            self.row_chosen.emit(index.row())

    @Slot()
    def _fit_rows_in_view(self) -> None:
        if not self.rows.rows:
            return
        widths = tuple(self.columnWidth(column) for column in SIDES)
        if widths != self._fitted_widths:
            self._fitted.clear()
            self._fitted_widths = widths
        row, bottom = max(self.rowAt(0), 0), self.viewport().height()
        while row < len(self.rows.rows) and self.rowViewportPosition(row) < bottom:
            self._fit(row)
            row += 1

    def _fit(self, row: int) -> None:
        if row not in self._fitted:
            self._fitted.add(row)
            self.resizeRowToContents(row)

    def updateGeometries(self) -> None:
        """Qt has given the columns their widths."""
        super().updateGeometries()
        if not self._is_fitting:
            self._is_fitting = True
            self._fit_rows_in_view()
            self._is_fitting = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt then chooses a row if there is none: nothing is to be played for that."""
        self._is_showing = True
        super().focusInEvent(event)
        self._is_showing = False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fitted.clear()
            self._fit_rows_in_view()


class _CellDelegate(QStyledItemDelegate):
    """Draws texts in their own direction with their marks; the word that is looked at has a ground."""

    def __init__(self, parent: SegmentComparisonTable) -> None:
        super().__init__(parent)
        self._table = parent
        self.difference: Difference | None = None

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        width = self._table.columnWidth(index.column())
        return QSize(width, round(self._layout(index, width).boundingRect().height()) + 2 * _PADDING_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        style = self._table.style() or QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, self._table)
        area: QRect = option.rect
        painter.save()
        painter.setClipRect(area)
        painter.setPen(QColor(tokens().text if index.column() != FACTS else tokens().dim))
        layout = self._layout(index, area.width())
        layout.draw(painter, QPointF(area.topLeft()) + QPointF(_PADDING_PX, _PADDING_PX))
        current = self._table.currentIndex()
        if index.row() == current.row() and index.column() == FACTS:
            bar = QRectF(area.left(), area.top(), 3, area.height())
            painter.fillRect(bar, QColor(tokens().accent))
        painter.restore()

    def _layout(self, index: Index, width: int) -> QTextLayout:
        shown, column = self._table.rows.rows[index.row()], index.column()
        side = SIDES.get(column)
        text = "\n".join(shown.facts) if side is None else shown.row.text(side)
        font = tabular(self._table.font()) if side is None else interface_font(_TEXT_PX)
        layout = QTextLayout(text.replace("\n", _LINE), font)
        layout.setTextOption(_option(is_from_the_right=side is not None and is_right_to_left(text)))
        formats = self._fact_formats(shown) if side is None else self._word_formats(index.row(), text, side)
        layout.setFormats(formats)
        layout.beginLayout()
        top = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width - 2 * _PADDING_PX, 1))
            line.setPosition(QPointF(0, top))
            top += line.height()
        layout.endLayout()
        return layout

    def _word_formats(self, row: int, text: str, side: Side) -> list[QTextLayout.FormatRange]:
        shown, difference = self._table.rows.rows[row], self.difference
        chosen = difference.mark(side) if difference is not None and difference.row == row else None
        found = []
        for mark in shown.marks(side):
            look = mark_format(side)
            if mark == chosen:
                look.setBackground(QColor(tokens().accent))
                look.setForeground(QColor(tokens().on_accent))
            found.append(_range(text, mark.start, mark.end, look))
        return found

    def _fact_formats(self, shown: ShownRow) -> list[QTextLayout.FormatRange]:
        look, found, at = QTextCharFormat(), [], 0
        look.setForeground(QColor(tokens().warn))
        text = "\n".join(shown.facts)
        for fact in shown.facts:
            if fact.startswith(DIFFERS):
                found.append(_range(text, at, at + len(fact), look))
            at += len(fact) + 1
        return found


def _range(text: str, start: int, end: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start = utf16_units(text[:start])
    made.length = utf16_units(text[start:end])
    made.format = look
    return made


def _option(*, is_from_the_right: bool) -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    if is_from_the_right:
        option.setTextDirection(Qt.LayoutDirection.RightToLeft)
        option.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
    else:
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
    return option
