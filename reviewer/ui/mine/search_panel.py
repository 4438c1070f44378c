"""Finds a text in today's own submissions, and asks to open one of them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.transcript.find import Query
from reviewer.ui.jobs import Jobs
from reviewer.ui.private_clipboard import PrivateLine
from reviewer.ui.theme import GAP_PX, GRID_PX
from reviewer.ui.time_format import exact_time
from reviewer.ui.widgets.tables import Column, RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import named

if TYPE_CHECKING:
    from collections.abc import Collection

    from reviewer.session.text_search import FoundWork
    from reviewer.session.work_session import WorkSession

_WIDTHS = (160, 80)
_LEAST_PX, _MOST_PX = 96, 240


class SearchPanel(QWidget):
    """The list is there only after a search. Texts are in memory only; ``clear`` removes them."""

    open_requested = Signal(str)
    """Carries the annotation id of the submission to be opened for changes."""
    failed = Signal(object)

    def __init__(self, work: "WorkSession", jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mine_search")
        self._work = work
        self._jobs = jobs
        self.wanted = named(PrivateLine(self), "mine_find", self.tr("Find in today's work"))
        self.wanted.setPlaceholderText(self.tr("Find in today's work"))
        self.wanted.setClearButtonEnabled(True)
        self.wanted.returnPressed.connect(self.search)
        self.wanted.textChanged.connect(self._on_text_changed)
        self.whole_words = named(
            QCheckBox(self.tr("Whole words"), self), "mine_whole_words", self.tr("Whole words")
        )
        self._find = named(QPushButton(self.tr("Find"), self), "mine_search_button", self.tr("Find"))
        self._find.setAutoDefault(False)
        self._find.clicked.connect(self.search)
        self.count = named(QLabel(self), "mine_found", self.tr("Clips found"))
        self.count.setToolTip("")
        self.found = RowsModel(self._columns())
        self.table = named(
            Table(self, empty=self.tr("None of today's clips contains it.")),
            "mine_found_table",
            self.tr("Clips of today that contain the text"),
        )
        self.table.setToolTip("")
        self.found.setParent(self.table)
        self.table.setModel(self.found)
        tidy(self.table, stretch=2)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.table.setMinimumHeight(_LEAST_PX)
        self.table.setMaximumHeight(_MOST_PX)
        self.table.activated.connect(self._on_activated)
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Removes what was typed and found."""
        self.wanted.clear()
        self._show_nothing()

    def remove(self, clips: "Collection[str]") -> None:
        """Removes what was found in these clips."""
        kept = [row for row in self.found.rows if row.clip_id not in clips]
        if len(kept) < len(self.found.rows):
            self._on_found(kept)

    @Slot()
    def search(self) -> None:
        """Reads today's submissions; each of them is logged."""
        query = Query(self.wanted.text().strip(), whole_words=self.whole_words.isChecked())
        if not query.text:
            self._show_nothing()
            return
        work = self._work
        self._jobs.run(lambda _token: work.search_today(query), self._on_found, self.failed.emit, owner=self)

    def _on_found(self, found: "list[FoundWork]") -> None:
        self.found.show_rows(found)
        self.table.show()
        self.count.setText(self.tr("%n clips", "", len(found)))
        self.count.show()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        if not text:
            self._show_nothing()

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.open_requested.emit(self.found.rows[index.row()].annotation_id)

    def _show_nothing(self) -> None:
        self.found.show_rows(())
        self.table.hide()
        self.count.clear()
        self.count.hide()  # without its gap the button ends where the table does

    def _columns(self) -> "list[Column[FoundWork]]":
        return [
            Column(self.tr("Submitted"), lambda row: exact_time(row.submitted_at)),
            Column(self.tr("Matches"), lambda row: str(row.count), is_figure=True),
            Column(self.tr("Text"), lambda row: row.excerpt),
        ]

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GAP_PX)
        top.addWidget(self.wanted, 1)
        for each in (self.whole_words, self._find, self.count):
            top.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(top)
        column.addWidget(self.table)
