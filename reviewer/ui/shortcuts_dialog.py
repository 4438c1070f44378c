"""The list of shortcuts that work on this page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.shortcuts import shortcuts_in
from reviewer.ui.theme import EDGE_PX, GROUP_PX
from reviewer.ui.widgets.tab_order import tab_through
from reviewer.ui.widgets.tables import Column, RowsModel, Table, tidy
from reviewer.ui.widgets.widget_ids import named

_WIDTH_PX = 560
_HEIGHT_PX = (480, 960)
_KEY_PX = 224
_PAGE_KEYS = "window.page_"
Row = tuple[str, str]


def rows_for(scope: Scope, more: Sequence[Row] = (), screens: Sequence[str] = ()) -> list[Row]:
    """Keys and description: the page's first, then those that data defines, then the window's.

    Shows the active keys; shortcuts without keys are left out.
    ``screens`` are the titles in the sidebar; shortcuts of pages that this person does not have are left out.
    """
    own = (
        [(row.shown, row.sentence) for row in shortcuts_in(scope) if row.keys]
        if scope is not Scope.WINDOW
        else []
    )
    titles = {f"window.page_{place}": title for place, title in enumerate(screens, start=1)}
    everywhere = [
        (row.shown, titles.get(row.id, row.sentence))
        for row in shortcuts_in(Scope.WINDOW)
        if row.keys and (row.id in titles or not row.id.startswith(_PAGE_KEYS))
    ]
    return [*own, *more, *everywhere]


class ShortcutsDialog(QDialog):
    """Shows what ``rows_for`` returns, filtered by a search."""

    def __init__(self, rows: Sequence[Row], preset: str = "", parent: QWidget | None = None) -> None:
        """``preset`` is the name of the active preset."""
        super().__init__(parent)
        named(self, "keys_dialog", self.tr("Shortcuts")).setToolTip("")
        self.setWindowTitle(self.tr("Shortcuts"))
        room = parent.height() - 2 * EDGE_PX if parent is not None else _HEIGHT_PX[1]
        self.resize(_WIDTH_PX, min(max(room, _HEIGHT_PX[0]), _HEIGHT_PX[1]))
        self._rows = tuple(rows)
        self._search = named(QLineEdit(self), "keys_find", self.tr("Search"))
        self._search.setPlaceholderText(self.tr("Search for an action or a key"))
        self._search.textChanged.connect(self._on_search)
        self._table = self._make_table()
        close = named(QPushButton(self.tr("Close"), self), "keys_close", self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        self._lay_out(preset, close)
        self._search.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_search(self, words: str) -> None:
        wanted = words.casefold().split()
        found = [row for row in self._rows if all(word in " ".join(row).casefold() for word in wanted)]
        self._model.show_rows(found)

    def _make_table(self) -> Table:
        columns: list[Column[Row]] = [
            Column(self.tr("Key"), lambda row: row[0]),
            Column(self.tr("Action"), lambda row: row[1]),
        ]
        table = named(
            Table(self, empty=self.tr("No shortcut matches.")),
            "keys_table",
            self.tr("Shortcuts on this page"),
        )
        self._model = RowsModel(columns, self._rows, table)
        table.setModel(self._model)
        tidy(table, stretch=1)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setColumnWidth(0, _KEY_PX)
        return table

    def _lay_out(self, preset: str, close: QPushButton) -> None:
        title = QLabel(self.tr("Shortcuts on this page"), self)
        title.setProperty("kind", "title")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch()
        if preset:
            of = named(
                QLabel(self.tr("Preset: {0}").format(preset), self), "keys_preset_name", self.tr("Preset")
            )
            of.setProperty("kind", "dim")
            head.addWidget(of)
        bottom = QHBoxLayout()
        bottom.addStretch()
        bottom.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GROUP_PX)
        column.addLayout(head)
        column.addWidget(self._search)
        column.addWidget(self._table, 1)
        column.addLayout(bottom)
        tab_through(self._search, self._table, close)
