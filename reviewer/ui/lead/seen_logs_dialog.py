"""Whose access log the server of a team's queue saw last, and what is wrong with it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from reviewer.lead.witnessed_logs import LogState
from reviewer.ui.theme import EDGE_PX, GAP_PX
from reviewer.ui.time_format import exact_time
from reviewer.ui.widgets.layouts import hint_and_buttons
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reviewer.lead.witnessed_logs import SeenLog

_SIZE_PX = (1080, 460)
_WIDTHS_PX = (130, 150, 64, 144, 144, 76, 144)
_ROLES = {LogState.CUT: "error", LogState.FOREIGN: "error", LogState.SILENT: "warn", LogState.REPLACED: "dim"}
_WORST_FIRST = [
    LogState.CUT, LogState.FOREIGN, LogState.SILENT, LogState.SEEN, LogState.IDLE, LogState.REPLACED,
]  # fmt: skip


class SeenLogsDialog(QDialog):
    """One row for each log of each person, what needs a lead first."""

    def __init__(
        self, logs: "Sequence[SeenLog]", names: "Mapping[str, str]", parent: QWidget | None = None
    ) -> None:
        """``names``: of people, by id."""
        super().__init__(parent)
        self.setObjectName("seen_logs_dialog")
        self.setWindowTitle(self.tr("People's access logs, as the queue's server saw them"))
        self.resize(*_SIZE_PX)
        self._names = names
        in_order = sorted(logs, key=lambda row: (_WORST_FIRST.index(row.state), self._name(row)))
        self.rows = RowsModel(self._columns(), in_order, self)
        empty = self.tr(
            "Where the queue is on a server, it keeps the end of each person's log, and they are listed here."
        )
        table = named(Table(self, empty=empty), "seen_logs_table", self.windowTitle())
        table.setToolTip("")
        table.setModel(self.rows)
        tidy(table, stretch=0)
        for place, width in enumerate(_WIDTHS_PX, start=1):
            table.setColumnWidth(place, width)
        close = named(QPushButton(self.tr("Close"), self), "seen_logs_close", self.tr("Close this table"))
        close.setDefault(True)
        close.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(table, 1)
        hint = self.tr(
            "Shorter than before: you saw more of it, so the server's memory was put back. Another log: "
            "not this workspace's, nor that of their own folder. Ask for the folder, and compare it with "
            "reviewer audit compare. Silent: they worked for over an hour after what was seen. "
            "Replaced: they joined with another folder since."
        )
        column.addLayout(hint_and_buttons(hint, close))
        tab_through(table, close)

    def _name(self, row: "SeenLog") -> str:
        return self._names.get(row.person_id, row.person_id)

    def _columns(self) -> "list[Column[SeenLog]]":
        return [
            Column(self.tr("Name"), self._name),
            Column(self.tr("Log"), lambda row: row.log_id, whole=lambda row: row.log_id),
            Column(self.tr("State"), lambda row: _word(row.state), role=lambda row: _ROLES.get(row.state)),
            Column(self.tr("Rows"), lambda row: f"{row.size:,}", is_figure=True),
            Column(self.tr("Seen"), lambda row: _time(row.seen_at)),
            Column(self.tr("Worked"), lambda row: _time(row.worked_at)),
            Column(
                self.tr("Not sent"),
                lambda row: f"{row.unsent:,}",
                is_figure=True,
                role=lambda row: "warn" if row.unsent else None,
            ),
            Column(self.tr("Since"), lambda row: _time(row.unsent_since)),
        ]


def _time(moment: "datetime | None") -> str:
    return "" if moment is None else exact_time(moment)


def _word(state: LogState) -> str:
    return {
        LogState.SEEN: _tr("seen"),
        LogState.SILENT: _tr("silent"),
        LogState.IDLE: _tr("never worked"),
        LogState.FOREIGN: _tr("another log"),
        LogState.CUT: _tr("shorter than before"),
        LogState.REPLACED: _tr("replaced"),
    }[state]


def _tr(text: str) -> str:
    return QCoreApplication.translate("SeenLogsDialog", text)
