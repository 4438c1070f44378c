"""A window comes back where it was, as large as it was."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from reviewer.ui.preferences import Preferences
from reviewer.ui.window_memory import MAXIMISED, PLACE, WindowMemory, on_a_screen

MAIN, RIGHT = QRect(0, 0, 1920, 1080), QRect(1920, 0, 2560, 1440)


def a_window(qtbot: QtBot, preferences: Preferences, *screens: QRect) -> tuple[QMainWindow, bool]:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window, WindowMemory(window, preferences).restore(screens or (MAIN, RIGHT))


def test_place_and_size_are_there_the_next_time(themed, qtbot: QtBot):
    preferences = Preferences()
    window, was_there = a_window(qtbot, preferences)
    assert not was_there
    with qtbot.waitExposed(window):
        window.show()
    window.setGeometry(100, 120, 1000, 700)
    qtbot.waitUntil(lambda: preferences.text(PLACE) == "100 120 1000 700")
    window.resize(1100, 700)
    window.close()
    again, was_there = a_window(qtbot, preferences)
    assert was_there
    assert again.geometry() == QRect(100, 120, 1100, 700)
    assert not again.isMaximized()


def test_a_maximised_window_comes_back_maximised_and_keeps_its_size_below(themed, qtbot: QtBot):
    preferences = Preferences()
    window, _ = a_window(qtbot, preferences)
    window.setGeometry(50, 60, 1000, 700)
    window.showMaximized()
    qtbot.waitUntil(lambda: preferences.is_on(MAXIMISED, default=False))
    assert preferences.text(PLACE) == "50 60 1000 700"
    again, _ = a_window(qtbot, preferences)
    assert again.isMaximized()


@pytest.mark.parametrize("stored", ["", "wide", "1 2 3", "0 0 -5 10"])
def test_a_place_that_cannot_be_read_is_none(themed, qtbot: QtBot, stored: str):
    preferences = Preferences()
    preferences.put(PLACE, stored)
    assert not a_window(qtbot, preferences)[1]


def test_a_window_whose_monitor_is_gone_comes_to_the_main_screen():
    on_the_right = QRect(2500, 200, 2000, 1300)
    assert on_a_screen(on_the_right, (MAIN, RIGHT)) == on_the_right
    moved = on_a_screen(on_the_right, (MAIN,))
    assert moved.size() == QRect(0, 0, 1920, 1080).size()
    assert MAIN.contains(moved)


def test_a_window_larger_than_its_screen_at_a_new_scale_is_made_as_large_as_it():
    assert on_a_screen(QRect(0, 0, 1920, 1080), (QRect(0, 0, 1536, 864),)) == QRect(0, 0, 1536, 864)


@pytest.mark.parametrize(
    "place", [QRect(100, -500, 800, 600), QRect(1900, 50, 800, 600), QRect(0, 1070, 800, 600)]
)
def test_a_window_whose_title_cannot_be_reached_is_moved(place: QRect):
    moved = on_a_screen(place, (MAIN,))
    assert MAIN.contains(moved)
    assert moved.size() == place.size()
