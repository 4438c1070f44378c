"""Tab follows what is seen, whatever was made first."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.widgets.tab_order import tab_through


def test_tab_follows_rows_and_columns_of_the_layouts_inside_a_part(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    fields = {name: QLineEdit(page) for name in "fedcba"}
    for name, field in fields.items():
        field.setObjectName(name)
    row, grid, column = QHBoxLayout(), QGridLayout(), QVBoxLayout(page)
    for name in "ab":
        row.addWidget(fields[name])
    for place, name in enumerate("fedc"):
        grid.addWidget(fields[name], *divmod(3 - place, 2))
    column.addLayout(row)
    column.addLayout(grid)
    tab_through(page)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    fields["a"].setFocus()
    visited = []
    for _ in fields:
        visited.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert visited == list("abcdef")
