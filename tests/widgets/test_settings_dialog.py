"""The dialog of settings, and the page on listening."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.dialog import SettingsDialog, settings_dialog
from reviewer.ui.settings.listening_page import ListeningPage


class SoundPage(QWidget):
    """A page as another room would bring it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_page")
        self.title = name.title()


def two_pages(preferences: Preferences, parent: QWidget | None = None) -> SettingsDialog:
    makers = [lambda home: SoundPage("sound", home), lambda home: SoundPage("pedal", home)]
    return SettingsDialog(preferences, makers, parent)


@pytest.fixture
def preferences() -> Preferences:
    return Preferences()


@pytest.fixture
def page(themed, qtbot: QtBot, preferences: Preferences) -> ListeningPage:
    made = ListeningPage(preferences)
    qtbot.addWidget(made)
    made.show()
    return made


def test_pages_are_listed_by_title_and_shown_one_at_a_time(themed, qtbot: QtBot, preferences: Preferences):
    dialog = two_pages(preferences)
    qtbot.addWidget(dialog)
    dialog.show()
    pages = dialog.findChild(QListWidget, "settings_pages")
    assert [pages.item(row).text() for row in range(pages.count())] == ["Sound", "Pedal"]
    assert dialog.page.isVisible()
    qtbot.keyClick(pages, Qt.Key.Key_Down)
    assert dialog.page.objectName() == "pedal_page"
    assert dialog.page.isVisible()


def test_the_page_is_remembered(themed, qtbot: QtBot, preferences: Preferences):
    first = two_pages(preferences)
    qtbot.addWidget(first)
    first.findChild(QListWidget, "settings_pages").setCurrentRow(1)
    second = two_pages(preferences)
    qtbot.addWidget(second)
    assert second.page.objectName() == "pedal_page"


def test_a_page_that_is_gone_is_forgotten(themed, qtbot: QtBot, preferences: Preferences):
    preferences.put("settings.page", "magic_page")
    dialog = two_pages(preferences)
    qtbot.addWidget(dialog)
    assert dialog.page.objectName() == "sound_page"


def test_esc_closes(themed, qtbot: QtBot, preferences: Preferences):
    dialog = two_pages(preferences)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("window", "size"),
    [
        (QSize(900, 600), QSize(804, 552)),
        (QSize(1280, 800), QSize(1080, 752)),
        (QSize(2560, 1440), QSize(1080, 880)),
    ],
)
def test_the_dialog_is_as_large_as_the_window_lets_it(
    themed, qtbot: QtBot, preferences: Preferences, window: QSize, size: QSize
):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(window)
    assert two_pages(preferences, parent).size() == size


def test_the_program_s_pages_are_listening_and_keys_first(themed, qtbot: QtBot, preferences: Preferences):
    dialog = settings_dialog(preferences, [])
    qtbot.addWidget(dialog)
    pages = dialog.findChild(QListWidget, "settings_pages")
    assert [pages.item(row).text() for row in range(pages.count())][:2] == ["Listening", "Shortcuts"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("step_ms", 2.0), ("pre_roll_ms", 0.0), ("post_roll_ms", 0.0), ("edge_ms", 0.5)],
)
def test_lengths_are_in_seconds_and_kept_in_milliseconds(
    page: ListeningPage, preferences: Preferences, name: str, shown: float
):
    field = page.findChild(QDoubleSpinBox, f"listening_{name}")
    assert field.value() == shown
    field.setValue(0.75)
    assert preferences.number(f"listening.{name}", -1) == 750


@pytest.mark.parametrize(
    ("name", "default"),
    [("play_on_open", False), ("resume", True), ("auto_play", True), ("centred_cursor", False)],
)
def test_a_switch_shows_its_default_and_is_kept(
    page: ListeningPage, preferences: Preferences, qtbot: QtBot, name: str, default: bool
):
    field = page.findChild(QCheckBox, f"listening_{name}")
    assert field.isChecked() is default
    qtbot.keyClick(field, Qt.Key.Key_Space)
    assert preferences.is_on(f"listening.{name}", default=default) is not default


@pytest.mark.parametrize(
    ("name", "shown", "place", "kept"),
    [
        ("backstep_ms", "Not", 2, "500"),
        ("again_percent", "0.75x", 1, "50"),
        ("ruler", "Minutes and seconds", 1, "samples"),
    ],
)
def test_a_list_shows_its_default_and_keeps_what_is_picked(
    page: ListeningPage, preferences: Preferences, name: str, shown: str, place: int, kept: str
):
    field = page.findChild(QComboBox, f"listening_{name}")
    assert field.currentText() == shown
    field.setCurrentIndex(place)
    assert preferences.text(f"listening.{name}") == kept


def test_what_was_chosen_is_shown_again(themed, qtbot: QtBot, preferences: Preferences):
    preferences.put("listening.step_ms", 3500)
    preferences.put("listening.backstep_ms", 2000)
    preferences.put("listening.resume", False)
    page = ListeningPage(preferences)
    qtbot.addWidget(page)
    assert page.findChild(QDoubleSpinBox, "listening_step_ms").value() == 3.5
    assert page.findChild(QComboBox, "listening_backstep_ms").currentText() == "2.00 s"
    assert not page.findChild(QCheckBox, "listening_resume").isChecked()


def test_what_makes_no_sense_is_shown_as_the_default_or_the_nearest(
    themed, qtbot: QtBot, preferences: Preferences
):
    for name, value in (("step_ms", 10**9), ("ruler", "furlongs"), ("again_percent", 61), ("edge_ms", "x")):
        preferences.put(f"listening.{name}", value)
    page = ListeningPage(preferences)
    qtbot.addWidget(page)
    assert page.findChild(QDoubleSpinBox, "listening_step_ms").value() == 10.0
    assert page.findChild(QComboBox, "listening_ruler").currentText() == "Minutes and seconds"
    assert page.findChild(QComboBox, "listening_again_percent").currentText() == "0.75x"
    assert page.findChild(QDoubleSpinBox, "listening_edge_ms").value() == 0.5


def test_opening_the_page_changes_nothing(themed, qtbot: QtBot, preferences: Preferences):
    told: list[str] = []
    preferences.changed.connect(told.append)
    qtbot.addWidget(ListeningPage(preferences))
    assert told == []
