"""Giving actions other keys, by keyboard, as a person would."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.keymap.keymap import Keymap
from reviewer.ui.keymap.keymap_files import PRESETS, default_preset, preset
from reviewer.ui.keymap.keymap_preferences import store_keymap, stored_keymap
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.key_field import KeyField
from reviewer.ui.settings.keys_page import KeysPage

OURS = Keymap(default_preset())
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


class Files:
    """Points at the file it was made with."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.suggested = ""

    def keys_to_read(self, parent: QWidget) -> Path | None:
        return self.path

    def keys_to_write(self, parent: QWidget, suggestion: str) -> Path | None:
        self.suggested = suggestion
        return self.path


class Bench:
    """The page, and hands for it."""

    def __init__(self, qtbot: QtBot, show, files: Files, preferences: Preferences) -> None:
        self.qtbot, self.files, self.preferences = qtbot, files, preferences
        self.page = KeysPage(preferences, {"Alt+1": "[laugh]  Laughter"}, files)
        show(self.page)
        self.field = self.page.findChild(KeyField, "key_field")
        self.table = self.page._table

    @property
    def keymap(self) -> Keymap:
        return stored_keymap(self.preferences)

    @property
    def said(self) -> str:
        return self.page.message.text

    @property
    def shown(self) -> list[tuple[str, ...]]:
        model = self.table.model()
        return [
            tuple(model.index(row, column).data() for column in range(model.columnCount()))
            for row in range(model.rowCount())
        ]

    def search(self, words: str) -> None:
        self.page._search.setText(words)

    def select(self, does: str) -> None:
        """Finds an action by its name and goes to it."""
        self.search("")
        rows = [row[0] for row in self.shown]
        self.table.selectRow(rows.index(does))
        self.table.setFocus()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(QApplication.focusWidget(), key, modifiers)

    def click(self, name: str) -> None:
        button = self.page.findChild(QPushButton, name)
        assert button.isEnabled(), name
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def choose_preset(self, name: str) -> None:
        box = self.page.findChild(QComboBox, "keys_preset")
        box.setCurrentIndex(PRESETS.index(name))
        box.activated.emit(box.currentIndex())


@pytest.fixture
def bench(themed, qtbot: QtBot, show, tmp_path: Path) -> Bench:
    return Bench(qtbot, show, Files(tmp_path / "keys.toml"), Preferences())


def test_an_act_of_desk_and_qa_is_one_row_under_listening(bench: Bench):
    rows = [row for row in bench.shown if row[0] == "Play or pause"]
    assert rows == [("Play or pause", "Ctrl+Space or F4", "Listening", "Preset")]


def test_enter_and_a_key_change_it(bench: Bench):
    bench.select("Play or pause")
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_P, CONTROL)
    assert bench.keymap.keys("listening.play") == ("Ctrl+P",)
    assert bench.shown[0] == ("Play or pause", "Ctrl+P", "Listening", "Own")
    assert bench.said == "The shortcut of “Play or pause” was changed."


def test_the_keyboard_goes_back_to_the_same_action(bench: Bench):
    bench.select("Faster")
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_P, CONTROL)
    assert bench.table.hasFocus()
    assert bench.page._row.action_id == "listening.faster"


def test_a_key_of_another_action_is_refused_with_its_name_and_one_may_try_again(bench: Bench):
    bench.select("Submit")
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_Space, CONTROL)
    assert bench.said.startswith("Ctrl+Space is already used for “Play or pause” (Listening).")
    assert bench.keymap == OURS
    bench.press(Qt.Key.Key_J, CONTROL)
    assert bench.keymap.keys("desk.submit") == ("Ctrl+J",)


@pytest.mark.parametrize(
    ("key", "modifiers", "why"),
    [
        (Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "X types text."),
        (Qt.Key.Key_X, SHIFT, "Shift+X types text."),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, "Space types text."),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, "Tab moves between fields."),
        (Qt.Key.Key_Backtab, SHIFT, "moves between fields."),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "Return is needed for editing text."),
        (Qt.Key.Key_Left, CONTROL, "Ctrl+Left is needed for editing text."),
        (Qt.Key.Key_C, CONTROL, "Ctrl+C copies in the editor."),
        (
            Qt.Key.Key_F1,
            Qt.KeyboardModifier.NoModifier,
            "F1 is already used for “Show the shortcuts” (Everywhere).",
        ),
        (Qt.Key.Key_Q, CONTROL | ALT, "AltGr"),
        (Qt.Key.Key_1, ALT, "Alt+1 is already used for “[laugh]  Laughter” (Tags)."),
    ],
)
def test_keys_that_type_or_are_needed_are_refused_with_the_reason(bench: Bench, key, modifiers, why: str):
    bench.select("Submit")
    bench.press(Qt.Key.Key_Return)
    bench.press(key, modifiers)
    assert why in bench.said
    assert bench.keymap == OURS


def test_a_key_of_a_tag_may_be_had_where_there_are_no_tags(bench: Bench):
    bench.select("Add a person")
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_1, ALT)
    assert bench.keymap.keys("people.add") == ("Alt+1",)


def test_esc_leaves_the_key_as_it_was(bench: Bench):
    bench.select("Submit")
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_Escape)
    assert bench.keymap == OURS
    assert not bench.field.is_listening
    assert bench.table.hasFocus()


def test_a_click_elsewhere_leaves_the_key_as_it_was(bench: Bench):
    bench.select("Submit")
    bench.press(Qt.Key.Key_Return)
    bench.qtbot.mouseClick(bench.page.findChild(QLineEdit, "keys_search"), Qt.MouseButton.LeftButton)
    assert not bench.field.is_listening
    assert bench.keymap == OURS


