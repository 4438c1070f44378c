"""Giving actions other keys, by keyboard, as a person would."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from reviewer.ui.keymap.keymap import Keymap
from reviewer.ui.keymap.keymap_files import PRESETS, default_preset, preset
from reviewer.ui.keymap.keymap_preferences import store_keymap, stored_keymap
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.key_field import KeyField
from reviewer.ui.settings.keys_page import KeysPage
from tests.benches.clip_page import ALT, CTRL, NO_KEY, SHIFT
from tests.fakes.file_chooser import FakeFileChooser

OURS = Keymap(default_preset())


class Bench:
    """The page, and hands for it."""

    def __init__(self, qtbot: QtBot, show, files: FakeFileChooser) -> None:
        self.qtbot, self.files, self.preferences = qtbot, files, Preferences()
        self._show = show
        self.open({"Alt+1": "[laugh]  Laughter"})

    def open(self, tags: dict[str, str]) -> None:
        self.page = KeysPage(self.preferences, tags, self.files)
        self._show(self.page)
        self.field = self.page.findChild(KeyField, "key_field")
        self.table = self.page.findChild(QTableView, "keys_actions")

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

    @property
    def selected(self) -> str:
        return self.shown[self.table.currentIndex().row()][0]

    def search(self, words: str) -> None:
        self.page.findChild(QLineEdit, "keys_search").setText(words)

    def change(self, does: str) -> None:
        """Finds an action by its name and presses Enter on it."""
        self.select(does)
        self.press(Qt.Key.Key_Return)

    def select(self, does: str) -> None:
        self.search("")
        rows = [row[0] for row in self.shown]
        self.table.selectRow(rows.index(does))
        self.table.setFocus()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
        self.qtbot.keyClick(QApplication.focusWidget(), key, modifiers)

    def button(self, name: str) -> QPushButton:
        return self.page.findChild(QPushButton, name)

    def click(self, name: str) -> None:
        assert self.button(name).isEnabled(), name
        self.qtbot.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def choose_preset(self, name: str) -> None:
        box = self.page.findChild(QComboBox, "keys_preset")
        box.setCurrentIndex(PRESETS.index(name))
        box.activated.emit(box.currentIndex())


@pytest.fixture
def bench(themed, qtbot: QtBot, show, tmp_path: Path) -> Bench:
    return Bench(qtbot, show, FakeFileChooser(tmp_path / "keys.toml"))


def test_an_act_of_desk_and_qa_is_one_row_under_listening(bench: Bench):
    rows = [row for row in bench.shown if row[0] == "Play or pause"]
    assert rows == [("Play or pause", "Ctrl+Space or F4", "Listening", "Preset")]


def test_enter_and_a_key_change_it_and_the_keyboard_goes_back_to_the_same_action(bench: Bench):
    bench.change("Faster")
    bench.press(Qt.Key.Key_P, CTRL)
    assert bench.keymap.keys("listening.faster") == ("Ctrl+P",)
    assert ("Faster", "Ctrl+P", "Listening", "Own") in bench.shown
    assert bench.said == "The shortcut of “Faster” was changed."
    assert bench.table.hasFocus()
    assert bench.selected == "Faster"


def test_a_key_of_another_action_is_refused_with_its_name_and_one_may_try_again(bench: Bench):
    bench.change("Submit")
    bench.press(Qt.Key.Key_Space, CTRL)
    assert bench.said.startswith("Ctrl+Space is already used for “Play or pause” (Listening).")
    assert bench.keymap == OURS
    bench.press(Qt.Key.Key_U, CTRL)
    assert bench.keymap.keys("desk.submit") == ("Ctrl+U",)


@pytest.mark.parametrize(
    ("key", "modifiers", "why"),
    [
        (Qt.Key.Key_X, NO_KEY, "X types text."),
        (Qt.Key.Key_X, SHIFT, "Shift+X types text."),
        (Qt.Key.Key_Space, NO_KEY, "Space types text."),
        (Qt.Key.Key_Tab, NO_KEY, "Tab moves between fields."),
        (Qt.Key.Key_Backtab, SHIFT, "moves between fields."),
        (Qt.Key.Key_Return, NO_KEY, "Return is needed for editing text."),
        (Qt.Key.Key_Left, CTRL, "Ctrl+Left is needed for editing text."),
        (Qt.Key.Key_C, CTRL, "Ctrl+C copies in the editor."),
        (Qt.Key.Key_F1, NO_KEY, "F1 is already used for “Show the shortcuts” (Everywhere)."),
        (Qt.Key.Key_Q, CTRL | ALT, "AltGr"),
        (Qt.Key.Key_1, ALT, "Alt+1 is already used for “[laugh]  Laughter” (Tags)."),
    ],
)
def test_keys_that_type_or_are_needed_are_refused_with_the_reason(bench: Bench, key, modifiers, why: str):
    bench.change("Submit")
    bench.press(key, modifiers)
    assert why in bench.said
    assert bench.keymap == OURS


def test_a_key_of_a_tag_may_be_had_where_there_are_no_tags(bench: Bench):
    bench.change("Add a person")
    bench.press(Qt.Key.Key_1, ALT)
    assert bench.keymap.keys("people.add") == ("Alt+1",)


@pytest.mark.parametrize("way", ["esc", "click"])
def test_esc_or_a_click_elsewhere_leaves_the_key_as_it_was(bench: Bench, way: str):
    bench.change("Submit")
    if way == "esc":
        bench.press(Qt.Key.Key_Escape)
        assert bench.table.hasFocus()
    else:
        bench.qtbot.mouseClick(bench.page.findChild(QLineEdit, "keys_search"), Qt.MouseButton.LeftButton)
    assert not bench.field.is_listening
    assert bench.keymap == OURS


def test_a_modifier_alone_is_waited_out(bench: Bench):
    bench.change("Submit")
    bench.press(Qt.Key.Key_Control, CTRL)
    assert bench.field.is_listening
    assert bench.said == ""


def test_one_more_key_is_added_to_those_there_are(bench: Bench):
    bench.select("Submit")
    bench.click("keys_add")
    bench.press(Qt.Key.Key_U, CTRL)
    assert bench.keymap.keys("desk.submit") == ("Ctrl+Return", "Ctrl+U")


def test_a_key_is_taken_away_and_given_back(bench: Bench):
    bench.select("Faster")
    bench.click("keys_remove")
    assert ("Faster", "none", "Listening", "Own") in bench.shown
    bench.click("keys_reset")
    assert bench.keymap == OURS
    assert ("Faster", "F7", "Listening", "Preset") in bench.shown


def test_all_own_keys_are_dropped_at_once(bench: Bench):
    made = OURS.with_keys("desk.submit", ("Ctrl+U",)).with_keys("listening.focus_form", ())
    store_keymap(bench.preferences, made)
    bench.open({})
    bench.click("keys_reset_all")
    assert bench.keymap == OURS


def test_what_is_fixed_cannot_be_changed(bench: Bench):
    bench.change("Show the shortcuts")
    assert not bench.field.is_listening
    names = ("keys_change", "keys_add", "keys_remove", "keys_reset")
    assert [name for name in names if bench.button(name).isEnabled()] == []


def test_another_preset_is_in_force_and_own_keys_stay(bench: Bench):
    bench.change("Submit")
    bench.press(Qt.Key.Key_U, CTRL)
    bench.choose_preset("elan")
    assert bench.keymap == Keymap(preset("elan"), {"desk.submit": ("Ctrl+U",)})
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
    assert not bench.button("keys_change").isEnabled()


def test_keys_go_out_and_come_in_again(bench: Bench):
    made = Keymap(preset("elan")).with_keys("desk.submit", ("Ctrl+U",))
    store_keymap(bench.preferences, made)
    bench.open({})
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


F5 = pressed(Qt.Key.Key_F5, NO_KEY, 71)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([pressed(Qt.Key.Key_Exclam, CTRL | SHIFT, 10)], "Ctrl+Shift+1"),
        ([pressed(Qt.Key.Key_5, CTRL | Qt.KeyboardModifier.KeypadModifier, 84)], "Ctrl+5"),
        ([F5, pressed(Qt.Key.Key_F5, NO_KEY, 71, again=True)], "F5"),
    ],
    ids=["shift and a digit is the digit", "of the number pad", "held is taken once"],
)
def test_a_key_is_the_one_on_the_keyboard_whatever_it_would_type(field, events: list[QKeyEvent], told: str):
    made, taken = field
    for event in events:
        QApplication.sendEvent(made, event)
    assert taken == [told]


def test_a_field_at_rest_takes_nothing(field):
    made, taken = field
    made.rest()
    QApplication.sendEvent(made, F5)
    assert taken == []
