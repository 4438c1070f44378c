"""The register of agreements: who signed which version when, and whether it still counts."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reviewer.ui.agreement_columns import agreement_columns
from reviewer.ui.messages import term
from reviewer.ui.theme import EDGE_PX, GAP_PX, GROUP_PX
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.access.nda import RegisterEntry

_SIZE_PX = (900, 460)
_WIDTHS_PX = (110, 150, 110, 110, 240)


class RegisterDialog(QDialog):
    """By person, the newest agreement first."""

    def __init__(self, register: "Sequence[RegisterEntry]", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("register_dialog")
        self.setWindowTitle(self.tr("Register of agreements"))
        self.resize(*_SIZE_PX)
        self.rows = RowsModel(self._columns(), register, self)
        empty = self.tr("Agreements that people sign are listed here.")
        table = named(Table(self, empty=empty), "register_table", self.windowTitle())
        table.setToolTip("")
        table.setModel(self.rows)
        tidy(table, stretch=0)
        for place, width in enumerate(_WIDTHS_PX, start=1):
            table.setColumnWidth(place, width)
        hint = QLabel(self.tr("reviewer nda register --csv writes this table into a file."), self)
        hint.setProperty("kind", "label")
        close = named(QPushButton(self.tr("Close"), self), "register_close", self.tr("Close this table"))
        close.setDefault(True)
        close.clicked.connect(self.reject)
        below = QHBoxLayout()
        below.setSpacing(GROUP_PX)
        below.addWidget(hint, 1)
        below.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(table, 1)
        column.addLayout(below)
        tab_through(table, close)

    def _columns(self) -> "list[Column[RegisterEntry]]":
        return [
            Column(self.tr("Name"), lambda row: row.person.name),
            Column(self.tr("Role"), lambda row: term("ROLE", row.person.role)),
            *agreement_columns(),
        ]
