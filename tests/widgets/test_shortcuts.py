"""Keys work where they should, and are shown where one looks."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.shortcuts import bind_shortcut, shortcut, shortcuts_in
from reviewer.ui.shortcuts_dialog import rows_for
from reviewer.ui.widgets.widget_ids import named

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pages(themed, qtbot: QtBot) -> QStackedWidget:
    made = QStackedWidget()
    qtbot.addWidget(made)
    for _ in range(2):
        made.addWidget(QWidget())
    made.show()
    return made


def test_a_key_does_what_the_page_in_front_says(pages: QStackedWidget, qtbot: QtBot):
    pressed: list[str] = []
    bind_shortcut(pages.widget(0), "people.add", lambda: pressed.append("people"))
    bind_shortcut(pages.widget(1), "desk.claim", lambda: pressed.append("desk"))
    for front in (0, 1):
        pages.setCurrentIndex(front)
        qtbot.keyClick(pages, Qt.Key.Key_N, CONTROL)
    assert pressed == ["people", "desk"]


def test_the_key_of_a_sleeping_button_does_nothing(pages: QStackedWidget, qtbot: QtBot):
    pressed: list[int] = []
    button = QPushButton()
    QVBoxLayout(pages.widget(0)).addWidget(button)
    button.setEnabled(False)
    bind_shortcut(button, "people.add", lambda: pressed.append(1))
    qtbot.keyClick(pages, Qt.Key.Key_N, CONTROL)
    assert pressed == []


def test_a_key_that_is_not_in_the_table_is_an_error(themed):
    with pytest.raises(KeyError):
        shortcut("desk.dance")


def test_the_page_s_own_keys_come_first_in_the_table_s_order_then_the_data_s_then_the_window_s(themed):
    assert [row.id for row in shortcuts_in(Scope.LOG)] == ["log.refresh", "log.verify", "log.checkpoint"]
    rows = rows_for(Scope.LOG, [("Alt+1", "[laugh]")], ["Overview"])
    wanted = [("F5", "Refresh: read the newest rows"), ("Alt+1", "[laugh]"), ("F1", "Show the shortcuts")]
    assert [row for row in rows if row in wanted] == wanted


def test_a_widget_is_named_for_tests_and_for_screen_readers(themed, qtbot: QtBot):
    button = named(QPushButton(), "go", "Go", hint="Go there", shortcut_id="people.add", kind="primary")
    qtbot.addWidget(button)
    seen = (button.objectName(), button.accessibleName(), button.toolTip(), button.property("kind"))
    assert seen == ("go", "Go", "Go there  (Ctrl+N)", "primary")
