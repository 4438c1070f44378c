"""What each person opened, skipped and replayed in the last day; lifts the limits of one who was stopped."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QDialog, QPushButton, QVBoxLayout, QWidget

from reviewer.ui.theme import EDGE_PX, GAP_PX
from reviewer.ui.widgets.layouts import hint_and_buttons
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import enable, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.session.access_limits import PersonActivity

_SIZE_PX = (980, 460)
_COLUMN_PX = 96


class ActivityDialog(QDialog):
    """A table of people; a row whose limit stopped them is marked."""

    lift_requested = Signal(str)
    """Carries the name of the person whose limits are to be lifted."""

    def __init__(self, activity: "Sequence[PersonActivity]", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("activity_dialog")
        self.setWindowTitle(self.tr("Opened and skipped in the last day"))
        self.resize(*_SIZE_PX)
        self.rows = RowsModel(self._columns(), activity, self)
        empty = self.tr("What people open and skip is counted here.")
        self._table = named(Table(self, empty=empty), "activity_table", self.windowTitle())
        self._table.setToolTip("")
        self._table.setModel(self.rows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tidy(self._table, stretch=0)
        for column in range(1, self.rows.columnCount()):
            self._table.setColumnWidth(column, _COLUMN_PX)
        self._lift = named(
            QPushButton(self.tr("Lift limits"), self),
            "activity_lift",
            self.tr("Let the selected person go on; they start anew at every limit"),
        )
        self._lift.clicked.connect(self._on_lift)
        self._lift.setAutoDefault(False)
        self._close = named(
            QPushButton(self.tr("Close"), self), "activity_close", self.tr("Close this table")
        )
        self._close.setDefault(True)
        self._close.clicked.connect(self.reject)
        self._table.selectionModel().selectionChanged.connect(self._on_chosen)
        self._lay_out()
        tab_through(self._table, self._lift, self._close)
        self._on_chosen()

    def _chosen(self) -> "PersonActivity | None":
        chosen = self._table.selectionModel().selectedRows()
        return self.rows.rows[chosen[0].row()] if chosen else None

    @Slot()
    def _on_chosen(self) -> None:
        row = self._chosen()
        why = (
            self.tr("Select a person first.")
            if row is None
            else self.tr("No limit stopped this person today.")
        )
        enable(self._lift, row is not None and row.limits_day > 0, why)

    @Slot()
    def _on_lift(self) -> None:
        row = self._chosen()
        if row is not None:
            self.lift_requested.emit(row.person.name)
            self.accept()

    def _columns(self) -> "list[Column[PersonActivity]]":
        return [
            Column(self.tr("Name"), lambda row: row.person.name),
            Column(self.tr("Opened, 1 h"), lambda row: f"{row.opened_hour:,}", is_figure=True),
            Column(self.tr("Opened, 24 h"), lambda row: f"{row.opened_day:,}", is_figure=True),
            Column(self.tr("Not finished"), lambda row: f"{row.unfinished:,}", is_figure=True),
            Column(self.tr("Skipped"), lambda row: f"{row.skipped_day:,}", is_figure=True),
            Column(self.tr("Unheard"), lambda row: f"{row.technical_day:,}", is_figure=True),
            Column(self.tr("After hours"), lambda row: f"{row.outside_hours_day:,}", is_figure=True),
            Column(self.tr("Most plays"), lambda row: f"{row.most_plays:,.1f}", is_figure=True),
            Column(
                self.tr("Stopped"), lambda row: f"{row.limits_day:,}", role=_warn_if_stopped, is_figure=True
            ),
        ]

    def _lay_out(self) -> None:
        hint = self.tr(
            "Not finished: opened since the last hand-in. Unheard: skipped as not playable. "
            "Most plays: of one clip, by its length. Stopped: refused by a limit."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self._table, 1)
        column.addLayout(hint_and_buttons(hint, self._lift, self._close))


def _warn_if_stopped(row: "PersonActivity") -> str | None:
    return "warn" if row.limits_day else None
