"""Tables over frozen rows."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemView, QTableView
from pytestqt.qtbot import QtBot

from reviewer.ui.tables import Column, RowsModel, tidy
from reviewer.ui.theme import tokens

Row = tuple[str, int]


@pytest.fixture
def model(themed) -> RowsModel[Row]:
    columns: list[Column[Row]] = [
        Column("Name", lambda row: row[0], role=lambda row: "error" if row[1] < 0 else None),
        Column("Count", lambda row: str(row[1]), is_figure=True),
    ]
    return RowsModel(columns, [("a", 1), ("b", -2)])


def test_the_model_keeps_qt_s_rules(model: RowsModel[Row]):
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_rows([("c", 3)])
    model.show_rows([])
    assert tester.model() is model


def test_a_cell_is_what_its_column_says(model: RowsModel[Row]):
    assert [model.index(0, column).data() for column in range(2)] == ["a", "1"]


def test_titles_stand_above(model: RowsModel[Row]):
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Count"


def test_figures_stand_at_the_right(model: RowsModel[Row]):
    alignment = model.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole)
    assert Qt.AlignmentFlag(alignment) & Qt.AlignmentFlag.AlignRight


def test_a_role_gives_the_theme_s_colour(model: RowsModel[Row]):
    assert model.index(1, 0).data(Qt.ItemDataRole.ForegroundRole).name() == tokens().error.lower()
    assert model.index(0, 0).data(Qt.ItemDataRole.ForegroundRole) is None


def test_new_rows_replace_the_old_ones(model: RowsModel[Row], qtbot: QtBot):
    with qtbot.waitSignal(model.modelReset):
        model.show_rows([("c", 3)])
    assert model.rows == (("c", 3),)
    assert model.rowCount() == 1


def test_rows_have_no_rows_under_them(model: RowsModel[Row]):
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.rowCount(QModelIndex()) == 2


def test_a_tidy_table_is_chosen_by_rows_and_not_edited(model: RowsModel[Row], qtbot: QtBot):
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    tidy(table, stretch=0)
    assert table.selectionBehavior() is QAbstractItemView.SelectionBehavior.SelectRows
    assert table.editTriggers() == QAbstractItemView.EditTrigger.NoEditTriggers
