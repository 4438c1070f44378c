"""Putting a theme on, choosing one, following the platform."""

from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSettings, Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from reviewer.ui import theme
from reviewer.ui.theme import Choice, ContrastChoice, Scheme, Theme


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "user.ini"), QSettings.Format.IniFormat)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_scheme_that_was_put_on_is_the_current_one(qapp: QApplication, scheme: Scheme):
    theme.apply(qapp, scheme)
    assert theme.current_scheme() is scheme
    assert theme.tokens() is theme.tokens_of(scheme)


@pytest.mark.parametrize("group", [QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive])
def test_the_palette_says_the_same_in_a_window_that_is_not_in_front(group: QPalette.ColorGroup):
    palette = theme.palette(theme.DARK)
    assert palette.color(group, QPalette.ColorRole.Text) == QColor(theme.DARK.text)
    assert palette.color(group, QPalette.ColorRole.Window) == QColor(theme.DARK.background)


def test_the_interface_is_written_in_thirteen_pixels_and_its_figures_are_equally_wide(themed: QApplication):
    assert QFontInfo(themed.font()).pixelSize() == theme.TEXT_PX
    assert [tag.toString() for tag in theme.tabular(themed.font()).featureTags()] == [b"tnum"]


def test_widgets_are_told_of_a_change(themed: QApplication, qtbot: QtBot):
    seen: list[str] = []

    class Looking(QWidget):
        def changeEvent(self, event: QEvent) -> None:
            if event.type() == QEvent.Type.PaletteChange:
                seen.append(theme.tokens().text)
            super().changeEvent(event)

    widget = Looking()
    qtbot.addWidget(widget)
    theme.apply(themed, Scheme.LIGHT)
    qtbot.waitUntil(lambda: seen[-1:] == [theme.LIGHT.text])


@pytest.mark.parametrize("stored", [None, "plaid"])
def test_the_first_time_and_where_the_settings_make_no_sense_the_platform_decides(
    qapp: QApplication, settings: QSettings, stored: str | None
):
    settings.setValue("theme", stored)
    assert Theme(qapp, settings).choice is Choice.SYSTEM


def test_toggling_goes_to_the_other_ground(qapp: QApplication, settings: QSettings, qtbot: QtBot):
    chosen = Theme(qapp, settings)
    before = chosen.scheme
    with qtbot.waitSignal(chosen.changed):
        chosen.toggle()
    assert chosen.scheme is not before
    assert theme.current_scheme() is chosen.scheme


def test_the_choice_is_remembered_and_nothing_else(qapp: QApplication, settings: QSettings):
    Theme(qapp, settings).choose(Choice.LIGHT)
    assert Theme(qapp, settings).scheme is Scheme.LIGHT
    assert settings.allKeys() == ["theme"]


class Platform:
    """Shows what it is told to."""

    shows = Qt.ColorScheme.Unknown

    def __call__(self) -> Qt.ColorScheme:
        return self.shows

    def turn(self, qapp: QApplication, shows: Qt.ColorScheme) -> None:
        self.shows = shows
        qapp.styleHints().colorSchemeChanged.emit(shows)


def test_who_chose_nothing_follows_the_platform(qapp: QApplication, settings: QSettings, qtbot: QtBot):
    platform = Platform()
    chosen = Theme(qapp, settings, platform=platform)
    assert chosen.scheme is Scheme.DARK
    with qtbot.waitSignal(chosen.changed):
        platform.turn(qapp, Qt.ColorScheme.Light)
    assert theme.current_scheme() is Scheme.LIGHT
    chosen.choose(Choice.DARK)
    platform.turn(qapp, Qt.ColorScheme.Dark)
    platform.turn(qapp, Qt.ColorScheme.Light)
    assert theme.current_scheme() is Scheme.DARK


