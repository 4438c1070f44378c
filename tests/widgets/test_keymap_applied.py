"""A person's keys are in force at once, on pages that are open and on those that come later."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTableView, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from reviewer.model.people import Role
from reviewer.transcript.text_checker import TextChecker
from reviewer.ui.desk.page import DeskPage
from reviewer.ui.jobs import Jobs
from reviewer.ui.keymap.keymap import Keymap
from reviewer.ui.keymap.keymap_files import default_preset, preset
from reviewer.ui.keymap.keymap_preferences import (
    CUSTOM_KEYS,
    PRESET_NAME,
    KeymapApplier,
    store_keymap,
    stored_keymap,
)
from reviewer.ui.keymap.shortcut import Scope
from reviewer.ui.preferences import Preferences
from reviewer.ui.qa.page import QaPage
from reviewer.ui.settings.dialog import SettingsDialog
from reviewer.ui.settings.key_field import KeyField
from reviewer.ui.shortcuts import bind_shortcut, shortcut, tooltip_with_keys
from reviewer.ui.shortcuts_dialog import ShortcutsDialog, rows_for
from reviewer.ui.transcript.editor import TranscriptEditor
from reviewer.ui.transcript.tag_palette import TagPalette
from reviewer.ui.widgets.elided_label import ElidedLabel
from reviewer.ui.widgets.widget_ids import named, show_shortcut
from tests.benches.clip_page import clip_tools
from tests.benches.main_window import MainWindowBench
from tests.fakes.work_session import FakeDesk, FakeQa, conventions_of

OURS = Keymap(default_preset())


@pytest.fixture
def preferences() -> Preferences:
    return Preferences()


@pytest.fixture
def window(themed, qtbot: QtBot, preferences: Preferences) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    QVBoxLayout(made)
    KeymapApplier(preferences, made)
    made.show()
    return made


@pytest.fixture
def presses(window: QWidget):
    """Binds a row of the table; gives how often the keys pressed from then on did it."""
    pressed: list[str] = []

    def count(*keys: str, of: str = "") -> int:
        if of:
            bind_shortcut(window, of, lambda: pressed.append(of))
        pressed.clear()
        for key in keys:
            press(window, key)
        return len(pressed)

    return count


def press(window: QWidget, keys: str) -> None:
    QTest.keySequence(window, QKeySequence(keys))


def test_an_action_answers_to_both_its_keys_and_once_changed_to_the_new_ones_alone(
    presses, preferences: Preferences
):
    assert presses("Ctrl+Space", "F4", of="desk.play") == 2
    store_keymap(preferences, OURS.with_keys("listening.play", ("Ctrl+P",)))
    assert presses("Ctrl+Space", "F4") == 0
    assert presses("Ctrl+P") == 1
    store_keymap(preferences, OURS.with_keys("listening.play", ()))
    assert presses("Ctrl+Space", "F4", "Ctrl+P") == 0


def test_what_is_bound_later_has_the_new_key_too(presses, preferences: Preferences):
    store_keymap(preferences, OURS.with_keys("listening.play", ("Ctrl+P",)))
    assert presses("Ctrl+P", of="qa.play") == 1


def test_tooltips_and_labels_follow(window: QWidget, preferences: Preferences):
    button, label = QPushButton(window), QLabel(window)
    named(button, "turn", "Turn", hint="Switch between text and form", shortcut_id="desk.focus_form")
    show_shortcut(label, "desk.focus_form")
    store_keymap(preferences, OURS.with_keys("listening.focus_form", ("Ctrl+T", "F9")))
    assert (button.toolTip(), label.text()) == (
        "Switch between text and form  (Ctrl+T or F9)",
        "Ctrl+T or F9",
    )
    store_keymap(preferences, OURS.with_keys("listening.focus_form", ()))
    assert (button.toolTip(), label.text()) == ("Switch between text and form", "")


def test_a_key_is_told_as_it_is_in_force(window: QWidget, preferences: Preferences):
    store_keymap(preferences, Keymap(preset("express-scribe")))
    assert shortcut("qa.back").shown == "F7"
    assert tooltip_with_keys("Back", "desk.back") == "Back  (F7)"


@pytest.mark.parametrize(("make", "session"), [(DeskPage, FakeDesk), (QaPage, FakeQa)])
def test_every_key_of_an_open_page_follows_a_preset(
    make, session, window: QWidget, preferences: Preferences, jobs: Jobs
):
    page = make(session(), clip_tools(jobs, preferences=preferences), window)
    store_keymap(preferences, Keymap(preset("elan")))
    assert page.findChild(QToolButton, "play_loop").toolTip().endswith("(Ctrl+L or Shift+F3)")
    page.close_down()


def test_a_tag_gives_its_key_to_an_action_that_a_person_put_on_it(window: QWidget, preferences: Preferences):
    palette = TagPalette(conventions_of(), window)
    asked: list[str] = []
    palette.show()
    palette.tag_requested.connect(asked.append)
    before = dict(palette.keys)
    store_keymap(preferences, OURS.with_keys("listening.focus_form", ("Alt+1",)))
    press(window, "Alt+1")
    assert asked == []
    assert "Alt+1" in before
    assert "Alt+1" not in dict(palette.keys)
    store_keymap(preferences, OURS)
    press(window, "Alt+1")
    assert len(asked) == 1
    assert dict(palette.keys) == before


def test_the_line_under_the_text_names_the_key_to_the_next_problem(
    window: QWidget, preferences: Preferences, qtbot: QtBot
):
    editor = TranscriptEditor(conventions_of(), TextChecker(), window)
    editor.show_text("[nosuch]")
    line = editor.findChild(ElidedLabel, "transcript_problems")
    assert line.text().startswith("1 to fix (F8)")
    store_keymap(preferences, OURS.with_keys("listening.problem", ("Ctrl+U",)))
    qtbot.waitUntil(lambda: line.text().startswith("1 to fix (Ctrl+U)"))


# What is stored


def test_a_choice_is_there_after_a_restart(tmp_path: Path):
    file = str(tmp_path / "user.ini")
    made = (
        Keymap(preset("elan"))
        .with_keys("listening.focus_form", ("Ctrl+I", "Alt+;"))
        .with_keys("mine.refresh", ())
    )
    store_keymap(Preferences(QSettings(file, QSettings.Format.IniFormat)), made)
    assert stored_keymap(Preferences(QSettings(file, QSettings.Format.IniFormat))) == made


@pytest.mark.parametrize(
    "stored", ["nonsense", "[]", "{", '"F5"', "null", "0", '{"listening.focus_form": 3}', "\x00"]
)
def test_own_keys_that_make_no_sense_count_as_none(stored: str, preferences: Preferences):
    preferences.put(CUSTOM_KEYS, stored)
    assert stored_keymap(preferences) == OURS


def test_what_makes_sense_of_the_own_keys_is_kept(preferences: Preferences):
    preferences.put(
        CUSTOM_KEYS,
        '{"desk.dance":["F5"],"listening.focus_form":["Ctrl+T"],"desk.skip":["A"],"mine.refresh":["F1"]}',
    )
    assert stored_keymap(preferences).custom == {"listening.focus_form": ("Ctrl+T",)}


def test_a_preset_that_is_not_there_counts_as_ours(preferences: Preferences):
    preferences.put(PRESET_NAME, "../../praat")
    assert stored_keymap(preferences) == OURS


# F1


def test_f1_shows_the_keys_in_force_and_leaves_out_what_has_none(window: QWidget, preferences: Preferences):
    store_keymap(preferences, OURS.with_keys("mine.refresh", ("Ctrl+R",)))
    assert rows_for(Scope.MINE)[0] == ("Ctrl+R", "Refresh")
    store_keymap(preferences, OURS.with_keys("mine.refresh", ()))
    assert "Refresh" not in dict(rows_for(Scope.MINE)).values()


def test_f1_finds_by_key_and_by_words(themed, qtbot: QtBot):
    dialog = ShortcutsDialog([("F5", "Slower"), ("F7", "Faster"), ("Ctrl+F5", "Softer")], "ELAN")
    qtbot.addWidget(dialog)
    model = dialog.findChild(QTableView, "keys_table").model()
    for typed, shown in (("slow", ["F5"]), ("f5", ["F5", "Ctrl+F5"]), ("f5 soft", ["Ctrl+F5"]), ("x", [])):
        dialog.findChild(QLineEdit, "keys_find").setText(typed)
        assert [model.index(row, 0).data() for row in range(model.rowCount())] == shown


# The whole window


@pytest.fixture
def desk(main_window) -> MainWindowBench:
    return main_window(Role.CONTRACTOR)


def test_a_key_changed_in_the_settings_plays_on_the_open_desk(desk: MainWindowBench, qtbot: QtBot):
    desk.take_next()
    desk.services.preferences.put("settings.page", "keys_page")
    press(desk.window, "Ctrl+,")
    settings = desk.window.findChild(SettingsDialog)
    qtbot.keyClick(settings.findChild(QTableView, "keys_actions"), Qt.Key.Key_Return)
    qtbot.keyClick(settings.findChild(KeyField), Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(settings, Qt.Key.Key_Escape)
    assert not settings.isVisible()
    press(desk.window, "Ctrl+Space")
    assert not desk.player.is_playing
    press(desk.window, "Ctrl+P")
    assert desk.player.is_playing
    assert desk.window.findChild(QToolButton, "play_play").toolTip() == "Play or pause  (Ctrl+P)"
    desk.page.leave()


def test_the_button_in_the_bar_opens_the_settings_once(desk: MainWindowBench):
    button = desk.window.findChild(QToolButton, "settings_button")
    assert button.toolTip() == "Settings  (Ctrl+,)"
    button.click()
    desk.window.show_settings()
    assert [one.isVisible() for one in desk.window.findChildren(SettingsDialog)] == [True]


def test_f1_says_which_preset_is_on(desk: MainWindowBench):
    store_keymap(desk.services.preferences, Keymap(preset("label-studio")))
    desk.window.show_keys()
    assert desk.window.findChild(QLabel, "keys_preset_name").text() == "Preset: Label Studio"
