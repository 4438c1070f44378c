"""The dialog of settings, and the page on listening."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui.display_scale import scale_percent
from reviewer.ui.jobs import Jobs
from reviewer.ui.pedal_reader import PedalReader
from reviewer.ui.preferences import Preferences
from reviewer.ui.settings.appearance_page import AppearancePage
from reviewer.ui.settings.dialog import SettingsDialog, settings_dialog
from reviewer.ui.settings.listening_page import ListeningPage
from reviewer.ui.theme import Choice, ContrastChoice, Scheme, Theme, current_scheme
from reviewer.ui.widgets.widget_ids import named
from tests.fakes.pedal import FakeHidBackend


def two_pages(preferences: Preferences, parent: QWidget | None = None) -> SettingsDialog:
    def maker(name: str) -> Callable[[QWidget], QWidget]:
        return lambda home: named(QWidget(home), f"{name}_page", name.title())

    return SettingsDialog(preferences, [maker("sound"), maker("pedal")], parent)


@pytest.fixture
def dialog(themed, qtbot: QtBot, preferences: Preferences) -> SettingsDialog:
    made = two_pages(preferences)
    qtbot.addWidget(made)
    made.show()
    return made


def titles(dialog: SettingsDialog) -> list[str]:
    pages = dialog.findChild(QListWidget, "settings_pages")
    return [pages.item(row).text() for row in range(pages.count())]


@pytest.fixture
def preferences() -> Preferences:
    return Preferences()


@pytest.fixture
def page(themed, qtbot: QtBot, preferences: Preferences) -> ListeningPage:
    made = ListeningPage(preferences)
    qtbot.addWidget(made)
    made.show()
    return made


def shown(page: ListeningPage, name: str) -> float | str | bool:
    """What a field of the page shows."""
    field = page.findChild(QWidget, f"listening_{name}")
    match field:
        case QDoubleSpinBox():
            return field.value()
        case QComboBox():
            return field.currentText()
        case _:
            return field.isChecked()


def test_pages_are_listed_by_title_shown_one_at_a_time_and_the_last_is_remembered(
    dialog: SettingsDialog, preferences: Preferences, qtbot: QtBot
):
    assert titles(dialog) == ["Sound", "Pedal"]
    assert dialog.page.isVisible()
    qtbot.keyClick(dialog.findChild(QListWidget, "settings_pages"), Qt.Key.Key_Down)
    assert dialog.page.objectName() == "pedal_page"
    assert dialog.page.isVisible()
    second = two_pages(preferences)
    qtbot.addWidget(second)
    assert second.page.objectName() == "pedal_page"


def test_a_page_that_is_gone_is_forgotten(themed, qtbot: QtBot, preferences: Preferences):
    preferences.put("settings.page", "magic_page")
    dialog = two_pages(preferences)
    qtbot.addWidget(dialog)
    assert dialog.page.objectName() == "sound_page"


def test_the_list_of_pages_is_styled_before_its_rows_are_measured(
    themed, qtbot: QtBot, preferences: Preferences
):
    made = two_pages(preferences)
    qtbot.addWidget(made)
    pages = made.findChild(QListWidget, "settings_pages")
    assert pages.testAttribute(Qt.WidgetAttribute.WA_WState_Polished)


def test_esc_closes(dialog: SettingsDialog, qtbot: QtBot):
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


def test_the_program_s_pages_are_listed_in_their_order(
    themed, qtbot: QtBot, preferences: Preferences, jobs: Jobs, settle
):
    reader = PedalReader(FakeHidBackend(), preferences)
    dialog = settings_dialog(preferences, [], jobs, reader)
    qtbot.addWidget(dialog)
    settle()
    assert titles(dialog) == ["Listening", "Sound", "Shortcuts", "Snippets", "Foot pedal"]


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
        ("backstep_ms", "Off", 2, "500"),
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


@pytest.mark.parametrize(
    ("name", "stored", "seen"),
    [
        ("step_ms", 3500, 3.5),
        ("backstep_ms", 2000, "2.00 s"),
        ("resume", False, False),
        ("step_ms", 10**9, 10.0),
        ("ruler", "furlongs", "Minutes and seconds"),
        ("again_percent", 61, "0.75x"),
        ("edge_ms", "x", 0.5),
    ],
)
def test_what_was_chosen_is_shown_again_or_else_the_default_or_the_nearest(
    themed, qtbot: QtBot, preferences: Preferences, name: str, stored: object, seen: object
):
    preferences.put(f"listening.{name}", stored)
    page = ListeningPage(preferences)
    qtbot.addWidget(page)
    assert shown(page, name) == seen


def test_opening_the_page_changes_nothing(themed, qtbot: QtBot, preferences: Preferences):
    told: list[str] = []
    preferences.changed.connect(told.append)
    qtbot.addWidget(ListeningPage(preferences))
    assert told == []


def test_theme_and_contrast_are_chosen_on_a_page_that_follows_the_key_of_the_theme(
    dark: Theme, preferences: Preferences, qtbot: QtBot
):
    dialog = settings_dialog(preferences, [], theme=dark)
    qtbot.addWidget(dialog)
    assert "Appearance" in titles(dialog)
    page = dialog.findChild(AppearancePage)
    ground, contrast = (page.findChild(QComboBox, f"appearance_{name}") for name in ("theme", "contrast"))
    assert (ground.currentText(), contrast.currentText()) == ("Dark", "As the system")
    contrast.setCurrentText("High")
    assert current_scheme() is Scheme.DARK_HIGH
    dark.toggle()
    assert ground.currentText() == "Light"
    assert current_scheme() is Scheme.LIGHT_HIGH
    ground.setCurrentText("As the system")
    assert (dark.choice, dark.contrast) == (Choice.SYSTEM, ContrastChoice.HIGH)
    size = page.findChild(QComboBox, "appearance_size")
    assert size.currentText() == "As the system"
    size.setCurrentText("125 %")
    assert scale_percent(preferences) == 125