class PlatformContrast:
    """Asks for what it is told to."""

    asks_for = Qt.ContrastPreference.NoPreference

    def __call__(self) -> Qt.ContrastPreference:
        return self.asks_for

    def turn(self, qapp: QApplication, asks_for: Qt.ContrastPreference) -> None:
        self.asks_for = asks_for
        theme._hints()[1].contrastPreferenceChanged.emit(asks_for)


def test_who_chose_no_contrast_has_that_of_the_platform(
    qapp: QApplication, settings: QSettings, qtbot: QtBot
):
    platform = PlatformContrast()
    chosen = Theme(qapp, settings, platform=Platform(), platform_contrast=platform)
    assert chosen.scheme is Scheme.DARK
    with qtbot.waitSignal(chosen.changed):
        platform.turn(qapp, Qt.ContrastPreference.HighContrast)
    assert theme.current_scheme() is Scheme.DARK_HIGH
    assert Theme(qapp, settings, asks_platform=False).scheme is Scheme.DARK_HIGH, "as it was seen last"
    chosen.choose_contrast(ContrastChoice.USUAL)
    assert theme.current_scheme() is Scheme.DARK


def test_dark_and_light_change_within_the_chosen_contrast_which_is_remembered(
    qapp: QApplication, settings: QSettings
):
    chosen = Theme(qapp, settings, platform=Platform())
    chosen.choose_contrast(ContrastChoice.HIGH)
    chosen.toggle()
    assert chosen.scheme is theme.current_scheme() is Scheme.LIGHT_HIGH
    assert Theme(qapp, settings).scheme is Scheme.LIGHT_HIGH


def test_a_start_that_does_not_ask_looks_as_the_platform_did_the_last_time(
    qapp: QApplication, settings: QSettings
):
    platform = Platform()
    platform.shows = Qt.ColorScheme.Light
    Theme(qapp, settings, platform=platform)
    late = Theme(qapp, settings, asks_platform=False, platform=Platform())
    assert late.scheme is Scheme.LIGHT
    late.ask_platform()
    assert late.scheme is theme.current_scheme() is Scheme.DARK


def test_a_focused_button_is_as_large_as_one_that_is_not(themed: QApplication, qtbot: QtBot):
    button = QPushButton("Go")
    qtbot.addWidget(button)
    button.show()
    before = button.sizeHint()
    button.setFocus()
    assert button.sizeHint() == before


@pytest.mark.parametrize("scheme", Scheme)
def test_the_focus_is_seen_on_buttons_in_each_state(qapp: QApplication, qtbot: QtBot, scheme: Scheme):
    theme.apply(qapp, scheme)
    row = QWidget()
    qtbot.addWidget(row)
    layout, buttons = QHBoxLayout(row), list[QAbstractButton]()
    for kind, made, is_checked in product(
        ("", "sidebar", "small", "chip", "flag", "primary", "quiet"),
        (QPushButton, QToolButton),
        (False, True),
    ):
        button = made(row)
        button.setText("Loop")
        button.setProperty("kind", kind)
        button.setCheckable(is_checked)
        button.setChecked(is_checked)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout.addWidget(button)
        buttons.append(button)
    with qtbot.waitExposed(row):
        row.show()
    row.activateWindow()
    buttons[-1].setFocus()
    without = [button.grab().toImage() for button in buttons[:-1]]
    unseen = []
    for button, image in zip(buttons, without, strict=False):
        button.setFocus()
        if button.grab().toImage() == image:
            unseen.append((type(button).__name__, button.property("kind"), button.isChecked()))
    assert unseen == []


def test_a_style_sheet_is_taken_off_before_the_next_is_put_on(themed, monkeypatch: pytest.MonkeyPatch):
    """Replacing one takes Qt four times as long, for each widget there is."""
    put_on = list[str]()
    monkeypatch.setattr(themed, "setStyleSheet", put_on.append)
    other = Scheme.LIGHT if theme.current_scheme().is_dark else Scheme.DARK
    theme.apply(themed, other)
    assert put_on == ["", theme.style_sheet(other)]
