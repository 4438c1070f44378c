"""A table with a heading that sorts by any column and is saved as CSV."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from reviewer.errors import Unavailable
from reviewer.files import write_atomically
from reviewer.formats.csv_table import shown_cell
from reviewer.model.sorting import sorted_in_runs
from reviewer.ui.jobs import CancelToken, Job
from reviewer.ui.lead.lead_page import LeadPage
from reviewer.ui.messages import Message
from reviewer.ui.theme import GAP_PX
from reviewer.ui.widgets.file_chooser import FileChooser
from reviewer.ui.widgets.tables import Column, RowsModel, Table

R = TypeVar("R")
Value = str | int | float | None
_AT_ONCE = 2_000
"""So many rows are sorted in a few milliseconds, without the job pool."""


@dataclass(frozen=True, slots=True)
class SortedColumn(Generic[R]):
    """A column: ``value`` is what it is sorted by and what stands in the file, ``text`` what is shown.

    Every value of a column is a text, or every one a number; None comes first.
    """

    title: str
    value: Callable[[R], Value]
    text: Callable[[R], str] | None = None
    is_figure: bool = True

    def shown(self) -> Column[R]:
        """The column as a table shows it."""
        return Column(
            self.title, self.text or (lambda row: _plain(self.value(row))), is_figure=self.is_figure
        )


class SortedTable(QWidget):
    """Part of a lead's page, on whose job pool it sorts and writes."""

    opened = Signal(object)
    """Carries the row that was clicked twice, or opened by key."""

    def __init__(
        self,
        page: LeadPage,
        name: str,
        title: str,
        columns: Sequence[SortedColumn[Any]],
        *,
        empty: str,
        chooser: FileChooser,
        widths: Sequence[int],
        before_saving: Callable[[str, int], None] = lambda _name, _rows: None,
        is_read: bool = False,
    ) -> None:
        """``is_read``: see ``LeadPage.table``.

        ``before_saving`` is called on the job pool with name and number of rows, and may refuse.
        """
        super().__init__(page)
        self._before_saving = before_saving
        self._page, self._name, self._title, self._chooser = page, name, title, chooser
        self._columns = tuple(columns)
        self._by, self._is_descending = 0, False
        self._all: Sequence[Any] = ()
        self._sorting: Job | None = None
        self.rows: RowsModel[Any] = RowsModel([each.shown() for each in columns])
        self.view: Table = page.table(name, title, self.rows, stretch=0, empty=empty, is_read=is_read)
        for place, width in enumerate(widths[: len(columns) - 1], start=1):
            self.view.setColumnWidth(place, width)
        self.csv_button = page.button(
            f"{name}_csv", self.tr("CSV…"), self.tr("Write this table to a file"), self.save
        )
        self.csv_button.setAccessibleName(self.tr("CSV: {0}").format(title))
        self.heading = page.label(title, "heading")
        self._lay_out()
        header = self.view.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self._on_header)
        self.view.doubleClicked.connect(self.open_chosen)
        self._show_order()

    @property
    def chosen(self) -> Any:
        """The selected row, or None."""
        selected = self.view.selectionModel().selectedRows()
        return self.rows.rows[selected[0].row()] if selected else None

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Replaces the rows, in the order that was chosen."""
        self._all = rows
        self._arrange()

    def sort_by(self, place: int, *, is_descending: bool) -> None:
        """Sorts by a column."""
        self._by, self._is_descending = place, is_descending
        self._show_order()
        if self._all:  # else the table would say that it has no rows, before they were read
            self._arrange()

    def sort_by_next(self) -> None:
        """Sorts by the next column, upwards."""
        self.sort_by((self._by + 1) % len(self._columns), is_descending=False)

    def reverse(self) -> None:
        """Turns the order round."""
        self.sort_by(self._by, is_descending=not self._is_descending)

    @Slot()
    def open_chosen(self) -> None:
        """Opens the selected row, if there is one."""
        if self.chosen is not None:
            self.opened.emit(self.chosen)

    @Slot()
    def save(self) -> None:
        """Asks where to, and writes the rows as they are sorted."""
        place = self._chooser.table(self, self.tr("Save the table"), f"{self._name}.csv")
        if place is None:
            return
        rows, columns, name, before = self.rows.rows, self._columns, self._name, self._before_saving

        def work(_token: CancelToken) -> int:
            before(name, len(rows))
            return write_table(place, columns, rows)

        self._page.run(work, self._on_written)

    def _on_written(self, count: int) -> None:
        self._page.message.show_message(Message(self.tr("{0} rows written.").format(f"{count:,}")), "ok")

    @Slot(int)
    def _on_header(self, place: int) -> None:
        is_same = place == self._by
        self.sort_by(place, is_descending=not self._is_descending if is_same else False)

    def _arrange(self) -> None:
        if self._sorting is not None:
            self._sorting.cancel()
            self._sorting = None
        rows, key, is_descending = self._all, _key(self._columns[self._by]), self._is_descending
        if len(rows) <= _AT_ONCE:
            self.rows.show_rows(sorted_in_runs(rows, key, is_descending))
            return

        def work(token: CancelToken) -> list[Any]:
            return sorted_in_runs(rows, key, is_descending, lambda: token.is_cancelled)

        self._sorting = self._page.run(work, self.rows.show_rows)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.heading)
        top.addStretch()
        top.addWidget(self.csv_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX // 2)
        column.addLayout(top)
        column.addWidget(self.view, 1)

    def _show_order(self) -> None:
        order = Qt.SortOrder.DescendingOrder if self._is_descending else Qt.SortOrder.AscendingOrder
        self.view.horizontalHeader().setSortIndicator(self._by, order)


def write_table(place: Path, columns: Sequence[SortedColumn[R]], rows: Sequence[R]) -> int:
    """Writes rows as CSV and returns how many; cells that a spreadsheet might take for a formula are escaped.

    Raises: Unavailable.
    """
    try:
        file = io.StringIO(newline="")
        table = csv.writer(file, lineterminator="\n")
        table.writerow([column.title for column in columns])
        for row in rows:
            table.writerow([shown_cell(_plain(column.value(row))) for column in columns])
        write_atomically(place, file.getvalue().encode())  # half a table would look whole
    except OSError as error:
        raise Unavailable("TABLE_NOT_WRITTEN", problem=error.strerror or "") from error
    return len(rows)


def _key(column: SortedColumn[R]) -> Callable[[R], Any]:
    """Texts are compared without regard to case; what is missing comes before every number."""

    def key(row: R) -> Any:
        value = column.value(row)
        if isinstance(value, str):
            return value.casefold()
        return float("-inf") if value is None else value

    return key


def _plain(value: Value) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