def test_a_modifier_alone_is_waited_out(bench: Bench):
    bench.select("Submit")
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_Control, CONTROL)
    assert bench.field.is_listening
    assert bench.said == ""


def test_one_more_key_is_added_to_those_there_are(bench: Bench):
    bench.select("Submit")
    bench.click("keys_add")
    bench.press(Qt.Key.Key_J, CONTROL)
    assert bench.keymap.keys("desk.submit") == ("Ctrl+Return", "Ctrl+J")


def test_a_key_is_taken_away_and_given_back(bench: Bench):
    bench.select("Faster")
    bench.click("keys_remove")
    assert ("Faster", "none", "Listening", "Own") in bench.shown
    bench.click("keys_reset")
    assert bench.keymap == OURS
    assert ("Faster", "F7", "Listening", "Preset") in bench.shown


def test_all_own_keys_are_dropped_at_once(bench: Bench):
    store_keymap(
        bench.preferences, OURS.with_keys("desk.submit", ("Ctrl+J",)).with_keys("listening.focus_form", ())
    )
    bench.page = KeysPage(bench.preferences, {}, bench.files)
    bench.qtbot.addWidget(bench.page)
    bench.click("keys_reset_all")
    assert bench.keymap == OURS


def test_what_is_fixed_cannot_be_changed(bench: Bench):
    bench.select("Show the shortcuts")
    names = ("keys_change", "keys_add", "keys_remove", "keys_reset")
    assert [name for name in names if bench.page.findChild(QPushButton, name).isEnabled()] == []
    bench.press(Qt.Key.Key_Return)
    assert not bench.field.is_listening


def test_another_preset_is_in_force_and_own_keys_stay(bench: Bench):
    bench.select("Submit")
    bench.press(Qt.Key.Key_Return)
    bench.press(Qt.Key.Key_J, CONTROL)
    bench.choose_preset("elan")
    assert bench.keymap == Keymap(preset("elan"), {"desk.submit": ("Ctrl+J",)})
    assert bench.said == "Shortcuts set to ELAN. Your own shortcuts are kept."


@pytest.mark.parametrize(
    ("words", "found"),
    [("slow back", "Skip back and replay slowly"), ("shift+f9 pause", "Change the rewind on pause")],
)
def test_the_search_finds_by_words_and_by_keys(bench: Bench, words: str, found: str):
    bench.search(words)
    assert [row[0] for row in bench.shown] == [found]


def test_a_search_that_finds_nothing_says_so(bench: Bench):
    bench.search("no such thing")
    assert bench.shown == []
    assert bench.table.accessibleDescription() == "No shortcut matches."
    assert not bench.page.findChild(QPushButton, "keys_change").isEnabled()


def test_keys_go_out_and_come_in_again(bench: Bench):
    made = Keymap(preset("elan")).with_keys("desk.submit", ("Ctrl+J",))
    store_keymap(bench.preferences, made)
    bench.page = KeysPage(bench.preferences, {}, bench.files)
    bench.qtbot.addWidget(bench.page)
    bench.click("keys_export")
    assert bench.files.suggested == "reviewer-keys.toml"
    bench.click("keys_reset_all")
    bench.click("keys_import")
    assert bench.keymap == made
    assert bench.said == "The shortcuts of keys.toml were imported."


def test_a_file_that_is_refused_changes_nothing(bench: Bench):
    bench.files.path.write_text('[desk]\ndance = ["F5"]\n', encoding="utf-8")
    bench.click("keys_import")
    assert "desk.dance" in bench.said
    assert bench.keymap == OURS


def test_a_place_that_cannot_be_written_is_said(bench: Bench):
    bench.files.path = bench.files.path / "no" / "folder.toml"
    bench.click("keys_export")
    assert "could not be written" in bench.said


@pytest.mark.parametrize("button", ["keys_import", "keys_export"])
def test_whoever_points_at_no_file_changes_nothing(bench: Bench, button: str):
    bench.files.path = None
    bench.click(button)
    assert (bench.said, bench.keymap) == ("", OURS)


# The field


@pytest.fixture
def field(themed, show) -> tuple[KeyField, list[str]]:
    made = KeyField("xcb")
    taken: list[str] = []
    made.key_pressed.connect(taken.append)
    show(made)
    made.listen("Press a key")
    return made, taken


def pressed(key: Qt.Key, modifiers: Qt.KeyboardModifier, scan_code: int, *, again: bool = False) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan_code, 0, 0, "", again)


def test_shift_and_a_digit_is_the_digit_whatever_it_would_type(field):
    made, taken = field
    QApplication.sendEvent(made, pressed(Qt.Key.Key_Exclam, CONTROL | SHIFT, 10))
    assert taken == ["Ctrl+Shift+1"]


def test_a_key_of_the_number_pad_is_the_same_key(field):
    made, taken = field
    QApplication.sendEvent(made, pressed(Qt.Key.Key_5, CONTROL | Qt.KeyboardModifier.KeypadModifier, 84))
    assert taken == ["Ctrl+5"]


def test_a_key_that_is_held_is_taken_once(field):
    made, taken = field
    QApplication.sendEvent(made, pressed(Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, 71))
    QApplication.sendEvent(made, pressed(Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, 71, again=True))
    assert taken == ["F5"]


def test_a_field_at_rest_takes_nothing(field, qtbot: QtBot):
    made, taken = field
    made.rest()
    QApplication.sendEvent(made, pressed(Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, 71))
    assert taken == []
