"""The table of keys that work here and now."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from reviewer.ui.handles import named
from reviewer.ui.shortcuts import Scope, keys_in
from reviewer.ui.tables import Column, RowsModel, tidy
from reviewer.ui.theme import EDGE_PX, GROUP_PX

_WIDTH_PX = 480
_HEIGHT_PX = (480, 960)
_KEY_PX = 160
_RAIL = "window.rail_"
Row = tuple[str, str]


def rows_for(scope: Scope, more: Sequence[Row] = (), screens: Sequence[str] = ()) -> list[Row]:
    """Key and what it does: the page's first, then what data defines, then what works everywhere.

    ``screens`` are the titles in the rail; keys of places that this person does not have are left out.
    """
    own = [(row.shown, row.sentence) for row in keys_in(scope)] if scope is not Scope.WINDOW else []
    titles = {f"window.rail_{place}": title for place, title in enumerate(screens, start=1)}
    everywhere = [
        (row.shown, titles.get(row.id, row.sentence))
        for row in keys_in(Scope.WINDOW)
        if row.id in titles or not row.id.startswith(_RAIL)
    ]
    return [*own, *more, *everywhere]


class KeysDialog(QDialog):
    """Shows what ``rows_for`` gives."""

    def __init__(self, rows: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "keys_dialog", self.tr("Keys")).setToolTip("")
        self.setWindowTitle(self.tr("Keys"))
        room = parent.height() - 2 * EDGE_PX if parent is not None else _HEIGHT_PX[1]
        self.resize(_WIDTH_PX, min(max(room, _HEIGHT_PX[0]), _HEIGHT_PX[1]))
        title = QLabel(self.tr("Keys that work here"), self)
        title.setProperty("kind", "title")
        table = named(QTableView(self), "keys_table", self.tr("Keys that work here"))
        columns: list[Column[Row]] = [
            Column(self.tr("Key"), lambda row: row[0]),
            Column(self.tr("Does"), lambda row: row[1]),
        ]
        table.setModel(RowsModel(columns, rows, table))
        tidy(table, stretch=1)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setColumnWidth(0, _KEY_PX)
        close = named(QPushButton(self.tr("Close"), self), "keys_close", self.tr("Close"))
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GROUP_PX)
        column.addWidget(title)
        column.addWidget(table, 1)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(close)
        column.addLayout(row)
        table.setFocus(Qt.FocusReason.OtherFocusReason)
