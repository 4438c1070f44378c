"""Tables over frozen rows."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from reviewer.ui.theme import tokens
from reviewer.ui.widgets.tables import Column, RowsModel, Table, fit_columns, shared_widths, tidy

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


def test_a_cell_is_what_its_column_says_under_its_title_in_its_place_and_colour(model: RowsModel[Row]):
    assert [model.index(0, column).data() for column in range(2)] == ["a", "1"]
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Count"
    alignment = model.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole)
    assert Qt.AlignmentFlag(alignment) & Qt.AlignmentFlag.AlignRight
    assert model.index(1, 0).data(Qt.ItemDataRole.ForegroundRole).name() == tokens().error.lower()
    assert model.index(0, 0).data(Qt.ItemDataRole.ForegroundRole) is None


def test_typed_letters_find_a_row_without_a_call_of_qt_for_each(model: RowsModel[Row], monkeypatch):
    model.show_rows([("Ana", 1), ("ben", 2), ("Cem", 3)])
    monkeypatch.setattr(model, "data", None)
    starts = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap

    def found(start: int, letters: str) -> list[int]:
        return [each.row() for each in model.match(model.index(start, 0), 0, letters, 1, starts)]

    assert found(0, "B") == [1]
    assert found(2, "a") == [0]  # round the end
    assert found(0, "x") == []


def test_a_header_is_painted_without_asking_each_row_whether_it_is_selected(
    model: RowsModel[Row], qtbot: QtBot, monkeypatch
):
    asked = []

    def row_count(shown: RowsModel[Row], parent: object = None) -> int:
        asked.append(parent)
        return len(shown.rows)

    monkeypatch.setattr(RowsModel, "rowCount", row_count)
    model.show_rows([("a", 1)] * 500)
    table = Table(empty="")
    qtbot.addWidget(table)
    table.setModel(model)
    tidy(table, stretch=0)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.selectAll()
    assert table.selectionModel().isRowSelected(499)
    asked.clear()
    table.horizontalHeader().grab()
    assert len(asked) < 500


def test_a_hidden_table_measures_no_rows_and_is_fitted_to_those_in_sight_once_it_is_shown(
    themed, qtbot: QtBot
):
    measured: list[str] = []

    def text(row: Row) -> str:
        measured.append(row[0])
        return row[0]

    model: RowsModel[Row] = RowsModel([Column("A", text), Column("B", lambda _row: "")])
    table = Table(empty="")
    qtbot.addWidget(table)
    table.setModel(model)
    tidy(table, stretch=1)
    table.keep_fitted([0], yields=None)
    table.setColumnWidth(0, 10)
    model.show_rows([("a long name", 1)] * 500)
    assert measured == []
    table.resize(400, 200)
    table.show()
    assert table.columnWidth(0) > 10
    assert 0 < len(measured) < 500


def test_new_rows_replace_the_old_ones(model: RowsModel[Row], qtbot: QtBot):
    with qtbot.waitSignal(model.modelReset):
        model.show_rows([("c", 3)])
    assert model.rows == (("c", 3),)
    assert model.rowCount() == 1


def test_a_shortened_cell_has_all_of_it_in_its_tooltip_and_for_a_screen_reader(themed):
    column: Column[Row] = Column("Id", lambda row: row[0][:2], whole=lambda row: row[0])
    model = RowsModel([column], [("abcdef", 1)])  # an index does not keep its model
    cell = model.index(0, 0)
    assert cell.data() == "ab"
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == "abcdef"
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "abcdef"


def _dim_pixels(table: Table) -> int:
    picture = table.viewport().grab().toImage()
    dim = QColor(tokens().dim).rgb()
    return sum(picture.pixel(x, y) == dim for x in range(picture.width()) for y in range(picture.height()))


@pytest.fixture
def table(model: RowsModel[Row], qtbot: QtBot) -> Table:
    made = Table(empty="Rows will be listed here.")
    qtbot.addWidget(made)
    made.setModel(model)
    tidy(made, stretch=0)
    made.resize(400, 200)
    return made


def test_a_tidy_table_is_chosen_by_rows_and_not_edited(table: Table):
    assert table.selectionBehavior() is QAbstractItemView.SelectionBehavior.SelectRows
    assert table.editTriggers() == QAbstractItemView.EditTrigger.NoEditTriggers


def test_an_empty_table_says_what_will_be_in_it_until_the_first_row_comes_and_nothing_moves(
    table: Table, model: RowsModel[Row]
):
    model.show_rows([])
    before = (table.sizeHint(), table.minimumSizeHint(), table.horizontalHeader().height())
    assert _dim_pixels(table)
    assert table.accessibleDescription() == "Rows will be listed here."
    model.show_rows([("", 1)])
    assert not _dim_pixels(table)
    assert table.accessibleDescription() == ""
    assert (table.sizeHint(), table.minimumSizeHint(), table.horizontalHeader().height()) == before


def test_table_whose_rows_are_read_does_not_say_before_that_there_are_none(
    qtbot: QtBot, model: RowsModel[Row]
):
    model.show_rows([])
    table = Table(empty="There is none.", is_read=True)
    qtbot.addWidget(table)
    table.setModel(model)
    assert table.accessibleDescription() == "Reading…"
    model.show_rows([])
    assert table.accessibleDescription() == "There is none."
    table.give_up_reading()  # a later refresh failed
    assert table.accessibleDescription() == "There is none."


def test_table_whose_rows_could_not_be_read_says_nothing_of_them(qtbot: QtBot, model: RowsModel[Row]):
    model.show_rows([])
    table = Table(empty="There is none.", is_read=True)
    qtbot.addWidget(table)
    table.setModel(model)
    table.give_up_reading()
    assert table.accessibleDescription() == ""
    assert not _dim_pixels(table)


@pytest.mark.parametrize(
    ("wanted", "room", "shared"),
    [
        ([60, 300, 70], 500, [60, 300, 70]),
        ([60, 300, 70], 300, [60, 170, 70]),
        ([300, 60, 200], 300, [120, 60, 120]),
        ([50, 50], 60, [30, 30]),
    ],
)
def test_of_columns_that_want_too_much_the_widest_yield(wanted: list[int], room: int, shared: list[int]):
    assert shared_widths(wanted, room) == shared


def test_a_column_with_long_words_gets_the_room_of_an_empty_one(themed, show):
    columns: list[Column[Row]] = [
        Column("Empty", lambda _row: ""),
        Column("Long", lambda row: f"{row[0]}, and another name beside it"),
    ]
    table = Table(empty="")
    table.setModel(RowsModel(columns, [("a name", 1), ("a longer name", 1)], table))
    tidy(table, stretch=0)
    table.resize(400, 200)
    show(table)
    fit_columns(table, [0, 1])
    assert table.columnWidth(1) >= table.sizeHintForColumn(1) > 100
    assert table.columnWidth(0) + table.columnWidth(1) <= table.viewport().width()


def test_fitting_columns_looks_only_at_the_rows_in_sight(themed, show):
    asked: set[int] = set()
    model: RowsModel[int] = RowsModel([Column("Number", lambda row: asked.add(row) or str(row))])
    table = Table(empty="")
    table.setModel(model)
    tidy(table, stretch=0)
    show(table)
    model.show_rows(range(1000))
    fit_columns(table, [0])
    assert len(asked) < 100


def test_room_that_is_left_is_shared_so_that_longer_words_further_down_fit(themed, show):
    columns: list[Column[Row]] = [
        Column("Short", lambda row: row[0]),
        Column("Last", lambda _row: ""),
    ]
    table = Table(empty="")
    table.setModel(RowsModel(columns, [("windows", 1)], table))
    tidy(table, stretch=1)
    table.resize(600, 200)
    show(table)
    fit_columns(table, [0, 1])
    assert table.columnWidth(0) > table.sizeHintForColumn(0) + 100
